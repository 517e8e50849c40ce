"""签发 after the slot, on a phone: the page says that it sends at once, and the button too."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlmodel import select

from cms.db import session_scope
from cms.releases import Delivery, Release
from cms.review import Submission
from pipeline.house import House
from tests.people.house import NOON
from tests.review.conftest import CHIEF, FIRST, SECOND, state
from tests.review.test_rooms import take
from tests.web.browser.conftest import Window
from tests.web.browser.looks import look

pytestmark = pytest.mark.browser
TARGETS = "button, .button, summary, select, textarea"


def let_pass(house: House, number: int, hours: int) -> None:
    """As if the slot had been so long ago."""
    with session_scope(house.engine) as session:
        one = session.get_one(Submission, number)
        release = session.get_one(Release, one.release_id)
        one.due_at = release.due_at = NOON - timedelta(hours=hours)
        for each in session.exec(select(Delivery).where(Delivery.release_id == release.id)):
            each.due_at = release.due_at
            session.add(each)
        session.add_all([one, release])


@pytest.mark.parametrize("width", [375, 1280])
def test_whoever_signs_late_knows_that_it_goes_out_at_once(
    open_window: Callable[..., Window], address: str, crew: House, sent: Callable[..., int], width: int
) -> None:
    number = sent()
    for login in (FIRST, SECOND, CHIEF):
        take(crew, number, login)
    let_pass(crew, number, 2)
    window = open_window(f"{address}/review/{number}", width=width, height=740, login=CHIEF)
    page = window.page
    expect(page.locator(".slot + .bad")).to_have_text("时间已过")
    look(page, f"late-{width}", targets=TARGETS, frames=False)
    page.set_viewport_size({"width": width, "height": 740})
    page.locator(".choice.pass summary").click()
    expect(page.locator(".choice.pass .said.bad")).to_contain_text("已过 2 小时：签齐后立即发布")
    for tick in page.locator(".choice.pass [name=read]").all():
        tick.check()
    page.get_by_role("button", name="签发，立即发布").click()
    assert state(crew, number) == "reviewing", "the browser asks for the tick"
    page.get_by_label("立即发布，不等别的时间").check()
    page.get_by_role("button", name="签发，立即发布").click()
    expect(page.locator("body")).to_contain_text("已签发")
    assert state(crew, number) == "signed"
    assert window.complaints == []


def test_what_is_a_day_late_has_to_be_moved_first(
    open_window: Callable[..., Window], address: str, crew: House, sent: Callable[..., int]
) -> None:
    number = sent()
    for login in (FIRST, SECOND, CHIEF):
        take(crew, number, login)
    let_pass(crew, number, 30)
    page = open_window(f"{address}/review/{number}", width=375, height=740, login=CHIEF).page
    page.locator(".choice.pass summary").click()
    expect(page.locator(".choice.pass")).to_contain_text("请先改到将来的时间再签")
    expect(page.get_by_role("button", name="签发")).to_be_disabled()
    page.get_by_role("link", name="去改时间").click()
    expect(page.get_by_role("button", name="改《")).to_be_visible()
