"""夜间核对: when the night's look is due, found by query, so that one the machine slept through is made up for."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, Session, col, or_, select, update

from cms.db import Row, UtcTime
from cms.releases.restored import restored
from cms.releases.rows import Receipt

HOUR = time(3, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
"""By Beijing: readers sleep, and the platforms' days have begun anew."""
AGAIN = timedelta(hours=1)
"""So long after it began a look that never ended (the machine stopped, an error) is begun anew."""


class Night(Row, table=True):
    """One night's look: ``due_at`` 03:10, when it was begun last, and when it ended (None: it has not)."""

    due_at: datetime = Field(primary_key=True, sa_type=UtcTime)
    begun_at: datetime = Field(sa_type=UtcTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcTime)


def last_night(now: datetime) -> datetime:
    """The 03:10 that was last, ``now`` included."""
    here = now.astimezone(HOUR.tzinfo)
    at = datetime.combine(here.date(), HOUR)
    return at if at <= now else datetime.combine(here.date() - timedelta(days=1), HOUR)


def begin_night(session: Session, now: datetime) -> datetime | None:
    """Take the last night's look upon oneself: its ``due_at``; None when it was had, another is at it, or nothing was
    out by then that could have been looked at."""
    due, since = last_night(now), restored(session)
    if since is not None and now - since.at < AGAIN:
        return None  # what was sent since the backup is looked for first: till then all of it would look strange
    known = session.get(Night, due)
    if known is None:
        was_out = select(Receipt.id).where(Receipt.state == "published", col(Receipt.at) < due)
        if session.exec(was_out.limit(1)).first() is None:
            return None
        try:
            with session.begin_nested():
                session.add(Night(due_at=due, begun_at=now))
        except IntegrityError:
            return None  # another began it this moment
        return due
    stale = or_(col(Night.begun_at) <= now - AGAIN, col(Night.begun_at) > now)
    taken = session.execute(
        update(Night)
        .where(col(Night.due_at) == due, col(Night.ended_at).is_(None), stale)
        .values(begun_at=now)
        .execution_options(synchronize_session=False)
    )
    return due if taken.rowcount else None  # type: ignore[attr-defined]


def end_night(session: Session, due: datetime, now: datetime) -> None:
    """The look of that night is had."""
    session.execute(
        update(Night).where(col(Night.due_at) == due).values(ended_at=now).execution_options(synchronize_session=False)
    )
