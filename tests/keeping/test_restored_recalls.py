"""A backup taken in the middle of a recall, restored after the house was lost: the order carries on, nothing is taken
away twice, nothing comes out again."""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from channels.making.sandbox.wire import REFUSED
from tests.keeping.confirming import confirm
from tests.keeping.world import KeptWorld, build
from tests.recalls import world as w

SOAK = os.environ.get("YIGAO_SOAK") == "1"
pytestmark = [pytest.mark.keeps("backup"), pytest.mark.proves("F37")]


def deletions(world: KeptWorld) -> list[str]:
    """What the platform was told to take away, by its own book; a clear no is none."""
    calls = world.neutral.book.calls(world.neutral.platform)
    return [account for _, account, method, _, _, answer in calls if method == "delete_posts" and answer != REFUSED]


def called_back(village: Path, root: Path, kind: str) -> tuple[KeptWorld, int]:
    world = build(village, root)
    world.run(hours=2)
    assert world.states() == {"published": 4}
    world.steps, world.passed = 0, {}
    return world, w.retract(world) if kind == "retraction" else w.correct(world)


@pytest.mark.parametrize("kept_at", range(6) if SOAK else (0, 2, 4))
@pytest.mark.parametrize("kind", ["retraction", "correction"])
def test_a_backup_in_the_middle_of_a_recall(village: Path, tmp_path: Path, kept_at: int, kind: str) -> None:
    world, number = called_back(village, tmp_path / "house", kind)
    backup = tmp_path / "kept.tar.gz"
    sent = len(world.neutral.sends())
    if kept_at == 0:
        world.keep(backup)
    world.acts = {kept_at: lambda: world.keep(backup), kept_at + 3: world.lose}
    world.run(hours=1)
    assert backup.exists() and world.is_lost
    world.now += timedelta(minutes=9)
    world.restored(backup, tmp_path / "again")
    world.run(hours=2)
    confirm(world)
    world.run(hours=28)
    assert len(deletions(world)) == len(set(deletions(world))) == 2
    mine = [one.account for one in world.copies() if one.state == "live" and w.CORRECTED in one.body]
    assert len(mine) == (2 if kind == "correction" else 0) == len(set(mine))
    assert len(world.neutral.sends()) == sent + len(mine)
    assert len([one for one in world.copies() if one.state == "live"]) == 2 + len(mine)
    assert w.recall(world, number).state == "settled"
    assert {one.state for one in w.remedies(world, number).values()} == {"done"}
    assert world.breaches() == []
