"""Traces of what was called back: headlines, and runs of eight characters (twenty of Latin) that stood only there.

A run counts as a trace when no other story on the site has it, nor the corrected version itself. What the authority
says about it (the notice, 原文…有误，应为…) is taken out of a file first, so a quoted mistake is no trace, and the same
words anywhere else are.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache, partial
from hashlib import sha256
from html import unescape
from itertools import accumulate
from typing import TYPE_CHECKING

from channels.site.frame import Head, page
from channels.values import Part
from pipeline.house import House
from pipeline.shown import Shown
from pipeline.sites import Half, Site, frame_of

if TYPE_CHECKING:
    from numpy import uint64
    from numpy.typing import NDArray

    Marks = NDArray[uint64]

RUN, LONG_RUN = 8, 20
SPELLED = 3
"""So many characters of a run must not be ASCII; else it is twenty long: eight letters are any word's."""
SHORTEST = 4
"""A headline shorter than a run is looked for whole, down to so many characters."""
SHOWN = 20
FILES = 10_000
"""Of so many files of a site it is kept that nothing was found in them."""
TEXTS = 2048
"""Of so many files it is kept what can be read in them."""
SITES = 512
"""Of so many sites it is kept what the last look compared."""
_TAG = re.compile(r"<[^>]*>")
_ATTRIBUTE = re.compile(r"""\s(?:alt|title|content|aria-label|label|value)=(?:"([^"]*)"|'([^']*)')""")
_MARK = re.compile("\x02[^\x02\x03]*\x03")
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
_CONTROL = re.compile(r"\\[nrt]")
_NOT_SAID = re.compile(r"[\W_]+")
_CUT = "\x00"
_BASE = 0x9E3779B97F4A7C15
"""What the letters of a run are weighed with: odd and large, so that different runs hardly ever meet (modulo 2**64)."""


def visible(text: str) -> str:
    """Everything a reader or a machine can read in a file, letters and digits alone: tags, entities (twice, as feeds
    write them), JSON's escapes and punctuation gone, what attributes say after the rest."""
    text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), _MARK.sub("", text))
    text = _CONTROL.sub(" ", text).replace('\\"', '"')
    said = []
    for _ in range(3):
        said += [one or other for one, other in _ATTRIBUTE.findall(text)]
        text = unescape(_TAG.sub("", text))
    return _letters(f"{text}{_CUT}{_CUT.join(map(unescape, said))}")


@lru_cache(maxsize=512)
def _visible(text: str) -> str:
    """The same, kept for what is asked about look after look: of as many texts as a few sites have."""
    return visible(text)


def _letters(text: str) -> str:
    return _CUT.join(_NOT_SAID.sub("", one).casefold() for one in text.split(_CUT))


def _runs(text: str) -> Iterator[str]:
    """Every run of a text that says something: eight characters with 汉字 among them, or twenty letters."""
    spelled = [0, *accumulate(not one.isascii() for one in text)]
    for at in range(len(text) - RUN + 1):
        run = text[at : at + RUN]
        if _CUT in run:
            continue
        if spelled[at + RUN] - spelled[at] >= SPELLED:
            yield run
        elif _is_said(long := text[at : at + LONG_RUN]):
            yield long


@lru_cache(maxsize=512)
def _runs_of(text: str) -> tuple[str, ...]:
    """The runs of a text as it was rendered: the same called-back versions are asked about at every look."""
    return tuple(_runs(visible(text)))


def _is_said(run: str) -> bool:
    """Whether a run without 汉字 is words, long enough to be nobody else's."""
    return len(run) == LONG_RUN and _CUT not in run and sum(one.isalpha() for one in run) >= LONG_RUN // 2


