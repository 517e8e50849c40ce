"""停发 and 撤稿: a freeze never hinders what is taken back; what a correction sends anew is a delivery like others."""

from datetime import timedelta
from pathlib import Path

import pytest

from cms.db import read_scope
from cms.releases import Recall
from tests.halts.order import stop, thaw
from tests.ledger.world import World, build
from tests.recalls.world import correct, remedies, retract

pytestmark = pytest.mark.keeps("freeze")


def out(prepared: Path, root: Path) -> World:
    """Three stories on two accounts, all of them out; then everything stops."""
    world = build(prepared, root)
    world.run(hours=1)
    assert world.states() == {"published": 6}
    return world


def test_a_retraction_is_carried_out_under_a_freeze(due: Path, tmp_path: Path) -> None:
    world = out(due, tmp_path / "w")
    stop(world, lets_flash=False)
    number = retract(world)
    world.run(hours=1)
    assert {one.state for one in remedies(world, number).values()} == {"done"}
    assert world.states() == {"published": 4, "withdrawn": 2}
    assert len([one for one in world.copies() if one.state == "live"]) == 4
    assert world.breaches() == []


def test_a_retraction_of_what_a_freeze_holds_cancels_it(due: Path, tmp_path: Path) -> None:
    world = build(due, tmp_path / "w")
    number = stop(world)
    world.run(hours=1)
    retract(world)
    world.run(hours=1)
    assert world.states() == {"held": 4, "cancelled": 2}
    assert len(thaw(world, number).stopped) == 4  # what was retracted is not offered any more
    assert world.breaches() == []


def test_a_correction_clears_away_and_its_replacement_waits(due: Path, tmp_path: Path) -> None:
    """Where a platform cannot amend, the old copy goes at once; the new one is a delivery, and frozen."""
    world = out(due, tmp_path / "w")
    freeze = stop(world)
    number = correct(world)
    world.run(hours=1)
    mended = remedies(world, number)
    assert {one.action for one in mended.values()} <= {"reissue", "amend"}
    again = [one.replacement_id for one in mended.values() if one.replacement_id]
    rows = {one.id: one for one in world.deliveries()}
    assert all(rows[one].state in ("ready", "staged", "held") for one in again)
    thaw(world, freeze)
    with read_scope(world.house.engine) as session:
        assert session.get_one(Recall, number).approved_by
    world.now += timedelta(hours=1)
    assert world.breaches() == []
