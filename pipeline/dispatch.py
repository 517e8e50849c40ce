"""One account's due deliveries, one step: intent, act, receipt. Each step passes a named crash point.

Our own outputs (files) are written in a batch: intent rows are committed, then pages, lists and feeds are
written and synced, then receipts are committed. Writing them again gives the same bytes, so after a crash the
look-up is to read what is there. Hand-overs put a package (代发包) into the queue 「待代发」.
"""

import shutil
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from assets.store import StoreDownError
from channels.contract import ChannelError, LaterError
from channels.site.pages import Tab
from channels.values import Profile
from cms import releases
from cms.db import read_scope, session_scope
from cms.matrix import profiles_of
from cms.releases import Delivery, Release
from cms.releases.late import LATE
from pipeline import adding, crash, doubts, due, ledger, outcome, recall_ours, recalls, receipts, remote
from pipeline.build import Placed
from pipeline.clock import TimeSource
from pipeline.files import sync
from pipeline.house import House
from pipeline.ledger import Claim
from pipeline.packing import pack
from pipeline.signoffs import lines_of
from pipeline.tabs import tabs_of

ACTOR = "pipeline"
HANDOVER_PERSON = "值班编辑"
HANDOVER_HOURS = 24
SHORT = min(LATE.values())


def step(house: House, claim: Claim, clock: TimeSource) -> None:
    """Carry the claimed deliveries as far as they can go now."""
    now = clock()
    with read_scope(house.engine) as session:
        profile = profiles_of(session, [claim.account.id])[claim.account.id]
        tabs = tabs_of(session) if claim.account.transport == "files" else ()
        asked = _asked(house, session, claim, now)
    going = _with_bytes(house, _hold_missed(house, _left(house, claim, profile, clock), now), now)
    if isinstance(asked, StoreDownError):
        starting = [one for one in going if due.is_starting(one)]
        _put_off(house, starting, LaterError(str(asked)), now)
        going = [one for one in going if one not in starting]
    else:
        going = due.let_go(house, going, asked, now)
    if claim.account.transport != "api":
        going = _without_doubtful(house, going, now)
    if claim.account.transport == "files":
        _publish_files(house, profile, tabs, claim, going, now)
    elif claim.account.transport == "api":
        remote.step(house, claim, profile, going, clock)
    else:
        with read_scope(house.engine) as session:
            signed = signed_lines(session, going)
        for delivery in going:
            _hand_over(house, profile, delivery, signed[delivery.id], now)
    crash.point("step.done")


def _asked(house: House, session: Session, claim: Claim, now: datetime) -> dict[int, str] | StoreDownError:
    """What of the claim may not go out on its day, and why; the error, while the store cannot say (F20)."""
    try:
        return due.reasons(house, session, claim.deliveries, {claim.account.id: claim.account.channel}, now)
    except StoreDownError as error:
        return error


def _left(house: House, claim: Claim, profile: Profile, clock: TimeSource) -> Sequence[Delivery]:
    """What is called back comes first; the claimed deliveries nothing of that has changed."""
    if not claim.remedies:
        return claim.deliveries
    recalls.carry_out_remedies(house, claim, profile, clock)
    with read_scope(house.engine) as session:
        return recall_ours.unchanged(session, claim.deliveries)


def _hold_missed(house: House, deliveries: Sequence[Delivery], now: datetime) -> list[Delivery]:
    """Hold what slept through its window; the others go on. Whoever was sent on by a person has a new deadline."""
    going = []
    for one in deliveries:
        is_free = one.state not in ("ready", "staged") or (one.deadline is not None and now <= one.deadline)
        reason = "" if is_free or now - one.due_at <= SHORT else outcome.missed(one.due_at, now, _late(house, one))
        if reason:
            with session_scope(house.engine) as session:
                releases.move(session, one, "hold", actor=ACTOR, now=now, reason=reason, next_at=None, **FREE)
        else:
            going.append(one)
    return going


def _late(house: House, delivery: Delivery) -> str:
    with read_scope(house.engine) as session:
        return session.get_one(Release, delivery.release_id).late


def _with_bytes(house: House, deliveries: Sequence[Delivery], now: datetime) -> list[Delivery]:
    """Those whose signed bytes and files are on this machine, whole; the others wait for the store (F20)."""
    going = []
    for one in deliveries:
        try:
            if one.state in ("ready", "staged"):
                for part in house.rendition(one.rendition_hash).parts:
                    for file in part.files:
                        house.store.local(file.hash)
        except StoreDownError as error:
            _put_off(house, [one], LaterError(str(error)), now)
        else:
            going.append(one)
    return going


FREE: Mapping[str, Any] = {"lease_owner": "", "lease_until": None}


