"""One store of pictures a test, in memory; one connected account."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlmodel import select

from assets.pictures import Pictures
from cms.db import read_scope
from cms.matrix import Account
from pipeline.house import House
from tests.pictures import pictures as pictures_over
from tests.pipeline.conftest import two_units
from tests.pipeline.houses import build_house
from tests.weibo.wired import NAME, Wire


@pytest.fixture
def assets() -> Pictures:
    return pictures_over()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    now = datetime(2026, 11, 1, tzinfo=UTC)
    root = tmp_path_factory.mktemp("api") / "house"
    made = build_house(root, "测试", two_units(), ("weibo",), now, demo=True, base_url="http://127.0.0.1:9/s")
    yield made
    made.engine.dispose()


@pytest.fixture(scope="module")
def pictures() -> Pictures:
    return pictures_over()


@pytest.fixture
def wire(house: House, pictures: Pictures) -> Wire:
    with read_scope(house.engine) as session:
        account = next(one for one in session.exec(select(Account)) if one.key == NAME)
    return Wire(house, account, pictures)
