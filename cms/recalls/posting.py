"""不要再发: why a version of a story, or a delivery of it, is not offered to anybody to post any more."""

from datetime import datetime

from sqlmodel import Session, col, select

from cms.people import name_of
from cms.recalls.drafting import KIND_NAMES
from cms.recalls.in_hand import FREE, in_hand
from cms.recalls.titles import title_of
from cms.releases import Delivery, Freeze, Item, Recall, Remedy, freeze, halts, moment
from cms.releases.flash import has_ended
from cms.releases.states import TERMINAL
from cms.releases.stops import stopped_by
from cms.stories import Story, origin_of

NOT_TO_POST = "不要再发.txt"
PAUSED = "暂停："
"""How a sentence begins that stands only for as long as a freeze does."""
_RETRACTION = "这一篇不要再发到任何账号；已经发出去的，照这张令处置。"
_UNDECIDED = "批准或驳回以前先不要发。"
_CORRECTION = "没有更正的这一版不要再发；要发，只发更正版。"
_FROZEN = "解除停发或豁免以前先不要发；停发以前已经发了的，照实登记。"
_EXPIRY = "没有发的不要再发；已经发了的，在同一个账号上再发一条“已解除”。"


def against_version(session: Session, story: Story, manuscript_hash: str, now: datetime) -> list[str]:
    """What speaks against posting this version of a story, a sentence each: orders that stop it, its end as a flash."""
    orders = stopped_by(session, origin_of(session, story).id, story.id, manuscript_hash)
    query = select(Delivery).where(Item.delivery_id == Delivery.id, Item.story_id == story.id)
    ended = (one for one in session.exec(query.order_by(col(Delivery.id))) if has_ended(one, now))
    return [*(order_words(session, one) for one in orders), *(over_words(one) for one in list(ended)[:1])]


def against_posting(session: Session, delivery: Delivery, now: datetime) -> list[str]:
    """What speaks against posting what a delivery carries, a sentence each; none where it may be posted. A correction
    that leaves a copy as it is says nothing against it."""
    orders: dict[int, Recall] = {}
    for item in session.exec(select(Item).where(Item.delivery_id == delivery.id).order_by(col(Item.position))):
        found = stopped_by(session, item.origin_id, item.story_id, item.manuscript_hash)
        orders |= {one.id: one for one in found if not _leaves_alone(session, one, item)}
    stands = in_hand(session, [delivery.id], now).get(delivery.id, FREE)
    asked = [*(order for _, order in stands.given), *stands.coming, *([stands.waits] if stands.waits else ())]
    orders |= {one.id: one for one in asked if one.kind != "expiry"}
    over = [over_words(delivery)] if has_ended(delivery, now) else []
    stops = halts.against(session, delivery) if delivery.state not in TERMINAL else []
    return [
        *(order_words(session, orders[number]) for number in sorted(orders)),
        *over,
        *(frozen_words(session, one) for one in stops),
    ]


def _leaves_alone(session: Session, order: Recall, item: Item) -> bool:
    query = select(Remedy.id).where(Remedy.recall_id == order.id, Remedy.item_id == item.id, Remedy.action == "none")
    return order.kind == "correction" and session.exec(query).first() is not None


def order_words(session: Session, order: Recall) -> str:
    """An order as whoever holds the text has to know it: which, of what, why, by whom, and what not to do."""
    title = title_of(session, order).words
    by = f"{name_of(session, order.proposed_by)} {moment(order.created_at)} 提出"
    if order.approved_at is not None:
        by += f"，{name_of(session, order.approved_by)} {moment(order.approved_at)} 批准"
        then = _RETRACTION if order.kind == "retraction" else _CORRECTION
    else:
        by, then = f"{by}，等批准", _UNDECIDED
    return f"{KIND_NAMES[order.kind]}令 {order.id} {title}（{by}；原因：{order.reason.rstrip('。')}）：{then}"


def frozen_words(session: Session, row: Freeze) -> str:
    """A freeze as whoever holds a package has to know it: which, of what, why, by whom, until when."""
    scope = freeze.scope_words(session, row)
    return f"{PAUSED}停发 {row.id}（{scope}），{freeze.sentence(session, row)}，到有人解除为止：{_FROZEN}"


def over_words(delivery: Delivery) -> str:
    """That a flash is over; ValueError of a delivery that has no end."""
    if delivery.expires_at is None:
        raise ValueError("the delivery has no end")
    return f"这条快讯 {moment(delivery.expires_at)} 已经解除：{_EXPIRY}"
