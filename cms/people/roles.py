"""角色: what people are here, and how far each reaches. Which page takes which role stands in ``cms.web.permits``.

A ``Scope`` is the answer to "whose rows may this person see": every query for a list, count, search, file or export of
something that belongs to a unit takes one.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Literal

from sqlalchemy import ColumnElement, true
from sqlmodel import Session, col, select

from cms import audit
from cms.db import fetch, once, utc
from cms.matrix import Unit
from cms.people.rows import Appointment, Person

Reach = Literal["own", "below", "any"]
REPORTER, EDITOR, REVIEWER, SIGNER = "记者", "编辑", "审核", "签发"
CITY, PROVINCE, AUDITOR, READER, SERVICE = "地市管理员", "省级管理员", "审计员", "读者", "service"
ROLES = (REPORTER, EDITOR, REVIEWER, SIGNER, CITY, PROVINCE, AUDITOR, READER, SERVICE)
NEEDS_CODE = frozenset({SIGNER, CITY, PROVINCE})
"""Who signs or rules must have a second step."""
GRANTED_BY: Mapping[str, frozenset[str]] = {
    CITY: frozenset({REPORTER, EDITOR, REVIEWER, SIGNER, READER}),
    PROVINCE: frozenset(ROLES) - {SERVICE},
}
"""Which roles an administrator gives and takes. Nobody gives one to themselves.
``service`` is no person: it is named on the machine, and never comes in through the door."""


class PeopleError(Exception):
    """It cannot be so: one sentence with the remedy."""

    @property
    def sentence(self) -> str:
        return str(self)


@dataclass(frozen=True)
class Scope:
    """The units (id, slug) somebody's question may touch; ``is_everywhere`` is for the house's own machinery."""

    units: tuple[tuple[int, str], ...] = ()
    is_everywhere: bool = False

    @cached_property
    def ids(self) -> frozenset[int]:
        return frozenset(one for one, _ in self.units)

    @cached_property
    def slugs(self) -> frozenset[str]:
        return frozenset(one for _, one in self.units)

    def over(self, unit_id: object) -> ColumnElement[bool]:
        """The condition a query over rows with this unit column must carry."""
        return true() if self.is_everywhere else col(unit_id).in_(self.ids)

    def holds(self, unit_id: int | None) -> bool:
        return self.is_everywhere or unit_id in self.ids


EVERYWHERE = Scope(is_everywhere=True)
NOWHERE = Scope()


@dataclass(frozen=True)
class Tree:
    """The units: (id, slug, id of the one above), parents before children or not."""

    rows: tuple[tuple[int, str, int | None], ...]
    _known: dict[int, frozenset[int]] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def top(self) -> int | None:
        """The house's own province: the first without a unit above it."""
        return min((one for one, _, parent in self.rows if parent is None), default=None)

    def slug(self, unit_id: int | None) -> str:
        return next((slug for one, slug, _ in self.rows if one == unit_id), "")

    @cached_property
    def _children(self) -> dict[int | None, list[int]]:
        children: dict[int | None, list[int]] = {}
        for one, _, parent in self.rows:
            children.setdefault(parent, []).append(one)
        return children

    def below(self, unit_id: int) -> frozenset[int]:
        """The unit and everything under it."""
        if unit_id not in self._known:
            found: set[int] = set()
            waiting = [unit_id]
            while waiting:
                one = waiting.pop()
                if one not in found:
                    found.add(one)
                    waiting += self._children.get(one, [])
            self._known[unit_id] = frozenset(found)
        return self._known[unit_id]

    @cached_property
    def _parents(self) -> dict[int, int | None]:
        return {one: parent for one, _, parent in self.rows}

    def above(self, unit_id: int) -> tuple[int, ...]:
        """The unit and those over it, the nearest first."""
        found: list[int] = []
        here: int | None = unit_id
        while here is not None and here not in found:
            found.append(here)
            here = self._parents.get(here)
        return tuple(found)

    def reached(self, unit_id: int, reach: Reach | None) -> Collection[int]:
        """The units a role in this unit reaches."""
        if reach == "any":
            return self._parents.keys()
        if reach == "below":
            return self.below(unit_id)
        return (unit_id,) if reach == "own" else ()

    def scope(self, appointments: Iterable[tuple[str, int]], reaches: Mapping[str, Reach]) -> Scope:
        """How far these (role, unit) reach where ``reaches`` says what each role may."""
        ids = {one for role, unit_id in appointments for one in self.reached(unit_id, reaches.get(role))}
        return Scope(tuple((one, slug) for one, slug, _ in self.rows if one in ids))


