"""Articles: neutral blocks to HTML, made once per manuscript with brand marks, filled once per account.

A ``Dialect`` says how one platform draws each block and mark; the ``Sheet`` keeps what a drawing leaves
behind: picture slots, files, numbered links, notes and losses. Whatever the dialect, text goes through
``words.escape``, and a brand mark (U+0004 token U+0005) stands wherever a theme may speak.
"""

import html
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import groupby
from typing import Any, Generic, Literal, NamedTuple, TypeVar

from assets.pictures import Cut, Pictures
from channels.contract import StoryError
from channels.making import formula, words
from channels.values import (
    AnyBlock,
    Blocks,
    Character,
    Figure,
    Footnote,
    FootnoteRef,
    Gallery,
    InlineFormula,
    Inlines,
    LineBreak,
    Loss,
    Manuscript,
    Mark,
    Picture,
    RenderedFile,
    Slot,
    Text,
    slot_mark,
)

PICTURE_ADDRESS = 180
AI_WORDS = "AI 生成"
_BRAND_MARK = re.compile("\x04([^\x05]*)\x05")


def wrap(opening: str, closing: str) -> Callable[[str], str]:
    """A mark that stands around its words."""
    return lambda drawn: f"{opening}{drawn}{closing}"


def brand(token: str) -> str:
    """The place of a theme's token in a body."""
    return f"\x04{token}\x05"


class Placed(NamedTuple):
    """A picture in its place: the slot mark for ``src``, its size in pixels, and the words for it."""

    src: str
    width: int
    height: int
    alt: str


Draw = Callable[["Sheet", Any], str]


@dataclass(frozen=True, eq=False, slots=True)
class Dialect:
    """How one platform writes an article.

    ``draw``: a function a block kind; ``marks``: a function a mark, over finished HTML; ``link``: a finished
    run of words that carries an address; ``flag``: an AI-made block, labelled; ``cut``: body pictures;
    ``lang``: a finished run in another language, by its tag.
    """

    name: str
    draw: "Mapping[str, Callable[[Sheet, Any], str]]"
    marks: Mapping[str, Callable[[str], str]]
    link: "Callable[[Sheet, str, Mark], str]"
    note: Callable[[int], str]
    flag: Callable[[str], str]
    cut: Cut
    inline_formula: "Callable[[Sheet, str], str]"
    lang: Callable[[str, str], str] = lambda tag, drawn: drawn


@dataclass(slots=True)
class Sheet:
    """One article while it is being drawn."""

    manuscript: Manuscript
    assets: Pictures
    dialect: Dialect
    files: dict[str, RenderedFile] = field(default_factory=dict)
    slots: dict[str, Slot] = field(default_factory=dict)
    links: dict[str, int] = field(default_factory=dict)
    notes: dict[str, int] = field(default_factory=dict)
    losses: list[Loss] = field(default_factory=list)
    line: int = 0

    def blocks(self, blocks: Iterable[AnyBlock]) -> str:
        """The blocks drawn one after another; footnotes wait for ``footnotes``."""
        return "".join(self.block(one) for one in blocks if one.kind != "footnote")

    def block(self, block: AnyBlock) -> str:
        """One block, labelled when a machine made it."""
        if block.kind not in self.dialect.draw:
            raise ValueError(f"{block.kind} reached {self.dialect.name}: the manuscript was not resolved")
        before, self.line = self.line, block.line or self.line
        drawn = self.dialect.draw[block.kind](self, block)
        self.line = before
        return self.dialect.flag(drawn) if block.ai else drawn

    def inline(self, inlines: Inlines) -> str:
        """Runs of text with their marks; a link over several runs is one link."""
        out: list[str] = []
        for link, runs in groupby(inlines, key=_link_of):
            drawn = "".join(map(self._run, runs))
            out.append(self.dialect.link(self, drawn, link) if link else drawn)
        return "".join(out)

    def _run(self, inline: Text | LineBreak | FootnoteRef | InlineFormula) -> str:
        if isinstance(inline, Text):
            return self._text(inline)
        if isinstance(inline, FootnoteRef):
            return self.dialect.note(self.notes.setdefault(inline.label, len(self.notes) + 1))
        if isinstance(inline, InlineFormula):
            return self.dialect.inline_formula(self, inline.tex)
        return "<br>"

    def _text(self, run: Text) -> str:
        drawn = words.escape(run.text).replace("\n", " ")
        for mark in reversed(run.marks):
            if mark.kind == "lang":
                drawn = self.dialect.lang(mark.lang, drawn)
            elif mark.kind in self.dialect.marks:
                drawn = self.dialect.marks[mark.kind](drawn)
        return drawn

    def reference(self, href: str) -> int:
        """The number of an address in the list at the end."""
        return self.links.setdefault(words.clean(href), len(self.links) + 1)

    def footnotes(self) -> list[tuple[int, Footnote]]:
        """The story's notes by number: those referred to first, then the rest."""
        found = [one for one in self.manuscript.blocks if isinstance(one, Footnote)]
        for one in found:
            self.notes.setdefault(one.label, len(self.notes) + 1)
        return sorted(((self.notes[one.label], one) for one in found), key=lambda pair: pair[0])

    def picture(self, picture: Picture, cut: Cut | None = None) -> Placed:
        """A picture's variant as a slot; the file is listed with the rendition once."""
        variant = self.assets.variant(asset_hash(picture), labelled(cut or self.dialect.cut, picture))
        alt = words.clean(picture.alt)
        slot_id = f"pic-{variant.hash[:12]}"
        self.slots.setdefault(slot_id, picture_slot(slot_id, variant.hash))
        self.files.setdefault(slot_id, rendered(variant, "picture", alt))
        return Placed(slot_mark(slot_id), variant.width, variant.height, html.escape(alt, quote=True))

    def speaker(self, key: str) -> Character:
        """The character of the cast, or one made of the key when the cast does not know it."""
        return next((one for one in self.manuscript.cast if one.key == key), Character(key=key, name=key))

    def lose(self, what: str, reason: str, excerpt: str = "", kind: Literal["changed", "dropped"] = "changed") -> None:
        """List what this platform drops or changes, with the place."""
        self.losses.append(Loss(what=what, reason=reason, line=self.line, excerpt=words.excerpt(excerpt), kind=kind))

    def formula(self, tex: str, size_px: int, *, inline: bool, alt: str = "") -> str:
        """A formula drawn; "" for one that cannot be, which is listed with what is wrong with it."""
        try:
            return formula.svg(tex, size_px, inline=inline, label=words.clean(formula.spoken(tex, alt)))
        except StoryError as error:
            self.lose("公式", f"画不出来，照 TeX 原样显示：{error.sentence}", tex)
            return ""


