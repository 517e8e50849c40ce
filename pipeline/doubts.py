"""恢复备份之后: what an older house may have sent is looked up before anything is staged (F37).

A delivery that comes to be staged in a restored house goes back to 结果未知 first, with what it would be known by; the
ordinary look-ups then adopt what is out, or let it go on after two empty ones. What has no platform to ask (our own
pages and feeds, packages for people) waits for those of the same story that have, or for a person.
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
from cms.releases.restored import (
    RECENT,
    UNDER_WAY,
    Restored,
    has_word,
    is_cleared,
    is_older,
    is_warning,
    last_restored,
    looks,
    restored,
    sisters,
)
from pipeline import leads, outcome
from pipeline.fills import fills_for
from pipeline.house import House

ASK_AGAIN = timedelta(minutes=1)
WAIT_AGAIN = timedelta(minutes=10)
"""So often what waits for a person's word looks whether it was given."""
DOUBT = "恢复备份之后，先核对备份以后是否已经发出。"
PUSH = "恢复备份之后，群发在平台上查不到：请到平台后台看过，没有群发再用 yigao retry --not-published 恢复。"
CALLED_BACK = (
    "恢复备份之后核对，同一稿件在别的账号上已经不见了，备份以后可能撤过稿：请查明；确实要发，用 yigao retry 恢复。"
)
SISTERS = "恢复备份之后，先核对同一稿件已经发出的各份，核对完自动接着发（也可运行 yigao reconcile）"
NOBODY_TO_ASK = (
    "恢复备份之后，这一份没有平台可查：备份以后可能发过，也可能撤过稿。"
    "请看过再在“恢复后核对”里确认（yigao restored --done），就自动接着发"
)
WAITED = "；等了两小时，请人工决定：要发用 yigao retry，不发用 yigao cancel。"
ACTOR = "pipeline"
SETTLES = timedelta(seconds=30)
"""A call the lost house made at its last moment has reached the platform by then, or never will."""


def obstacle(session: Session, delivery: Delivery, now: datetime) -> tuple[str, str, datetime | None]:
    """Why a delivery must not be staged yet in a restored house: the event that follows, its reason, when to look
    again; ("", "", None) when nothing stands against it."""
    since = last_restored(session)
    if since is None or is_warning(session, delivery, since) or has_word(session, delivery, since):
        return "", "", None
    if not is_cleared(session, delivery, since):
        return _unasked(session, delivery, since, now)
    if since.over_at is not None:
        return "", "", None
    seen = _seen(session, delivery, since)
    if (True, True) in seen:
        return "hold", CALLED_BACK, None
    if (False, False) in seen:
        waits = now <= (delivery.deadline or delivery.due_at + outcome.PATIENCE)
        return ("retry", SISTERS, now + ASK_AGAIN) if waits else ("hold", f"{SISTERS}；等了两小时，请人工决定。", None)
    return "", "", None


def _unasked(session: Session, delivery: Delivery, since: Restored, now: datetime) -> tuple[str, str, datetime | None]:
    """What nobody looked for yet is looked for; a push, which cannot be, waits for a person until they say that it is
    over. Then still what was in the backup, and for a week also what is released anew: the lost house may have signed
    or written it, and people do that again."""
    if delivery.push:
        return ("hold", PUSH, None) if since.over_at is None else ("", "", None)
    is_asked = since.over_at is None or now < since.at + RECENT or is_older(session, delivery, since)
    return ("doubt", DOUBT, None) if is_asked else ("", "", None)


def obstacle_here(session: Session, delivery: Delivery, now: datetime) -> tuple[str, str, datetime | None]:
    """The same for what no platform can be asked about. Our own page follows once every copy of its story on a platform
    was looked at and none is gone; without such a copy it waits for a person, and so does a package for one, which
    somebody may have posted since. After two hours it is held."""
    since = restored(session)
    if since is None or is_warning(session, delivery, since) or has_word(session, delivery, since):
        return "", "", None
    known = _seen(session, delivery, since)
    if (True, True) in known:
        return "hold", CALLED_BACK, None
    asked = looks(session, delivery, since, now)
    if not all(asked) or (False, False) in known:
        words, again = SISTERS, ASK_AGAIN
    elif (asked or known) and session.get_one(Account, delivery.account_id).transport == "files":
        return "", "", None
    else:
        words, again = NOBODY_TO_ASK, WAIT_AGAIN
    if now > max(delivery.due_at, since.at) + outcome.PATIENCE:
        return "hold", f"{words}{WAITED}", None
    return "retry", words, now + again


def _seen(session: Session, delivery: Delivery, since: Restored) -> list[tuple[bool, bool]]:
    """Of each other copy the rows call out: whether it is gone, and whether it was looked at since the restoring."""
    return [
        (item.fate == "removed", sight is not None and sight.at >= since.at and sight.kind != "asking")
        for item, sight in sisters(session, delivery, since)
    ]


def changes(
    session: Session, delivery: Delivery, rendition: Rendition, profile: Profile, now: datetime
) -> dict[str, Any]:
    """What a doubtful delivery is asked about with: the fills that can be known again (a picture's address on the
    platform cannot), since when, and patience anew while its own rule lets it still go out (F15)."""
    since = last_restored(session)
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


def raise_all(house: House, session: Session, now: datetime) -> int:
    """At the restoring: what was on its way, and what was ready, whenever it is due (it may have been moved since), is
    asked about at once; how many."""
    rows = list(session.exec(select(Delivery).where(Delivery.account_id == Account.id, Account.transport == "api")))
    doubted = [one for one in rows if one.state in UNDER_WAY or (one.state == "ready" and not one.push)]
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
