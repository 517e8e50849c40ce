"""词表, 放假 and 留存原文 as people see them: two widths, light and dark, by keyboard."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.people.house import login_of
from tests.schedule.test_calendar_page import NOTICE
from tests.web.browser.conftest import Window
from tests.web.browser.looks import look
from tests.wording.conftest import CHIEF
from tests.wording.test_wording_pages import FIRST, SECOND

pytestmark = pytest.mark.browser
Open = Callable[..., Window]


def test_two_versions_of_a_list_by_keyboard(open_window: Open, address: str, tmp_path: Path) -> None:
    window = open_window(f"{address}/words", login=CHIEF)
    page = window.page
    look(page, "words-empty")
    for number, content in enumerate((FIRST, SECOND)):
        (tmp_path / "cuo-min.csv").write_text(content, encoding="utf-8")
        page.goto(f"{address}/words")
        page.get_by_label("词表文件").set_input_files(tmp_path / "cuo-min.csv")
        page.get_by_role("button", name="看看会变什么").press("Enter")
        expect(page.get_by_text("现在还没有导入")).to_be_visible()
        look(page, f"words-look-{number}")
        page.get_by_role("button", name="导入这一版").press("Enter")
        expect(page.get_by_role("status")).to_contain_text("已经导入")
    look(page, "words-version")
    page.get_by_role("link", name="全部词表").press("Enter")
    expect(page.get_by_role("heading", name="cuo-min")).to_be_visible()
    look(page, "words")
    assert window.complaints == []


def test_a_notice_is_looked_at_and_taken_in(open_window: Open, address: str, tmp_path: Path) -> None:
    window = open_window(f"{address}/schedule/calendar", login=CHIEF)
    page = window.page
    look(page, "calendar")
    (tmp_path / "2026.json").write_text(NOTICE, encoding="utf-8")
    page.get_by_label("放假安排的文件").set_input_files(tmp_path / "2026.json")
    page.get_by_role("button", name="看看会变什么").press("Enter")
    expect(page.get_by_text("现在还没有存")).to_be_visible()
    look(page, "calendar-look")
    page.get_by_role("button", name="就按这一份").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("2026 年的放假安排已经在用了")
    assert window.complaints == []


def test_an_original_is_pasted(open_window: Open, address: str) -> None:
    window = open_window(f"{address}/write/chengdu-one/original", login=login_of("编辑", "chengdu"))
    page = window.page
    page.get_by_label("原文", exact=True).fill("转载来的第一段。\n\n第二段。")
    page.get_by_role("button", name="留存原文").press("Enter")
    expect(page.get_by_role("heading", name="现在比对的原文")).to_be_visible()
    look(page, "original")
    assert window.complaints == []
