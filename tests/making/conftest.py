"""One store of pictures a test, in memory."""

import pytest

from assets.pictures import Pictures
from tests.pictures import pictures as pictures_over


@pytest.fixture
def assets() -> Pictures:
    return pictures_over()
