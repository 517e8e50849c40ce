"""What a channel changes or drops, put in order for people: equal cases together, each with its places."""

from collections.abc import Iterable
from dataclasses import dataclass

from channels.values import Loss

WORDS = {"changed": "改写", "dropped": "省略"}


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """One loss where it happened: the story's line (0 = a field, not a line), what it is, the words there, and
    how often the same stands there."""

    line: int
    what: str
    excerpt: str
    times: int = 1


@dataclass(frozen=True, slots=True)
class Group:
    """The losses of one kind for one reason, their places in the story's order."""

    kind: str
    reason: str
    places: tuple[Place, ...]

    @property
    def word(self) -> str:
        """改写 or 省略."""
        return WORDS[self.kind]

    @property
    def count(self) -> int:
        return sum(one.times for one in self.places)

    @property
    def what(self) -> str:
        """段落 12、标题 6、图片."""
        counts: dict[str, int] = {}
        for one in self.places:
            counts[one.what] = counts.get(one.what, 0) + one.times
        return "、".join(what if count == 1 else f"{what} {count}" for what, count in counts.items())


def grouped(losses: Iterable[Loss]) -> tuple[Group, ...]:
    """What was dropped first, then what was changed; inside each by the first line it happened on."""
    found: dict[tuple[str, str], dict[tuple[int, str, str], int]] = {}
    for one in losses:
        places = found.setdefault((one.kind, one.reason), {})
        place = (one.line, one.what, one.excerpt)
        places[place] = places.get(place, 0) + 1
    groups = [
        Group(*key, tuple(sorted(Place(*place, times) for place, times in places.items())))
        for key, places in found.items()
    ]
    return tuple(sorted(groups, key=lambda one: (one.kind != "dropped", one.places[0].line, one.reason)))


def tally(losses: Iterable[Loss]) -> str:
    """省略 3 处 · 改写 12 处; empty when the channel takes everything as it is."""
    kinds = [one.kind for one in losses]
    counted = [(WORDS[kind], kinds.count(kind)) for kind in ("dropped", "changed")]
    return " · ".join(f"{word} {count} 处" for word, count in counted if count)


__all__ = ["WORDS", "Group", "Place", "grouped", "tally"]
