"""How long a delivery is tried by itself, and how often its workers died of it."""

from datetime import datetime

from sqlalchemy import bindparam, update
from sqlalchemy import select as sa_select
from sqlmodel import Session, select

from channels.contract import ChannelError, RepeatedError
from cms.db import ask, look, session_scope
from cms.releases import Attempt, Delivery
from pipeline import outcome
from pipeline.house import House

_ATTEMPTS = Attempt.__table__  # type: ignore[attr-defined]
_OPEN = (
    _ATTEMPTS.c.delivery_id == bindparam("delivery"), _ATTEMPTS.c.ended_at.is_(None), _ATTEMPTS.c.outcome == "",
    _ATTEMPTS.c.fence < bindparam("mine"),
)  # fmt: skip
_LEFT = sa_select(_ATTEMPTS.c.id).where(*_OPEN).limit(1)
_DIED = update(_ATTEMPTS).where(*_OPEN).values(outcome="died")


def until(delivery: Delivery) -> datetime:
    """Until when it is tried by itself: two hours past its time, or what a person's decision gave it."""
    return delivery.deadline or delivery.due_at + outcome.PATIENCE


def slept(house: House, delivery: Delivery, now: datetime) -> bool:
    """Whether nobody tried it since its time came: a machine that was off gives it patience anew (F15)."""
    if delivery.deadline is not None:
        return False
    with session_scope(house.engine) as session:
        tried = select(Attempt.id).where(Attempt.delivery_id == delivery.id, Attempt.began_at >= delivery.due_at)
        if session.exec(tried.limit(1)).first() is not None:
            return False
        session.get_one(Delivery, delivery.id).deadline = now + outcome.PATIENCE
    delivery.deadline = now + outcome.PATIENCE
    return True


def count_deaths(house: House, delivery: Delivery) -> int:
    """How many workers in a row died of it when one died just now, else 0. A death is an attempt nobody ended, of a
    worker whose lease ran out (F28); each is counted once."""
    if delivery.attempts <= 1:
        return 0  # nobody had it before
    left = {"delivery": delivery.id, "mine": delivery.fence}
    if look(house.engine, _LEFT, **left).first() is None:
        return 0
    with session_scope(house.engine) as session:
        died = ask(session, _DIED, **left).rowcount
        row = session.get_one(Delivery, delivery.id)
        row.deaths += died
    delivery.deaths = row.deaths
    return row.deaths


def repeated(session: Session, delivery: Delivery, error: ChannelError) -> outcome.Verdict | None:
    """It is a person's when a platform refuses a second time under this key what it says it has just been sent: between
    the two, complete look-ups found nothing of it (I4), so it is not ours that stands in the way."""
    if not isinstance(error, RepeatedError):
        return None
    query = select(Attempt.id).where(
        Attempt.delivery_id == delivery.id,
        Attempt.key == delivery.key,
        Attempt.step == "publish",
        Attempt.outcome == RepeatedError.__name__,
    )
    return outcome.Verdict("hold", outcome.REPEATED) if session.exec(query.limit(1)).first() is not None else None
