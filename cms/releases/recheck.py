"""复查: later looks at a copy that was dealt with, after an hour, a day and a week, and what follows from them.

A copy that is there again is dealt with once more by itself; the second time a person is told, for whoever puts it
back will do so again. A recall is closed when all its looks are over.
"""

from datetime import datetime, timedelta

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from cms import audit
from cms.db import enter, fetch, utc
from cms.releases.recall_rows import Recall, Remedy, RemedyCheck

AFTER = (timedelta(hours=1), timedelta(days=1), timedelta(days=7))
"""So long after a remedy ended it is looked at again."""
LEAVES_A_COPY = frozenset({"amend", "withdraw", "reissue", "remark", "by_hand", "expire", "watch"})
"""What is done about a copy readers could see, or may see again; what was never out needs no later look."""
OUTCOME_NAMES = {
    "as_it_should": "和处置后的一样",
    "there_again": "又出现了",
    "altered": "和处置后的不一样",
    "cannot_see": "看不到（平台不给查，或查不成）",
}
ACTOR = "pipeline"
AGAIN = timedelta(hours=1)
"""So long after a platform was away the same look is tried again."""
PATIENCE = timedelta(days=3)
"""So long the last look is tried: after that a person is asked."""
_DUE = (
    select(RemedyCheck, Remedy)
    .where(RemedyCheck.remedy_id == Remedy.id, RemedyCheck.outcome == "", RemedyCheck.due_at <= bindparam("now"))
    .where(col(Remedy.state).in_(("done", "by_hand")))
    .order_by(col(RemedyCheck.due_at), col(RemedyCheck.id))
)
_PLANNED = select(RemedyCheck).where(RemedyCheck.remedy_id == bindparam("remedy"), RemedyCheck.outcome == "")


def plan_checks(session: Session, remedy: Remedy, now: datetime) -> None:
    """Look again at the copy of a remedy that ended ``now``; open looks of an earlier end of it are forgotten."""
    forget_checks(session, remedy)
    for later in AFTER if remedy.action in LEAVES_A_COPY else ():
        enter(session, RemedyCheck, remedy_id=remedy.id, due_at=now + later)


def planned(session: Session, remedy_id: int) -> list[RemedyCheck]:
    """The looks at a remedy's copy that were not taken yet."""
    return fetch(session, _PLANNED, remedy=remedy_id)


def forget_checks(session: Session, remedy: Remedy) -> None:
    """The looks that were planned and not taken: the remedy ends anew, or with a person."""
    for one in planned(session, remedy.id):
        session.delete(one)
    session.flush()


def put_off(session: Session, check: RemedyCheck, note: str, now: datetime) -> bool:
    """Try this look again in an hour, since the platform could not be asked now (``note``); False, and nothing is
    changed, where the next one planned comes as soon, or where it was the last and has been tried for three days."""
    remedy = session.get_one(Remedy, check.remedy_id)
    others = [one for one in planned(session, check.remedy_id) if one.id != check.id]
    if any(one.due_at <= now + AGAIN for one in others):
        return False
    if remedy.ended_at is None or now >= remedy.ended_at + AFTER[-1] + PATIENCE:
        return False
    check.due_at, check.note = now + AGAIN, note
    session.add(check)
    session.flush()
    return True


def due_checks(session: Session, now: datetime) -> list[tuple[RemedyCheck, Remedy]]:
    """The looks whose time has come, the oldest first."""
    return fetch(session, _DUE, now=utc(now))


def close_recalls(session: Session, now: datetime) -> list[Recall]:
    """Close what is settled and looked at for the last time; those that were closed."""
    open_look = (
        select(RemedyCheck.id)
        .join(Remedy, col(Remedy.id) == col(RemedyCheck.remedy_id))
        .where(col(Remedy.recall_id) == col(Recall.id), col(RemedyCheck.outcome) == "")
        .exists()
    )
    closed = list(session.exec(select(Recall).where(Recall.state == "settled", ~open_look).order_by(col(Recall.id))))
    for recall in closed:
        recall.state, recall.closed_at = "closed", now
        session.add(recall)
        audit.record(session, ACTOR, "recall.close", f"recall:{recall.id}", {}, now)
    session.flush()
    return closed
