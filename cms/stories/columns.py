"""When the issues of a column are due, and the issues that open by themselves."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from cms import audit
from cms.db import utc
from cms.people import see_about
from cms.stories.rows import Column, Issue, Story
from cms.stories.workdays import Workdays, built_in, workdays

_BACK = timedelta(days=21)
_AHEAD = timedelta(days=150)
_FAR = 1_000_000
_APART = timedelta(days=36525)
OPEN_AHEAD = timedelta(hours=48)
"""So long before its time at the latest an issue is open to be written, and is told when nobody writes it."""
HOLIDAYS: Mapping[str, str] = {
    "keep": "照常出刊",
    "before": "提前到节前最后一个工作日",
    "after": "顺延到节后第一个工作日",
    "skip": "停一期",
}
"""What becomes of an issue whose day is free (放假)."""


class IssueError(ValueError):
    """The issue cannot come out then: one sentence with the remedy."""


def rhythm_words(column: Column) -> str:
    """When it comes out: 每月第一、三个周三 09:00."""
    return f"{column.rhythm.words} {column.hour:02}:{column.minute:02}"


def next_due(column: Column, after: datetime, days: Workdays | None = None) -> datetime:
    """The first issue's moment of the column later than ``after``, in UTC: a day of its rhythm and its hour, moved as
    the column says where that day is free. IssueError when the calendar leaves it no day for months.

    Counted on the column's own calendar, day by day, so clock changes and year ends need no rule; days that move onto
    one another are one issue, and days that are skipped (停一期) are none."""
    return upcoming(column, after, days, 1)[0]


def upcoming(column: Column, after: datetime, days: Workdays | None = None, count: int = 3) -> list[datetime]:
    """The next ``count`` moments later than ``after``, fewer where months have no more."""
    zone, known = ZoneInfo(column.zone), built_in() if days is None else days
    here = utc(after).astimezone(zone).date()
    first, clock = here - _BACK, time(column.hour, column.minute)  # one moved later may still lie ahead
    meant = [first + timedelta(days=one) for one in range((_BACK + _AHEAD).days)]
    theirs = [one for one in meant if column.rhythm.holds(one) and one.isoformat() not in column.skips]
    found = {_moved(column, one, known) for one in theirs}
    there = [one for one in found if one is not None and one.isoformat() not in column.skips]
    moments = sorted(datetime.combine(one, clock, zone).astimezone(UTC) for one in there)
    ahead = [one for one in moments if one > after][:count]
    if not ahead:
        raise IssueError(f"栏目“{column.title}”五个月里没有一天能出刊，请检查放假安排，或改逢放假怎么办。")
    return ahead


def _moved(column: Column, day: date, days: Workdays) -> date | None:
    """The day an issue meant for this one comes out; None when there is none. Only a named holiday moves it: a column
    of Saturdays comes out on Saturdays."""
    found = days.named.get(day)
    if found is None or not found.is_off or column.holiday == "keep":
        return day
    return None if column.holiday == "skip" else days.nearest(day, -1 if column.holiday == "before" else 1)


def open_next_issue(session: Session, column: Column, now: datetime) -> Issue:
    """The issue to write for: the first open one ahead. There is always one, and every issue due within OPEN_AHEAD is
    open; those whose time passed unfilled are closed. IssueError when the calendar leaves no day."""
    ahead = []
    for one in open_issues(session, column):
        if one.due_at > now:
            ahead.append(one)
        else:
            one.state = "closed"
            session.add(one)
    last, until = _newest(session, column), utc(now) + OPEN_AHEAD
    while not (ahead and last and last.due_at > until):
        due_at = next_due(column, _after(last, now), workdays(session))
        if ahead and due_at > until:
            break
        last = Issue(column_id=column.id, number=last.number + 1 if last else column.first_number, due_at=due_at)
        ahead.append(last)
        session.add(last)
        session.flush()
    return ahead[0]


def may_number(session: Session, column: Column) -> bool:
    """Whether nothing of it is written yet: from its first story on its numbers go on by themselves."""
    query = select(Issue.id).where(Issue.column_id == column.id, Issue.state == "filled").limit(1)
    return session.exec(query).first() is None


def next_number(session: Session, column: Column) -> int:
    """The number of the issue that is written next."""
    waiting, last = open_issues(session, column), _newest(session, column)
    return waiting[0].number if waiting else last.number + 1 if last else column.first_number


def begin_with(session: Session, column: Column, number: int, by: str, now: datetime) -> None:
    """The issue that is written next has this number, and those behind it go on from there. IssueError once one is
    written, or where a past one had that number."""
    was = next_number(session, column)
    if number == was:
        return
    if not may_number(session, column):
        raise IssueError(f"栏目“{column.title}”已经写过一期，期号接着走，不能再改从第几期开始。")
    waiting = open_issues(session, column)
    past = _newest(session, column, waiting[0].number if waiting else None)
    if past is not None and number <= past.number:
        raise IssueError(f"第 {past.number} 期的时间已经过了，请从第 {past.number + 1} 期或以后开始。")
    column.first_number = number
    session.add(column)
    for shift in (_FAR, 0):  # no two issues of a column share a number, not for a statement either
        for place, issue in enumerate(waiting):
            issue.number = number + place + shift
            session.add(issue)
        session.flush()
    audit.record(session, by, "column.number", f"column:{column.slug}", {"was": was, "first_number": number}, now)


def fill(session: Session, issue: Issue, story: Story) -> None:
    """Give the issue its story; the next issue may open from now on."""
    if issue.state != "open":
        raise ValueError(f"第 {issue.number} 期不再收稿，请选下一期。")
    issue.state = "filled"
    story.issue_id, story.column_id = issue.id, issue.column_id
    session.flush()


# --------------------------------------------------------------------------- another time


def check_move(session: Session, column: Column, issue: Issue, to: datetime, now: datetime) -> None:
    """IssueError where this issue cannot come out then: it is over, or the time is another issue's."""
    if issue.state == "closed":
        raise IssueError(f"第 {issue.number} 期的时间已经过了，没有人写，不能再改；要补发，请另写一篇单独排。")
    before, after = _newest(session, column, issue.number), _following(session, column, issue)
    slot = issue.slot_at or issue.due_at
    if to <= now:
        raise IssueError("这个时间已经过了，请选以后的时间。")
    if why := column.skips.get(to.astimezone(ZoneInfo(column.zone)).date().isoformat()):
        raise IssueError(f"{_local(column, to)} 那天停刊（{why}），请先恢复那一期，或另选一天。")
    if before and to <= before.due_at:
        raise IssueError(f"要晚于第 {before.number} 期的时间（{_local(column, before.due_at)}），请往后选。")
    if to >= (following := after.due_at if after else next_due(column, max(slot, utc(now)), workdays(session))):
        raise IssueError(
            f"要早于再下一期的时间（{_local(column, following)}），请往前选；要从此都改，请到“栏目”里改节奏。"
        )


