"""The book of a sandbox: every call, and what readers would see. Durable, so it outlives killed processes.

SQLite by hand, on purpose: a sandbox shares no code with what it checks, the database layer included.
"""

import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

_TABLES = """
CREATE TABLE IF NOT EXISTS posts (
  id INTEGER PRIMARY KEY AUTOINCREMENT, platform TEXT NOT NULL, account TEXT NOT NULL, remote TEXT NOT NULL,
  state TEXT NOT NULL, at TEXT NOT NULL, visible_at TEXT NOT NULL, title TEXT NOT NULL, body TEXT NOT NULL,
  carried TEXT NOT NULL, address TEXT NOT NULL, more TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS ix_posts ON posts (platform, account, remote);
CREATE TABLE IF NOT EXISTS calls (
  id INTEGER PRIMARY KEY AUTOINCREMENT, platform TEXT NOT NULL, account TEXT NOT NULL, method TEXT NOT NULL,
  at TEXT NOT NULL, fault TEXT NOT NULL, answer TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS touches (
  id INTEGER PRIMARY KEY AUTOINCREMENT, platform TEXT NOT NULL, account TEXT NOT NULL, method TEXT NOT NULL,
  at TEXT NOT NULL, remote TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS things (
  platform TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL,
  PRIMARY KEY (platform, kind, name));
CREATE TABLE IF NOT EXISTS uploads (
  platform TEXT NOT NULL, name TEXT NOT NULL, content BLOB NOT NULL, PRIMARY KEY (platform, name));
"""

_POSTS = "SELECT id, platform, account, remote, state, at, visible_at, title, body, carried, address, more FROM posts"


@dataclass(frozen=True, slots=True)
class Post:
    """One publication as readers would see it. ``state``: live, pending, removed (by the platform), deleted."""

    id: int
    platform: str
    account: str
    remote: str
    state: str
    at: datetime
    visible_at: datetime
    title: str
    body: str
    carried: str
    address: str
    more: dict[str, Any]


