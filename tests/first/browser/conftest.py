"""The first run, faces and the library from the slash menu, in Debian's chromium."""

from collections.abc import Iterator

import pytest

from pipeline.serve import Opening
from tests.web.browser.conftest import Window as Window
from tests.web.browser.conftest import address as address
from tests.web.browser.conftest import open_window as open_window
from tests.web.browser.conftest import serving


@pytest.fixture
def empty_address(served: Opening) -> Iterator[str]:
    """An empty machine, on a port of its own."""
    with serving(served) as found:
        yield found
