"""组稿 as people use it: by keyboard, by mouse, on a phone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.people.house import login_of
from tests.pushes.conftest import KEY, Sign
from tests.web.browser.conftest import Window
from tests.web.browser.looks import look

pytestmark = pytest.mark.browser
SIGNER = login_of("签发", "chengdu")
Open = Callable[..., Window]


@pytest.fixture
def three(sign: Sign) -> tuple[int, int, int]:
    """Three signed stories, and one that is not."""
    made = (
        sign("yi", "我省新一代光伏组件转换效率再创新高"),
        sign("er", "科普大篷车进凉山：一堂课走了六百里", colour="#2f6f55"),
        sign("san", "今年第三批科技计划项目开始申报", colour="#2b4f7d"),
    )
    sign("si", "还在审的一篇", signed=False)
    return made


def order(page: Page) -> list[str]:
    return [one.inner_text() for one in page.locator(".chosen .what b").all()]


def test_every_screen_is_whole_and_can_be_used_by_everybody(
    open_window: Open, address: str, three: tuple[int, int, int]
) -> None:
    window = open_window(f"{address}/pushes", width=1280, height=900, login=SIGNER)
    page = window.page
    look(page, "pushes-empty")
    page.get_by_role("button", name="开始组稿").click()
    look(page, "push-bare")
    picks = "&".join(f"pick={one}" for one in three)
    page.goto(f"{address}/pushes/new?account={KEY}&at=2026-11-23T23:30&way=push&{picks}")
    look(page, "push-table")
    page.get_by_label("我看过了，照排").check()
    page.get_by_role("button", name="群发这 3 篇").click()
    expect(page.get_by_text("群发，推给粉丝")).to_be_visible()
    look(page, "push-one")
    page.goto(f"{address}/pushes")
    look(page, "pushes")
    assert window.complaints == []


def test_by_keyboard_and_by_mouse_the_order_is_what_is_sent(
    open_window: Open, address: str, three: tuple[int, int, int]
) -> None:
    window = open_window(f"{address}/pushes/new?account={KEY}&at=2026-11-23T11:00", width=1280, login=SIGNER)
    page = window.page
    for words in ("光伏", "凉山", "申报"):
        page.locator(".shelf .piece", has_text=words).get_by_role("button").click()
        expect(page.locator(".chosen .piece", has_text=words)).to_be_visible()
    last = page.locator(".chosen .piece", has_text="申报")
    last.focus()
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator("#heard")).to_contain_text("次条 1：今年第三批")
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator("#heard")).to_contain_text("头条：今年第三批")
    expect(page.locator(".push .first p")).to_have_text("今年第三批科技计划项目开始申报")
    page.locator(".chosen .piece", has_text="凉山").drag_to(page.locator(".chosen .piece", has_text="光伏"))
    expect(page.locator(".push .next p").first).to_contain_text("凉山")
    page.locator(".chosen .piece", has_text="光伏").focus()
    page.keyboard.press("Delete")
    expect(page.locator(".shelf .piece", has_text="光伏")).to_be_visible()
    page.get_by_label("群发（推给粉丝）").check()
    expect(page.locator(".quota")).to_contain_text("当天群发共 1 次")
    page.get_by_role("button", name="群发这 2 篇").click()
    expect(page.get_by_role("heading", name="11月23日 11:00")).to_be_visible()
    assert [one[:2] for one in order(page)] == ["今年", "科普"] and window.complaints == []
