"""What survives in a WeChat article, told by a browser's parser: an oracle of its own, small and strict.

It shares nothing with ``channels/wechat``: two readings of platforms' §7 that must agree about our renditions.
"""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

import html5lib

TAGS = set(
    "section p span strong em br img table thead tbody tr th td ul ol li blockquote h1 h2 h3 h4 h5 h6 "  # noqa: SIM905
    "svg path g a sup sub code pre".split()
)
INHERITED = "color font-size font-weight font-style font-family line-height letter-spacing white-space word-break"
TEXT = "text-align text-decoration text-indent text-transform overflow-wrap vertical-align list-style-type"
BOX = "margin padding width height max-width max-height min-width min-height overflow overflow-x box-sizing display"
EDGE = "border border-radius border-collapse border-spacing background-color opacity"
SIDES = [f"{name}-{side}" for name in ("margin", "padding", "border") for side in ("top", "right", "bottom", "left")]
PROPERTIES = {*f"{INHERITED} {TEXT} {BOX} {EDGE}".split(), *SIDES}
ATTRIBUTES = {
    "img": {"src", "alt", "style"},
    "a": {"href", "style"},
    "svg": {"xmlns", "width", "height", "viewBox", "style", "role", "aria-label"},
    "path": {"d", "fill"},
    "td": {"colspan", "rowspan", "style"},
    "th": {"colspan", "rowspan", "style"},
}
DISPLAYS = {"block", "inline", "inline-block", "table", "table-cell", "table-row", "none"}
BLOCKS = {"section", "p", "table", "tbody", "tr", "td", "ul", "ol", "li", "blockquote", "h1", "h2", "h3", "h4", "pre"}
_FORBIDDEN = re.compile(r"[\w-]+\(|[!\\]|\d[sld]?v[wh]\b|\b(?:absolute|fixed|grid|flex)\b")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}|transparent|currentColor")


def elements(html: str) -> Iterator[Element]:
    """Every element of a fragment as a browser would see it."""
    yield from html5lib.parseFragment(html, namespaceHTMLElements=False).iter()


def stripped(html: str) -> list[str]:
    """What the platform's cleaner would take away; empty when all survives."""
    found: list[str] = []
    for one in elements(html):
        if not isinstance(one.tag, str):
            found.append("<!-- -->")
            continue
        name = one.tag.rpartition("}")[2]
        if name != "DOCUMENT_FRAGMENT":
            found += [f"<{name}>"] if name not in TAGS else []
            keys = {str(key).rpartition("}")[2] for key in one.attrib}
            found += [f"{name}[{key}]" for key in keys - ATTRIBUTES.get(name, {"style"})]
            found += _styles(name, one.attrib.get("style", ""))
        found += _odd(name, one)
    return found


def _odd(name: str, one: Element) -> list[str]:
    """What only the place or the value tells: addresses, lists in lists, gaps, drawings without a size."""
    found = []
    source, target = one.attrib.get("src", ""), one.attrib.get("href", "")
    if name == "img" and not (re.fullmatch("\x02[^\x02\x03]+\x03", source) or "//mmbiz.qpic.cn/" in source):
        found.append(f"img → {source}")
    if name == "a" and not target.startswith(("https://mp.weixin.qq.com/s/", "https://mp.weixin.qq.com/s?")):
        found.append(f"a → {target}")
    if name == "li" and any(inner.tag in ("ul", "ol") for inner in one.iter()):
        found.append("li > list")
    if name == "svg" and not (one.attrib.get("viewBox") and one.attrib.get("width")):
        found.append("svg without a size")
    if name == "pre" and any("\n" in (inner.text or "") + (inner.tail or "") for inner in one.iter()):
        found.append("pre with line ends")
    if name in BLOCKS | {"DOCUMENT_FRAGMENT"}:
        texts = [one.text, *(inner.tail for inner in one)] if any(inner.tag in BLOCKS for inner in one) else []
        found += ["gap" for text in texts if text and "\n" in text and not text.strip(" \n\r\t\f")]
    return found


def _styles(name: str, style: str) -> list[str]:
    found = [f"{name}: {match[0]}" for match in _FORBIDDEN.finditer(style.lower())]
    for declaration in filter(None, style.split(";")):
        key, _, value = declaration.partition(":")
        known = key.strip() in PROPERTIES and value.strip() != ""
        shown = key.strip() != "display" or value.strip() in DISPLAYS
        coloured = "color" not in key or _COLOUR.fullmatch(value.strip())
        if not (known and shown and coloured):
            found.append(f"{name}: {declaration}")
    return found


def text(html: str) -> str:
    """The words a reader sees, pictures and drawings by their alternative text."""
    out: list[str] = []
    for one in elements(html):
        out += [one.attrib.get("alt", ""), one.attrib.get("aria-label", ""), one.text or "", one.tail or ""]
    return " ".join(out)
