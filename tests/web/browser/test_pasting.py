"""Styled clips (Word, WPS, 公众号, 飞书, pages) come in without the browser complaining of one inline style."""

import pytest
from playwright.sync_api import ConsoleMessage, Page, expect

from tests.arrivals.pages import PAGES
from tests.journeys.hands import copy_from_word
from tests.web.browser.conftest import Window
from tests.web.browser.test_visual import caret
from tests.web.browser.test_visual import kept as kept
from tests.web.browser.test_visual import window as window

pytestmark = pytest.mark.browser
HOLD = """([html, kind]) => {
  const held = new DataTransfer(), home = document.querySelector(".ProseMirror"), box = home.getBoundingClientRect();
  held.setData("text/html", html);
  held.setData("text/plain", "从别处拖来的");
  const where = { clientX: box.left + 40, clientY: box.top + 20, bubbles: true, cancelable: true };
  home.dispatchEvent(kind === "drop" ? new DragEvent("drop", { dataTransfer: held, ...where })
    : new ClipboardEvent("paste", { clipboardData: held, bubbles: true, cancelable: true }));
}"""
STYLED = (
    "<style>p.MsoNormal{margin:0;color:red}</style><p class=MsoNormal style='text-indent:21pt;mso-char-indent-count:2'>"
    "<span style='font-size:12pt;color:red'>从 Word 来的<b style='color:blue'>一段</b></span></p>"
)


def policy(page: Page) -> list[str]:
    """What the console says of the page's own policy from now on, whatever its level."""
    said: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text or message.text.startswith("CSP:"):
            said.append(message.text)

    page.on("console", hear)
    return said


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("kind", ["paste", "drop"])
def test_what_comes_styled_breaks_no_policy(window: Window, name: str, kind: str) -> None:
    page = window.page
    said = policy(page)
    caret(page, "末一段。", after=True)
    page.keyboard.press("Enter")
    with page.expect_response("**/arrive", timeout=20_000) as answer:
        page.evaluate(HOLD, [PAGES[name].html, kind])
    assert answer.value.status == 200
    page.wait_for_function("document.getElementById('progress').textContent === ''")
    expect(page.locator("#prose")).not_to_contain_text("从别处拖来的")  # through the one cleaner, not the plain words
    assert said == []


def test_the_keys_of_a_real_clipboard_break_none_either(window: Window) -> None:
    page = window.page
    said = policy(page)
    caret(page, "末一段。", after=True)
    page.keyboard.press("Enter")
    copy_from_word(page, STYLED)
    said.clear()  # the other window's
    page.keyboard.press("Control+v")
    expect(page.locator("#prose strong")).to_have_text("一段")
    assert said == []


def test_words_within_the_editor_move_as_before(window: Window) -> None:
    """Its own blocks are cut and pasted by the editor itself, without the cleaner."""
    page = window.page
    page.route("**/arrive", lambda route: route.abort())
    caret(page, "头一段", through="头一段")
    page.keyboard.press("Control+x")
    caret(page, "末一段。", after=True)
    page.keyboard.press("Control+v")
    expect(page.locator("#prose")).to_contain_text("末一段。头一段")
