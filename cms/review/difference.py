"""What changed between two versions: block by block as somebody reads them, and inside a block character by character.

The text behind is never shown as it is written, unless what changed is nothing a reader would see (a comment, a field
nobody knows) or it cannot be read as blocks yet: then its lines are compared, so that no change is ever hidden.

However long the texts are and whatever is in them, the comparison ends soon (``effort``): what costs too much to tell
to the character is told sentence by sentence, and in the end as old and new.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby

from channels.values import Picture
from cms.manuscript import read
from cms.manuscript.draft import unfit
from cms.review.effort import Effort, Opcode, TooMuch, apart, apart_or_replaced, matched, shared
from cms.review.pieces import Facts, Piece, pieces_of

NEAR = 2
"""So many paragraphs on either side of a change stay in sight."""
LONG = 4000
"""Characters of a paragraph beyond which it is shown as wholly replaced: the comparison grows with their product."""
ALIKE = 0.4
"""The part of two pieces' characters that is in both, from which on one came from the other."""
_SENTENCE = re.compile(r"[^。！？；\n]*[。！？；\n]|[^。！？；\n]+")

_PLACES = ("field.", "figure", "gallery", "video")
"""What is the same thing in another state, however little of it is alike."""


@dataclass(frozen=True, slots=True)
class Run:
    """Some characters: ``kind`` same, gone or new."""

    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Change:
    """One block, or a part of one that reads by itself: its runs; ``kind`` same, gone, new or mended.

    ``label``: its Chinese name, "" for a plain paragraph. ``old`` and ``new``: the picture before and after, one
    of them alone where it did not change, came or went. ``notes``: what changed beside the words, in words."""

    kind: str
    runs: tuple[Run, ...]
    label: str = ""
    old: Picture | None = None
    new: Picture | None = None
    notes: tuple[str, ...] = ()

    @property
    def is_swapped(self) -> bool:
        """Whether two pictures are to be looked at side by side."""
        return self.old is not None and self.new is not None and _eyed(self.old) != _eyed(self.new)


def difference(old: str, new: str, units: Mapping[str, str] | None = None) -> list[Change]:
    """Every block of both, in order; those that are the same are told so. ``units``: names of units by slug."""
    if not (unfit(read(old)) or unfit(read(new))):
        found = _compared(pieces_of(old, units or {}), pieces_of(new, units or {}))
        if has_changed(found) or old == new:
            return found
    return _compared(_lines(old), _lines(new))


def told(text: str, units: Mapping[str, str] | None = None) -> list[Change]:
    """A text alone in the same form: all of it the same."""
    return [_same(one) for one in pieces_of(text, units or {})]


def folded(changes: Sequence[Change]) -> list[tuple[bool, list[Change]]]:
    """The changes in runs; what is the same and far from any change is told to be folded away."""
    kept = {near for at, one in enumerate(changes) if one.kind != "same" for near in range(at - NEAR, at + NEAR + 1)}
    shown = [(at not in kept, one) for at, one in enumerate(changes)]
    return [(is_far, [one for _, one in run]) for is_far, run in groupby(shown, key=lambda pair: pair[0])]


def has_changed(changes: Sequence[Change]) -> bool:
    return any(one.kind != "same" for one in changes)


def _lines(text: str) -> list[Piece]:
    """A text as it is written, line by line."""
    lines = (line.strip() for line in text.splitlines())
    return [Piece("line", "", one, (one,)) for one in lines if one not in ("", "---")]


def _compared(before: Sequence[Piece], after: Sequence[Piece]) -> list[Change]:
    numbers: dict[tuple[object, ...], int] = {}  # a key is hashed once, however often it is looked at
    keys = [[numbers.setdefault((one.label, one.key), len(numbers)) for one in side] for side in (before, after)]
    length = sum(len(one.words) for side in (before, after) for one in side)
    pairing, telling = _Pairing(Effort(length)), Effort(length)
    found: list[Change] = []
    for tag, a, b, c, d in apart_or_replaced(keys[0], keys[1], Effort(length)):
        if tag == "equal":
            found += map(_same, after[c:d])
        else:
            found += _replaced(before[a:b], after[c:d], pairing, telling)
    return found


def _same(one: Piece) -> Change:
    return Change("same", _whole("same", one.words), one.label, None, one.picture)


def _whole(kind: str, words: str) -> tuple[Run, ...]:
    return (Run(kind, words),) if words else ()


def _gone(one: Piece) -> Change:
    return Change("gone", _whole("gone", one.words), one.label, one.picture, None, _said(one.facts))


def _come(one: Piece) -> Change:
    return Change("new", _whole("new", one.words), one.label, None, one.picture, _said(one.facts))


def _said(facts: Facts) -> tuple[str, ...]:
    return tuple(f"{label}：{value}" for label, value in facts if value)


def _replaced(old: Sequence[Piece], new: Sequence[Piece], pairing: "_Pairing", telling: Effort) -> Iterator[Change]:
    """Pieces that answer each other are mended; what has no counterpart is gone or new."""
    left = list(old)
    begun = 0
    for one in new:
        at = pairing.partner(left, begun, one)
        if at is None:
            yield _come(one)
            continue
        yield from map(_gone, left[begun:at])
        yield _mended(left[at], one, telling)
        begun = at + 1
    yield from map(_gone, left[begun:])


