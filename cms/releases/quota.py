"""What an account may still send in the windows a release falls into: counted before it is scheduled."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement
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


def room(session: Session, release: Release, at: datetime | None = None) -> list[Room]:
    """For every account with an interface, each allowance a publication of this release costs something of; ``at``:
    if it went out then."""
    query = select(Delivery).where(Delivery.release_id == release.id, col(Delivery.state).not_in(GONE))
    mine: dict[int, list[Delivery]] = {}
    for one in session.exec(query):
        mine.setdefault(one.account_id, []).append(one)
    found = []
    for account_id, deliveries in mine.items():
        account = session.get_one(Account, account_id)
        for allowance in _allowances(account):
            needed = sum(_cost(allowance, push=one.push) for one in deliveries)
            others = Delivery.release_id != release.id
            found.append(_room(session, account, allowance, needed, at or deliveries[0].due_at, others))
    return [one for one in found if one.needed]


def room_at(session: Session, account: Account, at: datetime, *, push: bool, apart: Collection[int] = ()) -> list[Room]:
    """The same for one more publication of an account at ``at``; ``apart``: deliveries that do not count, for they
    would go along in it. What is posted by hand counts against the same allowances."""
    channel = registry.get(account.channel)
    known = channel.transport.allowances(account.settings) if isinstance(channel, Connected) else ()
    others = col(Delivery.id).not_in(apart)
    found = [_room(session, account, one, _cost(one, push=push), at, others) for one in known]
    return [one for one in found if one.needed]


def _allowances(account: Account) -> tuple[Allowance, ...]:
    channel = registry.get(account.channel)
    if account.transport != "api" or not isinstance(channel, Connected):
        return ()
    return channel.transport.allowances(account.settings)


def _room(
    session: Session,
    account: Account,
    allowance: Allowance,
    needed: int,
    at: datetime,
    apart: Condition,
) -> Room:
    since = window(allowance.per, at)
    until = window_end(allowance.per, since)
    mine = (Delivery.account_id == account.id, col(Delivery.due_at) >= since, col(Delivery.due_at) < until)
    others = select(Delivery).where(*mine, apart, col(Delivery.state).not_in(DONE))
    return Room(
        account=account,
        allowance=allowance,
        needed=needed,
        used=_used(session, account, allowance, since, mine),
        planned=sum(_cost(allowance, push=one.push) for one in session.exec(others)),
        until=until,
    )


def _used(
    session: Session,
    account: Account,
    allowance: Allowance,
    since: datetime,
    mine: Sequence[Condition],
) -> int:
    """The calls made in the window; of what people post by hand nothing is called, so what is out is counted."""
    if account.transport == "api":
        count = session.get(CallCount, (account.id, f"{allowance.call}:{allowance.per}"))
        return count.used if count and count.since == since else 0
    out = select(Delivery).where(*mine, col(Delivery.state).in_(("published", "amended", "withdraw_failed")))
    return sum(_cost(allowance, push=one.push) for one in session.exec(out))


def _cost(allowance: Allowance, *, push: bool) -> int:
    return allowance.a_push if push else allowance.a_post
