"""Plain semantic HTML of blocks: what our own pages and our feeds share.

A ``Writer`` holds a table kind → function; a channel adds or replaces forms in its own table. Nothing
here carries a class, a style or a script, so the plain table alone is fit for a feed.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape
from itertools import groupby
from typing import Any, cast

from assets.pictures import Cut, Pictures
from assets.pictures import Picture as Stored
from channels import canonical
from channels.contract import StoryError
from channels.making.frame import written
from channels.values import (
    AnyBlock,
    Blocks,
    Code,
    FootnoteRef,
    Heading,
    InlineFormula,
    Inlines,
    LineBreak,
    List,
    Manuscript,
    Mark,
    Paragraph,
    Picture,
    Quote,
    RenderedFile,
    Source,
    Table,
    Text,
)

WIDTHS = (480, 960, 1440)
COVER_WIDTH = 480
AI_LABEL = "AI 生成"
_SUFFIXES = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/webp": "webp",
    "video/mp4": "mp4",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
}
_TAGS = {"strong": "strong", "em": "em", "code": "code", "strike": "s", "sub": "sub", "sup": "sup"}
_HEADER = 'th scope="col"'
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]")
_FIRST_TAG = re.compile(r"<[a-z0-9]+")
_FROM_RIGHT = re.compile(r"(ug|ar|fa|ur|he)(?!-(Latn|Cyrl))(-|$)|kk-Arab", re.IGNORECASE)
_SAFE = re.compile(r"(https?://|mailto:|tel:|#)", re.IGNORECASE)


def asset_path(digest: str, mime: str) -> str:
    """Where an asset lies on a micro-site, relative to its root: named by content, cacheable for ever."""
    return f"p/{digest[:24]}.{_SUFFIXES.get(mime, 'bin')}"


def safe_address(address: str) -> str:
    """``address`` when a reader may be sent there, else nothing: the freeze refuses others, we do too."""
    return address if _SAFE.match(address) else ""


def link(address: str, html: str, title: str = "") -> str:
    """An anchor around ``html``; only the words when the address is not one for readers."""
    if not safe_address(address):
        return html
    extra = f' title="{escape(title)}"' if title else ""
    return f'<a href="{escape(address)}"{extra}>{html}</a>'


@dataclass
class Writer:
    """One pass over one manuscript: the forms in use, the files met, the footnotes in reading order.

    ``root`` stands before every address of our own files."""

    manuscript: Manuscript
    pictures: Pictures
    forms: Mapping[str, Callable[["Writer", Any], str]]
    root: str
    formula: Callable[[str, str, bool], str]
    note: Callable[["Writer", str], str]
    files: dict[str, RenderedFile] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    marked_notes: set[str] = field(default_factory=set)
    heading_levels: tuple[int, ...] = ()

    def blocks(self, blocks: Blocks) -> str:
        """Blocks in order, each with its AI label; neighbours of a kind may be gathered by the channel."""
        out: list[str] = []
        for kind, run in groupby(blocks, key=lambda block: block.kind):
            html = "".join(map(self._labelled, run))
            out.append(self.forms["gather:" + kind](self, html) if "gather:" + kind in self.forms else html)
        return "".join(out)

    def _labelled(self, block: AnyBlock) -> str:
        html = self.block(block)
        return self.forms["ai_block"](self, html) if block.ai and html else html

    def block(self, block: AnyBlock) -> str:
        """The block in its form, with its language when that is not the story's."""
        html = self.forms[block.kind](self, block)
        if block.lang and block.lang != self.manuscript.lang:
            said = f' lang="{escape(block.lang)}"{direction(block.lang)}'
            html = _FIRST_TAG.sub(lambda tag: tag[0] + said, html, count=1)
        return html

    def inlines(self, runs: Inlines) -> str:
        return "".join(map(self._run, runs))

    def _run(self, run: Any) -> str:
        if isinstance(run, Text):
            return self.marked(run)
        if isinstance(run, LineBreak):
            return "<br>"
        if isinstance(run, FootnoteRef):
            if run.label not in self.notes:
                self.notes.append(run.label)
            return self.note(self, run.label)
        assert isinstance(run, InlineFormula)
        return self.formula(run.tex, "", False)

    def marked(self, run: Text) -> str:
        html = escape(run.text)
        for mark in reversed(run.marks):
            html = self.mark(mark, html)
        return html

    def mark(self, mark: Mark, html: str) -> str:
        if mark.kind == "link":
            return link(mark.href, html, mark.title)
        if mark.kind == "lang":
            return f'<span lang="{escape(mark.lang)}"{direction(mark.lang)}>{html}</span>'
        if mark.kind == "ai":
            return self.forms["ai"](self, html)
        tag = _TAGS[mark.kind]
        return f"<{tag}>{html}</{tag}>"

    def keep(self, role: str, stored: Stored, alt: str = "") -> str:
        """The address of a stored picture, which from now on belongs to the rendition."""
        name = asset_path(stored.hash, stored.mime)
        kept = RenderedFile(
            role=role, name=name, hash=stored.hash, mime=stored.mime, size=stored.size,
            width=stored.width, height=stored.height, alt=alt,
        )  # fmt: skip
        self.files.setdefault(name, kept)
        return self.root + name

    def keep_asset(self, role: str, src: str) -> tuple[str, str]:
        """(address, mime) of a film or sound among the manuscript's assets."""
        digest = digest_of(src)
        known = next((one for one in self.manuscript.assets if one.hash == digest), None)
        if known is None:
            raise StoryError(f"素材 {digest[:12]} 不在定稿的素材清单里，请重新定稿。", src)
        name = asset_path(known.hash, known.mime)
        kept = RenderedFile(role=role, name=name, hash=known.hash, mime=known.mime, size=known.size)
        self.files.setdefault(name, kept)
        return self.root + name, known.mime

    def sizes(self, picture: Picture, widths: tuple[int, ...] = WIDTHS) -> list[tuple[str, Stored]]:
        """The picture in every width it is large enough for, smallest first; an AI picture with its
        mark drawn in (R7), so it stays labelled wherever it is copied."""
        digest = digest_of(picture.src)
        whole = self.pictures.info(digest)
        wanted = sorted({min(width, whole.width) for width in widths})
        cuts = [Cut(width=width, ai_label=AI_LABEL if picture.ai else "") for width in wanted]
        made = [self.pictures.variant(digest, cut) for cut in cuts]
        return [(self.keep("picture", one, picture.alt), one) for one in made]


