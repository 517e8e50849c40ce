"""恢复后核对: what was sent and deleted, called back and stopped since the backup is in no row and on no platform, so
after a restoring nothing goes out by itself until a person has confirmed (F37)."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, select, update

from cms import audit
from cms.db import read_scope, session_scope
from cms.people import Notice, PeopleError
from cms.releases import Delivery, Freeze, HandlingError, Release, freeze, hold, restoring, retry, startable
from cms.releases.freeze import FreezeError
from cms.releases.restored import restored
from cms.releases.restoring import Compared
from pipeline.flashes import tend
from pipeline.house import open_house
from tests.halts.flashing import announce, sign
from tests.halts.order import retime, stop
from tests.keeping.confirming import WHY, confirm
from tests.keeping.test_restored_own import CHANNELS, Kept
from tests.keeping.world import KeptWorld, build
from tests.ledger import platforms_world
from tests.ledger.platforms_world import PlatformsWorld
from tests.ledger.world import release
from tests.recalls.world import retract
from tests.services.databases import settle_on
from tests.services.postgres import Postgres, text

pytestmark = [pytest.mark.keeps("backup"), pytest.mark.proves("F37")]
PARTS = ("asked", "adopted", "lost", "stopped", "ahead", "packages")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two signed stories for two units on five channels, due in an hour."""
    how: dict[str, Any] = {"stories": 2, "due": timedelta(hours=1), "own": ("site", "feed"), "by_hand": ("toutiao",)}
    return platforms_world.prepare(tmp_path_factory.mktemp("gap"), CHANNELS, **how)


@pytest.fixture
def world(prepared: Path, tmp_path: Path) -> Kept:
    made = platforms_world.build(prepared, tmp_path / "house", CHANNELS, kind=Kept)
    assert isinstance(made, Kept)
    return made


def compared(session: Session) -> Compared:
    since = restored(session)
    assert since is not None
    return restoring.compared(session, since)


def run(world: Kept | KeptWorld, hours: float) -> None:
    """As a house that runs: the clock also holds what fell due."""
    end = world.now + timedelta(hours=hours)
    while world.now < end:
        world.run(hours=0.25)
        tend(world.house, world.now)


def lose_a_release(world: Kept, tmp_path: Path, *, midway: bool) -> None:
    """The backup is taken before the release, or in the middle of it; then all of it goes out, one story is called back
    everywhere, a copy of the other is deleted in the platform's console, everything is stopped, the house is lost."""
    if midway:
        world.later("weibo:chengdu", "site:chengdu", "feed:chengdu", "toutiao:chengdu")
        world.run(hours=2)
    world.keep(tmp_path / "kept")
    if midway:
        with session_scope(world.house.engine) as session:  # moved up since, which the backup does not know either
            session.exec(update(Delivery).where(Delivery.state == "ready").values(due_at=world.now))  # type: ignore
    world.run(hours=2)
    assert set(world.all_states()) == {"published", "handed_over"}
    retract(world, "story-0")
    world.run(hours=1)
    names = world.sandboxes.book.things("wechat", "name")
    theirs = next(one for one, ours in names.items() if ours == "wechat:chengdu")
    (mine,) = world.sandboxes.book.posts("wechat", theirs, "live")
    world.sandboxes.book.change(mine.id, "deleted")
    stop(world, lets_flash=False)
    world.restored(tmp_path / "kept", tmp_path / "again")


def out(world: PlatformsWorld) -> list[tuple[str, str]]:
    """What readers see on the platforms."""
    return sorted((one.account, one.key) for one in world.copies() if one.state in ("live", "pending"))


