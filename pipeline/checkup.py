"""体检: every account with something due is asked before its time whether it works, and whose it is (F34, F10).

Read only, from the calls each transport keeps small for it. Trouble becomes a notice while there is still time to act;
another subject behind the account stops what is due on it: nobody publishes under a stranger's name.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import or_
from sqlmodel import col, select

from cms import releases
from cms.db import read_scope, session_scope
from cms.matrix import Account
from cms.people import notify
from cms.releases import Delivery, Lane
from pipeline import accounts
from pipeline.accounts import Checked
from pipeline.clock import TimeSource
from pipeline.house import House

ACTOR = "pipeline"
AHEAD = timedelta(hours=2)
"""How long before something is due its account is asked: time enough to fetch an administrator."""
FRESH = timedelta(hours=12)
"""An answer counts so long."""
UNSENT = ("ready", "staged")


def check_ahead(house: House, now: TimeSource, at_once: int = accounts.AT_ONCE) -> list[Checked]:
    """Ask every account with something due soon that was not asked lately; what was found."""
    return ask(house, _due(house, now()), now, at_once)


def ask(
    house: House,
    due: Sequence[Account],
    now: TimeSource,
    at_once: int = accounts.AT_ONCE,
    timeout_s: float | None = None,
) -> list[Checked]:
    """Ask these accounts, and do what follows from it; what was found."""
    found = accounts.check(house, due, now, at_once, timeout_s) if due else []
    for account, one in zip(due, found, strict=True):
        _keep(house, account, one, now())
    return found


def _due(house: House, now: datetime) -> Sequence[Account]:
    soon = select(Delivery.account_id).where(col(Delivery.state).in_(UNSENT), col(Delivery.due_at) <= now + AHEAD)
    asked = select(Lane.account_id).where(col(Lane.checked_at) > now - FRESH)
    query = select(Account).where(Account.transport == "api", col(Account.id).in_(soon), col(Account.id).not_in(asked))
    with read_scope(house.engine) as session:
        return list(session.exec(query.order_by(col(Account.id))))


def _keep(house: House, account: Account, found: Checked, now: datetime) -> None:
    """Remember that it was asked, tell its troubles, and stop it where it is somebody else's now."""
    with session_scope(house.engine) as session:
        lane = session.get(Lane, account.id) or Lane(account_id=account.id)
        lane.checked_at = now
        session.add(lane)
        for words in found.troubles:
            notify(session, f"account:{account.key}", f"{account.name}：{words}", now)
        if found.is_another:
            free = or_(col(Delivery.lease_until).is_(None), col(Delivery.lease_until) <= now)
            mine = select(Delivery).where(Delivery.account_id == account.id, col(Delivery.state).in_(UNSENT), free)
            for one in session.exec(mine).all():
                releases.move(session, one, "hold", actor=ACTOR, now=now, reason=found.troubles[-1], next_at=None)
