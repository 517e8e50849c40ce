"""Workers that die of a story, power that goes, a house from before an upgrade, tasks doubled and dropped."""

import ctypes
import os
import shutil
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from alembic import command
from sqlmodel import col, select

from assets.store import LocalStore
from cms.db import migration_config, open_engine, read_scope, session_scope
from cms.people import unseen
from cms.releases import Attempt, Delivery, Lane
from pipeline import crash, log, outcome
from pipeline.engine import ThreadEngine, carry_out, pump
from pipeline.house import open_house
from tests.ledger import platforms_world
from tests.ledger.world import Died, World, build, prepare

SUBMIT = "freepublish/submit"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two stories on two accounts, due in ten minutes: four deliveries."""
    return prepare(tmp_path_factory.mktemp("small"), stories=2, due=timedelta(minutes=10))


def dies(world: World, key: str, *points: str) -> list[str]:
    """The worker dies of the delivery ``key`` at these points, each once and in this order; those still to come."""
    left = list(points)
    watch = world.watch

    def watched(name: str) -> None:
        watch(name)
        if left and name == left[0] and log._key.get() == key:
            left.pop(0)
            world.deaths += 1
            raise Died(name)

    world.watch = watched  # type: ignore[method-assign]
    return left


def free(world: World) -> bool:
    """Whether nobody holds a lane or a delivery any more."""
    with read_scope(world.house.engine) as session:
        lanes = [one.owner for one in session.exec(select(Lane))]
    return not any(lanes) and not any(one.lease_owner for one in world.deliveries())


# --------------------------------------------------------------------------- a poison story


@pytest.mark.proves("F28", "I10", "I13")
def test_a_story_three_workers_died_of_is_held_apart_and_the_others_go_on(small: Path, tmp_path: Path) -> None:
    world = build(small, tmp_path / "w")
    poison = min(world.deliveries(), key=lambda one: one.id)
    left = dies(world, poison.key, *["stage.announced"] * 9)
    world.run(hours=1)
    assert len(left) == 6 and world.states() == {"held": 1, "published": 3}
    held = next(one for one in world.deliveries() if one.id == poison.id)
    assert (held.state, held.reason, held.next_at) == ("held", outcome.POISON, None)
    with read_scope(world.house.engine) as session:
        assert outcome.POISON in {one.sentence for one in unseen(session)}
    assert free(world) and world.breaches() == []


@pytest.mark.proves("F28")
def test_a_step_done_between_deaths_starts_the_count_anew(small: Path, tmp_path: Path) -> None:
    world = build(small, tmp_path / "w", asynchronous=True)
    first = min(world.deliveries(), key=lambda one: one.id)
    left = dies(world, first.key, "stage.announced", "stage.announced", "publish.answered", "reconcile.answered")
    world.run(hours=2)
    assert left == [] and world.deaths == 4
    assert world.states() == {"published": 4} and world.breaches() == []
    assert len(world.neutral.sends()) == 4 and free(world)


# --------------------------------------------------------------------------- power


class _Range(ctypes.Structure):
    _fields_ = [("off", ctypes.c_uint64), ("len", ctypes.c_uint64)]


class _Pages(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint64) for name in ("cache", "dirty", "writeback", "evicted", "recently")]


def unwritten(path: Path) -> int | None:
    """How many pages of the file a power cut would take (Linux 6.5: cachestat); None where nobody can tell."""
    handle = os.open(path, os.O_RDONLY)
    try:
        found = _Pages()
        whole = _Range(0, 0)
        told = ctypes.CDLL(None).syscall(451, handle, ctypes.byref(whole), ctypes.byref(found), 0)
    finally:
        os.close(handle)
    return None if told else found.dirty + found.writeback


@pytest.mark.proves("F19", "F02", "F01")
@pytest.mark.parametrize("point", ["publish.announced", "publish.answered"])
def test_after_a_power_cut_the_intent_is_there_and_asked_about(tmp_path: Path, point: str) -> None:
    made = platforms_world.prepare(tmp_path / "made", ("wechat",), stories=1)
    world = platforms_world.wire(open_house(made), ("wechat",))
    after = tmp_path / "after"
    watch = world.watch

    def cut(name: str) -> None:
        watch(name)
        if name == point:
            assert not unwritten(made / "yigao.db-wal")
            after.mkdir()
            for kept in ("yigao.db", "yigao.db-wal", "yigao.key"):
                shutil.copy(made / kept, after / kept)
            raise Died(name)

    crash.watch = cut
    try:
        with pytest.raises(Died):
            carry_out(world.house, 1, "before", world.clock)
    finally:
        crash.watch = None
    (after / "store").symlink_to(made / "store")
    house = open_house(after)
    world.house = replace(house, wires=replace(house.wires, dial=world.house.wires.dial))
    with read_scope(house.engine) as session:
        intent = session.exec(select(Attempt).where(Attempt.step == "publish")).one()
        assert intent.outcome == "" and session.get_one(Delivery, intent.delivery_id).state == "sending"
    world.run(hours=2)
    assert world.passed["reconcile.answered"] >= 1
    assert world.all_states() == {"published": 2} and world.breaches() == []
    assert len(world.sandboxes.sends()) == len(world.copies()) == 2
    world.house.engine.dispose()


@pytest.mark.proves("F19")
def test_bytes_are_on_the_disk_before_a_row_names_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[tuple[str, bool]] = []
    real = os.fsync

    def watched(handle: int) -> None:
        path = Path(os.readlink(f"/proc/self/fd/{handle}"))
        synced.append((path.relative_to(tmp_path).as_posix(), path.is_dir()))
        real(handle)

    monkeypatch.setattr(os, "fsync", watched)
    store = LocalStore(tmp_path)
    digest = store.put(b"signed")
    place = digest[:2]
    assert synced[0][0].startswith(f"{place}/.new-") and not synced[0][1], "the bytes, before they have their name"
    assert synced[1:] == [(place, True), (".", True)], "then the name, then a new folder's"
    synced.clear()
    assert store.put(b"signed") == digest and synced == []
    assert not unwritten(store.path(digest))


# --------------------------------------------------------------------------- an upgrade


def older(house: Path, root: Path, revision: str) -> Path:
    """The rows of ``house`` as a program of ``revision`` would have kept them."""
    root.mkdir()
    shutil.copy(house / "yigao.key", root / "yigao.key")
    (root / "store").symlink_to((house / "store").resolve())
    engine = open_engine(root / "yigao.db")
    with session_scope(engine) as session:
        command.upgrade(migration_config(session.connection()), revision)
    engine.dispose()
    with sqlite3.connect(root / "yigao.db") as rows:
        rows.execute("ATTACH ? AS now", (str(house / "yigao.db"),))
        for (table,) in rows.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'").fetchall():
            if table == "alembic_version" or table.startswith("sqlite_"):
                continue
            columns = ", ".join(f'"{one[1]}"' for one in rows.execute(f'PRAGMA main.table_info("{table}")'))
            rows.execute(f'INSERT OR REPLACE INTO main."{table}" ({columns}) SELECT {columns} FROM now."{table}"')
        assert rows.execute("SELECT version_num FROM main.alembic_version").fetchone() == (revision,)
    return root


@pytest.mark.proves("F36")
def test_a_release_begun_before_an_upgrade_goes_on_after_it(small: Path, tmp_path: Path) -> None:
    world = build(small, tmp_path / "w")
    world.run(hours=1 / 60)
    assert world.states() == {"staged": 4}
    world.now += timedelta(minutes=10)
    world.kill, crash.watch = ("publish.announced", 2), world.watch
    try:
        with pytest.raises(Died):
            carry_out(world.house, min(one.account_id for one in world.deliveries()), "before", world.clock)
    finally:
        crash.watch = None
    before = world.states()
    assert before == {"published": 1, "sending": 1, "staged": 2}
    world.house.engine.dispose()
    house = open_house(older(tmp_path / "w", tmp_path / "old", "0003"))
    world.house = replace(house, wires=replace(world.house.wires, engine=house.engine))
    assert world.states() == before
    world.run(hours=2)
    assert world.states() == {"published": 4} and world.breaches() == []
    assert len(world.neutral.book.posts()) == 4


# --------------------------------------------------------------------------- tasks


class Drops:
    """An engine that loses every task."""

    def __init__(self) -> None:
        self.lost: list[int] = []

    def submit(self, account_id: int) -> None:
        self.lost.append(account_id)

    def fire(self) -> None:
        """Nor does it do this."""


def at_once(threads: int, work: Callable[[], None]) -> None:
    """``work`` in so many threads."""
    running = [threading.Thread(target=work) for _ in range(threads)]
    for one in running:
        one.start()
    for one in running:
        one.join(60)
        assert not one.is_alive()


@pytest.mark.proves("F40", "F14", "I1")
def test_a_task_given_five_times_sends_once_and_a_dropped_one_is_found(small: Path, tmp_path: Path) -> None:
    world = build(small, tmp_path / "w")
    world.now += timedelta(minutes=11)
    drops = Drops()
    assert pump(world.house, drops, world.now) == len(drops.lost) == 2
    assert world.states() == {"ready": 4} and world.neutral.sends() == []
    engines = [ThreadEngine(world.house, world.clock, threads=4) for _ in range(2)]  # each knows only its own tasks
    at_once(4, lambda: [engine.submit(one) for _ in range(5) for engine in engines for one in drops.lost] and None)
    at_once(4, lambda: [carry_out(world.house, one, "a third", world.clock) for one in drops.lost] and None)
    for engine in engines:
        engine.close()
    world.run(hours=1)
    assert world.states() == {"published": 4} and world.breaches() == []
    assert len(world.neutral.sends()) == len(world.neutral.book.posts()) == 4 and free(world)


@pytest.mark.proves("F40")
def test_only_the_sweep_finds_what_was_never_handed_on(small: Path, tmp_path: Path) -> None:
    world = build(small, tmp_path / "w")
    world.now += timedelta(minutes=11)
    engine = ThreadEngine(world.house, world.clock, threads=4)
    while pump(world.house, engine, world.now):
        at_once(1, lambda: engine._pool.submit(int).result(60) and None)
    engine.close()
    assert world.states() == {"published": 4} and world.breaches() == []
    with read_scope(world.house.engine) as session:
        sends = session.exec(select(Attempt.delivery_id).where(col(Attempt.step) == "publish")).all()
    assert len(sends) == len(set(sends)) == 4
