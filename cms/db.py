"""The database: how an engine is opened, what one transaction is, and how times and JSON are kept.

SQLite is opened so that no concurrent change is lost: write-ahead log, BEGIN IMMEDIATE, foreign keys,
five seconds of patience, and every commit on the disk before it counts. PostgreSQL takes the same SQL.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, DateTime, Dialect, Engine, Text, TypeDecorator, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.orm import declared_attr
from sqlmodel import Session, SQLModel

from channels import canonical
from cms.migrations import walls

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA recursive_triggers=ON",
    "PRAGMA busy_timeout=5000",
)
_MIGRATIONS = Path(__file__).with_name("migrations")


class DatabaseError(Exception):
    """The database cannot be used by this version of the program."""


class UtcTime(TypeDecorator[datetime]):
    """A moment: aware in Python, UTC without a zone in the table, the same in both databases."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else utc(value).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


class Canonical(TypeDecorator[Any]):
    """JSON as canonical text. Assign a new value to change it: a change inside one is not seen."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else canonical.encode(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


class Row(SQLModel):
    """What every table shares: its name is the class's, in the plural (AuditEntry → audit_entries)."""

    @declared_attr  # type: ignore[arg-type]
    def __tablename__(cls) -> str:
        name = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()
        return f"{name[:-1]}ies" if name.endswith("y") else f"{name}s"


def utc(moment: datetime) -> datetime:
    """``moment`` in UTC; a time without a zone is refused, for it could mean two things."""
    if moment.tzinfo is None:
        raise ValueError(f"时间 {moment} 没有时区，请写明时区，例如 +08:00。")
    return moment.astimezone(UTC)


def open_engine(url_or_path: str | Path) -> Engine:
    """The engine for a database address, or for an SQLite file (its folder is made when missing)."""
    text = str(url_or_path)
    if "://" not in text:
        Path(text).expanduser().parent.mkdir(parents=True, exist_ok=True)
        text = f"sqlite:///{Path(text).expanduser()}"
    engine = create_engine(text, hide_parameters=True)
    if make_url(text).get_backend_name() == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    """The driver's own transactions off: it begins late, and a late lock loses changes."""
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(pragma)


def _begin_sqlite(connection: Connection) -> None:
    reads_only = connection.get_execution_options().get("reads_only", False)
    connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")


@contextmanager
def session_scope(engine: Engine) -> Iterator[Session]:
    """One transaction that may write: committed at the end, rolled back on any error."""
    with Session(engine, expire_on_commit=False) as session, session.begin():
        yield session


@contextmanager
def read_scope(engine: Engine) -> Iterator[Session]:
    """One transaction that only reads: it never waits for a writer, and is always rolled back."""
    with Session(engine.execution_options(reads_only=True), expire_on_commit=False) as session:
        yield session


def migration_config(connection: Connection) -> Config:
    """Alembic's settings for this connection; the scripts travel inside the package."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def migrate(engine: Engine) -> None:
    """Bring the tables to the newest form and put the walls (triggers) up again, in one transaction."""
    with engine.begin() as connection:
        try:
            command.upgrade(migration_config(connection), "head")
        except CommandError as error:
            raise DatabaseError(f"数据库比程序新，请升级程序，或换回与之相配的备份（{error}）。") from error
        walls.build(connection)
