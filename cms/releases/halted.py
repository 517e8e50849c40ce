"""What a freeze (停发) stops, or would stop, for the newsroom's page: counted, and by name."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func
from sqlmodel import Session, col, select

from cms.matrix import Account
from cms.people import Scope
from cms.releases.freeze import COMING
from cms.releases.halts import is_in
from cms.releases.recall_rows import Freeze
from cms.releases.rows import Delivery, Release


@dataclass(frozen=True, slots=True)
class Stopped:
    """A delivery that a freeze keeps, or would keep, from going out."""

    id: int
    key: str
    title: str
    account: str
    due_at: datetime


def under(session: Session, row: Freeze, limit: int) -> tuple[int, list[Stopped]]:
    """What a freeze stops, or would stop: how many, and the first of them by time."""
    stops = and_(col(Delivery.state).in_(COMING), is_in(session, row))
    return count_under(session, row), _shown(session, stops, limit)


def count_under(session: Session, row: Freeze) -> int:
    """How many deliveries a freeze keeps from starting."""
    query = select(func.count()).select_from(Delivery).where(col(Delivery.state).in_(COMING), is_in(session, row))
    return session.exec(query).one()


def stopped(session: Session, scope: Scope, freeze_id: int) -> list[Stopped]:
    """What waits for a person because its time passed under this freeze, by its old time."""
    stood = and_(col(Delivery.frozen_by) == freeze_id, col(Delivery.state) == "held", scope.over(Account.unit_id))
    return _shown(session, stood)


def count_stopped(session: Session, freeze_id: int) -> int:
    query = select(func.count()).where(Delivery.frozen_by == freeze_id, Delivery.state == "held")
    return session.exec(query).one()


def _shown(session: Session, condition: ColumnElement[bool], limit: int | None = None) -> list[Stopped]:
    query = (
        select(Delivery, Account.name, Release.title)
        .where(Delivery.account_id == Account.id, Delivery.release_id == Release.id, condition)
        .order_by(col(Delivery.due_at), col(Delivery.id))
        .limit(limit)
    )
    return [Stopped(one.id, one.key, title, account, one.due_at) for one, account, title in session.exec(query)]
