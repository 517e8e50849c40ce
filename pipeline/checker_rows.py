"""What the checker reads: the rows of the ledger, once, and the platforms' copies as readers see them."""

import re
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from channels.making.sandbox import Seen
from cms.audit import AuditEntry
from cms.matrix import Account, Unit
from cms.people import Notice
from cms.releases import Attempt, Delivery, Exemption, Freeze, Item, Recall, Receipt, Release, Remedy, Stop
from cms.releases.restored import RESTORE
from cms.releases.sightings import Sighting
from cms.review import ISSUE, LATER, SealedRendition, SealedSet, Signature
from cms.stories import Column, Revision, Story

SEEN = ("live", "pending")
_KEY = re.compile(r"(?<![a-z0-9])[a-z2-7]{20}(?![a-z0-9])")


@dataclass(frozen=True, slots=True)
class Copy:
    """One story on a platform as readers see it: the ``position``-th of a push, from 1. ``title`` and ``body`` as
    they were sent, before the platform touched them. ``by_hand``: somebody's own, under its number ``remote``;
    ``edited``: the body as it was edited since, None for never."""

    account: str
    key: str
    position: int
    state: str
    title: str
    body: str
    at: datetime
    remote: str = ""
    by_hand: bool = False
    edited: str | None = None

    @classmethod
    def of(cls, seen: Seen) -> "Copy":
        """A sandbox's publication; its key is the first one it carries."""
        found = _KEY.search(seen.carried)
        key = found[0] if found else seen.carried
        return cls(
            seen.account, key, seen.position, seen.state, seen.title, seen.body, seen.at,
            seen.remote.partition(":")[0], seen.by_hand, seen.edited,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Said:
    """An entry of the log, without its hashes."""

    id: int
    at: datetime
    actor: str
    action: str
    to: str
    detail: dict[str, object]


@dataclass(frozen=True)
class Ledger:
    """Everything the checker reads of the database, once. ``said``: the log by subject, oldest first."""

    deliveries: tuple[Delivery, ...]
    items: dict[int, list[Item]]
    attempts: dict[int, list[Attempt]]
    receipts: dict[int, list[Receipt]]
    accounts: dict[int, Account]
    planned: dict[int, int]
    lost: tuple[tuple[datetime, datetime], ...]
    notices: frozenset[tuple[str, str]]
    said: dict[str, list[Said]]

    @classmethod
    def of(cls, session: Session) -> "Ledger":
        """The rows as they are now."""
        items, attempts, receipts = defaultdict(list), defaultdict(list), defaultdict(list)
        for item in session.exec(select(Item)):
            items[item.delivery_id].append(item)
        for attempt in session.exec(select(Attempt)):
            attempts[attempt.delivery_id].append(attempt)
        for receipt in session.exec(select(Receipt)):
            receipts[receipt.delivery_id].append(receipt)
        accounts = {one.id: one for one in session.exec(select(Account))}
        said = _log(session)
        planned = {
            int(subject.partition(":")[2]): int(str(one.detail["deliveries"]))
            for subject, entries in said.items()
            for one in entries
            if one.action == "release.plan"
        }
        lost = tuple(
            (datetime.fromisoformat(str(one.detail["kept_at"])), one.at)
            for entries in said.values()
            for one in entries
            if one.action == RESTORE
        )
        notices = frozenset((one.subject, one.sentence) for one in session.exec(select(Notice)))
        deliveries = tuple(session.exec(select(Delivery)))
        return cls(deliveries, items, attempts, receipts, accounts, planned, lost, notices, said)

    def of_delivery(self, delivery: Delivery) -> Sequence[Said]:
        """What the log says about a delivery."""
        return self.said.get(f"delivery:{delivery.id}", [])


def _log(session: Session) -> dict[str, list[Said]]:
    """The whole log by subject; plain values, for there are many."""
    found: dict[str, list[Said]] = defaultdict(list)
    log = AuditEntry.__table__  # type: ignore[attr-defined]
    query = sa_select(log.c.id, log.c.at, log.c.actor, log.c.action, log.c.subject, log.c.detail).order_by(log.c.id)
    for number, at, actor, action, subject, detail in session.connection().execute(query):
        found[subject].append(Said(number, at, actor, action, str(detail.get("to", "")), detail))
    return found


@dataclass(frozen=True)
class Halts:
    """What called things back, or stopped them: the rows of recalls, stops, freezes and flashes."""

    recalls: dict[int, Recall]
    remedies: tuple[Remedy, ...]
    stops: tuple[Stop, ...]
    freezes: tuple[Freeze, ...]
    exemptions: tuple[Exemption, ...]
    flashes: tuple[Release, ...]
    releases: dict[int, Release]
    stories: dict[int, Story]
    columns: dict[int, Column]
    units: dict[int, Unit]
    sightings: dict[int, Sighting]
    signed: frozenset[int]
    manuscripts: dict[str, str]
    brought: dict[int, tuple[str, ...]]
    signed_at: dict[int, datetime]
    completed: dict[int, datetime]
    sealed: dict[tuple[int, int], frozenset[str]]

    @classmethod
    def of(cls, session: Session) -> "Halts":
        """The rows as they are now; a flash counts once it was signed. ``signed``: the sets with every signature;
        ``manuscripts``: hash → the slug of its story; ``brought``: what signed corrections bring, by the item
        of the copy; ``signed_at``: when each flash got its one signature;
        ``completed``: when each set had its last one; ``sealed``: the renditions of such a set, by set and delivery."""
        releases = {one.id: one for one in session.exec(select(Release))}
        sets = dict(session.exec(_COMPLETE).all())
        signed = set(sets.values())
        return cls(
            signed=frozenset(sets),
            manuscripts=dict(session.exec(_MANUSCRIPTS).all()),
            brought=_brought(session),
            signed_at=dict(session.exec(_SIGNED).all()),
            completed=_completed(session),
            sealed=_sealed(session),
            recalls={one.id: one for one in session.exec(select(Recall))},
            remedies=tuple(session.exec(select(Remedy).order_by(col(Remedy.id)))),
            stops=tuple(session.exec(select(Stop))),
            freezes=tuple(session.exec(select(Freeze))),
            exemptions=tuple(session.exec(select(Exemption))),
            flashes=tuple(one for one in releases.values() if one.flash and one.id in signed),
            releases=releases,
            stories={one.id: one for one in session.exec(select(Story))},
            columns={one.id: one for one in session.exec(select(Column))},
            units={one.id: one for one in session.exec(select(Unit))},
            sightings={one.item_id: one for one in session.exec(select(Sighting)) if one.item_id is not None},
        )

    def units_above(self, unit_id: int | None) -> list[str]:
        """A unit and those above it, by slug, itself first."""
        found = []
        while unit_id is not None:
            unit = self.units[unit_id]
            found.append(unit.slug)
            unit_id = unit.parent_id
        return found

    def is_for(self, story_id: int, path: Collection[str]) -> bool:
        """Whether a story may be read in a unit with this path: a local version only in its own unit and below."""
        story = self.stories[story_id]
        is_local = story.origin_id is not None and story.unit_id is not None
        return not is_local or self.units[story.unit_id or 0].slug in path


_COMPLETE = select(SealedSet.id, SealedSet.release_id).where(col(SealedSet.complete))
_MANUSCRIPTS = (
    select(Revision.manuscript_hash, Story.slug)
    .where(Revision.story_id == Story.id, Revision.manuscript_hash != "")
    .order_by(col(Revision.id))
)
_BROUGHT = (
    select(Remedy.item_id, Revision.manuscript_hash)
    .where(Remedy.recall_id == Recall.id, Recall.revision_id == Revision.id, col(Recall.approved_at).is_not(None))
    .order_by(col(Remedy.id))
)
_SIGNED = (
    select(SealedSet.release_id, Signature.signed_at)
    .where(Signature.sealed_set_id == SealedSet.id, Signature.step == ISSUE, SealedSet.release_id == Release.id)
    .where(col(SealedSet.complete), col(Release.flash))
    .order_by(col(Signature.id))
)


def _completed(session: Session) -> dict[int, datetime]:
    """A set without a signature of its own rests on those of its manuscripts: it counts from when it was sealed."""
    found = dict(session.exec(select(SealedSet.id, SealedSet.sealed_at).where(col(SealedSet.complete))).all())
    own = select(Signature.sealed_set_id, Signature.signed_at).where(col(Signature.step) != LATER)
    for number, at in session.exec(own.order_by(col(Signature.id))):
        if number in found:
            found[number] = at
    return found


def _sealed(session: Session) -> dict[tuple[int, int], frozenset[str]]:
    rows = SealedRendition.sealed_set_id, SealedRendition.delivery_id, SealedRendition.rendition_hash
    query = select(*rows).where(SealedRendition.sealed_set_id == SealedSet.id, col(SealedSet.complete))
    return {(number, delivery): frozenset((digest,)) for number, delivery, digest in session.exec(query)}


def _brought(session: Session) -> dict[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = {}
    for item, digest in session.exec(_BROUGHT):
        found[item] = (*found.get(item, ()), digest)
    return found
