"""The newsroom over a house whose platforms are sandboxes: own outputs, an interface, a channel by hand."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from cms.db import session_scope
from cms.web import Desk
from pipeline.house import open_house
from pipeline.serve import desk_of
from tests.ledger import platforms_world
from tests.ledger.platforms_world import PlatformsWorld
from tests.people.newsroom import UNITS, staff
from tests.people.newsroom import app as app
from tests.people.newsroom import people as people

CHANNELS = ("site", "feed", "wechat", "toutiao")


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made once: two signed stories, due in an hour, and people of every role in each unit."""
    root = platforms_world.prepare(
        tmp_path_factory.mktemp("desk"), CHANNELS, stories=2, due=timedelta(hours=1), own=("site", "feed"),
        by_hand=("toutiao",),
    )  # fmt: skip
    house = open_house(root)
    with session_scope(house.engine) as session:
        staff(session, UNITS, house.wires.vault)
    house.engine.dispose()
    return root


@pytest.fixture
def world(prepared: Path, tmp_path: Path) -> Iterator[PlatformsWorld]:
    made = platforms_world.build(prepared, tmp_path / "w", CHANNELS)
    yield made
    made.house.engine.dispose()


@pytest.fixture
def desk(world: PlatformsWorld) -> Desk:
    return desk_of(world.house, world.clock)
