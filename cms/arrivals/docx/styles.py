"""What a paragraph or a run looks like, once its styles, their bases and its own settings are put together."""

import re
from dataclasses import dataclass, replace

from cms.arrivals.docx.package import Node, child, full, is_on, value
from cms.arrivals.pieces import Role

_DIGITS = {sign: number for number, sign in enumerate("一二三四五六七八九", 1)}
_HEADING = re.compile(r"(?:heading|标题)([1-9一二三四五六七八九])(?:级)?$|^([一二三四五六七八九])级标题$")
_TITLE = re.compile(r"^(title|标题|大标题|主标题|文章标题|文档标题|公文标题|红头标题)$")
_SUBTITLE = re.compile(r"^(subtitle|副标题)$")
_CAPTION = re.compile(r"^(caption|题注|图注|图题|表题)$")
_QUOTE = re.compile(r"^(quote|intensequote|引用|明显引用|blocktext|文本块)$")
_CODE = re.compile(r"^(htmlpreformatted|html预设格式|code|sourcecode|代码|源代码|plaintext)$")
_CONTENTS = re.compile(r"^(toc[1-9]|tocheading|目录[1-9]?|目录标题)$")
_BODY_LEVEL = 9
_MAX_BASES = 20


@dataclass(frozen=True, slots=True)
class Look:
    """How letters look: ``size`` in points, ``lift`` sup or sub."""

    is_bold: bool = False
    is_italic: bool = False
    is_dotted: bool = False
    is_underlined: bool = False
    is_struck: bool = False
    is_hidden: bool = False
    is_capital: bool = False
    has_colour: bool = False
    lift: str = ""
    size: float = 0.0
    face: str = ""


@dataclass(frozen=True, slots=True)
class Shape:
    """What a paragraph is: heading level (0 = none), role, kind (quote, code, contents), alignment, numbering."""

    level: int = 0
    role: Role = ""
    kind: str = ""
    align: str = ""
    number: str = ""
    depth: int = 0
    look: Look = Look()


class Styles:
    """The styles of one document."""

    def __init__(self, root: Node | None) -> None:
        nodes = [] if root is None else root.findall(full("w:style"))
        self._nodes = {value(node, "w:styleId"): node for node in nodes}
        self._normal = next((i for i, n in self._nodes.items() if _is_default(n)), "")
        defaults = child(root, "w:docDefaults", "w:rPrDefault", "w:rPr")
        self._plain = look(Look(), defaults)
        self._shapes: dict[str, Shape] = {}
        self._looks: dict[str, tuple[Node, ...]] = {}

    def name(self, style: str) -> str:
        """A style's name in one form: no spaces, small letters."""
        node = self._nodes.get(style)
        named = value(child(node, "w:name")) or style
        return re.sub(r"[\s_-]+", "", named).lower()

    def paragraph(self, properties: Node | None) -> Shape:
        """The shape of a paragraph with these ``w:pPr``."""
        style = value(child(properties, "w:pStyle")) or self._normal
        if style not in self._shapes:
            self._shapes[style] = self._styled(style)
        return _own(self._shapes[style], properties)

    def run(self, base: Look, properties: Node | None) -> Look:
        """The look of a run with these ``w:rPr`` in a paragraph that looks like ``base``."""
        if properties is None:
            return base
        for node in self._chain(value(child(properties, "w:rStyle"))):
            base = look(base, child(node, "w:rPr"))
        return look(base, properties)

    def run_style(self, properties: Node | None) -> str:
        """The name of a run's character style."""
        style = value(child(properties, "w:rStyle"))
        return self.name(style) if style else ""

    def _chain(self, style: str) -> tuple[Node, ...]:
        """A style's bases, the furthest first, then itself."""
        if style not in self._looks:
            chain: list[Node] = []
            at = style
            while at in self._nodes and len(chain) < _MAX_BASES and self._nodes[at] not in chain:
                chain.insert(0, self._nodes[at])
                at = value(child(self._nodes[at], "w:basedOn"))
            self._looks[style] = tuple(chain)
        return self._looks[style]

    def _styled(self, style: str) -> Shape:
        shape = Shape(look=self._plain)
        for node in self._chain(style):
            shape = _own(shape, child(node, "w:pPr"))
            shape = replace(shape, look=look(shape.look, child(node, "w:rPr")))
            shape = _named(shape, re.sub(r"[\s_-]+", "", value(child(node, "w:name"))).lower())
        return shape if self._chain(style) else _named(shape, self.name(style))


def _is_default(node: Node) -> bool:
    return value(node, "w:type") == "paragraph" and value(node, "w:default") in ("1", "true", "on")


def _named(shape: Shape, named: str) -> Shape:
    """What a style's name says."""
    if found := _HEADING.search(named):
        sign = found[1] or found[2]
        return replace(shape, level=int(_DIGITS.get(sign, sign)), role="", kind="")
    if _TITLE.match(named):
        return replace(shape, role="title", level=0)
    if _SUBTITLE.match(named):
        return replace(shape, role="subtitle", level=0)
    if _CAPTION.match(named):
        return replace(shape, role="caption", level=0)
    for kind, pattern in (("quote", _QUOTE), ("code", _CODE), ("contents", _CONTENTS)):
        if pattern.match(named):
            return replace(shape, kind=kind, level=0)
    return shape


def _own(shape: Shape, properties: Node | None) -> Shape:
    """The shape with a paragraph's or style's own settings."""
    if properties is None:
        return shape
    if (node := child(properties, "w:outlineLvl")) is not None and value(node).isdigit():
        level = int(value(node))
        shape = replace(shape, level=min(level + 1, 6) if level < _BODY_LEVEL and not shape.role else 0)
    if (node := child(properties, "w:jc")) is not None:
        align = {"center": "center", "right": "right", "end": "right"}.get(value(node), "")
        shape = replace(shape, align=align)
    if (node := child(properties, "w:numPr")) is not None:
        number = value(child(node, "w:numId"), default=shape.number)
        depth = value(child(node, "w:ilvl"), default=str(shape.depth))
        shape = replace(shape, number="" if number == "0" else number, depth=int(depth) if depth.isdigit() else 0)
    return shape


def look(base: Look, properties: Node | None) -> Look:
    """``base`` with what ``w:rPr`` says."""
    if properties is None:
        return base
    changes: dict[str, object] = {}
    for node in properties:
        tag = node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""
        if tag in _SWITCHES:
            changes[_SWITCHES[tag]] = is_on(node)
        elif tag == "vertAlign":
            changes["lift"] = {"superscript": "sup", "subscript": "sub"}.get(value(node), "")
        elif tag == "sz" and value(node).isdigit():
            changes["size"] = int(value(node)) / 2
        elif tag == "rFonts" and (face := value(node, "w:eastAsia") or value(node, "w:ascii")):
            changes["face"] = face
        elif tag in ("highlight", "shd"):
            changes["has_colour"] = value(node, "w:fill", value(node)).lower() not in ("", "none", "auto", "ffffff")
        elif tag == "color":
            changes["has_colour"] = value(node).lower() not in ("", "auto", "000000")
    return replace(base, **changes) if changes else base  # type: ignore[arg-type]


_SWITCHES = {
    "b": "is_bold",
    "i": "is_italic",
    "em": "is_dotted",
    "u": "is_underlined",
    "strike": "is_struck",
    "dstrike": "is_struck",
    "vanish": "is_hidden",
    "caps": "is_capital",
}