@pytest.mark.parametrize("midway", [False, True])
def test_nothing_is_published_again_by_itself(world: Kept, tmp_path: Path, midway: bool) -> None:
    lose_a_release(world, tmp_path, midway=midway)
    before, sent = out(world), len(world.sandboxes.sends())
    pages = world.pages("story-0")
    run(world, 30)
    assert out(world) == before and len(world.sandboxes.sends()) == sent
    assert world.pages("story-0") == pages  # as the backup had them: not one more
    with read_scope(world.house.engine) as session:
        found, since = compared(session), restored(session)
        assert since is not None
        rows = {one.id: one for one in session.exec(select(Delivery))}
        assert startable(session, rows.values(), world.now) == set()
    named = [one.id for part in PARTS for one in getattr(found, part)]
    assert len(named) == len(set(named))
    assert set(named) == {one.id for one in rows.values() if one.state != "published" or one.changed_at >= since.at}
    assert bool(found.lost) == midway
    assert found.asked == () and found.adopted  # what stands there is known again
    assert all(one.note for one in found.stopped)
    assert world.breaches() == []


def test_one_confirmation_resumes(world: Kept, tmp_path: Path) -> None:
    lose_a_release(world, tmp_path, midway=False)
    run(world, 1)
    with session_scope(world.house.engine) as session:  # one is yet to come
        later = session.exec(select(Delivery).where(Delivery.key == world.of("story-1")["toutiao:ganzi"].key)).one()
        assert later.state == "held"
        later.state, later.frozen_by, later.reason = "ready", None, ""
        later.due_at = world.now + timedelta(hours=3)
    before, sent = out(world), len(world.sandboxes.sends())
    with session_scope(world.house.engine) as session, pytest.raises(FreezeError, match="还没有确认"):
        restoring.confirm(session, "editor", WHY, world.now, is_said=False)
    stopped = confirm(world, goes_on=False)
    run(world, 5)
    assert out(world) == before and len(world.sandboxes.sends()) == sent  # what fell due is not sent by itself even now
    assert world.of("story-1")["toutiao:ganzi"].state == "handed_over"
    mine = next(one for one in stopped if one.key == world.of("story-1")["wechat:chengdu"].key)
    retime(world, mine, world.now)
    run(world, 1)
    assert world.of("story-1")["wechat:chengdu"].state == "published"
    assert len(world.sandboxes.sends()) == sent + 1
    assert world.breaches() == []


def test_it_stands_after_a_restart_and_is_told(world: Kept, tmp_path: Path) -> None:
    lose_a_release(world, tmp_path, midway=False)
    house = open_house(world.house.root)
    with read_scope(house.engine) as session:
        (hold,) = session.exec(select(Freeze)).all()
        since = restored(session)
        assert since is not None and (since.hold, since.at, since.over_at) == (hold.id, world.now, None)
        assert freeze.scope_words(session, hold).startswith("全省")
        words = freeze.sentence(session, hold)
        assert "恢复后核对：备份于" in words and "机器坏了" in words and "恢复" in words
        told = session.exec(select(Notice.sentence).where(Notice.subject == f"freeze:{hold.id}")).all()
        assert any("什么都不会自己发出" in one for one in told)
        assert audit.verify(session) is None
    house.engine.dispose()


def test_while_platforms_are_asked_nobody_can_confirm(world: Kept, tmp_path: Path) -> None:
    lose_a_release(world, tmp_path, midway=False)
    with session_scope(world.house.engine) as session:
        assert len(compared(session).asked) == 8
        with pytest.raises(FreezeError, match="还有 8 份正在到平台核对"):
            restoring.confirm(session, "editor", WHY, world.now, is_said=True)
        with pytest.raises(FreezeError, match="恢复后核对"):
            freeze.thaw(session, session.get_one(Freeze, 1), "editor", "好了", world.now)
        with pytest.raises(PeopleError):
            restoring.confirm(session, "nobody", WHY, world.now, is_said=True)


def test_a_warning_written_since_goes_out_and_an_older_one_does_not(world: Kept, tmp_path: Path) -> None:
    world.keep(tmp_path / "kept")
    world.now += timedelta(minutes=5)
    older = announce(world)
    with session_scope(world.house.engine) as session:
        session.get_one(Release, older.release).created_at -= timedelta(minutes=5)
    sign(world, older)
    world.keep(tmp_path / "warned")
    world.now += timedelta(minutes=5)
    world.restored(tmp_path / "warned", tmp_path / "again")
    run(world, 1)
    newer = announce(world)
    sign(world, newer)
    began = world.now
    run(world, 0.25)
    rows = world.deliveries()
    out_now = [one for one in rows if one.release_id == newer.release and one.state == "published"]
    assert out_now and all(one.changed_at - began <= timedelta(minutes=1) for one in out_now)
    assert not [one for one in rows if one.release_id == older.release and one.state in ("published", "handed_over")]
    assert world.breaches() == []


