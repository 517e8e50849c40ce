"""What a unit published long ago becomes the archive of its site, with its dates and old addresses.

History goes to the unit's own site alone, under the policy 归档核准: one named person's word, and a wall in the
database that lets it through for nothing else. Entries are rendered without a transaction, and written in batches: each
batch is one release, planned, sealed, signed and ready in one transaction, or not there at all. Lists are written once.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from sqlmodel import Session, col, select

from assets.fetch import Fetcher
from assets.pictures import Pictures
from assets.store import MemoryStore
from channels import canonical
from channels.contract import AdministratorError
from channels.site.redirects import is_ours
from channels.values import Finding, Manuscript, Profile, Rendition
from cms import audit, checks, library, releases, review
from cms.arrivals import ArrivalError, Arrived
from cms.arrivals.entries import Entry, fault
from cms.db import read_scope, session_scope, utc
from cms.matrix import Account, Unit, profiles_of
from cms.matrix.names import unknown_units
from cms.people import Workspace
from cms.releases import Delivery, Item, Target
from cms.stories import ArchiveEntry, Column, Revision, Story, save
from pipeline import archive_source, ledger, press
from pipeline.clock import TimeSource
from pipeline.engine import carry_out
from pipeline.house import House
from pipeline.intake import blocks, sentence

BATCH = 100
# Thousands of pages are one step of one account: nobody else may think it dead meanwhile.
LEASE = timedelta(minutes=15)
LIVE = ("planned", "published", "amended")
T = TypeVar("T")
Coming = tuple[Entry, "Future[Arrived]"]


@dataclass(frozen=True)
class Order:
    """What to import, for whom, and on whose word. ``source`` as given; ``by`` is a login."""

    source: str
    unit: str
    by: str
    reason: str
    column: str = ""
    site_url: str = ""
    permalink: str = ""
    pages: int = archive_source.MAX_PAGES
    fetch_pictures: bool = False
    dry_run: bool = False


@dataclass
class Report:
    """What came of it: slugs new, changed, unchanged and held; what did not come, and what was noticed."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    same: int = 0
    held: list[str] = field(default_factory=list)
    redirects: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def bad(self) -> int:
        """How many entries did not come in."""
        return sum(one.level == "block" and one.rule.startswith("archive.") for one in self.findings)


@dataclass(frozen=True)
class Goal:
    """The site the entries go to, and what it knows already."""

    account: Account
    profile: Profile
    column: archive_source.Column
    units: tuple[str, ...]
    demo: bool


@dataclass(frozen=True)
class Known:
    """An entry imported before: its story, its fingerprint, and whether readers have (or will have) it."""

    story_id: int
    slug: str
    fingerprint: str
    address: str
    is_live: bool


@dataclass(frozen=True)
class Ready:
    """An entry rendered, and all that was found; ``rendition`` is None when nothing could be made."""

    entry: Entry
    slug: str
    text: str
    manuscript: Manuscript
    rendition: Rendition | None
    findings: tuple[Finding, ...]
    known: Known | None


