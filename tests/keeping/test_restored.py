"""F37: an old backup, restored while more was sent since: nothing is lost, nothing goes out twice."""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from cms import releases
from cms.db import read_scope
from cms.releases import Delivery
from tests.keeping.confirming import confirm
from tests.keeping.world import KeptWorld, build, prepare

SOAK = os.environ.get("YIGAO_SOAK") == "1"
pytestmark = [pytest.mark.keeps("backup"), pytest.mark.proves("F37")]


@pytest.fixture(scope="session")
def province(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """105 deliveries, ready and due."""
    return prepare(tmp_path_factory.mktemp("province"))


def lose_and_restore(world: KeptWorld, root: Path, kept_at: int, lost_at: int, later: timedelta) -> None:
    """A backup at one step of the road, the house lost at a later one, the backup restored after a while: the platforms
    are asked, nothing is sent, and goes on once a person has confirmed."""
    backup = root / "kept.tar.gz"
    world.acts = {kept_at: lambda: world.keep(backup), lost_at: world.lose}
    if kept_at == 0:
        world.keep(backup)
    world.run(hours=3)
    assert backup.exists()
    world.now += later
    sent = len(world.neutral.sends())
    world.restored(backup, root / "again")
    world.run(hours=3)
    assert len(world.neutral.sends()) == sent
    confirm(world)
    world.run(hours=12)


def whole(world: KeptWorld, count: int) -> None:
    """Every delivery is out exactly once, and the checker agrees."""
    assert world.breaches() == []
    assert world.states() == {"published": count}
    assert len(world.live()) == count == len(set(world.live()))


@pytest.mark.parametrize(("kept_at", "lost_at"), [(0, 260), (150, 420), (333, 630)])
def test_an_old_backup_of_105_loses_and_doubles_nothing(
    province: Path, tmp_path: Path, kept_at: int, lost_at: int
) -> None:
    world = build(province, tmp_path / "house")
    lose_and_restore(world, tmp_path, kept_at, lost_at, timedelta(minutes=7))
    whole(world, 105)


@pytest.mark.parametrize("kept_at", range(26) if SOAK else (4, 11, 25))
def test_wherever_the_backup_was_taken(village: Path, tmp_path: Path, kept_at: int) -> None:
    """Four deliveries, 26 steps of the road: a backup at each, everything sent since."""
    world = build(village, tmp_path / "house")
    lose_and_restore(world, tmp_path, kept_at, 10_000, timedelta(minutes=20))
    whole(world, 4)
    assert world.deaths == 0


def test_the_road_has_as_many_steps(village: Path, tmp_path: Path) -> None:
    world = build(village, tmp_path / "house")
    world.run()
    assert world.steps == 26


@pytest.mark.parametrize("kept_at", [0, 3, 9])
def test_what_the_platform_took_its_time_over(village: Path, tmp_path: Path, kept_at: int) -> None:
    world = build(village, tmp_path / "house", asynchronous=True)
    lose_and_restore(world, tmp_path, kept_at, kept_at + 5, timedelta(minutes=3))
    whole(world, 4)


def test_nothing_is_sent_before_it_was_looked_for_twice(village: Path, tmp_path: Path) -> None:
    world = build(village, tmp_path / "house")
    lose_and_restore(world, tmp_path, 0, 1, timedelta(minutes=1))
    whole(world, 4)
    with read_scope(world.house.engine) as session:
        for one in world.deliveries():
            words = releases.why(session, session.get_one(Delivery, one.id))
            assert sum("平台上没有找到" in word for word in words) == 2, words
