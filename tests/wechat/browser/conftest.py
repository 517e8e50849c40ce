"""A WeChat reader's page in Debian's chromium, in daylight and with the colours turned dark by the engine."""

import io
import re
from collections.abc import Callable, Iterator

import pytest
from PIL import Image
from playwright.sync_api import Browser, Route

from assets.pictures import Pictures
from assets.store import MemoryStore
from tests.wechat.browser.reader import Seen

DARK = "--blink-settings=forceDarkModeEnabled=true"
# platforms §7: 17 px text, letter-spacing 0.578 px, padding 0 4 px; inline, so that it stays when sheets are stripped.
READER = "margin:0;padding:0 4px;font-size:17px;letter-spacing:0.578px;font-family:sans-serif;overflow-x:hidden"
_STRIP = """() => {
  document.querySelectorAll("style, link").forEach((one) => one.remove());
  document.querySelectorAll("*").forEach((one) => { one.removeAttribute("class"); one.removeAttribute("id"); });
}"""
_BOXES = """() => Array.from(document.body.querySelectorAll("*")).map((one) => {
  const box = one.getBoundingClientRect();
  return [one.localName, box.left, box.top, box.width, box.height].join(" ");
})"""


@pytest.fixture(scope="session", params=["light", "dark"])
def browser(request: pytest.FixtureRequest, launch: Callable[..., Browser]) -> Browser:
    """Chromium by day and by night."""
    return launch(DARK) if request.param == "dark" else launch()


@pytest.fixture(scope="session")
def assets() -> Pictures:
    return Pictures(MemoryStore())


@pytest.fixture
def see(browser: Browser, assets: Pictures) -> Iterator[Callable[..., Seen]]:
    """Shows a body 375 px wide; ``stripped``: without any style sheet, class or id."""
    context = browser.new_context(viewport={"width": 375, "height": 800}, locale="zh-CN")
    context.route("**/*", lambda route: _served(route, assets))
    page = context.new_page()

    def look_at(body: str, *, stripped: bool = False) -> Seen:
        page.set_content(f'<!DOCTYPE html><html><body style="{READER}">{body}</body></html>', wait_until="load")
        if stripped:
            page.evaluate(_STRIP)
        shot = Image.open(io.BytesIO(page.screenshot(full_page=True, animations="disabled"))).convert("RGB")
        return Seen(page.inner_text("body"), tuple(page.evaluate(_BOXES)), shot)

    yield look_at
    context.close()


def _served(route: Route, assets: Pictures) -> None:
    """The platform's picture host, answered from our store; nothing else is there."""
    found = re.fullmatch(r"http://mmbiz\.qpic\.cn/([0-9a-f]{64})", route.request.url)
    if found:
        route.fulfill(body=assets.read(found[1]), content_type="image/jpeg")
    else:
        route.abort()
