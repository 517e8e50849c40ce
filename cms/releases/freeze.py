"""停发 (静默令): nothing in a scope starts, until somebody thaws it; and what its time passed under waits for a person.

The condition itself is ``halts.may_start``. Here are the decisions: to freeze, to exempt (豁免), to hold what fell due
meanwhile, to thaw, and to give each of these deliveries a new time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_
from sqlmodel import Session, col, select

from channels import registry
from cms import audit, review
from cms.db import utc
from cms.matrix import Account, Unit
from cms.people import name_of, notify
from cms.people.mandates import EXEMPT, FREEZE, THAW, Mandate, check_may
from cms.releases import exempting
from cms.releases.ahead import releases_in, why_early
from cms.releases.cancel import was_sent
from cms.releases.exempting import Exempt
from cms.releases.halts import against, exemptions, freezes, is_in
from cms.releases.recall_rows import Exemption, Freeze
from cms.releases.restored import is_doubtful
from cms.releases.rows import Delivery
from cms.releases.states import TERMINAL, move
from cms.releases.status import moment
from cms.releases.target import TargetError

COMING = ("planned", "rendered", "ready", "staged")
CLOSE = timedelta(minutes=10)
"""Two deliveries of an account nearer to each other than this are told as a collision."""
PAST = timedelta(minutes=5)
_FREE = {"lease_owner": "", "lease_until": None, "next_at": None}


class FreezeError(Exception):
    """Why this cannot be frozen, thawed or given that time, in one sentence with the remedy."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What is stopped: a unit with everything below it, a channel, a topic; "" is all of them."""

    unit: str = ""
    channel: str = ""
    topic: str = ""


# --------------------------------------------------------------------------- freeze


def freeze(
    session: Session,
    scope: Scope,
    reason: str,
    by: str,
    now: datetime,
    *,
    lets_flash: bool = True,
    lets: Sequence[Exempt] = (),
    why_lets: str = "",
) -> Freeze:
    """From this transaction on nothing in ``scope`` starts but ``lets``, exempt for the reason ``why_lets``; what is
    with a person already is told to them."""
    if not reason.strip():
        raise FreezeError("停发要写明原因，请用 --reason 写一句。")
    _check(session, scope)
    _check_may(session, scope.unit, by, FREEZE)
    row = Freeze(
        unit=scope.unit, channel=scope.channel, topic=scope.topic.strip(), lets_flash=lets_flash,
        reason=reason.strip(), by=by, at=utc(now),
    )  # fmt: skip
    session.add(row)
    session.flush()
    detail = {"scope": scope_words(session, row), "reason": row.reason, "lets_flash": lets_flash}
    audit.record(session, by, "freeze.begin", f"freeze:{row.id}", detail, now)
    _let(session, row, lets, why_lets, by, now)
    if out := len(_with_people(session, row)):
        words = f"停发 {row.id} 范围内有 {out} 份已交人工代发，还没有登记发布：请通知代发人先不要发。"
        notify(session, f"freeze:{row.id}", words, now)
    return row


def _with_people(session: Session, row: Freeze) -> set[int]:
    """The deliveries it would stop that somebody holds already to post by hand."""
    return set(session.exec(select(Delivery.id).where(Delivery.state == "handed_over", is_in(session, row))))


def _check(session: Session, scope: Scope) -> None:
    channels = set(session.exec(select(Account.channel)))
    if scope.channel and scope.channel not in channels:
        raise TargetError(f"没有渠道“{scope.channel}”，可用的有：{'、'.join(sorted(channels))}。")
    units = set(session.exec(select(Unit.slug)))
    if scope.unit and scope.unit not in units:
        raise TargetError(f"没有单位“{scope.unit}”，可用的有：{'、'.join(sorted(units))}。")


def _check_may(session: Session, unit: str, by: str, mandate: Mandate) -> None:
    """Where no unit is named the whole house stops: that is for those who rule it."""
    unit_id = session.exec(select(Unit.id).where(Unit.slug == unit)).one_or_none() if unit else None
    check_may(session, by, mandate, [unit_id])


