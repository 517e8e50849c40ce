"""Behind the last block one can always write on: by the keys alone, and on a phone, which has no arrows, by a touch."""

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.hands import press
from tests.web.browser.test_visual import Open, every_block
from tests.web.conftest import Drawer

pytestmark = pytest.mark.browser
KINDS = ["figure", "key_figure", "divider", "table", "fact_box", "dialogue", "code_block", "gallery", "quote", "region"]
ONLY = """(kind) => {
  const { hands } = document.body;
  const last = hands.json().content.find((one) => one.type === kind);
  const first = { type: "paragraph", content: [{ type: "text", text: "头一段。" }] };
  hands.load({ type: "doc", content: [first, last] });
  hands.focus();
}"""
STILL = """() => {
  const prose = document.querySelector("#prose .ProseMirror");
  prose.scrollIntoView({ block: "end" });
  const { left, bottom } = prose.lastElementChild.getBoundingClientRect();
  const [x, y] = [left + 40, bottom + 24], now = `${x} ${y}`;
  const isOurs = document.elementFromPoint(x, y)?.matches(".ProseMirror");
  window.still = isOurs && window.was === now ? (window.still ?? 0) + 1 : 0;
  window.was = now;
  return window.still > 20 && [x, y];
}"""
"""The place below the last block has been free and where it is for twenty frames."""
KINDS_NOW = "() => document.body.hands.json().content.map((one) => one.type)"


def ending(open_window: Open, address: str, drawer: Drawer, kind: str, width: int) -> Page:
    """A story of one paragraph and a last block."""
    drawer.save("small", every_block())
    page = open_window(f"{address}/write/small?as=visual", width=width, height=800).page
    page.evaluate(ONLY, kind)
    return page


def written_on(page: Page, kind: str) -> None:
    page.keyboard.type("写在后面。")
    expect(page.locator("#prose > .ProseMirror > p").last).to_have_text("写在后面。")
    assert page.evaluate(KINDS_NOW) == ["paragraph", kind, "paragraph"]


@pytest.mark.parametrize("kind", KINDS)
def test_down_from_the_last_block(open_window: Open, address: str, drawer: Drawer, kind: str) -> None:
    page = ending(open_window, address, drawer, kind, 1440)
    for _ in range(20):
        press(page, "ArrowDown")
    written_on(page, kind)


@pytest.mark.parametrize("kind", KINDS)
def test_a_touch_below_the_last_block(open_window: Open, address: str, drawer: Drawer, kind: str) -> None:
    page = ending(open_window, address, drawer, kind, 375)
    x, y = page.wait_for_function(STILL).json_value()  # what is found and drawn above may still push it down
    page.mouse.click(x, y)
    written_on(page, kind)


def test_down_within_a_story_adds_nothing(open_window: Open, address: str, drawer: Drawer) -> None:
    drawer.save("small", every_block())
    page = open_window(f"{address}/write/small?as=visual").page
    before = page.evaluate(KINDS_NOW)
    page.evaluate("() => { document.body.hands.place(1); document.body.hands.focus(); }")
    for _ in range(12):
        press(page, "ArrowDown")
    assert page.evaluate(KINDS_NOW) == before
