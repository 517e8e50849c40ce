"""Notices: what somebody has to know, kept until it is seen, and its way to each person (``NoticeSend``)."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import CheckConstraint, ColumnElement, UniqueConstraint, update
from sqlmodel import Field, Session, col, select

from cms.db import Row, UtcTime, utc
from cms.people.rows import Person


class Notice(Row, table=True):
    """提醒: ``subject`` ("release:3") says what it is about; the same sentence again only counts up.

    ``unit_id``: whose it is, None is the house's; ``rung``: how far up it has been told, since ``rung_at``.
    ``seen_at``: since when nobody need take note any more, because what it was about is done; who took note for
    themselves stands beside their own sends (``NoticeSend.seen_at``).
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
    until ``next_at``), sent, failed. ``seen_at``: when this person took note (知道了), by whatever way."""

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
    seen_at: datetime | None = Field(default=None, sa_type=UtcTime)
    reason: str = ""


class NoticeTarget(Row, table=True):
    """Whom a notice is for by name: told first, and only them, before anybody on the ladder."""

    notice_id: int = Field(foreign_key="notices.id", primary_key=True)
    person_id: int = Field(foreign_key="persons.id", primary_key=True)


def notify(
    session: Session, subject: str, sentence: str, now: datetime, unit_id: int | None = None, people: Sequence[int] = ()
) -> Notice:
    """Tell it; the same thing about the same subject, of which nobody took note yet, is told once and counted.
    ``people``: who is meant by name."""
    query = select(Notice).where(Notice.subject == subject, Notice.sentence == sentence, col(Notice.seen_at).is_(None))
    last = session.exec(query.order_by(col(Notice.id).desc()).limit(1)).first()
    noted_by = _noted_by(session, last) if last else ""
    if last is None or noted_by:
        found = Notice(
            subject=subject, sentence=sentence, count=0, first_at=utc(now), last_at=utc(now), unit_id=unit_id
        )
    else:
        found = last
    found.count += 1
    found.last_at = utc(now)
    session.add(found)
    session.flush()
    if last is not None and noted_by:
        _take_the_place(session, last, found, noted_by, now)
    for person_id in people:
        session.merge(NoticeTarget(notice_id=found.id, person_id=person_id))
    return found


def _noted_by(session: Session, notice: Notice) -> str:
    """Who took note of it first; "" while nobody has."""
    query = select(Person.login).where(Person.id == NoticeSend.person_id, NoticeSend.notice_id == notice.id)
    query = query.where(col(NoticeSend.seen_at).is_not(None)).order_by(col(NoticeSend.seen_at))
    return session.exec(query.limit(1)).first() or ""


def _take_the_place(session: Session, old: Notice, new: Notice, noted_by: str, now: datetime) -> None:
    """It happened again after somebody took note: everybody is told anew, and those who had not taken note of the old
    one have the new one at once instead of both."""
    query = select(NoticeSend.person_id).where(NoticeSend.notice_id == old.id, NoticeSend.way == "app")
    for person_id in session.exec(query.where(col(NoticeSend.seen_at).is_(None))):
        session.add(NoticeSend(notice_id=new.id, person_id=person_id, way="app", state="sent", sent_at=utc(now)))
    see(session, old, noted_by, now)
    session.flush()


def has_been_noted() -> ColumnElement[bool]:
    """Whether somebody it was told has taken note of a notice: they deal with it, nobody further up is called."""
    noted = select(NoticeSend.id).where(NoticeSend.notice_id == Notice.id, col(NoticeSend.seen_at).is_not(None))
    return noted.correlate(Notice).exists()


def unseen(session: Session) -> list[Notice]:
    """What nobody has seen yet, the newest first."""
    query = select(Notice).where(col(Notice.seen_at).is_(None), ~has_been_noted())
    return list(session.exec(query.order_by(col(Notice.last_at).desc(), col(Notice.id).desc())))


def see(session: Session, notice: Notice, by: str, now: datetime) -> None:
    """Nobody need take note any more: ``by`` did what it was about."""
    notice.seen_by, notice.seen_at = by, utc(now)
    session.add(notice)


def see_about(session: Session, subject: str, by: str, now: datetime) -> int:
    """What it was about is done: nobody need take note any more; how many notices that were."""
    found = list(session.exec(select(Notice).where(Notice.subject == subject, col(Notice.seen_at).is_(None))))
    for one in found:
        see(session, one, by, now)
    return len(found)


def open_about(session: Session, *subjects: str) -> str:
    """The newest sentence that still stands about one of these; "" when there is none."""
    query = select(Notice.sentence).where(col(Notice.subject).in_(subjects), col(Notice.seen_at).is_(None))
    return session.exec(query.order_by(col(Notice.last_at).desc(), col(Notice.id).desc()).limit(1)).first() or ""


def told_to(session: Session, person_id: int) -> list[Notice]:
    """What one person was told and has not taken note of yet, nor is done, the newest first."""
    mine = (NoticeSend.person_id == person_id, NoticeSend.way == "app", NoticeSend.notice_id == Notice.id)
    query = select(Notice).where(*mine, col(NoticeSend.seen_at).is_(None), col(Notice.seen_at).is_(None))
    return list(session.exec(query.order_by(col(Notice.last_at).desc(), col(Notice.id).desc())))


def take_note(session: Session, notice: Notice, person_id: int, now: datetime) -> None:
    """知道了, for this person alone, by every way it goes to them; for one who was not told it is told by this."""
    mine = update(NoticeSend).where(col(NoticeSend.notice_id) == notice.id, col(NoticeSend.person_id) == person_id)
    if session.exec(mine.values(seen_at=utc(now))).rowcount == 0:
        session.add(
            NoticeSend(
                notice_id=notice.id, person_id=person_id, way="app", state="sent", sent_at=utc(now), seen_at=utc(now)
            )
        )  # fmt: skip
    session.flush()


def see_told(session: Session, person_id: int, numbers: Collection[int], now: datetime) -> int:
    """Take note of these; how many there were. What somebody was not told, or nobody showed them, is not there."""
    found = [one for one in told_to(session, person_id) if one.id in numbers]
    for one in found:
        take_note(session, one, person_id, now)
    return len(found)
