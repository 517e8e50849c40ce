"""One account's lane after a step: a circuit breaker, and what becomes of the deliveries behind a failed one.

An account that keeps failing rests, so it costs the others nothing (F29, I10); one that cannot be used until a
person acts is shown so on every delivery at once, and nothing more is tried on it (F10).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col

from channels.contract import AccountError, ChannelError, LaterError, UnknownOutcome
from channels.transport import QuotaError
from cms import releases
from cms.db import read_scope, session_scope
from cms.releases import Delivery, Lane
from pipeline import ledger, outcome, patience
from pipeline.house import House
from pipeline.ledger import Claim

ACTOR = "pipeline"
UNSENT = ledger.UNSENT


def after(
    house: House,
    claim: Claim,
    now: datetime,
    trouble: ChannelError | None,
    during: str,
    behind: Sequence[Delivery],
) -> bool:
    """What the end of one delivery's step means for its account; True when the ones ``behind`` are not tried now."""
    if isinstance(trouble, AccountError):
        _hold(house, behind, trouble.sentence, now)
        return True
    if isinstance(trouble, QuotaError):
        waiting = [one for one in behind if (one.state == "staged") == (during == "publish")]
        _put_off(house, waiting, trouble.sentence, trouble.until, now)
        return len(waiting) == len(behind)
    if isinstance(trouble, LaterError | UnknownOutcome):
        return _failed(house, claim, now, trouble, behind)
    if claim.failures:
        _count(house, claim, 0, None, "")
    return False


def gives_way(house: House, claim: Claim, behind: Sequence[Delivery], now: datetime) -> bool:
    """Whether a flash waits, on this account or on one that nobody works on: then what is left of the queue is given
    back, and goes after it."""
    if behind[0].urgent:
        return False
    with read_scope(house.engine) as session:
        if not ledger.urgent_waits(session, claim.account.id, now) and not ledger.flash_accounts(session, now):
            return False
    with session_scope(house.engine) as session:
        for one in behind:
            _leave(session, one)
    return True


def set_down(house: House, delivery: Delivery, now: datetime) -> None:
    """It may not start after all (撤稿、停发): it stays where it is, and nobody died of it."""
    with session_scope(house.engine) as session:
        ledger.end_attempts(session, delivery, "halted", now)
        _leave(session, delivery)


def _failed(house: House, claim: Claim, now: datetime, trouble: ChannelError, behind: Sequence[Delivery]) -> bool:
    claim.failures += 1
    rest = outcome.rest_after(claim.failures)
    until = None if rest is None else now + rest
    _count(house, claim, claim.failures, until, trouble.sentence)
    if until is None:
        return False
    _put_off(house, behind, f"账号连续 {claim.failures} 次没能连通，暂歇后再试。{trouble.sentence}", until, now)
    return True


def _count(house: House, claim: Claim, failures: int, until: datetime | None, reason: str) -> None:
    claim.failures = failures
    mine = (col(Lane.account_id) == claim.account.id, col(Lane.fence) == claim.fence)
    with session_scope(house.engine) as session:
        values = {"failures": failures, "rests_until": until, "reason": reason if until else ""}
        session.exec(update(Lane).where(*mine).values(**values).execution_options(synchronize_session=False))


def _hold(house: House, behind: Sequence[Delivery], reason: str, now: datetime) -> None:
    with session_scope(house.engine) as session:
        for one in behind:
            if one.state in UNSENT:
                _free(session, one, "hold", reason, None, now)
            else:
                _leave(session, one)


def _put_off(house: House, behind: Sequence[Delivery], reason: str, until: datetime, now: datetime) -> None:
    """They wait until then; who would wait too long is shown as held, and goes on by itself (I2)."""
    with session_scope(house.engine) as session:
        for one in behind:
            if one.state in UNSENT and until > patience.until(one):
                _free(session, one, "hold", reason, until, now)
            elif one.state == "ready":
                _free(session, one, "retry", reason, until, now)
            elif one.state == "staged":
                _leave(session, one, next_at=until)
            else:
                _leave(session, one)


def _free(session: Session, one: Delivery, event: str, reason: str, until: datetime | None, now: datetime) -> None:
    changes = {"lease_owner": "", "lease_until": None, "next_at": until}
    releases.move(session, one, event, actor=ACTOR, now=now, reason=reason, **changes)


def _leave(session: Session, one: Delivery, **changes: Any) -> None:
    """Only the lease goes: what is in place stays there, what is asked about keeps its own time."""
    mine = (col(Delivery.id) == one.id, col(Delivery.fence) == one.fence)
    free = {"lease_owner": "", "lease_until": None, **changes}
    session.exec(update(Delivery).where(*mine).values(**free).execution_options(synchronize_session=False))