class _Pairing:
    """Finds what came from what, as long as its effort lasts; then only what is next in turn and plainly the
    same."""

    def __init__(self, effort: Effort) -> None:
        self.effort = effort
        self._counts: dict[str, Counter[str]] = {}

    def partner(self, old: Sequence[Piece], begun: int, new: Piece) -> int | None:
        """Which of ``old`` from ``begun`` on is what ``new`` came from."""
        try:
            return next((at for at in range(begun, len(old)) if self._is_alike(old[at], new)), None)
        except TooMuch:
            return begun if begun < len(old) and old[begun].kind == new.kind and _is_plainly(old[begun], new) else None

    def _is_alike(self, old: Piece, new: Piece) -> bool:
        """The same field, a picture in the other's place, or at least four in ten characters in both."""
        self.effort.spend(4)
        if old.kind != new.kind:
            return False
        if _is_plainly(old, new):
            return True
        if not old.words and not new.words:
            return old.label == new.label
        if len(old.words) > LONG or len(new.words) > LONG:
            return False
        both = (len(old.words) + len(new.words)) / 2
        if min(len(old.words), len(new.words)) < ALIKE * both:
            return False
        counts = [self._counted(one.words) for one in (old, new)]
        self.effort.spend(2 * len(counts[0]))
        if (counts[0] & counts[1]).total() < ALIKE * both:
            return False
        same = sum(b - a for tag, a, b, *_ in matched(old.words, new.words, self.effort) if tag == "equal")
        return same >= ALIKE * both

    def _counted(self, words: str) -> Counter[str]:
        if words not in self._counts:
            self.effort.spend(len(words))
            self._counts[words] = Counter(words)
        return self._counts[words]


def _is_plainly(old: Piece, new: Piece) -> bool:
    """Whether two of a kind answer each other without a closer look: what is the same thing in another state, and what
    begins or ends with so much the same that the comparison could not find less."""
    if old.kind.startswith(_PLACES) and old.kind != "field.cast":
        return True
    if max(len(old.words), len(new.words)) > LONG:
        return False
    if old.words[:1] != new.words[:1] and old.words[-1:] != new.words[-1:]:
        return False
    most = max(shared(old.words, new.words))
    return most > 0 and most >= ALIKE * (len(old.words) + len(new.words)) / 2


def _mended(old: Piece, new: Piece, telling: Effort) -> Change:
    notes = tuple(_notes(old, new)) or (("格式改了",) if old.words == new.words else ())
    runs = tuple(_runs(old.words, new.words, telling))
    return Change("mended", runs, new.label, old.picture, new.picture, notes)


def _notes(old: Piece, new: Piece) -> Iterator[str]:
    """What is different beside the words."""
    if old.picture and new.picture and old.picture.src != new.picture.src:
        yield "图片换了"
    elif bool(old.picture) != bool(new.picture):
        yield "加了图片" if new.picture else "去掉了图片"
    if old.kind in ("figure", "gallery") and old.words != new.words:
        yield "图说改了"
    if old.label != new.label:
        yield f"原来是{old.label or '正文'}"
    before, after = (dict(old.facts), dict(new.facts)) if old.facts != new.facts else ({}, {})
    for label in {**before, **after}:
        was, now = before.get(label, ""), after.get(label, "")
        if was != now:
            yield (
                f"{label}改了：{was} → {now}" if was and now else f"{label}：{now}" if now else f"{label}去掉了：{was}"
            )
    if old.marks == new.marks:
        return
    marks = [Counter(one.marks) for one in (old, new)]
    changed = (marks[0] - marks[1]) + (marks[1] - marks[0])
    yield from (f"{label}改了" for label in dict.fromkeys(label for label, _ in changed))


def _eyed(picture: Picture) -> tuple[str, int, int]:
    """What of a picture the eye sees: which it is, and the point its crops keep."""
    return picture.src, picture.focus_x, picture.focus_y


def _runs(old: str, new: str, effort: Effort) -> Iterator[Run]:
    for tag, a, b, c, d in _told_apart(old, new, effort):
        if tag == "equal":
            yield Run("same", new[c:d])
            continue
        if a < b:
            yield Run("gone", old[a:b])
        if c < d:
            yield Run("new", new[c:d])


def _told_apart(old: str, new: str, effort: Effort) -> Sequence[Opcode]:
    """To the character; by sentences where that is too much effort."""
    try:
        return apart(old, new, effort)
    except TooMuch:
        sides = [_SENTENCE.findall(one) for one in (old, new)]
    numbers: dict[str, int] = {}
    said = [[numbers.setdefault(one, len(numbers)) for one in side] for side in sides]
    ends = [list(accumulate(map(len, side), initial=0)) for side in sides]
    found = apart_or_replaced(said[0], said[1], effort)
    return [(tag, ends[0][a], ends[0][b], ends[1][c], ends[1][d]) for tag, a, b, c, d in found]
