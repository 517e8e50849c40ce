"""What makes a new version of a signed story with one click: the tick is in sight, and the browser asks for it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from pipeline.house import House
from tests.review.conftest import AUTHOR
from tests.review.test_losing import ON, WRITE, Send, behind, history, signed, states
from tests.web.browser.conftest import Window
from tests.web.browser.looks import look

pytestmark = pytest.mark.browser
TARGETS = "button, .button, .losing label"


@pytest.mark.parametrize(
    ("name", "before", "path", "deed"),
    [
        ("history", history, f"{WRITE}/history?from=2&to=1", "恢复成新的一版"),
        ("follow", behind, f"{ON}/follow", "恢复跟随主稿"),
        ("main", behind, f"{ON}/main", "采用主稿的更新"),
        ("states", behind, f"{ON}/history?number=2", "恢复成微信公众号的单独版本"),
    ],
)
def test_the_browser_asks_for_the_tick_before_a_click_voids_signatures(
    open_window: Callable[..., Window],
    address: str,
    crew: House,
    sent: Send,
    name: str,
    before: Callable[[House], None],
    path: str,
    deed: str,
) -> None:
    before(crew)
    signed(crew, sent)
    window = open_window(f"{address}{path}", width=375, height=740, login=AUTHOR)
    page = window.page
    look(page, f"losing-{name}", targets=TARGETS, frames=False)
    for row in page.locator("input[type=radio][value=main]").all():
        row.check()
    page.get_by_role("button", name=deed).click()
    assert states(crew) == {("ready", False)}, "nothing happens without the tick"
    page.get_by_label("我知道签发会作废").check()
    page.get_by_role("button", name=deed).click()
    expect(page).not_to_have_url(f"{address}{path}")
    assert states(crew) == {("held", True)}
    assert window.complaints == []
