"""改期: a release goes out at another time. What is told before it is decided, and the decision.

What was signed is what goes out, not when; a signed release is moved by somebody who may sign (``cms.web.permits``),
with a reason, and the log keeps both times. What has begun does not move.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from cms import audit
from cms.db import utc
from cms.matrix import Account
from cms.people.mandates import RETIME, RETIME_SIGNED, check_may
from cms.people.notices import notify
from cms.releases.ahead import overtaking, overtaking_bound, releases_in, why_early
from cms.releases.plan import FURTHEST, TOO_FAR
from cms.releases.quota import room
from cms.releases.rows import Delivery, Release, ReleaseStory
from cms.releases.states import GONE, NEEDS_SIGNATURE, STATE_NAMES, TERMINAL, move
from cms.review import ADOPTED, Submission
from cms.stories import Column, Issue, IssueError, Story, Workdays, move_issue

SHANGHAI = ZoneInfo("Asia/Shanghai")
STILL = ("planned", "rendered", "ready")
QUIET_FROM, QUIET_TO = time(22), time(7)
"""Beijing time: who publishes then is asked once more."""
CLOSE = timedelta(minutes=10)
PAST = timedelta(minutes=1)


class MoveError(Exception):
    """Why this release cannot be moved there, in one sentence with the remedy."""


@dataclass(frozen=True, slots=True)
class Moving:
    """What another time would mean: ``signed`` tells that signatures stand; ``warnings`` are sentences; ``units`` are
    those whose accounts it goes out on."""

    signed: bool
    warnings: tuple[str, ...]
    units: frozenset[int] = frozenset()


def on_the_clock(at: datetime) -> str:
    """A moment as people say it, Beijing time: 11月25日 09:00."""
    local = at.astimezone(SHANGHAI)
    return f"{local.month}月{local.day}日 {local:%H:%M}"


def on_the_wall(at: datetime) -> str:
    """The time of the day, Beijing time: 23:05."""
    return f"{at.astimezone(SHANGHAI):%H:%M}"


def is_quiet(at: datetime) -> bool:
    """Whether it is night in Beijing: readers sleep, and few are on duty."""
    local = at.astimezone(SHANGHAI).time()
    return local >= QUIET_FROM or local < QUIET_TO


def look(session: Session, release: Release, to: datetime, days: Workdays, now: datetime) -> Moving:
    """What moving it there would mean; MoveError when it cannot be."""
    mine = _movable(session, release, to, now)
    warnings = (*hours(to, days), *_collisions(session, mine, to - release.due_at), *_quota(session, release, to))
    return Moving(_is_signed(mine), warnings, _units(session, mine))


def reschedule(session: Session, release: Release, to: datetime, by: str, reason: str, now: datetime) -> list[Issue]:
    """Move it, each delivery by as much (a reprint stays so long after its lead); the issues that went along."""
    mine = _movable(session, release, to, now)
    if _is_signed(mine) and not reason.strip():
        raise MoveError("这张发布单已经签发，改期要写明原因。")
    check_may(session, by, RETIME_SIGNED if _is_signed(mine) else RETIME, _units(session, mine))
    was = release.due_at
    _put(session, release, mine, to, by, reason.strip(), now)
    _take_along(session, release, by, now)
    return [one for one in _issues(session, release, was) if _follows(session, one, release.due_at, by, now)]


def _put(
    session: Session, release: Release, mine: Sequence[Delivery], to: datetime, by: str, reason: str, now: datetime
) -> None:
    by_how_much, was = utc(to) - release.due_at, release.due_at
    words = f"{reason or '改期'}（原定 {on_the_clock(was)}，改到 {on_the_clock(to)}）"
    for one in mine:
        move(session, one, "retime", actor=by, now=now, reason=words, due_at=one.due_at + by_how_much)
    release.due_at = utc(to)
    session.add(release)
    for sent in session.exec(select(Submission).where(Submission.release_id == release.id)):
        sent.due_at, sent.alarmed_at = release.due_at, None  # whoever has to sign it is told the new time
        session.add(sent)
    detail = {"from": was.isoformat(), "to": release.due_at.isoformat(), "reason": reason}
    audit.record(session, by, "release.move", f"release:{release.id}", detail, now)


def _take_along(session: Session, release: Release, by: str, now: datetime) -> None:
    """What units below adopted of it does not go out before it: it moves to its new time, and they are told; where it
    has begun, or is bound into a push, they are told alone."""
    for adopted, own in overtaking(session, release):
        was, name = own.due_at, session.get_one(Story, adopted.story_id).headline
        query = select(Delivery).where(Delivery.release_id == own.id, col(Delivery.state).not_in(GONE))
        theirs = list(session.exec(query.order_by(col(Delivery.id))))
        if not theirs:
            continue
        words = f"采用的《{name}》，发稿单位改到了 {on_the_clock(release.due_at)}"
        if all(one.state in STILL and not one.push for one in theirs):
            _put(session, own, theirs, release.due_at, by, "发稿单位改期，采用的跟着改", now)
            words += f"，本单位的从 {on_the_clock(was)} 跟着改到同一时间；要再晚请自己改期。"
        else:
            words += f"，本单位定在 {on_the_clock(was)}，不能抢先：请马上改期或取消。"
        notify(session, f"submission:{adopted.id}", words, now, adopted.unit_id, [adopted.sender_id])
    for adopted, push in overtaking_bound(session, release):
        name = session.get_one(Story, adopted.story_id).headline
        words = f"采用的《{name}》，发稿单位改到了 {on_the_clock(release.due_at)}，本单位已把它组进"
        words += f" {on_the_clock(push.due_at)} 的推送：不能抢先，到时间也不会发出，请马上给推送改期或移出这一篇。"
        notify(session, f"submission:{adopted.id}", words, now, adopted.unit_id, [adopted.sender_id])


def _issues(session: Session, release: Release, was: datetime) -> list[Issue]:
    """The issues this release was the hour of. A unit that adopted the story moves only its own copies."""
    if release.policy == ADOPTED.name:
        return []
    query = select(Issue).where(
        Issue.id == Story.issue_id,
        Story.id == ReleaseStory.story_id,
        ReleaseStory.release_id == release.id,
        Issue.state == "filled",
        Issue.due_at == was,
    )
    return list(session.exec(query))


def _follows(session: Session, issue: Issue, to: datetime, by: str, now: datetime) -> bool:
    """Whether the issue went along; where the time is another issue's it keeps its own in the column."""
    try:
        move_issue(session, session.get_one(Column, issue.column_id), issue, to, by, now)
    except IssueError:
        return False
    return True


