"""One store of pictures a test, in memory; and a house wired to a sandbox of its own."""

import pytest
from sqlmodel import delete

from assets.pictures import Pictures
from cms.db import session_scope
from cms.matrix.wires import CallCount, StoredToken, Upload
from pipeline.house import House
from tests.ledger.platforms_world import build, prepare, wire
from tests.pictures import pictures as pictures_over
from tests.wechat.wired import Alone, Wire


@pytest.fixture
def assets() -> Pictures:
    return pictures_over()


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """A house with two connected 公众号 accounts and no story."""
    root = tmp_path_factory.mktemp("bare")
    return build(prepare(root, ("wechat",), stories=0), root / "open", ("wechat",)).house


@pytest.fixture
def wired(house: House) -> Wire:
    """The house's transport and a fresh sandbox, on a clock that only moves when told; nothing is remembered of
    the test before."""
    with session_scope(house.engine) as session:
        for kept in (StoredToken, Upload, CallCount):
            session.exec(delete(kept))
    made = Wire(wire(house, ("wechat",)))
    made.change()
    return made


@pytest.fixture
def alone() -> Wire:
    """The sandbox without a house."""
    return Wire(Alone())
