"""The ledger's own pace: claims and state changes a second, on SQLite and PostgreSQL, beside plain SQL.

The yardstick writes the same rows with the driver alone: the same statements, the same transactions, the same
durability, a hash for the audit entry and nothing else.
"""

import hashlib
import shutil
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from sqlmodel import select

from benchmarks.ratio import Measured, Row, interleave
from cms import releases
from cms.db import read_scope, session_scope
from cms.matrix import Account
from cms.releases import Delivery
from pipeline import ledger
from pipeline.house import House
from tests.ledger.campaign import found_province, house_at
from tests.pipeline.conftest import NOW
from tests.services import postgres

ACCOUNTS = 21
ROUNDS = 5


class Ours:
    """The ledger's own functions, a transaction each."""

    def __init__(self, house: House) -> None:
        self.house, self.now = house, NOW
        with read_scope(house.engine) as session:
            self.accounts = list(session.exec(select(Account)))
            self.deliveries = list(session.exec(select(Delivery)))

    def claims(self) -> None:
        """Claim every account's due work and give it back, so many times over."""
        for _ in range(ROUNDS):
            self.now += timedelta(minutes=2)
            for account in self.accounts:
                with session_scope(self.house.engine) as session:
                    found = ledger.claim(session, account, "bench", self.now)
                assert found
                with session_scope(self.house.engine) as session:
                    ledger.leave(session, account.id, found.fence)

    def moves(self) -> None:
        """One step of every delivery, so many times over, each with its audit entry."""
        for _ in range(ROUNDS):
            for one in self.deliveries:
                with session_scope(self.house.engine) as session:
                    row = session.get_one(Delivery, one.id)
                    releases.move(session, row, "retry", actor="bench", now=self.now, reason="再试一次")


class Plain:
    """The same writes by the driver alone. ``mark``: its placeholder."""

    def __init__(self, engine: Engine) -> None:
        self.raw = engine.raw_connection().driver_connection
        self.is_sqlite = engine.dialect.name == "sqlite"
        self.mark = "?" if self.is_sqlite else "%s"
        if not self.is_sqlite:
            self.raw.autocommit = True
        self.accounts = [row[0] for row in self.all("SELECT id FROM accounts")]
        self.deliveries = [row[0] for row in self.all("SELECT id FROM deliveries")]

    def all(self, statement: str, *given: Any) -> list[Any]:
        cursor = self.raw.cursor()
        cursor.execute(statement.replace("?", self.mark), given)
        return cursor.fetchall() if cursor.description else []

    def turn(self, work: Callable[[], None]) -> None:
        """One durable transaction under the writers' lock."""
        self.all("BEGIN IMMEDIATE" if self.is_sqlite else "BEGIN")
        if not self.is_sqlite:
            self.all("SELECT pg_advisory_xact_lock(1)")
        work()
        self.all("COMMIT")

    def claims(self) -> None:
        for _ in range(ROUNDS):
            for account in self.accounts:
                self.turn(lambda account=account: self._claim(account))  # type: ignore[misc]
                self.turn(lambda account=account: self._leave(account))  # type: ignore[misc]

    def _claim(self, account: int) -> None:
        self.all("SELECT fence, failures FROM lanes WHERE account_id = ?", account)
        self.all("UPDATE lanes SET owner = 'plain', fence = fence + 1 WHERE account_id = ?", account)
        for row in self.all("SELECT * FROM deliveries WHERE account_id = ? AND state = 'ready'", account):
            self.all("UPDATE deliveries SET lease_owner = 'plain', fence = fence + 1 WHERE id = ?", row[0])
            self.all("SELECT * FROM deliveries WHERE id = ?", row[0])

    def _leave(self, account: int) -> None:
        self.all("UPDATE lanes SET owner = '' WHERE account_id = ?", account)

    def moves(self) -> None:
        for _ in range(ROUNDS):
            for one in self.deliveries:
                self.turn(lambda one=one: self._move(one))  # type: ignore[misc]

    def _move(self, delivery: int) -> None:
        self.all("SELECT * FROM deliveries WHERE id = ?", delivery)
        self.all("UPDATE deliveries SET state = 'ready', reason = '再试一次' WHERE id = ?", delivery)
        length, previous = self.all("SELECT length, hash FROM audit_heads")[0]
        said = f"{length + 1} plain delivery.retry delivery:{delivery}"
        digest = hashlib.sha256(f"{previous}{said}".encode()).hexdigest()
        self.all(
            "INSERT INTO audit_entries (id, at, actor, action, subject, detail, previous_hash, hash)"
            " VALUES (?, ?, 'plain', 'delivery.retry', ?, '{}', ?, ?)",
            length + 1, datetime(2026, 11, 18), f"delivery:{delivery}", previous, digest,
        )  # fmt: skip
        self.all("UPDATE audit_heads SET length = ?, hash = ?", length + 1, digest)
        self.all("SELECT * FROM deliveries WHERE id = ?", delivery)


def _rows(name: str, house: House, runs: int) -> tuple[Row, ...]:
    ours = Ours(house)
    ours.claims()  # the lanes are there from now on
    plain = Plain(house.engine)
    return interleave(
        [
            (f"{name}: plain SQL, claims", plain.claims, ""),
            (f"{name}: Yigao, claims", ours.claims, ""),
            (f"{name}: plain SQL, state changes", plain.moves, ""),
            (f"{name}: Yigao, state changes", ours.moves, ""),
        ],
        runs,
    )


def measure(runs: int) -> Measured:
    root = Path(tempfile.mkdtemp())
    try:
        found_province(root / "file", ACCOUNTS, 1, NOW)
        rows = _rows("SQLite", house_at(root / "file"), runs)
        with postgres.running() as server:
            url = server.create()
            found_province(root / "served", ACCOUNTS, 1, NOW, url)
            house = house_at(root / "served", url)
            rows += _rows("PostgreSQL", house, runs)
            house.engine.dispose()
    finally:
        shutil.rmtree(root, ignore_errors=True)
    done = ACCOUNTS * ROUNDS
    speeds = "; ".join(f"{one.name}: {done / one.median:.0f}/s" for one in rows)
    return Measured(rows, f"{done} claims (claim and leave) or state changes a run, one after the other. {speeds}")
