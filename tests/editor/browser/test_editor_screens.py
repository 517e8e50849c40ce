"""The editor and the history: clean for axe in light and dark at two widths, quiet in the console, fit for a thumb."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from cms.db import session_scope
from cms.people import PeopleDesk
from cms.stories import save
from tests.people.house import NOON, login_of
from tests.web.browser.conftest import Window
from tests.web.browser.looks import look
from tests.web.browser.test_visual import caret, every_block

pytestmark = pytest.mark.browser
Open = Callable[..., Window]
SLUG = "chengdu-one"
TARGETS = ":is(main, header) :is(button, .button, select, summary):not(.as-text, .focus-dot)"


@pytest.fixture(autouse=True)
def written(people: PeopleDesk) -> None:
    text = every_block().replace("slug: small", f"slug: {SLUG}")
    with session_scope(people.engine) as session:
        for minutes, words in ((1, "一段"), (2, "这一段"), (90, "这里的一段")):
            now = NOON + timedelta(minutes=minutes)
            save(session, SLUG, text.replace("一段，", f"{words}，"), "小稿", login_of("编辑", "chengdu"), now)


def seen(open_window: Open, address: str, path: str, ready: str, name: str, *, least: int) -> None:
    window = open_window(f"{address}{path}", login=login_of("编辑", "chengdu"))
    expect(window.page.locator(ready).first).to_be_attached()
    for more in window.page.locator(".front-more summary").all():
        more.click()
    look(window.page, name, wide=1440, targets=TARGETS, least=(least, 44))
    assert [one for one in window.complaints if "404" not in one] == []


def test_the_editor_is_clean(open_window: Open, address: str) -> None:
    seen(open_window, address, f"/write/{SLUG}?as=visual", "#prose .card-dialogue", "editor", least=28)


def test_the_history_is_clean(open_window: Open, address: str) -> None:
    seen(open_window, address, f"/write/{SLUG}/history", ".diff ins", "history", least=36)


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
