"""Whose a column is: its unit's, and the province's where it has none. Everybody sees the province's; only who works
there changes it."""

from collections.abc import Mapping

from sqlalchemy import ColumnElement
from sqlmodel import col

from cms.people.roles import Reach
from cms.stories import Column
from cms.web.entrance import scope, who


def seen() -> ColumnElement[bool]:
    """The condition of a query for columns somebody here may look at."""
    return col(Column.unit_id).is_(None) | scope().over(Column.unit_id)


def theirs() -> ColumnElement[bool]:
    """The condition of a query for columns whoever asks may change, by the roles this route takes."""
    return seen() if scope().holds(who().units.top) else scope().over(Column.unit_id)


def is_theirs(unit_id: int | None) -> bool:
    """The same of one column, by its unit."""
    return scope().holds(owner_of(unit_id))


def may(reaches: Mapping[str, Reach], unit_id: int | None) -> bool:
    """Whether who asks has one of these roles over a column of this unit, however far this route reaches."""
    units = who().units
    return units.scope(who().held, reaches).holds(owner_of(unit_id))


def offered(reaches: Mapping[str, Reach], names: Mapping[int, str]) -> list[tuple[str, str]]:
    """(slug, short name) of the units who asks may give a column to, the province first; ``names``: the short names of
    all units."""
    units = who().units
    mine = units.scope(who().held, reaches).units
    return [(slug, names[one]) for one, slug in sorted(mine, key=lambda each: each[0] != units.top)]


def owner_of(unit_id: int | None) -> int | None:
    """The unit a column belongs to, by its own number of one."""
    return who().units.top if unit_id is None else unit_id
