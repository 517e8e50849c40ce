"""Taking back what has not gone out yet, so that a story can be released anew."""

from datetime import datetime

from sqlmodel import Session, col, select

from cms.matrix import Account
from cms.people.mandates import BY_HAND, HANDLE, check_may
from cms.releases.restored import is_doubtful
from cms.releases.returning import give_back
from cms.releases.rows import Attempt, Delivery, Release
from cms.releases.seal import deliveries_of
from cms.releases.states import move

# With a person, a package may be out already: that is for a correction, not for a cancellation.
UNSENT = frozenset({"planned", "rendered", "ready", "staged", "held"})
CLEAR_NO = frozenset({"StoryError", "LaterError", "QuotaError", "AdministratorError", "AccountError", "absent"})
"""What an attempt ended with when the platform clearly did not take it."""


class CancelError(Exception):
    """Why nothing can be cancelled, in one sentence with the remedy."""


def check_hands(session: Session, delivery: Delivery, by: str) -> None:
    """PeopleError when ``by`` may not decide about this delivery; what was given to a person to post is also a
    reporter's of that unit."""
    unit_id = session.get_one(Account, delivery.account_id).unit_id
    check_may(session, by, BY_HAND if delivery.state == "handed_over" else HANDLE, [unit_id])


def may_be_out(session: Session, delivery: Delivery) -> bool:
    """Whether readers may see it already: it was sent, and no clear no came back since, or it was with a
    person. Such a delivery is neither sent again nor cancelled without a person's word (I1, I4). Where rows were lost
    an older house may have sent it."""
    return was_sent(session, delivery) or is_doubtful(session, delivery)


def was_sent(session: Session, delivery: Delivery) -> bool:
    """The same, as far as the rows know."""
    if delivery.person:
        return True  # it was with a person, who may have posted it
    if delivery.lost_at is None and not delivery.remote_id:
        return False
    query = select(Attempt.outcome).where(Attempt.delivery_id == delivery.id, Attempt.step == "publish")
    last = session.exec(query.order_by(col(Attempt.id).desc()).limit(1)).first()
    return last not in CLEAR_NO


def cancel(session: Session, release: Release, actor: str, reason: str, now: datetime) -> list[Delivery]:
    """Cancel every delivery of ``release`` that nobody outside has seen; those, as they now are. PeopleError where one
    of them is not the actor's to decide."""
    for one in _unsent(session, release):
        check_hands(session, one, actor)
    return take_back(session, release, actor, reason, now)


def take_back(session: Session, release: Release, actor: str, reason: str, now: datetime) -> list[Delivery]:
    """The same without asking for the mandate: for what follows from a decision that was the actor's to take (退回,
    重新送审)."""
    if not reason.strip():
        raise CancelError("取消发布要写明原因，请用 --reason 写一句。")
    waiting = [one for one in deliveries_of(session, release) if one.state in UNSENT]
    unsent = _unsent(session, release)
    if waiting and not unsent:
        raise CancelError(f"发布单 {release.id} 剩下的 {len(waiting)} 个投递可能已经发出，请用 yigao why 逐个核对。")
    if not unsent:
        raise CancelError(f"发布单 {release.id} 没有可取消的投递：都已发出、已转人工代发或已取消。")
    gone = [move(session, one, "cancel", actor=actor, now=now, reason=reason.strip()) for one in unsent]
    for one in gone:
        give_back(session, one, actor, reason.strip(), now)
    return gone


def _unsent(session: Session, release: Release) -> list[Delivery]:
    waiting = [one for one in deliveries_of(session, release) if one.state in UNSENT]
    return [one for one in waiting if not may_be_out(session, one)]
