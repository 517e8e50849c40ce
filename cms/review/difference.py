"""What changed between two versions, paragraph by paragraph and inside a paragraph character by character."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby

NEAR = 2
"""So many paragraphs on either side of a change stay in sight."""
LONG = 4000
"""Characters of a paragraph beyond which it is shown as wholly replaced: the comparison grows with their product."""


@dataclass(frozen=True, slots=True)
class Run:
    """Some characters: ``kind`` same, gone or new."""

    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Change:
    """One paragraph: its runs; ``kind`` same, gone, new or mended."""

    kind: str
    runs: tuple[Run, ...]


def difference(old: str, new: str) -> list[Change]:
    """Every paragraph of both, in order; those that are the same are told so."""
    before, after = _paragraphs(old), _paragraphs(new)
    found: list[Change] = []
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            found += [Change("same", (Run("same", one),)) for one in after[c:d]]
        else:
            found += _replaced(before[a:b], after[c:d])
    return found


def folded(changes: Sequence[Change]) -> list[tuple[bool, list[Change]]]:
    """The changes in runs; what is the same and far from any change is told to be folded away."""
    kept = {near for at, one in enumerate(changes) if one.kind != "same" for near in range(at - NEAR, at + NEAR + 1)}
    shown = [(at not in kept, one) for at, one in enumerate(changes)]
    return [(is_far, [one for _, one in run]) for is_far, run in groupby(shown, key=lambda pair: pair[0])]


def has_changed(changes: Sequence[Change]) -> bool:
    return any(one.kind != "same" for one in changes)


def _paragraphs(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip() not in ("", "---")]


def _replaced(old: Sequence[str], new: Sequence[str]) -> Iterator[Change]:
    """Paragraphs that answer each other are mended; what has no counterpart is gone or new."""
    left = list(old)
    for one in new:
        partner = next((other for other in left if _alike(other, one)), None)
        if partner is None:
            yield Change("new", (Run("new", one),))
            continue
        while left[0] != partner:
            yield Change("gone", (Run("gone", left.pop(0)),))
        left.pop(0)
        yield Change("mended", tuple(_runs(partner, one)))
    for one in left:
        yield Change("gone", (Run("gone", one),))


def _alike(old: str, new: str) -> bool:
    """Whether one came from the other: at least four in ten characters stand in both."""
    if len(old) > LONG or len(new) > LONG:
        return False
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return matcher.real_quick_ratio() >= 0.4 and matcher.quick_ratio() >= 0.4 and matcher.ratio() >= 0.4


def _runs(old: str, new: str) -> Iterator[Run]:
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Run("same", new[c:d])
            continue
        if a < b:
            yield Run("gone", old[a:b])
        if c < d:
            yield Run("new", new[c:d])
