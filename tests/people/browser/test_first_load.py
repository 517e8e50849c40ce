"""What comes over the line when a page is opened for the first time, measured by the browser itself."""

import pytest
from playwright.sync_api import Browser, Page

from cms.people import PeopleDesk
from tests.people.house import login_of, token_for

pytestmark = pytest.mark.browser
LIMIT = 300 * 1024  # bytes, headers included: the back office without the editor
EDITOR_LIMIT = 300 * 1024  # 写与看 with the visual editor, without the previews


def weighed(page: Page, address: str) -> dict[str, float]:
    """Bytes on the line by address, headers included, until the line is quiet."""
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    named: dict[str, str] = {}
    weight: dict[str, float] = {}
    line.on("Network.requestWillBeSent", lambda one: named.update({one["requestId"]: one["request"]["url"]}))
    line.on("Network.loadingFinished", lambda one: weight.update({named[one["requestId"]]: one["encodedDataLength"]}))
    page.goto(address, wait_until="networkidle")
    return weight


def test_every_page_weighs_less_than_300_kb(browser: Browser, people: PeopleDesk, address: str) -> None:
    for path in ("/", "/stories", "/schedule", "/releases", "/library", "/review", "/people"):
        context = browser.new_context()  # a browser that was never here
        token = token_for(people, login_of("省级管理员", "sichuan"))
        context.add_cookies([{"name": "yigao-who", "value": token, "url": address}])
        weight = weighed(context.new_page(), address + path)
        print(f"\nfirst load of {path}: {sum(weight.values()) / 1024:.0f} KiB in {len(weight)} requests")
        assert f"{address}{path}" in weight and 2000 < sum(weight.values()) <= LIMIT
        assert not any("prose.js" in one for one in weight)  # the editor is not fetched where nobody writes
        context.close()


def test_the_editor_comes_packed_and_only_once(browser: Browser, people: PeopleDesk, address: str) -> None:
    context = browser.new_context()
    context.add_cookies(
        [{"name": "yigao-who", "value": token_for(people, login_of("编辑", "sichuan")), "url": address}]
    )
    page = context.new_page()
    first = {one: size for one, size in weighed(page, f"{address}/new").items() if "/static/" in one or "/new" in one}
    print(f"\nfirst load of /new without previews: {sum(first.values()) / 1024:.0f} KiB in {len(first)} requests")
    assert any("prose.js" in one for one in first) and sum(first.values()) <= EDITOR_LIMIT
    second = weighed(context.new_page(), f"{address}/new")
    assert sum(size for one, size in second.items() if "/static/" in one) < 2000  # kept by the browser
    context.close()
