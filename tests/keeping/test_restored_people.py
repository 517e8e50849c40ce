"""After a restoring, in a person's hands: what cannot be looked up, what may have been called back, the end of it."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select, update

from cms import releases
from cms.db import read_scope, session_scope
from cms.releases import CancelError, Delivery, HandlingError, Release, freeze
from cms.releases.restored import last_restored, restored
from pipeline import doubts
from pipeline.reconcile import after_restoring
from tests.keeping.confirming import confirm, exempt
from tests.keeping.reads import MuteTransport
from tests.keeping.world import KeptWorld, build
from tests.recalls.world import retract

pytestmark = [pytest.mark.keeps("backup"), pytest.mark.proves("F37")]


def rows(world: KeptWorld) -> dict[str, Delivery]:
    return {one.state: one for one in world.deliveries()}


@pytest.mark.parametrize("is_exempt", [False, True])
def test_a_story_called_back_since_is_not_sent_on(village: Path, tmp_path: Path, is_exempt: bool) -> None:
    """Kept half-way; then a copy was taken back by an order that is lost with the rows."""
    world = build(village, tmp_path / "house")
    world.acts = {1: lambda: None}
    first = world.deliveries()[0]
    with session_scope(world.house.engine) as session:  # the other account of the story comes a day later
        later = update(Delivery).where(Delivery.account_id != first.account_id)  # type: ignore[arg-type]
        session.exec(later.values(due_at=world.now + timedelta(days=1)))  # type: ignore[call-overload]
    world.run(hours=1)
    assert world.states() == {"published": 2, "ready": 2}
    world.keep(tmp_path / "kept.tar.gz")
    retract(world, "story-0")
    world.run(hours=1)
    assert len(world.live()) == 1
    world.restored(tmp_path / "kept.tar.gz", tmp_path / "again")
    if is_exempt:
        exempt(world)
    else:
        world.run(hours=2)
        assert world.states() == {"published": 1, "ready": 2, "removed": 1}
        assert confirm(world, goes_on=False) == [one for one in world.deliveries() if one.state == "held"]
    world.run(hours=48)
    assert world.states() == {"published": 2, "held": 1, "removed": 1}
    held = rows(world)["held"]
    assert held.reason.startswith("恢复备份之后核对，同一稿件在")
    assert held.stories[0][0] == "story-0"
    assert len(world.live()) == 2
    assert world.breaches() == []


def test_a_platform_that_shows_nothing_back_is_no_reason_to_wait(village: Path, tmp_path: Path) -> None:
    world = build(village, tmp_path / "house", transport=MuteTransport())
    world.keep(tmp_path / "kept")
    world.restored(tmp_path / "kept", tmp_path / "again")
    exempt(world)
    world.run(hours=3)
    assert world.states() == {"published": 4}
    assert world.breaches() == []


def test_nothing_is_cancelled_or_sent_on_anybodys_word_before_it_was_looked_for(village: Path, tmp_path: Path) -> None:
    world = build(village, tmp_path / "house")
    world.keep(tmp_path / "kept")
    world.run(hours=1)  # four are out, and the backup knows of none
    world.restored(tmp_path / "kept", tmp_path / "again")
    with session_scope(world.house.engine) as session:
        release = session.exec(select(Release)).first()
        assert release is not None
        with pytest.raises(CancelError):
            releases.cancel(session, release, "yi", "不发了", world.now)
        one = session.exec(select(Delivery)).first()
        assert one is not None
        held = releases.hold(session, one, "yi", "先停住", world.now)
        with pytest.raises(HandlingError, match="not-published"):
            releases.retry(session, held, "yi", "接着发", world.now)
        with pytest.raises(HandlingError, match="not-published"):
            releases.cancel_one(session, held, "yi", "不发了", world.now)
    world.run(hours=3)
    assert len(world.live()) == 4
    assert world.breaches() == []


@pytest.mark.parametrize("is_exempt", [False, True])
def test_a_push_waits_for_a_person(village: Path, tmp_path: Path, is_exempt: bool) -> None:
    world = build(village, tmp_path / "house")
    with session_scope(world.house.engine) as session:
        session.exec(update(Delivery).values(push=True))  # type: ignore[call-overload]
    world.keep(tmp_path / "kept")
    world.restored(tmp_path / "kept", tmp_path / "again")
    if is_exempt:
        exempt(world)
    world.run(hours=1)
    if not is_exempt:
        assert len(confirm(world, goes_on=False)) == 4
    assert world.states() == {"held": 4}
    with session_scope(world.house.engine) as session:
        for one in session.exec(select(Delivery)).all():
            if is_exempt:
                assert one.reason == doubts.PUSH
            else:
                with pytest.raises(freeze.FreezeError, match="可能已经发出"):
                    freeze.retime(session, one, world.now, "editor", "补发", world.now)
            releases.retry(session, one, "yi", "后台看过，没有群发", world.now, is_absent=True)
    world.run(hours=1)
    assert world.states() == {"published": 4}
    assert world.breaches() == []


def test_what_comes_later_is_looked_for_too(village: Path, tmp_path: Path) -> None:
    world = build(village, tmp_path / "house")
    with session_scope(world.house.engine) as session:
        session.exec(update(Delivery).values(due_at=world.now + timedelta(hours=5)))  # type: ignore[call-overload]
    world.keep(tmp_path / "kept")
    done = world.restored(tmp_path / "kept", tmp_path / "again")
    assert done.doubted == 4  # it may have been moved, and sent, since
    world.run(hours=2)
    assert world.states() == {"ready": 4}
    assert confirm(world) == []
    with read_scope(world.house.engine) as session:
        assert restored(session) is None and last_restored(session) is not None
    after_restoring(world.house, world.clock)
    world.run(hours=4)
    assert world.states() == {"published": 4}
    with read_scope(world.house.engine) as session:
        for one in session.exec(select(Delivery)):
            assert sum("平台上没有找到" in line for line in releases.why(session, one)) == 2
            assert one.due_at <= one.changed_at <= one.due_at + timedelta(minutes=1)


def test_old_news_is_not_sent_days_late_after_a_restoring(village: Path, tmp_path: Path) -> None:
    world = build(village, tmp_path / "house")
    world.keep(tmp_path / "kept")
    world.now += timedelta(days=3)
    world.restored(tmp_path / "kept", tmp_path / "again")
    exempt(world)
    world.run(hours=6)
    assert world.states() == {"held": 4}
    assert "错过了发布时间" in rows(world)["held"].reason
    assert world.breaches() == []
