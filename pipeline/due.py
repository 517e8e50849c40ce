"""The day it goes out (发布那天): what the checks say of that day, asked before anybody signs or moves it, again when
rights change and when a day turns, and once more at the moment of sending.

A licence that is over, a word that is banned from a day on, an office that ended: each holds the delivery at its time,
with the reason, until it is put right or let pass and a person sends it on.
"""

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import bindparam, func
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from assets.store import MissingAssetError, StoreDownError
from channels.values import Finding
from cms import checks, releases
from cms.checks import WordBook
from cms.checks.desk import SHANGHAI
from cms.checks.overrides import on_the_clock
from cms.db import ask, read_scope, session_scope
from cms.library import Asset, AssetUse
from cms.matrix import Account
from cms.releases import Delivery, Item
from cms.stories import Revision
from pipeline import ledger, list_change
from pipeline.house import House

ACTOR = "pipeline"
STOPPED = "到发布时检查有拦截"
RIGHTS = "素材授权有变，"
TODAY = "今天复查，"
WAITING = (*list_change.WAITS, "held")
_MOST = 4096
_ITEMS = (
    sa_select(
        col(Item.delivery_id),
        col(Item.manuscript_hash),
        select(func.max(col(WordBook.id))).scalar_subquery(),
        select(func.count()).where(col(WordBook.retired_at).is_not(None)).scalar_subquery(),
        select(func.min(col(Asset.until))).scalar_subquery(),
    )
    .where(col(Item.delivery_id).in_(bindparam("those", expanding=True)))
    .order_by(col(Item.delivery_id), col(Item.position))
)
"""What they carry; and by what it is known that no list changed, and that no licence in the library is over."""
_OVER = (
    select(Asset.id, Asset.name, col(Asset.until))
    .where(col(Asset.hash).in_(bindparam("those", expanding=True)), col(Asset.until) < bindparam("day"))
    .order_by(col(Asset.id))
)


# --------------------------------------------------------------------------- before it is sent


def slots_of(session: Session, digest: str, now: datetime) -> list[datetime]:
    """When a manuscript goes out, as far as it is scheduled; before that, the slots it was last asked about."""
    stories = select(Revision.story_id).where(Revision.manuscript_hash == digest)
    query = select(Delivery.due_at).where(
        Item.delivery_id == Delivery.id,
        col(Item.story_id).in_(stories),
        Item.manuscript_hash == digest,
        col(Delivery.state).in_(WAITING),
    )
    if found := sorted(set(session.exec(query))):
        return found
    last = checks.last_run(session, digest)
    return [one for one in checks.slots_in(last.standards_hash) if one > now] if last else []


def check(house: House, session: Session, digest: str, now: datetime, slots: Sequence[datetime]) -> checks.Checked:
    """What the checks say of a manuscript today and at these times. Only reads."""
    story = house.manuscript(digest)
    return checks.check_now(session, house.pictures, story, digest, house.variants(story), now, slots)


def recheck(house: House, digest: str, now: datetime, at: datetime | None = None) -> checks.Checked:
    """The same, kept as what is known of it; ``at``: the time it is to go out, None for those it is scheduled for."""
    with session_scope(house.engine) as session:
        slots = [at] if at is not None else slots_of(session, digest, now)
        checked = check(house, session, digest, now, slots)
        checks.keep_run(session, checked, now)
    return checked


def refusal(house: House, session: Session, delivery: Delivery, at: datetime, now: datetime) -> str:
    """Why this delivery cannot go out at that time, in one sentence; "" when it can."""
    channel = session.get_one(Account, delivery.account_id).channel
    for item in ledger.items_of(session, delivery):
        found = _found(house, session, item.manuscript_hash, now, [at])
        passed = checks.given(session, [item.manuscript_hash])
        if blocked := _blocks(checks.settled(found, passed), channel):
            headline = house.manuscript(item.manuscript_hash).headline
            return f"《{headline}》{blocked[0].message.rstrip('。')}。"
    return ""


def told_of(house: House, numbers: Iterable[tuple[int, datetime]], now: datetime) -> tuple[str, list[str]]:
    """What stands against moving releases (by number) to other times: why they cannot, "" when they can, and what is
    still to be given a reason. What stands against them already today is not the move's."""
    asked: list[str] = []
    with read_scope(house.engine) as session:
        for number, to in numbers:
            release = session.get_one(releases.Release, number)
            for digest in releases.manuscripts_of(session, release):
                known = {(one.rule, one.place) for one in _found(house, session, digest, now, [])}
                passed = checks.given(session, [digest])
                later = [
                    one
                    for one in checks.settled(_found(house, session, digest, now, [to]), passed)
                    if (one.rule, one.place) not in known
                ]
                for one in later:
                    words = f"《{house.manuscript(digest).headline}》{one.message.rstrip('。')}。"
                    if one.level == "block":
                        return words, asked
                    asked += [words] if one.level == "warn" else []
    return "", asked


def _found(house: House, session: Session, digest: str, now: datetime, slots: Sequence[datetime]) -> Sequence[Finding]:
    """What is found; nothing where the text is not on this machine now: it is asked again before it is sent."""
    try:
        return check(house, session, digest, now, slots).findings
    except (MissingAssetError, StoreDownError):
        return ()


def _blocks(found: Sequence[Finding], channel: str) -> list[Finding]:
    return [one for one in checks.about(found, channel) if one.level == "block"]


# --------------------------------------------------------------------------- what changed meanwhile


def rights_changed(house: House, asset_hash: str, now: datetime) -> int:
    """The rights of these bytes are others now: what waits to go out with them is checked again, and who signed and
    sent it is told what is new; how many stories."""
    with read_scope(house.engine) as session:
        resting = set(session.exec(select(AssetUse.manuscript_hash).where(AssetUse.asset_hash == asset_hash)))
        waiting = list_change.scheduled(session, with_by_hand=True)
    concerned = [one for one in waiting if one.manuscript in resting or _rests(house, one.manuscript, asset_hash)]
    return _again(house, concerned, RIGHTS, now)


