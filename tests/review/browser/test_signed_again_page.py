"""照签发的那一版发 and 经过, as a signer meets them: said plainly, done with one form, clean for axe at both widths."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from pipeline.house import House
from tests.people.house import login_of
from tests.review.conftest import CHIEF
from tests.review.test_signed_again import failed, states
from tests.review.test_signed_again import signed as signed
from tests.web.browser.conftest import Window
from tests.web.browser.looks import look

pytestmark = pytest.mark.browser
Open = Callable[..., Window]
Send = Callable[..., int]
TARGETS = "button, .button, summary, select, textarea"


def test_what_failed_goes_out_as_it_was_signed(open_window: Open, address: str, signed: int, crew: House) -> None:
    failed(crew, signed)
    window = open_window(f"{address}/releases/{signed}", width=1280, height=820, login=CHIEF)
    page = window.page
    card = page.locator("#voided")
    expect(card).to_contain_text("2 份要先定发哪一版才能再发")
    look(page, "release-as-signed", targets=TARGETS, frames=False)
    card.locator("summary").click()
    card.get_by_label("理由").fill("改的是下一版")
    card.get_by_role("button", name="照签发的那一版发").click()
    expect(page.locator(".said", has_text="确认照签发的那一版发")).to_contain_text("不随第 2 版的改动：改的是下一版")
    expect(card).to_have_count(0)
    assert states(crew, signed) == ["held", "ready"]
    page.goto(f"{address}/write/chengdu-liangzi")
    expect(page.locator("body")).to_contain_text("这是第二天")
    assert [one for one in window.complaints if "404" not in one and "422" not in one] == []


def test_what_was_sent_anew_is_one_row_with_what_came_before_under_it(
    open_window: Open, address: str, sent: Send, crew: House
) -> None:
    first = sent()
    last = sent(grade="B")
    assert last != first
    window = open_window(f"{address}/releases", width=1280, height=820, login=login_of("签发", "chengdu"))
    page = window.page
    expect(page.locator(".briefs .row-headline")).to_have_count(1)
    page.locator(".before summary").click()
    expect(page.locator(".before")).to_contain_text("2 份已取消")
    look(page, "releases-before", targets=TARGETS, frames=False)
    page.set_viewport_size({"width": 1280, "height": 820})
    page.locator(".before a").click()
    expect(page.locator(".said")).to_contain_text("这张发布单已经不作数")
    look(page, "release-over", targets=TARGETS, frames=False)
    page.set_viewport_size({"width": 1280, "height": 820})
    page.locator(".said a").click()
    expect(page.locator(".matrix .cell")).to_have_count(2)
    look(page, "release-before", targets=TARGETS, frames=False)
    assert [one for one in window.complaints if "404" not in one] == []
