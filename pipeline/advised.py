"""告示: what the rows say our own pages must show of an account, corrections, retractions and expiries included.

Whoever publishes to one of our own accounts (``pipeline.adding``) asks here, so that every later publication of that
site keeps them. What is asked for a few deliveries costs the same however many the account shows.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Integer, bindparam, func
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from channels.making.entries import State
from channels.values import Profile
from cms import review
from cms.db import ask, fetch, look
from cms.matrix import Account, Unit
from cms.releases import Advisory, Attempt, Delivery, Item, Remedy
from cms.releases.kept_gone import kept_gone
from cms.stories import ArchiveEntry
from pipeline import ledger
from pipeline.shown import Past, Shown

WEIGHT: tuple[State, ...] = ("published", "corrected", "expired", "retracted")
"""Of several advisories on one story the last of these is what the page says."""
OURS = ("site", "feed")
FEW = 500
"""Of so many their rows are asked for by number; of more, all of the account are read."""

# Built once: they are asked at every publication of every site.
_ADVISORIES, _REMEDIES = Advisory.__table__.c, Remedy.__table__.c  # type: ignore[attr-defined]
_MINE = bindparam("account", type_=Integer)
_SAID = (
    sa_select(_ADVISORIES.kind, _ADVISORIES.sentence, _ADVISORIES.at, _ADVISORIES.origin_id)
    .where(_ADVISORIES.account_id == _MINE)
    .order_by(_ADVISORIES.at, _ADVISORIES.id)
)
_IS_AMENDED = (
    _REMEDIES.account_id == _MINE, _REMEDIES.action == "amend", _REMEDIES.rendition_hash != "",
    _REMEDIES.state.in_(("acting", "done")),
)  # fmt: skip
_LIES = (
    sa_select(_REMEDIES.item_id, _REMEDIES.rendition_hash, _REMEDIES.sealed_set_id)
    .where(*_IS_AMENDED)
    .order_by(_REMEDIES.id)
)
_ITEMS = select(Item).where(Item.account_id == _MINE)
_ITEMS_OF = _ITEMS.where(col(Item.delivery_id).in_(bindparam("those", expanding=True)))
_ADDRESSED = (
    select(Item, Delivery)
    .where(Item.delivery_id == Delivery.id, Item.account_id == _MINE)
    .where(col(Item.origin_id).in_(bindparam("those", expanding=True)), col(Item.address) != "")
    .order_by(col(Item.id))
)
_PAST = (
    select(ArchiveEntry)
    .where(ArchiveEntry.unit_id == bindparam("unit"))
    .where(col(ArchiveEntry.story_id).in_(bindparam("those", expanding=True)))
    .order_by(col(ArchiveEntry.id))
)
_SENT = (
    sa_select(col(Item.origin_id), col(Attempt.request_hash))
    .where(col(Attempt.delivery_id) == col(Item.delivery_id), col(Item.account_id) == col(Account.id))
    .where(col(Account.unit_id) == bindparam("unit"), col(Account.channel) == bindparam("channel"))
    .where(col(Item.origin_id).in_(bindparam("those", expanding=True)), col(Attempt.step).in_(("publish", "amend")))
    .order_by(col(Attempt.id))
)
_BESIDE = (
    select(Account)
    .where(Account.unit_id == Unit.id, Unit.slug == bindparam("slug"))
    .where(col(Account.channel).in_(OURS), Account.channel != bindparam("but"))
)
_ROWS = Item.__table__.c  # type: ignore[attr-defined]
_LIVE = (
    sa_select(_ROWS.id)
    .where(_ROWS.account_id == _MINE, _ROWS.fate.in_(("published", "amended")))
    .where(_ROWS.delivery_id.not_in(bindparam("sent", expanding=True)))
    .order_by(_ROWS.id.desc())
    .limit(1)
)
_COMING = sa_select(func.max(_ROWS.id)).where(
    _ROWS.account_id == _MINE, _ROWS.delivery_id.in_(bindparam("also", expanding=True))
)
_STAND = sa_select(
    _LIVE.scalar_subquery(),
    _COMING.scalar_subquery(),
    sa_select(func.max(_ADVISORIES.id)).where(_ADVISORIES.account_id == _MINE).scalar_subquery(),
    sa_select(func.max(_REMEDIES.id)).where(*_IS_AMENDED).scalar_subquery(),
)


@dataclass(frozen=True)
class Advice:
    """What an account says of a story: its state, the sentence readers are told, since when."""

    kind: State
    sentence: str
    at: datetime


def advisories_of(session: Session, account_id: int) -> dict[int, Advice]:
    """What the account says, by the story's origin: a retraction outweighs an expiry, that one a correction; of equal
    ones the newest counts. What a restored house keeps gone is retracted, until the order given again says more."""
    kept = kept_gone(session, account_id)
    found = {origin: Advice("retracted", one.sentence, one.at) for origin, one in kept.items()}
    for one in ask(session, _SAID, account=account_id):
        said = Advice(_state(one.kind), one.sentence, one.at)
        known = found.get(one.origin_id)
        if known is None or WEIGHT.index(said.kind) >= WEIGHT.index(known.kind):
            found[one.origin_id] = said
    return found


def _state(kind: str) -> State:
    return next(one for one in WEIGHT if one == kind)


def all_shown(session: Session, account: Account, but: Sequence[Delivery] = ()) -> list[Shown]:
    """Everything the account's pages show or tell of, newest first, without the deliveries ``but``."""
    left_out = {one.id for one in but}
    rest = [one for _, one in shown_items(session, account.id) if one.id not in left_out]
    return shown(session, account, rest)


