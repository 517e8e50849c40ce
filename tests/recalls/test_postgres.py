"""Calling back and stopping on PostgreSQL: a handful of whole paths, the very same as on a file."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from cms import audit
from cms.db import read_scope
from pipeline.house import open_house
from tests.halts import test_freeze as freezes
from tests.ledger import world
from tests.recalls import test_deaths as deaths
from tests.recalls import test_races as races
from tests.recalls import world as w
from tests.services.databases import drop_database
from tests.services.postgres import Postgres, text

pytestmark = pytest.mark.keeps("races")
Path_ = Callable[[Path, Path], None]


@pytest.fixture(scope="module")
def served(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One story on two accounts, due in an hour, in PostgreSQL."""
    root = tmp_path_factory.mktemp("served")
    return world.prepare(root, stories=1, due=timedelta(hours=1), database=text(postgres.create()))


@pytest.fixture(scope="module")
def served_due(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three stories on two accounts, due now, in PostgreSQL."""
    return world.prepare(tmp_path_factory.mktemp("served_due"), database=text(postgres.create()))


PATHS: dict[str, Path_] = {
    "scheduled, corrected": races.test_what_is_scheduled_goes_out_corrected_at_its_time,
    "a correction in the middle of a send": lambda house, root: races.test_a_correction_in_the_middle_of_a_step(
        house, root, "publish.announced", True
    ),
    "an outcome that is lost": lambda house, root: races.test_a_send_whose_outcome_is_lost_is_settled_first(
        house, root, 1
    ),
    "retracted while corrected": lambda house, root: races.test_a_retraction_while_a_correction_is_under_way(
        house, root, "remedy.answered"
    ),
    "stopped first, then decided": races.test_a_retraction_stops_at_once_and_a_rejected_one_lets_go,
}
FREEZES: tuple[Path_, ...] = (
    freezes.test_what_is_due_does_not_start_from_the_same_second_on,
    freezes.test_a_freeze_between_claim_and_call_comes_in_time,
    freezes.test_it_stands_after_a_restart_and_in_another_process,
)


@pytest.mark.slow
@pytest.mark.proves("F24", "F25", "I8")
@pytest.mark.parametrize("path", PATHS)
def test_the_same_path_on_postgresql(served: Path, tmp_path: Path, path: str) -> None:
    PATHS[path](served, tmp_path)
    chain_holds(tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("path", FREEZES, ids=lambda one: one.__name__)
def test_a_freeze_on_postgresql(served_due: Path, tmp_path: Path, path: Path_) -> None:
    path(served_due, tmp_path)
    chain_holds(tmp_path)


@pytest.mark.slow
@pytest.mark.proves("I3", "F26")
@pytest.mark.parametrize("point", ["remedy.announced", "remedy.answered"])
def test_a_death_beside_a_copy_on_postgresql(served: Path, tmp_path: Path, point: str) -> None:
    made, number = deaths.case(served, tmp_path / "w", "accept_then_drop", "retraction")
    made.kill = (point, 1)
    made.run(hours=30)
    assert made.deaths == 1
    deaths.settled(made, number)
    assert w.recall(made, number).state == "settled"
    chain_holds(tmp_path)


def chain_holds(root: Path) -> None:
    """The audit chain of the one house in ``root`` holds; its database is given back."""
    (place,) = (one for one in root.iterdir() if (one / "yigao.toml").exists())
    house = open_house(place)
    with read_scope(house.engine) as session:
        assert house.engine.dialect.name == "postgresql" and audit.verify(session) is None
    house.engine.dispose()
    drop_database(place)