def _units(session: Session, mine: Sequence[Delivery]) -> frozenset[int]:
    """Whose accounts these go out on."""
    accounts = {one.account_id for one in mine}
    return frozenset(session.exec(select(Account.unit_id).where(col(Account.id).in_(accounts))))


def _is_signed(mine: Sequence[Delivery]) -> bool:
    """Whether the last signature was given: what is sealed alone is still in review."""
    return any(one.state in NEEDS_SIGNATURE for one in mine)


def _movable(session: Session, release: Release, to: datetime, now: datetime) -> list[Delivery]:
    """Its deliveries that are still to come; MoveError when one has begun, or the time is no time."""
    query = select(Delivery).where(Delivery.release_id == release.id, col(Delivery.state).not_in(GONE))
    mine = list(session.exec(query.order_by(col(Delivery.id))))
    if not mine:
        raise MoveError("这张发布单没有要发的投递了，请重新排一张。")
    if out := next((one for one in mine if one.state in TERMINAL), None):
        raise MoveError(f"这张发布单已有投递{STATE_NAMES[out.state]}，已发出的不能改期；要改内容请走更正。")
    if voided := [one for one in mine if one.voided_by is not None]:
        raise MoveError(f"稿件在签发后改过，有 {len(voided)} 份停着：请先在发布单里定下发哪一版，再改期。")
    if begun := next((one for one in mine if one.state not in STILL), None):
        name = STATE_NAMES[begun.state]
        raise MoveError(f"这张发布单已有投递在“{name}”，不能改期；没发出的可以先取消，再重新排。")
    if release.flash:
        raise MoveError("快讯签发后立刻发出，不排期。")
    if to < now - PAST:
        raise MoveError(f"{on_the_clock(to)} 已经过去，请选将来的时间。")
    if to > now + FURTHEST:
        raise MoveError(TOO_FAR)
    if early := why_early(session, releases_in(session, *mine), to):
        raise MoveError(early)
    return mine


def hours(to: datetime, days: Workdays) -> list[str]:
    """Nights and free days."""
    local = to.astimezone(SHANGHAI)
    said = []
    if is_quiet(to):
        said.append(f"{on_the_wall(to)} 是夜间静默时段（22:00 到 7:00），读者已休息，值班也少，确定要这时发吗？")
    if days.is_off(local.date()):
        words = days.words(local.date()) or "周末"
        said.append(f"{local.month}月{local.day}日是{words}，请确认有人值班。")
    if local.year not in days.years:
        said.append(f"{local.year} 年的放假安排还没有导入，这里只按周末算；管理员可以在“排期 → 放假安排”里导入。")
    return said


def _collisions(session: Session, mine: Sequence[Delivery], by_how_much: timedelta) -> list[str]:
    """Others of the same accounts within minutes of the new times, one sentence for all of a moment."""
    times = [one.due_at + by_how_much for one in mine]
    near = select(Delivery, Account).where(
        Delivery.account_id == Account.id,
        col(Delivery.account_id).in_({one.account_id for one in mine}),
        col(Delivery.release_id) != mine[0].release_id,
        col(Delivery.state).in_((*STILL, "staged", "held", "handed_over")),
        col(Delivery.due_at) > min(times) - CLOSE,
        col(Delivery.due_at) < max(times) + CLOSE,
    )
    wanted = {one.account_id: one.due_at + by_how_much for one in mine}
    hit = [(one, account) for one, account in session.exec(near) if abs(one.due_at - wanted[one.account_id]) < CLOSE]
    if not hit:
        return []
    names = list(dict.fromkeys(account.name for _, account in hit))
    shown = "、".join(names[:3]) + (f"等 {len(names)} 个账号" if len(names) > 3 else "")
    at = on_the_clock(min(one.due_at for one, _ in hit))
    return [f"{shown}在前后十分钟内已有发布（{at}），会挨着发出，建议错开。"]


def _quota(session: Session, release: Release, to: datetime) -> list[str]:
    """What the accounts' allowances would lack in the window it moves to."""
    return [one.sentence for one in room(session, release, to) if one.left < 0][:3]
