"""One text through the whole press: every document a reader, an editor or a hand could open."""

import json
import struct
import zlib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from xml.etree.ElementTree import fromstring

import themes
from assets.pictures import Pictures
from assets.store import MemoryStore
from channels import registry, slots
from channels.contract import ChannelError
from channels.feed import build as feeds
from channels.feed import entry_of
from channels.rendering import render_and_check
from channels.site import pages
from channels.values import Finding, Manuscript, Part, Profile, Rendition
from cms import manuscript as desk
from cms.matrix import built_in, load_matrix
from cms.web import frames

CHANNELS = ("wechat", "weibo", "toutiao", "site", "feed")
AT = datetime(2026, 11, 18, 1, tzinfo=UTC)
_WORDLESS = ("subscribe.html", "404.html", "archive.html")  # pages that say nothing of any story
_CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"


def png(width: int = 8, height: int = 8) -> bytes:
    """A small grey picture."""
    rows = b"".join(b"\0" + b"\x99" * width for _ in range(height))

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


@cache
def desk_of() -> tuple[Pictures, Path, tuple[Profile, ...]]:
    """A picture library, a folder with one picture in it, one account a channel."""
    folder = Path(mkdtemp(prefix="yigao-hostile-"))
    (folder / "pic.png").write_bytes(png(600, 400))
    return Pictures(MemoryStore()), folder, tuple(load_matrix(built_in()).profiles(CHANNELS, ["chengdu"]))


def read(text: str) -> tuple[Manuscript | None, tuple[Finding, ...]]:
    """The manuscript as the desk would show it, whatever was wrong with it."""
    pictures, folder, _ = desk_of()
    frozen = desk.freeze(desk.read(text, "h.md"), pictures, folder, remote="drop", keep=True)
    return frozen.manuscript, frozen.findings


def documents(text: str) -> Iterator[tuple[str, str]]:
    """(name, HTML) of everything made of ``text``; nothing when it cannot be a story."""
    manuscript, _ = read(text)
    if manuscript is None:
        return
    pictures, _, profiles = desk_of()
    for profile in profiles:
        theme = themes.load(profile.theme, profile.own_tokens)
        try:
            rendition, _ = render_and_check([manuscript], profile, theme, pictures, date(2026, 11, 22))
        except ChannelError:
            continue
        yield from _of_channel(manuscript, profile, rendition, pictures)


def _of_channel(
    manuscript: Manuscript, profile: Profile, rendition: Rendition, pictures: Pictures
) -> Iterator[tuple[str, str]]:
    fills = _fills(rendition.parts[0], profile)
    part = slots.fill(rendition.parts[0], fills)
    if profile.channel in ("wechat", "toutiao"):
        yield profile.channel, part.body
    yield (
        f"{profile.channel} frame",
        frames.dress(frames.Looked(part, rendition, manuscript, profile, "/pictures/{}".format)).document,
    )
    for file in registry.get(profile.channel).package(rendition, profile, {part.story: fills}, pictures):
        if file.path.endswith(".html") and file.content.decode() != part.body:
            kind = "guide" if "代发" in file.path else "page"
            yield f"{profile.channel} {kind}", file.content.decode()
        elif file.path.endswith(".json"):
            json.loads(file.content)
        elif file.path.endswith(".xml"):
            yield from (("feed item", body) for body in feed_bodies(file.content))
    if profile.channel == "feed":
        yield from _lists(part)
        yield from _feeds(part, profile)


def _fills(part: Part, profile: Profile) -> dict[str, str]:
    known = {"own_link": slots.own_link(profile, part.story), "key": "k" * 20, "published_at": "2026-11-18 09:00"}
    other = {"signoff": "签"}
    given = {
        slot.id: known.get(slot.kind) or other.get(slot.kind) or f"pictures/{slot.ref[:12]}.jpg" for slot in part.slots
    }
    return {"published_at": known["published_at"]} | given


def _lists(part: Part) -> Iterator[tuple[str, str]]:
    """The pages of the site that name the story: front page, months, column."""
    profile = next(one for one in desk_of()[2] if one.channel == "site")
    theme = themes.load(profile.theme, profile.own_tokens)
    for path, content in pages.render_site([entry_of(part, AT)], pages.frame_for(profile, theme)).items():
        if path.endswith(".html") and path not in _WORDLESS:
            yield f"site {path}", content.decode()


def _feeds(part: Part, profile: Profile) -> Iterator[tuple[str, str]]:
    """The three kinds of feed: well-formed, and their content as a reader's app would show it."""
    entries, settings = [entry_of(part, AT)], feeds.settings_for(profile)
    yield from (("rss item", body) for body in feed_bodies(feeds.rss(entries, settings, AT)))
    fromstring(feeds.atom(entries, settings, AT))
    item = json.loads(feeds.json_feed(entries, settings, AT))["items"][0]
    yield "json item", item.get("content_html", "")


def feed_bodies(xml: bytes) -> list[str]:
    """The HTML inside a feed; an error when it is not well-formed."""
    root = fromstring(xml)
    return [one.text or "" for tag in (_CONTENT, "description") for one in root.iterfind(f".//item/{tag}")]
