"""What the library says of the pictures of a story on one day: licences that ran out, and those nobody has verified."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from cms.library.facts import UNVERIFIED
from cms.library.rows import Asset
from cms.library.search import parents, province_of
from cms.people.roles import tree


@dataclass(frozen=True, slots=True)
class Doubt:
    """A picture that is not to be used as it is. ``ended``: the last day its licence held, "" where it is only not
    verified."""

    hash: str
    number: int
    name: str
    ended: str = ""


def doubts(session: Session, hashes: Iterable[str], unit_id: int | None, today: date) -> tuple[Doubt, ...]:
    """The doubts about these bytes in a story of ``unit_id`` (None: the house's own), in the order of their numbers.
    Where several units hold the same bytes the story's own word counts, then its province's, then those below."""
    wanted = list(hashes)
    if not wanted:
        return ()
    rows = list(session.exec(select(Asset).where(col(Asset.hash).in_(wanted)).order_by(col(Asset.id))))
    if not rows:
        return ()
    units = tree(session)
    own = units.top if unit_id is None else unit_id
    if own is None:
        return ()
    top, below = province_of(parents(session), own), units.below(own)
    rank = {own: 0, top: 1 if top != own else 0}
    heard: dict[str, Asset] = {}
    for row in sorted(rows, key=lambda one: rank.get(one.unit_id, 2)):
        if row.unit_id in rank or row.unit_id in below:
            heard.setdefault(row.hash, row)
    found = [made for row in heard.values() if (made := _doubt(row, today)) is not None]
    return tuple(sorted(found, key=lambda one: one.number))


def _doubt(row: Asset, today: date) -> Doubt | None:
    if row.until is not None and row.until < today:
        return Doubt(row.hash, row.id, row.name, row.until.isoformat())
    return Doubt(row.hash, row.id, row.name) if row.licence == UNVERIFIED else None
