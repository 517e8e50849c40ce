"""What our own pages, lists and feeds must know of one publication of a story."""

from dataclasses import dataclass
from datetime import datetime

from channels.making.entries import State


@dataclass(frozen=True)
class Past:
    """What an entry of an old archive was before it came here: its first date (``is_day``: without an hour), and its
    old paths on the site's host."""

    at: datetime
    is_day: bool = False
    paths: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shown:
    """One delivery readers can see, are about to, or could until it was retracted. ``state`` and ``notice``: what our
    own pages say about it since (更正、撤稿、解除), from ``changed_at`` on. ``former``: the renditions readers were
    shown before, where one was corrected or retracted."""

    delivery_id: int
    key: str
    rendition: str
    due_at: datetime
    guid: str
    signoff: str
    past: Past | None = None
    state: State = "published"
    notice: str = ""
    changed_at: datetime | None = None
    former: tuple[str, ...] = ()

    @property
    def published_at(self) -> datetime:
        """When readers first had it: history keeps its date."""
        return self.past.at if self.past else self.due_at
