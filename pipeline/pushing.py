"""组稿 in the press room: the bytes of a push are those of its stories as they were signed, one after the other."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from channels import registry
from channels.values import Rendition
from cms import checks
from cms.db import read_scope, session_scope
from cms.matrix import profiles_of
from cms.releases import Delivery, pushes
from cms.releases.pushes import Order, PushError
from cms.stories import workdays
from pipeline import ledger, press
from pipeline.house import House


def together(renditions: Sequence[Rendition]) -> Rendition:
    """One rendition of many for the same account: their parts, to the byte, in this order."""
    first = renditions[0]
    return replace(
        first,
        parts=tuple(part for one in renditions for part in one.parts),
        losses=tuple(loss for one in renditions for loss in one.losses),
        renderer="+".join(dict.fromkeys(one.renderer for one in renditions)),
    )


def compose(house: House, order: Order, by: str, now: datetime, reason: str = "") -> int:
    """Schedule a push; its release. PushError with what stands in the way."""
    with read_scope(house.engine) as session:
        hashes = [_hash(session, number) for number in order.picks]
        profile = profiles_of(session, [order.account.id])[order.account.id]
        stories = [
            house.manuscript(item.manuscript_hash)
            for number in order.picks
            for item in ledger.items_of(session, session.get_one(Delivery, number))
        ]
    if not hashes:
        raise PushError("还没有选稿件，请至少选一篇。")
    if found := checks.embargoed(stories, order.at):
        raise PushError(f"{found[0].message}。")
    made = together([house.rendition(one) for one in hashes])
    blocking = [
        one
        for one in registry.get(profile.channel).check(made, profile, now.astimezone(press.SHANGHAI).date())
        if one.level == "block"
    ]
    if blocking:
        raise PushError(f"这几篇放在一起发不出去：{blocking[0].message}。")
    digest = house.keep(made)
    assets = sorted({file.hash for part in made.parts for file in part.files})
    with session_scope(house.engine) as session:
        person, days = ledger.person(session, by), workdays(session)
        return pushes.compose(session, order, hashes, digest, assets, person, days, now, reason).id


def _hash(session: Session, number: int) -> str:
    row = session.get(Delivery, number)
    if row is None or not row.rendition_hash:
        raise PushError("选的稿件里有一篇还没有成品，请刷新再选。")
    return row.rendition_hash
