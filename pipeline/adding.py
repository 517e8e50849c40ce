"""Publishing on one of our own accounts: by its index (账册) where that fits, so that one story more in an archive of a
hundred thousand touches the few files it stands in; else everything from the rows.
"""

import errno
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import themes
from channels import slots
from channels.feed import build as feeds
from channels.making.entries import Entry, told
from channels.site import pages
from channels.values import Profile
from cms.db import read_scope
from cms.matrix import Account
from cms.releases import Delivery
from pipeline import advised, build, crash, grey
from pipeline.build import Placed
from pipeline.files import write_many
from pipeline.house import House
from pipeline.shelf import Shelf, opened
from pipeline.shown import Shown


def shelf_file(house: House, profile: Profile) -> Path:
    """The account's index, beside the sites; it may be deleted at any time."""
    return house.sites.parent / "shelf" / f"{profile.unit}.{profile.channel}.db"


def publish(
    house: House, account: Account, profile: Profile, tabs: Sequence[pages.Tab], sending: Sequence[Delivery]
) -> list[Placed]:
    """Put these deliveries in place as the rows say, or in place anew; what is then there. OSError: the disk."""
    with read_scope(house.engine) as session:
        new = advised.shown(session, account, sending)
        before = advised.stand(session, account, but=sending)
    frame = pages.frame_for(profile, themes.load(profile.theme, profile.own_tokens), tabs)
    file = shelf_file(house, profile)
    try:
        with opened(file) as shelf:
            fits = shelf.fits(f"{before} {frame.version}") and not shelf.is_crowded()
            if fits and all(_is_simple(house, profile, frame, one) for one in new):
                placed = _ADDS[profile.channel](house, profile, frame, shelf, new)
            else:
                placed = _whole(house, account, profile, tabs, shelf, new, sending)
            left = {one.id for one, said in zip(sending, new, strict=True) if said.state != "retracted"}
            after = advised.stand(house.engine, account, but=sending, also=left)
            shelf.stands(f"{after} {frame.version}")
    except sqlite3.Error as error:
        file.unlink(missing_ok=True)
        raise OSError(errno.EIO, f"账册写不进去（{error}）", str(file)) from error
    return placed


def _is_simple(house: House, profile: Profile, frame: pages.Frame, one: Shown) -> bool:
    """Whether it only adds: nothing was said of it since, it has no old address, and takes none away."""
    if one.state != "published" or one.former or one.past:
        return False
    part = house.rendition(one.rendition).parts[0]
    column, moved = part.field("column_slug"), build.redirects_file(house, profile)
    if column and column not in {tab.slug for tab in frame.tabs}:
        return False  # its name is the newest story's: every page of it may change
    return not moved.exists() or f'"/{slots.story_path(part.story)}" ' not in moved.read_text(encoding="utf-8")


def _whole(
    house: House,
    account: Account,
    profile: Profile,
    tabs: Sequence[pages.Tab],
    shelf: Shelf,
    new: Sequence[Shown],
    sending: Sequence[Delivery],
) -> list[Placed]:
    with read_scope(house.engine) as session:
        old = advised.all_shown(session, account, but=sending)
    built = build.whole(house, profile, tabs, new, old)
    shelf.fill(zip(built.entries, [*new, *old], strict=True))
    return built.placed


# --------------------------------------------------------------------------- pages


def _add_to_site(
    house: House, profile: Profile, frame: pages.Frame, shelf: Shelf, new: Sequence[Shown]
) -> list[Placed]:
    folder = build.site_folder(house, profile)
    write_many(folder, pages.assets_for(frame.theme))
    build.show_logo(house, frame, folder)
    grey.show(house, folder)
    placed, touched = [], []
    for shown in new:
        there, entry = build.put_page(house, profile, frame, shown)
        placed.append(there)
        touched += _place(shelf, entry, shown)
    write_many(folder, {path: text.encode() for path, text in site_lists(shelf, touched, frame).items()})
    crash.point("site.lists")
    return placed


def _place(shelf: Shelf, entry: Entry, shown: Shown) -> list[Entry]:
    """The entries whose lists change: it, and what stood in its place."""
    old = shelf.place(entry, shown)
    return [entry, old] if old is not None else [entry]


def site_lists(shelf: Shelf, touched: Sequence[Entry], frame: pages.Frame) -> dict[str, str]:
    """The lists that show one of these, by path, as ``pages.render_site`` makes them of everything."""
    texts = {"index.html": pages.front_page(shelf.newest(pages.PAGE_SIZE), frame)}
    for month in sorted({pages.month_of(one) for one in touched}):
        those = shelf.of_month(month)
        texts[f"m/{month}.html"] = pages.month_page(those, frame, month)
        texts[f"sitemap-{month}.xml"] = pages.sitemap(reversed(those), frame.site_url)
    months = shelf.months()
    texts["archive.html"] = pages.archive_index({one: each.readable for one, each in months.items()}, frame)
    for column in sorted({one.column_slug for one in touched if one.column_slug}):
        texts |= _column(shelf, [one for one in touched if one.column_slug == column], frame)
    changed = {f"sitemap-{one}.xml": each.changed_at for one, each in months.items()}
    return {**texts, "sitemap.xml": pages.sitemap_index(changed, frame.site_url)}


def _column(shelf: Shelf, touched: Sequence[Entry], frame: pages.Frame) -> dict[str, str]:
    """The newest page of a column, and its numbered ones from the first that shows one of these."""
    size, slug = pages.PAGE_SIZE, touched[0].column_slug
    count = shelf.count(slug)
    full, tab = pages.full_pages(count), frame.tab(slug)
    oldest = min(count - shelf.newer_than(one) for one in touched)  # its place, counted from the oldest
    newest = shelf.of_column(slug, 0, count - full * size)
    texts = {pages.column_path(slug): pages.column_page(newest, frame, tab, 0, full)}
    for number in range(max(1, min((oldest - 1) // size + 1, full)), full + 1):
        those = shelf.of_column(slug, count - number * size, size)
        texts[pages.column_path(slug, number)] = pages.column_page(those, frame, tab, number)
    return texts


# --------------------------------------------------------------------------- feeds


def _add_to_feed(
    house: House, profile: Profile, frame: pages.Frame, shelf: Shelf, new: Sequence[Shown]
) -> list[Placed]:
    folder = build.site_folder(house, profile)
    placed, touched = [], []
    for shown in new:
        part, fills = build.filled(house, profile, shown)
        build.show_pictures(house, part, folder)
        placed.append(build.placed_at(profile, part, fills, shown))
        touched += _place(shelf, build.listed(build.entry_of(part, shown, profile)), shown)
    columns = sorted({one.column_slug for one in touched if one.column_slug})
    write_many(folder, feeds.whole_feeds(_latest(house, profile, shelf, ""), frame))
    for column in columns:
        write_many(
            folder, feeds.column_feed(_latest(house, profile, shelf, column), frame, column, frame.tab(column).name)
        )
    crash.point("feed.files")
    return placed


def _latest(house: House, profile: Profile, shelf: Shelf, column: str) -> list[Entry]:
    """What a feed can show, with the full text."""
    found = shelf.latest_shown(column, feeds.LAST, feeds.CHANGED)
    return [told(build.entry_of(build.filled(house, profile, one)[0], one, profile)) for one in found]


_ADDS: Mapping[str, Callable[[House, Profile, pages.Frame, Shelf, Sequence[Shown]], list[Placed]]] = {
    "site": _add_to_site,
    "feed": _add_to_feed,
}
