"""The database: how an engine is opened, what one transaction is, and how times and JSON are kept.

SQLite is opened so that no concurrent change is lost: write-ahead log, BEGIN IMMEDIATE, foreign keys, and every
commit on the disk before it counts. PostgreSQL takes the same SQL and the same promise: whoever may write takes
turns. There the turn is an advisory lock held to the end of the transaction: every change of state ends in the one
audit chain anyhow, so writers queue in any case, and with the turn taken first they cannot deadlock, lose a change
or fork the chain. Readers wait for nobody and see one moment. A turn that does not come is asked for again
(``PATIENCE_S``): the transaction is retried before its first statement, never what it is about (F17).
"""

import json
import logging
import re
import sqlite3
import threading
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar, cast
from weakref import WeakKeyDictionary

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from pydantic_core import from_json
from sqlalchemy import (
    Connection,
    DateTime,
    Dialect,
    Engine,
    Executable,
    Pool,
    PoolProxiedConnection,
    QueuePool,
    RootTransaction,
    Select,
    Text,
    TypeDecorator,
    bindparam,
    create_engine,
    event,
    inspect,
)
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import SessionTransaction, declared_attr
from sqlalchemy.util import LRUCache
from sqlmodel import Session, SQLModel, select
from sqlmodel.sql.expression import SelectOfScalar

from channels import canonical
from cms.migrations import walls
from cms.plain import Answer, chosen, hold, prepared
from cms.plain import ask as ask
from cms.plain import enter as enter
from cms.plain import enter_all as enter_all
from cms.plain import fetch as fetch

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
# A writer that hangs must not keep everybody's turn for ever, nor a machine that vanished its connection.
_POSTGRESQL = (
    "-c timezone=UTC -c synchronous_commit=on -c lock_timeout=5s -c idle_in_transaction_session_timeout=60s"
    " -c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"
)
_TURN = 0x7969_6761_6F  # "yigao": the number of the writers' lock, one a database
_OLDEST = (14,)  # CREATE OR REPLACE TRIGGER
_MIGRATIONS = Path(__file__).with_name("migrations")
STATEMENTS = 1000
"""How many statements a process keeps compiled."""
PATIENCE_S = 30.0
"""How long a writer asks again for a turn, or for a server that restarts; less than half a lease."""
log = logging.getLogger("yigao.db")
T = TypeVar("T")


class DatabaseError(Exception):
    """The database cannot be used: one sentence, with the remedy."""


class BusyError(DatabaseError):
    """Somebody else has been writing, or the server was away, for longer than anybody may wait; or it went away on
    the way: whether a commit was still taken then, the rows tell."""


class CannotWriteError(DatabaseError):
    """No room, or no leave to write (F18). Nothing of the transaction was kept; reading goes on."""


class UtcTime(TypeDecorator[datetime]):
    """A moment: aware in Python, UTC without a zone in the table, the same in both databases."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else utc(value).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)

    def bind_processor(self, dialect: Dialect) -> Any:
        """On SQLite a moment is text: it is written in one step, just as its dialect writes it."""
        return _written if dialect.name == "sqlite" else super().bind_processor(dialect)

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        return _read if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _written(value: datetime | None) -> str | None:
    return None if value is None else utc(value).replace(tzinfo=None).isoformat(" ", "microseconds")


def _read(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(f"{value}+00:00")


class Canonical(TypeDecorator[Any]):
    """JSON as canonical text. Assign a new value to change it: a change inside one is not seen."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else canonical.encode(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        try:
            return from_json(value)  # a tenth of the standard library's time
        except ValueError:
            return json.loads(value)  # nested very deep, or half a character


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


def open_engine(address: str | Path | URL) -> Engine:
    """The engine for a database address, or for an SQLite file (its folder is made when missing)."""
    if isinstance(address, URL) or "://" in str(address):
        url = make_url(address)  # type: ignore[arg-type]
    else:
        Path(address).expanduser().parent.mkdir(parents=True, exist_ok=True)
        url = make_url(f"sqlite:///{Path(address).expanduser()}")
    if url.get_backend_name() == "postgresql":
        return _open_postgresql(url)
    kept = {"cached_statements": 1000}  # the driver keeps so many prepared; no rollback is needed after a session's end
    engine = create_engine(url, hide_parameters=True, poolclass=_Pool, pool_reset_on_return=None, connect_args=kept)
    event.listen(engine, "connect", _prepare_sqlite)
    engine.dialect, engine._compiled_cache = _spoken()
    return engine


