"""Notices: what somebody has to know, kept until it is seen, and its way to each person (``NoticeSend``)."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, Session, col, select

from cms.db import Row, UtcTime, utc


class Notice(Row, table=True):
    """提醒: ``subject`` ("release:3") says what it is about; the same sentence again only counts up.

    ``unit_id``: whose it is, None is the house's; ``rung``: how far up it has been told, since ``rung_at``.
    """

    id: int = Field(default=None, primary_key=True)
    subject: str = Field(index=True)
    sentence: str
    count: int = 1
    first_at: datetime = Field(sa_type=UtcTime)
    last_at: datetime = Field(sa_type=UtcTime)
    seen_by: str = ""
    seen_at: datetime | None = Field(default=None, sa_type=UtcTime)
    unit_id: int | None = Field(default=None, foreign_key="units.id")
    rung: int = 0
    rung_at: datetime | None = Field(default=None, sa_type=UtcTime, index=True)


class NoticeSend(Row, table=True):
    """One notice on its way to one person. ``way``: app, mail, wecom, sms. ``state``: due, sending (somebody has it
    until ``next_at``), sent, failed."""

    __table_args__ = (
        UniqueConstraint("notice_id", "person_id", "way"),
        CheckConstraint("state IN ('due', 'sending', 'sent', 'failed')", name="state"),
        CheckConstraint("state <> 'failed' OR reason <> ''", name="says_why"),
    )

    id: int = Field(default=None, primary_key=True)
    notice_id: int = Field(foreign_key="notices.id")
    person_id: int = Field(foreign_key="persons.id", index=True)
    way: str
    state: str = "due"
    tries: int = 0
    next_at: datetime | None = Field(default=None, sa_type=UtcTime, index=True)
    sent_at: datetime | None = Field(default=None, sa_type=UtcTime)
    reason: str = ""


class NoticeTarget(Row, table=True):
    """Whom a notice is for by name: told first, and only them, before anybody on the ladder."""

    notice_id: int = Field(foreign_key="notices.id", primary_key=True)
    person_id: int = Field(foreign_key="persons.id", primary_key=True)


def notify(
    session: Session, subject: str, sentence: str, now: datetime, unit_id: int | None = None, people: Sequence[int] = ()
) -> Notice:
    """Tell it; the same thing about the same subject, not yet seen, is told once and counted. ``people``: who is meant
    by name."""
    query = select(Notice).where(Notice.subject == subject, Notice.sentence == sentence, col(Notice.seen_at).is_(None))
    found = session.exec(query.limit(1)).first()
    if found is None:
        found = Notice(
            subject=subject, sentence=sentence, count=0, first_at=utc(now), last_at=utc(now), unit_id=unit_id
        )
    found.count += 1
    found.last_at = utc(now)
    session.add(found)
    session.flush()
    for person_id in people:
        session.merge(NoticeTarget(notice_id=found.id, person_id=person_id))
    return found


def unseen(session: Session) -> list[Notice]:
    """What nobody has seen yet, the newest first."""
    query = select(Notice).where(col(Notice.seen_at).is_(None))
    return list(session.exec(query.order_by(col(Notice.last_at).desc(), col(Notice.id).desc())))


def see(session: Session, notice: Notice, by: str, now: datetime) -> None:
    """Somebody took note."""
    notice.seen_by, notice.seen_at = by, utc(now)
    session.add(notice)


def see_about(session: Session, subject: str, by: str, now: datetime) -> int:
    """What it was about is done: nobody need take note any more; how many notices that were."""
    found = list(session.exec(select(Notice).where(Notice.subject == subject, col(Notice.seen_at).is_(None))))
    for one in found:
        see(session, one, by, now)
    return len(found)


def told_to(session: Session, person_id: int) -> list[Notice]:
    """What one person was told and nobody has taken note of yet, the newest first."""
    mine = (NoticeSend.person_id == person_id, NoticeSend.way == "app", NoticeSend.notice_id == Notice.id)
    query = select(Notice).where(*mine, col(Notice.seen_at).is_(None))
    return list(session.exec(query.order_by(col(Notice.last_at).desc(), col(Notice.id).desc())))


def see_told(session: Session, person_id: int, login: str, numbers: Collection[int], now: datetime) -> int:
    """Take note of these; how many there were. What somebody was not told, or nobody showed them, is not there."""
    found = [one for one in told_to(session, person_id) if one.id in numbers]
    for one in found:
        see(session, one, login, now)
    return len(found)
