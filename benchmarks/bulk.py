"""Many rows at once, straight into a table: as the tables' own types write them, without SQLAlchemy around each."""

from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from typing import Any

from sqlalchemy import Connection, insert
from sqlmodel import SQLModel


def put(connection: Connection, model: type[SQLModel], rows: Iterable[Mapping[str, Any]], **same: Any) -> None:
    """``rows`` name the same columns each; ``same``: what further columns say in all of them. SQLite only."""
    coming = iter(rows)
    first = next(coming, None)
    if first is None:
        return
    table, dialect = model.__table__, connection.dialect  # type: ignore[attr-defined]
    made: Any = insert(table).compile(dialect=dialect, column_keys=[*first, *same])
    defaults = {one.name: one.default for one in made.insert_prefetch}
    fixed = {name: one.arg(None) if one.is_callable else one.arg for name, one in defaults.items()} | same
    write = {
        name: _writer(table.c[name].type.dialect_impl(dialect).bind_processor(dialect)) for name in made.positiontup
    }
    fixed = {name: write[name](value) for name, value in fixed.items()}
    places = [(name, write[name], fixed.get(name)) for name in made.positiontup]
    values = (
        [there if name in fixed else written(row[name]) for name, written, there in places]
        for row in chain((first,), coming)
    )
    driver: Any = connection.connection.driver_connection
    driver.executemany(str(made), values)


def _writer(write: Callable[[Any], Any] | None) -> Callable[[Any], Any]:
    """``write``, which is not asked again about the very object it was asked about last."""
    if write is None:
        return lambda value: value
    last, found = object(), None

    def written(value: Any) -> Any:
        nonlocal last, found
        if value is not last:
            last, found = value, write(value)
        return found

    return written
