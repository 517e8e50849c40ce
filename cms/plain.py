"""Statements that were built once, put to SQLite's driver plainly: compiled once, and their values converted by the
types the tables name, so what comes back is what SQLAlchemy would have given.

SQLAlchemy takes a hundred microseconds and more around a statement that SQLite answers in five; what is asked at every
step of every delivery goes this way. Whatever is not as simple as that (``Prepared.of`` is None) goes the long way.
"""

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple, TypeVar, TypeVarTuple, cast, overload

from pydantic_core import PydanticUndefined
from sqlalchemy import BindParameter, Connection, Dialect, Executable, Insert, Select, Transaction, insert, inspect
from sqlalchemy.engine import IteratorResult, Result
from sqlalchemy.engine.result import SimpleResultMetaData
from sqlalchemy.orm import Mapper
from sqlalchemy.orm.attributes import instance_state
from sqlalchemy.sql.cache_key import CacheKey
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine
from sqlalchemy.util import LRUCache
from sqlmodel import Session, SQLModel
from sqlmodel.sql.expression import Select as Chosen
from sqlmodel.sql.expression import SelectOfScalar

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

Convert = Callable[[Any], Any]
MOST = 1000
ROUNDED = 1024
"""Longer lists are asked for as they are: they are rare, and a statement may have only so many values."""
_DRIVER = "plain driver"


class Answer:
    """What came back: rows whose columns have names, and how many rows were changed."""

    __slots__ = ("_rows", "rowcount")

    def __init__(self, rows: Sequence[Any], rowcount: int) -> None:
        self._rows, self.rowcount = rows, rowcount

    def __iter__(self) -> Iterator[Any]:
        return iter(self._rows)

    def all(self) -> Sequence[Any]:
        return self._rows

    def first(self) -> Any:
        """The first row, None where there is none."""
        return self._rows[0] if self._rows else None

    def one(self) -> Any:
        """The only row; ValueError where there is another number of them."""
        (row,) = self._rows
        return row

    def scalar(self) -> Any:
        """The first column of the first row, None where there is none."""
        return self._rows[0][0] if self._rows else None

    def scalars(self) -> list[Any]:
        """The first column of every row."""
        return [row[0] for row in self._rows]


class _Shape(NamedTuple):
    """The statement for lists of certain lengths. ``places``: the bind of each question mark, its place in the bind's
    list (None: it is no list), and how its type writes it."""

    sql: str
    places: tuple[tuple[str, int | None, Convert | None], ...]


class _Part(NamedTuple):
    """What of a row makes one entity (``mapper``), or one plain value. ``kind``: the class it is known under; ``keys``:
    the attributes, by column."""

    mapper: "Mapper[Any] | None"
    kind: Any
    start: int
    end: int
    keys: tuple[str, ...]
    number: int


