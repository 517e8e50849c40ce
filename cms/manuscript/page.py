"""HTML as a tree of the elements we allow, and a list of what was not allowed.

The allow-list is by parser, not by pattern: what is not named here does not come out. A forbidden element
is either taken out whole (script, style, iframe …) or unwrapped with its words kept.
"""

from dataclasses import dataclass, field
from html.parser import HTMLParser


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


BLOCKS = _names(
    "p h1 h2 h3 h4 h5 h6 ul ol li blockquote pre hr table thead tbody tfoot tr th td caption figure figcaption"
)
SHELLS = _names("div section article main center header footer aside details summary address dl dt dd")
INLINES = _names("strong b em i code del s strike sub sup a br span img")
OURS = _names(
    "x-dialogue x-gallery x-figure x-fact-box x-card x-policy x-key-figure x-region x-local-lead x-live-stream "
    "x-video x-audio x-formula x-correction x-quote x-list x-item x-table x-footnote x-with x-line x-field x-ref"
)
# their look goes, their words stay, and that is worth no more than a note
QUIET = _names("u mark small big font cite q abbr ins kbd samp tt var ruby rb rt rp wbr nobr")
REMOVED = _names(
    "script style iframe object embed applet form input button select textarea noscript template svg math "
    "audio video source track canvas link meta base head title frame frameset noframes xmp plaintext noembed portal"
)
VOID = _names("br hr img input link meta base embed source track wbr frame")
_WALLS = OURS | {"li", "td", "th", "blockquote", "table"}
_IMPLIED = {"li": {"li"}, "td": {"td", "th"}, "th": {"td", "th"}, "tr": {"tr", "td", "th"}}
MAX_DEPTH = 200


@dataclass
class Node:
    """An allowed element: its tag, attributes, children and the source line it came from."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: "list[Node | str]" = field(default_factory=list)
    line: int = 0

    def get(self, name: str, default: str = "") -> str:
        return self.attributes.get(name, default)

    def words(self) -> str:
        """All text inside."""
        return "".join(child if isinstance(child, str) else child.words() for child in self.children)


class Page(HTMLParser):
    """Builds the tree. ``dropped`` lists (tag, line, is_removed) once a tag and line."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("body")
        self.dropped: dict[tuple[str, int, bool], int] = {}
        self._open = [self.root]
        self._removing = ""
        self._removing_depth = 0

    @property
    def is_cut_off(self) -> bool:
        """Whether the page ended inside something removed: words may be lost with it."""
        return bool(self._removing)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._removing:
            self._removing_depth += tag == self._removing
            return
        attributes = {name: value or "" for name, value in attrs}
        line = _line(attributes) or self._open[-1].line
        if tag in REMOVED:
            self._drop(tag, line, True)
            if tag not in VOID:
                self._removing, self._removing_depth = tag, 1
            return
        if tag not in BLOCKS and tag not in INLINES and tag not in OURS and tag not in SHELLS:
            self._drop(tag, line, False)
            tag = "span" if tag not in ("kbd", "samp", "tt", "var", "rt") else "code" if tag != "rt" else "rt"
            attributes = {}
        self._enter(Node(tag, attributes, line=line))

    def _enter(self, node: Node) -> None:
        if node.tag in _IMPLIED:
            self._close_implied(_IMPLIED[node.tag])
        if node.tag in BLOCKS or node.tag in SHELLS or (node.tag in OURS and node.tag not in ("x-ref", "x-formula")):
            self._close_paragraph()
        self._open[-1].children.append(node)
        if node.tag not in VOID and node.tag != "x-ref" and len(self._open) < MAX_DEPTH:
            self._open.append(node)

    def _close_implied(self, tags: set[str]) -> None:
        for at in range(len(self._open) - 1, 0, -1):
            tag = self._open[at].tag
            if tag in tags:
                del self._open[at:]
            elif tag in _WALLS or tag in ("ul", "ol"):
                return

    def _close_paragraph(self) -> None:
        for at in range(len(self._open) - 1, 0, -1):
            tag = self._open[at].tag
            if tag == "p" or (tag[0] == "h" and tag[1:].isdigit()):
                del self._open[at:]
                return
            if tag not in INLINES:
                return

    def handle_endtag(self, tag: str) -> None:
        if self._removing:
            self._removing_depth -= tag == self._removing
            if self._removing_depth == 0:
                self._removing = ""
            return
        tag = {"kbd": "code", "samp": "code", "tt": "code", "var": "code"}.get(tag, tag)
        if tag not in BLOCKS | INLINES | OURS | SHELLS and tag != "rt":
            tag = "span"
        for at in range(len(self._open) - 1, 0, -1):
            if self._open[at].tag == tag:
                del self._open[at:]
                return
            if self._open[at].tag in _WALLS and tag not in _WALLS:
                return

    def handle_data(self, data: str) -> None:
        if not self._removing:
            self._open[-1].children.append(data)

    def _drop(self, tag: str, line: int, is_removed: bool) -> None:
        key = (tag, line, is_removed)
        self.dropped[key] = self.dropped.get(key, 0) + 1


def _line(attributes: dict[str, str]) -> int:
    text = attributes.pop("data-line", "")
    return int(text) if text.isdecimal() and len(text) < 9 else 0


def parse(html: str) -> Page:
    """The page ``html`` describes."""
    page = Page()
    page.feed(html)
    page.close()
    return page
