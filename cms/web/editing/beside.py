"""Two people saved: the version that stands and the one that was refused, paragraph by paragraph, side by side."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlmodel import select

from cms.db import read_scope
from cms.matrix import Unit
from cms.people import Person
from cms.review.difference import Change, difference, folded
from cms.stories import OwnText, history
from cms.web.desk import Desk, clock
from cms.web.entrance import scope

Cell = dict[str, Any]
"""``of``: the block's name and what changed beside its words; ``src``: its picture's path, "" without one; ``runs``:
(kind: same, gone, new; words), in order."""


def unit_names(desk: Desk) -> dict[str, str]:
    """The short names of the units, by slug."""
    with read_scope(desk.people.engine) as session:
        return dict(session.exec(select(Unit.slug, Unit.short)).all())


def beside(desk: Desk, slug: str, mine: str) -> dict[str, Any]:
    """``rows``: what stands there on the left, ``mine`` on the right; a number is so many paragraphs that are the same.
    ``who`` saved it and when, where that is known."""
    try:
        theirs = desk.load(slug, scope())
        with read_scope(desk.people.engine) as session:
            last = history.sittings(session, slug, scope())[0].newest
        who, at = last.author, clock(last.saved_at)
    except KeyError:
        theirs, who, at = desk.load(slug, scope()), "", ""
    return {"who": who, "at": at, "rows": list(_rows(theirs, mine, unit_names(desk)))}


def beside_own(desk: Desk, own: OwnText, mine: str) -> dict[str, Any]:
    """The same of a channel's own text."""
    with read_scope(desk.people.engine) as session:
        name = session.exec(select(Person.name).where(Person.login == own.author)).first()
    return {"who": name or own.author, "at": clock(own.saved_at), "rows": list(_rows(own.text, mine, unit_names(desk)))}


def _rows(theirs: str, mine: str, names: Mapping[str, str]) -> Iterator[int | tuple[Cell, Cell]]:
    for is_far, run in folded(difference(theirs, mine, names)):
        if is_far:
            yield len(run)
        else:
            yield from ((_cell(one, "new"), _cell(one, "gone")) for one in run)


def _cell(change: Change, left_out: str) -> Cell:
    """One side of a change: what is only on the other side is left out."""
    if change.kind == left_out:
        return {"of": "", "src": "", "runs": []}
    picture = change.old or change.new if left_out == "new" else change.new or change.old
    notes = change.notes if left_out == "gone" else ()
    return {
        "of": "　".join(filter(None, (change.label, "；".join(notes)))),
        "src": picture.src if picture else "",
        "runs": [(one.kind, one.words) for one in change.runs if one.kind != left_out],
    }
