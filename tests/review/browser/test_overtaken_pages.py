"""A story changed after 送审: what its author sees as they type, and what becomes of the opinion a reviewer typed."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from pipeline.house import House
from tests.review.conftest import AUTHOR, FIRST, write
from tests.web.browser.conftest import Window
from tests.web.browser.looks import look

pytestmark = pytest.mark.browser
Open = Callable[..., Window]
Send = Callable[..., int]


def test_the_bar_says_so_once_it_is_saved_and_leads_back_or_on(
    open_window: Open, address: str, crew: House, sent: Send
) -> None:
    number = sent()
    page = open_window(f"{address}/write/chengdu-liangzi?as=markdown", width=1280, height=820, login=AUTHOR).page
    bar = page.locator("#standing")
    expect(bar).to_contain_text("已经送审，改动保存后要重新送审")
    expect(bar.locator("a, button").locator("visible=true")).to_have_count(0)
    page.locator("#text").fill(page.locator("#text").input_value().replace("第一天", "第一个晴天"))
    page.keyboard.press("Control+s")
    expect(bar).to_have_attribute("data-kind", "overtaken")
    expect(bar.get_by_role("link", name="重新送审")).to_be_visible()
    expect(bar.get_by_role("link", name="看审稿意见")).to_have_attribute("href", f"/review/{number}")
    look(page, "overtaken", targets="#standing .button, #standing button", frames=False)
    bar.get_by_role("button", name="改回送审的那一版").click()
    expect(page.locator("#standing")).to_contain_text("已经送审，改动保存后要重新送审")
    assert "第一个晴天" not in page.locator("#text").input_value()


def test_what_a_reviewer_typed_is_there_to_be_left(open_window: Open, address: str, crew: House, sent: Send) -> None:
    number = sent()
    page = open_window(f"{address}/review/{number}", width=1280, height=820, login=FIRST).page
    page.locator(".choice.pass summary").click()
    page.get_by_label("我已逐字校对").check()
    page.get_by_label("初审意见").fill("第二段的长度要注明出处。")
    write(crew, "这是改过的第一天")
    page.get_by_role("button", name="初审通过").click()
    kept = page.get_by_label("您刚才写的意见还在")
    expect(kept).to_have_value("第二段的长度要注明出处。")
    look(page, "opinion-kept", targets="button, .button, summary, textarea", frames=False)
    page.get_by_role("button", name="留作意见").click()
    expect(page.locator(".opinions")).to_contain_text("第二段的长度要注明出处。")


def test_the_lists_call_it_what_it_is(open_window: Open, address: str, crew: House, sent: Send) -> None:
    sent()
    write(crew, "这是改过的第一天")
    page = open_window(f"{address}/stories?state=overtaken", width=1280, height=820, login=AUTHOR).page
    expect(page.locator(".story .mark, .story .row-slug").first).to_contain_text("改过，等重新送审")
    look(page, "overtaken-stories", targets="main button, main .button, main select", frames=False)
    page.goto(f"{address}/review")
    expect(page.locator(".sub .state")).to_have_text("改过，等重新送审")
    look(page, "overtaken-review", targets="main a", frames=False)
