"""Going back and reloading after a form was answered, in Debian's chromium: nothing is asked, nothing is lost, and
after signing out nothing is shown."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.people.house import login_of
from tests.web.browser.conftest import Window

pytestmark = pytest.mark.browser
Open = Callable[..., Window]


@pytest.fixture
def page(open_window: Open, address: str) -> Page:
    """栏目, with a form that was refused."""
    page = open_window(f"{address}/schedule/columns", login=login_of("签发", "chengdu")).page
    new = page.locator("#form-new")
    new.get_by_label("名称", exact=True).fill("说到一半的栏目")
    new.get_by_label("代号").evaluate("one => one.removeAttribute('pattern')")
    new.get_by_label("代号").fill("黑")
    new.get_by_role("button", name="开栏").click()
    still_there(page)
    return page


def still_there(page: Page) -> None:
    expect(page.get_by_role("alert")).to_contain_text("栏目代号要用作网址")
    expect(page.locator("#t-new")).to_have_value("说到一半的栏目")
    expect(page.locator("#s-new")).to_have_value("黑")


def test_reload_back_and_forward_show_it_again_and_it_can_be_sent(page: Page, address: str) -> None:
    page.reload()
    still_there(page)
    page.goto(f"{address}/schedule")
    page.go_back()
    still_there(page)
    page.go_back()  # the page of the form before it was sent
    expect(page).to_have_url(re.compile("/schedule/columns$"))
    expect(page.get_by_role("alert")).to_have_count(0)
    page.go_forward()
    still_there(page)
    page.locator("#s-new").fill("bantu")
    page.get_by_role("button", name="开栏").click()
    expect(page.locator("#c-bantu h2")).to_have_text("说到一半的栏目")
    page.go_back()  # and once more from there, as another one
    expect(page.get_by_role("alert")).to_contain_text("栏目代号要用作网址")
    page.locator("#s-new").fill("bantu-er")
    page.get_by_role("button", name="开栏").click()
    expect(page.locator("#c-bantu-er h2")).to_have_text("说到一半的栏目")


def test_after_signing_out_back_shows_nothing(page: Page, address: str) -> None:
    page.goto(f"{address}/me")
    page.get_by_role("button", name="退出登录").click()
    expect(page).to_have_url(re.compile("/sign-in$"))
    for _ in range(2):
        page.go_back()
        expect(page).to_have_url(re.compile("/sign-in"))
        expect(page.get_by_label("登录名")).to_be_visible()
        expect(page.get_by_text("说到一半的栏目")).to_have_count(0)


CLOSED = """for (const name of ["localStorage", "sessionStorage"])
  Object.defineProperty(window, name, { get() { throw new DOMException("closed", "SecurityError"); } });
"""


@pytest.mark.parametrize("width", [1280, 375])
def test_a_browser_that_keeps_nothing_shows_every_list_as_it_is(open_window: Open, address: str, width: int) -> None:
    """Storage closed by a policy of the house: nothing is thrown, and what the scripts of the page do is done."""
    window = open_window(f"{address}/me", width, login=login_of("编辑", "chengdu"))
    window.page.add_init_script(CLOSED)
    for path, shown in (("/", "main"), ("/stories", "main"), ("/schedule", ".ruler")):
        window.page.goto(f"{address}{path}", wait_until="networkidle")
        expect(window.page.locator(shown).first).to_be_visible()
        expect(window.page.locator("html.scripted")).to_have_count(1)  # a script that breaks takes it away
    assert window.complaints == []
