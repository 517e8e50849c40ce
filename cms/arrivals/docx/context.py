"""What all readers of one Word file share."""

from collections.abc import Callable
from dataclasses import dataclass, field

from channels.values import Blocks
from cms.arrivals.docx.numbers import Numbering
from cms.arrivals.docx.package import Package
from cms.arrivals.docx.styles import Styles
from cms.arrivals.media import Shelf
from cms.arrivals.pieces import Piece, Remainder, near


@dataclass
class Field:
    """A field being read: its instruction, and whether its result has begun."""

    instruction: str = ""
    has_result: bool = False


@dataclass
class Context:
    """``flow`` reads a container (body, cell, text box) of a part; ``labels`` numbers the notes as referred to."""

    package: Package
    styles: Styles
    numbering: Numbering
    left: Remainder
    shelf: Shelf
    flow: Callable[..., list[Piece]]
    labels: dict[tuple[str, str], str] = field(default_factory=dict)
    fields: list[Field] = field(default_factory=list)
    contents: list[str] = field(default_factory=list)
    last_blocks: Blocks = ()
    depth: int = 0

    @property
    def last_words(self) -> str:
        """The last words before the place at hand, to find it by."""
        return near(self.last_blocks)

    def label(self, kind: str, number: str) -> str:
        """The label of a note: 1, 2, 3 in the order of reference, footnotes and endnotes together."""
        return self.labels.setdefault((kind, number), str(len(self.labels) + 1))
