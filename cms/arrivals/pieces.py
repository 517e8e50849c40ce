"""What both readers (Word, HTML) hand to ``shaping``: blocks with the looks they had, and what stayed behind."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from channels.values import AnyBlock, Blocks, Code, Figure, Finding, FootnoteRef, InlineFormula, Inlines, Text
from cms.manuscript.normal import squash

DEEPEST = 12  # lists, quotes and boxes inside each other; what is deeper is laid flat
Role = Literal["", "title", "subtitle", "caption", "byline"]
_NEAR = 20


class UnreadableError(ValueError):
    """A file that cannot be brought in at all; the message is one Chinese sentence with the remedy."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A block and how it looked: ``size`` of its letters in points (0 = unknown), whether all of them were
    bold, their typeface, whether it stood in the middle, and what its style said it is."""

    block: AnyBlock
    role: Role = ""
    size: float = 0.0
    is_bold: bool = False
    face: str = ""
    is_centred: bool = False


@dataclass
class Remainder:
    """Collects what does not come along, or comes along changed, each place once."""

    file: str = ""
    found: list[Finding] = field(default_factory=list)
    counted: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def lost(self, rule: str, message: str, words: str = "") -> None:
        """Something stays behind: ``words`` are all the words of it."""
        self._add("warn", rule, message, words)

    def changed(self, rule: str, message: str, words: str = "") -> None:
        """Something came along in another form."""
        self._add("info", rule, message, words)

    def count(self, rule: str, message: str, words: str = "") -> None:
        """One of many equal small changes, told together: ``{n}`` in the message is their number."""
        self.counted.setdefault((rule, message), []).append(squash(words))

    def _add(self, level: Literal["warn", "info"], rule: str, message: str, words: str) -> None:
        rule = f"arrival.{rule}"
        self.found.append(Finding(level=level, rule=rule, message=message, file=self.file, excerpt=squash(words)))

    def all(self) -> tuple[Finding, ...]:
        """Everything told, lost things first, equal ones once."""
        told = list(self.found)
        for (rule, message), places in self.counted.items():
            words = " … ".join(dict.fromkeys(place for place in places if place))
            text = message.replace("{n}", str(len(places)))
            told.append(Finding(level="info", rule=f"arrival.{rule}", message=text, file=self.file, excerpt=words))
        return tuple(sorted(dict.fromkeys(told), key=lambda one: one.level == "info"))


def words_of(value: Any) -> str:
    """All words inside blocks, lines or cells, with a space between blocks."""
    return " ".join(" ".join(_words(value)).split())


def _words(value: Any) -> Iterator[str]:
    if isinstance(value, Text | Code):
        yield value.text
    elif isinstance(value, InlineFormula):
        yield value.tex
    elif isinstance(value, tuple):
        if value and all(isinstance(part, Text | FootnoteRef | InlineFormula) for part in value):
            yield "".join("".join(_words(part)) for part in value)
        else:
            for part in value:
                yield from _words(part)
    elif isinstance(value, str):
        yield value
    else:
        for name in ("title", "cite", "header", "rows", "tex", "caption", "text", "blocks", "items", "figures"):
            if part := getattr(value, name, None):
                yield from _words(part)


def plain(text: Inlines) -> str:
    """The bare words of one line."""
    return squash("".join(run.text if isinstance(run, Text) else " " for run in text))


def near(blocks: Iterable[AnyBlock]) -> str:
    """The last words before a place, to find it by."""
    for block in reversed(list(blocks)):
        if words := words_of((block,)):
            return words[-_NEAR:]
    return ""


def only(blocks: Blocks, kind: type) -> bool:
    """Whether there are blocks, and all of one kind."""
    return bool(blocks) and all(isinstance(block, kind) for block in blocks)


def has_picture(blocks: Blocks) -> bool:
    return any(isinstance(block, Figure) for block in blocks)
