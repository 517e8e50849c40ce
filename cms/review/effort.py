"""Comparing two sequences with a bounded effort. ``difflib`` takes the square of their length, and the cube where the
same few characters come again and again: here every step is paid for before it is made."""

from collections.abc import Hashable, Sequence
from difflib import Match, SequenceMatcher
from itertools import accumulate
from typing import cast

FLOOR, PER_CHARACTER = 250_000, 6
LOOK = 10
"""Steps that one look at two things costs beside what it compares, and one search in them: calls are dearer than
characters, which counts where there are thousands of pieces of one character."""
Opcode = tuple[str, int, int, int, int]
"""As ``SequenceMatcher.get_opcodes`` tells it: tag, then from and to in the old, from and to in the new."""


class TooMuch(Exception):
    """The effort that is left does not suffice; nothing of it was spent."""


class Effort:
    """Steps that may still be made. ``length``: characters of both texts; short ones have enough for any edit."""

    def __init__(self, length: int) -> None:
        self.left = FLOOR + PER_CHARACTER * length

    def spend(self, steps: int) -> None:
        """Pay for ``steps``. Raises ``TooMuch`` where there are not so many left."""
        if steps > self.left:
            raise TooMuch
        self.left -= steps


class _Paid(SequenceMatcher[Hashable]):
    """Pays for each search before it: one step for an item of the old, and for each of its likes in the new."""

    def __init__(self, old: Sequence[Hashable], new: Sequence[Hashable], effort: Effort) -> None:
        effort.spend(8 * LOOK + 4 * (len(old) + len(new)))
        super().__init__(None, old, new, autojunk=False)
        likes = cast("dict[Hashable, list[int]]", self.b2j)  # type: ignore[attr-defined]
        self._upto = list(accumulate((1 + len(likes.get(one, ())) for one in old), initial=0))
        self._effort = effort

    def find_longest_match(self, alo: int = 0, ahi: int | None = None, blo: int = 0, bhi: int | None = None) -> Match:
        end = len(self._upto) - 1 if ahi is None else ahi
        self._effort.spend(LOOK + self._upto[end] - self._upto[alo])
        return super().find_longest_match(alo, ahi, blo, bhi)


def matched(old: Sequence[Hashable], new: Sequence[Hashable], effort: Effort) -> list[Opcode]:
    """The very opcodes of ``SequenceMatcher``. Raises ``TooMuch``."""
    return [cast(Opcode, one) for one in _Paid(old, new, effort).get_opcodes()]


def apart(old: Sequence[Hashable], new: Sequence[Hashable], effort: Effort) -> list[Opcode]:
    """The same, or where that is too much effort, those of what is between the beginning and the end that both share.
    Raises ``TooMuch`` where that is too much as well."""
    try:
        return matched(old, new, effort)
    except TooMuch:
        begin, end = shared(old, new)
    within = matched(old[begin : len(old) - end], new[begin : len(new) - end], effort)
    return _framed(within, begin, end, len(old), len(new))


def apart_or_replaced(old: Sequence[Hashable], new: Sequence[Hashable], effort: Effort) -> list[Opcode]:
    """The same, or in the end all that is between as replaced."""
    try:
        return apart(old, new, effort)
    except TooMuch:
        begin, end = shared(old, new)
    middle = ("replace", 0, len(old) - begin - end, 0, len(new) - begin - end)
    return _framed([middle], begin, end, len(old), len(new))


def shared(old: Sequence[Hashable], new: Sequence[Hashable]) -> tuple[int, int]:
    """How many items both begin with, and how many of the rest they end with."""
    most = min(len(old), len(new))
    begin = next((at for at in range(most) if old[at] != new[at]), most)
    most -= begin
    return begin, next((at for at in range(most) if old[-1 - at] != new[-1 - at]), most)


def _framed(within: list[Opcode], begin: int, end: int, old: int, new: int) -> list[Opcode]:
    """``within`` where it stands, between the ``begin`` and the ``end`` that are equal; ``old``, ``new``: lengths."""
    moved = [(tag, a + begin, b + begin, c + begin, d + begin) for tag, a, b, c, d in within]
    first: Opcode = ("equal", 0, begin, 0, begin)
    last: Opcode = ("equal", old - end, old, new - end, new)
    return [*([first] if begin else []), *moved, *([last] if end else [])]
