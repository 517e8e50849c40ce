"""One computer, several people: what somebody left unsaved is theirs alone, and waits for them."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from cms.people import PeopleDesk
from tests.people.house import login_of, token_for
from tests.web.browser.conftest import Window

pytestmark = pytest.mark.browser
FIRST, SECOND = login_of("编辑", "sichuan"), login_of("记者", "chengdu")
WORDS = "尚未公开的任免"


@pytest.fixture
def page(open_window: Callable[..., Window], address: str) -> Page:
    """The editor, in which the first one wrote a new story that could not be saved."""
    page = open_window(f"{address}/new?as=markdown", login=FIRST).page
    page.on("dialog", lambda dialog: dialog.accept())
    page.route("**/write/*", lambda route: route.abort())
    page.fill("#text", page.input_value("#text").replace("请写标题", WORDS))
    expect(page.locator("#saved")).to_have_attribute("data-state", "failed")
    return page


def sits_down(page: Page, people: PeopleDesk, address: str, login: str) -> None:
    page.context.clear_cookies()
    page.context.add_cookies([{"name": "yigao-who", "value": token_for(people, login), "url": address}])


def test_the_next_one_reads_nothing_and_the_first_one_finds_it_again(
    page: Page, people: PeopleDesk, address: str
) -> None:
    slug = page.get_attribute("body", "data-slug")
    sits_down(page, people, address, SECOND)
    for path in ("/", "/stories"):
        page.goto(f"{address}{path}")
        expect(page.locator("#left")).to_be_hidden()
        assert WORDS not in page.inner_text("body")
    page.goto(f"{address}/new?slug={slug}")
    assert WORDS not in page.content()
    expect(page.get_by_text("这份文字是给别的单位写的")).to_be_visible()
    page.unroute("**/write/*")
    sits_down(page, people, address, FIRST)
    page.goto(address)
    page.locator("#left").get_by_role("link", name=WORDS).click()
    expect(page.locator("#headline")).to_have_text(WORDS)  # its text, not a blank page
    expect(page.locator("#saved")).to_have_attribute("data-state", "saved")
    page.goto(f"{address}/stories")
    expect(page.get_by_role("link", name=WORDS).first).to_be_visible()
    expect(page.locator("#left")).to_be_hidden()


def test_a_page_of_somebody_elses_visit_saves_nothing_in_the_next_ones_name(
    page: Page, people: PeopleDesk, address: str
) -> None:
    slug = page.get_attribute("body", "data-slug")
    page.unroute("**/write/*")
    sits_down(page, people, address, login_of("记者", "sichuan"))
    for _ in range(2):  # the first answer renews the token
        page.keyboard.press("Control+s")
        expect(page.locator("#saved")).to_have_attribute("data-state", "failed")
        page.wait_for_timeout(300)
    expect(page.locator("#notice")).to_contain_text("另一位同事登录时打开的")
    page.goto(f"{address}/stories")
    assert slug and slug not in page.content() and WORDS not in page.content()
