"""正在写: who else has a story open now. Each open window says so every few seconds; one that is silent for ``HERE``
is gone. A row each, so that any number of server processes agree."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, delete, select

from cms.db import utc
from cms.people import Person
from cms.stories.rows import Presence

HERE = timedelta(seconds=40)
WINDOWS = 20
"""So many windows of one person on one story are remembered; nobody has more."""


@dataclass(frozen=True, slots=True)
class Face:
    """Somebody else at the story."""

    person_id: int
    name: str

    @property
    def initial(self) -> str:
        """What their round mark shows: the family name of 李敏, the first letter of anybody else."""
        return self.name[:1].upper()


def stay(session: Session, story_id: int, person_id: int, pane: str, now: datetime) -> None:
    """This window is open now. What has been silent for long goes away, and so do more windows than a person has."""
    session.exec(delete(Presence).where(col(Presence.seen_at) < utc(now) - HERE))
    row = session.get(Presence, (story_id, person_id, pane))
    if row is None:
        mine = select(Presence).where(Presence.story_id == story_id, Presence.person_id == person_id)
        for old in list(session.exec(mine.order_by(col(Presence.seen_at).desc())))[WINDOWS - 1 :]:
            session.delete(old)
        row = Presence(story_id=story_id, person_id=person_id, pane=pane, seen_at=utc(now))
    row.seen_at = utc(now)
    session.add(row)


def leave(session: Session, story_id: int, person_id: int, pane: str) -> None:
    """This window was closed."""
    which = (Presence.story_id == story_id, Presence.person_id == person_id, Presence.pane == pane)
    session.exec(delete(Presence).where(*which))  # type: ignore[arg-type]


def beside(session: Session, story_id: int, person_id: int, pane: str, now: datetime) -> tuple[Sequence[Face], bool]:
    """Everybody else at the story, in the order of their names; and whether ``person_id`` has it open in another
    window too."""
    query = (
        select(Presence.person_id, Presence.pane, Person.name)
        .where(Presence.story_id == story_id, Presence.person_id == Person.id, col(Person.disabled_at).is_(None))
        .where(col(Presence.seen_at) > utc(now) - HERE)
    )
    rows = list(session.exec(query))
    others = {number: name for number, _, name in rows if number != person_id}
    twice = any(number == person_id and there != pane for number, there, _ in rows)
    return [Face(number, name) for number, name in sorted(others.items(), key=lambda one: (one[1], one[0]))], twice
