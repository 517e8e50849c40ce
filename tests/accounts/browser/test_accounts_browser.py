"""账号 and 样式: clean for axe in light and dark at two widths, quiet in the console, and whole by keyboard alone."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from cms.db import session_scope
from cms.matrix import Account, sandboxed
from cms.matrix.health import AccountCheck
from cms.matrix.wires import seal_secrets
from cms.people import PeopleDesk
from pipeline.sandboxes import SandboxServer
from tests.accounts.asks import NOBODY_THERE
from tests.accounts.conftest import number_of
from tests.people.house import NOON, login_of
from tests.web.browser.conftest import Window
from tests.web.browser.looks import look

pytestmark = pytest.mark.browser
Open = Callable[..., Window]
BOSS = login_of("省级管理员", "sichuan")
PAGES = {
    "list": "/accounts",
    "narrow": "/accounts?channel=weibo",
    "one": "/accounts/{weibo:chengdu}",
    "own": "/accounts/{site:chengdu}",
    "connect": "/accounts/{wechat:chengdu}/connect",
    "disconnect": "/accounts/{weibo:chengdu}/disconnect",
    "house": "/accounts/house",
    "look": "/accounts/look?unit=chengdu",
}


@pytest.fixture
def lived_in(people: PeopleDesk) -> PeopleDesk:
    """One in trouble, one in the sandbox, one there that nobody asked, one never asked, one that dies soon."""
    with session_scope(people.engine) as session:
        found = {
            "weibo:chengdu": AccountCheck(
                account_id=0, at=NOON, subject="2800000001", looked=["授权令牌", "令牌是谁的", "到期日"],
                troubles=["微博授权 7 天内到期（2026-11-25 14:02），请管理员现在重新授权。"],
                dies_at=NOON + timedelta(days=3),
            ),
            "weibo:ganzi": AccountCheck(account_id=0, at=NOON, looked=["授权令牌"], dies_at=NOON + timedelta(days=80)),
            "wechat:ganzi": None,
            "wechat:chengdu": None,
        }  # fmt: skip
        for key, check in found.items():
            number = number_of(people, key)
            session.get_one(Account, number).transport = "api"
            secrets = {"access_token": "t", "uid": "2800000001", "rip": "", "expires_at": "2026-11-25", "appid": "wx1"}
            seal_secrets(session, people.vault, number, {**secrets, "base": NOBODY_THERE})
            if key in ("weibo:ganzi", "wechat:chengdu"):
                sandboxed.note(session, number, NOBODY_THERE)
            if check is not None:
                check.account_id = number
                session.add(check)
    return people


@pytest.mark.parametrize("name", PAGES)
def test_pages_are_clean_and_quiet(open_window: Open, address: str, lived_in: PeopleDesk, name: str) -> None:
    before, _, rest = PAGES[name].partition("{")
    key, _, after = rest.partition("}")
    path = f"{before}{number_of(lived_in, key)}{after}" if key else before
    window = open_window(f"{address}{path}", width=1280, height=820, login=BOSS)
    expect(window.page.locator("h1")).to_have_text("账号")
    look(window.page, f"accounts-{name}", frames=False)
    assert window.complaints == []


def test_connected_by_keyboard_alone(
    open_window: Open, address: str, people: PeopleDesk, server: SandboxServer
) -> None:
    page = open_window(f"{address}/accounts/{number_of(people, 'weibo:chengdu')}", login=BOSS).page
    page.get_by_role("link", name="接入平台接口").focus()
    page.keyboard.press("Enter")
    page.locator("summary", has_text="先接沙箱试一试").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type(server.address)
    page.keyboard.press("Enter")
    expect(page.locator("#now")).to_contain_text("检查过，正常")
    expect(page.locator(".in-sandbox")).to_contain_text("这个账号接的是沙箱")


def test_the_sample_follows_the_hands(open_window: Open, address: str, people: PeopleDesk) -> None:
    window = open_window(f"{address}/accounts/look?unit=chengdu", login=BOSS)
    page = window.page
    sample = page.frame_locator("#sample")
    expect(sample.locator("body")).to_contain_text("示例：一场雨是怎么来的")
    page.get_by_label("刊头", exact=False).first.fill("锦城科技")
    expect(sample.locator("body")).to_contain_text("锦城科技")
    page.locator("#t-accent").fill("#F2B33D")
    expect(page.locator("#notes")).to_contain_text("低于 4.5:1，已压深为")
    page.locator("#t-accent").fill("#12")
    expect(page.locator("#refused")).to_contain_text("六位十六进制")
    page.locator("#t-accent").fill("#1B5FAF")
    expect(page.locator("#refused")).to_be_hidden()
    assert window.complaints == [
        "Failed to load resource: the server responded with a status of 422 (UNPROCESSABLE ENTITY)"
    ]