def _link_of(inline: Text | LineBreak | FootnoteRef | InlineFormula) -> Mark | None:
    marks = inline.marks if isinstance(inline, Text) else ()
    return next((mark for mark in marks if mark.kind == "link" and mark.href), None)


def asset_hash(picture: Picture) -> str:
    """The hash of a frozen picture; StoryError when it was never taken in."""
    scheme, _, digest = picture.src.partition(":")
    if scheme != "asset" or not digest:
        raise StoryError(f"图片“{words.excerpt(picture.src)}”还没有收进素材库，请重新插入这张图片。", picture.src)
    return digest


def labelled(cut: Cut, picture: Picture) -> Cut:
    """``cut`` with the visible mark and metadata a machine-made picture must carry (R7)."""
    return replace(cut, ai_label=AI_WORDS) if picture.ai else cut


def picture_slot(slot_id: str, digest: str) -> Slot:
    """The slot for a picture's address after upload."""
    return Slot(id=slot_id, kind="picture", max_length=PICTURE_ADDRESS, escape="html", ref=digest)


def rendered(variant: Any, role: str, alt: str = "") -> RenderedFile:
    """A picture variant as a file of a rendition, named by its hash."""
    ending = "png" if variant.mime == "image/png" else "gif" if variant.mime == "image/gif" else "jpg"
    return RenderedFile(
        role=role,
        name=f"{variant.hash[:12]}.{ending}",
        hash=variant.hash,
        mime=variant.mime,
        size=variant.size,
        width=variant.width,
        height=variant.height,
        alt=alt,
    )


@dataclass(frozen=True, eq=False, slots=True)
class Made:
    """A body drawn for all brands: text between brand marks, and what it needs."""

    pieces: tuple[str, ...]
    slots: tuple[Slot, ...]
    files: tuple[RenderedFile, ...]
    losses: tuple[Loss, ...]

    def filled(self, tokens: Mapping[str, str]) -> str:
        """The body in one brand; ``tokens`` are ready for attributes and text."""
        pieces = list(self.pieces)
        pieces[1::2] = [tokens[name] for name in pieces[1::2]]
        return "".join(pieces)


T = TypeVar("T")


class Same(Generic[T]):
    """A value compared by identity: equal manuscripts may differ in source lines, which losses name."""

    __slots__ = ("value",)

    def __init__(self, value: T) -> None:
        self.value = value

    def __hash__(self) -> int:
        return id(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and self.value is other.value


Compose = Callable[[Sheet], str]


def make(manuscript: Manuscript, assets: Pictures, dialect: Dialect, compose: Compose) -> Made:
    """The body of ``manuscript`` by ``compose``, kept for the next account."""
    return _make(Same(manuscript), assets, dialect, compose)


@lru_cache(maxsize=128)
def _make(same: Same[Manuscript], assets: Pictures, dialect: Dialect, compose: Compose) -> Made:
    sheet = Sheet(same.value, assets, dialect)
    body = compose(sheet)
    pieces = tuple(_BRAND_MARK.split(body))
    return Made(pieces, tuple(sheet.slots.values()), tuple(sheet.files.values()), tuple(sheet.losses))


def first_picture(blocks: Blocks) -> Picture | None:
    """The first picture of a story, for a cover when none was chosen."""
    for block in blocks:
        if isinstance(block, Figure):
            return block.picture
        if isinstance(block, Gallery):
            return block.figures[0].picture
        found = first_picture(getattr(block, "blocks", ()))
        if found:
            return found
    return None
