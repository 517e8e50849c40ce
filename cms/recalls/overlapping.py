"""Two orders at one copy: what an older correction began there, and which newer order has taken its place.

What one order did in silence is no ground for another to call a copy unchanged: while an older remedy is at a platform
or with a person nobody knows what stands, and the newer order waits until it is known.
"""

from sqlalchemy import bindparam
from sqlmodel import Session, col, or_, select

from cms.db import fetch
from cms.recalls.deciding import SAME, is_remark
from cms.recalls.steps import OPEN
from cms.releases import Recall, Remedy

Other = tuple[Remedy, Recall]
_SAME_COPY = select(Remedy, Recall).where(Remedy.recall_id == Recall.id, Remedy.item_id == bindparam("item"))
_OLDER = _SAME_COPY.where(Recall.kind == "correction", col(Remedy.recall_id) < bindparam("order")).order_by(
    col(Remedy.id)
)
_NEWER = (
    _SAME_COPY.where(Recall.kind != "expiry", col(Remedy.recall_id) > bindparam("order"))
    .where(col(Recall.approved_at).is_not(None), or_(Remedy.state != "off", Recall.kind == "retraction"))
    .order_by(col(Remedy.recall_id).desc())
)
CHANGED = ("amend", "by_hand", "remark")
"""What leaves a copy where it is and lets it say something else."""


def begun(session: Session, remedy: Remedy) -> Other | None:
    """An older correction's remedy at the same copy that is at the platform, without an answer, or with a person."""
    return next((one for one in _older(session, remedy) if _has_begun(one[0])), None)


def is_undecided(remedy: Remedy) -> bool:
    """Whether it leaves the copy as it is, should it be found as it was."""
    return remedy.rule == SAME and remedy.action != "none"


def _has_begun(remedy: Remedy) -> bool:
    return remedy.state in ("acting", "unknown", "by_hand") or (remedy.state == "due" and bool(remedy.person))


def unended(session: Session, remedy: Remedy) -> Other | None:
    """An older correction's remedy at the same copy that may yet begin, or has."""
    return next((one for one in _older(session, remedy) if one[0].state in OPEN | {"failed"}), None)


def is_remarked(session: Session, remedy: Remedy) -> bool:
    """Whether an older correction stands in a remark under the copy, whatever the copy itself says."""
    return any(_remarked(one) for one, _ in _older(session, remedy))


def was_changed(session: Session, remedy: Remedy, order: Recall) -> bool:
    """Whether an older correction let the copy say something else since ``order`` compared it."""
    for one, _ in _older(session, remedy):
        is_since = one.ended_at is not None and one.ended_at >= order.created_at
        if _remarked(one) or (one.state == "done" and one.action in CHANGED and is_since):
            return True
    return False


def _remarked(remedy: Remedy) -> bool:
    return remedy.state == "done" and (remedy.action == "remark" or is_remark(remedy.rule))


def _older(session: Session, remedy: Remedy) -> list[Other]:
    return fetch(session, _OLDER, item=remedy.item_id, order=remedy.recall_id)


def newer(session: Session, remedy: Remedy) -> list[Other]:
    """What later orders that were given decided about the same copy, the newest first; the end of a flash is none."""
    return fetch(session, _NEWER, item=remedy.item_id, order=remedy.recall_id)


def overtaken_by(session: Session, remedy: Remedy) -> Recall | None:
    """The newest order that has taken the place of a correction at this copy; None where its own still counts. The end
    of a flash is said beside any other order."""
    if session.get_one(Recall, remedy.recall_id).kind != "correction":
        return None
    return next((order for _, order in newer(session, remedy)), None)
