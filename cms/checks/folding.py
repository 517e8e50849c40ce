"""Folding: one form for everything a reader takes for the same word, with the way back to the places.

Full and half width, capital and small letters, traditional and variant characters, look-alike digits become one.
``squeezed`` also leaves out what was put between letters to hide a word: space, invisible characters, and single
marks such as * or · between two 汉字.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

_VARIANTS = Path(__file__).with_name("data") / "variants.txt"
# Zero-width, soft hyphen, bidi, word joiners, variation selectors, fillers, the blank of Hangul and of braille.
_INVISIBLE = (
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0"
)
_SPACE = "\u0020\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\t\n"
_SEPARATORS = "*＊·•・‧∙_＿|｜~～^＾=＝+＋#＃@＠$＄%％&＆/／\\\\＼.．\\-－﹣'＇`′"
_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_HIDDEN = re.compile(f"[{_INVISIBLE}]+")
_BETWEEN = re.compile(f"(?<=[{_HAN}])(?:[{_SPACE}]+|[{_SPACE}]*[{_SEPARATORS}]{{1,3}}[{_SPACE}]*)(?=[{_HAN}])")


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text. ``at`` gives the place of each of its letters in the original, and the original's end;
    None where letters were exchanged one for one, and every place is its own."""

    text: str
    at: tuple[int, ...] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The original's characters that ``start`` to ``end`` stand for."""
        if self.at is None:
            return start, end
        return self.at[start], self.at[end - 1] + 1


@cache
def _table() -> dict[int, str]:
    """One letter for one letter: nothing in it may change a text's length."""
    table = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | {0x3000: " "}
    for code in (*range(0xC0, 0x250), *range(0x370, 0x530), *range(0x2460, 0x249B), *range(0x1D400, 0x1D800)):
        wide = unicodedata.normalize("NFKC", chr(code))
        if len(wide) == 1 and wide != chr(code):
            table[code] = wide
    for start in (0x2460, 0x2776, 0x2780, 0x278A):  # ①–⑨ and the other rounds hide a figure
        table |= {start + step: str(step + 1) for step in range(9)}
    table |= dict.fromkeys((0x24EA, 0x24FF, 0x1F10B, 0x1F10C), "0")
    for line in _VARIANTS.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            table |= {ord(pair[0]): pair[1] for pair in line.split()}
    lower = {code: text.lower() for code, text in table.items() if len(text.lower()) == 1}
    capitals = {code: chr(code).lower() for code in range(0x41, 0x530) if len(chr(code).lower()) == 1}
    return {code: text for code, text in {**capitals, **table, **lower}.items() if text != chr(code)}


@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """``text`` with every letter in its one form; places stay as they are."""
    return text.lower() if text.isascii() else text.translate(_table())


@lru_cache(maxsize=8192)
def squeezed(text: str) -> Folded:
    """``text`` folded, without what hides words; the same places when there is nothing to leave out."""
    if not _HIDDEN.search(text) and not _BETWEEN.search(text):
        return Folded(fold(text))
    shown = _without(_HIDDEN, text, range(len(text)))
    return _folded(text, _without(_BETWEEN, "".join(text[at] for at in shown), shown))


def revealed(text: str) -> Folded:
    """``text`` folded, without invisible characters alone: for figures, where a space means something."""
    if not _HIDDEN.search(text):
        return Folded(fold(text))
    return _folded(text, _without(_HIDDEN, text, range(len(text))))


def _without(pattern: re.Pattern[str], shown: str, places: Sequence[int]) -> list[int]:
    """The ``places`` of the letters of ``shown`` that ``pattern`` does not take."""
    kept: list[int] = []
    start = 0
    for found in pattern.finditer(shown):
        kept += places[start : found.start()]
        start = found.end()
    return [*kept, *places[start:]]


def _folded(text: str, kept: Sequence[int]) -> Folded:
    return Folded(fold("".join(text[at] for at in kept)), (*kept, len(text)))
