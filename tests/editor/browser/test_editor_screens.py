"""The editor and the history: clean for axe in light and dark at two widths, quiet in the console, fit for a thumb."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from cms.db import session_scope
from cms.people import PeopleDesk
from cms.stories import save
from tests.people.house import NOON, login_of
from tests.web.browser.conftest import Window
from tests.web.browser.test_visual import caret, every_block

pytestmark = pytest.mark.browser
Open = Callable[..., Window]
LOOKS = [(1440, "light"), (1440, "dark"), (375, "light"), (375, "dark")]
SLUG = "chengdu-one"
SMALL = """(least) => [...document.querySelectorAll(':is(main, header) :is(button, .button, select, summary)')]
  .filter((one) => one.checkVisibility() && !one.matches('.as-text, .focus-dot'))
  .filter((one) => one.getBoundingClientRect().height < least).map((one) => one.outerHTML)"""


@pytest.fixture(autouse=True)
def written(people: PeopleDesk) -> None:
    text = every_block().replace("slug: small", f"slug: {SLUG}")
    with session_scope(people.engine) as session:
        for minutes, words in ((1, "一段"), (2, "这一段"), (90, "这里的一段")):
            now = NOON + timedelta(minutes=minutes)
            save(session, SLUG, text.replace("一段，", f"{words}，"), "小稿", login_of("编辑", "chengdu"), now)


def look(open_window: Open, address: str, path: str, width: int, scheme: str) -> Page:
    window = open_window(
        f"{address}{path}", width=width, height=900, login=login_of("编辑", "chengdu"), color_scheme=scheme
    )
    found = Axe().run(window.page)
    assert found.violations_count == 0, f"{path} {width} {scheme}\n{found.generate_report()}"
    assert window.page.evaluate("document.documentElement.scrollWidth") <= width
    assert [one for one in window.complaints if "404" not in one] == []
    return window.page


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_the_editor_is_clean(open_window: Open, address: str, width: int, scheme: str, tmp_path: Path) -> None:
    page = look(open_window, address, f"/write/{SLUG}?as=visual", width, scheme)
    expect(page.locator("#prose .card-dialogue")).to_be_attached()
    page.locator(".front-more summary").click()
    assert page.evaluate(SMALL, 44 if width == 375 else 28) == []
    page.screenshot(path=tmp_path / "editor.png")


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_the_history_is_clean(open_window: Open, address: str, width: int, scheme: str, tmp_path: Path) -> None:
    page = look(open_window, address, f"/write/{SLUG}/history", width, scheme)
    expect(page.locator(".diff ins").first).to_have_text("里的")
    assert page.evaluate(SMALL, 44 if width == 375 else 36) == []
    page.screenshot(path=tmp_path / "history.png", full_page=True)


def test_writing_on_a_phone_keeps_the_tools_in_sight(open_window: Open, address: str) -> None:
    page = open_window(
        f"{address}/write/{SLUG}?as=visual", width=375, height=420, login=login_of("编辑", "chengdu")
    ).page
    caret(page, "第二条", after=True)  # the height is what a keyboard leaves
    page.keyboard.type("，用手机写。")
    expect(page.locator("#prose")).to_contain_text("第二条，用手机写。")
    expect(page.locator(".tools")).to_be_in_viewport()
    page.get_by_role("tab", name="检查").click()
    expect(page.locator("#findings li").first).to_be_visible()


def test_submitting_saves_first(open_window: Open, address: str) -> None:
    page = open_window(f"{address}/write/{SLUG}?as=visual", login=login_of("编辑", "chengdu")).page
    caret(page, "第二条", after=True)
    page.keyboard.type("，送审前写的。")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/review/**")
    page.goto(f"{address}/write/{SLUG}")
    expect(page.locator("#prose")).to_contain_text("送审前写的。")