@dataclass(frozen=True)
class Traces:
    """``words``: run or short headline → the slug of the story it is of; ``said``: what may be said about it, without
    punctuation, the longest first; ``titles``: the headlines of the stories, in 《》. ``since``: the last look at the
    same site."""

    words: Mapping[str, str]
    said: tuple[str, ...]
    titles: Mapping[str, str] = field(default_factory=dict)
    since: "Since | None" = None

    @staticmethod
    def of(house: House, site: Site) -> "Traces":
        """The traces of everything the rows say was corrected, retracted or shown in an earlier version."""
        return _memory(str(house.root), site.unit).traces(house, site)

    def __bool__(self) -> bool:
        return bool(self.words)

    def found_in(self, content: bytes) -> list[tuple[str, str]]:
        """The stories a file still shows, by slug, each with the first words of it. A file of these very bytes that
        showed none at the last look is looked into only for what was called back since: most of a site does not
        change from one look to the next."""
        name = sha256(content).digest()
        if name in self.clean:
            return []
        if not (self.since and self.since.is_clean(name, content)) and (found := self._look(name, content)):
            return found
        if len(self.clean) < FILES:
            self.clean.add(name)
        return []

    @cached_property
    def clean(self) -> set[bytes]:
        """The files that show nothing of it, by the hash of their bytes."""
        return set()

    def _look(self, name: bytes, content: bytes) -> list[tuple[str, str]]:
        read, found = self.without_notices(_reader.read(name, content)), dict[str, str]()
        for known in self.keys_in(read):
            if known in self.words:
                at = read.index(known)
                found.setdefault(self.words[known], read[at : at + SHOWN].split(_CUT)[0])
        return sorted(found.items())

    def without_notices(self, read: str) -> str:
        for one in self.said:
            read = read.replace(one, _CUT)
        return read

    def keys_in(self, read: str) -> Iterator[str]:
        """The words a text has. A run that is one of them says something, so it is not asked again whether it does."""
        words = self.words
        for size, known in self._marks.items():
            for at in _meetings(_marked(read, size), known):
                if (run := read[at : at + size]) in words:
                    yield run
        yield from [short for short in self._shorts if short in read]

    @cached_property
    def _shorts(self) -> tuple[str, ...]:
        return tuple(one for one in self.words if len(one) < RUN)

    @cached_property
    def _marks(self) -> Mapping[int, "Marks"]:
        """The numbers of the runs, in order, by their length."""
        known: dict[int, Marks] = {}
        for size in sorted(self.sizes & {RUN, LONG_RUN}):
            known[size] = _numbers((one for one in self.words if len(one) == size), size)
            known[size].sort()
        return known

    @cached_property
    def sizes(self) -> frozenset[int]:
        return frozenset(map(len, self.words))


def _marked(text: str, size: int) -> "Marks":
    """A number for every run of ``size`` letters, in their order: equal runs have equal numbers. Thousands of runs in a
    few steps of the machine; as texts of their own they would cost most of a look."""
    import numpy

    letters = numpy.frombuffer(text.encode("utf-32-le", "surrogatepass"), numpy.uint32).astype(numpy.uint64)
    marks = numpy.zeros(max(0, len(letters) - size + 1), numpy.uint64)
    for at in range(size if len(marks) else 0):
        marks = marks * _BASE + letters[at : at + len(marks)]
    return marks


def _meetings(marks: "Marks", known: "Marks") -> list[int]:
    """Where a number is among the ``known``, which are in order."""
    import numpy

    if not len(known):
        return []
    nearest = numpy.minimum(numpy.searchsorted(known, marks), len(known) - 1)
    return numpy.flatnonzero(known[nearest] == marks).tolist()


class _Reader:
    """What can be read in a file, kept by the hash of its bytes: the same files are looked into order after order."""

    def __init__(self, most: int) -> None:
        self._most, self._known = most, dict[bytes, str]()

    def read(self, name: bytes, content: bytes) -> str:
        found = self._known.pop(name, None)
        if found is None:
            found = visible(content.decode("utf-8", errors="replace"))
            while len(self._known) >= self._most:
                self._known.pop(next(iter(self._known)), None)
        self._known[name] = found  # the last one asked about stands last
        return found

    def forget(self) -> None:
        self._known.clear()