_UNITS = select(Unit.id, Unit.slug, Unit.parent_id).order_by(col(Unit.id))


def tree(session: Session) -> Tree:
    """All units, in the order they were made."""
    return once(session, "tree", lambda: Tree(tuple(fetch(session, _UNITS))))


def appointments_of(session: Session, person_id: int) -> tuple[Appointment, ...]:
    """What somebody is, in the order it was granted."""
    query = select(Appointment).where(Appointment.person_id == person_id).order_by(col(Appointment.id))
    return tuple(session.exec(query))


def needs_code(appointments: Iterable[Appointment]) -> bool:
    """Whether one of these roles makes a second step compulsory."""
    return any(one.role in NEEDS_CODE for one in appointments)


def appoint(session: Session, person: Person, role: str, unit_id: int, by: str, now: datetime) -> Appointment:
    """Give a role in a unit; doing it again changes nothing."""
    if role not in ROLES:
        raise PeopleError(f"没有“{role}”这个角色，可以写的有：{'、'.join(ROLES)}。")
    same = (Appointment.person_id == person.id, Appointment.role == role, Appointment.unit_id == unit_id)
    found = session.exec(select(Appointment).where(*same)).one_or_none()
    if found is None:
        found = Appointment(person_id=person.id, role=role, unit_id=unit_id, granted_by=by, granted_at=utc(now))
        session.add(found)
        session.flush()
        _note(session, by, "person.appoint", person, role, unit_id, now)
    return found


def dismiss(session: Session, appointment: Appointment, by: str, now: datetime) -> None:
    """Take a role away. It counts from the person's very next request."""
    person = session.get_one(Person, appointment.person_id)
    session.delete(appointment)
    _note(session, by, "person.dismiss", person, appointment.role, appointment.unit_id, now)


def _note(session: Session, by: str, action: str, person: Person, role: str, unit_id: int, now: datetime) -> None:
    unit = session.get_one(Unit, unit_id)
    audit.record(session, by, action, f"person:{person.login}", {"role": role, "unit": unit.slug}, now)


def who_may(session: Session, reaches: Mapping[str, Reach], units: Collection[int]) -> list[Person]:
    """The people who may do in all of these units what takes one of the roles of ``reaches``, those with the nearest
    appointment first; nobody disabled."""
    query = select(Person, Appointment).where(Appointment.person_id == Person.id, col(Person.disabled_at).is_(None))
    query = query.where(col(Appointment.role).in_(reaches)).order_by(col(Person.id))
    rows = once(session, ("who may", frozenset(reaches)), lambda: session.exec(query).all())
    here = tree(session)
    found: dict[int, tuple[Person, int]] = {}
    for person, held in rows:
        there = here.reached(held.unit_id, reaches.get(held.role))
        if all(one in there for one in units):
            depth = len(here.above(held.unit_id))
            _, known = found.get(person.id, (person, 0))
            found[person.id] = (person, max(depth, known))
    return [person for person, _ in sorted(found.values(), key=lambda one: -one[1])]


def may_grant(held: Sequence[Appointment], role: str, unit_id: int, units: Tree) -> bool:
    """Whether somebody who holds these may give or take ``role`` in that unit."""
    return any(role in GRANTED_BY.get(one.role, ()) and unit_id in units.below(one.unit_id) for one in held)
