"""What a leader writes on a page opened by a link: it outlives the visit, on their phone, for that link alone."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from cms.db import session_scope
from cms.people import PeopleDesk, phones
from cms.web import create_app
from cms.web.desk import Desk
from pipeline.house import House
from tests.people.asking import fill
from tests.people.house import NOON, signed_in
from tests.review.browser.test_review_pages import TARGETS
from tests.review.conftest import FIRST, SECOND, a_leader, unit_of
from tests.review.test_rooms import take
from tests.web.browser.conftest import Window, serving
from tests.web.browser.looks import look

pytestmark = pytest.mark.browser
Open = Callable[..., Window]
WORDS = "第三段的长度请核实，另请补一句造价。"


@pytest.fixture
def at() -> list[datetime]:
    """What the house's clock says."""
    return [NOON]


@pytest.fixture
def moved(desk: Desk, at: list[datetime]) -> Flask:
    return create_app(replace(desk, now=lambda: at[0]))


@pytest.fixture
def address(moved: Flask) -> Iterator[str]:
    with serving(moved) as found:
        yield found


@pytest.fixture
def send(moved: Flask, crew: House, people: PeopleDesk, sent: Callable[..., int], tmp_path: Path) -> Callable[..., str]:
    """Send the link of a story that waits for 终审 to a leader: its way."""
    spool = tmp_path / "sms"
    leaders = {"": a_leader(crew, people, spool)}
    with session_scope(people.engine) as session:
        more = ("chengdu.fu", "李副局长", "签发", unit_of(session, "chengdu"), "13900001234", "boss", NOON)
        leaders["another"] = phones.register(people, session, *more).id

    def made(slug: str = "chengdu-liangzi", whom: str = "") -> str:
        number = sent(slug=slug)
        for login in (FIRST, SECOND):
            take(crew, number, login)
        fill(signed_in(moved, people, FIRST), f"/review/{number}", f"/review/{number}/link", to=str(leaders[whom]))
        return re.findall(r"/sign/[\w-]+", spool.read_text())[-1]

    return made


def let_in(page: Page, spool: Path) -> None:
    """A code is asked for, and typed in."""
    page.get_by_role("button", name="发验证码到我的手机").click()
    expect(page.get_by_label("验证码")).to_be_visible()
    page.get_by_label("验证码").fill(re.findall(r"验证码 (\d{6})", spool.read_text())[-1])
    page.get_by_role("button", name="打开稿件").click()
    expect(page.get_by_label("意见")).to_be_visible()


def test_it_is_there_again_after_the_code(
    open_window: Open, address: str, send: Callable[..., str], at: list[datetime], tmp_path: Path
) -> None:
    way, spool = send(), tmp_path / "sms"
    page = open_window(f"{address}{way}", width=375, height=740, login="").page
    let_in(page, spool)
    expect(page.locator(".put-back")).to_be_hidden()
    page.get_by_label("意见").fill(WORDS)
    page.locator("details.back > summary").click()
    page.get_by_label("哪里要改").fill("造价")
    page.get_by_label("事实存疑").check()
    at[0] += timedelta(minutes=30)
    page.context.clear_cookies()
    page.goto(f"{address}{way}")
    assert WORDS not in page.content(), "nothing is shown before the code"
    let_in(page, spool)
    expect(page.locator(".put-back")).to_be_visible()
    expect(page.get_by_label("意见")).to_have_value(WORDS)
    expect(page.get_by_label("哪里要改")).to_have_value("造价")
    expect(page.get_by_label("事实存疑")).to_be_checked()
    expect(page.get_by_label("错别字")).not_to_be_checked()
    look(page, "link-put-back", targets=TARGETS, frames=False)
    at[0] += timedelta(minutes=30)
    page.get_by_role("button", name="退回修改").click()
    expect(page.get_by_role("alert")).to_contain_text("验证已过期")
    page.get_by_role("button", name="发验证码到我的手机").click()
    page.get_by_label("验证码").fill(re.findall(r"验证码 (\d{6})", spool.read_text())[-1])
    page.get_by_role("button", name="打开稿件").click()
    expect(page.get_by_label("意见")).to_have_value(WORDS)
    expect(page.locator(".put-back")).to_be_hidden()
    page.get_by_label("哪里要改").fill("造价，按批复")
    page.reload()
    expect(page.get_by_label("哪里要改")).to_have_value("造价，按批复")
    expect(page.get_by_label("意见")).to_have_value(WORDS)
    page.get_by_role("button", name="退回修改").click()
    expect(page.locator("body")).to_contain_text("已退回修改")
    expect(page.locator("[data-link]")).to_be_visible()
    page.wait_for_function("() => !Object.keys(localStorage).some((name) => name.startsWith('yigao-sign'))")


def test_another_link_or_person_on_the_same_phone_finds_nothing_of_it(
    open_window: Open, address: str, send: Callable[..., str], at: list[datetime], tmp_path: Path
) -> None:
    spool, way = tmp_path / "sms", send()
    page = open_window(f"{address}{way}", width=375, height=740, login="").page
    let_in(page, spool)
    page.get_by_label("意见").fill(WORDS)
    for whom in ("another", ""):
        at[0] += timedelta(minutes=2)
        page.goto(address + send(f"chengdu-{whom or 'own'}", whom))
        let_in(page, spool)
        expect(page.get_by_label("意见")).to_have_value("同意。")
        expect(page.locator(".put-back")).to_be_hidden()
    at[0] += timedelta(minutes=2)
    page.goto(f"{address}{way}")
    let_in(page, spool)
    expect(page.get_by_label("意见")).to_have_value(WORDS)


def test_a_copy_older_than_any_link_is_thrown_away(
    open_window: Open, address: str, send: Callable[..., str], tmp_path: Path
) -> None:
    way, spool = send(), tmp_path / "sms"
    page = open_window(f"{address}{way}", width=375, height=740, login="").page
    page.evaluate("""() => {
      const put = (name, at) => localStorage.setItem(name, JSON.stringify({ at, words: [["opinion", "别人的"]] }));
      put("yigao-sign/99-9", Date.now() - 25 * 3600 * 1000);
      put("yigao-sign/98-9", Date.now());
    }""")
    let_in(page, spool)
    page.wait_for_function("() => localStorage.getItem('yigao-sign/99-9') === null")
    assert page.evaluate("() => localStorage.getItem('yigao-sign/98-9') !== null")
