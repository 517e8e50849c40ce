"""A story as the checks read it: every text a reader could find, each with its place.

A passage is one run of words that belongs together: a paragraph, a table cell, a caption, the words for a blind
reader, a spoken line, a file's name. Its ``path`` leads through the manuscript's fields (blocks.3.rows.1.2), so an
editor can be taken to the very characters a finding is about.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import lru_cache
from typing import Any, Literal

from channels.values import (
    AssetInfo,
    Block,
    Code,
    Finding,
    FootnoteRef,
    Formula,
    InlineFormula,
    LineBreak,
    Manuscript,
    Picture,
    RegionBlock,
    Text,
)

Kind = Literal["prose", "title", "cell", "caption", "alt", "name", "field", "credit", "code", "file"]
Level = Literal["block", "warn", "info"]
BLANK = "\ufffc"
"""What stands in ``Passage.prose`` for a letter of code or a formula: no rule about language is meant for those."""

_STRINGS: dict[str, Kind] = {
    **dict.fromkeys(("headline", "subtitle", "title"), "title"),
    **dict.fromkeys(("digest", "cite", "summary", "transcript", "was", "now"), "prose"),
    **dict.fromkeys(("label", "value", "note", "number", "issuer", "outlet", "ai_label", "column"), "field"),
    **dict.fromkeys(("credit", "licence"), "credit"),
    **dict.fromkeys(("editor", "author", "name"), "name"),
    "caption": "caption",
    "alt": "alt",
}
_WORDS: dict[str, Kind] = {"byline": "name", "topics": "field"}
_INLINE = (Text, LineBreak, FootnoteRef, InlineFormula)
SENTENCE_END = re.compile(r"[。！？!?；;…]+[”’」』）)》]*|\n")


@dataclass(frozen=True, slots=True)
class Passage:
    """``text`` as a reader sees it, ``prose`` the same length with code and formulas blanked. ``block`` is the
    kind of the block it stands in ("" outside), ``line`` that block's line in the source, when it is known."""

    path: str
    kind: Kind
    text: str
    prose: str
    block: str = ""
    line: int = 0

    def place(self, start: int, end: int) -> str:
        """Where these characters are: path, number of the sentence, and the characters in the passage."""
        sentence = sum(1 for found in SENTENCE_END.finditer(self.text) if found.end() <= start)
        return f"{self.path}#{sentence}@{start}-{end}"

    def say(self, level: Level, rule: str, message: str, start: int, end: int, excerpt: str = "") -> Finding:
        """A finding about the characters from ``start`` to ``end``."""
        return Finding(
            level=level,
            rule=rule,
            message=message,
            line=self.line,
            excerpt=(excerpt or self.text[start:end])[:60],
            place=self.place(start, end),
        )


@dataclass(frozen=True, slots=True)
class Link:
    """An address in the story, and the words that lead to it."""

    path: str
    address: str
    words: str
    line: int = 0

    def say(self, level: Level, rule: str, message: str) -> Finding:
        return Finding(
            level=level, rule=rule, message=message, line=self.line, excerpt=self.address[:60], place=f"{self.path}#0"
        )


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture where the story uses it."""

    path: str
    picture: Picture
    line: int = 0

    def say(self, level: Level, rule: str, message: str, excerpt: str = "") -> Finding:
        words = excerpt or self.picture.alt or self.picture.src.removeprefix("asset:")[:12]
        return Finding(
            level=level, rule=rule, message=message, line=self.line, excerpt=words[:60], place=f"{self.path}#0"
        )


@dataclass(frozen=True, slots=True)
class Reading:
    """A manuscript taken apart once for all checks: its passages, links and pictures in reading order."""

    story: Manuscript
    passages: tuple[Passage, ...]
    links: tuple[Link, ...]
    pictures: tuple[Shown, ...]

    def body(self) -> Iterator[Passage]:
        """The passages of the story's blocks, without its head."""
        return (one for one in self.passages if one.block)


@lru_cache(maxsize=64)
def read(story: Manuscript) -> Reading:
    """``story`` taken apart. Kept by identity and content: intake, register and links ask for the same one."""
    walk = _Walk()
    walk.value(story, "", "", 0)
    return Reading(story, tuple(walk.passages), tuple(walk.links), tuple(walk.pictures))


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a finding is: the ``line`` its block begins on in the source (0: in no block), and the ``words`` there as
    they are written, whatever the finding masks."""

    line: int
    words: str


def spots(story: Manuscript, findings: Iterable[Finding]) -> list[Spot]:
    """Where each finding is in ``story``. Read anew each time: equal manuscripts may stand on other lines."""
    walk = _Walk()
    walk.value(story, "", "", 0)
    texts = {one.path: one.text for one in walk.passages}
    lines = {one.path: one.line for one in walk.passages}
    lines |= {one.path: one.line for one in walk.links} | {one.path: one.line for one in walk.pictures}
    return [_spot(one, lines, texts) for one in findings]


def spelled(story: Manuscript) -> list[Passage]:
    """What ``story`` says on the lines it stands on now, formulas letter by letter, without the names of its files: for
    whoever looks for where a rendition's words come from."""
    walk = _Walk(formulas=True)
    walk.value(story, "", "", 0)
    return [one for one in walk.passages if one.kind != "file"]


