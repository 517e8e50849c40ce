"""What a story is held against on one day, and the one call that does it: ``examine``.

``Standards`` is a value: the lists that hold, the office's contacts, whether this is a rehearsal. Equal standards give
equal findings for an equal manuscript, so results are kept under both hashes and made again only when one changes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property, lru_cache

from channels import canonical
from channels.values import Finding, Manuscript
from cms.checks import (
    adverts,
    dates,
    figures,
    lettering,
    links,
    names,
    passages,
    personal,
    pictures,
    sources,
    tables,
    unwritten,
)
from cms.checks.figures import Stated
from cms.checks.passages import Passage, Reading
from cms.checks.rules import RULES
from cms.checks.sources import Original
from cms.checks.words import Entry, Lexicon, WordList, check
from cms.library import Doubt

VERSION = "3"
"""Of the rules in the code: raised when one changes, so that kept results are made again."""
_RANK = {"block": 0, "warn": 1, "info": 2}


@dataclass(frozen=True)
class Standards:
    """``lists`` in force, ``day`` the checks are made for, ``is_rehearsal``: reprint rules warn instead of block."""

    lists: tuple[WordList, ...] = ()
    day: date = date(2000, 1, 1)
    is_rehearsal: bool = False

    @cached_property
    def hash(self) -> str:
        """Changes whenever a finding could: with the rules, a list, an entry's first or last day."""
        valid = [canonical.digest(list(_counting(lst, self.day))) for lst in self.lists]
        return canonical.digest([VERSION, sorted(valid), self.is_rehearsal])

    def __hash__(self) -> int:
        return hash(self.hash)

    def on(self, day: date) -> "Standards":
        """What the same lists say on another day."""
        return self if day == self.day else self._days.setdefault(day, replace(self, day=day))

    @cached_property
    def _days(self) -> dict[date, "Standards"]:
        return {}

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        return tuple(one for lst in self.lists for one in lst.entries)

    @cached_property
    def lexicon(self) -> Lexicon:
        return Lexicon(self.entries, self.day)

    @cached_property
    def people(self) -> names.Register:
        return names.Register(names.holders(self.entries, self.day))

    @cached_property
    def contacts(self) -> frozenset[str]:
        """The office's own numbers and addresses, as they are compared."""
        valid = (one for one in self.entries if one.kind == "contact" and one.is_valid(self.day))
        return frozenset(personal.normal_contact(one.word) for one in valid)


def _counting(words: WordList, day: date) -> Iterator[Entry | tuple[Entry, bool]]:
    """The entries that count on ``day``. People and sources count on other days too (who held the office before, until
    when an outlet was listed), and for something else than on their own."""
    for one in words.entries:
        if one.kind in ("person", "source"):
            yield one, one.is_valid(day)
        elif one.is_valid(day):
            yield one


@dataclass(frozen=True)
class Surroundings:
    """What the rest of the house says about one story: the saved original of a reprint, the same figures elsewhere,
    the marks in its pictures' metadata (by hash), addresses of stories that interpret its policy, what the library says
    against its pictures today, and the days written at them that are over."""

    original: Original | None = None
    figures: Sequence[Stated] = ()
    marks: Mapping[str, str] = field(default_factory=dict)
    interpretations: Sequence[str] = ()
    doubts: Sequence[Doubt] = ()
    ended: Sequence[str] = ()

    @property
    def hash(self) -> str:
        return canonical.digest(
            [
                self.original,
                sorted(f"{one.key}={one.value}" for one in self.figures),
                dict(self.marks),
                list(self.interpretations),
                [f"{one.hash} {one.number} {one.name} {one.ended}" for one in self.doubts],
                list(self.ended),
            ]
        )


def examine(story: Manuscript, standards: Standards, around: Surroundings | None = None) -> tuple[Finding, ...]:
    """Every finding about a manuscript, the worst first, then in reading order. Pure."""
    around = around or Surroundings()
    reading = passages.read(story)
    day, soft = standards.day, standards.is_rehearsal
    found = [
        *check(reading, standards.lexicon),
        *standards.people.check(reading),
        *names.check_places(reading, standards.entries, day),
        *personal.check(reading, standards.contacts, day),
        *sources.check_reprint(story, around.original, soft=soft),
        *sources.check_outlet(story, standards.entries, day, soft=soft),
        *sources.check_policy(reading, around.interpretations),
        *figures.check(reading),
        *figures.elsewhere(figures.stated(reading, day), around.figures),
        *tables.check(reading),
        *pictures.check(reading, around.marks, day, around.doubts),
        *links.check(reading),
        *adverts.check(reading),
        *dates.check(reading, day),
        *lettering.check(reading),
        *unwritten.check(reading),
    ]
    assert all(one.rule in RULES for one in found)
    return tuple(sorted(dict.fromkeys(found), key=worst_first))


def worst_first(found: Finding) -> int:
    """How findings are ordered."""
    return _RANK[found.level]


def stated(reading: Reading, standards: Standards) -> list[Stated]:
    """The figures of a story for the register."""
    return figures.stated(reading, standards.day)


# --------------------------------------------------------------------------- the words of a rendition


@lru_cache(maxsize=4096)
def of_line(line: str, standards: Standards) -> tuple[Finding, ...]:
    """What is wrong with one line readers will see: words and personal data. A line is read once for all accounts."""
    passage = Passage("", "prose", line, line)
    return (*standards.lexicon.findings(passage), *personal.check_passage(passage, standards.contacts, standards.day))