class _Pool(QueuePool):
    """SQLite's connections, a few of them with all that SQLAlchemy puts around one: the next transaction goes on where
    the last one ended, and needs neither be asked for again nor be dressed anew, which takes longer than to begin it.
    """

    MOST = 3
    """The pool gives out fifteen at once: whoever asks for one the plain way must find some."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._idle: list[Connection] = []

    def take(self, engine: Engine) -> Connection:
        """A connection nobody uses. Where somebody listens to the engine it is a new one, which they hear of."""
        try:
            return engine.connect() if engine._has_events else self._idle.pop()
        except IndexError:
            return engine.connect()

    def give(self, connection: Connection) -> None:
        """Nobody uses it any more."""
        is_whole = not (connection.closed or connection.invalidated) and connection.get_transaction() is None
        is_heard = connection.engine._has_events
        if is_whole and not is_heard and connection.engine.pool is self and len(self._idle) < self.MOST:
            # Till it is given back SQLAlchemy holds on to it, and so to us: an engine nobody holds would stay for ever.
            cast(Any, connection.connection)._finalizer.detach()
            self._idle.append(connection)
        else:
            connection.close()

    def dispose(self) -> None:
        while self._idle:
            self._idle.pop().close()
        super().dispose()


@contextmanager
def _connected(engine: Engine) -> Iterator[Connection]:
    """A connection to SQLite, for one transaction."""
    pool = cast(_Pool, engine.pool)
    connection = _asked_again(lambda: pool.take(engine))
    try:
        yield connection
    except BaseException:
        _let_go(connection)
        connection.close()  # nobody goes on with one on which something failed
        raise
    _let_go(connection)
    pool.give(connection)


def _let_go(connection: Connection) -> None:
    if not (connection.closed or connection.invalidated) and _driver_of(connection).in_transaction:
        connection.invalidate()  # a commit that failed may leave it in the middle


def _driver_of(connection: Connection) -> sqlite3.Connection:
    return cast(sqlite3.Connection, connection.connection.driver_connection)


@cache
def _spoken() -> tuple[Dialect, Any]:
    """How SQLite is spoken to, and the statements compiled so far: the same for every file a process opens, so that
    the second house does not compile again what the first has."""
    first = create_engine("sqlite://")
    with first.connect():
        pass  # the dialect asks the library once what it can do
    first.dialect.do_begin = _begin_sqlite  # type: ignore[assignment,method-assign]
    return first.dialect, LRUCache(STATEMENTS)


def _open_postgresql(url: URL) -> Engine:
    if find_spec("psycopg") is None:
        raise DatabaseError("要用 PostgreSQL，请先安装它的驱动：pip install 'yigao[scale]'。")
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        hide_parameters=True,
        isolation_level="READ COMMITTED",  # each statement sees what the turn before left, see _begin_postgresql
        pool_size=8,
        max_overflow=24,
        pool_pre_ping=True,
        connect_args={"options": _POSTGRESQL, "client_encoding": "utf8", "connect_timeout": 5},
    )
    event.listen(engine, "begin", _begin_postgresql)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    """The driver's own transactions off: it begins late, and a late lock loses changes."""
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(pragma)


def _reads_only(connection: Connection) -> bool:
    return bool(connection.get_execution_options().get("reads_only", False))


class _Begins(threading.local):
    """How the next transaction of this thread begins."""

    reads_only = False


_begins = _Begins()


def _begin_sqlite(connection: PoolProxiedConnection) -> None:
    """By the dialect, not by an event: an engine nobody listens to does every statement faster."""
    driver: sqlite3.Connection = connection.driver_connection  # type: ignore[assignment]
    driver.execute("BEGIN" if _begins.reads_only else "BEGIN IMMEDIATE")


def _begin_postgresql(connection: Connection) -> None:
    """Take the writers' turn. (Not under REPEATABLE READ: the wait for the lock would begin with an old picture.)"""
    if not _reads_only(connection):
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_TURN})")


class _Session(Session):
    """A session that asks for a row by its number with a statement built once: it is what is asked most. Whatever else
    is chosen goes the plain way too, where it is simple enough (``cms.plain``)."""

    def exec(self, statement: Any, *, params: Any = None, **options: Any) -> Any:
        found = chosen(self, statement, params or {}) if isinstance(statement, Select) and not options else None
        if found is None:
            return super().exec(statement, params=params, **options)
        return found.scalars() if isinstance(statement, SelectOfScalar) else found

    def get(self, entity: Any, ident: Any, **options: Any) -> Any:
        known = None if options or type(ident) is not int else _by_number(entity)
        if known is None or (known[1], (ident,), None) in self.identity_map:
            return super().get(entity, ident, **options)
        found = fetch(self, known[0], number=ident)
        return found[0] if found else None

    def get_one(self, entity: Any, ident: Any, **options: Any) -> Any:
        found = None if options else self.get(entity, ident)
        return super().get_one(entity, ident, **options) if found is None else found

    def rollback(self) -> None:
        super().rollback()
        turn: RootTransaction | None = self.info.get("turn")
        if turn is not None and turn.is_active:  # it has not joined it: only plain statements were put
            turn.rollback()


