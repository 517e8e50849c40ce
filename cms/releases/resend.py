"""Sending again what failed or was removed: the same delivery under a key of the next generation, by a person."""

from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import Session, col

from cms import review
from cms.matrix import Account
from cms.releases import halts
from cms.releases.cancel import check_hands
from cms.releases.key import delivery_key
from cms.releases.plan import PlanError, tenant
from cms.releases.returning import sources_of
from cms.releases.rows import Delivery, Item
from cms.releases.states import STATE_NAMES, move
from cms.releases.stops import has_stopped

AGAIN = frozenset({"failed", "removed"})
"""Over, and no reader has it; what was cancelled or withdrawn is released anew instead."""
PATIENCE = timedelta(hours=2)


def resend(session: Session, delivery: Delivery, actor: str, reason: str, now: datetime) -> Delivery:
    """The same signed bytes once more, at once: only here a key's generation grows.

    PlanError unless it is over and unseen; SignError when the story was edited since (I6)."""
    if delivery.state not in AGAIN:
        raise PlanError(f"“{STATE_NAMES[delivery.state]}”的投递不能重发；只有失败的、被平台删除的可以。")
    if not reason.strip():
        raise PlanError("重发要写明原因，请用 --reason 写一句。")
    check_hands(session, delivery, actor)
    if has_stopped(session, delivery):
        raise PlanError("稿件已撤稿或已更正，这一版不能再发。")
    if any(one.state != "composed" for _, one in sources_of(session, delivery)):
        raise PlanError("这次推送已经拆开，各篇另有安排；请到“组稿”里重新组。")
    if delivery.sealed_set_id is None:
        raise PlanError("这份投递没有签发过，请重新排发布。")
    halts.check_as_signed(session, delivery, session.get_one(review.SealedSet, delivery.sealed_set_id))
    account = session.get_one(Account, delivery.account_id)
    pairs = [(str(slug), int(number)) for slug, number in delivery.stories]
    generation = delivery.generation + 1
    changes = {
        "generation": generation,
        "key": delivery_key(tenant(session), account.key, pairs, generation),
        "deadline": now + PATIENCE,
        "staged": {},
        "remote_id": "",
        "looks": 0,
        "deaths": 0,
        "next_at": None,
        "lost_at": None,
        "accepted_at": None,
    }
    # The account is free for the story again; should another delivery have it by now, the index says no.
    session.exec(
        update(Item).where(col(Item.delivery_id) == delivery.id).values(fate="planned", remote_id="", address="")
    )
    return move(session, delivery, "resend", actor=actor, now=now, reason=reason.strip(), **changes)
