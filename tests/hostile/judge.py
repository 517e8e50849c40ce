"""Whether HTML could do anything but be read: judged by html5lib, which knows nothing of how it was made."""

import json
import re
import urllib.parse
from collections.abc import Iterator
from xml.etree.ElementTree import Element

import html5lib
from html5lib.serializer import HTMLSerializer

RUNNING = set(
    "script style iframe frame frameset object embed applet form base portal noscript noembed template xmp "  # noqa: SIM905
    "plaintext foreignobject animate animatetransform animatemotion set use image handler math annotation-xml "
    "isindex keygen marquee textarea select dialog slot feimage mpath discard".split()
)
DRAWN = set("svg g path rect title".split())  # noqa: SIM905
ADDRESSES = set(
    "href src srcset action formaction data poster background cite longdesc ping profile codebase classid "  # noqa: SIM905
    "lowsrc dynsrc xlink:href manifest archive usemap icon imagesrcset".split()
)
ACTING = set(
    "autoplay ping srcdoc http-equiv autofocus popover popovertarget is formmethod xmlns:xlink from to values "  # noqa: SIM905
    "attributename contenteditable nonce integrity shadowrootmode".split()
)
SCHEMES = {"http", "https", "mailto", "tel"}
_BLANK = re.compile("[\x00-\x20\x7f-\xa0\u00ad\u200b-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff]")
_SCHEME = re.compile(r"([a-z][a-z0-9+.\-]*):", re.I)
_STYLE = re.compile(
    r"position:(?!static)|url\(|expression|@import|binding|behavior|javascript|image-set|src\(|</|<!", re.I
)
_MARK = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")
_CHARACTER = re.compile(r"\\([0-9a-f]{1,6})\s?", re.I)


def dangers(html: str) -> set[str]:
    """What in a document or fragment could run, load or mislead. A fragment is parsed, written and parsed again:
    it will pass through the editors and cleaners of others."""
    found = {f"control {ord(one):#x}" for one in _MARK.findall(html)}
    tree = html5lib.parse(html)
    found |= {said for element in tree.iter() for said in _of(element)}
    if html[:15].lower().startswith("<!doctype html"):
        return found
    again = html5lib.parse(_written(tree))  # what was safe must be safe when written and read once more
    return found | {f"again: {said}" for element in again.iter() for said in _of(element) if said not in found}


def _written(tree: Element) -> str:
    walker = html5lib.getTreeWalker("etree")
    serializer = HTMLSerializer(omit_optional_tags=False, quote_attr_values="always", alphabetical_attributes=False)
    return str(serializer.render(walker(tree)))


def _of(element: Element) -> Iterator[str]:
    if not isinstance(element.tag, str):
        return
    space, _, name = element.tag.rpartition("}")
    name = name.lower()
    if space.endswith("svg") and name not in DRAWN:
        yield f"<svg:{name}>"
    if name in RUNNING and not _is_data(element, name):
        yield f"<{name}> {dict(element.attrib)} {(element.text or '')[:400]}"
    for key, value in element.attrib.items():
        yield from _attribute(name, str(key).rpartition("}")[2].lower(), value, element)


def _is_data(element: Element, name: str) -> bool:
    """Whether a script is only words for machines, whole."""
    if name != "script" or element.get("type") != "application/ld+json":
        return False
    json.loads(element.text or "")
    return "<" not in (element.text or "")


def _attribute(name: str, key: str, value: str, element: Element) -> Iterator[str]:
    if key.startswith("on") or key in ACTING or not re.fullmatch(r"[a-z][a-z0-9:_-]*", key):
        yield f"{name}[{key}={value[:200]}]"
    if key in ADDRESSES:
        yield from (f"{name}[{key}] {one[:80]}" for one in _bad_addresses(key, value))
    if key == "style" and _STYLE.search(_plain_css(value)):
        yield f"{name}[style] {value[:80]}"
    if name == "link" and element.get("rel") not in ("canonical", "alternate", "icon", "next", "prev"):
        yield f"<link> {dict(element.attrib)}"


def _bad_addresses(key: str, value: str) -> Iterator[str]:
    parts = [one.strip().split(" ")[0] for one in value.split(",")] if "srcset" in key else [value]
    for part in parts:
        for shape in (part, urllib.parse.unquote(part)) if key != "href" else (part,):
            found = _SCHEME.match(_BLANK.sub("", shape))
            if found and found[1].lower() not in SCHEMES:
                yield part
                break


def _plain_css(value: str) -> str:
    """A declaration as CSS reads it: escapes undone, comments gone."""
    undone = _CHARACTER.sub(lambda found: chr(min(int(found[1], 16), 0x10FFFF)), value)
    return re.sub(r"/\*.*?\*/|\\|\s", "", undone)