@cache
def _by_number(entity: type[SQLModel]) -> tuple[SelectOfScalar[SQLModel], type[Any]] | None:
    """The query, and the class a session knows such rows under (with the number it is their identity key); None for
    what has more than a number for a key."""
    mapper = inspect(entity)
    key = mapper.primary_key
    return (select(entity).where(key[0] == bindparam("number")), mapper.base_mapper.class_) if len(key) == 1 else None


@contextmanager
def session_scope(engine: Engine) -> Iterator[Session]:
    """One transaction that may write: committed at the end, rolled back on any error.

    The turn is taken at once, so whatever the body reads and computes is true until it is committed. BusyError when
    no turn came in ``PATIENCE_S``, or the server went away; CannotWriteError on a full or read-only disk.
    """
    try:
        if engine.dialect.name == "sqlite":
            with _in_line(engine), _writing(engine) as session:
                yield session
        else:
            with _Session(engine, expire_on_commit=False) as session, _in_line(engine), _turn(session):
                yield session
    except DBAPIError as error:
        told = _told(error)
        if told is None:
            raise
        raise told from error


@contextmanager
def _writing(engine: Engine) -> Iterator[_Session]:
    """On SQLite the transaction is the connection's own; the session joins it when it has something to do with objects.
    What is asked plainly (``cms.plain``) needs no more than that."""
    with _connected(engine) as connection, _joined(connection, _asked_again(connection.begin)) as session:
        yield session


@contextmanager
def _joined(connection: Connection, turn: RootTransaction) -> Iterator[_Session]:
    session = _joining(connection, turn)
    try:
        yield session
        if not session.is_active:  # a flush was refused, and the body let it be: nothing of it is kept
            session.rollback()
        session.flush()
        if session.in_transaction():
            session.commit()
        if turn.is_active:  # else the body took everything back
            turn.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.close()


@contextmanager
def _reading(connection: Connection) -> Iterator[_Session]:
    """The same for one that only reads."""
    _begins.reads_only = True
    try:
        turn = connection.begin()
    finally:
        _begins.reads_only = False
    session = _joining(connection, turn, reads_only=True)
    try:
        yield session
    finally:
        session.close()
        if turn.is_active:
            turn.rollback()


def _joining(connection: Connection, turn: RootTransaction, **info: Any) -> _Session:
    told = {**info, "turn": turn}
    session = _Session(connection, expire_on_commit=False, join_transaction_mode="rollback_only", info=told)
    hold(session, connection, turn)
    return session


_lines: "WeakKeyDictionary[Pool, threading.Lock]" = WeakKeyDictionary()
_lines_turn = threading.Lock()


@contextmanager
def _in_line(engine: Engine) -> Iterator[None]:
    """The threads of this process queue here, in order and asleep: SQLite would let them poll for its lock, and the
    unlucky wait for seconds; PostgreSQL would keep a connection waiting for each."""
    with _lines_turn:
        line = _lines.setdefault(engine.pool, threading.Lock())
    if not line.acquire(timeout=PATIENCE_S):
        raise BusyError(f"数据库忙，等了 {PATIENCE_S:.0f} 秒，请检查是否有卡住的操作，稍后会自动重试。")
    try:
        yield
    finally:
        line.release()


def _turn(session: Session) -> SessionTransaction:
    """Begin, and take the turn."""

    def begin() -> SessionTransaction:
        turn = session.begin()
        session.connection()
        return turn

    return _asked_again(begin, session.close)


def _asked_again(begin: Callable[[], T], clear: Callable[[], None] = lambda: None) -> T:
    """Begin, asking again while others write or the server restarts: nothing was done yet that could be doubled."""
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            return begin()
        except OperationalError as error:
            clear()
            if not _passes(error) or time.monotonic() > end:
                raise
            log.warning("no turn to write yet, asking again: %s", error.orig)
            time.sleep(0.1)


_SQLITE_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_SQLITE_STUCK = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}
# lock_not_available; too_many_connections; and, by their class, server away or starting (57P, 08)
_PG_BUSY = re.compile("55P03|53300|57P0.|08...")
_PG_STUCK = re.compile("53100|25006|58030")  # disk_full, read_only_sql_transaction, io_error


def _code(error: DBAPIError) -> tuple[int, str]:
    """SQLite's primary result code (0: none) and PostgreSQL's SQLSTATE ("": none)."""
    return getattr(error.orig, "sqlite_errorcode", 0) & 0xFF, getattr(error.orig, "sqlstate", None) or ""


def _passes(error: DBAPIError) -> bool:
    """Whether waiting helps. A connection that was never made has no code at all."""
    number, state = _code(error)
    is_unmade = isinstance(error, OperationalError) and not (number or state or isinstance(error.orig, sqlite3.Error))
    return number in _SQLITE_BUSY or bool(_PG_BUSY.fullmatch(state)) or is_unmade or error.connection_invalidated


