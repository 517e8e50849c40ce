"""Before a recall takes effect: a draft that lies on a platform may have been published by hand meanwhile (F35).

The rows call it unsent. Taken back in rows alone, it would stay with readers, beside the version that goes out in its
place. So the draft is looked for; one that is not there any more makes its delivery 结果未知, and the ordinary look-ups
tell what became of it before it is dealt with. A platform that gives no answer changes nothing.
"""

import logging
from datetime import datetime

from sqlmodel import col, select

from channels import canonical
from channels.contract import ChannelError
from channels.transport import Drafts, Staged
from cms.db import read_scope, session_scope
from cms.matrix import Account
from cms.releases import Delivery, Remedy, move
from pipeline.house import House
from pipeline.seeing import credential_of

log = logging.getLogger("yigao.recalls")
ACTOR = "pipeline"
GONE = "更正、撤稿之前核对：平台草稿箱里已经没有这一份，可能有人在后台发布了；先核对，再处置。"


def look_at_drafts(house: House, recall_id: int, now: datetime) -> list[int]:
    """The deliveries of a recall whose draft is not where we put it: they are asked about from now on."""
    query = (
        select(Delivery, Account)
        .where(Remedy.recall_id == recall_id, Remedy.delivery_id == Delivery.id, Delivery.account_id == Account.id)
        .where(Delivery.state == "staged", Account.transport == "api")
        .order_by(col(Delivery.id))
    )
    with read_scope(house.engine) as session:
        waiting = [(delivery, account) for delivery, account in session.exec(query)]
    gone = [delivery for delivery, account in waiting if _is_gone(house, delivery, account, now)]
    found = []
    for one in gone:
        with session_scope(house.engine) as session:
            row = session.get_one(Delivery, one.id)
            if (row.state, row.fence) == (one.state, one.fence):
                move(session, row, "doubt", actor=ACTOR, now=now, reason=GONE, lost_at=now, looks=0, next_at=now)
                found.append(one.id)
    return found


def _is_gone(house: House, delivery: Delivery, account: Account, now: datetime) -> bool:
    try:
        transport = house.wires.transport(account.channel)
        if not isinstance(transport, Drafts):
            return False
        staged: Staged = canonical.build(Staged, delivery.staged)
        return not transport.has_draft(staged, credential_of(house, account, lambda: now))
    except ChannelError as error:
        log.info("%s: %s", delivery.key, error)
        return False
