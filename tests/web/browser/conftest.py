"""The page in Debian's chromium, served by a real server on a port of its own."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from wsgiref.types import WSGIApplication

import pytest
from flask import Flask
from playwright.sync_api import Browser, FrameLocator, Page
from werkzeug.serving import make_server

from cms.people import PeopleDesk
from tests.people.house import token_for
from tests.web.conftest import Drawer
from tests.web.test_shelf import photo

_WATCH = """
addEventListener("securitypolicyviolation", (event) =>
  console.error("CSP: " + event.violatedDirective + " " + event.blockedURI));
"""


@contextmanager
def serving(app: WSGIApplication) -> Iterator[str]:
    """A real server, on a port of its own; its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    with serving(app) as found:
        yield found


@dataclass
class Window:
    """A page, and everything the console complained of."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def settle(self) -> None:
        """Wait for a preview newer than the one in sight."""
        shown = self.page.get_attribute("body", "data-shown")
        self.page.wait_for_selector(f'body:not([data-shown="{shown}"])', timeout=120_000)

    def frame(self, channel: str) -> FrameLocator:
        """A channel's phone once its newest sheet is in sight."""
        self.page.click(f"#tab-{channel}")
        panel = f'.phone[data-channel="{channel}"]'
        self.page.wait_for_selector(f'{panel}[data-state="shown"]', timeout=120_000)
        return self.page.frame_locator(f"{panel} iframe.front")


@pytest.fixture
def open_window(browser: Browser, people: PeopleDesk) -> Iterator[Callable[..., Window]]:
    opened: list[Window] = []

    def open_at(address: str, width: int = 1440, height: int = 900, login: str = "editor", **more: object) -> Window:
        context = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN", **more)  # type: ignore[arg-type]
        if login and address.startswith("http"):
            host = "/".join(address.split("/")[:3])
            context.add_cookies([{"name": "yigao-who", "value": token_for(people, login), "url": host}])
        context.set_default_timeout(120_000)
        page = context.new_page()
        window = Window(page)
        page.add_init_script(_WATCH)
        # The drawer of these tests keeps stories outside the database, where it is looked up who else has one open.
        page.on(
            "console",
            lambda said: (
                window.complaints.append(said.text)
                if said.type == "error" and not said.location["url"].endswith("/here")
                else None
            ),
        )
        page.on("pageerror", lambda error: window.complaints.append(str(error)))
        page.goto(address)
        if page.locator("body.write").count():
            page.wait_for_selector("body[data-shown]", timeout=120_000)
        opened.append(window)
        return window

    yield open_at
    for window in opened:
        window.page.context.close()


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    (tmp_path / "lab.jpg").write_bytes(photo())
    return tmp_path / "lab.jpg"


@pytest.fixture(params=["visual", "markdown"])
def either(request: pytest.FixtureRequest, open_window: Callable[..., Window], address: str, drawer: Drawer) -> Window:
    """A small story, open in each of the two ways to write."""
    from tests.web.browser.test_visual import SMALL  # which imports this module

    drawer.save("small", SMALL)
    return open_window(f"{address}/write/small?as={request.param}")
