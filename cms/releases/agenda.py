"""What goes out when: releases and issues of a span of time, for the schedule; and the alarms of issues nobody has
sent to review."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from cms.matrix import Account, Unit
from cms.people import Person, Scope, notify
from cms.people.duty import overseers
from cms.people.roles import tree
from cms.releases.earlier import is_over, is_past
from cms.releases.moving import STILL, on_the_clock
from cms.releases.rows import Delivery, Release, ReleaseStory
from cms.review import ADOPTED, Submission, submissions
from cms.stories import OPEN_AHEAD, Column, Issue, Story, newest

ALARM = OPEN_AHEAD
DANGER = timedelta(hours=2)
STEPS = (ALARM, timedelta(hours=24), DANGER)
"""So long before its time an issue that is not sent to review is told; in danger, to those who answer for it too."""
STAGES: Mapping[str, str] = {
    "open": "尚无稿件",
    "writing": "在写",
    "returned": "被退回",
    "review": "审稿中",
    "overtaken": submissions.OVERTAKEN,
    "closed": "没有人写，时间已过",
}
"""How far an issue is that nobody has signed."""
_STAGE_SENT = {
    **dict.fromkeys(submissions.OPEN, "review"),
    **dict.fromkeys(("returned", "stopped"), "returned"),
    "signed": "",
}
_URGED = {
    "open": "还没有稿件：请到“排期”里开始写。",
    "writing": "稿件在写，还没有送审：请写好送审。",
    "returned": "稿件被退回，还没有重新送审：请改好送审。",
    "overtaken": "稿件送审后改过，还没有重新送审：请重新送审。",
}
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
    """One issue that nobody has signed yet. ``state``: how far it is, a key of STAGES; ``unit_id``, ``slug``: its
    column's; ``story``: its story's name, "" where there is none or it is somebody else's."""

    id: int
    column: str
    number: int
    due_at: datetime
    state: str
    unit_id: int | None
    story: str = ""
    slug: str = ""


def sum_of(states: Iterable[str]) -> str:
    """What a release with deliveries in these states comes to."""
    found = {_BEHIND[one] for one in states}
    return next((one for one in SUMS if one in found), "gone")


def entries(session: Session, since: datetime, until: datetime, wanted: Wanted, most: int = MOST) -> list[Entry]:
    """The releases due in [since, until), by time, the first ``most`` of them; four statements however many there
    are. What another release took the place of (``earlier``) is there for whoever asks for what was cancelled."""
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
    if wanted.sum != "gone":
        query = query.where(~is_over())
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
    states = _states(session, since, rows[-1].due_at if rows else since, wanted.sum == "gone")
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


def _states(session: Session, since: datetime, last: datetime, everything: bool) -> Mapping[int, Mapping[str, int]]:
    """How many deliveries of each release due from ``since`` to ``last`` are in which state, without what is history
    but where ``everything`` is asked for."""
    query = (
        select(Delivery.release_id, Delivery.state, func.count())
        .where(Delivery.release_id == Release.id, col(Release.due_at) >= since, col(Release.due_at) <= last)
        .group_by(col(Delivery.release_id), col(Delivery.state))
    )
    if not everything:
        query = query.where(~is_past())
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for number, state, count in session.exec(query):
        found[number][state] = count
    return found


def slots(session: Session, since: datetime, until: datetime, scope: Scope, column: str = "") -> list[Slot]:
    """The issues due in [since, until) that nobody has signed yet, of columns in scope (the house's own are
    everybody's)."""
    wanted: list[ColumnElement[bool]] = [col(Column.unit_id).is_(None) | scope.over(Column.unit_id)]
    wanted += [col(Issue.due_at) >= since, col(Issue.due_at) < until]
    if column:
        wanted.append(col(Column.slug) == column)
    return [
        Slot(
            issue.id, own.title, issue.number, issue.due_at, stage, own.unit_id,
            story.slug if story is not None and scope.holds(story.unit_id) else "", own.slug,
        )
        for issue, own, story, stage in _unsigned(session, *wanted)
    ]  # fmt: skip


def _unsigned(session: Session, *wanted: ColumnElement[bool]) -> list[tuple[Issue, Column, Story | None, str]]:
    """The issues whose story is still to be written, sent or signed, by time, each with how far it is (STAGES)."""
    query = (
        select(Issue, Column, Story)
        .join(Column, col(Column.id) == col(Issue.column_id))
        .outerjoin(Story, (col(Story.issue_id) == col(Issue.id)) & col(Story.binned_at).is_(None))
        .where(col(Issue.state).in_(("open", "filled", "closed")), *wanted)
        .order_by(col(Issue.due_at), col(Issue.id))
    )
    rows: Sequence[tuple[Issue, Column, Story | None]] = session.exec(query).all()
    own = (col(Submission.story_id).in_([one.id for _, _, one in rows if one]), Submission.policy != ADOPTED.name)
    is_old = submissions.newest_hash() != col(Submission.manuscript_hash)
    asked = select(Submission.story_id, Submission.state, is_old).where(*own).order_by(col(Submission.id))
    sent = {number: (state, old) for number, state, old in session.exec(asked)}
    found = [(issue, column, story, _stage(issue, story, sent)) for issue, column, story in rows]
    return [one for one in found if one[3]]


def _stage(issue: Issue, story: Story | None, sent: Mapping[int, tuple[str, bool]]) -> str:
    """How far an issue is, "" where it is signed; ``sent``: what became of each story's newest submission, and whether
    the story says something else by now."""
    if story is None:
        return issue.state if issue.state in ("open", "closed") else ""
    if story.id not in sent:
        return "writing" if story.state == "draft" else ""  # what is released by command stands for itself
    state, is_old = sent[story.id]
    stage = _STAGE_SENT.get(state, "writing")
    return "overtaken" if stage == "review" and is_old else stage


def alarm(session: Session, now: datetime) -> int:
    """Tell of every issue that comes out within two days and is not written, or not sent to review: at each of STEPS
    once. How many. What is in review is told by ``submitting.alarm``; what was changed since, when in danger."""
    told = 0
    for issue, column, story, stage in _unsigned(session, col(Issue.due_at) > now, col(Issue.due_at) <= now + ALARM):
        step = min(one for one in STEPS if issue.due_at - now <= one)
        is_told = stage == "review" or (stage == "overtaken" and step == DANGER)
        if is_told or (issue.alarmed_at is not None and issue.alarmed_at >= issue.due_at - step):
            continue
        when = f"{on_the_clock(issue.due_at)} 出刊" + ("，只剩不到两小时" if step == DANGER else "")
        words = f"《{column.title}》第 {issue.number} 期 {when}，{_URGED[stage]}"
        notify(session, f"issue:{issue.id}", words, now, column.unit_id, _meant(session, column, story, step))
        issue.alarmed_at = now
        session.add(issue)
        told += 1
    return told


def _meant(session: Session, column: Column, story: Story | None, step: timedelta) -> list[int]:
    """Who is told by name: whoever wrote last, and in danger those who answer for the unit too."""
    last = newest(session, story) if story is not None else None
    people = list(session.exec(select(Person.id).where(Person.login == last.author))) if last else []
    unit_id = column.unit_id or tree(session).top
    return [*people, *(overseers(session, unit_id) if step == DANGER and unit_id else ())]
