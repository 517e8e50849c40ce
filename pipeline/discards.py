"""丢弃草稿: what a platform still keeps unseen of a delivery that was taken back or superseded is thrown away.

Nobody sees such a draft, but whoever opens the platform's console could publish it. The order is that of a send: the
intent is committed, the platform is called, the answer is committed. A draft that is gone already is no trouble, unless
somebody published it in between: then its address is told, for a person to take it down.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam, exists, update
from sqlmodel import Session, col, func, select

from channels import canonical
from channels.contract import ChannelError, UnknownOutcome
from channels.transport import Discards, Sent, Staged
from cms import audit
from cms.db import ask, fetch, read_scope, session_scope
from cms.matrix import Account
from cms.people import notify
from cms.releases import CLEAR_NO, Attempt, Delivery, Receipt, moment
from cms.releases.handling import PREFIX
from pipeline import crash, ledger, outcome
from pipeline.clock import TimeSource
from pipeline.house import House
from pipeline.seeing import credential_of, out_by_hand

STEP = "discard"
OVER = ("discarded", "not_there", "by_hand", "given_up")
ENDED = ("cancelled", "superseded")
AT_ONCE = 20
"""So many drafts at one time, so that a year's worth does not stand before what is due."""
TRIES = 8
BUSY = timedelta(minutes=5)
"""So long a call that was announced is another worker's; after that its worker died of it."""

_MINE = col(Attempt.delivery_id) == col(Delivery.id)
_STAGED = exists().where(_MINE, col(Attempt.step) == "stage", col(Attempt.outcome).not_in(sorted(CLEAR_NO)))
_OVER = exists().where(_MINE, col(Attempt.step) == STEP, col(Attempt.outcome).in_(OVER))
_WAS_OUT = exists().where(col(Receipt.delivery_id) == col(Delivery.id), col(Receipt.state) == "published")
_WIRED = select(Account.channel).where(Account.transport == "api").distinct()
_ENDED = (
    select(Delivery, Account)
    .where(Delivery.account_id == Account.id, Account.transport == "api")
    .where(col(Account.channel).in_(bindparam("able", expanding=True)))
    .where(col(Delivery.state).in_(ENDED), _STAGED, ~_OVER, ~_WAS_OUT)
    .order_by(col(Delivery.id))
)
_TRIES = (col(Attempt.delivery_id) == bindparam("delivery"), col(Attempt.step) == STEP)
_TRIED = select(func.count(), func.max(Attempt.began_at)).where(*_TRIES)
_OPEN = select(Attempt.id).where(*_TRIES, col(Attempt.ended_at).is_(None)).limit(1)


def known_points() -> tuple[str, ...]:
    """The crash points of this road."""
    return ("discard.announced", "discard.answered", "discard.kept")


def discard(house: House, clock: TimeSource, owner: str = "clock") -> int:
    """Throw away what is due; how many drafts were asked about."""
    with read_scope(house.engine) as session:
        waiting = _due(session, house, clock())
    return sum(_one(house, delivery, account, clock, owner) for delivery, account in waiting)


def _due(session: Session, house: House, now: datetime) -> list[tuple[Delivery, Account]]:
    """What lay, or may lie, on a platform that keeps drafts, and was never out; those that failed, when they rested."""
    wired = ask(session, _WIRED).scalars()
    able = [name for name in wired if isinstance(house.wires.transport(name), Discards)]
    rows = fetch(session, _ENDED, able=able) if able else []
    return [(delivery, account) for delivery, account in rows if _has_rested(session, delivery, now)][:AT_ONCE]


def _has_rested(session: Session, delivery: Delivery, now: datetime) -> bool:
    tries, last = ask(session, _TRIED, delivery=delivery.id).one()
    is_open = ask(session, _OPEN, delivery=delivery.id).first()
    return last is None or now - last >= max(outcome.back_off(tries), BUSY if is_open is not None else timedelta())


