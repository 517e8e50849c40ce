"""One story more on a unit's pages and feeds, beside a small archive and beside large ones.

The archive lies in the index (账册) of the account, as earlier publications left it; the rows hold the newest stories
and are asked by number, whatever else they hold. Each run the index is told again that it stands before the newest.
"""

import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from sqlmodel import col, select

import themes
from benchmarks.ratio import Measured, Row
from channels.making.entries import Entry
from channels.site import pages
from cms.db import read_scope
from cms.matrix import Account, profiles_of
from cms.releases import Delivery
from pipeline import adding, advised, build
from pipeline.house import House
from pipeline.shelf import opened
from pipeline.shown import Shown
from pipeline.tabs import tabs_of
from tests.pipeline import sites_world
from tests.pipeline.conftest import NOW

SIZES = (100, 1_000, 10_000, 100_000)
UNIT = "ganzi"
A_DAY = 11
"""100,000 stories are 25 years."""


def archive(entry: Entry, shown: Shown, size: int) -> Iterator[tuple[Entry, Shown]]:
    """So many older stories like this one."""
    for at in range(size):
        when = NOW - timedelta(hours=24 / A_DAY) * (at + 1)
        name = f"alt-{at}"
        older = replace(
            entry, slug=name, path=f"s/{name}.html", guid=f"{entry.guid}-{at}", published_at=when, changed_at=when
        )
        yield older, replace(shown, guid=older.guid, due_at=when, past=None)


class Bench:
    """Two stories out on one unit's pages and feeds; the newest is published again and again."""

    def __init__(self) -> None:
        self.root = Path(tempfile.mkdtemp())
        self.house: House = sites_world.founded(self.root).house

    def once(self, channel: str) -> float:
        """Seconds until the newest story stands on the account."""
        with read_scope(self.house.engine) as session:
            account = session.exec(select(Account).where(Account.key == f"{channel}:{UNIT}")).one()
            query = select(Delivery).where(Delivery.account_id == account.id).order_by(col(Delivery.id).desc())
            newest = session.exec(query).first()
            profile, tabs = profiles_of(session, [account.id])[account.id], tabs_of(session)
            assert newest is not None
            before = advised.stand(session, account, but=[newest])
        frame = pages.frame_for(profile, themes.load(profile.theme, profile.own_tokens), tabs)
        with opened(adding.shelf_file(self.house, profile)) as shelf:
            shelf.stands(f"{before} {frame.version}")
        began = time.perf_counter()
        adding.publish(self.house, account, profile, tabs, [newest])
        return time.perf_counter() - began

    def stock(self, channel: str, size: int) -> None:
        """An archive of this size in the account's index."""
        self.once(channel)
        with read_scope(self.house.engine) as session:
            account = session.exec(select(Account).where(Account.key == f"{channel}:{UNIT}")).one()
            shown = advised.all_shown(session, account)
            profile = profiles_of(session, [account.id])[account.id]
        entries = [
            build.listed(build.entry_of(build.filled(self.house, profile, one)[0], one, profile)) for one in shown
        ]
        with opened(adding.shelf_file(self.house, profile)) as shelf:
            shelf.fill([*zip(entries, shown, strict=True), *archive(entries[0], shown[0], size)])

    def size(self, channel: str) -> int:
        """How many stories the index knows."""
        with opened(self.house.sites.parent / "shelf" / f"{UNIT}.{channel}.db") as shelf:
            return shelf.size()

    def close(self) -> None:
        self.house.engine.dispose()
        shutil.rmtree(self.root, ignore_errors=True)


def measure(runs: int) -> Measured:
    bench, rows = Bench(), []
    try:
        for channel in advised.OURS:
            for size in SIZES:
                bench.stock(channel, size)
                times = [bench.once(channel) for _ in range(max(runs, 5) + 1)][1:]
                assert bench.size(channel) >= size, "everything was built anew"
                aim = "<= 1.2 x at 1,000" if size == SIZES[-1] else ""
                rows.append(Row(f"{channel}: one story beside {size:,}", tuple(times), aim))
    finally:
        bench.close()
    return Measured(tuple(rows), "one unit, files on disk, rows in SQLite")
