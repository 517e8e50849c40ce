"""A week of 14 units, three stories a day, rehearsed (`yigao rehearse --days 7 --units 14 --faults mild --seed 1`).

Beside it the least that leaves the same behind: every row of its database inserted by plain sqlite3 with a commit of
its own, and every file of its sites written. Both in the same folder, in memory where there is such, both without
waiting for a disk (``synchronous=OFF``).
"""

import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.ratio import Measured, Row
from pipeline.house import DATABASE
from pipeline.rehearsal.played import Asked
from pipeline.rehearsal.script import Wanted
from pipeline.rehearse import rehearse
from pipeline.rehearse_cli import MEMORY

WEEK = Asked(units=14, weather="mild", seed=1, wanted=Wanted(days=7))
DAY = Asked(units=14, weather="mild", seed=1, wanted=Wanted(days=1))


@dataclass(frozen=True)
class Left:
    """What a rehearsal left behind: its rows by table, its pages by path."""

    schema: tuple[str, ...]
    rows: dict[str, list[tuple[object, ...]]]
    pages: dict[str, bytes]

    @property
    def count(self) -> int:
        return sum(len(one) for one in self.rows.values())

    @property
    def size(self) -> int:
        return sum(len(one) for one in self.pages.values())


@contextmanager
def room() -> Iterator[Path]:
    root = Path(tempfile.mkdtemp(dir=MEMORY if MEMORY.is_dir() else None))  # where `yigao rehearse` plays
    try:
        yield root
    finally:
        shutil.rmtree(root, ignore_errors=True)


def played(asked: Asked) -> tuple[float, float, Left]:
    """Seconds of the clock and of the processor, and what was left."""
    with room() as root:
        began, worked = time.perf_counter(), time.process_time()
        done = rehearse(asked, root)
        took = time.perf_counter() - began, time.process_time() - worked
        if done.breaches:
            raise SystemExit(f"a promise was broken: {done.breaches}")
        return *took, left_in(done.stage.house.root, done.stage.house.sites)


def left_in(house: Path, sites: Path) -> Left:
    """Everything in the house's database and in its sites."""
    with closing(sqlite3.connect(house / DATABASE)) as connection:
        tables = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall()
        mine = [(name, sql) for name, sql in tables if not name.startswith("sqlite_")]
        rows = {name: connection.execute(f'SELECT * FROM "{name}"').fetchall() for name, _ in mine}
    pages = {str(one.relative_to(sites)): one.read_bytes() for one in sites.rglob("*") if one.is_file()}
    return Left(tuple(sql for _, sql in mine), rows, pages)


def plainly(left: Left) -> float:
    """Seconds for the same rows, a commit each, and the same pages."""
    with room() as root:
        began = time.perf_counter()
        with closing(sqlite3.connect(root / "plain.db", isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=OFF")
            for sql in left.schema:
                connection.execute(sql)
            for name, rows in left.rows.items():
                for row in rows:
                    connection.execute(f'INSERT INTO "{name}" VALUES ({", ".join("?" * len(row))})', row)
        for path, content in left.pages.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(content)
        return time.perf_counter() - began


def measure(runs: int) -> Measured:
    runs = max(1, min(runs, 3))  # each run is a whole week
    times: dict[str, list[float]] = {}
    for _ in range(runs):
        clock, processor, left = played(WEEK)
        ways = {
            "plain: the same rows, a commit each, the same pages": plainly(left),
            "Yigao: the week": clock,
            "Yigao: the week, processor alone": processor,
            "Yigao: one day, with setting up": played(DAY)[0],
        }
        for name, seconds in ways.items():
            times.setdefault(name, []).append(seconds)
    rows = tuple(Row(name, tuple(each), "< 60 s" if name == "Yigao: the week" else "") for name, each in times.items())
    note = f"7 days, 14 units, 3 stories a day: {left.count} rows, {len(left.pages)} files, {left.size >> 20} MiB"
    return Measured(rows, note)
