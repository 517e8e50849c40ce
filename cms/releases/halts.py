"""What may not start although it is due: stopped stories (撤稿、更正), frozen scopes (停发), what waits for a remedy,
a flash that is over (解除).

One condition, asked wherever work is taken up and once more in the transaction that says it is being sent.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import cache

from sqlalchemy import ColumnElement, and_, bindparam, not_, or_, true
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from cms.db import UtcTime, ask
from cms.matrix import Account, Unit
from cms.releases.recall_rows import Freeze, Remedy, Stop
from cms.releases.rows import Delivery, Item, Release
from cms.stories import Column, Story

DONE = "done"
Moment = datetime | ColumnElement[datetime]
NOW: ColumnElement[datetime] = bindparam("now", type_=UtcTime())
"""The time of a statement that is built once and asked many times: given with it as ``now``."""
_ANY = select(Freeze.id).where(col(Freeze.thawed_at).is_(None)).limit(1)
_STANDING = select(Freeze).where(col(Freeze.thawed_at).is_(None)).order_by(col(Freeze.id))


def may_start(session: Session, now: Moment) -> ColumnElement[bool]:
    """The deliveries that may be put in place or sent at ``now``, as a condition on ``Delivery``."""
    return unless(now, frozen(session))


def frozen(session: Session) -> list[ColumnElement[bool]]:
    """The scopes of the freezes that stand, as conditions on ``Delivery``."""
    return [is_in(session, one) for one in freezes(session)]


def unless(now: Moment, scopes: Iterable[ColumnElement[bool]]) -> ColumnElement[bool]:
    """The deliveries nothing stands against but the frozen ``scopes``, and those not in them."""
    return and_(not_(_is_stopped()), not_(_waits()), not_(_is_over(now)), *(not_(one) for one in scopes))


def freezes(session: Session) -> list[Freeze]:
    """The freezes that stand. By the row, not by anybody's clock: one that lags must not send for a second more."""
    is_any = ask(session, _ANY).first() is not None
    return list(session.exec(_STANDING)) if is_any else []


def startable(session: Session, deliveries: Iterable[Delivery], now: datetime) -> set[int]:
    """The ids of those that may start now."""
    scopes = frozen(session)
    query = _startable(scopes) if scopes else _startable_unfrozen()
    return set(ask(session, query, wanted=[one.id for one in deliveries], now=now).scalars())


@cache
def _startable_unfrozen() -> SelectOfScalar[int]:
    return _startable(())


def _startable(scopes: Iterable[ColumnElement[bool]]) -> SelectOfScalar[int]:
    mine = col(Delivery.id).in_(bindparam("wanted", expanding=True))
    return select(Delivery.id).where(mine, unless(NOW, scopes))


def against(session: Session, delivery: Delivery) -> list[Freeze]:
    """The standing freezes that stop this delivery."""
    mine = select(Delivery.id).where(Delivery.id == delivery.id)
    return [one for one in freezes(session) if session.exec(mine.where(is_in(session, one))).first() is not None]


def _is_stopped() -> ColumnElement[bool]:
    """A recall stands against a story it carries (I8)."""
    return (
        select(Item.id)
        .join(Stop, col(Stop.origin_id) == col(Item.origin_id))
        .where(
            col(Item.delivery_id) == col(Delivery.id),
            col(Stop.lifted_at).is_(None),
            col(Item.manuscript_hash) != col(Stop.keep_hash),
            or_(col(Stop.story_id).is_(None), col(Stop.story_id) == col(Item.story_id)),
        )
        .exists()
    )


def _waits() -> ColumnElement[bool]:
    """It replaces a copy that a remedy has not cleared away yet."""
    return select(Remedy.id).where(col(Remedy.replacement_id) == col(Delivery.id), col(Remedy.state) != DONE).exists()


def _is_over(now: Moment) -> ColumnElement[bool]:
    """It carries a flash whose time has passed: nobody must read it as news."""
    over = select(Release.id).where(col(Release.id) == col(Delivery.release_id), col(Release.expires_at) <= now)
    return and_(col(Delivery.urgent), over.exists())


def is_in(session: Session, freeze: Freeze) -> ColumnElement[bool]:
    """The deliveries in the scope of a freeze, as a condition on ``Delivery``."""
    found: list[ColumnElement[bool]] = [true()]
    if freeze.unit or freeze.channel:
        accounts = select(Account.id)
        if freeze.channel:
            accounts = accounts.where(Account.channel == freeze.channel)
        if freeze.unit:
            accounts = accounts.where(col(Account.unit_id).in_(_below(session, freeze.unit)))
        found.append(col(Delivery.account_id).in_(accounts))
    if freeze.topic:
        found.append(col(Delivery.id).in_(_about(freeze.topic)))
    if freeze.lets_flash:
        found.append(not_(col(Delivery.urgent)))
    return and_(*found)


def _about(topic: str) -> SelectOfScalar[int]:
    """The deliveries that carry a story of this column, or with these words in its headline or its original's."""
    named = or_(col(Column.slug) == topic, col(Column.title) == topic)
    return (
        select(Item.delivery_id)
        .join(Story, or_(col(Story.id) == col(Item.story_id), col(Story.id) == col(Item.origin_id)))
        .outerjoin(Column, col(Column.id) == col(Story.column_id))
        .where(or_(named, col(Story.headline).contains(topic, autoescape=True)))
    )


def _below(session: Session, slug: str) -> list[int]:
    """The unit with this slug and everything under it."""
    parents = {one.id: (one.parent_id, one.slug) for one in session.exec(select(Unit))}

    def is_below(unit: int | None) -> bool:
        while unit is not None:
            parent, name = parents[unit]
            if name == slug:
                return True
            unit = parent
        return False

    return [one for one in parents if is_below(one)]
