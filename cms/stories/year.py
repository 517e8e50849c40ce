"""The notice of a year taken in: what it would change, told before; and the issues that follow it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from cms.stories.columns import IssueError, follow_rhythm, open_issues, upcoming
from cms.stories.rows import Column, Issue
from cms.stories.workdays import Workdays, import_year, workdays


@dataclass(frozen=True, slots=True)
class NewDay:
    """One day that would be another: what is special about it before and after, "" for nothing."""

    day: date
    was: str
    becomes: str


@dataclass(frozen=True, slots=True)
class NewDues:
    """A column whose next issues would come out at other times."""

    title: str
    was: tuple[datetime, ...]
    becomes: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a notice would change. ``count``: how many days it names."""

    year: int
    count: int
    is_known: bool
    days: tuple[NewDay, ...]
    columns: tuple[NewDues, ...]


def foresee_year(session: Session, text: str, columns: Sequence[Column], by: str, now: datetime) -> Foreseen:
    """What taking it in would change, by the code that takes it in, undone again. ``columns``: those to tell of.
    CalendarError when it is none."""
    before = workdays(session)
    was = [_dues(one, now, before) for one in columns]
    with session.begin_nested() as trial:
        year, count = import_year(session, text, by, now)
        after = workdays(session)
        becomes = [_dues(one, now, after) for one in columns]
        trial.rollback()
    days = sorted(one for one in {*before.named, *after.named} if before.words(one) != after.words(one))
    moved = [NewDues(one.title, old, new) for one, old, new in zip(columns, was, becomes, strict=True) if old != new]
    named = tuple(NewDay(one, before.words(one), after.words(one)) for one in days)
    return Foreseen(year, count, year in before.years, named, tuple(moved))


def take_year(session: Session, text: str, by: str, now: datetime) -> tuple[int, int, list[tuple[Column, Issue]]]:
    """Take the notice in: the year, how many days it names, and the issues that come out at another time now. Those of
    columns where somebody moved one by hand stay where they are."""
    before = workdays(session)
    columns = list(session.exec(select(Column).order_by(col(Column.id))))
    was = [_dues(one, now, before) for one in columns]
    year, count = import_year(session, text, by, now)
    after, moved = workdays(session), []
    for column, old in zip(columns, was, strict=True):
        becomes = _dues(column, now, after)
        if becomes and becomes != old and not any(one.slot_at for one in open_issues(session, column)):
            moved += [(column, one) for one in follow_rhythm(session, column, by, now)]
    return year, count, moved


def _dues(column: Column, now: datetime, days: Workdays) -> tuple[datetime, ...]:
    try:
        return tuple(upcoming(column, now, days))
    except IssueError:
        return ()
