"""What a freeze (停发) stops, or would stop, for the newsroom's page: counted, and by name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Integer, and_, cast, func
from sqlmodel import Session, col, select

from cms.audit import AuditEntry
from cms.matrix import Account, Unit, unit_paths
from cms.people import Scope
from cms.releases.exempting import all_of
from cms.releases.freeze import COMING
from cms.releases.halts import is_in
from cms.releases.recall_rows import Exemption, Freeze
from cms.releases.rows import Delivery, Item, Release
from cms.stories import Story

MOST_STORIES = 200
SETS_OUT = ("delivery.send", "delivery.hand_over")


@dataclass(frozen=True, slots=True)
class Stopped:
    """A delivery that a freeze keeps, or would keep, from going out."""

    id: int
    key: str
    title: str
    account: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Choices:
    """What may be exempt (豁免), each as (name, words): units, accounts by channel, stories that wait to go out."""

    units: list[tuple[str, str]]
    accounts: dict[str, list[tuple[str, str]]]
    stories: list[tuple[str, str]]


def under(session: Session, row: Freeze, limit: int, lets: Sequence[Exemption]) -> tuple[int, list[Stopped]]:
    """What a freeze would stop that lets these go: how many, and the first of them by time."""
    stops = and_(col(Delivery.state).in_(COMING), is_in(session, row, lets))
    count = session.exec(select(func.count()).select_from(Delivery).where(stops)).one()
    return count, _shown(session, stops, limit)


def count_under(session: Session, row: Freeze) -> int:
    """How many deliveries a freeze keeps from starting."""
    query = select(func.count()).select_from(Delivery).where(col(Delivery.state).in_(COMING), is_in(session, row))
    return session.exec(query).one()


def went(session: Session, row: Freeze) -> int:
    """How many deliveries set out while the freeze stood that it would have stopped but for its exemptions."""
    if not all_of(session, row):
        return 0
    number = cast(func.substr(AuditEntry.subject, len("delivery:") + 1), Integer)
    began = select(number).where(col(AuditEntry.action).in_(SETS_OUT), col(AuditEntry.at) >= row.at)
    if row.thawed_at is not None:
        began = began.where(col(AuditEntry.at) <= row.thawed_at)
    query = select(func.count()).select_from(Delivery).where(col(Delivery.id).in_(began), is_in(session, row, ()))
    return session.exec(query).one()


def choices(session: Session, scope: Scope, row: Freeze) -> Choices:
    """What of a freeze may be exempt, as far as ``scope`` reaches; stories by headline, at most ``MOST_STORIES``."""
    mine: list[ColumnElement[bool]] = [scope.over(Account.unit_id), col(Account.unit_id) == col(Unit.id)]
    if row.channel:
        mine.append(col(Account.channel) == row.channel)
    if row.unit:
        within = [number for number, path in unit_paths(session).items() if row.unit in path]
        mine.append(col(Account.unit_id).in_(within))
    units: dict[str, str] = {}
    accounts: dict[str, list[tuple[str, str]]] = {}
    query = select(Account, Unit).where(*mine).order_by(col(Unit.id), col(Account.id))
    for account, unit in session.exec(query):
        units[unit.slug] = unit.short
        accounts.setdefault(account.channel, []).append((account.key, account.name))
    coming = (
        select(Story.slug, Story.headline)
        .where(Item.story_id == Story.id, Item.delivery_id == Delivery.id, Delivery.account_id == Account.id, *mine)
        .where(col(Delivery.state).in_(COMING))
        .distinct()
        .order_by(col(Story.headline))
    )
    return Choices(list(units.items()), accounts, list(session.exec(coming.limit(MOST_STORIES)).all()))


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
