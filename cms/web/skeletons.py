"""What 「插入块」 puts into the text, as the visual editor takes it, and the first page."""

import json
from datetime import date
from functools import cache

from cms.manuscript import read
from cms.manuscript.skeletons import DIGEST, HEADLINE, SKELETONS, START, Skeleton
from cms.manuscript.tree import tree_of


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