def _without_doubtful(house: House, deliveries: Sequence[Delivery], now: datetime) -> list[Delivery]:
    """Those that nothing stands against in a restored house (F37); the others wait, or for a person."""
    going = []
    for one in deliveries:
        with session_scope(house.engine) as session:
            event, reason, again = doubts.obstacle_here(session, one, now)
            if event:
                releases.move(session, one, event, actor=ACTOR, now=now, reason=reason, next_at=again, **FREE)
            else:
                going.append(one)
    return going


# --------------------------------------------------------------------------- our own outputs


def _publish_files(
    house: House,
    profile: Profile,
    tabs: Sequence[Tab],
    claim: Claim,
    going: Sequence[Delivery],
    now: datetime,
) -> None:
    if not going:
        return
    sending = _announce(house, claim, going, now)
    if not sending:
        return
    try:
        placed = adding.publish(house, claim.account, profile, tabs, sending)
        sync(house.sites, house.root)
    except OSError as error:
        words = f"写入磁盘失败（{error.strerror}），请检查磁盘空间和权限；稍后自动重试。"
        _put_off(house, sending, LaterError(words, str(error)), now)
        return
    except (ChannelError, ValueError) as error:
        _put_off(house, sending, error, now)
        return
    crash.point("files.placed")
    _receive(house, sending, placed, now)


def _announce(house: House, claim: Claim, going: Sequence[Delivery], now: datetime) -> list[Delivery]:
    """Intent rows before anything readers could see. What an earlier worker left behind is taken up again:
    its files are ours, so whether it got as far as writing them makes no difference to what is written."""
    sending = []
    with session_scope(house.engine) as session:
        for one in going:
            delivery = session.get_one(Delivery, one.id)
            if (delivery.state, delivery.fence) != (one.state, one.fence):
                continue  # a person was faster
            if delivery.state == "ready" and not releases.startable(session, [delivery], now):
                delivery.lease_owner, delivery.lease_until = "", None
                continue
            if delivery.state == "ready":
                delivery = releases.move(session, delivery, "send", actor=ACTOR, now=now)
            ledger.begin_attempt(session, delivery, "publish", delivery.rendition_hash, claim.owner, now)
            sending.append(delivery)
    crash.point("files.announced")
    return sending


def signed_lines(session: Session, deliveries: Sequence[Delivery]) -> dict[int, list[str]]:
    """The printed lines of the signatures (责编、审核、签发), a line a story, by delivery."""
    return {one.id: lines_of(session, one) for one in deliveries}


def _receive(house: House, sending: Sequence[Delivery], placed: Sequence[Placed], now: datetime) -> None:
    by_id = {one.delivery_id: one for one in placed}
    with session_scope(house.engine) as session:
        for delivery in sending:
            mine = by_id[delivery.id]
            ledger.end_attempts(session, delivery, "published", now)
            receipts.of_ours(session, delivery, "published", mine.address, [mine.fills], mine.sent_hash, now)
            releases.move(session, delivery, "publish", actor=ACTOR, now=now, verified=True, **FREE)
    crash.point("files.received")


def _put_off(house: House, sending: Sequence[Delivery], error: Exception, now: datetime) -> None:
    """Our own disk said no: nothing is half published, so it is tried again, later and later."""
    for one in sending:
        verdict = outcome.after_error(error, one.attempts, now)
        with session_scope(house.engine) as session:
            delivery = session.get_one(Delivery, one.id)
            ledger.end_attempts(session, delivery, type(error).__name__, now)
            changes = {**FREE, "next_at": verdict.next_at, "reason": verdict.reason}
            releases.move(session, delivery, verdict.event, actor=ACTOR, now=now, **changes)


# --------------------------------------------------------------------------- by hand


def _hand_over(house: House, profile: Profile, delivery: Delivery, signoffs: Sequence[str], now: datetime) -> None:
    """Write the package, then the row: a package without a row is written again, a row never lacks one."""
    fills = pack(house, profile, delivery, signoffs)
    crash.point("handover.packed")
    with session_scope(house.engine) as session:
        row = session.get_one(Delivery, delivery.id)
        if row.state != delivery.state or not releases.startable(session, [row], now):
            row.lease_owner, row.lease_until = "", None
            shutil.rmtree(house.handover / delivery.key, ignore_errors=True)  # nobody may find it and post it
            return
        receipts.of_ours(session, row, "handed_over", "", list(fills.values()), delivery.rendition_hash, now)
        changes: dict[str, Any] = {**FREE, "person": HANDOVER_PERSON, "deadline": now + timedelta(hours=HANDOVER_HOURS)}
        releases.move(session, row, "hand_over", actor=ACTOR, now=now, **changes)
