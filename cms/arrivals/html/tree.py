"""Clipboard HTML as a checked tree: whole or not at all."""

import html
import re

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from cms.arrivals.pieces import UnreadableError

MAX_DEPTH = 256


def named(text: str) -> frozenset[str]:
    """The tags written in a line."""
    return frozenset(text.split())


_INLINE = named("span a b i em strong u s sub sup font code small mark del ins")
_EMPTY = "<html><body></body></html>"
_FRAGMENT = re.compile(r"<!--\s*StartFragment\s*-->(.*)<!--\s*EndFragment\s*-->", re.S | re.I)
_CLIPBOARD_HEAD = re.compile(r"^Version:[\d.]+\s.*?(?=<)", re.S)
_DECLARED = re.compile(r"<!\[(?:if|endif)[^>]*\]>", re.I)  # Word's <![if …]>: what is between them shows
_PROLOGUE = re.compile(r"^\s*<\?xml[^>]*\?>", re.I)


def parse(text: str) -> HtmlElement:
    """The document's root. UnreadableError when it nests deeper than any page: nothing would be whole."""
    text = _PROLOGUE.sub("", _CLIPBOARD_HEAD.sub("", text.replace("\0", "")))
    head = text[: text.lower().find("<body")] if "<body" in text.lower() else ""
    if found := _FRAGMENT.search(text):
        text = f"<html>{_title_of(head)}<body>{found[1]}</body></html>"
    text = _DECLARED.sub("", text)
    parser = HTMLParser(huge_tree=False, no_network=True, remove_pis=True)
    try:
        root = document_fromstring(text if text.strip() else _EMPTY, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        root = document_fromstring(f"<p>{html.escape(text)}</p>")
    if any("depth" in error.message.lower() for error in parser.error_log):
        message = f"网页的标签套了 {MAX_DEPTH} 层以上，没有导入：请只复制正文，或先粘贴成纯文本"
        raise UnreadableError(message)
    return root


def _title_of(head: str) -> str:
    found = re.search(r"<title[^>]*>(.*?)</title>", head, re.S | re.I)
    return f"<head><title>{found[1]}</title></head>" if found else ""


def words(node: HtmlElement, but: frozenset[HtmlElement] = frozenset()) -> str:
    """All words inside, as one line, without what is in ``but``."""
    out: list[str] = []
    _gather(node, but, out)
    return " ".join("".join(out).split())


def _gather(node: HtmlElement, but: frozenset[HtmlElement], out: list[str]) -> None:
    if not isinstance(node.tag, str) or node.tag in ("script", "style", "noscript", "template") or node in but:
        return
    out.append(node.text or "")
    for one in node:
        _gather(one, but, out)
        out.append("" if one.tag in _INLINE else " ")
        out.append(one.tail or "")


def classes(node: HtmlElement) -> frozenset[str]:
    return frozenset((node.get("class") or "").lower().split())
