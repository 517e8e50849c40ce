"""回执: what the platform, our own site or the queue 「待代发」 answered, into rows."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel import Session

from channels.transport import Sent, Staged
from channels.values import Part
from cms.releases import Delivery, Receipt
from pipeline import ledger


def of_platform(
    session: Session, delivery: Delivery, staged: Staged, sent: Sent, parts: Sequence[Part], now: datetime
) -> None:
    """A clear answer of a platform: each story's address, id and fills, and the receipt of the send."""
    items = {one.position: one for one in ledger.items_of(session, delivery)}
    for told in sent.items:
        item = items[told.position]
        item.address, item.remote_id = told.address, told.remote_id
        session.add(item)
    for item, part in zip(items.values(), parts, strict=True):
        item.fills = dict(staged.fills.get(part.story, {}))
        session.add(item)
    first = next(iter(items.values()))
    receipt = Receipt(
        delivery_id=delivery.id,
        state=sent.state,
        remote_id=sent.remote_id,
        address=first.address,
        at=now,
        fills=first.fills,
        sent_hash=staged.sent_hash,
        note=sent.note,
    )
    session.add(receipt)
    session.flush()


def of_ours(
    session: Session,
    delivery: Delivery,
    state: str,
    address: str,
    fills: Sequence[Mapping[str, str]],
    sent_hash: str,
    now: datetime,
) -> None:
    """What our own site or the queue did with the stories of a delivery; ``fills`` in their order."""
    for item, used in zip(ledger.items_of(session, delivery), fills, strict=True):
        item.fills, item.address = dict(used), address
        session.add(item)
    receipt = Receipt(
        delivery_id=delivery.id, state=state, address=address, at=now, fills=dict(fills[0]), sent_hash=sent_hash
    )
    session.add(receipt)
    session.flush()
