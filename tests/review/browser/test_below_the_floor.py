"""Old browsers: without scripts, with scripts that do not come or cannot run, a story is written, looked at, sent and
signed. The floor itself, by syntax and by name, is held by tests/editor/test_floor.py."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlmodel import select

from cms.db import session_scope
from cms.people import PeopleDesk
from cms.review import Signature, Submission
from pipeline.house import House
from pipeline.submissions import draw
from tests.people.house import NOON, token_for
from tests.review.conftest import AUTHOR, CHIEF, FIRST, SECOND, write
from tests.web.browser.looks import look

pytestmark = pytest.mark.browser
Arrives = Callable[..., Page]
TEXT = """---
slug: {slug}
headline: 老电脑写的稿
digest: 没有脚本也能写完一篇，送到发出去为止。
byline: 记者 张三
---

成都的量子网络今天开通，第一条线路连接两个园区，全长四十公里。

读者可以在科技馆看到它怎样工作。
"""
# Each takes one thing away that a browser below the floor has not got.
TOO_OLD = {
    "no dialog": "delete window.HTMLDialogElement",
    "no Array.at": "delete Array.prototype.at",
    "no :is": "const asked = CSS.supports.bind(CSS); CSS.supports = (...one) => !/:is/.test(one[0]) && asked(...one)",
    "no modules": "delete HTMLScriptElement.prototype.noModule",
}


@pytest.fixture
def arrives(browser: Browser, people: PeopleDesk, address: str) -> Iterator[Arrives]:
    """Somebody opens a page in a browser with something missing: ``script`` runs first, ``cut`` never comes."""
    contexts = []

    def come(login: str, path: str, script: str = "", cut: str = "", width: int = 1280, **more: object) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 820}, locale="zh-CN", **more)  # type: ignore[arg-type]
        context.add_cookies([{"name": "yigao-who", "value": token_for(people, login), "url": address}])
        contexts.append(context)
        if script:
            context.add_init_script(script)
        if cut:
            context.route(cut, lambda route: route.abort())
        page = context.new_page()
        page.goto(address + path)
        return page

    yield come
    for one in contexts:
        one.close()


def is_plain(page: Page) -> None:
    """Nothing is in sight that only a script could answer."""
    expect(page.locator("#text")).to_be_visible()
    expect(page.locator(".needs-script:visible")).to_have_count(0)
    expect(page.get_by_role("button", name="保存并看样子")).to_be_visible()


def test_a_story_is_written_looked_at_and_sent_without_scripts(arrives: Arrives, crew: House, address: str) -> None:
    page = arrives(AUTHOR, "/new", java_script_enabled=False)
    is_plain(page)
    slug = page.get_attribute("body", "data-slug") or ""
    page.locator("#text").fill(TEXT.format(slug=slug))
    page.get_by_role("button", name="保存并看样子").click()
    expect(page).to_have_url(f"{address}/write/{slug}/look")
    phone = page.locator(".one-look", has=page.get_by_role("heading", name="公众号"))
    expect(phone.frame_locator("iframe").locator("body")).to_contain_text("没有脚本也能写完一篇")
    page.get_by_role("link", name="回去写").click()
    expect(page.locator("#text")).to_have_value(TEXT.format(slug=slug))
    page.locator("#text").fill(TEXT.format(slug=slug).replace("四十公里", "五十公里"))
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator("#saved")).to_contain_text("已保存")
    page.get_by_role("link", name="看样子").click()
    expect(phone.frame_locator("iframe").locator("body")).to_contain_text("五十公里")
    page.get_by_role("link", name="送审").click()
    page.get_by_role("button", name="送审").click()
    expect(page).to_have_url(re.compile(r"/review/\d+$"))
    with session_scope(crew.engine) as session:
        assert len(session.exec(select(Submission)).all()) == 1
    assert draw(crew, NOON) == 1  # the press room takes it up


def test_a_piece_is_signed_on_a_phone_without_scripts(
    arrives: Arrives, crew: House, sent: Callable[..., int], address: str
) -> None:
    number = sent()
    for login in (FIRST, SECOND, CHIEF, CHIEF):
        page = arrives(login, f"/review/{number}", width=375, java_script_enabled=False, has_touch=True)
        expect(page.frame_locator("iframe.glass").locator("body")).to_contain_text("第一条线路连接两个园区")
        page.locator(".choice.pass summary").tap()
        for tick in page.locator(".choice.pass input[type=checkbox]").all():
            tick.check()
        with page.expect_navigation():
            page.locator(".choice.pass button").tap()
    with session_scope(crew.engine) as session:
        assert session.get_one(Submission, number).state == "signed"
        assert [one.step for one in session.exec(select(Signature))] == ["初审", "复审", "终审", "签发"]


@pytest.mark.parametrize("cut", ["**/write.js", "**/surface.js"])
def test_scripts_that_do_not_come_leave_the_form(arrives: Arrives, crew: House, cut: str) -> None:
    write(crew)
    is_plain(arrives(AUTHOR, "/write/chengdu-liangzi", cut=cut))


@pytest.mark.parametrize("missing", TOO_OLD)
def test_a_browser_below_the_floor_gets_the_form(arrives: Arrives, crew: House, missing: str) -> None:
    write(crew)
    page = arrives(AUTHOR, "/write/chengdu-liangzi", script=TOO_OLD[missing])
    is_plain(page)
    assert page.evaluate("document.body.dataset.shown") is None  # nothing of the editor ran


def test_a_script_that_breaks_while_it_starts_leaves_the_form(arrives: Arrives, crew: House) -> None:
    write(crew)
    is_plain(arrives(AUTHOR, "/write/chengdu-liangzi", script="delete window.EventTarget"))


def test_a_refused_save_keeps_both_versions(arrives: Arrives, crew: House) -> None:
    write(crew)
    page = arrives(AUTHOR, "/write/chengdu-liangzi", java_script_enabled=False)
    mine = page.locator("#text").input_value().replace("四十公里", "六十公里")
    write(crew, "这是第二天")
    page.locator("#text").fill(mine)
    page.get_by_role("button", name="保存并看样子").click()
    expect(page.get_by_role("alert")).to_contain_text("没有覆盖别人的")
    expect(page.locator("#text")).to_have_value(mine)
    page.get_by_role("button", name="仍存我的").click()
    expect(page.locator("#saved")).to_contain_text("已保存")
    assert "六十公里" in page.locator("#text").input_value()


def test_the_plain_pages_are_clean(arrives: Arrives, crew: House, sent: Callable[..., int]) -> None:
    number = sent()
    draw(crew, NOON)
    assert number
    page = arrives(AUTHOR, "/write/chengdu-liangzi", script=TOO_OLD["no dialog"])
    is_plain(page)
    look(page, "plain-write", frames=False)
    page.get_by_role("link", name="看样子").click()
    expect(page.locator(".one-look iframe").first).to_be_visible()
    look(page, "plain-look", frames=False)
