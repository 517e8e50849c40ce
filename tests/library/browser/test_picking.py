"""A picture of the library into a story and onto its cover, from the editor."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from channels.values import Figure
from cms.db import session_scope
from cms.library import Added, By, LibraryDesk, focus
from cms.manuscript import read
from cms.web import Desk
from tests.library.conftest import OWN
from tests.people.house import login_of
from tests.web.browser.conftest import Window

pytestmark = pytest.mark.browser
EDITOR = login_of("编辑", "sichuan")


def seen(page: Page, name: str) -> None:
    """The box at both widths: clean, and on the screen whole."""
    for width in (1280, 375):
        page.set_viewport_size({"width": width, "height": 820})
        found = Axe().run(page, context="#picker")
        assert found.violations_count == 0, found.generate_report()
        box = page.locator("#picker").bounding_box()
        assert box and box["x"] >= 0 and box["x"] + box["width"] <= width
        if kept := os.environ.get("YIGAO_SHOTS"):
            page.screenshot(path=Path(kept) / f"{name}-{width}.png")
    page.set_viewport_size({"width": 1440, "height": 900})


def test_a_picture_comes_with_focus_words_and_rights(
    open_window: Callable[..., Window], address: str, desk: Desk, shelf: LibraryDesk, hold: Callable[..., Added],
    by: Callable[..., By],
) -> None:  # fmt: skip
    one = hold(1, facts=replace(OWN, source="四川日报")).asset
    hold(2, facts=replace(OWN, name="江边的桥"))
    with session_scope(shelf.engine) as session:
        focus(session, one.id, (700, 250), by())
    window = open_window(f"{address}/write/sichuan-one", login=EDITOR)
    page = window.page
    page.get_by_role("button", name="素材库", exact=True).click()
    expect(page.locator("#picker-list li")).to_have_count(2)
    seen(page, "picker")
    page.get_by_label("找素材").fill("没有的")
    expect(page.locator("#picker-said")).to_have_text("没有找到，换几个字试试。")
    page.get_by_label("找素材").fill("天文")
    expect(page.locator("#picker-list li")).to_have_count(1)
    page.locator("#picker-list button").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#picker")).to_be_hidden()
    expect(page.locator(".prose figure img, .prose .glass-plate img")).to_be_visible()
    page.locator(".front-more summary").click()
    page.get_by_role("button", name="从素材库选").click()
    page.locator("#picker-list button").first.click()
    expect(page.locator("#cover-shown")).to_be_visible()
    page.keyboard.press("Control+s")
    # The figure may have been saved by itself a moment before: wait for the save that has the cover as well.
    expect(page.locator("#saved[data-state=saved]")).to_be_visible()
    told = read(desk.load("sichuan-one", by().scope))
    figure = next(one for one in told.blocks if isinstance(one, Figure))
    for shown in (figure.picture, told.front.cover):
        assert shown is not None
        assert (shown.alt, shown.credit, shown.licence) == ("雪山下的圆顶", "李编辑／四川日报", "自有")
        assert (shown.focus_x, shown.focus_y) == (700, 250)
    assert window.complaints == []
