"""单独编辑 in chromium: cut, written and left by the keyboard alone; every screen clean in both widths and schemes."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from cms.db import session_scope
from cms.people import PeopleDesk
from cms.stories import Apart, save
from tests.people.apart import MAIN, OWN, an_own_text
from tests.people.house import NOON, login_of
from tests.web.browser.conftest import Window
from tests.web.browser.looks import look
from tests.web.browser.test_visual import caret

pytestmark = pytest.mark.browser
Open = Callable[..., Window]
SLUG, ON = "chengdu-own", "/write/chengdu-own/on/wechat"
ME = login_of("编辑", "chengdu")
TARGETS = ":is(main, header) :is(button, .button, select, summary):not(.as-text, .focus-dot)"


def test_a_channel_is_cut_loose_and_written_by_the_keyboard_alone(
    open_window: Open, address: str, people: PeopleDesk
) -> None:
    with session_scope(people.engine) as session:
        save(session, SLUG, MAIN, "一篇稿", "somebody", NOON)
    window = open_window(f"{address}/write/{SLUG}?as=visual", login=login_of("编辑", "sichuan"))
    page = window.page
    page.locator("#tab-wechat").press("Enter")
    page.get_by_role("button", name="单独编辑").locator("visible=true").press("Enter")
    page.wait_for_url(f"**{ON}")
    page.wait_for_selector("body[data-shown]")
    expect(page.locator("#texts")).to_contain_text("正在写：微信公众号的单独版本")
    expect(page.locator("#tab-wechat")).to_have_attribute("aria-selected", "true")
    expect(page.locator("[data-front=byline]")).to_be_hidden()
    caret(page, "正文一段。", after=True)
    page.keyboard.type("只给公众号。")
    expect(page.locator("#saved")).to_contain_text("已保存", timeout=60_000)
    page.keyboard.press("Alt+0")
    page.wait_for_url(f"**/write/{SLUG}")
    page.wait_for_selector("body[data-shown]")
    expect(page.locator("#texts")).to_contain_text("正在写：主稿")
    expect(page.locator("#prose")).not_to_contain_text("只给公众号。")
    expect(window.frame("wechat").locator("body")).to_contain_text("只给公众号。")
    expect(page.locator(".behind[data-channel=wechat]")).to_be_hidden()
    caret(page, "正文一段。", after=True)
    page.keyboard.type("主稿又写。")
    expect(page.locator(".behind[data-channel=wechat]")).to_be_visible()
    page.locator("#panel-wechat").get_by_role("link", name="看差异").press("Enter")
    page.wait_for_url("**/main")
    expect(page.locator(".diff ins").first).to_contain_text("主稿又写。")  # what was written was saved on the way
    assert [one for one in window.complaints if "404" not in one] == []


@pytest.fixture
def clashing(people: PeopleDesk) -> None:
    """Both sides changed the same paragraph, and the headline."""
    an_own_text(people)
    with session_scope(people.engine) as session:
        text = MAIN.replace("正文一段。", "主稿后来改成这样的一段。").replace("headline: 有", "headline: 改题：有")
        save(session, SLUG, text, "改题", "somebody", NOON, apart=[Apart("wechat", OWN, 1)], named={"wechat": 1})


@pytest.mark.usefixtures("clashing")
@pytest.mark.parametrize(
    ("path", "name", "ready"),
    [
        (f"{ON}?as=visual", "own", "#prose p"),
        (f"/write/{SLUG}?as=visual", "main", "#prose p"),
        (f"{ON}/main", "compare", ".clash"),
        (f"{ON}/follow", "follow", ".go"),
        (f"{ON}/history", "states", ".state"),
    ],
)
def test_every_screen_is_clean(open_window: Open, address: str, path: str, name: str, ready: str) -> None:
    window = open_window(f"{address}{path}", login=ME)
    expect(window.page.locator(ready).first).to_be_attached()
    if name in ("own", "main"):
        window.frame("wechat")
    look(window.page, f"apart-{name}", targets=TARGETS, least=(28, 44))
    assert [one for one in window.complaints if "404" not in one] == []
