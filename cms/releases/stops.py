"""止发: what stands against a story, put up and lifted; ``halts`` asks it wherever work is taken up."""

from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, or_, select

from cms.releases.recall_rows import Recall, Stop
from cms.releases.rows import Delivery, Item
from cms.stories import Story, origin_of


def put_up(session: Session, recall: Recall, story: Story, now: datetime, keep_hash: str = "") -> Stop:
    """From now on nothing of ``story`` starts but what carries ``keep_hash``. A retraction of an original stops its
    local versions along; a correction leaves them alone."""
    origin = origin_of(session, story)
    whole = not keep_hash and origin.id == story.id
    stop = Stop(
        origin_id=origin.id, story_id=None if whole else story.id, keep_hash=keep_hash, recall_id=recall.id, at=now
    )
    session.add(stop)
    session.flush()
    return stop


def lift(session: Session, recall: Recall, now: datetime) -> None:
    """What a recall stopped may start again."""
    for stop in session.exec(select(Stop).where(Stop.recall_id == recall.id, col(Stop.lifted_at).is_(None))):
        stop.lifted_at = now
        session.add(stop)
    session.flush()


def is_stopped(session: Session, origin_id: int, story_id: int, manuscript_hash: str) -> bool:
    """Whether this version of a story may not start."""
    query = select(Stop.id).where(*_stops(origin_id, story_id, manuscript_hash))
    return session.exec(query.limit(1)).first() is not None


def stopped_by(session: Session, origin_id: int, story_id: int, manuscript_hash: str) -> list[Recall]:
    """The orders that keep this version of a story from starting, the oldest first."""
    query = select(Recall).join(Stop, col(Stop.recall_id) == col(Recall.id))
    query = query.where(*_stops(origin_id, story_id, manuscript_hash))
    return list(session.exec(query.distinct().order_by(col(Recall.id))))


def _stops(origin_id: int, story_id: int, manuscript_hash: str) -> tuple[ColumnElement[bool], ...]:
    return (
        col(Stop.origin_id) == origin_id,
        col(Stop.lifted_at).is_(None),
        col(Stop.keep_hash) != manuscript_hash,
        or_(col(Stop.story_id).is_(None), col(Stop.story_id) == story_id),
    )


def undecided(session: Session, delivery: Delivery) -> list[Recall]:
    """The orders nobody has approved or rejected yet that keep this delivery from starting, the oldest first."""
    query = (
        select(Recall)
        .join(Stop, col(Stop.recall_id) == col(Recall.id))
        .join(Item, col(Item.origin_id) == col(Stop.origin_id))
        .where(Item.delivery_id == delivery.id, Recall.state == "drafted", col(Stop.lifted_at).is_(None))
        .where(col(Item.manuscript_hash) != col(Stop.keep_hash))
        .where(or_(col(Stop.story_id).is_(None), col(Stop.story_id) == col(Item.story_id)))
    )
    return list(session.exec(query.distinct().order_by(col(Recall.id))))


def has_stopped(session: Session, delivery: Delivery) -> bool:
    """Whether a story this delivery carries was called back: then it is neither sent again nor resumed."""
    items = session.exec(select(Item).where(Item.delivery_id == delivery.id))
    return any(is_stopped(session, one.origin_id, one.story_id, one.manuscript_hash) for one in items)
