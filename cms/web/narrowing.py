"""What a list is narrowed to, as its address says it; and the ways to the pages beside it."""

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any, TypeVar

from flask import request, url_for

LONGEST = 60
"""Characters of one word a list is narrowed by."""
Wanted = TypeVar("Wanted")


def asked(kind: Callable[..., Wanted]) -> Wanted:
    """What the list is to be narrowed to. ``kind``: a dataclass of words, "" for whatever, and the number of a
    ``page``; one that is no number is the first."""
    plain: Any = kind()
    given = {name: " ".join(request.args.get(name, "").split())[:LONGEST] for name in asdict(plain) if name != "page"}
    number = request.args.get("page", "1")
    is_page = number.isascii() and number.isdigit() and 0 < len(number) < 6 and int(number) > 0
    return kind(**given, page=int(number) if is_page else 1)


def beside(endpoint: str, wanted: Any, at_once: int, total: int) -> dict[str, str]:
    """The addresses of the pages with what is ``earlier`` and ``later``, narrowed alike; "" where there is none."""

    def way(number: int) -> str:
        given = asdict(replace(wanted, page=number))
        return url_for(endpoint, **{name: value for name, value in given.items() if value})

    return {
        "earlier": way(wanted.page + 1) if wanted.page * at_once < total else "",
        "later": way(wanted.page - 1) if wanted.page > 1 else "",
    }
