"""A form refused because its page was open too long, in Debian's chromium: nothing that was filled in is lost, on a
desk and on a phone; and it is not lost either when the visit has ended and one signs in again."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import select

from cms.db import session_scope
from cms.people import PeopleDesk, Person, codes, passwords
from cms.people.rows import SignIn
from tests.people.house import NOON, SECRET, login_of
from tests.web.browser.conftest import Window
from tests.web.browser.looks import look

pytestmark = pytest.mark.browser
Open = Callable[..., Window]
PASSWORD = "每周三上午九点发稿子"
SIZES = [(1280, 800), (375, 740)]


def fill(page: Page) -> None:
    new = page.locator("#form-new")
    new.get_by_label("名称", exact=True).fill("写了一半的栏目")
    new.get_by_label("代号").fill("yiban")
    new.get_by_label("逢放假").select_option(label="停一期")
    new.locator("[name=weekday][value='4']").check(force=True)


def still_there(page: Page) -> None:
    expect(page.locator("#t-new")).to_have_value("写了一半的栏目")
    expect(page.locator("#s-new")).to_have_value("yiban")
    expect(page.get_by_label("逢放假")).to_have_value("skip")
    expect(page.locator("#form-new [name=weekday][value='4']")).to_be_checked()
    page.get_by_role("button", name="开栏").click()
    expect(page.locator("#c-yiban h2")).to_have_text("写了一半的栏目")


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_an_expired_page_keeps_its_form(open_window: Open, address: str, width: int, height: int) -> None:
    page = open_window(f"{address}/schedule/columns", width, height, login=login_of("签发", "chengdu")).page
    fill(page)
    page.context.clear_cookies(name="yigao")  # what the form's token was made for
    page.get_by_role("button", name="开栏").click()
    told = page.get_by_role("alert")
    expect(told).to_contain_text("凭证已换新，请核对后再提交。刚才填的都还在下面。")
    expect(told).to_be_in_viewport()
    look(page, "refused")
    still_there(page)


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_signing_in_again_leads_back_to_it(
    open_window: Open, address: str, people: PeopleDesk, width: int, height: int
) -> None:
    login = login_of("签发", "chengdu")
    with session_scope(people.engine) as session:
        person = session.exec(select(Person).where(Person.login == login)).one()
        person.password_hash = passwords.hash_of(PASSWORD, "x")
        person.totp_sealed = people.seal(SECRET, f"totp:{person.id}")
    page = open_window(f"{address}/schedule/columns", width, height, login=login).page
    fill(page)
    with session_scope(people.engine) as session:
        for row in session.exec(select(SignIn)):
            row.seen_at -= timedelta(hours=1)
    page.get_by_role("button", name="开栏").click()
    expect(page.get_by_role("alert")).to_contain_text("填的都还在：请重新登录")
    page.get_by_label("登录名").fill(login)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.get_by_label("六位验证码").fill(codes.code_at(SECRET, codes.step_of(NOON)))
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("登录已过期，刚才没有提交。请核对后再提交。")
    still_there(page)
