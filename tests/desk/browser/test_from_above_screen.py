"""The reporter of a unit without accounts, in a browser: phones, counters and checks while she writes."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.people.house import login_of
from tests.web.browser.conftest import Window

pytestmark = pytest.mark.browser
Open = Callable[..., Window]


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("width", [375, 1440])
def test_she_sees_what_she_writes(open_window: Open, address: str, width: int) -> None:
    window = open_window(f"{address}/new", width, login=login_of("记者", "sichuan"))
    page = window.page
    page.wait_for_selector("body[data-shown]", timeout=120_000)
    if width < 600:
        page.get_by_role("tab", name="看", exact=True).click()
    expect(page.locator("#unit option")).to_have_text(["成都", "甘孜州"])
    expect(window.frame("wechat").locator("body")).to_contain_text("正文")
    expect(page.locator('.phone[data-channel="wechat"] .account')).to_contain_text("成都")
    page.select_option("#unit", "ganzi")
    expect(page.locator('.phone[data-channel="wechat"] .account')).to_contain_text("甘孜")
    expect(page.locator("#counters li, [data-counts] li").first).to_be_attached()
    expect(page.locator("#notice")).to_be_hidden()
    assert window.complaints == []
