"""The rhythm of a column: when its next issue is due, and the issues that open by themselves."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from cms.db import utc
from cms.stories.rows import Column, Issue, Story
from cms.stories.workdays import Workdays, built_in, workdays

_WEEKS_TO_LOOK = 6
HOLIDAYS: Mapping[str, str] = {
    "keep": "照常出刊",
    "before": "提前到节前最后一个工作日",
    "after": "顺延到节后第一个工作日",
    "skip": "停一期",
}
"""What becomes of an issue whose day is free (放假)."""


def next_due(column: Column, after: datetime, days: Workdays | None = None) -> datetime:
    """The first issue's moment of the column later than ``after``, in UTC: its weekday and hour, moved as the column
    says where that day is free.

    Counted on the column's own calendar, week by week, so clock changes and year ends need no rule."""
    zone, known = ZoneInfo(column.zone), built_in() if days is None else days
    if not 0 <= column.weekday <= 6:
        raise ValueError(f"栏目“{column.title}”的出刊日设置有误：星期应在 0 到 6 之间。")
    start = utc(after).astimezone(zone).date() - timedelta(weeks=2)  # one moved later may still lie ahead
    first = start + timedelta(days=(column.weekday - start.weekday()) % 7)
    moments = []
    for week in range(_WEEKS_TO_LOOK):
        day = _moved(column, first + timedelta(weeks=week), known)
        if day is not None:
            due = datetime.combine(day, time(column.hour, column.minute), zone).astimezone(UTC)
            moments += [due] if due > after else []
    return min(moments)


def _moved(column: Column, day: date, days: Workdays) -> date | None:
    """The day an issue of this week comes out; None when the week has none. Only a named holiday moves it: a column
    of Saturdays comes out on Saturdays."""
    found = days.named.get(day)
    if found is None or not found.is_off or column.holiday == "keep":
        return day
    return None if column.holiday == "skip" else days.nearest(day, -1 if column.holiday == "before" else 1)


def open_next_issue(session: Session, column: Column, now: datetime) -> Issue:
    """The issue to write for: the open one, or a new one when that is filled or its time has passed."""
    last = session.exec(
        select(Issue).where(Issue.column_id == column.id).order_by(col(Issue.number).desc()).limit(1)
    ).one_or_none()
    if last and last.state == "open":
        if last.due_at > now:
            return last
        last.state = "closed"
    start = max(utc(now), last.due_at) if last else now
    number = last.number + 1 if last else column.first_number
    issue = Issue(column_id=column.id, number=number, due_at=next_due(column, start, workdays(session)))
    session.add(issue)
    session.flush()
    return issue


def fill(session: Session, issue: Issue, story: Story) -> None:
    """Give the issue its story; the next issue may open from now on."""
    if issue.state != "open":
        raise ValueError(f"第 {issue.number} 期不再收稿，请选下一期。")
    issue.state = "filled"
    story.issue_id, story.column_id = issue.id, issue.column_id
    session.flush()
