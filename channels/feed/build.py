"""The feeds of an account: RSS 2.0, Atom and JSON Feed, full text, the last twenty, same bytes for same stories.

What was corrected, retracted or is over stays beyond the twenty for a while: a reader's own copy is replaced only by
an item under the same identity. Of a retracted story that item is its notice, and Atom buries it too (RFC 6721).

feedgen makes the skeleton and each single item. An item's bytes are kept by the value of its entry, so a new
story costs one item a feed, and the result parses as if feedgen had made the whole.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from html import escape
from typing import Protocol
from urllib.parse import urlsplit

from feedgen.entry import FeedEntry
from feedgen.feed import FeedGenerator

from channels.making.entries import OVER, Entry, beijing, newest_first, told

LAST = 20
CHANGED = 20
"""So many older stories stay in a feed because something was said about them since, the newest changes first."""
GENERATOR = "Yigao"
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ITEM = re.compile(rb"<item>.*</item>", re.DOTALL)
_ENTRY = re.compile(rb"<entry>.*</entry>", re.DOTALL)
_TOMBSTONES = "http://purl.org/atompub/tombstones/1.0"
_BUILD_TIME = re.compile(rb"\s*<(?:lastBuildDate|updated)>[^<]*</(?:lastBuildDate|updated)>")


_SPECIAL = re.compile("[&<>\"'\\s]")
_SITE_MARK = "https://site.yigao.invalid"
_GUID_MARK = "tag:yigao.invalid,2026:guid"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedSettings:
    """What a feed says of itself. ``path`` is relative to the site: feed.xml, or c/<column>.xml.

    ``guid`` is the feed's own identity for life (Atom)."""

    title: str
    site_url: str
    description: str
    author: str
    guid: str
    path: str = "feed.xml"
    language: str = "zh-CN"
    logo: str = ""


def rss(entries: Sequence[Entry], settings: FeedSettings, now: datetime | None = None) -> bytes:
    """RSS 2.0. With ``now`` given, nothing dated after it appears (embargo, clock differences)."""
    shown = _shown(entries, now)
    changed = max((one.changed_at for one in shown), default=None)
    return _spliced(_skeleton(settings, "rss", changed), [_rss_item(one, settings.site_url) for one in shown])


def atom(entries: Sequence[Entry], settings: FeedSettings, now: datetime | None = None) -> bytes:
    """Atom (RFC 4287); ``path`` of the settings should end in .xml like the RSS feed's."""
    shown = _shown(entries, now)
    changed = max((one.changed_at for one in shown), default=None)
    items = [_atom_entry(one, settings.site_url) for one in shown]
    return _spliced(_skeleton(settings, "atom", changed), [*map(_tombstone, filter(_is_gone, shown)), *items])


def _is_gone(entry: Entry) -> bool:
    return entry.state == "retracted"


def _tombstone(entry: Entry) -> bytes:
    """What tells a reader that knows of it to drop its own copy; others take the notice that follows."""
    when = beijing(entry.changed_at).isoformat(timespec="seconds")
    said = (
        f'  <at:deleted-entry xmlns:at="{_TOMBSTONES}" ref="{escape(entry.guid)}" when="{when}">'
        f"<at:comment>{escape(clean(entry.notice), quote=False)}</at:comment></at:deleted-entry>"
    )
    return said.encode()


def json_feed(entries: Sequence[Entry], settings: FeedSettings, now: datetime | None = None) -> bytes:
    """JSON Feed 1.1."""
    items = ",".join(_json_item(one, settings.site_url) for one in _shown(entries, now))
    head = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": clean(settings.title),
        "home_page_url": f"{settings.site_url}/",
        "feed_url": f"{settings.site_url}/{settings.path}",
        "description": clean(settings.description),
        "language": settings.language,
        "authors": [{"name": clean(settings.author)}],
    }
    return f'{json.dumps(head, ensure_ascii=False)[:-1]}, "items": [{items}]}}\n'.encode()


def _shown(entries: Sequence[Entry], now: datetime | None) -> list[Entry]:
    """The last twenty and what changed before them, newest first, nothing from the future."""
    due = sorted((one for one in entries if now is None or one.published_at <= now), key=newest_first, reverse=True)
    changed = sorted((one for one in due[LAST:] if one.state != "published"), key=_newest_change, reverse=True)
    kept = {one.guid for one in (*due[:LAST], *changed[:CHANGED])}
    return [told(one) for one in due if one.guid in kept]


def _newest_change(entry: Entry) -> tuple[datetime, str]:
    return entry.changed_at, entry.slug


def clean(text: str) -> str:
    """``text`` without what XML 1.0 forbids: control characters, U+FFFE, lone surrogates."""
    return _ILLEGAL.sub("", text)