def find_freeze(session: Session, number: int) -> Freeze:
    """The freeze with this number; FreezeError naming those that stand."""
    row = session.get(Freeze, number)
    if row is None:
        known = "、".join(str(one) for one in session.exec(select(Freeze.id))) or "（还没有）"
        raise FreezeError(f"没有停发 {number}，已有的：{known}（yigao freeze --list 可查）。")
    return row


def scope_words(session: Session, row: Freeze) -> str:
    """What a freeze stops, for people."""
    unit = session.exec(select(Unit).where(Unit.slug == row.unit)).one_or_none() if row.unit else None
    said = [
        f"{unit.name}及其下级" if unit else row.unit,
        registry.get(row.channel).title if row.channel else "",
        f"话题“{row.topic}”" if row.topic else "",
    ]
    words = "，".join(one for one in said if one) or "全省"
    if row.kept_at is not None:
        return f"{words}，恢复以后新写的快讯照发"
    return words if row.lets_flash else f"{words}，快讯也停"


def sentence(session: Session, row: Freeze) -> str:
    """停发中：why, by whom, since when; 恢复后核对：from which backup, too."""
    if row.kept_at is not None:
        kept, why = moment(row.kept_at), row.reason.rstrip("。")
        return f"恢复后核对：备份于 {kept}，由 {name_of(session, row.by)} 于 {moment(row.at)} 恢复（{why}）"
    return f"停发中：{row.reason.rstrip('。')}，由 {name_of(session, row.by)} 于 {moment(row.at)}"


def coming(session: Session, row: Freeze) -> int:
    """How many deliveries a freeze keeps from starting."""
    query = select(Delivery.id).where(col(Delivery.state).in_(COMING), is_in(session, row))
    return len(session.exec(query).all())


# --------------------------------------------------------------------------- exemptions


def exempt(
    session: Session, row: Freeze, wanted: Sequence[Exempt], reason: str, by: str, now: datetime
) -> list[Exemption]:
    """From this transaction on these start although the freeze stands: what is yet to come, at its time. What missed
    its time already waits for a person as before (``retime``). By who may order the freeze."""
    _check_stands(row)
    if not wanted:
        raise FreezeError("请写明豁免什么：一个账号、单位、栏目或一篇稿件。")
    held = _with_people(session, row)
    made = _let(session, row, wanted, reason, by, now)
    if free := len(held - _with_people(session, row)):
        notify(session, f"freeze:{row.id}", f"停发 {row.id} 豁免的有 {free} 份在代发人手里：请通知他们可以照发。", now)
    return made


def _let(
    session: Session, row: Freeze, wanted: Sequence[Exempt], reason: str, by: str, now: datetime
) -> list[Exemption]:
    if not wanted:
        return []
    if not reason.strip():
        raise FreezeError("豁免要写明原因，请写一句。")
    _check_may(session, row.unit, by, EXEMPT)
    made = []
    for one in wanted:
        found = exempting.row_of(session, row, one, reason.strip(), by, now)
        _check_new(session, row, found)
        session.add(found)
        session.flush()
        detail = {"exemption": found.id, "what": exempting.named(session, found), "reason": found.reason}
        audit.record(session, by, "freeze.exempt", f"freeze:{row.id}", detail, now)
        made.append(found)
    return made


def _check_new(session: Session, row: Freeze, found: Exemption) -> None:
    mine = (found.unit_id, found.account_id, found.story_id, found.topic)
    for one in exemptions(session, [row])[row.id]:
        if (one.unit_id, one.account_id, one.story_id, one.topic) == mine:
            raise FreezeError(f"停发 {row.id} 已经豁免了{exempting.named(session, one)}，不用再加。")


