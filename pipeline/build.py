"""Our own outputs on disk: story pages, lists and feeds of the units' sites.

A delivery is published when its page, its place in the lists and its feed item are all in place. Story pages
are written first, lists after, feeds last, each beside and renamed: a build that dies leaves a whole old site.
Of a retracted story the notice comes first, then its 410, then the lists without it; its pictures go last.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import themes
from assets.store import hash_of
from channels import slots
from channels.feed import build as feeds
from channels.making.entries import Entry, told
from channels.site import pages, redirects
from channels.values import Part, Profile
from cms.db import read_scope
from pipeline import advised, crash, grey
from pipeline.files import link_or_copy, safe, write_atomic, write_many
from pipeline.fills import SHANGHAI, fills_for
from pipeline.house import GONE, House
from pipeline.shown import Past as Past
from pipeline.shown import Shown as Shown


@dataclass(frozen=True)
class Placed:
    """A story in place: its address, the fills, and the hash of the bytes as sent (slots filled)."""

    delivery_id: int
    address: str
    fills: Mapping[str, str]
    sent_hash: str


@dataclass(frozen=True)
class Built:
    """What was put in place, and the entry of everything that is shown, the new ones first."""

    placed: list[Placed]
    entries: list[Entry]


def publish(
    house: House, profile: Profile, tabs: Sequence[pages.Tab], new: Sequence[Shown], old: Sequence[Shown]
) -> list[Placed]:
    """Put ``new`` into the account's site or feed, beside ``old``; what is then in place."""
    return whole(house, profile, tabs, new, old).placed


def whole(
    house: House, profile: Profile, tabs: Sequence[pages.Tab], new: Sequence[Shown], old: Sequence[Shown]
) -> Built:
    """The same, with what the index (账册) of the account must know."""
    return _OUTPUTS[profile.channel](house, profile, tabs, new, old)


def site_folder(house: House, profile: Profile) -> Path:
    """The folder of the unit's site."""
    return house.sites / profile.unit


def filled(house: House, profile: Profile, shown: Shown) -> tuple[Part, dict[str, str]]:
    """The signed part with its slots filled as it is sent, and the fills."""
    part = house.rendition(shown.rendition).parts[0]
    fills = fills_for(part, profile, shown.key, shown.published_at, shown.signoff)
    if shown.past and shown.past.is_day:
        fills["published_at"] = f"{shown.published_at.astimezone(SHANGHAI):%Y-%m-%d}"
    return slots.fill(part, fills), fills


def _publish_site(
    house: House, profile: Profile, tabs: Sequence[pages.Tab], new: Sequence[Shown], old: Sequence[Shown]
) -> Built:
    folder = site_folder(house, profile)
    frame = pages.frame_for(profile, themes.load(profile.theme, profile.own_tokens), tabs)
    write_many(folder, pages.assets_for(frame.theme))
    show_logo(house, frame, folder)
    grey.show(house, folder)
    placed, entries = [], []
    for shown in new:
        there, entry = put_page(house, profile, frame, shown)
        placed.append(there)
        entries.append(entry)
    entries += [listed(entry_of(filled(house, profile, shown)[0], shown, profile)) for shown in old]
    _tell_gone(house, profile, entries)
    lists = pages.render_site(entries, frame)
    write_many(folder, lists)
    _redirect(house, profile, frame, [*new, *old], entries, lists)
    _clear(house, profile, new, old)
    crash.point("site.lists")
    return Built(placed, entries)


def put_page(house: House, profile: Profile, frame: pages.Frame, shown: Shown) -> tuple[Placed, Entry]:
    """A story's page in its place, its pictures before it; its entry as lists need it."""
    part, fills = filled(house, profile, shown)
    entry, folder = entry_of(part, shown, profile), site_folder(house, profile)
    if shown.state != "retracted":
        show_pictures(house, part, folder)
    write_atomic(folder / entry.path, page_of(part, frame, entry))
    crash.point("site.page")
    return placed_at(profile, part, fills, shown), listed(entry)


def page_of(part: Part, frame: pages.Frame, entry: Entry) -> bytes:
    """What stands at a story's address: its page, or the notice that it was retracted."""
    is_gone = entry.state == "retracted"
    return (pages.gone_page(entry, frame) if is_gone else pages.story_page(part, frame, entry)).encode()


def listed(entry: Entry) -> Entry:
    """The entry without its text, which lists do not show: thousands of them are held at once."""
    return replace(told(entry), item_html="")


def gone_file(house: House, profile: Profile) -> Path:
    """The map of addresses that answer 410, beside the sites: for our front, and for nginx to include."""
    return house.sites.parent / GONE / f"{profile.unit}.map"


def _tell_gone(house: House, profile: Profile, entries: Sequence[Entry]) -> None:
    """The notice is in place by now, so that a 410 always has it."""
    file, paths = gone_file(house, profile), [one.path for one in entries if one.state == "retracted"]
    if paths or file.exists():
        write_atomic(file, redirects.gone_map(paths, file.name).encode())


def _clear(house: House, profile: Profile, new: Sequence[Shown], old: Sequence[Shown]) -> None:
    """Take away the pictures and films of what was retracted or corrected, but for those another page or item shows."""
    called_back = [one for one in new if one.former or one.state == "retracted"]
    if not called_back:
        return
    shown = [one.rendition for one in (*new, *old) if one.state != "retracted"]
    with read_scope(house.engine) as session:
        beside = advised.beside(session, profile)
    kept = names_of(house, [*shown, *beside])
    away = names_of(house, [each for one in called_back for each in (one.rendition, *one.former)]) - kept
    for name in sorted(away):
        (site_folder(house, profile) / safe(name)).unlink(missing_ok=True)