def _spot(finding: Finding, lines: Mapping[str, int], texts: Mapping[str, str]) -> Spot:
    path, _, rest = finding.place.rpartition("!")[2].partition("#")
    start, _, end = rest.partition("@")[2].partition("-")
    words = texts.get(path, "")[int(start) : int(end)] if start.isdecimal() and end.isdecimal() else ""
    return Spot(lines.get(path, finding.line), words or finding.excerpt)


def of_words(path: str, text: str, kind: Kind = "prose") -> Passage:
    """A passage of plain words that stands in no manuscript (a rendition's line, a clip's captions)."""
    return Passage(path, kind, text, text)


class _Walk:
    """Goes through the manuscript's fields in the order they are declared, which is the order they are read."""

    def __init__(self, *, formulas: bool = False) -> None:
        self.formulas = formulas
        self.passages: list[Passage] = []
        self.links: list[Link] = []
        self.pictures: list[Shown] = []

    def value(self, value: Any, path: str, block: str, line: int) -> None:
        if isinstance(value, tuple):
            if value and isinstance(value[0], _INLINE):
                self._inlines(value, path, block, line)
            else:
                for at, part in enumerate(value):
                    self.value(part, f"{path}.{at}", block, line)
        elif isinstance(value, Code):
            self._add(f"{path}.text", "code", value.text, block, value.line or line)
        elif isinstance(value, Formula) and self.formulas:
            self._add(f"{path}.tex", "code", value.tex, block, value.line or line)
        elif is_dataclass(value):
            self._members(value, path, block, line)

    def _members(self, value: Any, path: str, block: str, line: int) -> None:
        if isinstance(value, Block):
            block, line = value.kind, value.line or line
        if isinstance(value, Picture):
            self.pictures.append(Shown(path, value, line))
        for one in fields(value):
            there = f"{path}.{one.name}" if path else one.name
            self._field(value, one.name, getattr(value, one.name), there, block, line)

    def _field(self, owner: Any, name: str, value: Any, path: str, block: str, line: int) -> None:
        if isinstance(value, str):
            self._string(owner, name, value, path, block, line)
        elif name in _WORDS and isinstance(value, tuple):
            for at, word in enumerate(value):
                self._add(f"{path}.{at}", _WORDS[name], word, block, line)
        elif name in ("short_headlines", "fields") and isinstance(value, tuple):
            for at, (label, words) in enumerate(value):
                if name == "fields":
                    self._add(f"{path}.{at}.0", "field", label, block, line)
                self._add(f"{path}.{at}.1", "title" if name == "short_headlines" else "field", words, block, line)
        elif not (isinstance(owner, RegionBlock) and name == "units"):
            self.value(value, path, block, line)

    def _string(self, owner: Any, name: str, value: str, path: str, block: str, line: int) -> None:
        if name in ("url", "src") and value.startswith(("http://", "https://")):
            self.links.append(Link(path, value, getattr(owner, "title", ""), line))
        elif isinstance(owner, AssetInfo):
            if name == "name":
                self._add(path, "file", value, block, line)
        elif kind := _STRINGS.get(name):
            self._add(path, kind, value, block, line)

    def _inlines(self, runs: tuple[Any, ...], path: str, block: str, line: int) -> None:
        """One passage of a line's runs; what is code or a formula is blank in its prose."""
        text, prose = "", ""
        for at, run in enumerate(runs):
            words = run.text if isinstance(run, Text) else "\n" if isinstance(run, LineBreak) else ""
            if isinstance(run, InlineFormula):
                words = run.tex if self.formulas else BLANK
            marks = run.marks if isinstance(run, Text) else ()
            is_code = any(mark.kind == "code" for mark in marks)
            text, prose = text + words, prose + (BLANK * len(words) if is_code else words)
            for mark in marks:
                if mark.kind == "link":
                    self.links.append(Link(f"{path}.{at}", mark.href, words, line))
                    self._add(f"{path}.{at}.title", "alt", mark.title, block, line)
        kind: Kind = "prose"
        if block in ("table", "heading"):
            kind = "cell" if block == "table" else "title"
        elif path.endswith("caption"):
            kind = "caption"
        self._add(path, kind, text, block, line, prose)

    def _add(self, path: str, kind: Kind, text: str, block: str, line: int, prose: str = "") -> None:
        if text:
            blanked = BLANK * len(text) if kind == "code" else prose or text
            self.passages.append(Passage(path, kind, text, blanked, block, line))
