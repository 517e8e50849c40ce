"""Thaw, item by item: nothing overdue goes by itself; each gets a new time, which keeps the rules, or is cancelled."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from cms import audit, releases
from cms.db import read_scope, session_scope
from cms.releases import Delivery, freeze
from cms.releases.freeze import FreezeError
from cms.review import SignError
from pipeline.intake import take_in
from tests.halts.order import DUE_IN, retime, stop, thaw, wait
from tests.ledger.world import World, build
from tests.pipeline.conftest import NOW, write_story

pytestmark = pytest.mark.keeps("freeze")


def frozen_past_its_time(prepared: Path, root: Path) -> tuple[World, int]:
    """A world in which twenty minutes came and went under a freeze."""
    world = build(prepared, root)
    number = stop(world)
    wait(world, 30)
    return world, number


def test_nothing_overdue_goes_by_itself_after_a_thaw(coming: Path, tmp_path: Path) -> None:
    world, number = frozen_past_its_time(coming, tmp_path / "w")
    left = thaw(world, number)
    assert (len(left.stopped), left.ahead) == (6, 0)
    assert {one.due_at for one in left.stopped} == {NOW + DUE_IN}  # the old time is still there to be shown
    world.run(hours=48)
    assert world.copies() == [] and world.states() == {"held": 6}
    assert world.breaches() == []


def test_not_even_what_fell_due_in_the_second_of_the_thaw(coming: Path, tmp_path: Path) -> None:
    """The worker never looked meanwhile (it was off): the thaw itself holds what its time passed for."""
    world = build(coming, tmp_path / "w")
    number = stop(world)
    world.now = NOW + DUE_IN
    assert len(thaw(world, number).stopped) == 6
    world.run(hours=3)
    assert world.copies() == []


def test_what_is_still_ahead_goes_at_its_own_time(coming: Path, tmp_path: Path) -> None:
    world = build(coming, tmp_path / "w")
    number = stop(world)
    wait(world, 10)
    left = thaw(world, number)
    assert (left.stopped, left.ahead) == ((), 6)
    world.run(hours=1)
    assert len(world.copies()) == 6 and all(one.at >= NOW + DUE_IN for one in world.copies())
    assert world.breaches() == []


def test_item_by_item_with_new_times(coming: Path, tmp_path: Path) -> None:
    world, number = frozen_past_its_time(coming, tmp_path / "w")
    stopped = thaw(world, number).stopped
    first, second = world.now + timedelta(hours=1), world.now + timedelta(hours=2)
    retime(world, stopped[0], first)
    retime(world, stopped[1], second)
    with session_scope(world.house.engine) as session:
        row = session.get_one(Delivery, stopped[2].id)
        releases.cancel_one(session, row, "editor", "过时了", world.now)
    world.run(hours=5)
    assert sorted(one.at for one in world.copies()) == sorted([first, second])
    assert world.states() == {"published": 2, "held": 3, "cancelled": 1}
    assert world.breaches() == []
    with read_scope(world.house.engine) as session:
        said = [one for one in audit.history(session, f"delivery:{stopped[0].id}") if one.action == "delivery.thaw"]
        assert said[0].actor == "editor" and "原定 2026-11-18 09:20" in said[0].detail["reason"]
        assert audit.verify(session) is None
    shown = {one.key: one for one in world.deliveries()}[stopped[0].key]
    assert shown.due_at == first and shown.frozen_by is None


def test_what_lay_in_place_is_put_there_anew_for_its_new_time(coming: Path, tmp_path: Path) -> None:
    """The day printed in the text is the day it goes out."""
    world = build(coming, tmp_path / "w")
    world.run(hours=0.2)
    number = stop(world)
    wait(world, 30)
    for one in thaw(world, number).stopped:
        retime(world, one, NOW + timedelta(days=1))
    world.run(hours=30)
    assert world.states() == {"published": 6} and world.breaches() == []
    assert all(one.at >= NOW + timedelta(days=1) for one in world.copies())


def test_a_new_time_is_late_by_the_rule_of_its_release(coming: Path, tmp_path: Path) -> None:
    world, number = frozen_past_its_time(coming, tmp_path / "w")
    with session_scope(world.house.engine) as session:
        for one in session.exec(select(releases.Release)):
            one.late = "hold"
            session.add(one)
    stopped = thaw(world, number).stopped
    for one in stopped:
        retime(world, one, world.now + timedelta(hours=1))
    world.now += timedelta(hours=2)  # the machine was off
    world.run(hours=1)
    assert world.copies() == [] and world.states() == {"held": 6}
    assert all("错过了发布时间" in one.reason for one in world.deliveries())


def test_what_a_new_time_may_not_be(coming: Path, tmp_path: Path) -> None:
    world, number = frozen_past_its_time(coming, tmp_path / "w")
    one, other, *_ = thaw(world, number).stopped
    with pytest.raises(FreezeError, match="已经过去"):
        retime(world, one, world.now - timedelta(hours=1))
    retime(world, one, world.now + timedelta(hours=1))
    with pytest.raises(FreezeError, match="不是停发期间停下的"):
        retime(world, one, world.now + timedelta(hours=1))
    slug = str(other.stories[0][0])
    take_in(world.house, write_story(tmp_path / "desk", slug, "改过的标题"), "editor", world.now)
    with pytest.raises(SignError, match="已改动"):
        retime(world, other, world.now + timedelta(hours=1))


def test_a_reprint_does_not_come_before_its_lead(coming: Path, tmp_path: Path) -> None:
    world, number = frozen_past_its_time(coming, tmp_path / "w")
    lead, reprint, *_ = thaw(world, number).stopped
    with session_scope(world.house.engine) as session:
        session.get_one(Delivery, reprint.id).lead_id = lead.id
    retime(world, lead, world.now + timedelta(hours=2))
    with pytest.raises(FreezeError, match="首发稿"):
        retime(world, reprint, world.now + timedelta(hours=1))


def test_collisions_are_told(coming: Path, tmp_path: Path) -> None:
    world, number = frozen_past_its_time(coming, tmp_path / "w")
    at = world.now + timedelta(hours=1)
    moved = [retime(world, one, at) for one in thaw(world, number).stopped]
    with read_scope(world.house.engine) as session:
        said = freeze.collisions(session, moved)
        alone = freeze.collisions(session, [])
    assert len(said) == 2 and all("前后十分钟内有 3 份" in one for one in said) and alone == []


def test_a_person_may_also_send_one_on_as_ever(coming: Path, tmp_path: Path) -> None:
    world, number = frozen_past_its_time(coming, tmp_path / "w")
    one = thaw(world, number).stopped[0]
    with session_scope(world.house.engine) as session:
        row = releases.retry(session, session.get_one(Delivery, one.id), "editor", "现在就发", world.now)
        assert row.frozen_by is None
    world.run(hours=1)
    assert world.states() == {"published": 1, "held": 5}


def test_a_retry_under_the_freeze_waits_like_the_others(coming: Path, tmp_path: Path) -> None:
    world, _ = frozen_past_its_time(coming, tmp_path / "w")
    with session_scope(world.house.engine) as session:
        row = session.exec(select(Delivery)).first()
        assert row
        releases.retry(session, row, "editor", "现在就发", world.now)
    world.run(hours=1)
    assert world.copies() == [] and world.states() == {"held": 6}


def test_a_thaw_needs_a_reason(coming: Path, tmp_path: Path) -> None:
    world, number = frozen_past_its_time(coming, tmp_path / "w")
    with session_scope(world.house.engine) as session, pytest.raises(FreezeError, match="原因"):
        freeze.thaw(session, freeze.find_freeze(session, number), "editor", " ", world.now)
    with session_scope(world.house.engine) as session, pytest.raises(FreezeError, match="没有停发 99"):
        freeze.find_freeze(session, 99)
