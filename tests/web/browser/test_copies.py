"""The copies a browser keeps of what is not saved: none is lost to 找回, to another window, to a visit that ended."""

import re

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import col, delete, select

from cms.db import session_scope
from cms.people import PeopleDesk, passwords
from cms.people.rows import Person, SignIn
from tests.web.browser.conftest import Window
from tests.web.browser.looks import look
from tests.web.browser.test_visual import SLUG, SMALL, Open, caret
from tests.web.conftest import Drawer

pytestmark = pytest.mark.browser
PASSWORD = "每周三上午九点发稿子"
BACK, FOUND = "找回这些文字", "#found"


@pytest.fixture(autouse=True)
def stories(drawer: Drawer, sample: str) -> None:
    drawer.save("small", SMALL)
    drawer.save(SLUG, sample)


@pytest.fixture(params=["visual", "markdown"])
def window(request: pytest.FixtureRequest, open_window: Open, address: str) -> Window:
    return open_window(f"{address}/write/small?as={request.param}")


def write(page: Page, words: str) -> None:
    """Type ``words`` at the end of the first paragraph, whichever way one writes, and save."""
    if page.get_attribute("body", "data-surface") == "visual":
        caret(page, "头一段。", after=True)
    else:
        at = page.input_value("#text").index("头一段。") + 4
        page.locator("#text").evaluate("(field, at) => { field.focus(); field.setSelectionRange(at, at); }", at)
    page.keyboard.type(words)
    page.keyboard.press("Control+s")


def again(page: Page) -> None:
    """Load the page anew, whatever it asks."""
    page.reload()
    page.wait_for_selector("body[data-shown]")


def cut(page: Page) -> None:
    page.route("**/write/*", lambda route: route.abort() if route.request.method == "POST" else route.continue_())


def state(page: Page, name: str) -> None:
    expect(page.locator("#saved")).to_have_attribute("data-state", name)


def story(page: Page) -> str:
    """The words on the page."""
    return page.inner_text("#prose") if page.locator("#prose").is_visible() else page.input_value("#text")


def shows(page: Page, words: str) -> None:
    place = "#prose" if page.locator("#prose").is_visible() else "#text"
    page.wait_for_function(
        """wanted => {
          const one = document.querySelector(wanted[0]);
          return (one.value ?? one.innerText).includes(wanted[1]);
        }""",
        arg=[place, words],
    )


def left_behind(page: Page, words: str) -> None:
    page.on("dialog", lambda dialog: dialog.accept())
    cut(page)
    write(page, words)
    state(page, "failed")
    again(page)
    expect(page.locator(FOUND)).to_contain_text("没存成的文字。")


def both_come_back(page: Page) -> None:
    page.get_by_role("button", name=BACK).click()
    expect(page.locator(FOUND)).to_be_visible()  # what stood there is laid aside, to be had in the same way
    expect(page.locator("#saved")).not_to_have_attribute("data-state", "saved")
    shows(page, "上一次的。")
    assert "这一次的。" not in story(page)
    page.get_by_role("button", name=BACK).click()
    shows(page, "这一次的。")
    assert "上一次的。" not in story(page)
    again(page)
    expect(page.locator(FOUND)).to_contain_text("还有更早的 1 份")


def test_what_cannot_be_saved_is_laid_aside_before_older_words_come_back(window: Window) -> None:
    left_behind(window.page, "上一次的。")
    write(window.page, "这一次的。")
    both_come_back(window.page)


def test_so_it_is_where_somebody_else_saved_meanwhile(window: Window, drawer: Drawer) -> None:
    page = window.page
    left_behind(page, "上一次的。")
    page.unroute("**/write/*")
    drawer.save("small", SMALL.replace("末一段", "别人的一段"))
    write(page, "这一次的。")
    expect(page.locator("#notice")).to_contain_text("别处保存过")
    both_come_back(page)


def test_what_a_full_browser_cannot_lay_aside_is_not_replaced(window: Window) -> None:
    page = window.page
    left_behind(page, "上一次的。")
    page.evaluate(
        "() => { Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }; }"
    )
    write(page, "这一次的。")
    state(page, "failed")
    page.get_by_role("button", name=BACK).click()
    expect(page.locator("#notice")).to_contain_text("所以先不找回")
    assert "这一次的。" in story(page)
    expect(page.locator(FOUND)).to_be_visible()
    page.unroute("**/write/*")
    page.get_by_role("button", name=BACK).click()
    expect(page.locator(FOUND)).to_be_hidden()
    assert "上一次的。" in story(page)


def test_each_window_keeps_its_own_copy(window: Window) -> None:
    first, second = window.page, window.page.context.new_page()
    second.goto(first.url)
    second.wait_for_selector("body[data-shown]")
    write(first, "甲窗写的。")
    state(first, "saved")
    write(second, "乙窗写的。")
    expect(second.locator("#saved")).to_have_text("没有保存，文字已存本机")  # the first one saved before
    write(first, "甲窗又写。")
    state(first, "saved")
    again(first)
    expect(first.locator(FOUND)).to_be_hidden()  # the other window is there, and says so
    second.close()
    again(first)
    expect(first.locator(FOUND)).to_contain_text("没存成的文字。")
    first.get_by_role("button", name=BACK).click()
    shows(first, "乙窗写的。")
    state(first, "saved")
    assert first.evaluate("() => Object.keys(localStorage).filter((name) => name.startsWith('yigao/'))") == []


