"""A package somebody holds, and its story is called back: the page on the desk and on the phone, clean for axe."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from cms.db import session_scope
from cms.people import PeopleDesk, Person
from cms.releases import Delivery, handlinks
from pipeline import recalls as press
from tests.desk.browser.test_desk_pages import TARGETS
from tests.ledger.platforms_world import PlatformsWorld
from tests.people.house import login_of, token_for
from tests.recalls import world as w
from tests.web.browser.conftest import Window
from tests.web.browser.looks import look

pytestmark = [pytest.mark.browser, pytest.mark.keeps("order")]
EDITOR = login_of("编辑", "chengdu")
WORDS = {"waits": "先不要发", "withdrawn": "要撤下", "corrected": "要更正"}


@pytest.mark.parametrize("how", WORDS)
def test_it_says_what_stands_instead_of_what_to_post(
    open_window: Callable[..., Window], address: str, people: PeopleDesk, world: PlatformsWorld, how: str
) -> None:
    world.run(hours=2)
    task = w.deliveries(world)["toutiao:chengdu"][0].id
    if how == "waits":
        press.order_retraction(world.house, "story-0", w.REASON, "本文不实，已撤回。", "editor", world.now)
    else:
        (w.retract if how == "withdrawn" else w.correct)(world)
    world.run(hours=0.2)
    with session_scope(people.engine) as session:
        row = session.get_one(Delivery, task)
        token = handlinks.give(session, row, session.get_one(Person, 1).id, EDITOR, world.now)
    window = open_window(f"{address}/sign-in", login="")
    page = window.page
    page.context.add_cookies([{"name": "yigao-who", "value": token_for(people, EDITOR, world.now), "url": address}])
    for path, name in ((f"/hand-over/{task}", "task"), ("/hand-over", "queue")):
        page.goto(address + path)
        expect(page.locator("main")).to_contain_text(WORDS[how])
        look(page, f"{how}-{name}", targets=TARGETS)
    phone = open_window(f"{address}/h/{token}", width=375, height=740, login="").page
    phone.get_by_role("button").first.click()
    expect(phone.locator("main")).to_contain_text(WORDS[how])
    look(phone, f"{how}-phone", targets=TARGETS)
    assert bool(phone.locator("[data-copy]").count()) == (how == "corrected")
    assert window.complaints == []
