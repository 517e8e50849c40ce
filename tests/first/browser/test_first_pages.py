"""The three steps as a person takes them: clean, at both widths, by keyboard, and without any script."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.first.conftest import COLUMN, GIVEN, picture
from tests.web.browser.looks import look

pytestmark = pytest.mark.browser


def test_the_three_steps_are_clean_and_whole_by_keyboard(
    browser: Browser, empty_address: str, first: str, tmp_path: Path
) -> None:
    (tmp_path / "logo.png").write_bytes(picture().getvalue())
    context = browser.new_context(locale="zh-CN")
    context.set_default_timeout(120_000)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.goto(empty_address)
    expect(page.locator("h1")).to_have_text("还没有人用过这里")
    look(page, "first-door")
    page.goto(f"{empty_address}{first}")
    look(page, "first-name")
    page.get_by_label("标志").set_input_files(tmp_path / "logo.png")
    page.get_by_label("单位名称").focus()
    page.keyboard.type(GIVEN["house"])
    for name in ("slug", "name", "login", "password", "again"):
        page.locator(f"#{name}").fill("" if name == "name" else GIVEN[name])
    page.keyboard.press("Enter")
    expect(page.locator("#bad-name")).to_contain_text("请写上真实姓名")
    expect(page.locator("#name")).to_be_focused()
    look(page, "first-name-wrong")
    page.keyboard.type(GIVEN["name"])
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("定一个栏目")
    expect(page.get_by_label("栏目名称")).to_be_focused()
    look(page, "first-column")
    page.keyboard.type(COLUMN["title"])
    for key in ("Tab", "Tab", "Tab", "Space", "Tab", "Space"):  # not on Wednesday, but on Thursday
        page.keyboard.press(key)
    page.locator("#slug").fill(COLUMN["slug"])
    page.keyboard.press("Enter")
    expect(page.locator(".slot-title")).to_contain_text("成都黑科技 第 1 期")
    expect(page.locator(".slot-when")).to_contain_text("星期四 09:00")
    look(page, "first-write")
    page.go_back()
    expect(page.locator("h1")).to_have_text("定一个栏目")
    page.go_forward()
    page.locator(".go .primary").press("Enter")
    expect(page).to_have_url(re.compile("/write/heikeji-001$"))
    page.goto(empty_address)
    expect(page.locator(".in-sandbox")).to_contain_text("全部渠道在沙箱，不会真的发出")
    look(page, "first-today")
    page.goto(f"{empty_address}/stories")
    look(page, "first-stories")
    page.get_by_role("button", name="移除示例").click()
    expect(page.locator(".undo")).to_contain_text("已放进回收")
    look(page, "first-undo")
    page.get_by_role("button", name="撤销").click()
    expect(page.locator(".sample-bar")).to_be_visible()
    assert [one for one in complaints if "422" not in one] == []
    context.close()


def test_the_three_steps_need_no_script(browser: Browser, empty_address: str, first: str) -> None:
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    context.set_default_timeout(120_000)
    page: Page = context.new_page()
    page.goto(f"{empty_address}{first}")
    for name in ("house", "slug", "name", "login", "password", "again"):
        page.locator(f"#{name}").fill(GIVEN[name])
    page.locator(".go .primary").click()
    page.locator("#title").fill(COLUMN["title"])
    page.locator("#slug").fill(COLUMN["slug"])
    page.locator(".go .primary").click()
    page.locator(".go .primary").click()
    expect(page).to_have_url(re.compile("/write/heikeji-001$"))
    context.close()
