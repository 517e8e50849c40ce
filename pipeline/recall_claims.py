"""Which copies are due to be dealt with, for whoever claims an account's lane (``pipeline.ledger``)."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import cast

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, not_, or_, update
from sqlalchemy.orm import aliased
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from cms.db import ask, fetch
from cms.recalls import FLYING, SAME
from cms.releases import Delivery, Recall, Remedy
from cms.releases.halts import NOW, Moment

_REMEDIES = Remedy.__table__  # type: ignore[attr-defined]
_FENCING = (
    update(_REMEDIES)
    .where(_REMEDIES.c.id == bindparam("number"), _REMEDIES.c.fence == bindparam("seen"))
    .values(fence=bindparam("more"))
)


def _flies() -> ColumnElement[bool]:
    """Nobody knows yet what became of the copy: it is settled first."""
    in_doubt = and_(col(Delivery.state) == "held", col(Remedy.action) == "wait", col(Remedy.state) == "by_hand")
    mine = and_(col(Delivery.id) == col(Remedy.delivery_id), or_(col(Delivery.state).in_(FLYING), in_doubt))
    return select(Delivery.id).where(mine).exists()


def _is_taken() -> ColumnElement[bool]:
    """An older recall's call about the same copy is under way: it ends first. Where the copy may stay as it is, so
    does what an older correction gave to a person."""
    other, order = aliased(Remedy), aliased(Recall)
    flies = col(other.state).in_(("acting", "unknown"))
    with_a_person = or_(col(other.state) == "by_hand", and_(col(other.state) == "due", col(other.person) != ""))
    theirs = and_(
        col(Remedy.rule) == SAME, with_a_person, col(other.recall_id) == col(order.id), col(order.kind) == "correction"
    )
    older = and_(col(other.item_id) == col(Remedy.item_id), col(other.id) < col(Remedy.id))
    return or_(exists().where(older, flies), exists().where(older, theirs))


def is_due(now: Moment) -> ColumnElement[bool]:
    """A remedy to work on now. What a worker left while it acted is taken up again, and what a person was asked about
    because nobody knew, once it is known."""
    rested = or_(col(Remedy.next_at).is_(None), col(Remedy.next_at) <= now)
    open_one = and_(col(Remedy.state).in_(("due", "unknown")), rested)
    left = col(Remedy.state) == "acting"
    known = and_(col(Remedy.state) == "by_hand", col(Remedy.action) == "wait")
    return and_(or_(open_one, left, known), not_(_flies()), not_(_is_taken()))


def accounts(now: Moment) -> Select[tuple[int]]:
    """The accounts with copies to deal with."""
    return select(Remedy.account_id).where(is_due(now))  # type: ignore[return-value]


def next_moment(session: Session, now: datetime) -> datetime | None:
    """When the next remedy that waits for a time is due."""
    return cast(datetime | None, ask(session, _next(), now=now).one()[0])


@cache
def _next() -> SelectOfScalar[datetime | None]:
    waiting = col(Remedy.state).in_(("due", "unknown"))
    return select(func.min(Remedy.next_at)).where(waiting, col(Remedy.next_at) > NOW)


def take(session: Session, account_id: int, now: datetime) -> tuple[Remedy, ...]:
    """The due remedies of an account whose lane is ours, the oldest recall first. Each one's fence grows, so a worker
    that lost the lane cannot write about it any more."""
    due = fetch(session, _due_on_account(), account=account_id, now=now)
    return tuple(_fenced(session, due))


@cache
def _due_on_account() -> SelectOfScalar[Remedy]:
    query = select(Remedy).where(Remedy.account_id == bindparam("account"), is_due(NOW))
    return query.order_by(col(Remedy.recall_id), col(Remedy.id))


def _fenced(session: Session, due: Sequence[Remedy]) -> list[Remedy]:
    for one in due:
        ask(session, _FENCING, number=one.id, seen=one.fence, more=one.fence + 1)
        set_committed_value(one, "fence", one.fence + 1)  # it was read in this very turn
    return list(due)
