"""What is moved on the schedule: a release, or an issue with what is scheduled of it; and how it stands afterwards."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import abort
from sqlmodel import Session, select

from cms.releases import Release, ReleaseStory, moving, slots
from cms.releases.moving import MoveError, Moving
from cms.stories import Column, Issue, Story, workdays
from cms.web.desk import SHANGHAI, Desk
from cms.web.entrance import now, scope, who
from cms.web.scheduling import owning
from cms.web.scheduling.columns import DECIDERS


@dataclass(frozen=True, slots=True)
class Movable:
    """``move`` answers with what went along, each as the page needs it (``placed``)."""

    row: Release | Issue
    name: str
    look: Callable[[Session, datetime], Moving]
    move: Callable[[Session, datetime, str], list[dict[str, Any]]]

    @property
    def due_at(self) -> datetime:
        return self.row.due_at


def placed(at: datetime) -> dict[str, str]:
    """A moment as an entry of the page carries it."""
    return {"base": at.isoformat(), "local": f"{at.astimezone(SHANGHAI):%Y-%m-%dT%H:%M}"}


def release_to_move(desk: Desk, session: Session, number: int) -> Movable:
    """A release of theirs; 404 for every other."""
    mine = select(Release).where(
        Release.id == number,
        ReleaseStory.release_id == Release.id,
        ReleaseStory.story_id == Story.id,
        scope().over(Story.unit_id),
    )
    row = session.exec(mine.limit(1)).one_or_none()
    if row is None:
        abort(404)

    def look(session: Session, to: datetime) -> Moving:
        return _on_the_day(desk, moving.look(session, row, to, workdays(session), now()), [(row.id, to)])

    def move(session: Session, to: datetime, reason: str) -> list[dict[str, Any]]:
        along = moving.reschedule(session, row, to, who().login, reason, now())
        return [{"issue": one.id, **placed(one.due_at)} for one in along]

    return Movable(row, f"《{row.title}》", look, move)


def issue_to_move(desk: Desk, session: Session, number: int) -> Movable:
    """An issue of a column of theirs; 404 for every other."""
    issue, column = issue_of(session, number)

    def look(session: Session, to: datetime) -> Moving:
        found = slots.look(session, column, issue, to, workdays(session), now())
        return _on_the_day(desk, found, [(one.id, to + apart) for one, apart in slots.along_with(session, issue)])

    def move(session: Session, to: datetime, reason: str) -> list[dict[str, Any]]:
        along = slots.move_slot(session, column, issue, to, who().login, reason, now())
        return [{"release": one.id, **placed(one.due_at)} for one in along]

    return Movable(issue, f"《{column.title}》第 {issue.number} 期", look, move)


def _on_the_day(desk: Desk, found: Moving, times: Sequence[tuple[int, datetime]]) -> Moving:
    """With what the checks say of the day each release would go out; MoveError where something is blocked by then."""
    why, asked = desk.press.told_of_moving(times)
    if why:
        raise MoveError(why)
    return replace(found, warnings=(*found.warnings, *asked))


def issue_of(session: Session, number: int) -> tuple[Issue, Column]:
    """An issue of a column of theirs; 404 for every other."""
    query = select(Issue, Column).where(Issue.id == number, Issue.column_id == Column.id, owning.theirs())
    found = session.exec(query).one_or_none()
    if found is None:
        abort(404)
    return found[0], found[1]


def may_move(found: Moving) -> bool:
    """Whether who asks may move this: what is signed, only who signs or administers each unit whose accounts it goes
    out on. What is not signed yet the route's own roles decide."""
    decides = who().units.scope(who().held, DECIDERS)
    return not found.signed or all(decides.holds(one) for one in found.units)
