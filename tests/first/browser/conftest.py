"""The first run, faces and the library from the slash menu, in Debian's chromium."""

import threading
from collections.abc import Iterator

import pytest
from werkzeug.serving import make_server

from pipeline.serve import Opening
from tests.web.browser.conftest import Window as Window
from tests.web.browser.conftest import address as address
from tests.web.browser.conftest import open_window as open_window


@pytest.fixture
def empty_address(served: Opening) -> Iterator[str]:
    """An empty machine, on a port of its own."""
    server = make_server("127.0.0.1", 0, served, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
