"""代发链接: one task by hand carried from a desk to a phone. The link holds a random token, the row only its hash; it
opens one delivery, once, and the phone that opened it keeps that delivery, and nothing else, for two hours."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlmodel import Field, Session, col, select

from cms import audit
from cms.db import Row, UtcTime, utc
from cms.matrix import Account
from cms.people import Person
from cms.releases.handling import HandlingError
from cms.releases.rows import Delivery

LASTS, KEPT = timedelta(minutes=10), timedelta(hours=2)
NOT_YOURS = "这一份不在等人代发，不用拿到手机上；请刷新页面看最新状态。"


class HandLink(Row, table=True):
    """A link to one delivery that is with a person. ``used_at``: when a phone opened it: never a second time."""

    id: int = Field(default=None, primary_key=True)
    delivery_id: int = Field(foreign_key="deliveries.id", index=True)
    person_id: int = Field(foreign_key="persons.id", index=True)
    given_by: str
    token_hash: str = Field(unique=True)
    given_at: datetime = Field(sa_type=UtcTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcTime)


def give(session: Session, delivery: Delivery, person_id: int, login: str, now: datetime) -> str:
    """The token of a new link for somebody's own phone; HandlingError where nothing waits to be posted."""
    if delivery.state != "handed_over":
        raise HandlingError(NOT_YOURS)
    token = secrets.token_urlsafe(24)
    row = HandLink(
        delivery_id=delivery.id, person_id=person_id, given_by=login, token_hash=_hash(token), given_at=utc(now)
    )
    session.add(row)
    session.flush()
    audit.record(session, login, "handover.link", f"delivery:{delivery.id}", {"link": row.id}, now)
    return token


def look(session: Session, token: str, now: datetime) -> HandLink | None:
    """The link, while it may still be opened."""
    query = select(HandLink).where(HandLink.token_hash == _hash(token), col(HandLink.used_at).is_(None))
    return session.exec(query.where(HandLink.given_at > now - LASTS)).one_or_none()


def use(session: Session, token: str, now: datetime) -> HandLink | None:
    """Open the link: once."""
    row = look(session, token, now)
    if row is None:
        return None
    row.used_at = utc(now)
    session.add(row)
    session.flush()
    audit.record(session, row.given_by, "handover.opened", f"delivery:{row.delivery_id}", {"link": row.id}, now)
    return row


def held(session: Session, number: int, now: datetime) -> tuple[HandLink, Delivery, Account] | None:
    """What a phone that opened this link still has: not after two hours, nor for somebody who was disabled."""
    query = (
        select(HandLink, Delivery, Account)
        .where(HandLink.id == number, HandLink.delivery_id == Delivery.id, Delivery.account_id == Account.id)
        .where(HandLink.person_id == Person.id, col(Person.disabled_at).is_(None))
        .where(col(HandLink.used_at) > now - KEPT)
    )
    found = session.exec(query).one_or_none()
    return (found[0], found[1], found[2]) if found else None


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
