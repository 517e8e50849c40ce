"""What an account may still send in the windows a release falls into: counted before it is scheduled."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, true
from sqlmodel import Session, col, select

from channels import registry
from channels.transport import Allowance, Connected
from cms.matrix import Account
from cms.matrix.wires import CallCount, window, window_end
from cms.releases.rows import Delivery, Release
from cms.releases.states import GONE

Condition = ColumnElement[bool] | bool
DONE = GONE | {"published", "amended", "withdraw_failed", "accepted", "confirming", "sending", "unknown", "reconciling"}
"""What these needed was counted when it was called."""


@dataclass(frozen=True, slots=True)
class Room:
    """One allowance of one account in the window of a release: what a send needs, and what is left for it.

    ``used``: called already; ``planned``: what other scheduled deliveries will need. ``until``: when the
    window ends."""

    account: Account
    allowance: Allowance
    needed: int
    used: int
    planned: int
    until: datetime

    @property
    def left(self) -> int:
        """What is left after this release; negative when it does not fit."""
        return self.allowance.count - self.allowance.reserve - self.used - self.planned - self.needed

    @property
    def sentence(self) -> str:
        """For the person who schedules."""
        per = {"minute": "这一分钟", "hour": "这一小时", "day": "当天", "month": "当月"}[self.allowance.per]
        count = self.allowance.count - self.allowance.reserve
        taken = self.used + self.planned
        words = f"“{self.account.name}”{per}“{self.allowance.call}”可用 {count} 次，已用和已排 {taken} 次"
        if self.left < 0:
            return f"{words}，这次要 {self.needed} 次，不够：多出的会等到额度恢复再发，请改期或少排几篇。"
        return f"{words}，排上这次还剩 {self.left} 次。"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a send ``at`` a moment needs of one allowance."""

    account: Account
    allowance: Allowance
    needed: int
    at: datetime


def room(session: Session, release: Release, at: datetime | None = None) -> list[Room]:
    """For every account with an interface, each allowance a publication of this release costs something of; ``at``:
    if it went out then."""
    query = select(Delivery).where(Delivery.release_id == release.id, col(Delivery.state).not_in(GONE))
    mine: dict[int, list[Delivery]] = {}
    for one in session.exec(query):
        mine.setdefault(one.account_id, []).append(one)
    accounts = {one.id: one for one in session.exec(select(Account).where(col(Account.id).in_(mine)))}
    wanted = [
        Wanted(accounts[account_id], allowance, needed, at or deliveries[0].due_at)
        for account_id, deliveries in mine.items()
        for allowance in _allowances(accounts[account_id])
        if (needed := sum(_cost(allowance, push=one.push) for one in deliveries))
    ]
    return _rooms(session, wanted, Delivery.release_id != release.id)


def room_at(session: Session, account: Account, at: datetime, *, push: bool, apart: Collection[int] = ()) -> list[Room]:
    """The same for one more publication of an account at ``at``; ``apart``: deliveries that do not count, for they
    would go along in it. What is posted by hand counts against the same allowances."""
    channel = registry.get(account.channel)
    known = channel.transport.allowances(account.settings) if isinstance(channel, Connected) else ()
    others = col(Delivery.id).not_in(apart)
    wanted = [Wanted(account, one, needed, at) for one in known if (needed := _cost(one, push=push))]
    return _rooms(session, wanted, others)


def _allowances(account: Account) -> tuple[Allowance, ...]:
    channel = registry.get(account.channel)
    if account.transport != "api" or not isinstance(channel, Connected):
        return ()
    return channel.transport.allowances(account.settings)


def _rooms(session: Session, wanted: Sequence[Wanted], apart: Condition) -> list[Room]:
    """All of them in a few statements, however many accounts: those of the same window together."""
    alike: dict[tuple[datetime, datetime], set[int]] = {}
    spans = []
    for one in wanted:
        since = window(one.allowance.per, one.at)
        spans.append((since, window_end(one.allowance.per, since)))
        alike.setdefault(spans[-1], set()).add(one.account.id)
    planned = {
        span: _tally(session, span, those, apart, col(Delivery.state).not_in(DONE)) for span, those in alike.items()
    }
    # Of what people post by hand nothing is called, so what is out is counted.
    is_out = col(Delivery.state).in_(("published", "amended", "withdraw_failed"))
    by_hand = {one.account.id for one in wanted if one.account.transport != "api"}
    out = {span: _tally(session, span, those & by_hand, true(), is_out) for span, those in alike.items()}
    accounts = {one.account.id for one in wanted}
    called = {
        (one.account_id, one.call): one
        for one in session.exec(select(CallCount).where(col(CallCount.account_id).in_(accounts)))
    }

    def used(one: Wanted, span: tuple[datetime, datetime]) -> int:
        if one.account.id in by_hand:
            return _sum(out[span], one)
        count = called.get((one.account.id, f"{one.allowance.call}:{one.allowance.per}"))
        return count.used if count and count.since == span[0] else 0

    return [
        Room(one.account, one.allowance, one.needed, used(one, span), _sum(planned[span], one), span[1])
        for one, span in zip(wanted, spans, strict=True)
    ]


def _tally(
    session: Session, span: tuple[datetime, datetime], accounts: Collection[int], apart: Condition, state: Condition
) -> Mapping[tuple[int, bool], int]:
    """How many deliveries of these accounts fall into a window: by account, and whether they are pushed."""
    if not accounts:
        return {}
    query = (
        select(Delivery.account_id, Delivery.push, func.count())
        .where(col(Delivery.account_id).in_(accounts), col(Delivery.due_at) >= span[0], col(Delivery.due_at) < span[1])
        .where(apart, state)
        .group_by(col(Delivery.account_id), col(Delivery.push))
    )
    return {(account, push): count for account, push, count in session.exec(query)}


def _sum(counted: Mapping[tuple[int, bool], int], one: Wanted) -> int:
    return sum(_cost(one.allowance, push=push) * counted.get((one.account.id, push), 0) for push in (False, True))


def _cost(allowance: Allowance, *, push: bool) -> int:
    return allowance.a_push if push else allowance.a_post