def end_exemption(session: Session, row: Freeze, number: int, reason: str, by: str, now: datetime) -> Exemption:
    """The freeze stops it again from this transaction on; FreezeError when it lets no such thing go."""
    _check_stands(row)
    if not reason.strip():
        raise FreezeError("收回豁免要写明原因，请写一句。")
    _check_may(session, row.unit, by, EXEMPT)
    standing = {one.id: one for one in exemptions(session, [row])[row.id]}
    if number not in standing:
        known = "、".join(map(str, standing)) or "（没有）"
        raise FreezeError(f"停发 {row.id} 没有正在生效的豁免 {number}，生效的有：{known}。")
    held, found = _with_people(session, row), standing[number]
    found.ended_by, found.ended_at = by, utc(now)
    session.add(found)
    session.flush()
    detail = {"exemption": number, "what": exempting.named(session, found), "reason": reason.strip()}
    audit.record(session, by, "freeze.exempt.end", f"freeze:{row.id}", detail, now)
    if out := len(_with_people(session, row) - held):
        words = f"停发 {row.id} 收回豁免，有 {out} 份已交人工代发，还没有登记发布：请通知代发人先不要发。"
        notify(session, f"freeze:{row.id}", words, now)
    return found


def _check_stands(row: Freeze) -> None:
    if row.thawed_at is not None:
        raise FreezeError(f"停发 {row.id} 已经解除，用不着豁免。")


# --------------------------------------------------------------------------- what fell due meanwhile


def hold_overdue(session: Session, now: datetime) -> list[Delivery]:
    """Hold what fell due under a freeze, the first freeze it is in; those, as they now are. None of them goes out by
    itself any more, whoever thaws what."""
    waits = and_(
        col(Delivery.state).in_(("ready", "staged")),
        col(Delivery.due_at) <= now,
    )
    # What would have gone on by itself at a time that has come by now; what is only asked about still is.
    goes_on = and_(col(Delivery.state) == "held", col(Delivery.next_at) <= now, col(Delivery.remote_id) == "")
    held: dict[int, Delivery] = {}
    for row in freezes(session):
        query = select(Delivery).where(or_(waits, goes_on), is_in(session, row)).order_by(col(Delivery.id))
        for one in session.exec(query).all():
            held.setdefault(one.id, _stop(session, one, row, now))
    return list(held.values())


def _stop(session: Session, delivery: Delivery, row: Freeze, now: datetime) -> Delivery:
    why = f"停发期间错过发布时间（停发 {row.id}：{row.reason.rstrip('。')}）"
    reason = f"{why}，请用 yigao thaw {row.id} 逐份定新的时间或取消。"
    if row.kept_at is not None:
        why = f"恢复备份以后错过了发布时间（停发 {row.id}），备份以后可能发过又撤下"
        reason = f"{why}：请在“恢复后核对”里（yigao restored）看过，逐份定新的时间或取消。"
    return move(session, delivery, "hold", actor="pipeline", now=now, reason=reason, frozen_by=row.id, **_FREE)


# --------------------------------------------------------------------------- thaw


@dataclass(frozen=True, slots=True)
class Thawed:
    """What a thaw left: ``stopped`` waits for a person; ``still`` went over to another freeze that stands; ``ahead``
    counts what goes out at its own time."""

    row: Freeze
    stopped: tuple[Delivery, ...]
    still: tuple[Delivery, ...]
    ahead: int


def thaw(session: Session, row: Freeze, by: str, reason: str, now: datetime) -> Thawed:
    """End a freeze. What fell due under it stays held, until somebody gives it a time or cancels it; what is in
    another freeze is that one's from now on."""
    if not reason.strip():
        raise FreezeError("解除停发要写明原因，请用 --reason 写一句。")
    _check_may(session, row.unit, by, THAW)
    if row.kept_at is not None and row.thawed_at is None:
        raise FreezeError(f"停发 {row.id} 是恢复备份以后的核对：请打开“恢复后核对”，或用 yigao restored --done 确认。")
    return end(session, row, by, reason, now)


def end(session: Session, row: Freeze, by: str, reason: str, now: datetime) -> Thawed:
    """The same, once it is asked whether ``by`` may and the freeze can be ended."""
    if row.thawed_at is None:
        hold_overdue(session, now)
        row.thawed_by, row.thawed_at = by, utc(now)
        session.add(row)
        session.flush()
        audit.record(session, by, "freeze.thaw", f"freeze:{row.id}", {"reason": reason.strip()}, now)
    still = []
    for one in stopped(session, row):
        others = against(session, one)
        if others:
            still.append(_stop(session, one, others[0], now))
    return Thawed(row, tuple(stopped(session, row)), tuple(still), coming(session, row))