def _told(error: DBAPIError) -> DatabaseError | None:
    """The error as what to do next; None when it is about the rows."""
    number, state = _code(error)
    if number in _SQLITE_STUCK or _PG_STUCK.fullmatch(state):
        return CannotWriteError(
            f"数据库写不进去（{error.orig}），请清出磁盘空间或检查写权限，之后会自动继续；已发布的页面照常可读。"
        )
    if _passes(error):
        return BusyError(f"数据库忙或连不上，等了 {PATIENCE_S:.0f} 秒（{error.orig}），请检查数据库，稍后会自动重试。")
    return None


@contextmanager
def read_scope(engine: Engine) -> Iterator[Session]:
    """One transaction that only reads: it never waits for a writer, sees one moment, and is always rolled back."""
    if engine.dialect.name == "sqlite":
        with _connected(engine) as connection, _reading(connection) as session:
            yield session
        return
    with _Session(engine, expire_on_commit=False, info={"reads_only": True}) as session:
        session.connection(execution_options={"reads_only": True, "isolation_level": "REPEATABLE READ"})
        yield session


def once(session: Session, key: Hashable, make: Callable[[], T]) -> T:
    """What was asked before in this transaction, where it only reads: it sees one moment, so it is still so. Where it
    may write, it is asked anew."""
    if not session.info.get("reads_only"):
        return make()
    known: dict[Hashable, Any] = session.info.setdefault("known", {})
    if key not in known:
        known[key] = make()
    return known[key]  # type: ignore[no-any-return]


def look(engine: Engine, statement: Executable, /, **params: Any) -> Answer:
    """One query that was built once, asked by itself: it sees one moment without a transaction around it."""
    found = _alone(engine, statement, params)
    if found is not None:
        return found
    with read_scope(engine) as session:
        return ask(session, statement, **params)


def put(engine: Engine, statement: Executable, /, **params: Any) -> int:
    """One change that was built once, as a transaction of its own; how many rows it changed."""
    if engine.dialect.name == "sqlite":
        with _in_line(engine):
            found = _alone(engine, statement, params)
        if found is not None:
            return found.rowcount
    with session_scope(engine) as session:
        return ask(session, statement, **params).rowcount


def _alone(engine: Engine, statement: Executable, params: dict[str, Any]) -> Answer | None:
    """On SQLite, where a statement outside any transaction is one; None where it goes the long way."""
    is_plain = engine.dialect.name == "sqlite" and not engine._has_events
    built = prepared(statement, engine.dialect, tuple(params)) if is_plain else None
    if built is None:
        return None
    with _connected(engine) as connection:
        try:
            rows, changed = built.run(_driver_of(connection), params)
        except sqlite3.Error:
            return None
    return Answer(built.named(rows), changed)


def migration_config(connection: Connection) -> Config:
    """Alembic's settings for this connection; the scripts travel inside the package."""
    config = _scripts()
    config.attributes["connection"] = connection
    return config


def _scripts() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    return config


def migrate(engine: Engine) -> None:
    """Bring the tables to the newest form and put the walls (triggers) up again, in one transaction: of processes
    that start at once, one migrates and the others wait for it. Nothing is written where nothing is to be done."""
    with read_scope(engine) as session:
        if _is_newest(session.connection()):
            return
    with session_scope(engine) as session:
        connection = session.connection()
        _check_server(connection)
        try:
            command.upgrade(migration_config(connection), "head")
        except CommandError as error:
            raise DatabaseError(f"数据库比程序新，请升级程序，或换回与之相配的备份（{error}）。") from error
        walls.build(connection)


def _is_newest(connection: Connection) -> bool:
    there = MigrationContext.configure(connection).get_current_heads()
    return frozenset(there) == _newest() and walls.are_standing(connection)


@cache
def _newest() -> frozenset[str]:
    """Where this program's scripts end; they are read once."""
    return frozenset(ScriptDirectory.from_config(_scripts()).get_heads())


def _check_server(connection: Connection) -> None:
    """DatabaseError when this PostgreSQL is too old, or would not keep Chinese."""
    if connection.dialect.name != "postgresql":
        return
    version = connection.dialect.server_version_info or ()
    if version < _OLDEST:
        raise DatabaseError(f"PostgreSQL {'.'.join(map(str, version))} 太旧，请升级到 {_OLDEST[0]} 或更新的版本。")
    encoding = connection.exec_driver_sql("SHOW server_encoding").scalar()
    if encoding != "UTF8":
        raise DatabaseError(f"数据库的编码是 {encoding}，请用 createdb --encoding=UTF8 --template=template0 重建。")
