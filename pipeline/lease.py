"""Holding an account's lane while its platform is asked, one call after the other."""

from collections.abc import Callable

from cms.db import session_scope
from pipeline import ledger
from pipeline.clock import TimeSource
from pipeline.house import House
from pipeline.ledger import Claim
from pipeline.wires import LaneLost


def holder(house: House, claim: Claim, clock: TimeSource) -> Callable[[], None]:
    """Called before every request: renews the lease in time, LaneLost when it is somebody else's by now."""
    until = claim.until

    def hold() -> None:
        nonlocal until
        now = clock()
        if now <= until - house.lease / 2:
            return  # nobody can take the lane before the lease is over, and half of it is left
        with session_scope(house.engine) as session:
            if not ledger.renew(session, claim, now, house.lease):
                raise LaneLost(claim.account.key)
        until = now + house.lease

    return hold