class Prepared:
    """One statement, compiled. ``fixed``: the values that were built into it."""

    def __init__(self, statement: Executable, compiled: SQLCompiler, dialect: Dialect) -> None:
        self._compiled = compiled
        self._extracted = _extracted(compiled)
        binds = {name: bind for bind, name in compiled.bind_names.items()}
        self._binds = {name: _writes(binds[name].type, dialect) for name in binds}
        self._lists = tuple(name for name in binds if binds[name].expanding)
        self._fixed = {name: one.effective_value for name, one in binds.items() if not one.required}
        self._required = frozenset(name for name, one in binds.items() if one.required)
        columns = compiled._result_columns
        self._reads = tuple(
            (at, read) for at, one in enumerate(columns) if (read := _reads(one.type, dialect)) is not None
        )
        names = [str(one.keyname) for one in columns]
        self._row: Convert = cast(Any, namedtuple("Row", names, rename=True))._make
        chosen = statement.column_descriptions if isinstance(statement, Select) else ()
        self.keys = SimpleResultMetaData([one["name"] for one in chosen])
        self.parts = _parts(statement, len(columns)) if isinstance(statement, Select) else ()
        self._anew = bool(statement.get_execution_options().get("populate_existing", False))
        self._shapes: dict[tuple[int, ...], _Shape] = {}

    @staticmethod
    def of(
        statement: Executable, dialect: Dialect, names: tuple[str, ...], key: CacheKey | None = None
    ) -> "Prepared | None":
        """None for what needs more than its values: defaults made in Python, values written into the text. With its
        ``key`` it serves every statement of the same key (``values_of``)."""
        compiled = cast(Any, statement).compile(dialect=dialect, column_keys=list(names), cache_key=key)
        if not isinstance(compiled, SQLCompiler) or compiled.insert_prefetch or compiled.update_prefetch:
            return None
        if compiled.escaped_bind_names or compiled.literal_execute_params or not compiled.positional:
            return None
        return Prepared(statement, compiled, dialect)

    def values_of(self, extracted: Sequence[BindParameter[Any]]) -> dict[str, Any]:
        """What is written into another statement of the same key."""
        return {name: extracted[at].effective_value for name, at in self._extracted if name not in self._required}

    def is_given(self, params: Mapping[str, Any]) -> bool:
        """Whether ``params`` are just what has to be given."""
        return self._required == params.keys()

    def run(self, driver: sqlite3.Connection, given: Mapping[str, Any]) -> tuple[list[Any], int]:
        """The rows as the tables' types read them, and how many were changed; sqlite3.Error."""
        values = {**self._fixed, **given} if self._fixed else given
        if self._lists:
            values = {**values, **{name: _rounded(values[name]) for name in self._lists}}
        shape = self._shape(values)
        put = []
        for name, place, write in shape.places:
            value = values[name] if place is None else values[name][place]
            put.append(value if write is None else write(value))
        cursor = driver.execute(shape.sql, put)
        if cursor.description is None:
            return [], cursor.rowcount
        rows = cursor.fetchall()
        return (list(self._read(rows)) if self._reads else rows), cursor.rowcount

    def named(self, rows: Iterable[Any]) -> list[Any]:
        """The rows with their columns' names."""
        return [self._row(row) for row in rows]

    def entities(self, session: Session, rows: Iterable[Any]) -> list[Any]:
        """The rows as the objects asked for: those the session holds already stay as they are there."""
        parts, anew = self.parts, self._anew
        if len(parts) == 1:
            return [_made(session, parts[0], row, anew=anew) for row in rows]
        return [tuple([_made(session, one, row, anew=anew) for one in parts]) for row in rows]

    def _read(self, rows: Iterable[Any]) -> Iterator[list[Any]]:
        for row in rows:
            made = list(row)
            for at, read in self._reads:
                made[at] = read(made[at])
            yield made

    def _shape(self, values: Mapping[str, Any]) -> _Shape:
        lengths = tuple([len(values[name]) for name in self._lists])
        found = self._shapes.get(lengths)
        if found is None:
            state = self._compiled.construct_expanded_state(dict(values))
            source: dict[str, tuple[str, int | None]] = {
                one: (name, at) for name, many in state.parameter_expansion.items() for at, one in enumerate(many)
            }
            found_at = (source.get(one, (one, None)) for one in state.positiontup or ())
            places = tuple((name, place, self._binds[name]) for name, place in found_at)
            if len(self._shapes) >= MOST:
                self._shapes.clear()
            found = self._shapes[lengths] = _Shape(state.statement, places)
        return found


@lru_cache(maxsize=MOST)
def prepared(statement: Executable, dialect: Dialect, names: tuple[str, ...]) -> Prepared | None:
    """For a statement that is built once: it is known by itself, not by what it says."""
    return Prepared.of(statement, dialect, names)


def _rounded(those: Collection[Any]) -> list[Any]:
    """A list to be in, filled up with its last value to one of a few lengths: each length is a statement of its own,
    which the driver and we keep."""
    found = list(those)
    if 2 < len(found) <= ROUNDED:
        found += found[-1:] * ((1 << (len(found) - 1).bit_length()) - len(found))
    return found


def _extracted(compiled: SQLCompiler) -> tuple[tuple[str, int], ...]:
    """The binds, each with its place among those that tell statements of one key apart."""
    if compiled.cache_key is None or compiled._cache_key_bind_match is None:
        return ()
    same, names = compiled._cache_key_bind_match[0], compiled.bind_names
    numbered = enumerate(compiled.cache_key.bindparams)
    return tuple({names[one]: at for at, bind in numbered for one in same[bind] if one in names}.items())


