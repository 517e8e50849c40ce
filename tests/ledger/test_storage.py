"""The machine's own troubles on the road: a database locked by others, a disk that is full or only to be read."""

import contextlib
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlmodel import select

from cms import db
from cms.db import BusyError, CannotWriteError, read_scope, session_scope
from cms.people import Workspace
from cms.releases import Attempt
from pipeline.house import House, open_house
from tests.ledger.test_one_road import settled
from tests.ledger.world import World, build

LOCK = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=20)
connection.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
time.sleep(float(sys.argv[2]))
connection.execute("ROLLBACK")
"""


@contextlib.contextmanager
def locked(path: Path, seconds: float) -> Iterator[None]:
    """Another process holds the write lock for so long."""
    command = [sys.executable, "-c", LOCK, str(path), str(seconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stdout.readline() == "locked\n"
        yield
        process.wait(30)


def locks_at(world: World, point: str, seconds: float) -> None:
    """The first time the worker passes ``point``, somebody else takes the database for ``seconds``."""
    running: list[contextlib.AbstractContextManager[None]] = []
    watch = world.watch

    def watched(name: str) -> None:
        watch(name)
        if name == point and not running:
            running.append(locked(world.house.root / "yigao.db", seconds))
            running[0].__enter__()

    world.watch = watched  # type: ignore[method-assign]


def hasty(world: World) -> None:
    """SQLite itself waits only a moment, so that a short lock is longer than its patience."""
    event.listen(world.house.engine, "connect", lambda connection, record: connection.execute("PRAGMA busy_timeout=50"))
    world.house.engine.dispose()


def sends(world: World) -> int:
    with read_scope(world.house.engine) as session:
        return len(session.exec(select(Attempt).where(Attempt.step == "publish")).all())


@pytest.mark.proves("F17", "I1")
@pytest.mark.parametrize("point", ["publish.announced", "publish.answered", "stage.answered"])
def test_a_locked_database_repeats_the_transaction_not_the_send(prepared: Path, tmp_path: Path, point: str) -> None:
    world = build(prepared, tmp_path / "w")
    hasty(world)
    locks_at(world, point, 1.0)
    world.run()
    assert world.states() == {"published": 6}
    assert sends(world) == len(world.neutral.book.posts()) == 6
    settled(world)


@pytest.mark.proves("F17")
def test_locked_for_longer_than_patience_is_asked_about(
    prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = build(prepared, tmp_path / "w")
    hasty(world)
    monkeypatch.setattr(db, "PATIENCE_S", 0.3)
    locks_at(world, "publish.answered", 2.0)
    with pytest.raises(BusyError, match="请检查"):
        world.run()
    monkeypatch.setattr(db, "PATIENCE_S", 30.0)
    world.run()
    assert world.states() == {"published": 6}
    assert len(world.neutral.book.posts()) == 6
    assert world.passed["reconcile.answered"] >= 1
    settled(world)


# --------------------------------------------------------------------------- no room


@contextlib.contextmanager
def no_room() -> Iterator[None]:
    """No file of this process can grow past a few bytes: what a full disk says, without filling one."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def readable(house: House) -> bool:
    with read_scope(house.engine) as session:
        return session.get(Workspace, 1) is not None


@pytest.mark.proves("F18")
def test_a_full_disk_stops_new_work_and_not_the_readers(prepared: Path, tmp_path: Path) -> None:
    world = build(prepared, tmp_path / "w")
    with no_room(), pytest.raises(CannotWriteError, match="请清出磁盘空间"):
        world.run()
    assert world.neutral.book.posts() == []
    assert world.states() == {"ready": 6}
    with no_room():
        assert readable(world.house)
        with pytest.raises(OSError, match="File too large"):
            world.house.store.put(b"x" * 1000)
    world.run()
    assert world.states() == {"published": 6}
    settled(world)
    assert not list((prepared / "store").rglob(".new-*"))


@pytest.mark.proves("F18")
def test_a_disk_full_after_the_send_is_asked_about(prepared: Path, tmp_path: Path) -> None:
    world = build(prepared, tmp_path / "w")
    full = contextlib.ExitStack()
    watch = world.watch

    def watched(name: str) -> None:
        watch(name)
        if name == "publish.answered" and world.passed[name] == 1:
            full.enter_context(no_room())

    world.watch = watched  # type: ignore[method-assign]
    with full, pytest.raises(CannotWriteError):
        world.run()
    assert len(world.neutral.book.posts()) == 1
    world.run()
    assert world.states() == {"published": 6}
    assert len(world.neutral.book.posts()) == 6
    settled(world)


@contextlib.contextmanager
def only_read(folder: Path) -> Iterator[None]:
    """``folder`` on a disk that cannot be written; skips where this user can neither mount nor be refused."""
    if os.geteuid() != 0:
        for path in (folder, *folder.iterdir()):
            path.chmod(0o555 if path.is_dir() else 0o444)
        yield
        for path in (folder, *folder.iterdir()):
            path.chmod(0o755 if path.is_dir() else 0o644)
        return
    done = subprocess.run(["mount", "-o", "remount,ro", str(folder)], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    yield
    subprocess.run(["mount", "-o", "remount,rw", str(folder)], check=True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() != 0:
        yield folder
        return
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip("NOT TESTED: a read-only disk; this root may not mount")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.proves("F18")
def test_a_disk_that_turned_read_only_says_so_and_still_serves(prepared: Path, tmp_path: Path, disk: Path) -> None:
    world = build(prepared, tmp_path / "w")
    with read_scope(world.house.engine) as session:  # a server at work: its log lies beside the file
        session.get_one(Workspace, 1)
        shutil.copytree(world.house.root, disk / "w", symlinks=True)
    with only_read(disk):
        house = open_house(disk / "w")
        assert readable(house)
        with pytest.raises(CannotWriteError, match="检查写权限"), session_scope(house.engine) as session:
            session.get_one(Workspace, 1).name = "改"
        house.engine.dispose()
    world.house.engine.dispose()
    house = open_house(disk / "w")
    with session_scope(house.engine) as session:
        session.get_one(Workspace, 1).name = "改"
    house.engine.dispose()