_reader = _Reader(TEXTS)


@dataclass(frozen=True)
class Since:
    """The last look at a site: the files that showed nothing then, and what was called back or said since."""

    clean: set[bytes]
    fresh: Traces

    def is_clean(self, name: bytes, content: bytes) -> bool:
        """Whether a file that was clean is so still; False also where only a whole look can tell."""
        if name not in self.clean:
            return False
        if not self.fresh.words and not self.fresh.said:
            return True
        read = _reader.read(name, content)
        return not any(one in read for one in self.fresh.said) and next(self.fresh.keys_in(read), None) is None


# --------------------------------------------------------------------------- a site, from one look to the next


Allowed = tuple[str, bool]
"""A text that may stand on a site: a rendition with whether something was corrected in it; or the words themselves."""


@dataclass(frozen=True)
class _Had:
    """Which words of the called-back versions a text that may stand on the site has: runs by their numbers."""

    runs: Mapping[int, "Marks"]
    shorts: frozenset[str]


@dataclass(frozen=True)
class _Stand:
    """What a look at a site leaves for the next one. ``asked``: the numbers of the runs that were looked for, in order,
    by their length, and the short headlines; ``had``: which of them each text that may stand there has."""

    called: tuple[object, ...]
    asked: _Had
    had: Mapping[Allowed, _Had]
    traces: Traces


class Memory:
    """The traces of one site: when a story comes or one is called back, only that is compared with everything."""

    def __init__(self) -> None:
        self._last: _Stand | None = None

    def traces(self, house: House, site: Site) -> Traces:
        last, called = self._last, _called(site)
        allowed = _allowed(house, site) if called else {}
        if last is None or last.called != called or last.had.keys() != allowed.keys():
            self._last = last = _stand(house, site, called, allowed, last)
        return last.traces


@lru_cache(maxsize=SITES)
def _memory(house: str, unit: str) -> Memory:
    return Memory()


def _called(site: Site) -> tuple[object, ...]:
    """Everything the words to look for follow from."""
    shown = (one for half in site.halves for one in half.shown if one.state != "published")
    return tuple((one.rendition, one.state, one.notice, one.former) for one in shown)


def _stand(
    house: House,
    site: Site,
    called: tuple[object, ...],
    allowed: Mapping[Allowed, Callable[[], str]],
    last: _Stand | None,
) -> _Stand:
    words: dict[str, str] = {}
    said: set[str] = set()
    titles: dict[str, str] = {}
    for one in (one for half in site.halves for one in half.shown if one.state != "published"):
        first = house.rendition(one.rendition).parts[0]
        said |= _sentences(house, one)
        words |= dict.fromkeys(_of_story(house, one), first.story)
        titles[first.story] = f"《{first.field('title')}》"
    every = Traces(words, ())
    fresh = Traces(_but(words, last.asked), ()) if last else every
    had: dict[Allowed, _Had] = {}
    for name, text in allowed.items():
        known = last.had.get(name) if last else None
        those = every if known is None else fresh
        if known is None or those:
            found = _had(those.keys_in(_visible(text())) if those else ())
            known = found if known is None else known if found is _nothing() else _all_of((known, found))
        had[name] = known
    left = _but(words, _all_of(had.values())) if had else words
    traces = Traces(left, tuple(sorted(said, key=len, reverse=True)), titles, _since(left, said, last))
    return _Stand(called, _had(words), had, traces)


def _since(words: Mapping[str, str], said: set[str], last: _Stand | None) -> Since | None:
    if last is None:
        return None
    before = last.traces
    new = {one: story for one, story in words.items() if one not in before.words}
    return Since(before.clean, Traces(new, tuple(said.difference(before.said))))


