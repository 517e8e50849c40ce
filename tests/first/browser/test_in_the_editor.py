"""In the editor: the face of who else writes, and a picture of the library by /素材."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from cms.db import read_scope
from cms.library import By, Facts, add
from cms.people import Scope
from cms.people.roles import tree
from cms.web import Desk
from tests.first.test_library_keeping import photo
from tests.people.conftest import app as app
from tests.people.conftest import built as built
from tests.people.conftest import desk as desk
from tests.people.conftest import house as house
from tests.people.conftest import people as people
from tests.people.house import NOON, login_of
from tests.web.browser.conftest import Window
from tests.web.browser.looks import look

pytestmark = pytest.mark.browser
EDITOR, REPORTER = login_of("编辑", "chengdu"), login_of("记者", "chengdu")
Open = Callable[..., Window]


def test_each_sees_the_face_of_the_other(open_window: Open, address: str) -> None:
    one = open_window(f"{address}/write/chengdu-one", login=EDITOR)
    expect(one.page.locator("#faces")).to_be_hidden()
    other = open_window(f"{address}/write/chengdu-one", login=REPORTER)
    expect(other.page.locator("#faces .face")).to_have_text("C")
    expect(other.page.get_by_role("img", name="chengdu编辑也在写")).to_be_visible()
    one.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(one.page.get_by_role("img", name="chengdu记者也在写")).to_be_visible()
    look(one.page, "editor-face", targets=".actions button", frames=False)
    again = open_window(f"{address}/write/chengdu-one", login=EDITOR)
    expect(again.page.locator("#faces-twice")).to_have_text("您在另一个窗口也开着")
    expect(again.page.locator("#faces .face")).to_have_count(1)
    other.page.goto("about:blank")  # leaves at once
    one.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(one.page.locator("#faces")).to_be_hidden()
    assert one.complaints == other.complaints == []


def test_a_picture_of_the_library_by_the_slash_menu_and_a_pasted_one_becomes_part_of_it(
    open_window: Open, address: str, desk: Desk
) -> None:
    assert desk.library is not None
    with read_scope(desk.people.engine) as session:
        units = tree(session)
    by = By(EDITOR, Scope(tuple((one, slug) for one, slug, _ in units.rows)), units.top or 0, NOON)
    add(desk.library, photo("teal"), Facts(name="江边的桥", alt="一座桥", author="李敏", licence="自有"), by)
    window = open_window(f"{address}/write/chengdu-one", login=EDITOR)
    page = window.page
    page.locator(".prose p").last.click()
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    page.keyboard.type("/sc")
    expect(page.locator("#slash-menu [role=option]")).to_have_text(["素材/sc"])
    if kept := os.environ.get("YIGAO_SHOTS"):
        page.screenshot(path=Path(kept) / "slash.png")
    page.keyboard.press("Enter")
    expect(page.locator("#picker-list li")).to_have_count(1)
    page.locator("#picker-list button").click()
    expect(page.locator(".prose .glass-plate img")).to_have_count(1)
    expect(page.locator(".prose")).not_to_contain_text("/sc")
    page.get_by_role("button", name="插入块").click()
    page.keyboard.type("sc")
    page.keyboard.press("Enter")
    expect(page.locator("#picker")).to_be_visible()
    page.locator("#picker-close").click()
    page.set_input_files("#picture", {"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": photo("olive")})
    expect(page.locator("#progress")).to_contain_text("已收进素材库")
    with page.context.expect_page() as opened:
        page.locator("#progress a").click()
    expect(opened.value.locator("main")).to_contain_text("现场")
    assert window.complaints == []
