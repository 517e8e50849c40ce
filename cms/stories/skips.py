"""停一期: a day on which a column does not come out although its rhythm says so, and why.

A skipped day is a hole in the rhythm, not an issue: what would have come out then takes the next day, so the numbers go
on without a gap, nothing waits to be written for it and nothing is told. Undone, the day is the rhythm's again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from cms import audit
from cms.db import utc
from cms.people import Scope
from cms.stories.columns import IssueError, follow_rhythm, upcoming
from cms.stories.rows import Column, Issue
from cms.stories.workdays import workdays

LONGEST_REASON = 60
FORESEEN = 160
"""More issues than a column has days within reach of ``upcoming``."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """One issue that is not there. ``at``: when it would have come out, in UTC; ``unit_id``: its column's."""

    slug: str
    column: str
    day: date
    at: datetime
    reason: str
    unit_id: int | None


def skip(session: Session, column: Column, days: Iterable[date], reason: str, by: str, now: datetime) -> list[Issue]:
    """The column does not come out on these days; which of its open issues come out later for it. IssueError says why
    not: a day that is none of its own, one that is written already, no reason."""
    why = " ".join(reason.split())
    if not why or len(why) > LONGEST_REASON or not why.isprintable():
        raise IssueError(f"请写一句停刊的原因，最长 {LONGEST_REASON} 字，例如：国庆假期。")
    wanted = sorted(set(days))
    if not wanted:
        raise IssueError("请选停哪一期。")
    theirs = comes_out_on(session, column, now)
    for day in wanted:
        if day not in theirs:
            ahead = "、".join(map(_on, theirs[:3])) or "没有"
            raise IssueError(f"《{column.title}》{_on(day)}不出刊，或者已经过了；接下来的是：{ahead}。")
        _refuse_written(session, column, day, "停")
    moved: list[Issue] = []
    for day in wanted:
        column.skips = {**column.skips, day.isoformat(): why}
        session.add(column)
        moved += follow_rhythm(session, column, by, now, day)
        detail = {"day": day.isoformat(), "reason": why}
        audit.record(session, by, "issue.skip", f"column:{column.slug}", detail, now)
    return moved


def unskip(session: Session, column: Column, day: date, by: str, now: datetime) -> list[Issue]:
    """The column comes out on this day after all; which open issues come out at another time for it. IssueError where
    the day is over, or a later issue is written already."""
    if day.isoformat() not in column.skips:
        raise IssueError(f"《{column.title}》{_on(day)}没有停刊，请刷新看看。")
    if moment_on(column, day) <= now:
        raise IssueError(f"{_on(day)}已经过了，不能再恢复这一期。")
    _refuse_written(session, column, day, "恢复")
    column.skips = {one: why for one, why in column.skips.items() if one != day.isoformat()}
    session.add(column)
    moved = follow_rhythm(session, column, by, now, day)
    audit.record(session, by, "issue.unskip", f"column:{column.slug}", {"day": day.isoformat()}, now)
    return moved


def comes_out_on(session: Session, column: Column, now: datetime) -> list[date]:
    """The days ahead on which an issue of the column comes out, the first one first: its rhythm's, and those of issues
    that are open on another."""
    try:
        moments = upcoming(column, now, workdays(session), FORESEEN)
    except IssueError:
        moments = []
    found = {_here(column, one) for one in moments}
    query = select(Issue).where(Issue.column_id == column.id, Issue.state == "open", col(Issue.due_at) > now)
    return sorted(found | {slot_day(column, one, now) for one in session.exec(query)})


def skipped(session: Session, since: datetime, until: datetime, scope: Scope, column: str = "") -> list[Skipped]:
    """What does not come out in [since, until) of columns in scope (the house's own are everybody's), by time."""
    mine = col(Column.unit_id).is_(None) | scope.over(Column.unit_id)
    query = select(Column).where(mine, Column.slug == column) if column else select(Column).where(mine)
    found = [one for row in session.exec(query) for one in skipped_of(row)]
    return sorted((one for one in found if since <= one.at < until), key=lambda one: (one.at, one.slug))


def skipped_of(column: Column) -> list[Skipped]:
    """All that was ever skipped of one column, by day."""
    days = [(date.fromisoformat(said), why) for said, why in sorted(column.skips.items())]
    return [Skipped(column.slug, column.title, day, moment_on(column, day), why, column.unit_id) for day, why in days]


def moment_on(column: Column, day: date) -> datetime:
    """The column's hour on this day, in UTC."""
    return utc(datetime.combine(day, time(column.hour, column.minute), ZoneInfo(column.zone)))


def slot_day(column: Column, issue: Issue, now: datetime | None = None) -> date:
    """The day the rhythm means for an issue, wherever somebody moved it; the one it was moved to, where the rhythm's is
    over at ``now``."""
    slot = issue.slot_at or issue.due_at
    return _here(column, issue.due_at if now and slot <= now else slot)


def _refuse_written(session: Session, column: Column, day: date, act: str) -> None:
    """The days of issues with a story stand: they are moved by their release, and numbers never run backwards."""
    query = select(Issue).where(Issue.column_id == column.id, Issue.state == "filled").order_by(col(Issue.number))
    later = [one for one in session.exec(query) if slot_day(column, one) >= day]
    if not later:
        return
    first = later[0]
    said = f"第 {first.number} 期（{_on(slot_day(column, first))}）已经有稿件"
    if slot_day(column, first) == day:
        raise IssueError(f"{said}，不能再停；要晚些发，请在排期里改这一期的时间；不发了，先把稿件放进回收。")
    raise IssueError(f"{said}，期号不能倒着走，{_on(day)}这一期{act}不了；那一篇不发了，先把它放进回收再来。")


def _here(column: Column, moment: datetime) -> date:
    return moment.astimezone(ZoneInfo(column.zone)).date()


def _on(day: date) -> str:
    return f"{day.month}月{day.day}日"
