"""Every page of delivery: clean for axe in light and dark, no wider than the screen, its targets big enough."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlmodel import col, select

from cms import releases, review
from cms.db import session_scope
from cms.matrix import Account
from cms.people import PeopleDesk
from cms.releases import Delivery, freeze
from cms.releases.exempting import Exempt
from pipeline import recalls as press
from pipeline.intake import take_in_text
from pipeline.reconcile import reconcile
from tests.ledger.platforms_world import PlatformsWorld
from tests.people.house import login_of, token_for
from tests.recalls.world import corrected_text
from tests.web.browser.conftest import Window
from tests.web.browser.looks import look

pytestmark = pytest.mark.browser
Open = Callable[..., Window]
SIGNER, ADMIN = login_of("签发", "sichuan"), login_of("省级管理员", "sichuan")
PAGES = {
    "today": ("/", SIGNER),
    "releases": ("/releases", SIGNER),
    "nothing": ("/releases?tone=wait", SIGNER),
    "matrix": ("/releases/1", SIGNER),
    "delivery": ("/deliveries/{held}", SIGNER),
    "recalls": ("/recalls", SIGNER),
    "plan": ("/stories/story-0/recall?kind=retraction", SIGNER),
    "choices": ("/stories/story-0/recall?kind=correction&use-wechat=comment", SIGNER),
    "decision": ("/recalls/1/decide", SIGNER),
    "strangers": ("/strangers", SIGNER),
    "halts": ("/halts?look=yes&unit=ganzi&let_account=wechat:ganzi", ADMIN),
    "halt": ("/halts/1", SIGNER),
    "flash": ("/flash", SIGNER),
    "grey": ("/grey", ADMIN),
    "queue": ("/hand-over", SIGNER),
    "task": ("/hand-over/{task}", SIGNER),
    "stories": ("/stories", SIGNER),
}
A4, MARGIN = 794, 45
"""Widths in CSS px: of the sheet, and of what delivery.css leaves at each side of it."""
TARGETS = "button, .button, summary, select, .cell, .out, .chip, .near a, input:not([type=checkbox], [type=hidden])"


@pytest.fixture
def lived_in(world: PlatformsWorld) -> dict[str, int]:
    """Something on every page: copies out, one held, one with a person, an order, a freeze."""
    world.run(hours=1.5)
    with session_scope(world.house.engine) as session:
        query = select(Delivery).where(Delivery.account_id == Account.id, Account.channel == "toutiao")
        held, task, *_ = session.exec(query.order_by(col(Delivery.id))).all()
        releases.hold(session, held, SIGNER, "头条号要先实名认证（平台代码 60012），请认证后接着发。", world.now)
        lets, why = [Exempt("account", "site:ganzi"), Exempt("topic", "防汛")], "民生信息照发"
        scope = freeze.Scope(unit="ganzi", channel="site")
        row = freeze.freeze(session, scope, "州里统一安排", ADMIN, world.now, lets=lets, why_lets=why)
        freeze.end_exemption(session, row, 2, "改由省里统一发", SIGNER, world.now)
    order = press.order_retraction(
        world.house, "story-1", "数据有误", "已撤回。", "editor", world.now, policy=review.REHEARSAL
    )
    assert order == 1
    text, folder = corrected_text(world.house, "story-0", "更正过的"), world.house.drafts / "story-0"
    take_in_text(world.house, text, "story-0.md", folder, "editor", world.now, slug="story-0")
    world.platform("wechat").post_by_hand("wechat:chengdu", "关于办公电话变更的通知", "<p>即日起启用新号码。</p>")
    world.now += timedelta(hours=1)
    assert reconcile(world.house, world.clock).counts["stranger"] == 1
    return {"held": held.id, "task": task.id}


@pytest.mark.parametrize("name", PAGES)
def test_pages_are_clean_and_quiet(
    open_window: Open,
    address: str,
    people: PeopleDesk,
    world: PlatformsWorld,
    lived_in: dict[str, int],
    name: str,
) -> None:
    path, login = PAGES[name]
    window = open_window(f"{address}/sign-in", login="")
    page, host = window.page, "/".join(address.split("/")[:3])
    page.context.add_cookies([{"name": "yigao-who", "value": token_for(people, login, world.now), "url": host}])
    page.goto(address + path.format(**lived_in))
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator(".frozen")).to_be_visible()
    look(page, name, targets=TARGETS)
    assert window.complaints == []


def test_words_are_copied_and_the_address_registered_without_a_mouse(
    open_window: Open, address: str, people: PeopleDesk, world: PlatformsWorld, lived_in: dict[str, int]
) -> None:
    window = open_window(f"{address}/sign-in", login="")
    page, host = window.page, "/".join(address.split("/")[:3])
    page.context.add_cookies([{"name": "yigao-who", "value": token_for(people, SIGNER, world.now), "url": host}])
    page.goto(f"{address}/hand-over/{lived_in['task']}")
    copy = page.locator("[data-copy=c-1-title]")
    copy.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("已复制")).to_be_visible()
    page.get_by_label("的地址").fill("https://www.toutiao.com/a5/")
    page.keyboard.press("Enter")
    expect(page.locator("h2", has_text="未核验")).to_be_visible()


def test_an_order_prints_its_copies_and_nothing_that_is_only_for_the_screen(
    open_window: Open, address: str, people: PeopleDesk, world: PlatformsWorld, lived_in: dict[str, int]
) -> None:
    """On A4: every copy with its address, no form, no bar, nothing wider than the sheet."""
    page = open_window(f"{address}/sign-in", login="").page
    host = "/".join(address.split("/")[:3])
    page.context.add_cookies([{"name": "yigao-who", "value": token_for(people, SIGNER, world.now), "url": host}])
    page.goto(f"{address}/recalls/1")
    page.set_viewport_size({"width": A4 - 2 * MARGIN, "height": 1000})
    page.emulate_media(media="print")
    for one in (".frozen", ".bar", "form", "button", "summary"):
        assert not any(each.is_visible() for each in page.locator(one).all()), one
    assert page.evaluate("document.documentElement.scrollWidth") <= A4 - 2 * MARGIN
    expect(page.locator(".plan thead")).to_be_visible()
    rows = page.locator(".plan tbody tr")
    assert rows.count() == 8 and all(each.is_visible() for each in rows.all())
    shown = page.locator(".plan .out").first
    assert shown.get_attribute("href") in shown.evaluate("(one) => getComputedStyle(one, '::after').content")
