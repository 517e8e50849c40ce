"""A step taken as the command takes it: 初审 and 复审 stand for their proofs, 签发 comes after the readings (R2)."""

from datetime import datetime

from sqlmodel import Session

from cms.people import Person
from cms.releases.submitting import noticed
from cms.review import ISSUE, SealedSet, Signature, read_all, sign


def take(
    session: Session, sealed: SealedSet, step: str, signer: Person, opinion: str, now: datetime
) -> list[Signature]:
    if step == ISSUE:
        read_all(session, sealed, signer, now)
    given = sign(session, sealed, step, signer, opinion, now)
    noticed(session, sealed, step, signer, opinion, now)
    return given
