"""What changed between two versions: block by block as somebody reads them, and inside a block character by character.

The text behind is never shown as it is written, unless what changed is nothing a reader would see (a comment, a field
nobody knows) or it cannot be read as blocks yet: then its lines are compared, so that no change is ever hidden.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby

from channels.values import Picture
from cms.manuscript import read
from cms.manuscript.draft import unfit
from cms.review.pieces import Facts, Piece, pieces_of

NEAR = 2
"""So many paragraphs on either side of a change stay in sight."""
LONG = 4000
"""Characters of a paragraph beyond which it is shown as wholly replaced: the comparison grows with their product."""

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
    if unfit(read(old)) or unfit(read(new)):
        return _compared(_lines(old), _lines(new))
    found = _compared(pieces_of(old, units or {}), pieces_of(new, units or {}))
    return found if has_changed(found) or old == new else _compared(_lines(old), _lines(new))


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
    keys = [[(one.label, one.key) for one in side] for side in (before, after)]
    found: list[Change] = []
    for tag, a, b, c, d in SequenceMatcher(None, keys[0], keys[1], autojunk=False).get_opcodes():
        found += map(_same, after[c:d]) if tag == "equal" else _replaced(before[a:b], after[c:d])
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


def _replaced(old: Sequence[Piece], new: Sequence[Piece]) -> Iterator[Change]:
    """Pieces that answer each other are mended; what has no counterpart is gone or new."""
    left = list(old)
    for one in new:
        partner = next((other for other in left if _alike(other, one)), None)
        if partner is None:
            yield _come(one)
            continue
        while left[0] is not partner:
            yield _gone(left.pop(0))
        left.pop(0)
        yield _mended(partner, one)
    for one in left:
        yield _gone(one)


def _alike(old: Piece, new: Piece) -> bool:
    """Whether one came from the other: the same field, a picture in the other's place, or at least four in ten
    characters in both."""
    if old.kind != new.kind:
        return False
    if old.kind.startswith(_PLACES) and old.kind != "field.cast":
        return True
    if not old.words and not new.words:
        return old.label == new.label
    if len(old.words) > LONG or len(new.words) > LONG:
        return False
    matcher = SequenceMatcher(None, old.words, new.words, autojunk=False)
    return matcher.real_quick_ratio() >= 0.4 and matcher.quick_ratio() >= 0.4 and matcher.ratio() >= 0.4


def _mended(old: Piece, new: Piece) -> Change:
    notes = tuple(_notes(old, new)) or (("格式改了",) if old.words == new.words else ())
    runs = tuple(_runs(old.words, new.words))
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
    before, after = dict(old.facts), dict(new.facts)
    for label in {**before, **after}:
        was, now = before.get(label, ""), after.get(label, "")
        if was != now:
            yield (
                f"{label}改了：{was} → {now}" if was and now else f"{label}：{now}" if now else f"{label}去掉了：{was}"
            )
    marks = [Counter(one.marks) for one in (old, new)]
    changed = (marks[0] - marks[1]) + (marks[1] - marks[0])
    yield from (f"{label}改了" for label in dict.fromkeys(label for label, _ in changed))


def _eyed(picture: Picture) -> tuple[str, int, int]:
    """What of a picture the eye sees: which it is, and the point its crops keep."""
    return picture.src, picture.focus_x, picture.focus_y


def _runs(old: str, new: str) -> Iterator[Run]:
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Run("same", new[c:d])
            continue
        if a < b:
            yield Run("gone", old[a:b])
        if c < d:
            yield Run("new", new[c:d])