def _html(entry: Entry) -> str:
    """The full text under what became of it since; of a retracted story the notice alone."""
    at = f"{beijing(entry.changed_at):%Y-%m-%d %H:%M}"
    said = escape(clean(entry.notice))
    if entry.state == "retracted":
        return f"<p>{said}</p>\n<p>{at} 撤回。转载过本稿的网站和账号，请一并撤下。</p>"
    since = {
        "corrected": f"<p>更正于 {at}。{said}</p>\n",
        "expired": f"<p><strong>【已解除】{at}</strong>　{said}以下是发布时的原文，只供查阅。</p>\n",
    }.get(entry.state, "")
    return since + clean(entry.item_html).replace("]]>", "]]&gt;")


def _title(entry: Entry) -> str:
    before = {"expired": OVER, "retracted": "【已撤稿】"}.get(entry.state, "")
    after = "（更正）" if entry.state == "corrected" else ""
    return clean(f"{before}{entry.headline}{after}")


def _digest(entry: Entry) -> str:
    return clean(entry.notice if entry.state == "retracted" else entry.digest or entry.headline)


# --------------------------------------------------------------------------- feedgen


def _generator(settings: FeedSettings) -> FeedGenerator:
    made = FeedGenerator()
    made.load_extension("dc")
    made.id(settings.guid)
    made.title(clean(settings.title))
    made.description(clean(settings.description))
    made.subtitle(clean(settings.description))
    made.author({"name": clean(settings.author)})
    made.language(settings.language)
    made.generator(GENERATOR)
    made.ttl(30)
    if settings.logo:
        made.image(settings.logo, clean(settings.title), f"{settings.site_url}/")
    return made


def _links(made: FeedGenerator, settings: FeedSettings, mime: str) -> None:
    """Self first, alternate last: feedgen takes the channel's <link> from the last one."""
    made.link(href=f"{settings.site_url}/{settings.path}", rel="self", type=mime)
    made.link(href=f"{settings.site_url}/", rel="alternate", type="text/html")


@lru_cache(maxsize=512)
def _skeleton(settings: FeedSettings, form: str, changed: datetime | None) -> bytes:
    """The feed without items. Its time is the newest change; an empty RSS feed has none."""
    made = _generator(settings)
    _links(made, settings, "application/rss+xml" if form == "rss" else "application/atom+xml")
    if changed is not None:
        made.lastBuildDate(beijing(changed))
        made.updated(beijing(changed))
    written: bytes = made.rss_str(pretty=True) if form == "rss" else made.atom_str(pretty=True)
    return _BUILD_TIME.sub(_epoch if form == "atom" else b"", written) if changed is None else written


def _epoch(_found: re.Match[bytes]) -> bytes:
    """Atom demands a time even of an empty feed: one that is always the same."""
    return b"\n  <updated>2026-01-01T00:00:00+08:00</updated>"


_BARE = FeedSettings(title="-", site_url="https://example.org", description="-", author="-", guid="tag:-")


def fill_entry(made: FeedEntry, entry: Entry, site_url: str) -> None:
    """One story as a feedgen entry: summary in description, full text in content:encoded."""
    made.guid(entry.guid, permalink=False)
    made.id(entry.guid)
    made.title(_title(entry))
    made.link(href=f"{site_url}/{entry.path}", rel="alternate")
    made.description(escape(_digest(entry), quote=False))  # readers take it for HTML, a summary for text
    made.summary(_digest(entry))
    made.published(beijing(entry.published_at))
    made.updated(beijing(entry.changed_at))
    if entry.column:
        made.category(term=clean(entry.column))
    names = [clean(name) for name in entry.byline if clean(name)]
    if names:
        made.dc.dc_creator(names)
        made.author([{"name": name} for name in names], replace=True)
    if entry.enclosure is not None:
        made.enclosure(entry.enclosure.url, entry.enclosure.length, entry.enclosure.mime)


@lru_cache(maxsize=1024)
def _rss_item(entry: Entry, site_url: str) -> bytes:
    return _own(entry, site_url, _rss_shape)


@lru_cache(maxsize=1024)
def _atom_entry(entry: Entry, site_url: str) -> bytes:
    return _own(entry, site_url, _atom_shape)


def _own(entry: Entry, site_url: str, shape: Callable[[Entry, str], bytes]) -> bytes:
    """The item of one account. Accounts differ by address and identity alone: feedgen writes the item once with
    marks in their place. An address that XML would have to escape is written the long way."""
    if _SPECIAL.search(site_url + entry.guid) or not site_url:
        return shape(entry, site_url)
    html = entry.item_html.replace(site_url, _SITE_MARK)
    marked = shape(replace(entry, guid=_GUID_MARK, item_html=html), _SITE_MARK)
    return marked.replace(_GUID_MARK.encode(), entry.guid.encode()).replace(_SITE_MARK.encode(), site_url.encode())


@lru_cache(maxsize=64)
def _rss_shape(entry: Entry, site_url: str) -> bytes:
    made = _generator(_BARE)
    made.link(href="https://example.org/")
    one = made.add_entry(order="append")
    fill_entry(one, entry, site_url)
    one.author([], replace=True)
    one.content(_html(entry), type="CDATA")
    return _dated(_cut(_ITEM, made.rss_str(pretty=True)), entry)


