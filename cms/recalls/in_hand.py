"""What orders say of copies that are with a person (代发包): to wait, to take away, to correct, to say that it is over.

One answer for the package's folder, the page on the desk and on the phone, and the list of them.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session, col, or_, select

from cms.matrix import Account
from cms.recalls.deciding import WATCH
from cms.recalls.overlapping import overtaken_by
from cms.recalls.settling import is_deleted
from cms.releases import Recall, Remedy

BY_PEOPLE = "handover"
_STANDING = ("planned", "due", "acting", "unknown", "by_hand", "failed")
Asked = tuple[Remedy, Recall]


@dataclass(frozen=True, slots=True)
class InHand:
    """``given``: what a person is to do, each order's remedy; ``coming``: orders that were given, and nobody was told
    yet what to do; ``waits``: a retraction nobody has decided about; ``back``: the remedies among ``given`` that a
    newer order has gone back on."""

    given: tuple[Asked, ...] = ()
    coming: tuple[Recall, ...] = ()
    waits: Recall | None = None
    back: frozenset[int] = frozenset()

    @property
    def is_free(self) -> bool:
        """Whether nothing stands against posting it."""
        return not self.given and not self.coming and self.waits is None


FREE = InHand()


def in_hand(session: Session, deliveries: Collection[int], now: datetime) -> Mapping[int, InHand]:
    """What stands against these deliveries at ``now``, by their numbers; those nothing stands against are not there.
    What the end of a flash asks counts from its time on."""
    query = (
        select(Remedy, Recall)
        .where(Remedy.recall_id == Recall.id, Remedy.account_id == Account.id, Recall.state != "rejected")
        .where(col(Remedy.delivery_id).in_(deliveries), col(Remedy.state).in_(_STANDING))
        .where(col(Remedy.action).not_in(("none", WATCH, "wait")))
        .where(or_(Account.transport == BY_PEOPLE, Remedy.action == "by_hand"))
        .order_by(col(Remedy.id))
    )
    found: dict[int, InHand] = {}
    for remedy, recall in session.exec(query):
        before = found.get(remedy.delivery_id, FREE)
        is_back = remedy.state in ("by_hand", "failed") and overtaken_by(session, remedy) is not None
        if remedy.state == "by_hand" or (remedy.state == "failed" and not is_back):
            back = before.back | {remedy.id} if is_back else before.back
            found[remedy.delivery_id] = replace(before, given=(*before.given, (remedy, recall)), back=back)
        elif remedy.state == "planned":
            if recall.kind == "retraction":
                found[remedy.delivery_id] = replace(before, waits=recall)
        elif remedy.state != "failed" and (recall.kind != "expiry" or remedy.next_at is None or remedy.next_at <= now):
            found[remedy.delivery_id] = replace(before, coming=(*before.coming, recall))
    return {number: replace(one, given=only_needed(one.given)) for number, one in found.items()}


def only_needed(given: tuple[Asked, ...]) -> tuple[Asked, ...]:
    """Of a copy that is to be taken away nobody has to say that its flash is over; what a person found impossible
    stands only while nothing else is asked."""
    asked = tuple(one for one in given if one[0].state != "failed") or given
    gone = {remedy.item_id for remedy, order in asked if order.kind != "expiry" and is_deleted(remedy, order)}
    return tuple((one, order) for one, order in asked if order.kind != "expiry" or one.item_id not in gone)


def what_for(remedy: Remedy, order: Recall, *, is_back: bool = False) -> str:
    """What is asked of a person, in a word or two."""
    if is_back:
        return "不要再照办"
    if order.kind == "expiry":
        return "已解除"
    return "要撤下" if is_deleted(remedy, order) else "要更正"
