"""Text with marks out of allowed inline elements, and the pictures, listings and formulas met on the way."""

from collections.abc import Callable, Iterator
from typing import Any

from channels.values import (
    Code,
    Figure,
    FootnoteRef,
    Formula,
    Inline,
    InlineFormula,
    LineBreak,
    Mark,
    Picture,
    Text,
)
from cms.manuscript.fences import TOKEN, Kept
from cms.manuscript.letters import scrub
from cms.manuscript.names import is_yes
from cms.manuscript.normal import safe_href, squash
from cms.manuscript.page import INLINES, Node

Part = list[Inline] | Figure | Code | Formula
_MARKS: dict[str, Any] = {
    "strong": "strong",
    "b": "strong",
    "em": "em",
    "i": "em",
    "code": "code",
    "del": "strike",
    "s": "strike",
    "strike": "strike",
    "sub": "sub",
    "sup": "sup",
}
_FULL = 1000


def is_phrase(child: Node | str) -> bool:
    """Whether a child belongs into a line of text rather than standing as a block."""
    if isinstance(child, str):
        return True
    if child.tag == "x-formula":
        return "raw" not in child.attributes and "alt" not in child.attributes and "tex" in child.attributes
    return child.tag in INLINES or child.tag in ("x-ref", "rt")


class Phrases:
    """Splits an element into runs of text and the blocks that stand between them."""

    def __init__(self, kept: list[Kept], say: Callable[..., None]) -> None:
        self.kept = kept
        self.placed: set[int] = set()
        self.say = say

    def parts(self, node: Node) -> list[Part]:
        """The element's text, cut where a block stands."""
        out: list[Part] = [[]]
        self._walk(node, (), out, node.line)
        return [part for part in out if part != []]

    def _walk(self, node: Node, marks: tuple[Mark, ...], out: list[Part], line: int) -> None:
        for child in node.children:
            if isinstance(child, str):
                self._text(child, marks, out)
            elif child.tag == "br":
                _last(out).append(LineBreak())
            elif child.tag == "img":
                out += [Figure(picture=picture_of(child), caption=_title(child), line=child.line), []]
            elif child.tag == "x-ref":
                _last(out).append(FootnoteRef(child.get("label")))
            elif child.tag == "x-formula":
                _last(out).append(InlineFormula(child.get("tex")))
            elif child.tag == "rt":
                self._ruby(child, marks, out, line)
            else:
                self._walk(child, marks + self._marks(child, line), out, line)

    def _ruby(self, node: Node, marks: tuple[Mark, ...], out: list[Part], line: int) -> None:
        """A reading above a character: written after it in parentheses, unless they stand there already."""
        runs = _last(out)
        last = runs[-1] if runs else None
        has_parentheses = isinstance(last, Text) and last.text.rstrip().endswith(("(", "（"))
        words = node.words()
        runs.append(Text(words if has_parentheses else f"（{words}）", marks))

    def _text(self, text: str, marks: tuple[Mark, ...], out: list[Part]) -> None:
        for piece in self.pieces(text):
            if isinstance(piece, str):
                self._append(piece, marks, out)
            else:
                out += [piece, []]

    def pieces(self, text: str) -> Iterator[str | Code | Formula]:
        """``text`` with the listings and formulas that were set aside back in their places."""
        at = 0
        for token in TOKEN.finditer(text):
            yield text[at : token.start()]
            at = token.end()
            kept = self.kept[int(token[2])]
            self.placed.add(int(token[2]))
            if token[1] == "c":
                yield Code(text=kept.text, syntax=kept.syntax, line=kept.line)
            else:
                yield Formula(tex=kept.text, line=kept.line)
        yield text[at:]

    def _append(self, text: str, marks: tuple[Mark, ...], out: list[Part]) -> None:
        if text := scrub(text):
            _last(out).append(Text(text, marks))

    def _marks(self, node: Node, line: int) -> tuple[Mark, ...]:
        """The marks an inline element puts on its words."""
        if node.tag in _MARKS:
            return (Mark(kind=_MARKS[node.tag]),)
        marks: tuple[Mark, ...] = ()
        if node.tag == "a" and (href := node.get("href")):
            if safe := safe_href(href):
                return (Mark(kind="link", href=safe, title=squash(node.get("title"))),)
            message = "链接只能是 http、https、邮箱或电话，这一处已去掉链接、保留文字"
            self.say("warn", "link.unsafe", message, line, href)
        if node.tag == "span" and node.get("lang"):
            marks += (Mark(kind="lang", lang=node.get("lang")),)
        if node.tag == "span" and is_yes(node.get("ai")):
            marks += (Mark(kind="ai"),)
        return marks


def _last(out: list[Part]) -> list[Inline]:
    last = out[-1]
    assert isinstance(last, list)
    return last


def _title(node: Node) -> tuple[Text, ...]:
    title = node.get("title")
    return (Text(title),) if title.strip() else ()


def picture_of(node: Node) -> Picture:
    """The picture an ``img`` describes."""
    x, y = focus_of(node.get("focus"))
    return Picture(
        src=node.get("src").strip(),
        alt=squash(node.get("alt")),
        credit=squash(node.get("credit")),
        licence=squash(node.get("licence")),
        focus_x=x,
        focus_y=y,
        ai=is_yes(node.get("ai")),
    )


def focus_of(text: str) -> tuple[int, int]:
    """A focus written in per cent ("50,30") in per mille; the middle when it is not one."""
    try:
        x, y = (round(float(part) * 10) for part in text.replace("，", ",").split(","))
    except (ValueError, OverflowError):
        return _FULL // 2, _FULL // 2
    return min(max(x, 0), _FULL), min(max(y, 0), _FULL)
