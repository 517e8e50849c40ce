"""The rhythm of a column: when its next issue is due, and the issues that open by themselves."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from cms.db import utc
from cms.stories.rows import Column, Issue, Story

_DAYS_TO_LOOK = 15


def next_due(column: Column, after: datetime) -> datetime:
    """The first weekday and hour of the column later than ``after``, in UTC.

    Counted on the column's own calendar, day by day, so clock changes and year ends need no rule."""
    zone = ZoneInfo(column.zone)
    start = utc(after).astimezone(zone).date()
    for day in (start + timedelta(days=number) for number in range(_DAYS_TO_LOOK)):
        due = datetime.combine(day, time(column.hour, column.minute), zone).astimezone(UTC)
        if day.weekday() == column.weekday and due > after:
            return due
    raise ValueError(f"栏目“{column.title}”的出刊日设置有误：星期应在 0 到 6 之间。")


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
    issue = Issue(column_id=column.id, number=number, due_at=next_due(column, start))
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
