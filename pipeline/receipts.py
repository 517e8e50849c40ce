"""回执: what the platform, our own site or the queue 「待代发」 answered, into rows."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import bindparam, update
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import Session

from channels.transport import Sent, Staged
from channels.values import Part
from cms.db import ask, enter
from cms.releases import Delivery, Item, Receipt
from pipeline import ledger

_ROWS = Item.__table__  # type: ignore[attr-defined]
_KEEPING = (
    update(_ROWS)
    .where(_ROWS.c.id == bindparam("number"))
    .values({name: bindparam(f"_to_{name}") for name in ("address", "remote_id", "fills")})
)


def of_platform(
    session: Session, delivery: Delivery, staged: Staged, sent: Sent, parts: Sequence[Part], now: datetime
) -> None:
    """A clear answer of a platform: each story's address, id and fills, and the receipt of the send."""
    items = {one.position: one for one in ledger.items_of(session, delivery)}
    told = {one.position: one for one in sent.items}
    for (position, item), part in zip(items.items(), parts, strict=True):
        there = told.get(position)
        address, remote = (there.address, there.remote_id) if there else (item.address, item.remote_id)
        _keep(session, item, address, remote, staged.fills.get(part.story, {}))
    first = next(iter(items.values()))
    enter(
        session,
        Receipt,
        delivery_id=delivery.id,
        state=sent.state,
        remote_id=sent.remote_id,
        address=first.address,
        at=now,
        fills=first.fills,
        sent_hash=staged.sent_hash,
        note=sent.note,
    )


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
        _keep(session, item, address, item.remote_id, used)
    enter(
        session,
        Receipt,
        delivery_id=delivery.id,
        state=state,
        address=address,
        at=now,
        fills=dict(fills[0]),
        sent_hash=sent_hash,
    )


def _keep(session: Session, item: Item, address: str, remote_id: str, fills: Mapping[str, str]) -> None:
    """Where a story of a delivery lies, and what was filled in; the row in hand says it too."""
    kept = {"address": address, "remote_id": remote_id, "fills": dict(fills)}
    ask(session, _KEEPING, number=item.id, **{f"_to_{name}": value for name, value in kept.items()})
    for name, value in kept.items():
        set_committed_value(item, name, value)
