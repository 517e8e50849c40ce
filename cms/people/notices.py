"""Notices: what somebody has to know, kept until it is seen. How they travel (mail, robot, SMS) comes later."""

from datetime import datetime

from sqlmodel import Field, Session, col, select

from cms.db import Row, UtcTime, utc


class Notice(Row, table=True):
    """提醒: ``subject`` ("release:3") says what it is about; the same sentence again only counts up."""

    id: int = Field(default=None, primary_key=True)
    subject: str = Field(index=True)
    sentence: str
    count: int = 1
    first_at: datetime = Field(sa_type=UtcTime)
    last_at: datetime = Field(sa_type=UtcTime)
    seen_by: str = ""
    seen_at: datetime | None = Field(default=None, sa_type=UtcTime)


def notify(session: Session, subject: str, sentence: str, now: datetime) -> Notice:
    """Tell it; the same thing about the same subject, not yet seen, is told once and counted."""
    query = select(Notice).where(Notice.subject == subject, Notice.sentence == sentence, col(Notice.seen_at).is_(None))
    found = session.exec(query.limit(1)).first()
    if found is None:
        found = Notice(subject=subject, sentence=sentence, count=0, first_at=utc(now), last_at=utc(now))
    found.count += 1
    found.last_at = utc(now)
    session.add(found)
    session.flush()
    return found


def unseen(session: Session) -> list[Notice]:
    """What nobody has seen yet, the newest first."""
    query = select(Notice).where(col(Notice.seen_at).is_(None))
    return list(session.exec(query.order_by(col(Notice.last_at).desc(), col(Notice.id).desc())))


def see(session: Session, notice: Notice, by: str, now: datetime) -> None:
    """Somebody took note."""
    notice.seen_by, notice.seen_at = by, utc(now)
    session.add(notice)
