"""What is reached by way of another page, clean for axe: an order and its report, a flash, a task on a phone."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import expect

from cms.db import session_scope
from cms.people import PeopleDesk, Person
from cms.releases import Delivery, handlinks
from pipeline import recalls as press
from tests.desk.browser.test_desk_pages import SIGNER, TARGETS
from tests.desk.browser.test_desk_pages import lived_in as lived_in
from tests.ledger.platforms_world import PlatformsWorld
from tests.people.asking import fill
from tests.people.house import login_of, signed_in, token_for
from tests.web.browser.conftest import Window
from tests.web.browser.looks import look

EDITOR = login_of("编辑", "sichuan")
pytestmark = pytest.mark.browser


def test_an_order_its_report_a_flash_and_a_task_on_a_phone(
    open_window: Callable[..., Window],
    address: str,
    app: Flask,
    people: PeopleDesk,
    world: PlatformsWorld,
    lived_in: dict[str, int],
) -> None:
    window = open_window(f"{address}/sign-in", login="")
    page = window.page
    page.context.add_cookies([{"name": "yigao-who", "value": token_for(people, SIGNER, world.now), "url": address}])
    for path, name in (("/recalls/1", "recall"), ("/recalls/1/report", "report")):
        page.goto(address + path)
        expect(page.locator("h1")).to_be_visible()
        look(page, name, targets=TARGETS)
    words = {"title": "暴雨红色预警", "text": "今天夜间有大暴雨，请待在家里。", "unit": "sichuan", "channel": "site"}
    made = fill(signed_in(app, people, EDITOR, world.now), "/flash", "/flash", **words)
    page.goto(address + made.headers["Location"])
    expect(page.locator("main")).to_contain_text("暴雨红色预警")
    look(page, "flash-one", targets=TARGETS)
    with session_scope(people.engine) as session:
        task = session.get_one(Delivery, lived_in["task"])
        token = handlinks.give(session, task, session.get_one(Person, 1).id, SIGNER, world.now)
    phone = open_window(f"{address}/h/{token}", width=375, height=740, login="").page
    look(phone, "task-by-link", targets=TARGETS)
    phone.get_by_role("button").first.click()
    expect(phone).to_have_url(f"{address}/phone/{lived_in['task']}")
    expect(phone.locator("[data-copy]").first).to_be_visible()
    look(phone, "task-on-phone", targets=TARGETS)
    assert window.complaints == []


def test_on_a_phone_what_is_dealt_with_is_folded(
    open_window: Callable[..., Window],
    address: str,
    people: PeopleDesk,
    world: PlatformsWorld,
    lived_in: dict[str, int],
) -> None:
    """Of an order under way: what needs a person stays open, the rest is a line one opens, without a script."""
    press.approve_retraction(world.house, 1, SIGNER, "同意", world.now)
    world.run(hours=1)
    page = open_window(f"{address}/sign-in", width=375, height=740, login="").page
    page.context.add_cookies([{"name": "yigao-who", "value": token_for(people, SIGNER, world.now), "url": address}])
    for path, row in (("/recalls/1", ".plan tbody tr"), ("/recalls/1/report", ".copy")):
        page.goto(address + path)
        waits, over = page.locator(f"{row}:not(.is-over)"), page.locator(f"{row}.is-over")
        assert waits.count() and over.count()
        expect(waits.first).to_be_visible()
        expect(over.first).to_be_hidden()
        look(page, f"folded{path.replace('/', '-')}", targets=TARGETS)
        page.get_by_text(f"已办妥 {over.count()} 处，展开看").click()
        expect(over.first).to_be_visible()
        page.set_viewport_size({"width": 1200, "height": 800})
        page.reload()
        expect(over.first).to_be_visible()
        page.set_viewport_size({"width": 375, "height": 740})


def test_on_a_phone_an_order_over_many_copies_is_a_few_lines_away(
    open_window: Callable[..., Window],
    address: str,
    people: PeopleDesk,
    world: PlatformsWorld,
    lived_in: dict[str, int],
) -> None:
    """The plan comes first, counted by channel; every single copy is a line one opens."""
    page = open_window(f"{address}/sign-in", width=375, height=740, login="").page
    page.context.add_cookies([{"name": "yigao-who", "value": token_for(people, SIGNER, world.now), "url": address}])
    page.goto(f"{address}/stories/story-0/recall?kind=retraction")
    copies = page.locator(".plan tbody tr")
    assert copies.count() > 6
    expect(copies.first).to_be_hidden()
    sums = page.locator(".plan-sums li").all_inner_texts()
    assert sum(int(re.search(r"(\d+) 份", one)[1]) for one in sums) == copies.count()  # type: ignore[index]
    box = page.locator("#reason").bounding_box()
    assert box is not None and box["y"] < 3 * 740
    look(page, "recall-form-phone", targets=TARGETS)
    page.get_by_text(f"每一份怎么办： {copies.count()} 份，展开看").click()
    expect(copies.first).to_be_visible()
