"""An old archive as a feed: RSS, Atom or JSON Feed, page by page.

A feed is a stranger's XML: it is parsed in the killable child (5 s, 512 MiB), declared entities are refused before any
parser sees them, and nothing in it is fetched by the parser.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from html import unescape
from typing import Any

from assets.child import Child, ChildError
from channels.contract import StoryError
from channels.values import Finding, Source
from cms.arrivals.dates import DateError, moment
from cms.arrivals.entries import Entry, fault, old_path, slug_wish
from cms.manuscript.draft import FrontMatter

MAX_BYTES = 20 * 1024 * 1024
_NEXT = ("next", "prev-archive")  # RFC 5005: paged feeds, archived feeds
_TAG = re.compile(r"<[^>]*>")
_ENTITY = re.compile(rb"<!\s*(?:ENTITY|ELEMENT|ATTLIST)", re.I)
_parser = Child("cms.arrivals.feed:parse", seconds=5, memory_mib=512)


@dataclass(frozen=True)
class Page:
    """One document of a feed: its entries (or why one is none), and the address of the older ones."""

    entries: tuple[Entry | Finding, ...]
    older: str = ""


def read_feed(content: bytes, name: str, now: datetime, address: str = "", site_url: str = "", first: int = 1) -> Page:
    """The entries of one document; StoryError when it is no feed. ``first`` is the number of its first entry."""
    if len(content) > MAX_BYTES:
        raise StoryError(f"{name}：订阅超过 {MAX_BYTES >> 20} MB，请分成几份再导入。")
    if _ENTITY.search(content.replace(b"\0", b"")):
        raise StoryError(f"{name}：订阅里声明了实体，可能是攻击，没有读；请去掉 DOCTYPE 里的声明。")
    try:
        told = json.loads(_parser.call(content))
    except ChildError as error:
        raise StoryError(f"{name}：订阅读不了，请确认它是 RSS、Atom 或 JSON Feed。", error.message) from error
    if not told["version"]:
        raise StoryError(f"{name}：不是 RSS、Atom 或 JSON Feed，请写订阅的网址或文件。")
    entries = tuple(
        _entry(raw, f"{name} 第 {number} 条", now, site_url) for number, raw in enumerate(told["entries"], first)
    )
    return Page(entries, told["older"] if told["older"] != address else "")


def _entry(raw: dict[str, Any], file: str, now: datetime, site_url: str) -> Entry | Finding:
    address = raw["link"] if raw["link"].startswith(("http://", "https://")) else ""
    identity = raw["id"] or address
    if not identity:
        return fault("no_identity", "这一条没有 guid，也没有网址，认不出是哪一篇，请补上再导入", file)
    if not raw["body"].strip():
        return fault("empty", f"《{raw['title'][:40]}》没有正文，请确认订阅是全文", file)
    if not raw["date"]:
        return fault("no_date", f"《{raw['title'][:40]}》没有发布日期，请补上 pubDate 或 published", file)
    try:
        at, is_day = moment(raw["date"], now)
    except DateError as error:
        return fault("bad_date", f"《{raw['title'][:40]}》的{error}", file)
    path = old_path(address, site_url) if address else ""
    return Entry(
        identity=identity,
        file=file,
        form="html",
        body=raw["body"],
        front=_front(raw),
        published_at=at,
        is_dated_only=is_day,
        address=address,
        paths=(path,) if path else (),
        slug=slug_wish(re.sub(r"\.\w{2,5}$", "", path.split("?")[0]), identity=identity),
    )


def _front(raw: dict[str, Any]) -> FrontMatter:
    outlet = _plain(raw["outlet"])
    source = Source(outlet=outlet, url=raw["outlet_url"], author="、".join(raw["authors"]), title=_plain(raw["title"]))
    return FrontMatter(
        headline=_plain(raw["title"]),
        digest=_plain(raw["summary"])[:200],
        byline=tuple(_plain(one) for one in raw["authors"] if one.strip()),
        topics=tuple(dict.fromkeys(_plain(one) for one in raw["tags"] if one.strip())),
        kind="reprint" if outlet else "original",
        source=source if outlet else None,
        lang=raw["lang"] if re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", raw["lang"]) else "zh-CN",
    )


def _plain(words: str) -> str:
    """The words of a title that may be HTML."""
    return " ".join(unescape(_TAG.sub("", words)).split())


# ---- in the child -----------------------------------------------------------------------------------


def parse(content: bytes) -> bytes:
    """The child's door: a feed's bytes in, its entries as JSON out."""
    stripped = content.lstrip(b"\xef\xbb\xbf \t\r\n")
    told = _json_feed(json.loads(content.decode("utf-8-sig"))) if stripped.startswith(b"{") else _xml_feed(content)
    return json.dumps(told).encode()


def _json_feed(said: dict[str, Any]) -> dict[str, Any]:
    """JSON Feed 1 and 1.1."""
    shared = _names(said.get("authors") or said.get("author"))
    entries = [
        {
            "id": str(one.get("id") or ""),
            "link": str(one.get("url") or ""),
            "title": str(one.get("title") or ""),
            "date": str(one.get("date_published") or ""),
            "body": str(one.get("content_html") or "") or _paragraphs(str(one.get("content_text") or "")),
            "summary": str(one.get("summary") or ""),
            "authors": _names(one.get("authors") or one.get("author")) or shared,
            "tags": [str(tag) for tag in one.get("tags") or ()],
            "outlet": "",
            "outlet_url": "",
            "lang": str(one.get("language") or said.get("language") or ""),
        }
        for one in said.get("items") or ()
    ]
    version = str(said.get("version") or "")
    return {
        "version": version if "jsonfeed.org" in version else "",
        "older": str(said.get("next_url") or ""),
        "entries": entries,
    }


def _names(said: Any) -> list[str]:
    those = said if isinstance(said, list) else [said] if said else []
    return [str(one.get("name") or "") for one in those if isinstance(one, dict) and one.get("name")]


def _paragraphs(text: str) -> str:
    from html import escape

    return "".join(f"<p>{escape(one)}</p>" for one in re.split(r"\n\s*\n", text) if one.strip())


def _xml_feed(content: bytes) -> dict[str, Any]:
    """RSS and Atom of all ages. Relative addresses are resolved; what is not allowed is sorted out later, and told."""
    import feedparser

    found = feedparser.parse(content, sanitize_html=False, resolve_relative_uris=True)
    older = next((one.get("href", "") for one in found.feed.get("links", ()) if one.get("rel") in _NEXT), "")
    lang = found.feed.get("language", "")
    return {
        "version": "" if found.bozo and not found.entries else found.version,
        "older": older,
        "entries": list(_xml_entries(found.entries, lang)),
    }


def _xml_entries(entries: list[Any], lang: str) -> Iterator[dict[str, Any]]:
    for one in entries:
        bodies = [part.get("value", "") for part in one.get("content", ())]
        summary = one.get("summary", "")
        source = one.get("source", {})
        authors = [who.get("name", "") for who in one.get("authors", ()) if who.get("name")]
        yield {
            "id": one.get("id", ""),
            "link": one.get("link", ""),
            "title": one.get("title", ""),
            "date": one.get("published", "") or one.get("updated", ""),
            "body": max(bodies, key=len, default="") or summary,
            "summary": summary if bodies and summary != bodies[0] else "",
            "authors": authors or [name for name in (one.get("author", ""),) if name],
            "tags": [tag.get("term") or "" for tag in one.get("tags", ())],
            "outlet": source.get("title", ""),
            "outlet_url": source.get("href", "") or source.get("link", ""),
            "lang": lang,
        }
