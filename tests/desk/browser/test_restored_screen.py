"""恢复后核对 on the screen: clean for axe in light and dark, on a desk and on a phone."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from cms.db import session_scope
from cms.people import PeopleDesk
from cms.releases import restoring
from pipeline import doubts
from pipeline.flashes import tend
from tests.ledger.platforms_world import PlatformsWorld
from tests.people.house import login_of, token_for
from tests.web.browser.conftest import Window
from tests.web.browser.looks import look

pytestmark = [pytest.mark.browser, pytest.mark.keeps("backup")]
SIGNER = login_of("签发", "sichuan")


@pytest.mark.parametrize("is_asked", [False, True])
def test_the_hold_of_a_restoring_is_clean_and_says_all(
    open_window: Callable[..., Window], address: str, people: PeopleDesk, world: PlatformsWorld, is_asked: bool
) -> None:
    world.now += timedelta(hours=2)
    with session_scope(people.engine) as session:
        restoring.give(session, world.now - timedelta(hours=3), "editor", "机器坏了", world.now)
        doubts.raise_all(world.house, session, world.now)
    if is_asked:
        world.run(hours=1)
    tend(world.house, world.now)
    window = open_window(f"{address}/sign-in", login="")
    page, host = window.page, "/".join(address.split("/")[:3])
    page.context.add_cookies([{"name": "yigao-who", "value": token_for(people, SIGNER, world.now), "url": host}])
    page.goto(f"{address}/halts/1")
    expect(page.locator(".frozen")).to_contain_text("恢复后核对，先停着")
    assert page.get_by_role("button", name="确认核对完，恢复发送").count() == is_asked
    look(page, f"restored-{is_asked}", targets="button, .button, summary, input:not([type=checkbox], [type=hidden])")
    page.goto(address)
    expect(page.locator(".in-sandbox").last).to_contain_text("全省先停着")
    look(page, f"today-restored-{is_asked}", targets="button, .button")
    assert window.complaints == []
