"""The person a copy is given to, as anybody who has to reach them reads it."""

from sqlmodel import Session

from cms.matrix import Account
from cms.people import duty
from cms.releases import Remedy


def called(session: Session, remedy: Remedy) -> str:
    """Who deals with this copy by hand: name, role and telephone; "" where nobody has to."""
    if not remedy.person:
        return ""
    return duty.called(session, remedy.person, session.get_one(Account, remedy.account_id).unit_id)
