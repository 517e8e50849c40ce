"""What became of a release: counted by channel and state, and one delivery's story in words."""

from collections import defaultdict
from zoneinfo import ZoneInfo

from sqlalchemy import func
from sqlmodel import Session, select

from cms import audit
from cms.matrix import Account
from cms.releases.rows import Delivery
from cms.releases.states import EVENT_NAMES, STATE_NAMES

_ZONE = ZoneInfo("Asia/Shanghai")


def counts(session: Session, release_id: int | None = None) -> dict[str, dict[str, int]]:
    """How many deliveries are in each state, channel by channel; of one release, or of all."""
    query = (
        select(Account.channel, Delivery.state, func.count())
        .where(Delivery.account_id == Account.id)
        .group_by(Account.channel, Delivery.state)
        .order_by(Account.channel, Delivery.state)
    )
    if release_id is not None:
        query = query.where(Delivery.release_id == release_id)
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for channel, state, number in session.exec(query):
        found[channel][state] = number
    return dict(found)


def why(session: Session, delivery: Delivery) -> list[str]:
    """What happened to a delivery, one line a step, oldest first."""
    return [_line(entry) for entry in audit.history(session, f"delivery:{delivery.id}")]


def _line(entry: audit.AuditEntry) -> str:
    event = EVENT_NAMES.get(entry.action.removeprefix("delivery."), entry.action)
    at = entry.at.astimezone(_ZONE).strftime("%Y-%m-%d %H:%M:%S")
    before, state = (STATE_NAMES.get(entry.detail[end], "") for end in ("from", "to"))
    reason = f"：{entry.detail['reason']}" if entry.detail.get("reason") else ""
    return f"{at}　{event}（{before} → {state}，{entry.actor}）{reason}"
