"""One store of pictures a test, in memory; and a house wired to a sandbox of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from assets.pictures import Pictures
from assets.store import MemoryStore
from tests.ledger.platforms_world import build, prepare
from tests.wechat.wired import Alone, Wire


@pytest.fixture
def assets() -> Pictures:
    return Pictures(MemoryStore())


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A house with two connected 公众号 accounts and no story."""
    return prepare(tmp_path_factory.mktemp("bare"), ("wechat",), stories=0)


@pytest.fixture
def wired(bare: Path, tmp_path: Path) -> Iterator[Wire]:
    """A house of one's own, its transport and its sandbox, on a clock that only moves when told."""
    made = Wire(build(bare, tmp_path / "wired", ("wechat",)))
    yield made
    made.world.house.engine.dispose()


@pytest.fixture
def alone() -> Wire:
    """The sandbox without a house."""
    return Wire(Alone())
