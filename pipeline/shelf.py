"""The index (账册) of one of our accounts: what stands on its pages, so that one story more costs the same with a
hundred and with a hundred thousand there.

A file beside the sites, made from the rows and worth nothing without them. Whoever publishes asks it for the few
entries the touched lists show. It counts only while it fits: the rows must stand where they stood when it was written,
and the frame must be the one its pages wear. Else, or where a story was called back, everything is built from the
rows, and the index is written anew.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from channels import canonical
from channels.making.entries import Entry
from channels.site.pages import month_of
from channels.site.sitemap import LIMIT
from pipeline.shown import Shown

_TABLES = """
CREATE TABLE IF NOT EXISTS stands (name TEXT PRIMARY KEY, words TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS months (month TEXT PRIMARY KEY, readable INTEGER, changed_at TEXT);
CREATE TABLE IF NOT EXISTS columns (slug TEXT PRIMARY KEY, stories INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS entries (
  guid TEXT PRIMARY KEY, published_at TEXT NOT NULL, slug TEXT NOT NULL, month TEXT NOT NULL, column_slug TEXT NOT NULL,
  state TEXT NOT NULL, changed_at TEXT NOT NULL, entry BLOB NOT NULL, shown BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS newest ON entries (published_at, slug);
CREATE INDEX IF NOT EXISTS by_month ON entries (month, published_at, slug);
CREATE INDEX IF NOT EXISTS by_column ON entries (column_slug, published_at, slug);
CREATE INDEX IF NOT EXISTS said ON entries (changed_at, slug) WHERE state != 'published';
CREATE INDEX IF NOT EXISTS said_in ON entries (column_slug, changed_at, slug) WHERE state != 'published';
"""
_FORM = 1
"""What a file whose tables were made says of itself: they are not asked for again at each publication."""
_LATEST = {
    False: "SELECT guid, shown FROM entries ORDER BY published_at DESC, slug DESC LIMIT :count",
    True: "SELECT guid, shown FROM entries WHERE column_slug = :column"
    " ORDER BY published_at DESC, slug DESC LIMIT :count",
}
"""By whether a column is asked for."""
_SAID = {
    False: "SELECT guid, shown FROM entries WHERE state != 'published'"
    " ORDER BY changed_at DESC, slug DESC LIMIT :count",
    True: "SELECT guid, shown FROM entries WHERE state != 'published' AND column_slug = :column"
    " ORDER BY changed_at DESC, slug DESC LIMIT :count",
}
_DOWN = "ORDER BY published_at DESC, slug DESC"


@dataclass(frozen=True)
class Month:
    """How many stories of a month one can read, and when the last of it changed."""

    readable: int
    changed_at: datetime


class Shelf:
    """One account's index, within one publication."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._file = connection

    def fits(self, stand: str) -> bool:
        """Whether it says what the rows say: written when they stood here."""
        row = self._file.execute("SELECT words FROM stands WHERE name = 'stand'").fetchone()
        return row is not None and row[0] == stand

    def stands(self, stand: str) -> None:
        self._file.execute("INSERT OR REPLACE INTO stands VALUES ('stand', ?)", (stand,))

    def fill(self, those: Iterable[tuple[Entry, Shown]]) -> None:
        """Everything anew."""
        for table in ("DELETE FROM months", "DELETE FROM columns", "DELETE FROM entries"):
            self._file.execute(table)
        self._file.executemany("INSERT OR REPLACE INTO entries VALUES (?,?,?,?,?,?,?,?,?)", map(_row, those))
        self._file.execute("INSERT INTO columns SELECT column_slug, count(*) FROM entries GROUP BY column_slug")
        self._file.execute(
            "INSERT INTO months SELECT month, sum(state != 'retracted'), max(changed_at) FROM entries GROUP BY month"
        )

    def place(self, entry: Entry, shown: Shown) -> Entry | None:
        """Put it in; what stood under its identity before."""
        found = self._entries("WHERE guid = ?", entry.guid)
        old = found[0] if found else None
        self._file.execute("INSERT OR REPLACE INTO entries VALUES (?,?,?,?,?,?,?,?,?)", _row((entry, shown)))
        if old is not None:
            self._file.execute("UPDATE columns SET stories = stories - 1 WHERE slug = ?", (old.column_slug,))
        self._file.execute(
            "INSERT INTO columns VALUES (?, 1) ON CONFLICT (slug) DO UPDATE SET stories = stories + 1",
            (entry.column_slug,),
        )
        return old

    # ----------------------------------------------------------------- asking

    def size(self) -> int:
        """How many stories it knows."""
        return int(self._file.execute("SELECT coalesce(sum(stories), 0) FROM columns").fetchone()[0])

    def newest(self, count: int) -> list[Entry]:
        """The newest ones a list may name."""
        return self._entries(f"WHERE state != 'retracted' {_DOWN} LIMIT ?", count)

    def count(self, column: str) -> int:
        row = self._file.execute("SELECT stories FROM columns WHERE slug = ?", (column,)).fetchone()
        return int(row[0]) if row else 0

    def of_column(self, column: str, start: int, count: int) -> list[Entry]:
        """``count`` entries of a column, newest first, after the ``start`` newest."""
        return self._entries(f"WHERE column_slug = ? {_DOWN} LIMIT ? OFFSET ?", column, count, start)

    def newer_than(self, entry: Entry) -> int:
        """How many of its column are newer."""
        query = "SELECT count(*) FROM entries WHERE column_slug = ? AND (published_at, slug) > (?, ?)"
        asked = (entry.column_slug, _sortable(entry.published_at), entry.slug)
        return int(self._file.execute(query, asked).fetchone()[0])

    def of_month(self, month: str) -> list[Entry]:
        """A month's entries, newest first; its row in ``months`` is brought up to date."""
        found = self._entries(f"WHERE month = ? {_DOWN}", month)
        if found:
            readable = sum(one.state != "retracted" for one in found)
            row = (month, readable, _sortable(max(one.changed_at for one in found)))
            self._file.execute("INSERT OR REPLACE INTO months VALUES (?,?,?)", row)
        else:
            self._file.execute("DELETE FROM months WHERE month = ?", (month,))
        return found

    def months(self) -> dict[str, Month]:
        rows = self._file.execute("SELECT month, readable, changed_at FROM months")
        return {month: Month(readable, _moment(changed)) for month, readable, changed in rows}

    def is_crowded(self) -> bool:
        """Whether a month has more stories than one sitemap may name."""
        return self._file.execute("SELECT 1 FROM months WHERE readable >= ? LIMIT 1", (LIMIT,)).fetchone() is not None

    def latest_shown(self, column: str, last: int, said: int) -> list[Shown]:
        """What a feed of the ``last`` stories and the ``said`` others can show of a column ("": of all)."""
        latest = self._file.execute(_LATEST[bool(column)], {"column": column, "count": last})
        found = dict(latest.fetchall())
        found |= self._file.execute(_SAID[bool(column)], {"column": column, "count": last + said})
        return [canonical.decode(Shown, one) for one in found.values()]

    def _entries(self, rest: str, *asked: object) -> list[Entry]:
        rows = self._file.execute(f"SELECT entry FROM entries {rest}", asked)  # noqa: S608 - the words are ours
        return [canonical.decode(Entry, one) for (one,) in rows]


@contextmanager
def opened(file: Path) -> Iterator[Shelf]:
    """The index in ``file`` for one publication: kept when that ends well. One that cannot be read is empty."""
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        connection = _open(file)
    except sqlite3.DatabaseError:
        file.unlink(missing_ok=True)
        connection = _open(file)
    try:
        yield Shelf(connection)
        connection.execute("COMMIT")
    finally:
        connection.close()  # what was not kept is rolled back


def _open(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file, isolation_level=None)
    try:
        connection.execute("PRAGMA synchronous=NORMAL")
        if connection.execute("PRAGMA user_version").fetchone() != (_FORM,):
            connection.executescript(f"{_TABLES}PRAGMA user_version={_FORM};")
        connection.execute("BEGIN IMMEDIATE")
    except BaseException:
        connection.close()
        raise
    return connection


def _row(one: tuple[Entry, Shown]) -> tuple[object, ...]:
    entry, shown = one
    moments = _sortable(entry.published_at), _sortable(entry.changed_at)
    return (
        entry.guid, moments[0], entry.slug, month_of(entry), entry.column_slug, entry.state, moments[1],
        canonical.encode(entry), canonical.encode(shown),
    )  # fmt: skip


def _sortable(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}"


def _moment(words: str) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=UTC)
