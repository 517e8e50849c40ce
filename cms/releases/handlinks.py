"""代发链接: one task by hand carried from a desk to a phone. The link holds a random token, the row only its hash; it
opens one delivery, once, and the phone that opened it keeps that delivery, beside others it opened so and nothing else,
for two hours."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement
from sqlmodel import Field, Session, col, select

from cms import audit
from cms.db import Row, UtcTime, utc
from cms.matrix import Account
from cms.people import Person
from cms.people.mandates import HANDS
from cms.people.roles import appointments_of, tree
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
    fresh = (HandLink.token_hash == _hash(token), col(HandLink.used_at).is_(None), HandLink.given_at > now - LASTS)
    return next((link for link, _, _ in _theirs(session, *fresh)), None)


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


def held(session: Session, numbers: Collection[int], now: datetime) -> dict[int, tuple[HandLink, Delivery, Account]]:
    """What a phone that opened these links still has, by the number of the delivery, in the order it opened them: each
    for two hours."""
    opened = (col(HandLink.id).in_(numbers), col(HandLink.used_at) > now - KEPT)
    return {delivery.id: (link, delivery, account) for link, delivery, account in _theirs(session, *opened)}


def _theirs(session: Session, *which: ColumnElement[bool] | bool) -> list[tuple[HandLink, Delivery, Account]]:
    """These links with what they open, where whoever gave them may still do it: not who was disabled since, nor who
    lost the role. Every use of a link comes by here."""
    query = (
        select(HandLink, Delivery, Account, Person.id)
        .where(HandLink.delivery_id == Delivery.id, Delivery.account_id == Account.id)
        .where(HandLink.person_id == Person.id, col(Person.disabled_at).is_(None), *which)
        .order_by(col(HandLink.used_at), col(HandLink.id))
    )
    found = []
    for link, delivery, account, person_id in session.exec(query):
        roles = [(one.role, one.unit_id) for one in appointments_of(session, person_id)]
        if tree(session).scope(roles, HANDS).holds(account.unit_id):
            found.append((link, delivery, account))
    return found


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