class Book:
    """One file, or memory. Every write is committed before the answer leaves the sandbox. ``waits``: for the disk, so
    that it outlives the machine; what is thrown away afterwards need not."""

    def __init__(self, path: Path | None = None, *, waits: bool = True) -> None:
        self._lock = threading.RLock()
        self._open = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None)
        if path:
            self._open.execute("PRAGMA journal_mode=WAL")
            self._open.execute(f"PRAGMA synchronous={'FULL' if waits else 'OFF'}")
        self._open.executescript(_TABLES)

    @contextmanager
    def turn(self) -> Iterator[sqlite3.Connection]:
        """One exclusive transaction."""
        with self._lock:
            self._open.execute("BEGIN IMMEDIATE")
            try:
                yield self._open
            except BaseException:
                self._open.execute("ROLLBACK")
                raise
            self._open.execute("COMMIT")

    def _do(self, statement: str, values: Sequence[Any]) -> int:
        """One statement that changes something: a transaction by itself. The number of the row it wrote."""
        with self._lock:
            return int(self._open.execute(statement, values).lastrowid or 0)

    @contextmanager
    def one_moment(self) -> Iterator[None]:
        """Whatever is read meanwhile is as it is now, also while another process writes on."""
        with self._lock:
            self._open.execute("BEGIN")
            try:
                self._open.execute("SELECT 1 FROM things LIMIT 1").fetchall()  # the first reading sets the moment
                yield
            finally:
                self._open.execute("ROLLBACK")

    def call(self, platform: str, account: str, method: str, at: datetime, fault: str, answer: str) -> None:
        """Note a call and how it was answered (in a word)."""
        self._do(
            "INSERT INTO calls (platform, account, method, at, fault, answer) VALUES (?, ?, ?, ?, ?, ?)",
            (platform, account, method, at.isoformat(), fault, answer),
        )

    def calls(self, platform: str = "") -> list[tuple[str, str, str, datetime, str, str]]:
        """(platform, account, method, at, fault, answer) of every call, oldest first."""
        query = "SELECT platform, account, method, at, fault, answer FROM calls WHERE ? IN ('', platform) ORDER BY id"
        with self._lock:
            rows = self._open.execute(query, (platform,)).fetchall()
        return [(one[0], one[1], one[2], datetime.fromisoformat(one[3]), one[4], one[5]) for one in rows]

    def troubled(self, platform: str, answer: str) -> list[tuple[str, str, datetime]]:
        """(account, fault, at) of every call that a fault struck or that was answered so, oldest first."""
        query = "SELECT account, fault, at FROM calls WHERE platform = ? AND (fault <> '' OR answer = ?) ORDER BY id"
        with self._lock:
            rows = self._open.execute(query, (platform, answer)).fetchall()
        return [(one[0], one[1], datetime.fromisoformat(one[2])) for one in rows]

    def touch(self, platform: str, account: str, method: str, at: datetime, remote: str) -> None:
        """Note that a call changed, removed, or said something under the publication ``remote``."""
        self._do(
            "INSERT INTO touches (platform, account, method, at, remote) VALUES (?, ?, ?, ?, ?)",
            (platform, account, method, at.isoformat(), remote),
        )

    def touches(self, platform: str) -> list[tuple[str, str, datetime, str]]:
        """(account, method, at, remote) of every such call, oldest first."""
        query = "SELECT account, method, at, remote FROM touches WHERE platform = ? ORDER BY id"
        with self._lock:
            rows = self._open.execute(query, (platform,)).fetchall()
        return [(one[0], one[1], datetime.fromisoformat(one[2]), one[3]) for one in rows]

    def publish(
        self, platform: str, account: str, remote: str, at: datetime, visible_at: datetime, title: str, body: str,
        carried: str, address: str, more: dict[str, Any], state: str = "live",
    ) -> int:  # fmt: skip
        """A new publication; its number. ``more``: whatever else the platform or a checker wants to know."""
        return self._do(
            "INSERT INTO posts (platform, account, remote, state, at, visible_at, title, body, carried, address,"
            " more) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (platform, account, remote, state, at.isoformat(), visible_at.isoformat(), title, body, carried,
             address, json.dumps(more, ensure_ascii=False)),
        )  # fmt: skip

    def change(self, post: int, state: str) -> None:
        """A publication goes live, is removed by the platform, or deleted."""
        self._do("UPDATE posts SET state = ? WHERE id = ?", (state, post))

    def rewrite(self, post: int, title: str, body: str, *, by_platform: bool = False) -> None:
        """An edit, or the platform, changed what readers see; of an edit ``more["edited"]`` is true from then on."""
        with self.turn() as to:
            to.execute("UPDATE posts SET title = ?, body = ? WHERE id = ?", (title, body, post))
            if not by_platform:
                to.execute("UPDATE posts SET more = json_set(more, '$.edited', json('true')) WHERE id = ?", (post,))

    def posts(
        self, platform: str = "", account: str = "", state: str = "", remote: str = "", *, of: str = "", since: str = ""
    ) -> list[Post]:
        """Publications, oldest first; "" = all. ``of``: those whose remote name is this with a colon and more;
        ``since``: those after this moment, written as the book writes it."""
        asked = {"platform": platform, "account": account, "state": state, "remote": remote}
        given = {name: value for name, value in asked.items() if value}
        wanted = ["1", *(f"{name} = :{name}" for name in given)]  # by name, so that the index serves
        if of:
            wanted.append("remote > :first AND remote < :last")
            given |= {"first": f"{of}:", "last": f"{of};"}  # the sign after the colon
        if since:
            wanted.append("at > :since")
            given["since"] = since
        with self._lock:
            rows = self._open.execute(f"{_POSTS} WHERE {' AND '.join(wanted)} ORDER BY id", given).fetchall()
        return [_post(one) for one in rows]

    def numbered(self, posts: Sequence[int]) -> list[Post]:
        """The publications with these numbers, oldest first."""
        with self._lock:
            rows = self._open.execute(f"{_POSTS} WHERE id IN ({','.join('?' * len(posts))}) ORDER BY id", posts)
            return [_post(one) for one in rows.fetchall()]

    def get(self, platform: str, kind: str, name: str) -> Any:
        """A thing a platform keeps (a token, a draft, an upload, a counter); None when there is none."""
        query = "SELECT value FROM things WHERE platform = ? AND kind = ? AND name = ?"
        with self._lock:
            row = self._open.execute(query, (platform, kind, name)).fetchone()
        return None if row is None else json.loads(row[0])

    def put(self, platform: str, kind: str, name: str, value: Any) -> None:
        """Keep a thing; None forgets it."""
        if value is None:
            self._do("DELETE FROM things WHERE platform = ? AND kind = ? AND name = ?", (platform, kind, name))
        else:
            self._do(
                "INSERT INTO things (platform, kind, name, value) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (platform, kind, name) DO UPDATE SET value = excluded.value",
                (platform, kind, name, json.dumps(value, ensure_ascii=False)),
            )

    def count(self, platform: str, kind: str, name: str) -> int:
        """The next number of a counter, from 1."""
        with self._lock:
            ((value,),) = self._open.execute(
                "INSERT INTO things (platform, kind, name, value) VALUES (?, ?, ?, '1') ON CONFLICT"
                " (platform, kind, name) DO UPDATE SET value = CAST(value AS INTEGER) + 1 RETURNING value",
                (platform, kind, name),
            ).fetchall()  # to its end: only then is it committed
        return int(value)

    def things(self, platform: str, kind: str) -> dict[str, Any]:
        """Everything of one kind, by name, in the order it was first kept."""
        query = "SELECT name, value FROM things WHERE platform = ? AND kind = ? ORDER BY rowid"
        with self._lock:
            return {name: json.loads(value) for name, value in self._open.execute(query, (platform, kind)).fetchall()}

    def keep(self, platform: str, name: str, content: bytes) -> None:
        """Keep an uploaded file, to be shown again."""
        self._do("INSERT OR REPLACE INTO uploads (platform, name, content) VALUES (?, ?, ?)", (platform, name, content))

    def upload(self, platform: str, name: str) -> bytes | None:
        """An uploaded file; None when there is none of this name."""
        with self._lock:
            row = self._open.execute(
                "SELECT content FROM uploads WHERE platform = ? AND name = ?", (platform, name)
            ).fetchone()
        return None if row is None else bytes(row[0])

    def close(self) -> None:
        self._open.close()


def _post(row: Sequence[Any]) -> Post:
    id_, platform, account, remote, state, at, visible_at, title, body, carried, address, more = row
    moments = datetime.fromisoformat(at), datetime.fromisoformat(visible_at)
    return Post(id_, platform, account, remote, state, *moments, title, body, carried, address, json.loads(more))
