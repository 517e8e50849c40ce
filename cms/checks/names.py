"""Names, titles and their order (R6): who holds which office on the story's day, and who stands before whom.

The table comes with the word lists (kind 姓名职务). A title right before or after a name must be one that person holds;
former ones are allowed after 时任, 原 or 前. Of several listed people the one of higher rank stands first. A name one
letter away from the holder's, right after the title, is a slip of the pen.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from channels.values import Finding
from cms.checks import folding
from cms.checks.matching import Hit, Matcher, longest
from cms.checks.passages import Passage, Reading
from cms.checks.words import Entry

_OFFICES = (
    "书记|厅长|省长|市长|州长|县长|区长|局长|处长|部长|司长|主任|主席|院长|校长|会长|理事长|秘书长|"
    "总工程师|总经济师|组长|委员|常委"
)
_SHORT = re.compile(rf"(?:常务)?副?(?:{_OFFICES})$")
_LISTED = re.compile(rf"\s*(?:、|和|及|与|，|,|\s)\s*(?:[\u3400-\u9fff、]{{0,24}}(?:{_OFFICES}))?\s*")
_FORMER = re.compile(r"(?:时任|原任|曾任|原|前|前任|历任)\s*$")
_NAME = re.compile(r"[\u3400-\u9fff·]{2,4}")
_FURTHER = 30  # characters before a first mention in which a title may stand
_VERB_AHEAD = re.compile(r"^(?:同志|先生|女士)?(?:[，,。；：:、\s说表在主出参强指致调讲介率带作对向到会会]|$)")


@dataclass(frozen=True, slots=True)
class Holder:
    """A person with what they hold on the day, what they held or will hold on other days, and their rank."""

    name: str
    titles: tuple[str, ...]
    other_titles: tuple[str, ...] = ()
    rank: int = 0
    exceptions: tuple[str, ...] = ()


def holders(entries: Iterable[Entry], day: date) -> tuple[Holder, ...]:
    """The people of the table as they are on ``day``."""
    rows: dict[str, list[Entry]] = {}
    for one in entries:
        if one.kind == "person":
            rows.setdefault(one.word, []).append(one)
    made = []
    for name, mine in rows.items():
        now = [one for one in mine if one.is_valid(day)]
        titles = tuple(dict.fromkeys(title for one in now for title in _titles(one.title)))
        every = dict.fromkeys(title for one in mine for title in _titles(one.title))
        ranks = [one.rank for one in now if one.rank]
        around = tuple(word for one in mine for word in one.exceptions)
        made.append(
            Holder(name, titles, tuple(one for one in every if one not in titles), min(ranks, default=0), around)
        )
    return tuple(made)


def _titles(written: str) -> list[str]:
    return [one.strip() for one in re.split(r"[、；;]", written) if one.strip()]


def _forms(titles: Iterable[str]) -> list[str]:
    """Titles in full, and as they are said for short: 省科技厅副厅长, 副厅长."""
    every = list(titles)
    return list(dict.fromkeys([*every, *(short[0] for title in every if (short := _SHORT.search(title)))]))


class Register:
    """The people of one day, ready to be looked for."""

    def __init__(self, people: Sequence[Holder]) -> None:
        self.people = tuple(people)
        vocabulary: dict[str, list[int]] = {}
        for number, one in enumerate(people):
            for title in dict.fromkeys((*_forms(one.titles), *_forms(one.other_titles))):
                vocabulary.setdefault(title, []).append(number)
        self._titles = tuple(vocabulary)
        self._holders = {
            title: [one for one in numbers if title in _forms(people[one].titles)]
            for title, numbers in vocabulary.items()
        }
        self._find_names = Matcher([folding.fold(one.name) for one in people])
        self._find_titles = Matcher([folding.fold(one) for one in self._titles])

    def check(self, reading: Reading) -> list[Finding]:
        """Everything about names in one story."""
        if not self.people:
            return []
        found: list[Finding] = []
        met: set[int] = set()
        for passage in reading.passages:
            if passage.kind in ("code", "file"):
                continue
            found += self._passage(passage, met)
        return found

    def _passage(self, passage: Passage, met: set[int]) -> Iterator[Finding]:
        folded = folding.squeezed(passage.prose)
        text = folded.text
        names = [one for one in longest(self._find_names.find(text)) if not self._is_excused(text, one)]
        titles = longest(self._find_titles.find(text))
        if not names and not titles:
            return
        place = _Place(passage, folded, text)
        for hit in names:
            yield from self._title_of(place, hit, titles)
            if hit.word not in met and passage.block and passage.kind == "prose":
                met.add(hit.word)
                yield from self._untitled(place, hit, titles)
        yield from self._order(place, names)
        yield from self._misspelt(place, names, titles)

    def _is_excused(self, text: str, hit: Hit) -> bool:
        around = text[max(0, hit.start - 12) : hit.end + 12]
        return any(folding.fold(one) in around for one in self.people[hit.word].exceptions)

    def _title_of(self, place: "_Place", hit: Hit, titles: Sequence[Hit]) -> Iterator[Finding]:
        """Each title that touches the name, before it or after it, is one this person holds."""
        person = self.people[hit.word]
        for near in (*_before(place.text, hit, titles), *_after(place.text, hit, titles)):
            title = self._titles[near.word]
            if title in _forms(person.titles) or (place.text[near.start - 1 : near.start] == "副" and title[0] != "副"):
                continue
            if _FORMER.search(place.text[: near.start]) and title in _forms(person.other_titles):
                continue
            yield self._wrong(place, hit, near, person, title)

    def _wrong(self, place: "_Place", hit: Hit, near: Hit, person: Holder, title: str) -> Finding:
        right = "、".join(person.titles) or "（现在没有登记职务）"
        real = "、".join(self.people[one].name for one in self._holders[title])
        whose = f"，“{title}”现在是{real}" if real else ""
        former = "；写从前的职务请加“时任”" if title in person.other_titles else ""
        message = f"{person.name}的职务是{right}，这里写成了“{title}”{whose}{former}，请核对后改正"
        return place.say("checks.name.title", message, min(hit.start, near.start), max(hit.end, near.end))

    def _untitled(self, place: "_Place", hit: Hit, titles: Sequence[Hit]) -> Iterator[Finding]:
        person = self.people[hit.word]
        near = any(hit.start - _FURTHER <= one.start < hit.end + 8 for one in titles)
        if person.titles and not near:
            message = f"{person.name}第一次出现没有写职务，请在姓名前写上“{'、'.join(person.titles)}”"
            yield place.say("checks.name.untitled", message, hit.start, hit.end, "warn")

    def _order(self, place: "_Place", names: Sequence[Hit]) -> Iterator[Finding]:
        """Listed side by side, the higher rank comes first."""
        for left, right in pairwise(names):
            first, second = self.people[left.word], self.people[right.word]
            if not (first.rank and second.rank and first.rank > second.rank):
                continue
            if _LISTED.fullmatch(place.text, left.end, right.start):
                message = f"{first.name}排在了{second.name}前面，按位次应当先写{second.name}，请调整顺序"
                yield place.say("checks.name.order", message, left.start, right.end)

    def _misspelt(self, place: "_Place", names: Sequence[Hit], titles: Sequence[Hit]) -> Iterator[Finding]:
        """Title, then a name one letter away from its holder's."""
        known = {hit.start for hit in names}
        for near in titles:
            if near.end in known:
                continue
            for number in self._holders[self._titles[near.word]]:
                name = folding.fold(self.people[number].name)
                written = place.text[near.end : near.end + len(name)]
                follows = place.text[near.end + len(name) :]
                if _is_slip(written, name) and _VERB_AHEAD.match(follows):
                    message = (
                        f"“{self._titles[near.word]}”是{self.people[number].name}，这里写成了“{written}”，请核对姓名"
                    )
                    yield place.say("checks.name.spelling", message, near.start, near.end + len(name))


