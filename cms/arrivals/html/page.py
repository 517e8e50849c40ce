"""Which part of a page is the story: a clipboard is all story, a saved page has much around it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml.html import HtmlElement

from cms.arrivals.html.tree import classes, words
from cms.arrivals.pieces import Remainder

_NOTE = re.compile(r"^(_ftn|_edn|ftn|edn|fn|footnote|endnote|note|cite_note)[-_:]?\w*$", re.I)
_NOTE_HOMES = ("li", "p", "div", "aside", "dd", "section")


@dataclass
class Story:
    """The element that holds the story, its headline and byline when the page says them, and its notes:
    the element of each note by the ids that lead to it."""

    root: HtmlElement
    headline: str = ""
    byline: tuple[str, ...] = ()
    notes: dict[str, HtmlElement] = field(default_factory=dict)


def find(document: HtmlElement, left: Remainder) -> Story:
    """The story in a document; the words around it are told."""
    body = next(iter(document.iter("body")), document)
    main = document.get_element_by_id("js_content", None)
    used: list[HtmlElement] = []
    headline, byline = "", tuple[str, ...]()
    if main is not None:
        headline, byline = _wechat_head(document, used)
    elif (main := _only_article(body)) is None:
        main = body
    headline = headline or _title(document)
    if main is not body and (rest := words(body, frozenset([main, *used]))):
        left.lost("page_rest", "正文以外的内容（导航、推荐、版权等）没有带过来，需要的请另行粘贴", rest)
    return Story(main, headline, byline, _notes(document, main))


def _only_article(body: HtmlElement) -> HtmlElement | None:
    for tag in ("article", "main"):
        found = list(body.iter(tag))
        if len(found) == 1:
            return found[0]
    return None


def _wechat_head(document: HtmlElement, used: list[HtmlElement]) -> tuple[str, tuple[str, ...]]:
    """Headline and author as a 公众号 page shows them."""
    head = document.get_element_by_id("activity-name", None)
    author = document.get_element_by_id("js_author_name", None)
    if author is None:
        author = document.get_element_by_id("js_author_name_text", None)
    used += [one for one in (head, author) if one is not None]
    name = words(author) if author is not None else ""
    return (words(head) if head is not None else ""), ((name,) if name else ())


def _title(document: HtmlElement) -> str:
    """The page's own title, when it is a page and not a clipboard."""
    for one in document.iter("meta"):
        if one.get("property") == "og:title" and one.get("content"):
            return str(one.get("content"))
    found = next(iter(document.iter("title")), None)
    return words(found) if found is not None else ""


def _notes(document: HtmlElement, main: HtmlElement) -> dict[str, HtmlElement]:
    """Notes at the end of a text, by the names their references use."""
    named = {key: one for one in document.iter() if isinstance(one.tag, str) for key in _keys(one)}
    asked = {one.get("href", "")[1:] for one in main.iter("a") if one.get("href", "").startswith("#")}
    found = {}
    for key in asked:
        target = named.get(key)
        home = None if target is None or not _NOTE.match(key) or "ref" in key.lower() else _home(target)
        if home is not None and home is not main:
            found[key] = home
    return found


def _keys(node: HtmlElement) -> Iterator[str]:
    if node.get("id"):
        yield node.get("id")
    if node.tag == "a" and node.get("name"):
        yield node.get("name")


def _home(node: HtmlElement) -> HtmlElement | None:
    """The element a note fills: Word's own, else the nearest list entry, paragraph or box."""
    chain = [node, *node.iterancestors()]
    for one in chain:
        if re.search(r"mso-element:\s*(footnote|endnote)(?!-)", one.get("style") or ""):
            return one
    return next((one for one in chain if one.tag in _NOTE_HOMES), None)


def is_part(node: HtmlElement, kind: str) -> bool:
    """Whether an element is one of Word's own: footnote-list, comment-list …"""
    return bool(re.search(rf"mso-element:\s*{kind}", node.get("style") or ""))


def is_callout(node: HtmlElement) -> bool:
    """A 飞书 callout, by whichever name its versions gave it."""
    kinds = classes(node)
    named = node.get("data-block-type") == "callout" or "callout" in (node.get("data-type") or "")
    return named or any(kind in kinds for kind in ("callout", "callout-block", "docx-callout-block", "lark-callout"))
