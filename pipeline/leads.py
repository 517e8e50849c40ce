"""首发与转载: a reprint is put in place only when the publication it reprints is out, with that one's address."""

from datetime import datetime, timedelta

from sqlmodel import Session

from cms.releases import GONE, STATE_NAMES, Delivery
from pipeline import ledger

AGAIN = timedelta(minutes=10)
LONG = timedelta(hours=2)
SELDOM = timedelta(hours=6)
GIVE_UP = timedelta(days=2)
OUT = ("published", "amended")


def obstacle(session: Session, delivery: Delivery, now: datetime) -> tuple[str, datetime | None]:
    """Why this delivery cannot follow its lead, in Chinese, and when to look again; ("", None) when it can."""
    if delivery.lead_id is None:
        return "", None
    lead = session.get_one(Delivery, delivery.lead_id)
    if lead.state in OUT:
        return "", None
    if lead.state in GONE:
        words = (
            f"首发稿没有发出（{STATE_NAMES[lead.state]}），请重发首发稿后用 yigao retry 恢复这一份，或取消后单独发布。"
        )
        return words, None
    waited = now - delivery.due_at
    if waited > GIVE_UP:
        return f"首发稿两天没有链接（{STATE_NAMES[lead.state]}），不再等：有了链接后用 yigao retry 恢复这一份。", None
    again = now + (AGAIN if waited < LONG else SELDOM)
    return f"等首发稿的链接：首发稿现在是“{STATE_NAMES[lead.state]}”，有了链接自动接着发。", again


def addresses(session: Session, delivery: Delivery) -> list[str]:
    """The address each story of this delivery reprints, in order; empty ones where it reprints nothing."""
    own = ledger.items_of(session, delivery)
    if delivery.lead_id is None:
        return [""] * len(own)
    return [item.address for item in ledger.items_of(session, session.get_one(Delivery, delivery.lead_id))]
