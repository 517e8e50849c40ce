"""Breaks Chinese text into caption and card lines by the kinsoku rules (避头尾).

Widths are counted in em: a hanzi is 1, a Latin letter or digit 0.6. No line starts with a closing mark or
ends with an opening one; numbers stay with sign and unit; Latin words and kept names stay whole.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

NOT_AT_START = frozenset("，。！？；：、）】》」』〉〕”’…—·％℃‰°,.!?;:)]}%")
NOT_AT_END = frozenset("（【《「『〈〔“‘([{")
SILENT_AT_END = "，。、；,;"
_NUMBER = (
    r"(?:第|[+\-−±¥￥$])?\d+(?:[.,:/·]\d+)*"
    r"(?:\s?(?:[%％‰℃]|°C?|[A-Za-zμΩ]+(?:/[A-Za-z]+)?)"
    r"|[余多]?[十百千万亿]*[余多]?(?:平方公里|平方米|个百分点|百分点|个小时|个月|公里|千米|厘米|毫米|公斤|千克|美元|小时|分钟"
    r"|[年月日号时分秒届期次个项家名人位场条元吨亩度倍台套件种类岁米克升瓦辆篇所区版章节页天周])?)?"
)
# words that would read badly torn apart; a whole dictionary would be slower and not much better
_KEPT = Path(__file__).with_name("kept_words.txt").read_text("utf-8").split()
_WORD = "|".join(sorted(_KEPT, key=len, reverse=True))
_TOKEN = re.compile(rf"{_NUMBER}|{_WORD}|[A-Za-z][\w+#&'’./-]*|……|——|\s+|.", re.ASCII | re.DOTALL)
_CLAUSE = re.compile(r".*?[，。！？；：、,;!?—…]+[”’」』）)]*|.+$", re.DOTALL)
_SOFT_AFTER = frozenset("的了着过")
_SOFT_BEFORE = frozenset("和与及或并将把被在对从向比让")
_PAUSES = frozenset("，。！？；：、…—,.;:!?")
_CLINGING = frozenset("的了着们里")  # belongs to the word before it
_SOFT_COST, _HARD_COST, _INSIDE_COST, _TORN_COST = 6.0, 12.0, 18.0, 18.0


def width(text: str) -> float:
    """How many hanzi wide ``text`` is."""
    return sum(1.0 if unicodedata.east_asian_width(char) in "WFA" else 0.6 for char in text)


def clauses(text: str) -> list[str]:
    """``text`` by its commas and stops; the pieces joined are the text."""
    return [found for found in _CLAUSE.findall(text) if found]


def atoms(text: str, keep: Sequence[str] = ()) -> list[str]:
    """The pieces no line break may enter, in order; joined they are the text with single spaces."""
    out: list[str] = []
    for token in _tokens(" ".join(text.split()), keep):
        if out and (token[0] in NOT_AT_START or out[-1][-1] in NOT_AT_END):
            out[-1] += token
        else:
            out.append(token)
    return out


def _tokens(text: str, keep: Sequence[str]) -> list[str]:
    names = sorted((re.escape(name) for name in keep if len(name) > 1), key=len, reverse=True)
    if not names:
        return _TOKEN.findall(text)
    return re.compile("|".join([*names, _TOKEN.pattern]), _TOKEN.flags).findall(text)


def trimmed(line: str) -> str:
    """``line`` as it is shown: no comma or full stop at its end, no space at either."""
    return line.strip().rstrip(SILENT_AT_END).strip()


def wrap(text: str, em: float, keep: Sequence[str] = (), whole: bool = False) -> tuple[str, ...]:
    """``text`` in the fewest lines of at most ``em``, as even as can be, breaking best at punctuation.

    Captions lose the comma or full stop at a line's end; ``whole`` text (a headline, a bubble) keeps it."""
    return _wrap(text, em, tuple(keep), str.strip if whole else trimmed)


@lru_cache(maxsize=1024)
def _wrap(text: str, em: float, keep: tuple[str, ...], shown: Callable[[str], str]) -> tuple[str, ...]:
    pieces = [part for atom in atoms(text, keep) for part in _fitted(atom, em)]
    best: list[tuple[int, float, int]] = [(0, 0.0, 0)]
    for end in range(1, len(pieces) + 1):
        options = []
        for start in range(end - 1, -1, -1):
            line = shown("".join(pieces[start:end]))
            if width(line) > em and start < end - 1:
                break
            count, cost, _ = best[start]
            last = end == len(pieces)
            options.append((count + 1, cost + (em - width(line)) ** 2 + (0 if last else _cost(pieces, end)), start))
        best.append(min(options))
    return tuple(filter(None, map(shown, _lines(pieces, best))))


def _fitted(atom: str, em: float) -> list[str]:
    """An atom wider than a whole line (an address, say) is cut where the line is full."""
    if width(atom) <= em + 1:
        return [atom]
    out = [""]
    for char in atom:
        if width(out[-1] + char) > em:
            out.append("")
        out[-1] += char
    return out


def _cost(pieces: list[str], end: int) -> float:
    """What a break before ``pieces[end]`` costs: nothing after a comma or stop, most inside quotes."""
    before = "".join(pieces[:end])
    last = before.rstrip("”’」』）) ")[-1:]
    if last and last in _PAUSES:
        return 0.0
    is_soft = last in _SOFT_AFTER or pieces[end][0] in _SOFT_BEFORE
    is_inside = sum(map(before.count, "“「『《（")) > sum(map(before.count, "”」』》）"))
    torn = _TORN_COST if pieces[end][0] in _CLINGING else 0.0
    return (_SOFT_COST if is_soft else _HARD_COST) + (_INSIDE_COST if is_inside else 0.0) + torn


def _lines(pieces: list[str], best: list[tuple[int, float, int]]) -> list[str]:
    out, end = [], len(pieces)
    while end:
        start = best[end][2]
        out.append("".join(pieces[start:end]))
        end = start
    return out[::-1]