def test_a_copy_thrown_away_elsewhere_is_put_back_while_its_window_is_open(window: Window) -> None:
    page, other = window.page, window.page.context.new_page()
    cut(page)
    write(page, "还在写的。")
    state(page, "failed")
    other.goto("/".join(page.url.split("/")[:3]) + "/sign-in")
    kept = "() => Object.entries(localStorage).filter(([, said]) => said.includes('还在写的。')).map(([name]) => name)"
    (name,) = page.evaluate(kept)
    other.evaluate("(name) => localStorage.removeItem(name)", name)
    page.wait_for_function("(name) => localStorage.getItem(name)?.includes('还在写的。')", arg=name)


def test_copies_from_before_they_had_a_person_are_found_where_the_story_is_written(
    open_window: Open, address: str
) -> None:
    page = open_window(f"{address}/stories").page
    texts = [SMALL.replace("头一段", f"从前的第{number}份") for number in "一二三"]
    page.evaluate(
        """([first, second, third]) => {
          localStorage.setItem("yigao.small", JSON.stringify({ text: first, at: 3 }));
          localStorage.setItem("yigao.small.found", JSON.stringify([{ text: second, at: 2 }, { text: third, at: 1 }]));
          localStorage.setItem("yigao.gao-20260101-000000", JSON.stringify({ text: first, at: 4 }));
        }""",
        texts,
    )
    again_listed = page.locator("#left li")
    page.reload()
    expect(again_listed).to_have_count(1)
    expect(again_listed).to_contain_text("以前留下的一份文字")
    expect(again_listed).not_to_contain_text("小稿")  # nobody knows whose headline it is
    page.goto(f"{address}/write/small?as=markdown")
    page.wait_for_selector("body[data-shown]")
    page.on("dialog", lambda dialog: dialog.accept())
    for number, more in zip("一二三", ("还有更早的 2 份", "还有更早的 1 份", "没存成的文字。"), strict=True):
        expect(page.locator(FOUND)).to_contain_text(more)
        page.get_by_role("button", name=BACK).click()
        expect(page.locator("#text")).to_have_value(re.compile(f"从前的第{number}份"))
        state(page, "saved")
    assert page.evaluate("() => Object.keys(localStorage).filter((name) => name.includes('small'))") == []


def test_after_a_visit_ended_the_door_opens_beside_the_text_and_it_is_saved(
    open_window: Open, address: str, people: PeopleDesk, drawer: Drawer
) -> None:
    with session_scope(people.engine) as session:
        person = session.exec(select(Person).where(Person.login == "editor")).one()
        person.password_hash = passwords.hash_of(PASSWORD, "editor")
    page = open_window(f"{address}/write/small?as=visual").page
    end_visits(people)
    write(page, "登录过期后写的。")
    expect(page.locator("#saved")).to_have_text("没有保存，文字已存本机")
    expect(page.locator("#notice")).to_contain_text("登录已过期")
    with page.expect_popup() as opened:
        page.locator("#notice").get_by_role("button", name="重新登录").click()
    door = opened.value
    door.get_by_label("登录名").fill("editor")
    door.get_by_label("密码").fill(PASSWORD)
    with door.expect_event("close"):
        door.get_by_role("button", name="登录").click()
    state(page, "saved")
    expect(page.locator("#notice")).to_be_hidden()
    assert "登录过期后写的。" in drawer.load("small")
    write(page, "又写。")
    state(page, "saved")


@pytest.mark.parametrize("place", ["in place of the page", "beside it"])
def test_where_no_window_opens_a_link_leads_to_the_door_and_back(
    open_window: Open, address: str, people: PeopleDesk, drawer: Drawer, place: str
) -> None:
    with session_scope(people.engine) as session:
        person = session.exec(select(Person).where(Person.login == "editor")).one()
        person.password_hash = passwords.hash_of(PASSWORD, "editor")
    page = open_window(f"{address}/write/small?as=visual").page
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.evaluate("() => { window.open = () => null; }")
    end_visits(people)
    write(page, "登录过期后写的。")
    page.locator("#notice").get_by_role("button", name="重新登录").click()
    expect(page.locator("#notice")).to_contain_text("这里打不开新窗口")
    look(page, "led-to-the-door", targets="#notice .button, #notice button", frames=False)
    link = page.get_by_role("link", name="去登录")
    link.wait_for(timeout=10_000)
    if place == "beside it":
        with page.expect_popup() as opened:
            link.click()
        door = opened.value
    else:
        link.evaluate("(way) => { way.removeAttribute('target'); }")  # as WeChat takes every link
        link.click()
        door = page
    door.get_by_label("登录名").fill("editor")
    door.get_by_label("密码").fill(PASSWORD)
    door.get_by_role("button", name="登录").click()
    door.wait_for_url("**/write/small?as=visual")
    if place == "beside it":
        page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")
        expect(page.locator("#notice")).to_be_hidden()
    else:
        page.get_by_role("button", name=BACK).click()
    state(page, "saved")
    assert "登录过期后写的。" in drawer.load("small")
    assert asked == [], "what waits in the browser is not asked about"


def test_what_was_said_of_a_save_goes_once_it_is_saved(window: Window) -> None:
    cut(window.page)
    write(window.page, "断线写的。")
    expect(window.page.locator("#notice")).to_contain_text("连不上服务")
    window.page.unroute("**/write/*")
    write(window.page, "又写。")
    state(window.page, "saved")
    expect(window.page.locator("#notice")).to_be_hidden()


def end_visits(people: PeopleDesk) -> None:
    """As if the time of every visit were over."""
    with session_scope(people.engine) as session:
        session.exec(delete(SignIn).where(col(SignIn.id) > 0))
