"""What goes out when: releases and issues of a span of time, for the schedule; and the alarm of an empty issue."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from cms.matrix import Account, Unit
from cms.people import Scope, notify
from cms.releases.moving import STILL, on_the_clock
from cms.releases.rows import Delivery, Release, ReleaseStory
from cms.stories import OPEN_AHEAD, Column, Issue, Story

ALARM = OPEN_AHEAD
"""So long before its time an issue without a story is told."""
MOST = 5000
STEPPED_BACK = ("cancelled", "superseded", "composed")
"""A release may be moved whatever of it is so already."""
SUMS: Mapping[str, str] = {
    "failed": "有失败或暂停",
    "draft": "待签发",
    "ready": "待发",
    "going": "发送中",
    "hand": "待代发",
    "out": "已发",
    "composed": "已组稿",
    "gone": "已取消",
}
"""What a release comes to, the sum of its deliveries, in the order in which the first that fits is said."""
_BEHIND = {
    **dict.fromkeys(("failed", "held", "withdraw_failed", "unknown"), "failed"),
    **dict.fromkeys(("planned", "rendered"), "draft"),
    **dict.fromkeys(("ready", "staged"), "ready"),
    **dict.fromkeys(("sending", "accepted", "confirming", "reconciling", "withdrawing"), "going"),
    "handed_over": "hand",
    **dict.fromkeys(("published", "amended"), "out"),
    "composed": "composed",
    **dict.fromkeys(("cancelled", "superseded", "removed", "withdrawn"), "gone"),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which releases: of these units, and, where not empty, of this unit, channel, column and sum."""

    scope: Scope
    unit: str = ""
    channel: str = ""
    column: str = ""
    sum: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One release of the schedule. ``sum``: a key of SUMS; ``is_movable``: nothing of it has begun."""

    id: int
    title: str
    due_at: datetime
    unit: str
    column: str
    sum: str
    deliveries: int
    is_movable: bool


@dataclass(frozen=True, slots=True)
class Slot:
    """One issue whose story is still to be written, or being written."""

    id: int
    column: str
    number: int
    due_at: datetime
    state: str
    unit_id: int | None


def sum_of(states: Iterable[str]) -> str:
    """What a release with deliveries in these states comes to."""
    found = {_BEHIND[one] for one in states}
    return next((one for one in SUMS if one in found), "gone")


def entries(session: Session, since: datetime, until: datetime, wanted: Wanted, most: int = MOST) -> list[Entry]:
    """The releases due in [since, until), by time, the first ``most`` of them; four statements however many there
    are."""
    first = (
        col(ReleaseStory.release_id) == col(Release.id),
        col(ReleaseStory.position) == 1,
        col(ReleaseStory.story_id) == col(Story.id),
    )
    query = (
        sa_select(col(Release.id), col(Release.title), col(Release.due_at), col(Story.unit_id), col(Story.column_id))
        .where(*first, col(Release.due_at) >= since, col(Release.due_at) < until, wanted.scope.over(Story.unit_id))
        .order_by(col(Release.due_at), col(Release.id))
        .limit(MOST if wanted.sum else most)
    )
    if wanted.unit:
        query = query.where(col(Story.unit_id) == col(Unit.id), col(Unit.slug) == wanted.unit)
    if wanted.column:
        query = query.where(col(Story.column_id) == col(Column.id), col(Column.slug) == wanted.column)
    if wanted.channel:
        through = select(Delivery.release_id).where(
            Delivery.account_id == Account.id, Account.channel == wanted.channel
        )
        query = query.where(col(Release.id).in_(through))
    rows = session.connection().execute(query).all()
    states = _states(session, since, rows[-1].due_at if rows else since)
    units, columns = _names(session)
    made = []
    for number, title, due_at, unit_id, column_id in rows:
        counts = states[number]
        is_movable = bool(counts) and set(counts) <= {*STILL, *STEPPED_BACK} and bool(set(counts) & {*STILL})
        unit, column = units.get(unit_id or 0, ""), columns.get(column_id or 0, "")
        made.append(Entry(number, title, due_at, unit, column, sum_of(counts), sum(counts.values()), is_movable))
    return [one for one in made if not wanted.sum or one.sum == wanted.sum][:most]


def _names(session: Session) -> tuple[dict[int, str], dict[int, str]]:
    """The short names of the units and the titles of the columns, by their numbers."""
    units = dict(session.exec(select(Unit.id, Unit.short)).all())
    return units, dict(session.exec(select(Column.id, Column.title)).all())


def _states(session: Session, since: datetime, last: datetime) -> Mapping[int, Mapping[str, int]]:
    """How many deliveries of each release due from ``since`` to ``last`` are in which state."""
    query = (
        select(Delivery.release_id, Delivery.state, func.count())
        .where(Delivery.release_id == Release.id, col(Release.due_at) >= since, col(Release.due_at) <= last)
        .group_by(col(Delivery.release_id), col(Delivery.state))
    )
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for number, state, count in session.exec(query):
        found[number][state] = count
    return found


def slots(session: Session, since: datetime, until: datetime, scope: Scope, column: str = "") -> list[Slot]:
    """The open issues due in [since, until) of columns in scope (the house's own are everybody's)."""
    mine = col(Column.unit_id).is_(None) | scope.over(Column.unit_id)
    query = (
        select(Issue, Column.title, Column.unit_id)
        .where(Issue.column_id == Column.id, Issue.state == "open", mine)
        .where(col(Issue.due_at) >= since, col(Issue.due_at) < until)
        .order_by(col(Issue.due_at), col(Issue.id))
    )
    if column:
        query = query.where(Column.slug == column)
    return [Slot(one.id, title, one.number, one.due_at, one.state, unit) for one, title, unit in session.exec(query)]


def alarm(session: Session, now: datetime) -> int:
    """Tell of every issue that comes out within two days and has no story; how many. Told once (a notice counts)."""
    query = (
        select(Issue, Column)
        .where(Issue.column_id == Column.id, Issue.state == "open", col(Issue.alarmed_at).is_(None))
        .where(col(Issue.due_at) > now, col(Issue.due_at) <= now + ALARM)
    )
    found = list(session.exec(query))
    for issue, column in found:
        when = f"{on_the_clock(issue.due_at)} 出刊"
        words = f"《{column.title}》第 {issue.number} 期 {when}，还没有稿件：请到“排期”里开始写。"
        notify(session, f"issue:{issue.id}", words, now, unit_id=column.unit_id)
        issue.alarmed_at = now
        session.add(issue)
    return len(found)
