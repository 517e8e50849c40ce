"""Words on their way into a line, under the marks of their place; lines and entries becoming pieces."""

from dataclasses import dataclass, field

from lxml.html import HtmlElement

from channels.values import AnyBlock, LineBreak, Mark, Text
from cms.arrivals import nesting
from cms.arrivals.html.css import Look
from cms.arrivals.html.page import Story
from cms.arrivals.line import Line
from cms.arrivals.media import Shelf
from cms.arrivals.pieces import Piece, Remainder, Role, words_of


@dataclass
class Sheet:
    """What all walkers of one page share."""

    left: Remainder
    shelf: Shelf
    story: Story
    labels: dict[HtmlElement, str] = field(default_factory=dict)
    is_word: bool = False
    near: str = ""


class Words:
    """One flow of text: the paragraph at hand, and the pieces made so far."""

    def __init__(self, sheet: Sheet, depth: int = 0, note: HtmlElement | None = None) -> None:
        self.sheet, self.left, self.depth, self.note = sheet, sheet.left, depth, note
        self.pieces: list[Piece] = []
        self.entries: list[nesting.Entry] = []
        self.line = Line()
        self.align = ""
        self.role: Role = ""
        self.level = 0
        self.links: list[Mark | None] = []
        self.is_code = False

    def say(self, text: str, own: Look) -> None:
        """Words under the marks of their place."""
        if own.is_pre and "\n" in text and text.strip(" "):
            head, *rest = text.split("\n")
            self.put(head, own)
            for row in rest:
                self.line.parts.append(LineBreak())
                self.put(row, own)
        elif text:
            self.put(text, own)

    def put(self, text: str, own: Look) -> None:
        if not text or (not text.strip(" \t\r\n") and not self.line.parts):
            return
        if own.is_hidden or own.is_tiny:
            if text.strip():
                self.left.lost("hidden", "原文里看不见的文字没有带过来，要用请另行粘贴", text)
            return
        self.line.saw(text, (round(own.size, 1), own.is_bold, own.face))
        link = self.links[-1] if self.links else None
        if text.strip() and not link:
            self._tell_looks(text, own)
        self.line.parts.append(Text(text, self._marks(own, link)))

    def _tell_looks(self, text: str, own: Look) -> None:
        if own.is_underlined:
            self.left.count("underline", "{n} 处下划线不保留，文字已保留；要强调请用加粗", text)
        if own.has_colour:
            self.left.count("colour", "{n} 处字色、底色不保留，文字已保留，颜色由版式统一给出", text)

    def _marks(self, own: Look, link: Mark | None) -> tuple[Mark, ...]:
        marks = [link] if link else []
        marks += [Mark(kind="strong")] if own.is_bold and not self.level else []
        marks += [Mark(kind="em")] if own.is_italic else []
        marks += [Mark(kind="strike")] if own.is_struck else []
        marks += [Mark(kind="sup" if own.lift == "sup" else "sub")] if own.lift else []
        marks += [Mark(kind="code")] if self.is_code else []
        return tuple(marks)

    def end_line(self) -> None:
        """Close the paragraph at hand."""
        if self.line.parts:
            made = self.line.pieces(self.align, self.role, self.level)
            self._append(made)
        self.line, self.align = Line(), ""

    def _append(self, made: list[Piece]) -> None:
        if made:
            self.end_list()
            self.pieces += made
            self.sheet.near = words_of((made[-1].block,))[-20:] or self.sheet.near

    def end_list(self) -> None:
        if self.entries:
            made, self.entries = nesting.nested(self.entries), []
            self.pieces += [Piece(block) for block in made]

    def add(self, *blocks: AnyBlock) -> None:
        self.end_line()
        self._append([Piece(block) for block in blocks])
