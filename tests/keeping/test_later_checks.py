"""After 1 h, 1 d, 7 d: what was taken back stays away, or it is taken back once more, then a person is called."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from channels.making.sandbox import Fault, Faults
from cms.db import read_scope
from cms.people import Notice
from cms.releases import Recall, Remedy, RemedyCheck
from pipeline.later_checks import look_again
from tests.keeping.reads import MuteTransport
from tests.keeping.world import KeptWorld, build
from tests.recalls.world import recall, remedies, retract

pytestmark = pytest.mark.keeps("order")


@pytest.fixture
def world(village: Path, tmp_path: Path) -> KeptWorld:
    """Four publications, one story of them (two copies) retracted."""
    made = build(village, tmp_path / "house")
    made.run(hours=1)
    retract(made)
    made.run(hours=1)
    assert {one.state for one in remedies(made, 1).values()} == {"done"}
    assert len(made.live()) == 2
    return made


def checks(world: KeptWorld) -> list[RemedyCheck]:
    with read_scope(world.house.engine) as session:
        return list(session.exec(select(RemedyCheck).order_by(col(RemedyCheck.due_at), col(RemedyCheck.id))))


def put_back(world: KeptWorld) -> None:
    """Somebody publishes the first withdrawn copy again in the platform's console."""
    gone = next(one for one in world.neutral.book.posts() if one.state == "deleted")
    world.neutral.book.change(gone.id, "live")


def test_seen_away_three_times_and_closed(world: KeptWorld) -> None:
    assert len(checks(world)) == 6
    for later, left in ((timedelta(hours=1), 4), (timedelta(days=1), 2), (timedelta(days=7), 0)):
        world.now += later
        assert look_again(world.house, world.clock) == 2
        assert sum(not one.outcome for one in checks(world)) == left
    assert {one.outcome for one in checks(world)} == {"as_it_should"}
    assert recall(world, 1).state == "closed"
    assert look_again(world.house, world.clock) == 0
    assert world.breaches() == []


def test_there_again_is_taken_back_once_more_then_a_person_is_called(world: KeptWorld) -> None:
    put_back(world)
    world.now += timedelta(hours=1, minutes=1)
    look_again(world.house, world.clock)
    assert sorted(one.state for one in remedies(world, 1).values()) == ["done", "due"]
    world.run(hours=1)
    assert len(world.live()) == 2  # taken back by itself
    assert world.breaches() == []
    put_back(world)
    world.now += timedelta(hours=2)
    look_again(world.house, world.clock)
    again = next(one for one in remedies(world, 1).values() if one.state == "by_hand")
    assert again.person
    assert again.deadline is not None
    assert "两次" in again.reason
    with read_scope(world.house.engine) as session:
        assert sum("又出现" in one.sentence for one in session.exec(select(Notice))) >= 2
        assert session.exec(select(Recall.state)).one() == "approved"  # open again: a person has it


def test_what_cannot_be_asked_is_said(world: KeptWorld) -> None:

    world.house.wires.transports["wechat"] = MuteTransport()  # type: ignore[index]
    world.now += timedelta(hours=2)
    look_again(world.house, world.clock)
    assert [one.outcome for one in checks(world) if one.outcome] == ["cannot_see", "cannot_see"]


def test_two_who_look_at_once_write_once(world: KeptWorld) -> None:
    world.now += timedelta(hours=2)
    assert look_again(world.house, world.clock) == 2
    assert look_again(world.house, world.clock) == 0
    with read_scope(world.house.engine) as session:
        assert {one.state for one in session.exec(select(Remedy))} == {"done"}


def away(world: KeptWorld) -> None:
    world.neutral.faults = Faults((Fault("refuse", method="get_posts"),))


def looked(world: KeptWorld, hours: int) -> None:
    for _ in range(hours):
        world.now += timedelta(hours=1)
        look_again(world.house, world.clock)


def test_a_look_that_met_an_outage_is_taken_once_the_platform_is_back(world: KeptWorld) -> None:
    looked(world, 7 * 24 - 2)
    away(world)
    looked(world, 3)  # the last look is due, and nothing comes of it
    assert recall(world, 1).state == "settled"
    waiting = [one for one in checks(world) if not one.outcome]
    assert len(waiting) == 2
    assert all(world.now < one.due_at <= world.now + timedelta(hours=1) for one in waiting)
    assert all("没有查成" in one.note for one in waiting)
    put_back(world)
    looked(world, 2)
    assert recall(world, 1).state == "settled"
    world.neutral.faults = Faults(())
    looked(world, 1)
    assert "due" in {one.state for one in remedies(world, 1).values()}  # seen there again: taken back once more


def test_a_look_the_next_one_takes_over_is_not_kept_open(world: KeptWorld) -> None:
    away(world)
    looked(world, 2 * 24)
    seen = [one for one in checks(world) if one.outcome]
    assert [one.outcome for one in seen] == ["cannot_see"] * 2  # those of the first hour
    world.neutral.faults = Faults(())
    looked(world, 8 * 24)
    assert sorted(one.outcome for one in checks(world)) == ["as_it_should"] * 4 + ["cannot_see"] * 2
    assert recall(world, 1).state == "closed"


def test_when_the_last_look_never_comes_a_person_is_asked(world: KeptWorld) -> None:
    away(world)
    looked(world, 11 * 24)
    assert {one.outcome for one in checks(world)} == {"cannot_see"}
    assert recall(world, 1).state == "closed"
    with read_scope(world.house.engine) as session:
        said = [one.sentence for one in session.exec(select(Notice)) if "请人打开看一眼" in one.sentence]
    assert len(said) == 2
    assert "http" in said[0]
