"""How many read what an order takes away, asked of the platforms before anybody decides: read only, beside the work,
so that neither an order nor its approval ever waits for an answer."""

from datetime import datetime

from sqlmodel import Session, col, select

from channels.contract import ChannelError
from channels.transport import Counts
from cms import recalls
from cms.db import read_scope, session_scope
from cms.releases import ReadCount, Receipt, Remedy
from pipeline.clock import TimeSource
from pipeline.house import House
from pipeline.ledger import items_of
from pipeline.seeing import credential_of
from pipeline.standing import sent_of

ACTOR = "pipeline"


def ask_reads(house: House, clock: TimeSource) -> int:
    """Ask for every copy of an undecided order that would be taken away; of how many."""
    with read_scope(house.engine) as session:
        due = recalls.to_ask(session, clock())
    for remedy in due:
        told = _asked(house, remedy, clock)
        with session_scope(house.engine) as session:
            session.add(told)
    return len(due)


def _asked(house: House, remedy: Remedy, clock: TimeSource) -> ReadCount:
    with read_scope(house.engine) as session:
        item, delivery, account = recalls.place_of(session, remedy)
        items, at = items_of(session, delivery), _published(session, delivery.id) or delivery.due_at
    row = ReadCount(remedy_id=remedy.id, by=ACTOR, at=clock(), why="平台没有给出这一篇的数字")
    transport = house.wires.transport(account.channel)
    if not isinstance(transport, Counts):
        return row
    try:
        found = transport.counted(sent_of(delivery, items), at, credential_of(house, account, clock))
    except ChannelError as error:
        row.why = error.sentence
        return row
    for one in found:
        if one.position == item.position:
            row.count, row.until, row.why = one.count, one.until, ""
    return row


def _published(session: Session, delivery_id: int) -> datetime | None:
    query = select(Receipt.at).where(Receipt.delivery_id == delivery_id, Receipt.state == "published")
    return session.exec(query.order_by(col(Receipt.id)).limit(1)).first()