class Importer:
    """One import into one unit's site."""

    def __init__(self, house: House, order: Order, clock: TimeSource, fetcher: Fetcher) -> None:
        self.house, self.order, self.clock, self.now, self.fetcher = house, order, clock, clock(), fetcher
        self.report = Report()
        with read_scope(house.engine) as session:
            ledger.person(session, order.by)
            self.goal = _goal(session, order)
            self.known = _known(session, self.goal.account)
            self.slugs = set(session.exec(select(Story.slug)))
            self.paths = {path: one.identity for one in _filed(session, self.goal.account) for path in one.paths}
        self.seen: set[str] = set()

    def run(self, watch: Callable[[int], None] = lambda _: None) -> Report:
        """Import everything; ``watch`` is told how many entries have been read."""
        order = self.order
        found = archive_source.entries_of(
            order.source, self.now, self.fetcher, order.site_url, order.permalink, order.pages
        )
        read = 0
        with ThreadPoolExecutor(1, "yigao-archive") as ahead:
            waiting: list[Coming] = []
            for some in _batches(found, BATCH):
                coming = self._coming(some, ahead)
                self._finish(waiting)
                waiting, read = coming, read + len(some)
                watch(read)
            self._finish(waiting)
        if not order.dry_run:
            patient = replace(self.house, lease=LEASE)
            carry_out(patient, self.goal.account.id, f"archive:{os.getpid()}", self.clock)
        return self.report

    # ----------------------------------------------------------------------- reading

    def _coming(self, some: Sequence[Entry | Finding], ahead: ThreadPoolExecutor) -> list[Coming]:
        """The new and changed entries of a batch, being parsed (in the limited child) while the last one is written."""
        self.report.findings += [one for one in some if isinstance(one, Finding)]
        new = [self._addressed(one) for one in some if isinstance(one, Entry) and self._is_new(one)]
        return [(one, ahead.submit(archive_source.come, one)) for one in new]

    def _finish(self, batch: Sequence[Coming]) -> None:
        """Render a batch and write it; a fresh scratch store for each batch of a dry run."""
        order = self.order
        pictures = Pictures(MemoryStore()) if order.dry_run else self.house.pictures
        root = Path(order.source) if Path(order.source).is_dir() else None
        fetch = self.fetcher if order.fetch_pictures and not order.dry_run else None
        maker = archive_source.Maker(pictures, root, order.site_url, fetch)
        ready = [one for entry, came in batch if (one := self._ready(maker, entry, came))]
        if ready and not order.dry_run:
            self._write(ready)

    def _is_new(self, entry: Entry) -> bool:
        """Whether there is anything to do for an entry; what is wrong with it is told."""
        known = self.known.get(entry.identity)
        if entry.identity in self.seen:
            self._say("twice", f"与前面的一篇是同一个旧网址或 guid（{entry.identity[:80]}），没有再导入", entry)
            return False
        self.seen.add(entry.identity)
        if known and _host(known.address) != _host(entry.address):
            self._say(
                "other_site", f"与另一旧站（{_host(known.address)}）的旧稿同路径，没有导入，请核对 --site-url", entry
            )
            return False
        if known and known.is_live and known.fingerprint == self._addressed(entry, quiet=True).fingerprint:
            self.report.same += 1
            return False
        return True

    def _addressed(self, entry: Entry, quiet: bool = False) -> Entry:
        """The entry with only those old paths that can lead to it: not our own pages', not another entry's."""
        kept = []
        for path in entry.paths:
            owner = self.paths.setdefault(path, entry.identity) if not quiet else self.paths.get(path, entry.identity)
            if is_ours(path) or owner != entry.identity:
                whose = "本站自己的页面" if is_ours(path) else "另一篇旧稿"
                if not quiet:
                    self._say("path", f"旧网址 {path[:80]} 与{whose}相同，不能转到这一篇", entry, "warn")
            else:
                kept.append(path)
        return replace(entry, paths=tuple(kept))

    def _ready(self, maker: archive_source.Maker, entry: Entry, came: "Future[Arrived]") -> Ready | None:
        known = self.known.get(entry.identity)
        slug = known.slug if known else archive_source.unique(entry.slug, self.slugs.__contains__)
        if not known and slug != entry.slug:
            self._say("slug", f"代号 {entry.slug} 已被占用，改用 {slug}", entry, "info")
        try:
            made = maker.make(entry, came.result(), slug, self.goal.column)
        except ArrivalError as error:
            self._say("unreadable", str(error), entry)
            return None
        if made.manuscript is None:
            self._say("unusable", sentence(made.findings), entry)
            return None
        self.slugs.add(slug)
        return self._rendered(entry, slug, made, made.manuscript, known)

    def _rendered(
        self, entry: Entry, slug: str, made: archive_source.Made, manuscript: Manuscript, known: Known | None
    ) -> Ready:
        goal = self.goal
        found = [*made.findings, *unknown_units(manuscript, goal.units, entry.file)]
        found += checks.of_account(goal.profile, demo=goal.demo)
        pictures = self.house.pictures
        if self.order.dry_run:
            rendition, told = None, list[Finding]()
        else:
            rendition, told = press.render_job(press.Job(0, goal.profile, (manuscript,)), pictures, self.now)
        findings = tuple(dict.fromkeys((*found, *(replace(one, file=one.file or entry.file) for one in told))))
        self.report.findings += [one for one in findings if one.level != "info"]
        listed = self.report.changed if known and known.is_live else self.report.added
        listed.append(slug)
        if blocks(findings):
            self.report.held.append(slug)
        self.report.redirects += len(entry.paths)
        return Ready(entry, slug, made.text, manuscript, rendition, findings, known)

    def _say(self, rule: str, message: str, entry: Entry, level: Any = "block") -> None:
        self.report.findings.append(fault(rule, message, entry.file, entry.line, level))

    # ----------------------------------------------------------------------- writing

    def _write(self, ready: Sequence[Ready]) -> None:
        """One batch, whole or not at all: stories, where they come from, their release, its seal and its signature."""
        hashes = {one.slug: self.house.keep(one.manuscript) for one in ready}
        renditions = {one.slug: self.house.keep(one.rendition) for one in ready if one.rendition}
        with session_scope(self.house.engine) as session:
            revisions = []
            for one in ready:
                revision = self._save(session, one, hashes[one.slug])
                if self._makes_way(session, one, revision):
                    revisions.append(revision)
            if revisions:
                self._release(session, {one.slug: one for one in ready}, revisions, renditions)

    def _save(self, session: Session, one: Ready, digest: str) -> Revision:
        found = [canonical.plain(finding) for finding in one.findings]
        headline = one.manuscript.headline
        revision = save(session, one.slug, one.text, headline, self.order.by, self.now, digest, found)
        library.note(session, digest, one.manuscript)  # from now on a text of theirs may name its pictures
        entry, row = one.entry, None
        if one.known:
            query = select(ArchiveEntry).where(ArchiveEntry.story_id == revision.story_id)
            row = session.exec(query.where(ArchiveEntry.unit_id == self.goal.account.unit_id)).one_or_none()
        row = row or ArchiveEntry(
            story_id=revision.story_id,
            unit_id=self.goal.account.unit_id,
            identity=entry.identity,
            fingerprint="",
            published_at=entry.published_at,
            imported_by=self.order.by,
            imported_at=utc(self.now),
            reason=self.order.reason,
        )
        row.fingerprint, row.address = entry.fingerprint, entry.address
        row.paths = list(dict.fromkeys((*row.paths, *entry.paths)))
        row.published_at, row.is_dated_only = entry.published_at, entry.is_dated_only
        row.author = "、".join(one.manuscript.byline)
        row.outlet = one.manuscript.source.outlet if one.manuscript.source else ""
        session.add(row)
        session.flush()
        return revision

    def _makes_way(self, session: Session, one: Ready, revision: Revision) -> bool:
        """Whether the revision can go onto the site: what stood for it there makes way, unless the new one is held."""
        query = select(Delivery).where(Item.delivery_id == Delivery.id, Item.story_id == revision.story_id)
        here = query.where(Item.account_id == self.goal.account.id, col(Item.fate).in_(LIVE))
        old = session.exec(here).one_or_none()
        if old is None:
            return True
        if blocks(one.findings) and old.state in ("published", "amended"):
            self._say("kept", "新版有拦截级问题，站上仍是原来的一版，请改好再导入", one.entry, "warn")
            return False
        reason = f"旧档重新导入，由第 {revision.number} 版取代"
        releases.move(session, old, "supersede", actor=self.order.by, now=self.now, reason=reason)
        return True

    def _release(
        self, session: Session, ready: dict[str, Ready], revisions: Sequence[Revision], renditions: dict[str, str]
    ) -> None:
        order, now = self.order, self.now
        target = Target(("site",), (order.unit,), alone=True)
        release = releases.plan(session, revisions, target, now, order.by, review.ARCHIVE, now)
        going: dict[int, str] = {}
        for delivery in releases.deliveries_of(session, release):
            one = ready[str(delivery.stories[0][0])]
            digest = renditions.get(one.slug, "")
            if reason := press.Made(delivery.id, one.rendition, one.findings).reason:
                held: dict[str, Any] = {"rendition_hash": digest}
                releases.move(session, delivery, "hold", actor=order.by, now=now, reason=reason, **held)
            else:
                releases.move(session, delivery, "render", actor=order.by, now=now, rendition_hash=digest)
                going[delivery.id] = digest
        detail = {"source": order.source, "unit": order.unit, "reason": order.reason, "stories": len(revisions)}
        audit.record(session, order.by, "archive.import", f"release:{release.id}", detail, now)
        if not going:
            return
        parts = [one.rendition.parts[0] for one in ready.values() if one.rendition]
        assets = sorted({file.hash for part in parts for file in part.files})
        sealed = releases.seal(session, release, going, assets, review.ARCHIVE, now)
        review.sign(session, sealed, review.APPROVE, ledger.person(session, order.by), order.reason, now)
        releases.let_through(session, sealed, order.by, now)


