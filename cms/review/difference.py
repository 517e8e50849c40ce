"""What changed between two versions: block by block as somebody reads them, and inside a block character by character.

A picture is what it shows: where the bytes behind two paths are known it is told by them, else by the paths.

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
from cms.review.effort import LOOK, Effort, Opcode, TooMuch, apart, apart_or_replaced, matched, shared
from cms.review.pieces import Piece, pieces_of

NEAR = 2
"""So many paragraphs on either side of a change stay in sight."""
ALIKE = 0.4
"""The part of two pieces' characters that is in both, from which on one came from the other."""
_SENTENCE = re.compile(r"[^。！？；\n]*[。！？；\n]|[^。！？；\n]+")

OTHER = "图片换了"
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
    of them alone where it did not change, came or went; ``hashes``: of the bytes they show, "" where that is not
    known. ``notes``: what changed beside the words, in words."""

    kind: str
    runs: tuple[Run, ...]
    label: str = ""
    old: Picture | None = None
    new: Picture | None = None
    notes: tuple[str, ...] = ()
    hashes: tuple[str, str] = ("", "")
    is_swapped: bool = False
    """Whether two pictures are to be looked at side by side."""


def difference(
    old: str,
    new: str,
    units: Mapping[str, str] | None = None,
    hashes: tuple[Mapping[str, str], Mapping[str, str]] = ({}, {}),
) -> list[Change]:
    """Every block of both, in order; those that are the same are told so. ``units``: names of units by slug;
    ``hashes``: of the bytes the pictures of either text show, by path, as far as they are known."""
    before, after = (pieces_of(text, units or {}, known) for text, known in zip((old, new), hashes, strict=True))
    if not (unfit(read(old)) or unfit(read(new))):
        found = _compared(before, after)
        if has_changed(found) or old == new:
            return found
    return [*_compared(_lines(old), _lines(new)), *_other_bytes(before, after)]


def told(text: str, units: Mapping[str, str] | None = None, hashes: Mapping[str, str] | None = None) -> list[Change]:
    """A text alone in the same form: all of it the same."""
    return [_same(one) for one in pieces_of(text, units or {}, hashes or {})]


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


def _path(one: Piece) -> str:
    return one.picture.src if one.picture else ""


def _known(pieces: Sequence[Piece]) -> set[str]:
    """The paths of the pictures whose bytes are known."""
    return {_path(one) for one in pieces if one.digest}


def _other_bytes(before: Sequence[Piece], after: Sequence[Piece]) -> Iterator[Change]:
    """The pictures that show something else under the path they had, beside a text that is compared by its lines."""
    was = {_path(one): one for one in before if one.digest}
    now = {_path(one): one for one in after if one.digest}
    for path, one in now.items():
        if path in was and was[path].digest != one.digest:
            yield _pictured("mended", (), one.label, (OTHER,), was[path], one)


def _compared(before: Sequence[Piece], after: Sequence[Piece]) -> list[Change]:
    numbers: dict[tuple[object, ...], int] = {}  # a key is hashed once, however often it is looked at
    known = _known(before) & _known(after)
    keys = [
        [
            numbers.setdefault((one.label, one.key, one.digest if _path(one) in known else ""), len(numbers))
            for one in side
        ]
        for side in (before, after)
    ]
    length = sum(len(one.words) for side in (before, after) for one in side)
    pairing, telling = _Pairing(Effort(length)), Effort(length)
    found: list[Change] = []
    for tag, a, b, c, d in apart_or_replaced(keys[0], keys[1], Effort(length)):
        if tag == "equal":
            found += map(_kept, before[a:b], after[c:d])
        else:
            found += _replaced(before[a:b], after[c:d], pairing, telling)
    return found


def _pictured(
    kind: str, runs: tuple[Run, ...], label: str, notes: tuple[str, ...], old: Piece | None, new: Piece | None
) -> Change:
    """The change with the pictures of both sides."""
    pictures = (old.picture if old else None, new.picture if new else None)
    hashes = (old.digest if old else "", new.digest if new else "")
    return Change(kind, runs, label, *pictures, notes, hashes, bool(old and new and _looks_other(old, new)))


def _same(one: Piece) -> Change:
    return _pictured("same", _whole("same", one.words), one.label, (), None, one)


def _whole(kind: str, words: str) -> tuple[Run, ...]:
    return (Run(kind, words),) if words else ()


def _kept(old: Piece, new: Piece) -> Change:
    """A piece that is the same; told as mended where it goes together with another one than before."""
    if parted := _parted(old, new):
        return _pictured("mended", _whole("same", new.words), new.label, (parted,), old, new)
    return _same(new)


def _gone(one: Piece) -> Change:
    return _pictured("gone", _whole("gone", one.words), one.label, _said(one), one, None)


def _come(one: Piece) -> Change:
    return _pictured("new", _whole("new", one.words), one.label, _said(one), None, one)


def _said(one: Piece) -> tuple[str, ...]:
    facts = (f"{label}：{value}" for label, value in one.facts if value)
    return (f"另起一块{one.anew}", *facts) if one.anew else tuple(facts)


def _parted(old: Piece, new: Piece) -> str:
    """What was split before this piece, or put together, in words; "" for nothing."""
    if new.anew and old.joined > new.joined:
        return f"和前面的{new.anew}分开了"
    return f"和前面的{old.anew}连起来了" if old.anew and new.joined > old.joined else ""


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
        self.effort.spend(LOOK)
        if old.kind != new.kind:
            return False
        self.effort.spend(LOOK + min(len(old.words), len(new.words)))
        if _is_plainly(old, new):
            return True
        if not old.words and not new.words:
            return old.label == new.label
        both = (len(old.words) + len(new.words)) / 2
        if min(len(old.words), len(new.words)) < ALIKE * both:
            return False
        counts = [self._counted(one.words) for one in (old, new)]
        self.effort.spend(4 * LOOK + 2 * len(counts[0]))
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
    if old.words[:1] != new.words[:1] and old.words[-1:] != new.words[-1:]:
        return False
    most = max(shared(old.words, new.words))
    return most > 0 and most >= ALIKE * (len(old.words) + len(new.words)) / 2


def _mended(old: Piece, new: Piece, telling: Effort) -> Change:
    notes = tuple(_notes(old, new)) or (("格式改了",) if old.words == new.words else ())
    is_same = old.words == new.words
    runs = _whole("same", new.words) if is_same else tuple(_runs(old.words, new.words, telling))
    return _pictured("mended", runs, new.label, notes, old, new)


def _notes(old: Piece, new: Piece) -> Iterator[str]:
    """What is different beside the words."""
    if old.picture and new.picture:
        if _is_other(old, new):
            yield OTHER
        elif old.picture.src != new.picture.src:
            yield "图片没有换，只是文件改了名"
    elif bool(old.picture) != bool(new.picture):
        yield "加了图片" if new.picture else "去掉了图片"
    if old.kind in ("figure", "gallery") and old.words != new.words:
        yield "图说改了"
    if old.label != new.label:
        yield f"原来是{old.label or '正文'}"
    if parted := _parted(old, new):
        yield parted
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


def _is_other(old: Piece, new: Piece) -> bool:
    """Whether they show two pictures."""
    return old.digest != new.digest if old.digest and new.digest else _path(old) != _path(new)


def _looks_other(old: Piece, new: Piece) -> bool:
    """Whether the eye sees a difference: another picture, or another point that its crops keep."""
    if old.picture is None or new.picture is None:
        return False
    focus = [(one.focus_x, one.focus_y) for one in (old.picture, new.picture)]
    return focus[0] != focus[1] or _is_other(old, new)


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