def _writes(kind: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _reads(kind: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    return kind.dialect_impl(dialect).result_processor(dialect, None)


def _parts(statement: "Select[Any]", width: int) -> tuple[_Part, ...]:
    """Which columns make what was asked for, in order; () where they do not add up."""
    found: list[_Part] = []
    at = 0
    for one in statement.column_descriptions:
        if isinstance(one["expr"], type) and not one["aliased"]:
            mapper = cast("Mapper[Any]", inspect(one["expr"]))
            keys = tuple(mapper.get_property_by_column(column).key for column in mapper.columns)
            (key,) = mapper.primary_key if len(mapper.primary_key) == 1 else (None,)
            if key is None:
                return ()
            number = keys.index(mapper.get_property_by_column(key).key)
            found.append(_Part(mapper, mapper.base_mapper.class_, at, at + len(keys), keys, number))
            at += len(keys)
        else:
            found.append(_Part(None, None, at, at + 1, (), at))
            at += 1
    return tuple(found) if at == width else ()


def _made(session: Session, part: _Part, row: Sequence[Any], *, anew: bool) -> Any:
    """The object of a row: the one the session holds (with ``anew`` as the row says now), or a new one."""
    if part.mapper is None:
        return row[part.start]
    values = row[part.start : part.end]
    if values[part.number] is None:
        return None  # an outer join that found nothing
    key = (part.kind, (values[part.number],), None)  # as ``Mapper.identity_key_from_primary_key`` makes it
    held = session.identity_map.get(key)
    if held is not None and not anew:
        return held
    made = part.mapper.class_manager.new_instance() if held is None else held
    state = instance_state(made)
    state.dict.update(zip(part.keys, values, strict=True))
    if held is None:
        state.key, state.session_id = key, session.hash_key  # what a query does with a row it meets first
        session.identity_map.add(state)
    else:
        state._commit_all(state.dict, session.identity_map)
    return made


# --------------------------------------------------------------------------- in a session


def ask(session: Session, statement: Executable, /, **params: Any) -> Answer:
    """A statement that was built once, asked plainly: what is asked at every step of every delivery need not be made
    into objects each time. What the session has not written yet is written first; objects of it are left as they are.
    """
    session.flush()
    found = _put(session, statement, params)
    if found is None:
        result = session.connection().execute(statement, params)
        return Answer(result.all() if result.returns_rows else [], result.rowcount)
    built, rows, changed = found
    return Answer(built.named(rows), changed)


@overload
def fetch(session: Session, statement: SelectOfScalar[T], **params: Any) -> list[T]: ...


@overload
def fetch(session: Session, statement: Chosen[*Ts], **params: Any) -> list[tuple[*Ts]]: ...


def fetch(session: Session, statement: Any, **params: Any) -> list[Any]:
    """The objects a query that was built once asks for, as ``session.exec`` would give them."""
    session.flush()
    found = _put(session, statement, params)
    if found is None or not found[0].parts:
        return list(session.exec(statement, params=params))
    built, rows, _ = found
    return built.entities(session, rows)


_known: Any = LRUCache(MOST)


def chosen(session: Session, statement: "Select[Any]", params: Mapping[str, Any]) -> "Result[Any] | None":
    """What a query built for this once asks for, as ``Session.execute`` would give it: known by what it says, so that
    one built again is not compiled again. None where it goes the long way."""
    driver, dialect = _driver(session)
    if driver is None or statement._execution_options or statement._with_options:
        return None
    key = statement._generate_cache_key()
    if key is None:
        return None
    place = (dialect, key.key)
    if place not in _known:
        built = Prepared.of(statement, dialect, (), key)
        _known[place] = built if built is not None and built.parts else None
    built = _known.get(place)
    if built is None or not built.is_given(params):
        return None
    session.flush()
    try:
        rows, _ = built.run(driver, {**built.values_of(key.bindparams), **params})
    except sqlite3.Error:
        return None
    found = built.entities(session, rows)
    return IteratorResult(built.keys, iter([(one,) for one in found] if len(built.parts) == 1 else found))


def enter(session: Session, kind: type[SQLModel], /, **values: Any) -> None:
    """A new row that nobody needs in hand: written at once, with the defaults of its kind."""
    ask(session, _entering(kind), **{**_defaults(kind), **values})


def enter_all(session: Session, kind: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> None:
    """The same for many of one kind, in one go; each says the same fields."""
    if rows:
        session.flush()
        session.connection().execute(_entering(kind), [{**_defaults(kind), **one} for one in rows])


@cache
def _entering(kind: type[SQLModel]) -> Insert:
    return insert(cast(Any, kind).__table__)


@cache
def _defaults(kind: type[SQLModel]) -> Mapping[str, Any]:
    """What a field is when nobody says; a key is given by the database."""
    own = {column.key for column in cast(Any, kind).__table__.columns if not column.primary_key}
    fields = {name: one.get_default(call_default_factory=True) for name, one in kind.model_fields.items()}
    return {name: value for name, value in fields.items() if name in own and value is not PydanticUndefined}


def _put(session: Session, statement: Executable, params: dict[str, Any]) -> tuple[Prepared, list[Any], int] | None:
    """None where it goes the long way: another database, somebody who listens to statements, one that is not so simple,
    or an error, which is told by the way that says what is wrong (a statement that fails has changed nothing)."""
    driver, dialect = _driver(session)
    built = prepared(statement, dialect, tuple(params)) if driver is not None else None
    if driver is None or built is None:
        return None
    try:
        return built, *built.run(driver, params)
    except sqlite3.Error:
        return None


def hold(session: Session, connection: Connection, turn: Transaction) -> None:
    """The session belongs to this transaction of a connection until that is over."""
    is_plain = connection.dialect.name == "sqlite" and not connection.engine._has_events
    driver = cast(sqlite3.Connection, connection.connection.driver_connection) if is_plain else None
    session.info[_DRIVER] = (turn, driver, connection.dialect)


def _driver(session: Session) -> tuple[sqlite3.Connection | None, Dialect]:
    """SQLite's own connection of the transaction the session is in, looked up once a transaction; None where
    statements go the long way."""
    known: tuple[Transaction, sqlite3.Connection | None, Dialect] | None = session.info.get(_DRIVER)
    if known is None or not known[0].is_active:
        connection = session.connection()
        turn = connection.get_transaction()
        if turn is None:
            return None, connection.dialect
        hold(session, connection, turn)
        known = session.info[_DRIVER]
    is_heard = known[0].connection.engine._has_events  # also by somebody who came in the middle of it
    return None if is_heard else known[1], known[2]