def move_issue(session: Session, column: Column, issue: Issue, to: datetime, by: str, now: datetime) -> None:
    """This one issue at another time; the rhythm stays, and so does the next issue. IssueError says why not. What is
    released of its story goes along in ``cms.releases.slots``."""
    check_move(session, column, issue, to, now)
    to, was, slot = utc(to), issue.due_at, issue.slot_at or issue.due_at
    issue.slot_at = None if to == slot else slot
    _retime(session, issue, to, by, now)
    session.flush()
    detail = {"number": issue.number, "was": was.isoformat(), "to": to.isoformat()}
    audit.record(session, by, "issue.move", f"issue:{issue.id}", detail, now)


def follow_rhythm(session: Session, column: Column, by: str, now: datetime, since: date | None = None) -> list[Issue]:
    """The open issues by the column's rhythm as it is now, but for those before one that is written already, and before
    the day ``since``; which of them come out at another time than before."""
    known, last, zone = workdays(session), _newest(session, column), ZoneInfo(column.zone)
    begun = datetime.combine(since, time(), zone).astimezone(UTC) if since else utc(now)
    tail: list[Issue] = []
    while last and last.state == "open" and last.due_at > now:
        if max(last.due_at, last.slot_at or last.due_at) < begun:
            break
        tail.insert(0, last)
        last = _newest(session, column, last.number)
    moved, after = [], max(_after(last, now), begun - timedelta(microseconds=1))
    for one in tail:
        after = next_due(column, after, known)
        if after != one.due_at:
            moved.append((one, one.due_at, after))
    for one, was, _ in moved:
        one.due_at = was - _APART  # two issues of a column never share a moment, not for a statement either
    session.flush()
    for one, was, to in moved:
        one.slot_at = None
        _retime(session, one, to, by, now)
        detail = {"number": one.number, "was": was.isoformat(), "to": to.isoformat()}
        audit.record(session, by, "issue.move", f"issue:{one.id}", detail, now)
    session.flush()
    return [one for one, _, _ in moved]


def _retime(session: Session, issue: Issue, to: datetime, by: str, now: datetime) -> None:
    """Due then; what was told about the time before is over, and it is told anew when that one comes near."""
    issue.due_at, issue.alarmed_at = to, None
    see_about(session, f"issue:{issue.id}", by, now)
    session.add(issue)


def open_issues(session: Session, column: Column) -> list[Issue]:
    """The issues still to be written, the first due one first."""
    query = select(Issue).where(Issue.column_id == column.id, Issue.state == "open")
    return list(session.exec(query.order_by(col(Issue.due_at))))


def _following(session: Session, column: Column, issue: Issue) -> Issue | None:
    """The issue after this one, where there is one already."""
    query = select(Issue).where(Issue.column_id == column.id, Issue.number > issue.number)
    return session.exec(query.order_by(col(Issue.number)).limit(1)).one_or_none()


def _newest(session: Session, column: Column, below: int | None = None) -> Issue | None:
    """The last issue, or the last before this number."""
    query = select(Issue).where(Issue.column_id == column.id).order_by(col(Issue.number).desc()).limit(1)
    return session.exec(query if below is None else query.where(Issue.number < below)).one_or_none()


def _after(last: Issue | None, now: datetime) -> datetime:
    """What the next issue must be later than: now, the last one, and the slot that one had before it was moved."""
    return max(utc(now), last.due_at, last.slot_at or last.due_at) if last else utc(now)


def _local(column: Column, moment: datetime) -> str:
    here = moment.astimezone(ZoneInfo(column.zone))
    return f"{here.month}月{here.day}日 {here:%H:%M}"