@pytest.mark.parametrize("days", [0, 3])
def test_what_is_written_and_signed_again_is_looked_for_first(village: Path, tmp_path: Path, days: int) -> None:
    """Written, signed and sent since the backup, and lost: people do it again, and what is out is adopted."""
    world = build(village, tmp_path / "house")
    world.run(hours=1)
    world.keep(tmp_path / "kept")
    release(world.house, tmp_path, "late", "备份以后写的一篇消息", world.now)
    world.run(hours=1)
    live = world.live()
    assert len(live) == 6
    world.restored(tmp_path / "kept", tmp_path / "again")
    run(world, 1)
    assert world.states() == {"published": 4}
    assert confirm(world) == []
    world.now += timedelta(days=days)
    sent = len(world.neutral.sends())
    again = release(world.house, tmp_path, "late", "备份以后写的一篇消息", world.now)
    with session_scope(world.house.engine) as session:
        session.get_one(Release, again).created_at = world.now
    world.run(hours=3)
    assert world.states() == {"published": 6}
    assert (world.live(), len(world.neutral.sends())) == (live, sent)
    assert world.breaches() == []


def test_what_waited_for_a_person_is_not_sent_on_without_their_word(village: Path, tmp_path: Path) -> None:
    """Held in the backup, sent on and out since: once the comparing is over it still may be out."""
    world = build(village, tmp_path / "house")
    with session_scope(world.house.engine) as session:
        for one in session.exec(select(Delivery)):
            hold(session, one, "yi", "等通知", world.now)
    world.keep(tmp_path / "kept")
    world.restored(tmp_path / "kept", tmp_path / "again")
    run(world, 1)
    assert confirm(world) == []
    with session_scope(world.house.engine) as session:
        one = session.exec(select(Delivery).limit(1)).one()
        with pytest.raises(HandlingError, match="not-published"):
            retry(session, one, "yi", "通知到了", world.now)
        assert retry(session, one, "yi", "后台看过", world.now, is_absent=True).state == "ready"


def test_restored_again_it_is_one_hold(world: Kept, tmp_path: Path) -> None:
    lose_a_release(world, tmp_path, midway=False)
    run(world, 1)
    with read_scope(world.house.engine) as session:
        first = {one.id for one in compared(session).stopped}
    world.keep(tmp_path / "later")
    world.now += timedelta(minutes=10)
    world.restored(tmp_path / "later", tmp_path / "third")
    run(world, 1)
    with read_scope(world.house.engine) as session:
        standing = [one for one in session.exec(select(Freeze)) if one.thawed_at is None]
        assert [one.id for one in standing] == [2] and standing[0].kept_at is not None
        assert first and {one.id for one in compared(session).stopped} == first
    assert world.breaches() == []


@pytest.mark.slow
def test_the_same_in_postgresql(village: Path, tmp_path: Path, postgres: Postgres) -> None:
    """A backup of a file, taken in the middle of a release, restored into PostgreSQL."""
    world = build(village, tmp_path / "house")
    world.acts = {14: lambda: world.keep(tmp_path / "kept")}
    world.run(hours=3)
    assert world.states() == {"published": 4}
    for one in world.neutral.book.posts(world.neutral.platform, ""):
        world.neutral.book.change(one.id, "deleted")
    (tmp_path / "again").mkdir()
    settle_on(tmp_path / "again", text(postgres.create()))
    sent = len(world.neutral.sends())
    world.restored(tmp_path / "kept", tmp_path / "again")
    assert world.house.engine.dialect.name == "postgresql"
    run(world, 5)
    assert len(world.neutral.sends()) == sent
    stopped = confirm(world)
    assert stopped
    run(world, 2)
    assert len(world.neutral.sends()) == sent + len(stopped)
    assert world.breaches() == []
