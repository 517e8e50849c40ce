"""The tags of an article as HTML5 reads them, in a row and not as a tree: quotes, raw text, broken ends, styles.

No depth can hurt, and every letter belongs to exactly one token.
"""

import re
from functools import lru_cache
from html import unescape
from typing import NamedTuple

WHITE = " \t\n\f\r"
_ATTRIBUTE = (
    rf"[^{WHITE}/>][^{WHITE}/>=]*+"
    rf"(?:[{WHITE}]*+=[{WHITE}]*+(?:\"[^\"]*+\"|'[^']*+'|(?![\"'])[^{WHITE}>]*+)|(?![{WHITE}]*+=))"
)
_REST = rf"(?:[{WHITE}/]++|{_ATTRIBUTE})*+>"
_NAME = rf"[a-zA-Z][^{WHITE}/>]*+"
_RAW = "script|style|iframe|noembed|noframes|textarea|title|xmp"
TOKEN = re.compile(
    rf"(?P<text>[^<]++)"
    rf"|(?P<raw><(?P<name>(?i:{_RAW}))(?=[{WHITE}/>]){_REST})(?P<inside>.*?)(?P<rawend>(?=</(?i:(?P=name))[{WHITE}/>]|\Z))"
    rf"|(?P<plain><(?i:plaintext)(?=[{WHITE}/>]){_REST}.*\Z)"
    rf"|(?P<start><{_NAME}{_REST})"
    rf"|(?P<end></{_NAME}{_REST})"
    rf"|(?P<remark><!--(?:>|->|.*?(?:--!?>|\Z))|<(?:[!?]|/(?!\Z)(?![a-zA-Z]))[^>]*+(?:>|\Z))"
    rf"|(?P<broken></?[a-zA-Z].*\Z)"
    rf"|(?P<less><)",
    re.DOTALL,
)
_START_NAME = re.compile(rf"</?({_NAME})")
_ONE_ATTRIBUTE = re.compile(
    rf"([^{WHITE}/>][^{WHITE}/>=]*+)"
    rf"(?:[{WHITE}]*+=[{WHITE}]*+(?:\"([^\"]*+)\"|'([^']*+)'|((?![\"'])[^{WHITE}>]*+)))?"
)
_REMARK = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_DECLARATION = re.compile(r"(?:\"[^\"]*+\"|'[^']*+'|\((?:[^()]|\([^()]*+\))*+\)|[^;])++")

VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())  # noqa: SIM905
BLOCK = frozenset(
    "address article aside blockquote caption col colgroup dd div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6 "  # noqa: SIM905
    "header hr li main nav ol p pre section table tbody td tfoot th thead tr ul".split()
)
SVG = frozenset(
    "svg g path circle ellipse line polygon polyline rect text tspan textpath defs marker symbol use image "  # noqa: SIM905
    "lineargradient radialgradient stop pattern clippath mask filter animate animatetransform animatemotion "
    "animatecolor set mpath foreignobject desc".split()
)


class Tag(NamedTuple):
    """A start tag as read: ``name`` and attribute names in small letters, values decoded.

    ``first``: nothing stands before it in the article."""

    name: str
    attributes: tuple[tuple[str, str], ...]
    first: bool = False

    def value(self, attribute: str) -> str | None:
        """The value of an attribute; None when the tag has none."""
        return dict(self.attributes).get(attribute)


@lru_cache(maxsize=4096)
def read(raw: str, first: bool = False) -> tuple[Tag, tuple[str, ...]]:
    """A start tag, and its attribute names as written (SVG needs their capitals). Of two alike the first counts."""
    named = _START_NAME.match(raw)
    assert named is not None
    found: dict[str, tuple[str, str]] = {}
    for one in _ONE_ATTRIBUTE.finditer(raw, named.end()):
        found.setdefault(one[1].lower(), (one[1], unescape(one[2] or one[3] or one[4] or "")))
    attributes = tuple((name, value) for name, (_, value) in found.items())
    return Tag(named[1].lower(), attributes, first), tuple(written for written, _ in found.values())


def declarations(style: str) -> list[tuple[str, str, str]]:
    """An inline style as (text, property, value), the last two in small letters; without a colon, no value."""
    out = []
    for text in map(str.strip, _DECLARATION.findall(_REMARK.sub("", style) if "/*" in style else style)):
        name, _, value = text.partition(":")
        if text:
            out.append((text, name.strip().lower(), value.strip().lower()))
    return out


def name_of(raw: str) -> str:
    """The name of a start or end tag, in small letters."""
    found = _START_NAME.match(raw)
    assert found is not None
    return found[1].lower()
