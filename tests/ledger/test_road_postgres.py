"""The road on PostgreSQL: the same switches, the same deaths, the same promises as on a file."""

import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest

from cms import audit
from cms.db import read_scope
from tests.ledger.test_one_road import SOAK, SWITCHES, settled
from tests.ledger.world import build, prepare
from tests.services.databases import drop_database
from tests.services.postgres import Postgres, text

SAMPLE = {
    "none": "publish.announced",
    "asynchronous": "confirm.answered",
    "accept_then_drop on publish": "reconcile.answered",
    "http_500_after_accept on *": "answer.kept",
    "token_rotate_during_request": "publish.answered",
    "http_429 on *": "trouble.kept",
}


@pytest.fixture(scope="session")
def served(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three stories on two accounts, in PostgreSQL."""
    return prepare(tmp_path_factory.mktemp("served"), database=text(postgres.create()))


@pytest.mark.slow
@pytest.mark.parametrize("switch", SWITCHES if SOAK else SAMPLE)
@pytest.mark.proves("I1", "F01", "F02")
def test_a_fault_and_a_death_on_postgresql(served: Path, tmp_path: Path, switch: str) -> None:
    fault, platform = SWITCHES[switch]
    points: Iterable[str] = [SAMPLE.get(switch, "")]
    if SOAK:
        calm = build(served, tmp_path / "calm", fault, **platform)
        calm.run(hours=16)
        settled(calm)
        points = calm.passed
    for point in points:
        root = tmp_path / point
        world = build(served, root, fault, **platform)
        world.kill = (point, 1)
        world.run(hours=16)
        assert world.deaths == 1, point
        settled(world)
        with read_scope(world.house.engine) as session:
            assert audit.verify(session) is None
        world.house.engine.dispose()
        drop_database(root)
        shutil.rmtree(root)