def _goal(session: Session, order: Order) -> Goal:
    query = select(Account).where(Account.unit_id == Unit.id, Unit.slug == order.unit, Account.channel == "site")
    account = session.exec(query).one_or_none()
    if account is None:
        raise AdministratorError(f"没有单位“{order.unit}”的微站，请用账号矩阵里的单位代号。")
    column = archive_source.Column()
    if order.column:
        found = session.exec(select(Column).where(Column.slug == order.column)).one_or_none()
        if found is None:
            known = "、".join(session.exec(select(Column.slug))) or "（还没有）"
            raise AdministratorError(f"没有栏目“{order.column}”，可用的有：{known}。")
        column = archive_source.Column(found.slug, found.title)
    profile = profiles_of(session, [account.id])[account.id]
    units = tuple(session.exec(select(Unit.slug)))
    return Goal(account, profile, column, units, session.get_one(Workspace, 1).demo)


def _filed(session: Session, account: Account) -> list[ArchiveEntry]:
    return list(session.exec(select(ArchiveEntry).where(ArchiveEntry.unit_id == account.unit_id)))


def _known(session: Session, account: Account) -> dict[str, Known]:
    """What the unit imported before, by identity."""
    live = set(session.exec(select(Item.story_id).where(Item.account_id == account.id, col(Item.fate).in_(LIVE))).all())
    slugs = dict(session.exec(select(Story.id, Story.slug).where(Story.id == ArchiveEntry.story_id)).all())
    return {
        one.identity: Known(one.story_id, slugs[one.story_id], one.fingerprint, one.address, one.story_id in live)
        for one in _filed(session, account)
    }


def _host(address: str) -> str:
    return urlsplit(address).hostname or ""


def _batches(found: Iterable[T], size: int) -> Iterator[list[T]]:
    source = iter(found)
    while some := list(islice(source, size)):
        yield some