def stopped(session: Session, row: Freeze) -> list[Delivery]:
    """What waits for a person because its time passed under this freeze, by its old time."""
    query = select(Delivery).where(Delivery.frozen_by == row.id, Delivery.state == "held")
    return list(session.exec(query.order_by(col(Delivery.due_at), col(Delivery.id))))


def let_go(session: Session, row: Freeze) -> list[Delivery]:
    """Of what missed its time under this freeze: what nothing stops any more since it was exempt, so that it may be
    given a new time now."""
    return [one for one in stopped(session, row) if not against(session, one)]


def retime(session: Session, delivery: Delivery, at: datetime, by: str, reason: str, now: datetime) -> Delivery:
    """Let a stopped delivery go out at a new time, as it was signed. The release's rule for lateness counts from
    there. After a restoring it is looked for first, like anything else; a push, which cannot be, is decided by itself.
    SignError when the story was edited since (I6)."""
    if delivery.state != "held" or delivery.frozen_by is None:
        raise FreezeError(
            f"投递 {delivery.key[:8]} 不是停发期间停下的，请用 yigao why {delivery.key[:8]} 看它能做什么。"
        )
    check_may(session, by, THAW, [session.get_one(Account, delivery.account_id).unit_id])
    if frozen := against(session, delivery):
        words = f"它还在停发 {frozen[0].id} 里：请先解除停发，或给它豁免（yigao exempt {frozen[0].id}）。"
        raise FreezeError(f"投递 {delivery.key[:8]} 现在不能定新的时间，{words}")
    if at < now - PAST:
        raise FreezeError(f"新的时间 {moment(at)} 已经过去，请写将来的时间。")
    if was_sent(session, delivery) or (delivery.push and is_doubtful(session, delivery)):
        raise FreezeError(f"投递 {delivery.key[:8]} 可能已经发出，请先到平台后台看，再用 yigao retry 或 yigao adopt。")
    if delivery.expires_at is not None and delivery.expires_at <= at:
        raise FreezeError(f"这条快讯 {moment(delivery.expires_at)} 解除，不能再排到那之后，请取消（--cancel）。")
    lead = session.get(Delivery, delivery.lead_id) if delivery.lead_id else None
    if lead is not None and lead.state not in TERMINAL and lead.due_at > at:
        raise FreezeError(f"它转载的首发稿 {moment(lead.due_at)} 才发，请排在那之后。")
    if early := why_early(session, releases_in(session, delivery), at):
        raise FreezeError(early)
    sealed = session.get_one(review.SealedSet, delivery.sealed_set_id)
    review.check_unchanged(session, sealed)
    changes: dict[str, Any] = {"due_at": utc(at), "deadline": None, "frozen_by": None, "staged": {}, "deaths": 0}
    was = moment(delivery.due_at)
    words = f"{reason.strip()}（原定 {was}，改到 {moment(at)}）"
    return move(session, delivery, "thaw", actor=by, now=now, reason=words, **changes, **_FREE)


def collisions(session: Session, deliveries: Sequence[Delivery]) -> list[str]:
    """Where a delivery now goes out within minutes of another one of its account: one sentence an account and time."""
    found: dict[tuple[int, datetime], set[int]] = {}
    for one in deliveries:
        near = select(Delivery.id).where(
            Delivery.account_id == one.account_id,
            col(Delivery.state).in_((*COMING, "held", "handed_over")),
            col(Delivery.frozen_by).is_(None),
            col(Delivery.due_at) > one.due_at - CLOSE,
            col(Delivery.due_at) < one.due_at + CLOSE,
        )
        others = {*session.exec(near)} | {one.id}
        if len(others) > 1:
            found.setdefault((one.account_id, one.due_at), set()).update(others)
    said = []
    for (account_id, at), those in found.items():
        account = session.get_one(Account, account_id)
        said.append(
            f"“{account.name}”（{account.key}）{moment(at)} 前后十分钟内有 {len(those)} 份，会接连发出，请错开。"
        )
    return said
