"""What an account may still send in the windows a release falls into: counted before it is scheduled."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from channels import registry
from channels.transport import Allowance, Connected
from cms.matrix import Account
from cms.matrix.wires import CallCount, window, window_end
from cms.releases.rows import Delivery, Release
from cms.releases.states import GONE

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
            found.append(_room(session, account, allowance, deliveries, at or deliveries[0].due_at))
    return [one for one in found if one.needed]


def _allowances(account: Account) -> tuple[Allowance, ...]:
    channel = registry.get(account.channel)
    if account.transport != "api" or not isinstance(channel, Connected):
        return ()
    return channel.transport.allowances(account.settings)


def _room(session: Session, account: Account, allowance: Allowance, mine: Sequence[Delivery], at: datetime) -> Room:
    since = window(allowance.per, at)
    until = window_end(allowance.per, since)
    others = select(Delivery).where(
        Delivery.account_id == account.id,
        Delivery.release_id != mine[0].release_id,
        col(Delivery.due_at) >= since,
        col(Delivery.due_at) < until,
        col(Delivery.state).not_in(DONE),
    )
    count = session.get(CallCount, (account.id, f"{allowance.call}:{allowance.per}"))
    return Room(
        account=account,
        allowance=allowance,
        needed=sum(_cost(allowance, one) for one in mine),
        used=count.used if count and count.since == since else 0,
        planned=sum(_cost(allowance, one) for one in session.exec(others)),
        until=until,
    )


def _cost(allowance: Allowance, delivery: Delivery) -> int:
    return allowance.a_push if delivery.push else allowance.a_post