def direction(lang: str) -> str:
    """The attribute a language written from right to left needs; nothing for others."""
    return ' dir="rtl"' if _FROM_RIGHT.match(lang) else ""


def digest_of(src: str) -> str:
    """The hash in ``asset:<hash>``; StoryError when the picture was never taken in."""
    scheme, _, digest = src.partition(":")
    if scheme != "asset" or not digest:
        raise StoryError(f"素材“{src}”还没有入库，请先上传到素材库再发布。", src)
    return digest


@lru_cache(maxsize=64)
def clean(manuscript: Manuscript) -> Manuscript:
    """``manuscript`` without control characters, so that no word of it can look like a slot or a brand mark.

    The freeze takes them out already; a manuscript from elsewhere meets the same door here."""
    text = written(manuscript).decode()
    if "\\u00" not in text and not _CONTROL.search(text):  # JSON writes the low ones as \u00xx
        return manuscript
    return cast(Manuscript, canonical.build(Manuscript, _scrubbed(canonical.plain(manuscript))))


def _scrubbed(value: Any) -> Any:
    if isinstance(value, str):
        return _CONTROL.sub("", value)
    if isinstance(value, list):
        return [_scrubbed(one) for one in value]
    if isinstance(value, dict):
        return {name: _scrubbed(one) for name, one in value.items()}
    return value


# --------------------------------------------------------------------------- plain forms


def heading(writer: Writer, block: Heading) -> str:
    """Levels as used, closed up below the headline (h1), so no level is skipped."""
    levels = writer.heading_levels
    depth = min(levels.index(block.level) + 2 if block.level in levels else 2, 6)
    return f"<h{depth}>{writer.inlines(block.text)}</h{depth}>\n"


def paragraph(writer: Writer, block: Paragraph) -> str:
    return f"<p>{writer.inlines(block.text)}</p>\n"


def listing(writer: Writer, block: List) -> str:
    tag = "ol" if block.ordered else "ul"
    start = f' start="{block.start}"' if block.ordered and block.start != 1 else ""
    rows = "".join(f"<li>{tight(writer, one.blocks)}</li>\n" for one in block.items)
    return f"<{tag}{start}>\n{rows}</{tag}>\n"


def tight(writer: Writer, blocks: Blocks) -> str:
    """Blocks without the paragraph around a single plain one: lists and notes read closer."""
    first = blocks[0] if blocks else None
    if isinstance(first, Paragraph) and not first.lang and not first.ai:
        return writer.inlines(first.text) + writer.blocks(blocks[1:])
    return writer.blocks(blocks)


def quote(writer: Writer, block: Quote) -> str:
    cite = f"<p>—— <cite>{escape(block.cite)}</cite></p>" if block.cite else ""
    return f"<blockquote>{writer.blocks(block.blocks)}{cite}</blockquote>\n"


def code(_writer: Writer, block: Code) -> str:
    return f"<pre><code>{escape(block.text)}</code></pre>\n"


def table(writer: Writer, block: Table, place: Callable[[int], str] = lambda column: "") -> str:
    """The table; ``place`` gives the attributes of a column's cells."""
    caption = f"<caption>{escape(block.caption)}</caption>" if block.caption else ""
    head = ""
    if any(block.header):
        head = f"<thead>{_row(writer, block.header, place, _HEADER)}</thead>"
    rows = "\n".join(_row(writer, row, place, "td") for row in block.rows)
    return f"<table>{caption}{head}<tbody>\n{rows}</tbody></table>\n"


def _row(writer: Writer, cells: tuple[Inlines, ...], place: Callable[[int], str], tag: str) -> str:
    end = tag.partition(" ")[0]
    shown = (f"<{tag}{place(at)}>{writer.inlines(cell)}</{end}>" for at, cell in enumerate(cells))
    return f"<tr>{''.join(shown)}</tr>"


def divider(_writer: Writer, _block: AnyBlock) -> str:
    return "<hr>\n"


def levels_used(blocks: Blocks) -> tuple[int, ...]:
    """The heading levels of a story, ascending."""
    found: set[int] = set()
    for block in blocks:
        if isinstance(block, Heading):
            found.add(block.level)
        found.update(levels_used(getattr(block, "blocks", ())))
    return tuple(sorted(found))


def reprint(source: Source) -> str:
    """The line every reprint carries (R4): outlet, author, original headline and address."""
    said = [f"转载自 {link(source.url, escape(source.outlet))}"]
    if source.author:
        said.append(f"原作者：{escape(source.author)}")
    if source.title:
        said.append(f"原题：《{escape(source.title)}》")
    if source.published:
        said.append(f"原文发表于 {escape(source.published)}")
    return "；".join(said)


PLAIN: dict[str, Callable[[Writer, Any], str]] = {
    "heading": heading,
    "paragraph": paragraph,
    "list": listing,
    "quote": quote,
    "code": code,
    "table": table,
    "divider": divider,
}
