"""恢复备份之后: what an older house may have sent is looked up before anything is staged (F37).

A delivery that comes to be staged in a restored house goes back to 结果未知 first, with what it would be known by; the
ordinary look-ups then adopt what is out, or let it go on after two empty ones.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, select

from channels import canonical
from channels.contract import StoryError
from channels.transport import Staged
from channels.values import Fills, Profile, Rendition
from cms import review
from cms.matrix import Account, profiles_of
from cms.releases import Delivery, Release, move
from cms.releases.restored import UNDER_WAY, Restored, has_word, is_cleared, restored, sisters
from pipeline import leads, outcome
from pipeline.fills import fills_for
from pipeline.house import House

ASK_AGAIN = timedelta(minutes=1)
DOUBT = "恢复备份之后，先核对备份以后是否已经发出。"
PUSH = "恢复备份之后，群发在平台上查不到：请到平台后台看过，没有群发再用 yigao retry --not-published 恢复。"
CALLED_BACK = (
    "恢复备份之后核对，同一稿件在别的账号上已经不见了，备份以后可能撤过稿：请查明；确实要发，用 yigao retry 恢复。"
)
SISTERS = "恢复备份之后，先核对同一稿件已经发出的各份，核对完自动接着发（也可运行 yigao reconcile）"
ACTOR = "pipeline"
SETTLES = timedelta(seconds=30)
"""A call the lost house made at its last moment has reached the platform by then, or never will."""


def obstacle(session: Session, delivery: Delivery, now: datetime) -> tuple[str, str, datetime | None]:
    """Why a delivery must not be staged yet in a restored house: the event that follows, its reason, when to look
    again; ("", "", None) when nothing stands against it."""
    since = restored(session)
    if since is None or has_word(session, delivery, since):
        return "", "", None
    if not is_cleared(session, delivery, since):
        return ("hold", PUSH, None) if delivery.push else ("doubt", DOUBT, None)
    seen = [
        (item.fate == "removed", sight is not None and sight.at >= since.at and sight.kind != "asking")
        for item, sight in sisters(session, delivery, since)
    ]
    if any(is_gone and is_fresh for is_gone, is_fresh in seen):
        return "hold", CALLED_BACK, None
    if not all(is_gone or is_fresh for is_gone, is_fresh in seen):
        waits = now <= (delivery.deadline or delivery.due_at + outcome.PATIENCE)
        return ("retry", SISTERS, now + ASK_AGAIN) if waits else ("hold", f"{SISTERS}；等了两小时，请人工决定。", None)
    return "", "", None


def changes(
    session: Session, delivery: Delivery, rendition: Rendition, profile: Profile, now: datetime
) -> dict[str, Any]:
    """What a doubtful delivery is asked about with: the fills that can be known again (a picture's address on the
    platform cannot), since when, and patience anew while its own rule lets it still go out (F15)."""
    since = restored(session)
    lost_at = since.lost_at if since else now
    fills = _fills(session, delivery, rendition, profile)
    staged = delivery.staged or canonical.plain(Staged(remote={}, fills=fills, sent_hash=""))
    late = session.get_one(Release, delivery.release_id).late
    deadline = delivery.deadline
    if not outcome.missed(delivery.due_at, now, late):
        deadline = max(delivery.due_at, now) + outcome.PATIENCE
    return {"staged": staged, "lost_at": lost_at, "looks": 0, "deadline": deadline}


def _fills(session: Session, delivery: Delivery, rendition: Rendition, profile: Profile) -> Fills:
    signed = review.printed_line(session, session.get_one(review.SealedSet, delivery.sealed_set_id))
    found = {}
    for part, lead in zip(rendition.parts, leads.addresses(session, delivery), strict=True):
        try:
            found[part.story] = fills_for(part, profile, delivery.key, delivery.due_at, signed, lead)
        except StoryError:
            found[part.story] = {}
    return found


def asked_since(began: Sequence[datetime], lost_at: datetime, now: datetime) -> datetime:
    """Since when the platform gives no answer about a loss: the first question, where that came later."""
    return max(lost_at, min((at for at in began if at >= lost_at), default=now))


def raise_all(house: House, session: Session, since: Restored, now: datetime) -> int:
    """At the restoring: what was on its way, and what is due by now, is asked about at once; how many. What comes
    later is doubted when its turn comes (``obstacle``)."""
    rows = list(session.exec(select(Delivery).where(Delivery.account_id == Account.id, Account.transport == "api")))
    ready = [one for one in rows if one.state == "ready" and one.due_at <= now and not one.push]
    doubted = [*(one for one in rows if one.state in UNDER_WAY), *ready]
    found = profiles_of(session, sorted({one.account_id for one in doubted}))
    for one in doubted:
        row = _unknown(session, one, now)
        rendition = house.rendition(row.rendition_hash)
        asked = changes(session, row, rendition, found[row.account_id], now)
        look = now + SETTLES + house.wires.transport(found[row.account_id].channel).visibility
        for name, value in {**asked, "next_at": look, "reason": DOUBT}.items():
            setattr(row, name, value)
        session.add(row)
    session.flush()
    return len(doubted)


def _unknown(session: Session, row: Delivery, now: datetime) -> Delivery:
    """The row as 结果未知, whatever it was."""
    event = {"unknown": "", "ready": "doubt", "staged": "doubt"}.get(row.state, "lose")
    return move(session, row, event, actor=ACTOR, now=now, reason=DOUBT) if event else row
