"""陌生稿: what stands on an account and nobody here knows of. A person says what it is; nothing is repaired.

adopt     it is one of ours after all: the delivery takes its address (``handling.adopt`` decides whether it may)
ours      one of our people published it by hand: acknowledged, with why
foreign   nobody of ours did: acknowledged, with what was done about it (password, report)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import func
from sqlmodel import Session, col, select

from cms import audit
from cms.db import utc
from cms.matrix import Account
from cms.people import Scope, name_of
from cms.people.mandates import STRANGER, check_may
from cms.releases.handling import ADOPTABLE, PREFIX, HandlingError
from cms.releases.rows import Delivery, Release
from cms.releases.sightings import ANSWER_NAMES, Sighting, Stocktaking

Answer = Literal["adopted", "ours", "foreign"]
OPEN = ("", "gone")
"""Nobody has said what it is."""
SHOWN, CANDIDATES = 40, 30


@dataclass(frozen=True, slots=True)
class Stranger:
    """One of them, with its account."""

    row: Sighting
    account: Account

    @property
    def state(self) -> str:
        return ANSWER_NAMES[self.row.answer]


def waiting(session: Session, scope: Scope) -> list[Stranger]:
    """What nobody has judged yet and still stands, the newest first; not more than a person judges at a sitting."""
    return _listed(session, scope, ("",), SHOWN)


def answered(session: Session, scope: Scope, most: int = 50) -> list[Stranger]:
    """What became of the others, the newest first."""
    return _listed(session, scope, ("adopted", "ours", "foreign", "gone"), most)


def count(session: Session, scope: Scope) -> int:
    """How many wait for a person."""
    query = select(func.count()).select_from(Sighting).join(Account).where(Sighting.kind == "stranger")
    return session.exec(query.where(Sighting.answer == "", scope.over(Account.unit_id))).one()


def named(session: Session, scope: Scope, number: int) -> Stranger | None:
    """The stranger with this number on an account in reach."""
    query = select(Sighting, Account).where(Sighting.account_id == Account.id, Sighting.kind == "stranger")
    found = session.exec(query.where(Sighting.id == number, scope.over(Account.unit_id))).one_or_none()
    return Stranger(*found) if found else None


def candidates(session: Session, those: Sequence[Stranger]) -> dict[int, list[tuple[Delivery, str]]]:
    """The deliveries that could be one of these, by account: (delivery, title of its release), the newest first."""
    query = select(Delivery, Release.title).where(
        Delivery.release_id == Release.id,
        col(Delivery.account_id).in_({one.account.id for one in those}),
        col(Delivery.state).in_(ADOPTABLE),
    )
    found: dict[int, list[tuple[Delivery, str]]] = {one.account.id: [] for one in those}
    for one, title in session.exec(query.order_by(col(Delivery.due_at).desc(), col(Delivery.id).desc())):
        if len(found[one.account_id]) < CANDIDATES:
            found[one.account_id].append((one, title))
    return found


def unseen(session: Session, scope: Scope) -> list[tuple[Account, Stocktaking]]:
    """The accounts whose last stocktaking did not see everything, with why."""
    query = select(Account, Stocktaking).where(Stocktaking.account_id == Account.id, Stocktaking.note != "")
    return [(one, stock) for one, stock in session.exec(query.where(scope.over(Account.unit_id)).order_by(Account.key))]


def check_adoption(session: Session, stranger: Stranger, delivery: Delivery) -> None:
    """HandlingError where this delivery cannot be the one."""
    _check_open(session, stranger.row)
    if delivery.account_id != stranger.account.id:
        raise HandlingError(f"投递 {delivery.key[:PREFIX]} 不在账号“{stranger.account.name}”上，请选这个账号的投递。")


def answer(session: Session, row: Sighting, what: Answer, by: str, reason: str, now: datetime) -> Sighting:
    """Say what it is. HandlingError when it was said already, or not why; PeopleError when it
    is not theirs to say."""
    _check_open(session, row)
    if not reason.strip():
        raise HandlingError("请写一句依据：谁发的、怎么知道的，或者已经怎么处理。")
    check_may(session, by, STRANGER, [session.get_one(Account, row.account_id).unit_id])
    row.answer, row.answered_by, row.answered_at, row.answer_reason = what, by, utc(now), reason.strip()
    session.add(row)
    session.flush()
    detail = {"answer": what, "reason": row.answer_reason, "address": row.address, "title": row.title}
    audit.record(session, by, "sighting.answer", f"sighting:{row.id}", detail, now)
    return row


def _check_open(session: Session, row: Sighting) -> None:
    if row.kind != "stranger" or row.answer not in OPEN:
        told = ANSWER_NAMES.get(row.answer, "")
        raise HandlingError(f"这一篇{told}（{name_of(session, row.answered_by)}：{row.answer_reason}），不用再登记。")


def _listed(session: Session, scope: Scope, answers: Sequence[str], most: int) -> list[Stranger]:
    query = select(Sighting, Account).where(
        Sighting.account_id == Account.id,
        Sighting.kind == "stranger",
        col(Sighting.answer).in_(answers),
        scope.over(Account.unit_id),
    )
    rows = session.exec(query.order_by(col(Sighting.posted_at).desc(), col(Sighting.id).desc()).limit(most))
    return [Stranger(row, account) for row, account in rows]
