"""退出组稿: what went into a push stands again as it was signed, once the push does not go out."""

from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from cms.releases.rows import Delivery, Item, PushArticle
from cms.releases.states import move
from cms.releases.status import moment
from cms.releases.stops import has_stopped

PASSED = "从推送里退回，原定 {when} 已过：请到“组稿”里重新组，或恢复发送。"


def sources_of(session: Session, push: Delivery) -> list[tuple[PushArticle, Delivery]]:
    """The articles of a push in order, each with the delivery it was signed as; none where it was not put together."""
    query = select(PushArticle, Delivery).where(
        PushArticle.source_id == Delivery.id, PushArticle.delivery_id == push.id
    )
    return list(session.exec(query.order_by(col(PushArticle.position))))


def give_back(
    session: Session, push: Delivery, actor: str, reason: str, now: datetime, *, waits: bool = True
) -> list[Delivery]:
    """The stories of a push that was cancelled go out alone again, at their own times; what was called back meanwhile
    does not. One whose time has passed is held (``waits``): nobody meant it to go out this minute."""
    found = []
    for _, one in sources_of(session, push):
        if one.state != "composed" or has_stopped(session, one):
            continue
        session.exec(update(Item).where(col(Item.delivery_id) == one.id).values(fate="planned"))
        made = move(session, one, "give_back", actor=actor, now=now, reason=reason)
        if waits and made.due_at <= now:
            words = PASSED.format(when=moment(made.due_at))
            made = move(session, made, "hold", actor=actor, now=now, reason=words, next_at=None)
        found.append(made)
    return found
