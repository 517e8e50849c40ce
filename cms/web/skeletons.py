"""What 「插入块」 puts into the text, as the visual editor takes it, and the first page."""

import json
import re
from datetime import date
from functools import cache
from zoneinfo import ZoneInfo

from cms.manuscript import read
from cms.manuscript.skeletons import DIGEST, HEADLINE, SKELETONS, START, Skeleton
from cms.manuscript.tree import tree_of
from cms.stories import Column, Issue

SHANGHAI = ZoneInfo("Asia/Shanghai")
_FRONT = re.compile(r"\A---\n.*?\n---\n", re.S)
_LATER = "○"
"""Where a template names the issue, and the story has none yet."""


@cache
def documents() -> tuple[tuple[Skeleton, str], ...]:
    """Each skeleton with its blocks as the visual editor takes them, in JSON."""
    return tuple((one, json.dumps(tree_of(read(one.text).blocks), ensure_ascii=False)) for one in SKELETONS)


def first_page(slug: str, today: date) -> str:
    """The text a new story starts from."""
    return (
        f"---\nslug: {slug}\nheadline: {HEADLINE}\ndigest: {DIGEST}\nbyline: \n"
        f"kind: original\npublished: {today.isoformat()}\n---\n\n{START}\n"
    )


def first_text(column: Column, issue: Issue | None, slug: str, today: date) -> str:
    """What a story of a column begins with: the front matter, with the slot of its issue filled in where it has one,
    and the column's template."""
    begun = first_page(slug, today)
    lines = {"column": column.title, "column_slug": column.slug}
    if issue is not None:
        lines = {"headline": f"{column.title} 第{issue.number}期", **lines, "issue": str(issue.number)}
    head, body = begun, ""
    if found := _FRONT.match(begun):
        head, body = begun[: found.end()], begun[found.end() :]
    for name, value in lines.items():
        line = f"{name}: {value}\n"
        found = re.search(rf"^{name}:.*\n", head, re.M)
        head = f"{head[: found.start()]}{line}{head[found.end() :]}" if found else _before_end(head, line)
    said = column.template or body.strip("\n")
    if given := _FRONT.match(f"{said}\n"):  # a column's own fields, such as its cast
        head = _before_end(head, given[0].removeprefix("---\n").removesuffix("---\n"))
        said = said[given.end() :].strip("\n")
    number, words = _LATER, _LATER
    if issue is not None:
        local = issue.due_at.astimezone(SHANGHAI)
        number, words = str(issue.number), f"{local.month}月{local.day}日 {local:%H:%M}"
    return f"{head}\n{said.replace('{期号}', number).replace('{出刊时间}', words)}\n"


def _before_end(head: str, line: str) -> str:
    """The front matter with one more line."""
    return f"{head[: -len('---' + chr(10))]}{line}---\n"
