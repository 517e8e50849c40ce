"""Who is told a notice, and who next when nobody has taken note: rungs of a ladder, from the desk up to the province.

Only rows are written here; ``pipeline/notices.py`` carries them out of the house.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from sqlalchemy import or_, update
from sqlmodel import Session, col, delete, select

from cms.db import utc
from cms.matrix import Account
from cms.people.notices import Notice, NoticeSend, NoticeTarget, has_been_noted
from cms.people.roles import CITY, EDITOR, PROVINCE, SIGNER, Tree, tree
from cms.people.rows import Appointment, Contact, Person

LADDER = (EDITOR, SIGNER, CITY, PROVINCE)
FIRST: Mapping[str, int] = {
    "account": 2,
    "recall": 1,
    "stranger": 1,
    "submission": 1,
    "block": 1,
    "phone": 1,
    "phone-late": 2,
}
"""The rung a notice begins on, by what it is about; everything else begins at the desk."""
LEASE = timedelta(minutes=2)
BACK_OFF = tuple(timedelta(minutes=one) for one in (1, 5, 15, 60, 240))
"""How long until a way that failed is tried again; after the last it has failed."""


def spread(session: Session, wait: timedelta, ways: Collection[str], now: datetime) -> int:
    """Tell what is new, and tell the next rung what nobody took note of for ``wait``; how many sends that made."""
    late = or_(col(Notice.rung_at).is_(None), col(Notice.rung_at) <= now - wait)
    query = select(Notice).where(col(Notice.seen_at).is_(None), late, Notice.rung < len(LADDER), ~has_been_noted())
    waiting = list(session.exec(query.order_by(col(Notice.id))))
    units = tree(session) if waiting else Tree(())
    return sum(_tell(session, one, units, ways, now) for one in waiting)


def _tell(session: Session, notice: Notice, units: Tree, ways: Collection[str], now: datetime) -> int:
    """The next rung that has somebody on it. ``rung`` is then the one after it."""
    unit_id = notice.unit_id or _unit_of(session, notice.subject) or units.top
    rung = notice.rung if notice.rung_at else FIRST.get(notice.subject.partition(":")[0], 0)
    named = () if notice.rung_at else _named(session, notice)
    made = sum(_send(session, notice, one, ways, now) for one in named)
    while rung < len(LADDER) and not made:
        made = sum(_send(session, notice, one, ways, now) for one in _on_rung(session, LADDER[rung], unit_id, units))
        rung += 1
    notice.rung, notice.rung_at = rung, utc(now)
    session.add(notice)
    return made


def _named(session: Session, notice: Notice) -> list[int]:
    """The people it is for by name."""
    query = select(Person.id).where(NoticeTarget.person_id == Person.id, NoticeTarget.notice_id == notice.id)
    return list(session.exec(query.where(col(Person.disabled_at).is_(None)).order_by(col(Person.id))))


def _unit_of(session: Session, subject: str) -> int | None:
    """Whose account it is about, where it is about one."""
    kind, _, key = subject.partition(":")
    return session.exec(select(Account.unit_id).where(Account.key == key)).first() if kind == "account" else None


def _on_rung(session: Session, role: str, unit_id: int | None, units: Tree) -> list[int]:
    """The people with this role in the unit, or in the nearest one above it that has somebody."""
    parents = {one: parent for one, _, parent in units.rows}
    here = unit_id
    while here is not None:
        query = select(Person.id).where(
            Appointment.person_id == Person.id,
            Appointment.role == role,
            Appointment.unit_id == here,
            col(Person.disabled_at).is_(None),
        )
        found = list(session.exec(query.order_by(col(Person.id))))
        if found:
            return found
        here = parents.get(here)
    return []


def _send(session: Session, notice: Notice, person_id: int, ways: Collection[str], now: datetime) -> int:
    """A row for each way this person can be reached; in the app always. Who was told already is not told again."""
    same = (NoticeSend.notice_id == notice.id, NoticeSend.person_id == person_id)
    told = set(session.exec(select(NoticeSend.way).where(*same)))
    reachable = set(session.exec(select(Contact.way).where(Contact.person_id == person_id)))
    new = ({"app"} | (reachable & set(ways))) - told
    for way in sorted(new):
        is_app = way == "app"
        session.add(
            NoticeSend(
                notice_id=notice.id, person_id=person_id, way=way, state="sent" if is_app else "due",
                sent_at=utc(now) if is_app else None, next_at=None if is_app else utc(now),
            )
        )  # fmt: skip
    session.flush()
    return len(new)


def call_off(session: Session) -> None:
    """What is done meanwhile, or its reader has taken note of, need not travel any more."""
    done = col(NoticeSend.notice_id).in_(select(Notice.id).where(col(Notice.seen_at).is_not(None)))
    session.exec(
        delete(NoticeSend).where(col(NoticeSend.state) == "due", or_(done, col(NoticeSend.seen_at).is_not(None)))
    )


def claim(session: Session, now: datetime) -> NoticeSend | None:
    """The next due send, ours until its lease runs out: whoever dies with it leaves it to the next."""
    open_ones = col(NoticeSend.state).in_(("due", "sending")), col(NoticeSend.next_at) <= now
    query = select(NoticeSend).where(*open_ones).order_by(col(NoticeSend.next_at), col(NoticeSend.id))
    found = session.exec(query.limit(1)).first()
    if found is None:
        return None
    return found if take(session, found, now) else None


def take(session: Session, send: NoticeSend, now: datetime) -> bool:
    """Whether this due send is ours now."""
    mine = update(NoticeSend).where(col(NoticeSend.id) == send.id, col(NoticeSend.next_at) == send.next_at)
    changed = session.exec(mine.values(state="sending", next_at=utc(now + LEASE), tries=send.tries + 1))
    session.refresh(send)
    return changed.rowcount == 1


def due_beside(session: Session, send: NoticeSend, now: datetime) -> list[tuple[NoticeSend, Notice]]:
    """What else is due to the same person by the same way, with what it tells."""
    query = select(NoticeSend, Notice).where(
        NoticeSend.notice_id == Notice.id, NoticeSend.person_id == send.person_id, NoticeSend.way == send.way,
        NoticeSend.id != send.id, col(NoticeSend.state).in_(("due", "sending")), col(NoticeSend.next_at) <= now,
    )  # fmt: skip
    return [(one, notice) for one, notice in session.exec(query.order_by(col(NoticeSend.id)))]


def done(session: Session, send_id: int, now: datetime) -> None:
    """It is out."""
    row = session.get_one(NoticeSend, send_id)
    row.state, row.sent_at, row.next_at, row.reason = "sent", utc(now), None, ""


def not_done(session: Session, send_id: int, reason: str, now: datetime) -> None:
    """It did not get out: tried again later, or, after the last time, failed for good."""
    row = session.get_one(NoticeSend, send_id)
    row.reason = reason
    is_over = row.tries > len(BACK_OFF)
    row.state = "failed" if is_over else "due"
    row.next_at = None if is_over else utc(now + BACK_OFF[row.tries - 1])
