"""Lists as pages and Word's clipboard write them, and listings of code."""

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from cms.arrivals.html.tree import classes, words

_LEVEL = re.compile(r"mso-list:\s*\w+\s+level(\d+)", re.I)
_IGNORED = re.compile(r"mso-list:\s*ignore", re.I)
_PLAIN = re.compile(r"^[(（]?(\d{1,4})[.．)）、]?$")
_LETTER = re.compile(r"^[(（]?([A-Za-z]|[ivxlcIVXLC]{1,6})[.．)）、]$")
_LINES = ("div", "p", "li", "tr")


def word_level(node: HtmlElement) -> int | None:
    """How deep (from 0) a paragraph of Word's stands in a list; None when it stands in none."""
    found = _LEVEL.search(node.get("style") or "")
    return int(found[1]) - 1 if found else None


def is_label(node: HtmlElement) -> bool:
    """The number or bullet Word writes before an entry."""
    return bool(_IGNORED.search(node.get("style") or ""))


def word_label(node: HtmlElement) -> str:
    """The label of one of Word's list paragraphs."""
    return next((words(one) for one in node.iter("span") if is_label(one)), "")


def number(label: str) -> int | None:
    """The number a label counts in a list of ours; None for bullets."""
    if found := _PLAIN.match(label):
        return int(found[1])
    if found := _LETTER.match(label):
        return ord(found[1].lower()[0]) - ord("a") + 1 if len(found[1]) == 1 else 1
    return None


def is_literal(label: str) -> bool:
    """A label that is words of the text: 一、 （二） 第三条 1.1."""
    return bool(re.search(r"[一二三四五六七八九十甲乙丙丁第]|\d\.\d|[①-⑳]", label))


def tick(node: HtmlElement) -> str:
    """The sign of a task: done or not; nothing for a plain entry."""
    kinds = classes(node)
    box = next((one for one in node.iter("input") if one.get("type") == "checkbox"), None)
    if box is None and not kinds & {"list-checkbox", "task-list-item", "todo"}:
        return ""
    is_done = bool(kinds & {"done", "checked"}) or (box is not None and box.get("checked") is not None)
    return "☑ " if is_done else "☐ "


def listing(node: HtmlElement) -> str:
    """A pre's text: each of its lines, however a page marks them."""
    text = "".join(_listed(node)).replace("\xa0", " ").replace("\r", "")
    return re.sub(r"\n+$", "", re.sub(r"^\n", "", text))


def _listed(node: HtmlElement) -> Iterator[str]:
    yield node.text or ""
    codes = [one for one in node if one.tag == "code"]
    for one in node:
        if one.tag == "br":
            yield "\n"
        elif isinstance(one.tag, str) and one.tag not in ("script", "style", "button"):
            inner = "".join(_listed(one))
            is_line = one.tag in _LINES or (one.tag == "code" and len(codes) > 1)
            yield inner + ("\n" if is_line and not inner.endswith("\n") else "")
        yield one.tail or "" if len(codes) < 2 else (one.tail or "").strip()


def syntax(node: HtmlElement) -> str:
    """The language of a listing."""
    for one in (node, *node.iter("code")):
        for key in ("data-lark-language", "data-lang", "data-language", "lang"):
            if one.get(key):
                return str(one.get(key)).lower()
        for kind in classes(one):
            if kind.startswith(("language-", "lang-")):
                return kind.partition("-")[2]
    return ""