@dataclass(frozen=True, slots=True)
class _Place:
    """A passage with its folded text."""

    passage: Passage
    folded: folding.Folded
    text: str

    def say(self, rule: str, message: str, start: int, end: int, level: str = "block") -> Finding:
        left, right = self.folded.span(start, end)
        return self.passage.say("warn" if level == "warn" else "block", rule, message, left, right)


def _before(text: str, name: Hit, titles: Sequence[Hit]) -> list[Hit]:
    """The titles that lead up to a name without anything but joints between: 省委书记、省人大常委会主任张三."""
    found, end = [], name.start
    for one in sorted(titles, key=lambda hit: -hit.end):
        if one.end <= end and not text[one.end : end].strip("、兼 ") and text[one.end : end] in ("", "、", "兼", " "):
            found.append(one)
            end = one.start
    return found


def _after(text: str, name: Hit, titles: Sequence[Hit]) -> list[Hit]:
    """张三省长: a title right behind the name."""
    return [one for one in titles if one.start == name.end]


def _is_slip(written: str, name: str) -> bool:
    """One letter differs, the family name or the rest of it is right; nothing but 汉字."""
    if len(written) != len(name) or written == name or not _NAME.fullmatch(written):
        return False
    differ = [at for at, (one, other) in enumerate(zip(written, name, strict=True)) if one != other]
    return len(differ) == 1 and (len(name) > 2 or differ[0] == 1)


# --------------------------------------------------------------------------- places


def check_places(reading: Reading, entries: Iterable[Entry], day: date) -> list[Finding]:
    """A place's short name needs its full name somewhere in the story (区划全称)."""
    valid = [one for one in entries if one.kind == "place" and one.suggestion and one.is_valid(day)]
    if not valid:
        return []
    matcher = Matcher([folding.fold(one.word) for one in valid])
    whole = "\n".join(folding.fold(one.prose) for one in reading.passages if one.kind != "code")
    told: set[int] = set()
    found = []
    for passage in reading.body():
        if passage.kind not in ("prose", "caption"):
            continue
        for hit in longest(matcher.find(folding.fold(passage.prose))):
            entry = valid[hit.word]
            if hit.word in told or folding.fold(entry.suggestion) in whole:
                continue
            told.add(hit.word)
            message = f"“{entry.word}”全文没有出现全称，请第一次写“{entry.suggestion}”" + (
                f"（{entry.note}）" if entry.note else ""
            )
            found.append(
                passage.say(
                    "block" if entry.severity == "block" else "warn", "checks.place.full", message, hit.start, hit.end
                )
            )
    return found
