"""What is known to survive in a WeChat article: tags, attributes, styles, drawings; the conservative union.

Each function meets what is not among them; ``channels/wechat/cleaning.py`` names the rule and its source.
"""

import re

from channels.making.tags import Tag


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ARTICLE = re.compile(r"https://mp\.weixin\.qq\.com/s[/?]|\x02lead_link\x03", re.IGNORECASE)
_UPLOADED = re.compile(r"(?:https?://mmbiz\.qpic\.cn/.*|\x02[^\x02\x03]*\x03)", re.DOTALL | re.IGNORECASE)
_MOTION = {
    "animate": _words("x y cx cy width height opacity d points stroke-width stroke-linecap stroke-dashoffset fill"),
    "set": _words("visibility"),
    "animatetransform": _words("transform"),
    "animatemotion": frozenset(),
}
_TURNS = ("translate", "scale", "rotate", "skewx", "skewy")
TAGS = _words(
    "a b blockquote br caption code col colgroup del div em h1 h2 h3 h4 h5 h6 hr i img li ol p pre s section span "
    "strong sub sup table tbody td tfoot th thead tr u ul svg g path circle ellipse line polygon polyline rect text "
    "tspan animate animatemotion animatetransform set foreignobject"
)
_SHAPES = _words("svg g path circle ellipse line polygon polyline rect text tspan")
_PLAIN_ATTRIBUTES = {"img": {"src", "alt", "width", "height"}, "a": {"href"}, "section": {"xmlns"}}
_CELL = {"colspan", "rowspan"}
_DRAWING = re.compile(
    r"xmlns|viewbox|width|height|role|aria-label|d|x|y|x[12]|y[12]|cx|cy|r|rx|ry|dx|dy|points|transform|opacity|"
    r"(?:fill|stroke)(?:-[a-z]+)?|text-anchor|dominant-baseline|font-(?:size|family|weight)|preserveaspectratio|"
    r"attributename|attributetype|type|from|to|by|values|dur|begin|end|repeatcount|keytimes|keysplines|calcmode|"
    r"additive|accumulate|path|rotate|visibility"
)
_SIDES = r"(?:-(?:top|right|bottom|left))?"
_PROPERTIES = re.compile(
    r"color|font-(?:size|weight|style|family)|line-height|letter-spacing|text-(?:align|decoration|indent|transform)|"
    r"white-space|word-break|overflow-wrap|margin"
    + _SIDES
    + r"|padding"
    + _SIDES
    + r"|(?:m(?:ax|in)-)?(?:width|height)|"
    r"border" + _SIDES + r"(?:-(?:width|style|color))?|border(?:-(?:top|bottom)-(?:left|right))?-radius|"
    r"border-(?:collapse|spacing)|background(?:-(?:color|image|size|position|repeat))?|display|vertical-align|opacity|"
    r"box-shadow|box-sizing|overflow(?:-[xy])?|list-style(?:-(?:type|position))?"
)
_DISPLAYS = re.compile(r"block|inline|inline-block|none|table(?:-[a-z-]+)?")


def foreign_picture(tag: Tag) -> bool:
    """A picture that was not uploaded; the mark of a slot stands for the address it will have."""
    return tag.name == "img" and not _UPLOADED.fullmatch(tag.value("src") or "")


def outside(tag: Tag) -> bool:
    """A link that does not lead to a published article; the mark of the lead's address stands for one."""
    return tag.name == "a" and not _ARTICLE.match(tag.value("href") or "")


def anchor(tag: Tag) -> bool:
    """A link into the page itself, or to nowhere."""
    return tag.name == "a" and (tag.value("href") or "#").startswith("#")


def strange_motion(tag: Tag) -> bool:
    """An SVG animation of an attribute, or of a kind, that is not on the list."""
    if tag.name not in _MOTION:
        return False
    if tag.name == "animatetransform" and (tag.value("type") or "translate").lower() not in _TURNS:
        return True
    known = _MOTION[tag.name]
    return bool(known) and (tag.value("attributename") or "").lower() not in known


def bare_drawing(tag: Tag) -> bool:
    """An SVG without its name space or without any size."""
    sized = tag.value("viewbox") or (tag.value("width") and tag.value("height"))
    return tag.name == "svg" and not (sized and tag.value("xmlns"))


def script_address(tag: Tag, name: str, value: str) -> bool:
    """An address that runs a script, spaces and all."""
    return bool(re.match(r"[\x00-\x20]*(?:j\s*a\s*v\s*a|v\s*b)\s*s\s*c\s*r\s*i\s*p\s*t\s*:", value, re.IGNORECASE))


def drawing_reference(tag: Tag, name: str, value: str) -> bool:
    """A reference to another part of a drawing or to another file."""
    named = name in ("href", "xlink:href") and tag.name != "a"
    return named or ("url(" in value.lower() and name != "style" and tag.name in TAGS)


def strange_attribute(tag: Tag, name: str, value: str) -> bool:
    """An attribute no source names as safe for its tag."""
    if name == "style" or name in _PLAIN_ATTRIBUTES.get(tag.name, ()):
        return False
    if tag.name in ("td", "th"):
        return name not in _CELL
    return not (tag.name in _SHAPES | _MOTION.keys() | {"foreignobject"} and _DRAWING.fullmatch(name))


def foreign_ground(first: bool, name: str, value: str) -> bool:
    """A background picture that was not uploaded, or whose address stands in quotes."""
    address = re.search(r"url\(([^)]*)", value)
    return bool(address) and not _UPLOADED.fullmatch(address[1] if address else "")


def outer_ground(first: bool, name: str, value: str) -> bool:
    """A background picture on the outermost tag."""
    return first and "url(" in value


def strange_display(first: bool, name: str, value: str) -> bool:
    """A ``display`` beyond block, inline, none and tables."""
    return name == "display" and not _DISPLAYS.fullmatch(value)


def strange_property(first: bool, name: str, value: str) -> bool:
    """A property that is not in the measured list, or one written with escapes."""
    return not (_PROPERTIES.fullmatch(name) and value) or "\\" in value
