"""The visual editor in a real browser: what is typed there is what is saved, as the Markdown of the house."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.web.browser.conftest import Window
from tests.web.conftest import Drawer

pytestmark = pytest.mark.browser
SLUG = "lhaaso-haizishan"
Open = Callable[..., Window]


@pytest.fixture(autouse=True)
def kept(drawer: Drawer, sample: str) -> None:
    drawer.save(SLUG, sample)


@pytest.fixture
def window(open_window: Open, address: str) -> Window:
    return open_window(f"{address}/write/{SLUG}?as=visual")


def caret(page: Page, words: str, *, after: bool = False) -> None:
    """Puts the cursor before (or after) some words of the story."""
    page.evaluate(
        """([words, after]) => {
          const hands = document.body.hands, { view } = hands;
          let at = -1;
          view.state.doc.descendants((node, from) => {
            const found = node.isText ? node.text.indexOf(words) : -1;
            if (at < 0 && found >= 0) at = from + found + (after ? words.length : 0);
          });
          if (at < 0) throw new Error("no such words");
          hands.place(at);
          view.focus();
        }""",
        [words, after],
    )


def saved(page: Page) -> None:
    page.keyboard.press("Control+s")
    expect(page.locator("#saved")).to_have_text("已保存 14:02")


def test_a_paragraph_typed_in_is_saved_as_markdown_and_shown_on_the_phones(
    window: Window, drawer: Drawer, sample: str
) -> None:
    page = window.page
    expect(page.locator("#prose")).to_contain_text("晴朗的夜里抬头")
    caret(page, "晴朗的夜里抬头")
    page.keyboard.type("新写的一句。")
    window.settle()
    expect(window.frame("wechat").locator("body")).to_contain_text("新写的一句。晴朗的夜里")
    saved(page)
    assert drawer.load(SLUG) == sample.replace("晴朗的夜里抬头", "新写的一句。晴朗的夜里抬头", 1)
    assert window.complaints == []


def test_shots(window: Window) -> None:
    window.frame("wechat")
    window.page.screenshot(path="/tmp/v1.png")
    window.page.locator(".card").first.scroll_into_view_if_needed()
    window.page.screenshot(path="/tmp/v2.png")
    window.page.locator(".card-dialogue").first.scroll_into_view_if_needed()
    window.page.screenshot(path="/tmp/v3.png")
    print(window.complaints)