def names_of(house: House, renditions: Iterable[str]) -> set[str]:
    """The files these renditions show, by their place on the site."""
    return {file.name for one in renditions for part in house.rendition(one).parts for file in part.files}


def redirects_file(house: House, profile: Profile) -> Path:
    """The map of old addresses, beside the sites: for our front, and for nginx to include."""
    return house.sites.parent / "redirects" / f"{profile.unit}.map"


def _redirect(
    house: House,
    profile: Profile,
    frame: pages.Frame,
    shown: Sequence[Shown],
    entries: Sequence[Entry],
    lists: Mapping[str, bytes],
) -> None:
    """Old addresses lead to the new pages: one map, and a page at each place a plain bucket could answer. A page that
    is there already leads on as it is, whatever the frame looks like by now, unless it names a headline that was
    called back."""
    leading, table = leads(shown, entries, lists)
    folder, file = site_folder(house, profile), redirects_file(house, profile)
    if not table and not file.exists():
        return
    for place, (path, entry) in leading.items():
        if not _is_taken(folder / place, folder) or _must_change(folder / place, entry):
            write_atomic(folder / safe(place), redirects.moved_page(path, entry.path, entry.headline, frame).encode())
    write_atomic(file, redirects.nginx_map(table, file.name).encode())


def leads(
    shown: Sequence[Shown], entries: Sequence[Entry], taken: Iterable[str]
) -> tuple[dict[str, tuple[str, Entry]], dict[str, str]]:
    """Where old addresses lead: the file a plain bucket could answer each with (its old path, the story), and the map
    of them all. ``taken``: the paths of the site's lists."""
    old = [(path, entry) for one, entry in zip(shown, entries, strict=True) if one.past for path in one.past.paths]
    table = redirects.moves([(path, entry.path) for path, entry in old], {*taken, *(one.path for one in entries)})
    files: dict[str, tuple[str, Entry]] = {}
    for path, entry in old:
        place = redirects.file_for(path)
        if place and table.get(path) == f"/{entry.path}":
            files.setdefault(place, (path, entry))
    return files, table


def _must_change(place: Path, entry: Entry) -> bool:
    """Whether what stands there leads to this story, and something was said about it since."""
    if entry.state == "published" or not place.is_file():
        return False
    return f'/{entry.path}"' in place.read_text(encoding="utf-8", errors="replace")


def _is_taken(place: Path, folder: Path) -> bool:
    """Whether something stands there already, or a file where a folder is needed."""
    return place.exists() or any(one.is_file() for one in place.parents if one.is_relative_to(folder))


def show_logo(house: House, frame: pages.Frame, folder: Path) -> None:
    """Lay the logo the pages of this frame name into the site's root."""
    if frame.logo is not None and not (folder / frame.logo.name).exists():
        write_atomic(folder / frame.logo.name, house.store.get(frame.logo.hash))


def show_pictures(house: House, part: Part, folder: Path) -> None:
    """The pictures first: a page is never there without them."""
    for file in part.files:
        link_or_copy(house.store.local(file.hash), folder / safe(file.name))


def _publish_feed(
    house: House, profile: Profile, tabs: Sequence[pages.Tab], new: Sequence[Shown], old: Sequence[Shown]
) -> Built:
    parts = {shown.delivery_id: filled(house, profile, shown) for shown in (*new, *old)}
    entries = [entry_of(parts[shown.delivery_id][0], shown, profile) for shown in (*new, *old)]
    frame = pages.frame_for(profile, themes.load(profile.theme, profile.own_tokens), tabs)
    folder = site_folder(house, profile)
    for shown in new:
        if shown.state != "retracted":
            show_pictures(house, parts[shown.delivery_id][0], folder)
    write_many(folder, feeds.files([told(one) for one in entries], frame))
    _clear(house, profile, new, old)
    crash.point("feed.files")
    placed = [placed_at(profile, *parts[shown.delivery_id], shown) for shown in new]
    return Built(placed, [listed(one) for one in entries])


def entry_of(part: Part, shown: Shown, profile: Profile) -> Entry:
    """What pages, lists and feeds say of a filled part."""
    outlet = part.field("source")
    return Entry(
        slug=part.story,
        path=slots.story_path(part.story),
        headline=part.field("title"),
        digest=part.field("digest"),
        published_at=shown.published_at,
        changed_at=shown.changed_at or shown.published_at,  # a published story changes by a correction alone
        guid=shown.guid,
        item_html=part.body,
        column=part.field("column"),
        column_slug=part.field("column_slug"),
        issue=int(part.field("issue") or 0),
        byline=tuple(name for name in part.field("author").split("、") if name),
        source_outlet=outlet if outlet != profile.name else "",
        cover=part.field("cover"),
        cover_alt=part.field("cover_alt"),
        state=shown.state,
        notice=shown.notice,
    )


def placed_at(profile: Profile, part: Part, fills: Mapping[str, str], shown: Shown) -> Placed:
    return Placed(
        delivery_id=shown.delivery_id,
        address=slots.own_link(profile, part.story),
        fills=fills,
        sent_hash=hash_of(part.body.encode()),
    )


_OUTPUTS: Mapping[str, Callable[..., Built]] = {"site": _publish_site, "feed": _publish_feed}
