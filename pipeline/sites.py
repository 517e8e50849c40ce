"""A unit's whole site from the rows: what is to stand where, and building it anew.

Both of its accounts of ours (pages, feeds) are held while a site is built, so that nobody publishes in between.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

import themes
from assets.store import hash_of
from channels.contract import LaterError
from channels.feed import build as feeds
from channels.making.entries import Entry, told
from channels.site import pages, redirects
from channels.values import Part, Profile
from cms.db import fetch, read_scope, session_scope
from cms.matrix import Account, MatrixError, Unit, profiles_of
from pipeline import adding, advised, build, grey, ledger
from pipeline.clock import TimeSource
from pipeline.files import sync
from pipeline.house import House
from pipeline.shown import Shown
from pipeline.tabs import tabs_of
from pipeline.worn import look_of, note

LEASE = timedelta(minutes=15)
"""Thousands of pages are one step: nobody may think the builder dead meanwhile."""
OWNER = "build"
_ACCOUNTS = (
    select(Account)
    .where(Account.unit_id == Unit.id, Unit.slug == bindparam("unit"))
    .where(col(Account.channel).in_(advised.OURS), Account.transport == "files")
    .order_by(col(Account.channel) != "site")
)


@dataclass(frozen=True)
class Half:
    """One of a unit's accounts of ours, and everything it shows or tells of."""

    account_id: int
    profile: Profile
    shown: tuple[Shown, ...]


@dataclass(frozen=True)
class Site:
    """A unit's site: its pages, its feeds, or both."""

    unit: str
    name: str
    tabs: tuple[pages.Tab, ...]
    halves: tuple[Half, ...]

    def half(self, channel: str) -> Half | None:
        return next((one for one in self.halves if one.profile.channel == channel), None)


def names(session: Session, unit: str = "") -> list[str]:
    """The units that have a site; of one that is not there, MatrixError with the known ones."""
    query = (
        select(Unit.slug)
        .where(Account.unit_id == Unit.id, col(Account.channel).in_(advised.OURS), Account.transport == "files")
        .order_by(col(Unit.id))
        .distinct()
    )
    known = list(dict.fromkeys(session.exec(query)))
    if unit and unit not in known:
        raise MatrixError(f"没有单位“{unit}”的微站，有微站的单位：{'、'.join(known)}。")
    return [unit] if unit else known


def read(session: Session, unit: str) -> Site:
    """What the rows say of a unit's site."""
    accounts = _accounts(session, unit)
    profiles = profiles_of(session, [one.id for one in accounts])
    halves = [Half(one.id, profiles[one.id], tuple(advised.all_shown(session, one))) for one in accounts]
    return Site(unit, accounts[0].name, tabs_of(session), tuple(halves))


def _accounts(session: Session, unit: str) -> list[Account]:
    """The unit's accounts of ours, the pages before the feeds."""
    return fetch(session, _ACCOUNTS, unit=unit)


@contextmanager
def held(house: House, unit: str, now: datetime) -> Iterator[Site]:
    """The site while nobody else publishes on it; LaterError when somebody does."""
    taken: list[tuple[int, int]] = []
    try:
        with session_scope(house.engine) as session:
            for account in _accounts(session, unit):
                lane = ledger.take_lane(session, account.id, OWNER, now, now + LEASE)
                if lane is None:
                    raise LaterError(f"{account.name}正在发布，请过一分钟再试。", account.key)
                taken.append((account.id, lane[0]))
        with read_scope(house.engine) as session:
            found = read(session, unit)
        yield found
    finally:
        with session_scope(house.engine) as session:
            for account_id, fence in taken:
                ledger.leave(session, account_id, fence)


def rebuild(house: House, unit: str, clock: TimeSource) -> int:
    """Build a unit's site anew from its rows, and take away what no row knows; how many files were taken away."""
    with held(house, unit, clock()) as site:
        for path in altered_pictures(house, site):
            path.unlink()
        for half in site.halves:
            adding.shelf_file(house, half.profile).unlink(missing_ok=True)  # of what was found wrong nothing is kept
            build.publish(house, half.profile, site.tabs, half.shown, ())
        gone = [*strays(house, site), *leftovers(house, site)]
        for path in gone:
            path.unlink(missing_ok=True)
        sync(house.sites, house.root)
        note(house, unit, look_of(half.profile for half in site.halves))
    return len(gone)


def folder_of(house: House, site: Site) -> Path:
    return build.site_folder(house, site.halves[0].profile)


def altered_pictures(house: House, site: Site) -> list[Path]:
    """Pictures and films that are there and are not what was signed."""
    folder = folder_of(house, site)
    there = ((folder / path, digest) for path, digest in Plan.of(house, site).pictures.items())
    return [file for file, digest in there if file.is_file() and hash_of(file.read_bytes()) != digest]