def _one(house: House, delivery: Delivery, account: Account, clock: TimeSource, owner: str) -> int:
    if not _announce(house, delivery, clock(), owner):
        return 0
    crash.point("discard.announced")
    try:
        transport = house.wires.transport(account.channel)
        credential = credential_of(house, account, clock)
        staged: Staged | None = canonical.build(Staged, delivery.staged) if delivery.staged else None
        was_there = isinstance(transport, Discards) and transport.discard(staged, delivery.key, credential)
        found = () if was_there else out_by_hand(house, delivery, transport, credential)
    except ChannelError as error:
        _stumble(house, delivery, account, error, clock())
        return 1
    crash.point("discard.answered")
    _keep(house, delivery, account, was_there, found, clock())
    crash.point("discard.kept")
    return 1


def _announce(house: House, delivery: Delivery, now: datetime, owner: str) -> bool:
    """The intent, and the row fenced: of two who came at once one goes on."""
    rows = Delivery.__table__  # type: ignore[attr-defined]
    with session_scope(house.engine) as session:
        mine = update(rows).where(rows.c.id == delivery.id, rows.c.fence == delivery.fence)
        if session.connection().execute(mine.values(fence=delivery.fence + 1)).rowcount != 1:
            return False
        ledger.end_attempts(session, delivery, "died", now)
        fenced = session.get_one(Delivery, delivery.id)
        request = canonical.digest({"discard": fenced.staged, "key": fenced.key})
        ledger.begin_attempt(session, fenced, STEP, request, owner, now)
    return True


def _keep(
    house: House, delivery: Delivery, account: Account, was_there: bool, found: Sequence[Sent], now: datetime
) -> None:
    where = "、".join(item.address or item.remote_id for one in found for item in one.items)
    result = "discarded" if was_there else "by_hand" if found else "not_there"
    note = {
        "discarded": "平台回答：草稿已删除",
        "not_there": "草稿箱里已经没有这一份，平台上也没有发布",
        "by_hand": f"草稿箱里没有，平台上已经有人发布了：{where}",
    }[result]
    with session_scope(house.engine) as session:
        ledger.end_attempts(session, delivery, result, now)
        session.add(Receipt(delivery_id=delivery.id, state=result, at=now, note=note))
        _note(session, delivery, result, note, now)
        if result == "by_hand":
            words = (
                f"“{account.name}”上有一份已经取消或换掉的草稿，被人在平台后台发布了：{where or '平台后台'}。"
                f"请到后台删除它（投递 {delivery.key[:PREFIX]}，yigao why {delivery.key[:PREFIX]} 看来龙去脉）。"
            )
            notify(session, f"delivery:{delivery.id}", words, now, account.unit_id)


def _stumble(house: House, delivery: Delivery, account: Account, error: ChannelError, now: datetime) -> None:
    """Asked again later: deleting what is deleted changes nothing. After so many times it is a person's."""
    with session_scope(house.engine) as session:
        tries, _ = ask(session, _TRIED, delivery=delivery.id).one()
        is_over = tries >= TRIES and not isinstance(error, UnknownOutcome)
        ledger.end_attempts(session, delivery, "given_up" if is_over else type(error).__name__, now)
        if is_over:
            _note(session, delivery, "given_up", error.sentence, now)
            words = (
                f"“{account.name}”草稿箱里有一份已经取消或换掉的草稿没有删成：{error.sentence}"
                f"请到平台后台的草稿箱里删除它，不要发布"
                f"（投递 {delivery.key[:PREFIX]}，原定 {moment(delivery.due_at)}）。"
            )
            notify(session, f"delivery:{delivery.id}", words, now, account.unit_id)


def _note(session: Session, delivery: Delivery, result: str, note: str, now: datetime) -> None:
    state = session.get_one(Delivery, delivery.id).state
    detail = {"from": state, "to": state, "outcome": result, "reason": note}
    audit.record(session, "pipeline", "delivery.discard", f"delivery:{delivery.id}", detail, now)
