"""The person a copy is given to, as anybody who has to reach them reads it."""

from collections.abc import Callable

from sqlmodel import Session

from cms.matrix import Account
from cms.people import duty
from cms.people.duty import Opened
from cms.releases import Remedy

MayCall = Callable[[int], Opened | None]
"""By unit: how its people's telephones are read in full by who is looking, None where they may not."""


def nobody_may(unit_id: int) -> Opened | None:
    """What is kept, sent on or printed shows no number in full."""
    return None


def called(session: Session, remedy: Remedy, may_call: MayCall = nobody_may) -> str:
    """Who deals with this copy by hand: name, role and telephone; "" where nobody has to."""
    if not remedy.person:
        return ""
    unit_id = session.get_one(Account, remedy.account_id).unit_id
    return duty.called(session, remedy.person, unit_id, may_call(unit_id))
