"""What survives in a WeChat article, after platforms' §7 (the conservative union); knows nothing of the renderer."""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

import html5lib

TAGS = set(
    "section p span strong em br img table thead tbody tr th td ul ol li blockquote h1 h2 h3 h4 h5 h6 "  # noqa: SIM905
    "svg path g a sup sub code pre".split()
)
PROPERTIES = set(
    "color font-size font-weight font-style font-family line-height letter-spacing text-align text-decoration "  # noqa: SIM905
    "text-indent text-transform white-space word-break overflow-wrap margin margin-top margin-right margin-bottom "
    "margin-left padding padding-top padding-right padding-bottom padding-left width height max-width max-height "
    "min-width min-height border border-top border-right border-bottom border-left border-radius border-collapse "
    "border-spacing background-color display vertical-align opacity box-sizing overflow overflow-x "
    "list-style-type".split()
)
ATTRIBUTES = {
    "*": {"style"},
    "img": {"src", "alt", "style"},
    "a": {"href", "style"},
    "svg": {"xmlns", "width", "height", "viewBox", "style", "role", "aria-label"},
    "path": {"d", "fill"},
}
DISPLAYS = {"block", "inline", "inline-block", "table", "table-cell", "none"}
_FORBIDDEN = re.compile(r"var\(|!important|rgba|hsl|gradient|url\(|expression|\b(?:absolute|fixed|grid|flex|float)\b")


def elements(html: str) -> Iterator[Element]:
    """Every element of a fragment as a browser would see it."""
    yield from html5lib.parseFragment(html, namespaceHTMLElements=False).iter()


def stripped(html: str) -> list[str]:
    """What the platform's cleaner would take away; empty when all survives."""
    found: list[str] = []
    for one in elements(html):
        name = str(one.tag).rpartition("}")[2]
        if name == "DOCUMENT_FRAGMENT":
            continue
        if name not in TAGS:
            found.append(f"<{name}>")
        keys = {str(key).rpartition("}")[2] for key in one.attrib}
        found += [f"{name}[{key}]" for key in keys - ATTRIBUTES.get(name, ATTRIBUTES["*"])]
        found += _styles(name, one.attrib.get("style", ""))
        if name == "a" and not one.attrib.get("href", "").startswith("https://mp.weixin.qq.com/"):
            found.append(f"a → {one.attrib.get('href')}")
    return found


def _styles(name: str, style: str) -> list[str]:
    found = [f"{name}: {match[0]}" for match in _FORBIDDEN.finditer(style)]
    for declaration in filter(None, style.split(";")):
        key, _, value = declaration.partition(":")
        if key.strip() not in PROPERTIES:
            found.append(f"{name}: {declaration}")
        if key.strip() == "display" and value.strip() not in DISPLAYS:
            found.append(f"{name}: {declaration}")
        if "color" in key and not re.fullmatch(r"#[0-9a-fA-F]{6}", value.strip()):
            found.append(f"{name}: {declaration}")
    return found


def text(html: str) -> str:
    """The words a reader sees, pictures and drawings by their alternative text."""
    out: list[str] = []
    for one in elements(html):
        out += [one.attrib.get("alt", ""), one.attrib.get("aria-label", ""), one.text or "", one.tail or ""]
    return " ".join(out)
