"""Where an old archive is read from, and how an entry becomes a manuscript of ours: nothing is written here."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import datetime
from functools import cache
from html import escape, unescape
from itertools import count
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urljoin

from assets.fetch import Fetcher, FetchError
from assets.pictures import MAX_BYTES, PictureError, Pictures
from channels.contract import StoryError
from channels.values import (
    Blocks,
    Code,
    Figure,
    Finding,
    Formula,
    Gallery,
    Heading,
    Manuscript,
    Mark,
    Paragraph,
    Picture,
    Text,
)
from cms import manuscript as desk
from cms.arrivals import Arrived, arrive, arrive_html
from cms.arrivals.archive import find_picture, open_folder
from cms.arrivals.entries import Entry, fault
from cms.arrivals.feed import read_feed
from pipeline.press import SHANGHAI

MAX_PAGES = 200
LOST = "lost:"
NOWHERE = "http://old.invalid"  # where pages stood whose address nobody told
_SOURCE = re.compile(r"""(<img\b[^>]*?\s(?:data-src|data-original|src)\s*=\s*)(["'])(?!data:)(.*?)\2""", re.I | re.S)
_LEAVES = (type, Text, Paragraph, Heading, Code, Formula)
_BRANCHES = frozenset({"blocks", "items", "figures", "picture", "poster"})
Read = Iterator[Entry | Finding]


def entries_of(
    source: str, now: datetime, fetcher: Fetcher, site_url: str = "", permalink: str = "", pages: int = MAX_PAGES
) -> Read:
    """Every entry of the archive at ``source`` (a folder, a feed's file, or a feed's address), or why it is none."""
    if source.startswith(("http://", "https://")):
        return _remote(source, now, fetcher, site_url, pages)
    if Path(source).is_dir():
        return open_folder(Path(source), site_url, permalink).entries(now)
    return _file(Path(source), now, site_url)


def _file(path: Path, now: datetime, site_url: str) -> Read:
    if not path.is_file():
        raise StoryError(f"{path}：没有这个文件夹或文件，请检查路径。")
    page = read_feed(path.read_bytes(), path.name, now, site_url=site_url)
    yield from page.entries
    if page.older:
        message = f"更早的条目在下一页（{page.older[:200]}），没有取；要一起导入，请直接写订阅的网址"
        yield fault("older", message, path.name, level="warn")


def _remote(url: str, now: datetime, fetcher: Fetcher, site_url: str, pages: int) -> Read:
    """Page after page, as long as each names an older one not yet seen."""
    seen: set[str] = set()
    first = 1
    while url and url not in seen:
        if len(seen) >= pages:
            message = f"已取 {pages} 页，更早的没有取（从 {url[:200]} 起）；要继续，请加大 --pages"
            yield fault("pages", message, url, level="warn")
            return
        seen.add(url)
        try:
            got = fetcher.get(url)
        except FetchError as error:
            if first == 1:
                raise StoryError(error.sentence, error.cause) from error
            yield fault("page", f"这一页和更早的条目没有取到：{error.sentence}", url)
            return
        page = read_feed(got.content, url, now, got.url, site_url, first)
        yield from page.entries
        first += len(page.entries)
        url = urljoin(got.url, page.older) if page.older else ""


# --------------------------------------------------------------------------- an entry as a manuscript


@dataclass(frozen=True)
class Column:
    """The column all entries go to; empty for none."""

    slug: str = ""
    title: str = ""


@dataclass(frozen=True)
class Made:
    """An entry as ours: the text a revision keeps, the manuscript (None when it cannot be one), all findings."""

    text: str
    manuscript: Manuscript | None
    findings: tuple[Finding, ...]


class Maker:
    """Makes manuscripts of entries. Pictures come from the archive's folder, and from their addresses if ``fetch``."""

    def __init__(self, pictures: Pictures, root: Path | None, site_url: str, fetch: Fetcher | None) -> None:
        self.pictures, self.root, self.site_url, self.fetch = pictures, root, site_url, fetch
        self._fetched: dict[str, str] = {}
        self._taken: set[str] = set()
        self._beside: Mapping[str, bytes] = {}

    def make(self, entry: Entry, came: Arrived, slug: str, column: Column) -> Made:
        """The manuscript of ``entry``, whose words have been read (``come``), under ``slug``."""
        self._beside = came.pictures
        found: list[Finding] = []
        blocks = _without_lost(self._walk(_with_title(came, entry), entry, found))
        front = replace(self._front(entry, came.front, column, found), slug=slug)
        told = tuple(replace(one, file=entry.file) for one in came.left if one.rule != "arrival.picture.remote")
        draft = desk.Draft(front=front, blocks=blocks, findings=told, file=entry.file)
        frozen = desk.freeze(draft, self.pictures, None, slug, keep=True, holds=self._taken.__contains__)
        findings = dict.fromkeys((*entry.findings, *frozen.findings, *found))
        return Made(desk.write(front, blocks), frozen.manuscript, tuple(findings))

    def _front(self, entry: Entry, read: desk.FrontMatter, column: Column, found: list[Finding]) -> desk.FrontMatter:
        """What the entry said above its text; where it said nothing, what its text says."""
        given = entry.front
        said = {
            one.name: getattr(given, one.name) or getattr(read, one.name) for one in fields(given) if one.name != "kind"
        }
        cover = self._walk(said["cover"], entry, found) if said["cover"] else None
        said["byline"] = tuple(dict.fromkeys((*given.byline, *read.byline)))
        said["cover"] = None if cover is None or cover.src.startswith(LOST) else cover
        said["lang"] = given.lang if given.lang != "zh-CN" else read.lang
        day = f"{entry.published_at.astimezone(SHANGHAI):%Y-%m-%d}"
        kind = "reprint" if said["source"] else "original"
        return desk.FrontMatter(
            **{**said, "kind": kind, "column": column.title, "column_slug": column.slug, "published": day}
        )

    def _walk(self, value: Any, entry: Entry, found: list[Finding], line: int = 0) -> Any:
        """``value`` with each picture taken into the store, or marked as lost."""
        if isinstance(value, tuple):
            made = tuple(self._walk(part, entry, found, line) for part in value)
            return value if all(new is old for new, old in zip(made, value, strict=True)) else made
        if isinstance(value, Picture):
            return replace(value, src=self._kept(value.src, entry, found, line))
        if not is_dataclass(value) or isinstance(value, _LEAVES):
            return value
        line = getattr(value, "line", 0) or line
        parts = {name: getattr(value, name) for name in _branches(type(value))}
        walked = {name: self._walk(part, entry, found, line) for name, part in parts.items()}
        changed = {name: part for name, part in walked.items() if part is not parts[name]}
        return replace(value, **changed) if changed else value

    def _kept(self, src: str, entry: Entry, found: list[Finding], line: int) -> str:
        """The picture's name in the store; its own address, marked, when it did not come."""
        if src.startswith("asset:"):
            return src
        src = src.removeprefix(NOWHERE)
        try:
            content = self._beside[src] if src in self._beside else self._content(src, entry)
            digest = self.pictures.take_in(content, Path(src.split("?")[0]).name).hash
            self._taken.add(digest)
            return f"asset:{digest}"
        except (FetchError, PictureError, StoryError) as error:
            words = getattr(error, "sentence", str(error)).rstrip("。")
            found.append(fault("picture", f"图片没有带来：{words}", entry.file, line or 1, level="warn"))
            return LOST + urljoin(entry.address, src) if entry.address else LOST + src

    def _content(self, src: str, entry: Entry) -> bytes:
        path = find_picture(self.root, entry, src, self.site_url) if self.root else None
        if path is not None and path.stat().st_size <= MAX_BYTES:
            return path.read_bytes()
        address = urljoin(entry.address, src) if entry.address else src
        if address.startswith("//"):
            address = f"https:{address}"
        if not address.startswith(("http://", "https://")):
            raise StoryError(f"文件夹里找不到 {src[:100]}，请放回原处再导入")
        if self.fetch is None:
            raise StoryError(f"{address[:100]} 在网上，正文里留了链接；要取来请加 --fetch-pictures")
        return self._fetch(address)

    def _fetch(self, address: str) -> bytes:
        """The bytes at an address, asked for once in an import."""
        assert self.fetch is not None
        if address not in self._fetched:
            self._fetched[address] = self.pictures.store.put(self.fetch.get(address).content)
        return self.pictures.store.get(self._fetched[address])


@cache
def _branches(kind: type) -> tuple[str, ...]:
    """The fields of a block that may hold a picture, however deep."""
    return tuple(one.name for one in fields(kind) if one.name in _BRANCHES)


def _headed(entry: Entry) -> str:
    """The body under the entry's headline, on the lines it stands on in its file."""
    if not entry.front.headline:
        return "\n" * (entry.body_line - 1) + entry.body
    above = ["---", f"headline: {json.dumps(entry.front.headline, ensure_ascii=False)}"]
    above += [""] * (entry.body_line - 2 - len(above))
    return "\n".join((*above, "---", entry.body))


def come(entry: Entry) -> Arrived:
    """The entry's words by the door every single file comes through; Markdown with its lines kept for findings.

    ArrivalError when the file cannot be read at all."""
    if entry.form == "html":
        here = entry.address or f"{NOWHERE}/{entry.file}"
        whole = _SOURCE.sub(lambda found: f"{found[1]}{found[2]}{_joined(here, found[3])}{found[2]}", entry.body)
        return arrive_html(whole, entry.file)
    if entry.form == "docx":
        assert entry.base is not None
        name = PurePosixPath(entry.file).name
        return arrive((entry.base / name).read_bytes(), name)
    draft = desk.read(_headed(entry), entry.file)
    return Arrived(front=draft.front, blocks=draft.blocks, text=entry.body, left=draft.findings)


def _joined(here: str, src: str) -> str:
    """A picture's address from the page's own: a page in a folder still says /pictures/a.png."""
    try:
        return escape(urljoin(here, unescape(src)))
    except ValueError:
        return src


def _with_title(came: Arrived, entry: Entry) -> Blocks:
    """The blocks; a title found in the text that is not the entry's own goes back to where it stood."""
    title, own = came.front.headline, entry.front.headline
    if not own or entry.form == "md" or title in (own, PurePosixPath(entry.file).stem):
        return came.blocks
    return (Heading(level=2, text=(Text(title),)), *came.blocks)


def _without_lost(blocks: Any) -> Any:
    """The blocks with a line and a link where a picture did not come: its words stay, and the way to it."""
    return tuple(_flat(blocks))


def _flat(blocks: Sequence[Any]) -> Iterator[Any]:
    for block in blocks:
        if isinstance(block, Figure) and block.picture.src.startswith(LOST):
            yield _link(block)
        elif isinstance(block, Gallery):
            here = tuple(one for one in block.figures if not one.picture.src.startswith(LOST))
            yield from [replace(block, figures=here)] if len(here) > 1 else here
            yield from (_link(one) for one in block.figures if one not in here)
        else:
            yield _inside(block)


def _inside(block: Any) -> Any:
    if getattr(block, "poster", None) is not None and block.poster.src.startswith(LOST):
        return replace(block, poster=None)
    if hasattr(block, "blocks"):
        return replace(block, blocks=tuple(_flat(block.blocks)))
    if hasattr(block, "items"):
        return replace(block, items=tuple(_inside(one) for one in block.items))
    return block


def _link(figure: Figure) -> Paragraph:
    address = figure.picture.src.removeprefix(LOST)
    words = figure.picture.alt or "原文图片"
    marks = (Mark(kind="link", href=address),) if address.startswith(("http://", "https://")) else ()
    caption = (Text("　"), *figure.caption) if figure.caption else ()
    return Paragraph(text=(Text("［图片］"), Text(words, marks), *caption), line=figure.line)


def unique(wish: str, taken: Callable[[str], bool]) -> str:
    """``wish``, or with the first number that nobody has."""
    return next(one for n in count(1) if not taken(one := wish if n == 1 else f"{wish}-{n}"))
