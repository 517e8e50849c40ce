"""The reporter of a unit without accounts, in a browser: phones, counters and checks while she writes."""

import re
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


@pytest.mark.parametrize("width", [375, 1440])
def test_a_file_becomes_a_story(open_window: Open, address: str, width: int) -> None:
    window = open_window(f"{address}/stories", width, login=login_of("记者", "sichuan"))
    page = window.page
    page.locator(".begin summary").click()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    sent = "---\nheadline: 从文件来\n---\n\n一段正文。\n".encode()
    page.set_input_files("#file", {"name": "a.md", "mimeType": "text/markdown", "buffer": sent})
    page.get_by_role("button", name="导入成新稿").click()
    page.wait_for_url(re.compile("/write/gao-"))
    page.wait_for_selector("body[data-shown]", timeout=120_000)
    expect(page.locator("#headline")).to_have_text("从文件来")
    with page.expect_download() as kept:
        page.get_by_role("link", name="导出").click()
    assert kept.value.suggested_filename.endswith(".zip")
    page.goto(f"{address}/stories")
    expect(page.locator(".story").first).to_contain_text("从文件来")
    expect(page.locator(".story").first.locator(".mark")).to_have_text("草稿")
    assert window.complaints == []