def shown_items(session: Session, account_id: int) -> list[tuple[Item, Delivery]]:
    """What readers of an account can see, and what they are told was retracted: an origin once, newest first."""
    gone = [origin for origin, said in advisories_of(session, account_id).items() if said.kind == "retracted"]
    live = ledger.published_items(session, account_id)
    missing = set(gone) - {item.origin_id for item, _ in live}
    rows = [*live, *_withdrawn(session, account_id, missing)]
    return sorted(rows, key=lambda row: (row[1].due_at, row[0].id), reverse=True)


def _withdrawn(session: Session, account_id: int, origins: set[int]) -> list[tuple[Item, Delivery]]:
    """The last publication of each origin that was taken back after readers had it."""
    if not origins:
        return []
    found = fetch(session, _ADDRESSED, account=account_id, those=sorted(origins))
    last = {item.origin_id: (item, delivery) for item, delivery in found}
    return list(last.values())


def shown(session: Session, account: Account, deliveries: Sequence[Delivery]) -> list[Shown]:
    """Each of these deliveries of the account as its pages must show it, in their order."""
    items = _items(session, account.id, [one.id for one in deliveries])
    said = advisories_of(session, account.id)
    lies = _amended(session, account.id)
    bytes_of = {one.id: lies.get(items[one.id].id, (one.rendition_hash, one.sealed_set_id)) for one in deliveries}
    signed = _lines(session, [sealed for _, sealed in bytes_of.values()])
    past = _past_of(session, account, [items[one.id].story_id for one in deliveries])
    former = _former(session, account, {items[one.id].origin_id for one in deliveries} & said.keys())
    found = []
    for one in deliveries:
        item, (rendition, sealed) = items[one.id], bytes_of[one.id]
        before = tuple(each for each in former.get(item.origin_id, ()) if each != rendition)
        plain = Shown(
            delivery_id=one.id,
            key=one.key,
            rendition=rendition,
            due_at=one.due_at,
            guid=item.guid,
            signoff=signed[sealed],
            past=_past(past.get(item.story_id)),
            former=before,
        )
        found.append(advise(plain, said.get(item.origin_id)))
    return found


def _items(session: Session, account_id: int, deliveries: Sequence[int]) -> dict[int, Item]:
    asked: dict[str, Any] = {"account": account_id}
    if len(deliveries) > FEW:
        return {one.delivery_id: one for one in fetch(session, _ITEMS, **asked)}
    return {one.delivery_id: one for one in fetch(session, _ITEMS_OF, **asked, those=list(deliveries))}


def _past_of(session: Session, account: Account, stories: Sequence[int]) -> dict[int, ArchiveEntry]:
    if len(stories) > FEW:
        return ledger.past_of(session, account)
    asked = {"unit": account.unit_id, "those": list(stories)}
    return {one.story_id: one for one in fetch(session, _PAST, **asked)}


def stand(rows: Session | Engine, account: Account, but: Sequence[Delivery], also: Collection[int] = ()) -> str:
    """Where the rows stand about what the account shows: another word whenever something came, was corrected or taken
    back. Without the deliveries ``but``; ``also``: those of them that are shown from now on. ``rows``: as a session
    sees them, or as they are now."""
    asked: dict[str, Any] = {"account": account.id, "sent": [one.id for one in but], "also": list(also)}
    found = look(rows, _STAND, **asked) if isinstance(rows, Engine) else ask(rows, _STAND, **asked)
    live, coming, said, amended = tuple(found.one())
    return f"{max(live or 0, coming or 0)}/{said or 0}/{amended or 0}"


def beside(session: Session, profile: Profile) -> list[str]:
    """The renditions the unit's other accounts of ours show in the same folder: page and feed share their pictures."""
    renditions = []
    for account in fetch(session, _BESIDE, slug=profile.unit, but=profile.channel):
        said, lies = advisories_of(session, account.id), _amended(session, account.id)
        for item, delivery in ledger.published_items(session, account.id):
            if item.origin_id not in said or said[item.origin_id].kind != "retracted":
                renditions.append(lies.get(item.id, (delivery.rendition_hash, None))[0])
    return renditions


def advise(plain: Shown, said: Advice | None) -> Shown:
    """The publication with what is said about it."""
    if said is None:
        return plain
    return Shown(**{**vars(plain), "state": said.kind, "notice": said.sentence, "changed_at": said.at})


def _past(was: ArchiveEntry | None) -> Past | None:
    return Past(was.published_at, was.is_dated_only, tuple(was.paths)) if was else None


def _amended(session: Session, account_id: int) -> dict[int, tuple[str, int | None]]:
    """The signed bytes a correction put in place, by item; the newest correction counts."""
    found = ask(session, _LIES, account=account_id)
    return {one.item_id: (one.rendition_hash, one.sealed_set_id) for one in found}


def _lines(session: Session, sealed: Sequence[int | None]) -> Mapping[int | None, str]:
    """The printed line of the signatures (责编、审核、签发) of each sealed set, by its id."""
    known = {one for one in sealed if one is not None}
    lines: dict[int | None, str] = {None: ""}
    lines |= dict(review.printed_lines(session, known).items())
    return lines


def _former(session: Session, account: Account, origins: set[int]) -> dict[int, tuple[str, ...]]:
    """Every rendition our own accounts of this unit ever sent of these origins, by origin: the intent rows know."""
    found: dict[int, dict[str, None]] = {}
    asked = {"unit": account.unit_id, "channel": account.channel, "those": sorted(origins)}
    for one in ask(session, _SENT, **asked) if origins else ():
        found.setdefault(one.origin_id, {})[one.request_hash] = None
    return {origin: tuple(those) for origin, those in found.items()}