def _dated(item: bytes, entry: Entry) -> bytes:
    """RSS has a word for when an item appeared, none for when it changed: Atom's is used."""
    if entry.state == "published":
        return item
    when = beijing(entry.changed_at).isoformat(timespec="seconds")
    return item.replace(b"</item>", f"  <atom:updated>{when}</atom:updated>\n    </item>".encode())


@lru_cache(maxsize=64)
def _atom_shape(entry: Entry, site_url: str) -> bytes:
    made = _generator(_BARE)
    one = made.add_entry(order="append")
    fill_entry(one, entry, site_url)
    one.content(_html(entry), type="html")
    return _cut(_ENTRY, made.atom_str(pretty=True))


def _cut(shape: re.Pattern[bytes], written: bytes) -> bytes:
    found = shape.search(written)
    assert found is not None
    return found[0]


def _spliced(skeleton: bytes, items: list[bytes]) -> bytes:
    """The items before the end of the channel (RSS) or feed (Atom)."""
    end = skeleton.rindex(b"</channel>") if b"</channel>" in skeleton else skeleton.rindex(b"</feed>")
    return b"".join((skeleton[:end], b"\n".join(items), b"\n" if items else b"", skeleton[end:]))


# --------------------------------------------------------------------------- JSON


@lru_cache(maxsize=1024)
def _json_item(entry: Entry, site_url: str) -> str:
    said: dict[str, object] = {
        "id": entry.guid,
        "url": f"{site_url}/{entry.path}",
        "title": _title(entry),
        "content_html": _html(entry),
        "summary": _digest(entry),
        "image": f"{site_url}/{entry.cover}" if entry.cover else "",
        "date_published": beijing(entry.published_at).isoformat(timespec="seconds"),
        "date_modified": beijing(entry.changed_at).isoformat(timespec="seconds"),
        "authors": [{"name": clean(name)} for name in entry.byline],
        "tags": [clean(entry.column)] if entry.column else [],
        "attachments": _attachments(entry),
    }
    return json.dumps({name: value for name, value in said.items() if value}, ensure_ascii=False)


def _attachments(entry: Entry) -> list[dict[str, object]]:
    if entry.enclosure is None:
        return []
    kept = entry.enclosure
    return [{"url": kept.url, "mime_type": kept.mime, "size_in_bytes": kept.length}]


class Tabbed(Protocol):
    """A column that has a feed of its own."""

    @property
    def slug(self) -> str: ...
    @property
    def name(self) -> str: ...


class Site(Protocol):
    """What feeds need to know of a unit's site; the frame of its pages is one."""

    @property
    def name(self) -> str: ...
    @property
    def unit_name(self) -> str: ...
    @property
    def site_url(self) -> str: ...
    @property
    def tabs(self) -> Sequence[Tabbed]: ...


def settings_for(site: Site, column_slug: str = "", column: str = "") -> FeedSettings:
    """The settings of a site's feed, or of one of its columns."""
    of = f" · {column or column_slug}" if column_slug else ""
    host = urlsplit(site.site_url).hostname or "localhost"
    return FeedSettings(
        title=f"{site.name}{of}",
        site_url=site.site_url,
        description=f"{site.unit_name}发布的科技稿件{of}，全文。",
        author=site.unit_name,
        guid=f"tag:{host},2026:feed{'/' + column_slug if column_slug else ''}",
        path=f"c/{column_slug}.xml" if column_slug else "feed.xml",
    )


def files(entries: Sequence[Entry], site: Site, now: datetime | None = None) -> dict[str, bytes]:
    """All feeds of one site by path: feed.xml, atom.xml, feed.json, and c/<column>.xml for each column."""
    made = whole_feeds(entries, site, now)
    columns = {one.column_slug: one.column for one in entries if one.column_slug}
    columns |= {tab.slug: tab.name for tab in site.tabs}
    for slug, name in columns.items():
        made |= column_feed([one for one in entries if one.column_slug == slug], site, slug, name, now)
    return made


def whole_feeds(entries: Sequence[Entry], site: Site, now: datetime | None = None) -> dict[str, bytes]:
    """The feeds of everything a site shows, by path."""
    whole = settings_for(site)
    return {
        "feed.xml": rss(entries, whole, now),
        "atom.xml": atom(entries, replace(whole, path="atom.xml"), now),
        "feed.json": json_feed(entries, replace(whole, path="feed.json"), now),
    }


def column_feed(
    entries: Sequence[Entry], site: Site, slug: str, name: str, now: datetime | None = None
) -> dict[str, bytes]:
    """The feed of one column, by path; ``entries`` are all its own."""
    settings = settings_for(site, slug, name)
    return {settings.path: rss(entries, settings, now)}
