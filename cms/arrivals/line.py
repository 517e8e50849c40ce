"""A line of text with the blocks that stood in it, and how it is cut into pieces."""

from collections import Counter
from dataclasses import dataclass, field

from channels.values import AnyBlock, Block, Formula, Heading, Inline, InlineFormula, LineBreak, Paragraph, Text
from cms.arrivals.pieces import Piece, Role

Manner = tuple[float, bool, str]  # size in points, bold, typeface


@dataclass
class Line:
    """What a paragraph held: text and blocks in order, blocks that floated beside it, and how its letters
    looked (so many of each manner)."""

    parts: list[Inline | AnyBlock] = field(default_factory=list)
    floating: list[AnyBlock] = field(default_factory=list)
    manners: Counter[Manner] = field(default_factory=Counter)

    @property
    def words(self) -> str:
        return "".join(part.text for part in self.parts if isinstance(part, Text))

    def saw(self, text: str, manner: Manner) -> None:
        """Remember how these letters looked."""
        if letters := len(text.strip()):
            self.manners[manner] += letters

    def pieces(self, align: str = "", role: Role = "", level: int = 0) -> list[Piece]:
        """The paragraph or heading it is, and the blocks that stood in it."""
        size, _, face = self.manners.most_common(1)[0][0] if self.manners else (0.0, False, "")
        is_bold = bool(self.manners) and all(bold for _, bold, _ in self.manners)
        out: list[Piece] = []
        for part in self._cut():
            if isinstance(part, Block):
                out.append(Piece(part))
            elif len(part) == 1 and isinstance(part[0], InlineFormula) and not level:
                out.append(Piece(Formula(tex=part[0].tex)))
            elif any(_is_seen(run) for run in part):
                block: AnyBlock = Paragraph(text=tuple(part), align=align if align in ("center", "right") else "")
                if level:
                    block = Heading(level=level, text=tuple(part))
                out.append(Piece(block, role, size, is_bold, face, align == "center"))
        return out

    def _cut(self) -> list[list[Inline] | AnyBlock]:
        """A block at the edge of a line of text stands there, one amid words comes after them."""
        out: list[list[Inline] | AnyBlock] = []
        words: list[Inline] = []
        waiting: list[AnyBlock] = []
        for at, part in enumerate(self.parts):
            if not isinstance(part, Block):
                words.append(part)
            elif isinstance(part, Formula) or self._is_edge(at, -1) or self._is_edge(at, 1):
                out += [words, part] if words else [part]
                words = []
            else:
                waiting.append(part)
        return [*out, *([words] if words else []), *waiting, *self.floating]

    def _is_edge(self, at: int, step: int) -> bool:
        """Whether a line of text ends or begins here."""
        at += step
        while 0 <= at < len(self.parts):
            part = self.parts[at]
            if isinstance(part, LineBreak | Block):
                return True
            if not isinstance(part, Text) or part.text.strip():
                return False
            at += step
        return True


def _is_seen(run: Inline) -> bool:
    return bool(run.text.strip()) if isinstance(run, Text) else not isinstance(run, LineBreak)
