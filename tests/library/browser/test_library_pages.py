"""素材库 by mouse, keys and files: clean at two widths, light and dark; crops that follow; uploads that survive."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, Route, expect
from sqlmodel import select

from cms.db import read_scope, session_scope
from cms.library import Added, Asset, By, Facts, LibraryDesk, add, focus
from pipeline.house import House
from tests.library.conftest import OWN
from tests.library.photos import film, jpeg, photo, scene
from tests.library.test_room import write
from tests.people.house import NOON, login_of
from tests.web.browser.conftest import Window
from tests.web.browser.looks import look

pytestmark = pytest.mark.browser
Open = Callable[..., Window]
Hold = Callable[..., Added]
EDITOR = login_of("编辑", "sichuan")


@pytest.fixture
def stocked(shelf: LibraryDesk, hold: Hold, by: Callable[..., By], house: House, tmp_path: Path) -> Asset:
    """A shelf with something of everything; the first picture, used, with a twin."""
    first = hold(1).asset
    hold(3, facts=replace(OWN, name="江边的桥，名字长到要换行才放得下的一张", until=NOON.date() + timedelta(days=9)))
    hold(4, "chengdu", Facts(name="网上看到的", licence="待核实"))
    hold(5, facts=replace(OWN, name="合作摄影", licence="已获授权", until=NOON.date() - timedelta(days=40)))
    add(shelf, film(tmp_path), replace(OWN, name="开幕短片"), by(), "a.mp4")
    add(shelf, jpeg(scene(6, 480, 900)), replace(OWN, name="竖幅海报"), by(), "b.jpg")
    add(shelf, jpeg(scene(1), 35), Facts(name="微信里转来的"), by(), "c.jpg")
    write(house, first.hash)
    with session_scope(shelf.engine) as session:
        focus(session, first.id, (640, 380), by())
    return first


def test_the_pages_are_clean_and_quiet(open_window: Open, address: str, stocked: Asset) -> None:
    window = open_window(f"{address}/library", width=1280, height=820, login=EDITOR)
    expect(window.page.locator(".asset")).to_have_count(7)
    look(window.page, "library")
    window.page.goto(f"{address}/library/{stocked.id}")
    expect(window.page.locator(".crop")).to_have_count(4)
    look(window.page, "asset")
    window.page.goto(f"{address}/library?words=没有这样的")
    look(window.page, "library-none")
    assert window.complaints == []


def test_an_empty_library_is_not_an_empty_page(open_window: Open, address: str) -> None:
    window = open_window(f"{address}/library", width=1280, height=820, login=EDITOR)
    expect(window.page.get_by_text("选第一批图片")).to_be_visible()
    look(window.page, "library-empty")
    assert window.complaints == []


def test_the_focus_moves_by_key_and_click_and_is_kept(
    open_window: Open, address: str, shelf: LibraryDesk, hold: Hold
) -> None:
    number = hold(1).asset.id
    page = open_window(f"{address}/library/{number}", width=1280, height=900, login=EDITOR).page
    square = page.locator('svg[data-ratio="1:1"]')
    expect(square).to_have_attribute("viewBox", "160 0 640 640")
    page.locator("#aim").focus()
    for _ in range(5):
        page.keyboard.press("Shift+ArrowRight")
    expect(square).to_have_attribute("viewBox", "320 0 640 640")
    expect(page.locator("#aim-said")).to_have_text("焦点已保存")
    box = page.locator("#aim").bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] * 0.25, box["y"] + box["height"] * 0.5)
    expect(page.locator("#aim-said")).to_have_text("还没保存")
    expect(page.locator("#aim-said")).to_have_text("焦点已保存")
    with read_scope(shelf.engine) as session:
        kept = session.get_one(Asset, number)
    assert abs(kept.focus_x - 250) <= 5 and abs(kept.focus_y - 500) <= 5
    expect(square).to_have_attribute("viewBox", "0 0 640 640")


def choose(page: Page, *files: tuple[str, bytes]) -> None:
    given = [{"name": name, "mimeType": "image/jpeg", "buffer": content} for name, content in files]
    page.locator("#files").set_input_files(given)


def test_several_files_are_sent_and_one_that_is_here_is_said(
    open_window: Open, address: str, shelf: LibraryDesk, hold: Hold
) -> None:
    hold(1)
    window = open_window(f"{address}/library", width=1280, height=820, login=EDITOR)
    page = window.page
    page.get_by_text("这一批的许可、作者和来源").click()
    page.get_by_label("许可").first.select_option("自有")
    page.get_by_label("作者").fill("李编辑")
    choose(page, ("新的一.jpg", photo(2)), ("旧的.jpg", photo(1)), ("坏的.jpg", b"not a picture at all"))
    expect(page.locator("#sending li.good")).to_contain_text("已收好")
    expect(page.locator("#sending li.twin")).to_contain_text("已有同一张图：高原天文台")
    expect(page.locator("#sending li.bad")).to_contain_text("不是图片，也不是视频")
    expect(page.locator("#sending li.bad").get_by_role("button")).to_have_text("再传一次")
    expect(page.locator(".asset").first).to_contain_text("新的一")  # it stands in the grid already
    look(page, "library-sending")
    with read_scope(shelf.engine) as session:
        row = session.exec(select(Asset).where(Asset.name == "新的一")).one()
    assert row.author == "李编辑" and row.sent_hash == hashlib.sha256(photo(2)).hexdigest()


def test_a_cut_line_is_waited_for_and_gone_on_with(open_window: Open, address: str, shelf: LibraryDesk) -> None:
    """Three pieces; the second one's answer is lost once, then the line is dead for one more try."""
    content = jpeg(Image.effect_noise((1900, 1800), 80).convert("RGB"), 90)
    assert 2 * 1024 * 1024 < len(content) < 4 * 1024 * 1024
    page = open_window(f"{address}/library", width=1280, height=820, login=EDITOR).page
    seen: list[int] = []

    def disturb(route: Route) -> None:
        if route.request.method != "PATCH":
            route.continue_()
            return
        seen.append(int(route.request.headers["upload-offset"]))
        if len(seen) == 2:
            route.fetch()  # it arrives, and nobody hears of it
            route.abort()
        elif len(seen) == 3:
            route.abort()
        else:
            route.continue_()

    page.route("**/library/uploads/*", disturb)
    choose(page, ("大图.jpg", content))
    expect(page.locator("#sending li.good")).to_contain_text("已收好")
    mib = 1024 * 1024
    assert seen[:4] == [0, mib, 2 * mib, 2 * mib]  # what had arrived was not sent again
    with read_scope(shelf.engine) as session:
        assert session.exec(select(Asset.sent_hash)).one() == hashlib.sha256(content).hexdigest()


def test_without_a_script_all_of_it_is_forms(open_window: Open, address: str, shelf: LibraryDesk) -> None:
    page = open_window(f"{address}/library", width=375, height=700, login=EDITOR, java_script_enabled=False).page
    choose(page, ("雪山.jpg", photo(1)))
    page.get_by_role("button", name="上传").click()
    expect(page.locator("h2").first).to_have_text("雪山")
    page.get_by_label("焦点：从左 %").fill("90")
    page.get_by_role("button", name="保存焦点").click()
    expect(page.locator('svg[data-ratio="1:1"]')).to_have_attribute("viewBox", "320 0 640 640")
    page.get_by_label("画面内容").fill("山")
    page.get_by_role("button", name="保存说明").click()
    with read_scope(shelf.engine) as session:
        row = session.exec(select(Asset)).one()
    assert (row.focus_x, row.alt) == (900, "山")
