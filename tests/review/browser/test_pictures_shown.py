"""A story's picture where it is written, read and adopted: shown to who may see it, in a real browser."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import FrameLocator, Locator, Page, expect

from cms import review
from cms.db import session_scope
from pipeline.house import House
from pipeline.submissions import draw
from tests.people.house import BOSS, NOON, login_of
from tests.people.test_pictures_of_units import FIGURE, lay, with_picture
from tests.review.conftest import AUTHOR, person, unit_of
from tests.review.test_adopting import CHIEF, Above, adopt
from tests.review.test_adopting import above as above
from tests.web.browser.conftest import Window

pytestmark = pytest.mark.browser


def is_drawn(where: Page | FrameLocator | Locator) -> None:
    """Every picture there has come, and there is one at least."""
    pictures = where.locator("img")
    expect(pictures.first).to_be_visible()
    for one in pictures.all():
        one.scroll_into_view_if_needed()
        expect(one).to_have_js_property("complete", value=True)
        assert one.evaluate("one => one.naturalWidth") > 1, one.get_attribute("src")


def test_in_the_editor_and_in_each_preview(
    open_window: Callable[..., Window], address: str, crew: House, sent: Callable[..., int]
) -> None:
    with_picture(crew, sent)
    window = open_window(f"{address}/write/chengdu-liangzi", login=AUTHOR)
    for channel in ("site", "wechat"):
        is_drawn(window.frame(channel))
    is_drawn(window.page.locator("#prose .card-figure"))
    assert window.complaints == []


def test_to_a_reviewer_of_another_unit(
    open_window: Callable[..., Window], address: str, crew: House, sent: Callable[..., int]
) -> None:
    number, lender = with_picture(crew, sent), login_of("审核", "ganzi")
    with session_scope(crew.engine) as session:
        until = NOON + timedelta(days=2)
        review.lend(session, person(session, lender), unit_of(session, "chengdu"), "审核", until, "借调", BOSS, NOON)
    for channel in ("site", "wechat"):
        window = open_window(f"{address}/review/{number}?channel={channel}", login=lender)
        is_drawn(window.page.frame_locator("iframe.glass"))
        assert window.complaints == []


def test_to_who_adopts_it_from_the_province(
    open_window: Callable[..., Window], address: str, crew: House, above: Above
) -> None:
    lay(crew, "sheng-liangzi")
    above(words=f"这是第一天\n\n{FIGURE}\n\n同日")
    number = adopt(crew)
    draw(crew, NOON)
    for channel in ("site", "wechat"):
        window = open_window(f"{address}/review/{number}?channel={channel}", login=CHIEF)
        is_drawn(window.page.frame_locator("iframe.glass"))
        assert window.complaints == []