def _rests(house: House, digest: str, asset_hash: str) -> bool:
    """Whether a channel's own text of it shows these bytes."""
    story = house.manuscript(digest)
    return any(asset.hash == asset_hash for own in house.variants(story).values() for asset in own.assets)


@dataclass
class DayTurn:
    """Once a day, and when the house is opened: whatever waits to go out is checked again."""

    house: House
    done: date | None = None

    def __call__(self, now: datetime) -> int:
        """How many stories something new was found of."""
        today = now.astimezone(SHANGHAI).date()
        if self.done == today:
            return 0
        with read_scope(self.house.engine) as session:
            waiting = list_change.scheduled(session, with_by_hand=True)
        found = _again(self.house, waiting, TODAY, now)
        self.done = today
        return found


def _again(house: House, waiting: Sequence[list_change.Waiting], since: str, now: datetime) -> int:
    changed = []
    slots: dict[str, set[datetime]] = {}
    for one in waiting:
        slots.setdefault(one.manuscript, set()).update(one.slots)
    for one in waiting:
        with read_scope(house.engine) as session:
            last = checks.last_run(session, one.manuscript)
            new = check(house, session, one.manuscript, now, sorted(slots[one.manuscript]))
            if last is not None and last.standards_hash == new.standards_hash:
                continue
            passed = checks.given(session, [one.manuscript])
            before = [Finding(**raw) for raw in last.findings] if last else []
            come, gone = list_change.differ(
                checks.settled(before, passed), checks.settled(new.findings, passed)
            )  # fmt: skip
            changed.append(one.changed(tuple(each for each in come if each.level != "info"), gone, new))
    list_change.tell(house, changed, ACTOR, now, hold=False, since=since)
    return sum(bool(one.new) for one in changed)


# --------------------------------------------------------------------------- at the moment of sending


@dataclass(frozen=True)
class _Known:
    """What blocks a manuscript on a day, by these lists and with these of its pictures' licences over."""

    day: date
    lists: tuple[object, ...]
    assets: tuple[str, ...]
    over: frozenset[tuple[object, ...]]
    blocks: tuple[Finding, ...]


_known: dict[tuple[Path, str], _Known] = {}
_knowing = threading.Lock()


def reasons(
    house: House, session: Session, deliveries: Sequence[Delivery], channels: Mapping[int, str], now: datetime
) -> dict[int, str]:
    """The last gate: which of the claimed deliveries something blocks on the day they go out, and why. ``channels``: by
    account. What is known of a text is asked of it once a day, and again when a list or a picture's licence changed.
    StoreDownError while a text is not on this machine: nothing goes out unasked."""
    starting = {one.id: one for one in deliveries if is_starting(one)}
    found: dict[int, str] = {}
    for number, digest, *lists, first in ask(session, _ITEMS, those=list(starting)) if starting else ():
        one = starting[number]
        at = max(now, one.due_at)
        day = at.astimezone(SHANGHAI).date()
        known = _known_of(house, session, digest, at, tuple(lists), is_any_over=first is not None and first < day)
        blocked = _blocks(known.blocks, channels[one.account_id])
        passed = checks.given(session, [digest]) if blocked else ()
        if left := [each for each in checks.settled(blocked, passed) if each.level == "block"]:
            found.setdefault(number, _why(house.manuscript(digest).headline, left[0], one.due_at))
    return found


def let_go(house: House, deliveries: Sequence[Delivery], why: Mapping[int, str], now: datetime) -> list[Delivery]:
    """Hold what may not go out for these reasons; the others."""
    for one in deliveries:
        if one.id in why:
            with session_scope(house.engine) as session:
                free = {"lease_owner": "", "lease_until": None, "next_at": None}
                releases.move(session, one, "hold", actor=ACTOR, now=now, reason=why[one.id], **free)
    return [one for one in deliveries if one.id not in why]


def is_starting(delivery: Delivery) -> bool:
    """Whether it is about to go out: it waits, or is held for a time alone and goes on by itself."""
    return delivery.state in ("ready", "staged") or (delivery.state == "held" and not delivery.remote_id)


def _why(headline: str, found: Finding, due_at: datetime) -> str:
    words = found.message.rstrip("。")
    return f"{STOPPED}（排在 {on_the_clock(due_at)}）：《{headline}》{words}。处理好后恢复发送，不发了请取消。"


def _known_of(
    house: House, session: Session, digest: str, at: datetime, lists: tuple[object, ...], *, is_any_over: bool
) -> _Known:
    key, day = (house.root, digest), at.astimezone(SHANGHAI).date()
    known = _known.get(key)
    over = _over(session, known.assets, day) if known and is_any_over else frozenset()
    if known and (known.day, known.lists, known.over) == (day, lists, over):
        return known
    story = house.manuscript(digest)
    variants = house.variants(story)
    assets = tuple(sorted({one.hash for text in (story, *variants.values()) for one in text.assets}))
    checked = check(house, session, digest, at, [])
    blocks = tuple(one for one in checked.findings if one.level == "block")
    made = _Known(day, lists, assets, _over(session, assets, day), blocks)
    with _knowing:
        if len(_known) >= _MOST:
            _known.clear()
        _known[key] = made
    return made


def _over(session: Session, assets: Sequence[str], day: date) -> frozenset[tuple[object, ...]]:
    """What the library says of those whose licence ended before ``day``."""
    if not assets:
        return frozenset()
    return frozenset(tuple(row) for row in ask(session, _OVER, those=list(assets), day=day))
