"""Two people saved: the version that stands and the one that was refused, paragraph by paragraph, side by side."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlmodel import select

from cms.db import read_scope
from cms.matrix import Unit
from cms.people import Person
from cms.review.difference import Change, difference, folded
from cms.stories import OwnText, Story, history
from cms.web.desk import Desk, clock
from cms.web.entrance import scope
from cms.web.pictured import hashes_of, shown_at

Cell = dict[str, Any]
"""``of``: the block's name and what changed beside its words; ``src``: its picture's path, "" without one; ``shown``:
where what it showed is seen, "" where what lies under the path now is; ``runs``: (kind: same, gone, new; words), in
order."""
Hashes = Mapping[str, str]


def unit_names(desk: Desk) -> dict[str, str]:
    """The short names of the units, by slug."""
    with read_scope(desk.people.engine) as session:
        return dict(session.exec(select(Unit.slug, Unit.short)).all())


def beside(desk: Desk, slug: str, mine: str, shows: Hashes) -> dict[str, Any]:
    """``rows``: what stands there on the left, ``mine`` on the right; a number is so many paragraphs that are the same.
    ``who`` saved it and when, where that is known. ``shows``: the hashes of what the pictures of ``mine`` show, by
    path."""
    theirs = desk.load(slug, scope())
    try:
        with read_scope(desk.people.engine) as session:
            last = history.sittings(session, slug, scope())[0].newest
            stands = history.version_of(session, slug, last.number, scope())
            place = shown_at(desk, session, session.get_one(Story, stands.story_id))
    except KeyError:
        return {"who": "", "at": "", "rows": list(_rows(theirs, mine, unit_names(desk), {}, shows, _nowhere))}
    kept = hashes_of(desk, stands.text, stands.manuscript_hash)
    rows = _rows(stands.text, mine, unit_names(desk), kept, shows, place)
    return {"who": last.author, "at": clock(last.saved_at), "rows": list(rows)}


def beside_own(desk: Desk, slug: str, own: OwnText, mine: str, shows: Hashes) -> dict[str, Any]:
    """The same of a channel's own text."""
    with read_scope(desk.people.engine) as session:
        name = session.exec(select(Person.name).where(Person.login == own.author)).first()
        main = history.version_of(session, slug, own.main_revision, scope())
        place = shown_at(desk, session, session.get_one(Story, main.story_id))
    kept = hashes_of(desk, own.text, main.manuscript_hash, own.channel)
    rows = _rows(own.text, mine, unit_names(desk), kept, shows, place)
    return {"who": name or own.author, "at": clock(own.saved_at), "rows": list(rows)}


def _nowhere(_digest: str) -> str:
    """Where no version is kept, nobody knows what its pictures showed."""
    return ""


def _rows(
    theirs: str, mine: str, names: Mapping[str, str], kept: Hashes, shows: Hashes, place: Callable[[str], str]
) -> Iterator[int | tuple[Cell, Cell]]:
    """``kept``, ``shows``: what the pictures of either side show; ``place``: where a hash is seen."""
    for is_far, run in folded(difference(theirs, mine, names, (kept, shows))):
        if is_far:
            yield len(run)
        else:
            yield from ((_cell(one, "new", place), _cell(one, "gone", place)) for one in run)


def _cell(change: Change, left_out: str, place: Callable[[str], str]) -> Cell:
    """One side of a change: what is only on the other side is left out. What was saved is seen as it was then, what was
    refused as it lies there now."""
    if change.kind == left_out:
        return {"of": "", "src": "", "shown": "", "runs": []}
    picture = change.old or change.new if left_out == "new" else change.new or change.old
    notes = change.notes if left_out == "gone" else ()
    return {
        "of": "　".join(filter(None, (change.label, "；".join(notes)))),
        "src": picture.src if picture else "",
        "shown": place(change.hashes[0]) if left_out == "new" and change.old and change.hashes[0] else "",
        "runs": [(one.kind, one.words) for one in change.runs if one.kind != left_out],
    }
