"""One store of pictures a test, in memory."""

import pytest

from assets.pictures import Pictures
from assets.store import MemoryStore


@pytest.fixture
def assets() -> Pictures:
    return Pictures(MemoryStore())