def leftovers(house: House, site: Site, there: "Sequence[str] | None" = None) -> list[Path]:
    """Half-written files a death left behind: never served, never renamed. ``there``: see ``walked``."""
    folder = folder_of(house, site)
    found = walked(folder) if there is None else there
    return [folder / one for one in found if one.rpartition("/")[2].startswith(".new-")]


def strays(house: House, site: Site, plan: "Plan | None" = None, there: "Sequence[str] | None" = None) -> list[Path]:
    """Files at addresses only we give out that no row knows of. ``plan``: the site's, where it was made already;
    ``there``: see ``walked``."""
    folder, planned = folder_of(house, site), plan or Plan.of(house, site)
    known = {*planned.files, *planned.pictures, *planned.moved, pages.MODE}
    found = (one for one in (walked(folder) if there is None else there) if one not in known and is_ours(one))
    return [folder / one for one in found if not one.rpartition("/")[2].startswith(".")]


def walked(folder: Path) -> list[str]:
    """The files of a folder and of those in it, by their paths there, in order; none where it is not there."""
    found, left = [], [""]
    while left:
        inside = left.pop()
        try:
            entries = list(os.scandir(folder / inside))
        except FileNotFoundError:
            continue
        for one in entries:
            if one.is_dir(follow_symlinks=False):
                left.append(f"{inside}{one.name}/")
            elif one.is_file():
                found.append(f"{inside}{one.name}")
    return sorted(found)


def is_ours(path: str) -> bool:
    """Whether nobody but us puts files there; a style sheet under an older name still dresses older pages."""
    top = path.split("/")[0]
    if "/" in path:
        return top in ("s", "c", "m", "p")
    return redirects.is_ours(f"/{path}") and not (path.startswith("yigao.") and path.endswith(".css"))


@dataclass(frozen=True)
class Plan:
    """What is to stand in a site's folder. ``files``: bytes by path; ``stories``: those of them that are story pages,
    with their entry; ``pictures``: hashes by path; ``moved``: pages that lead on, with the address they lead to;
    ``maps``: the files beside the folder; ``gone``: the addresses that answer 410."""

    files: Mapping[str, bytes]
    stories: Mapping[str, Entry]
    pictures: Mapping[str, str]
    moved: Mapping[str, str]
    maps: Mapping[Path, bytes]
    gone: tuple[str, ...]

    @staticmethod
    def of(house: House, site: Site) -> "Plan":
        files: dict[str, bytes] = {pages.MODE: pages.mode_css(grey.is_grey(house))}
        plan = Plan(files, {}, _pictures(house, site), {}, {}, ())
        if half := site.half("site"):
            plan = _with_pages(house, site, half, files, plan.pictures)
        if half := site.half("feed"):
            entries = [told(build.entry_of(_part(house, half, one), one, half.profile)) for one in half.shown]
            files.update(feeds.files(entries, frame_of(site, half)))
        return plan


def _with_pages(house: House, site: Site, half: Half, files: dict[str, bytes], pictures: Mapping[str, str]) -> Plan:
    frame, profile = frame_of(site, half), half.profile
    stories: dict[str, Entry] = {}
    entries = []
    for one in half.shown:
        part = _part(house, half, one)
        entry = build.entry_of(part, one, profile)
        files[entry.path] = build.page_of(part, frame, entry)
        stories[entry.path] = build.listed(entry)
        entries.append(stories[entry.path])
    lists = pages.render_site(entries, frame)
    files.update(lists)
    if frame.logo is not None:
        pictures = {**pictures, frame.logo.name: frame.logo.hash}
    leading, table = build.leads(half.shown, entries, lists)
    gone = tuple(entry.path for entry in entries if entry.state == "retracted")
    maps: dict[Path, bytes] = {}
    moved_map, gone_map = build.redirects_file(house, profile), build.gone_file(house, profile)
    if table or moved_map.exists():
        maps[moved_map] = redirects.nginx_map(table, moved_map.name).encode()
    if gone or gone_map.exists():
        maps[gone_map] = redirects.gone_map(gone, gone_map.name).encode()
    moved = {place: entry.path for place, (_, entry) in leading.items()}
    return Plan(files, stories, pictures, moved, maps, gone)


def _part(house: House, half: Half, shown: Shown) -> Part:
    return build.filled(house, half.profile, shown)[0]


def frame_of(site: Site, half: Half) -> pages.Frame:
    theme = themes.load(half.profile.theme, half.profile.own_tokens)
    return pages.frame_for(half.profile, theme, site.tabs)


def _pictures(house: House, site: Site) -> dict[str, str]:
    shown: Sequence[str] = [one.rendition for half in site.halves for one in half.shown if one.state != "retracted"]
    parts = (part for one in shown for part in house.rendition(one).parts)
    return {file.name: file.hash for part in parts for file in part.files}