def _had(words: Iterable[str]) -> _Had:
    those = list(words)
    if not those:
        return _nothing()
    runs = {size: _numbers([one for one in those if len(one) == size], size) for size in (RUN, LONG_RUN)}
    for one in runs.values():
        one.sort()
    return _Had(runs, frozenset(one for one in those if len(one) < RUN))


@cache
def _nothing() -> _Had:
    """What most texts have of what was called back: the same for all of them, for a season has thousands."""
    return _Had({size: _numbers((), size) for size in (RUN, LONG_RUN)}, frozenset())


def _all_of(those: Iterable[_Had]) -> _Had:
    import numpy

    found = list(those)
    runs = {size: numpy.unique(numpy.concatenate([one.runs[size] for one in found])) for size in (RUN, LONG_RUN)}
    return _Had(runs, frozenset(short for one in found for short in one.shorts))


def _but(words: Mapping[str, str], had: _Had) -> dict[str, str]:
    """The words without those."""
    away = set(had.shorts)
    for size, known in had.runs.items():
        those = [one for one in words if len(one) == size]
        away.update(those[at] for at in _meetings(_numbers(those, size), known))
    return {one: story for one, story in words.items() if one not in away}


def _numbers(runs: Iterable[str], size: int) -> "Marks":
    """The number of each of these runs, all of them of that length. A copy: else all numbers between them, eight times
    as many and more, stayed in memory with them."""
    return _marked("".join(runs), size)[::size].copy()


def _of_story(house: House, shown: Shown) -> Iterator[str]:
    """Every run of the versions that are called back."""
    away = [*shown.former, *([shown.rendition] if shown.state == "retracted" else [])]
    for rendition in away:
        for part in house.rendition(rendition).parts:
            for text in _texts(part):
                yield from _runs_of(text)
            headline = _letters(part.field("title"))
            if SHORTEST <= len(headline) < RUN:
                yield headline


def _texts(part: Part) -> Iterable[str]:
    """What of a rendition is the story's own."""
    return (*(part.field(name) for name in ("title", "headline", "digest", "cover_alt")), part.body)


def _sentences(house: House, shown: Shown) -> set[str]:
    """What is said about a story: the notice, and each 更正 of its versions."""
    said = {_letters(shown.notice)}
    for rendition in (shown.rendition, *shown.former):
        for part in house.rendition(rendition).parts:
            said |= {_letters(one) for one in _NOTICE.findall(_TAG.sub("", unescape(part.body)))}
    return {one for one in said if len(one) >= SHORTEST}


_NOTICE = re.compile(r"原文“.*?”有误，应为“.*?”。")


def _allowed(house: House, site: Site) -> dict[Allowed, Callable[[], str]]:
    """What may stand on the site, by what it follows from: every version in force, and the frame."""
    gone = {
        slug for half in site.halves for one in half.shown if one.state == "retracted" for slug in _slugs(house, one)
    }
    found: dict[Allowed, Callable[[], str]] = {}
    for half in site.halves:
        frame = _frame_words(site, half)
        found[frame, False] = partial(str, frame)
        for one in half.shown:
            if not (gone and gone & _slugs(house, one)):
                found[one.rendition, bool(one.former)] = partial(_in_force, house, one)
    return found


def _in_force(house: House, shown: Shown) -> str:
    """What a version says; where it was corrected, without what is said about that."""
    bodies = (_NOTICE.sub("", one.body) if shown.former else one.body for one in house.rendition(shown.rendition).parts)
    parts = zip(house.rendition(shown.rendition).parts, bodies, strict=True)
    return _CUT.join(text for part, body in parts for text in (*(value for _, value in part.fields), body))


def _slugs(house: House, shown: Shown) -> set[str]:
    return {part.story for part in house.rendition(shown.rendition).parts}


def _frame_words(site: Site, half: Half) -> str:
    """The frame around nothing, and what every notice of ours says."""
    frame = frame_of(site, half)
    return page(frame, Head(title=frame.name, path="index.html", metas={}), "", kind="front")
