"""Every page of people: clean for axe in light and dark at two widths, quiet in the console, and whole by keyboard."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import select

from cms.db import session_scope
from cms.matrix import Account, Unit
from cms.people import PeopleDesk, Person, codes, invitations, notify, passwords
from cms.people.roles import tree
from pipeline.house import House
from pipeline.notices import tell
from pipeline.settings import Ways
from tests.people.house import NOON, SECRET, login_of
from tests.web.browser.conftest import Window
from tests.web.browser.looks import look

pytestmark = pytest.mark.browser
Open = Callable[..., Window]
PASSWORD = "每周三上午九点发稿子"
TARGETS = "button, .button, summary, input:not([type=checkbox])"
PAGES = {
    "sign-in": ("/sign-in", ""),
    "second-step": ("/second-step", login_of("签发", "sichuan")),
    "enrol": ("/me/second-step", login_of("编辑", "sichuan")),
    "mine": ("/me", login_of("签发", "sichuan")),
    "notices": ("/me/notices", login_of("编辑", "sichuan")),
    "staff": ("/people", login_of("省级管理员", "sichuan")),
    "join": ("JOIN", ""),
    "void": ("/join/nothing", ""),
    "stories": ("/stories", login_of("编辑", "sichuan")),
}


def link(people: PeopleDesk) -> str:
    with session_scope(people.engine) as session:
        person = invitations.add_person(session, "xin.ren", "周小川")
        unit = next(one for one, slug, _ in tree(session).rows if slug == "chengdu")
        return f"/join/{invitations.invite(session, person, 'boss', NOON, role='编辑', unit_id=unit)}"


@pytest.fixture
def lived_in(people: PeopleDesk, house: House) -> PeopleDesk:
    """Something to see on every page."""
    with session_scope(people.engine) as session:
        notify(session, "release:3", "《接住宇宙深处的来信》在成都的公众号没有发出去：令牌过期，请处理。", NOON)
        notify(session, "release:4", "四川黑科技 第 128 期 明天 09:00，尚无稿件。", NOON)
        off = session.exec(select(Person).where(Person.login == "ganzi.0")).one()
        invitations.disable(session, off, "test", NOON)
    tell(house, NOON, Ways())
    return people


@pytest.mark.parametrize("name", PAGES)
def test_pages_are_clean_and_quiet(open_window: Open, address: str, lived_in: PeopleDesk, name: str) -> None:
    path, login = PAGES[name]
    path = link(lived_in) if path == "JOIN" else path
    window = open_window(f"{address}{path}", width=1280, height=820, login=login)
    expect(window.page.locator("h1")).to_be_visible()
    look(window.page, name, targets=TARGETS, least=(36, 36))
    assert [one for one in window.complaints if "404" not in one] == []


def test_one_cause_on_every_account_is_one_card_that_unfolds(
    open_window: Open, address: str, people: PeopleDesk, house: House
) -> None:
    """One is taken note of in the fold, then all that are left, by keyboard."""
    boss = login_of("省级管理员", "sichuan")
    with session_scope(people.engine) as session:
        person = session.exec(select(Person.id).where(Person.login == boss)).one()
        above = next(one for one, slug, _ in tree(session).rows if slug == "sichuan")
        for number, name in enumerate("绵自攀泸德广遂内乐南眉宜安达雅巴资阿凉川蜀"):
            unit = Unit(slug=f"city-{number}", name=f"{name}州科技局", short=f"{name}州", parent_id=above)
            session.add(unit)
            session.flush()
            key, title = f"wechat:{unit.slug}", f"{name}州科技"
            session.add(Account(key=key, channel="wechat", unit_id=unit.id, name=title, transport="api"))
            words = f"{title}：平台不认这个账号的凭证（errcode 40001），请到“账号”里重新授权。"
            notify(session, f"account:{key}", words, NOON, people=[person])
        notify(session, "release:4", "四川黑科技 第 128 期 明天 09:00，尚无稿件。", NOON, people=[person])
    tell(house, NOON, Ways())
    window = open_window(f"{address}/me/notices", width=1280, height=820, login=boss)
    cards = window.page.locator(".told > .card")
    expect(cards).to_have_count(2)
    many = cards.filter(has_text="平台不认这个账号的凭证")
    expect(many.locator(".places")).to_contain_text("21 条")
    look(window.page, "notices-many", targets=TARGETS, least=(36, 36))
    many.locator("summary").focus()
    window.page.keyboard.press("Enter")
    expect(many.locator(".each li")).to_have_count(21)
    expect(many.locator(".each li").first).to_contain_text("蜀州科技 11月22日")
    look(window.page, "notices-unfolded", targets=TARGETS, least=(36, 36))
    many.locator(".each li").first.get_by_role("button", name="知道了").press("Enter")
    expect(many.locator(".places")).to_contain_text("20 条")
    many.get_by_role("button", name="这 20 条都知道了").press("Enter")
    expect(cards).to_have_count(1)
    expect(cards).to_contain_text("尚无稿件")
    assert window.complaints == []


def test_in_by_keyboard_alone_with_the_second_step(open_window: Open, address: str, people: PeopleDesk) -> None:
    with session_scope(people.engine) as session:
        for one in session.exec(select(Person).where(Person.login == login_of("签发", "sichuan"))):
            one.password_hash = passwords.hash_of(PASSWORD, "x")
    page = open_window(f"{address}/sign-in?next=%2Fwrite%2Fsichuan-one", login="").page
    expect(page.get_by_label("登录名")).to_be_focused()
    page.keyboard.type(login_of("签发", "sichuan"))
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("两步验证")
    expect(page.get_by_label("手机上的六位验证码")).to_be_focused()
    page.keyboard.type(codes.code_at(SECRET, codes.step_of(NOON)))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/write/sichuan-one$"))
    expect(page.locator("#headline")).to_contain_text("sichuan的稿件")


def test_a_colleague_is_asked_in_and_comes_by_the_link(open_window: Open, address: str, people: PeopleDesk) -> None:
    page = open_window(f"{address}/people", login=login_of("地市管理员", "chengdu")).page
    page.get_by_text("请一位同事进来").click()
    asked = page.locator("details.invite[open]")
    asked.get_by_label("姓名").fill("周小川")
    asked.get_by_label("登录名").fill("zhou.xiaochuan")
    asked.get_by_label("角色", exact=True).select_option("编辑")
    page.get_by_role("button", name="生成邀请链接").click()
    given = page.get_by_label("链接", exact=True).input_value()
    whole = "(svg) => [svg.getBBox().width, svg.viewBox.baseVal.width, svg.clientWidth]"
    drawn, room, seen = page.locator("svg.qr").evaluate(whole)
    assert 0 < drawn <= room and seen == 200  # all of the code, none of it cut off
    phone = open_window(f"{address}/join/{given.rsplit('/', 1)[1]}", width=375, height=700, login="").page
    expect(phone.locator(".lead")).to_contain_text("成都")
    phone.get_by_label("设置密码").fill(PASSWORD)
    phone.get_by_label("再输一次").fill(PASSWORD)
    phone.get_by_role("button", name="设好，进入").click()
    expect(phone.locator("h1")).to_have_text("今天")
    page.goto(f"{address}/people")
    expect(page.locator("li.person", has_text="周小川")).to_contain_text("在用")


def test_deeds_are_done_without_a_mouse(open_window: Open, address: str, people: PeopleDesk) -> None:
    page = open_window(f"{address}/people", login=login_of("地市管理员", "chengdu")).page
    row = page.locator("li.person", has_text="chengdu.0")
    row.locator("summary").focus()
    page.keyboard.press("Enter")
    row.get_by_role("button", name="停用，立即退出").focus()
    page.keyboard.press("Enter")
    expect(page.locator("li.person", has_text="chengdu.0")).to_contain_text("已停用")


def focus_order(page: Page) -> list[str]:
    found = []
    for _ in range(6):
        page.keyboard.press("Tab")
        found.append(page.evaluate("document.activeElement.id || document.activeElement.textContent"))
    return found


def test_the_doors_tab_order_is_the_order_on_the_page(open_window: Open, address: str) -> None:
    page = open_window(f"{address}/sign-in", login="").page
    assert page.evaluate("document.activeElement.id") == "login"
    assert focus_order(page)[:2] == ["password", "登录"]
