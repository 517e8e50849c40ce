"""A phone of 320 px: faces stay beside their bubbles, and nothing pushes the page wider."""

import pytest
from playwright.sync_api import Browser

import themes
from assets.pictures import Pictures
from channels.rendering import resolve
from channels.values import Dialogue, FactBox, Line, Manuscript, Text
from channels.wechat import channel
from tests.contract import stories

_TOPS = """() => Array.from(document.querySelectorAll("section"))
  .filter((one) => one.children.length === 2 && Array.from(one.children).every(
    (child) => getComputedStyle(child).display === "inline-block"))
  .map((one) => Array.from(one.children).map((child) => Math.round(child.getBoundingClientRect().top)))"""


def talk() -> Dialogue:
    words = "说得很长很长的一句话，长到在窄屏上一定要折行，" * 3
    return Dialogue(lines=tuple(Line(speaker=who, text=(Text(words),)) for who in ("a", "b", "b")))


@pytest.mark.parametrize("look", themes.LOOKS)
def test_faces_stay_beside_their_bubbles_even_inside_a_box(browser: Browser, assets: Pictures, look: str) -> None:
    account = stories.profile("wechat")
    blocks = (talk(), FactBox(title="盒子", blocks=(talk(),)))
    story = resolve(Manuscript(slug="s", headline="标题", blocks=blocks, look=look), account)
    body = channel.render([story], account, themes.load("chengdu"), assets).parts[0].body
    page = browser.new_page(viewport={"width": 320, "height": 700})
    page.set_content(f'<!DOCTYPE html><body style="margin:0;padding:0 16px">{body}')
    pairs = page.evaluate(_TOPS)
    assert len(pairs) == 6 and all(first == second for first, second in pairs)
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.close()
