"""What a notice is about: the page that has it, and the words of the button that leads there."""

import re
from collections.abc import Mapping

from flask import current_app, url_for

_PLACE = re.compile(r"[a-z0-9-]{1,30}")
_PAGES: Mapping[str, tuple[str, str, str]] = {
    "submission": ("reviewing.show", "number", "打开审稿"),
    "release": ("delivering.release", "number", "看发布单"),
    "delivery": ("delivering.delivery", "number", "看这一份"),
    "phone": ("delivering.delivery", "number", "看这一份"),
    "recall": ("delivering.recall", "number", "看这张令"),
    "freeze": ("delivering.halt", "number", "看停发"),
    "stranger": ("delivering.strangers", "", "看陌生稿"),
    "block": ("reviewing.blocks", "slug", "去看这一处"),
    "issue": ("scheduling.columns_page", "issue-", "看这一期"),
    "column": ("scheduling.columns_page", "c-", "看这个栏目"),
}


def page_of(subject: str) -> tuple[str, str]:
    """(words, address) of the page a notice about ``subject`` ("release:3") leads to; ("", "") where there is none."""
    kind, _, which = subject.partition(":")
    endpoint, name, words = _PAGES.get("phone" if kind.startswith("phone") else kind, ("", "", ""))
    if endpoint not in current_app.view_functions:
        return "", ""
    if name == "number":
        return (words, url_for(endpoint, number=int(which))) if which.isascii() and which.isdigit() else ("", "")
    if name.endswith("-"):  # a place on a page
        return (words, url_for(endpoint, _anchor=f"{name}{which}")) if _PLACE.fullmatch(which) else ("", "")
    return words, url_for(endpoint, slug=which) if name else url_for(endpoint)
