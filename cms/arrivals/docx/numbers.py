"""Automatic numbers: they are words the reader saw, though the file holds only rules for them."""

import re
from dataclasses import dataclass, field

from cms.arrivals.docx.package import Node, child, full, is_on, value

_HAN = "〇一二三四五六七八九"
_CIRCLES = "⓪①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_ROMAN = tuple(
    zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        ["m", "cm", "d", "cd", "c", "xc", "l", "xl", "x", "ix", "v", "iv", "i"],
        strict=True,
    )
)
_PLAIN_LABEL = re.compile(r"[(（]?%\d[.．)）、]?$")
_LIST_FORMATS = ("decimal", "decimalZero", "lowerLetter", "upperLetter", "lowerRoman", "upperRoman")
_HIGHEST = 100_000


@dataclass(frozen=True, slots=True)
class Number:
    """A paragraph's number. ``is_listed``: it goes into a list of ours (bullets, 1. 2. 3.); otherwise
    its ``label`` belongs to the words (一、 （二） 1.1)."""

    label: str
    is_listed: bool
    is_ordered: bool
    number: int
    is_restyled: bool = False


@dataclass
class _Level:
    format: str = "decimal"
    text: str = "%1."
    start: int = 1


@dataclass
class _Rules:
    levels: dict[int, _Level]
    counters: dict[int, int] = field(default_factory=dict)


class Numbering:
    """The counters of one document."""

    def __init__(self, root: Node | None) -> None:
        self._rules: dict[str, _Rules] = {}
        self._numbers: dict[str, tuple[str, dict[int, _Level]]] = {}
        self._to_restart: set[tuple[str, int]] = set()
        for node in [] if root is None else root.findall(full("w:abstractNum")):
            levels = {_depth(one): _level(one) for one in node.findall(full("w:lvl"))}
            self._rules[value(node, "w:abstractNumId")] = _Rules(levels)
        for node in [] if root is None else root.findall(full("w:num")):
            number, key = value(node, "w:numId"), value(child(node, "w:abstractNumId"))
            levels = self._rules[key].levels if key in self._rules else {}
            own, restarted = _overrides(node, levels)
            self._numbers[number] = (key, own)
            self._to_restart |= {(number, depth) for depth in restarted}

    def next(self, number: str, depth: int) -> Number | None:
        """The number of the next paragraph of this numbering; None when it has none to show."""
        key, own = self._numbers.get(number, ("", {}))
        rules = self._rules.get(key)
        if rules is None:
            return None
        level = own.get(depth) or rules.levels.get(depth) or _Level()
        self._count(rules, number, depth, level)
        if level.format == "none" or (not level.text and level.format != "bullet"):
            return None
        if level.format == "bullet":
            return Number("•", True, False, 1)
        count = rules.counters[depth]
        label = re.sub(r"%(\d)", lambda m: self._shown(rules, own, int(m[1]) - 1), level.text)
        is_listed = level.format in _LIST_FORMATS and bool(_PLAIN_LABEL.match(level.text)) and count >= 0
        return Number(label, is_listed, True, count, level.format not in ("decimal", "decimalZero"))

    def _count(self, rules: _Rules, number: str, depth: int, level: _Level) -> None:
        counters = rules.counters
        if (number, depth) in self._to_restart:
            self._to_restart.discard((number, depth))
            counters[depth] = level.start
        else:
            counters[depth] = min(counters.get(depth, level.start - 1) + 1, _HIGHEST)
        for deeper in [one for one in counters if one > depth]:
            del counters[deeper]

    def _shown(self, rules: _Rules, own: dict[int, _Level], depth: int) -> str:
        level = own.get(depth) or rules.levels.get(depth) or _Level()
        return written(rules.counters.get(depth, level.start), level.format)


def _depth(node: Node) -> int:
    depth = value(node, "w:ilvl")
    return int(depth) if depth.isdigit() else 0


def _level(node: Node) -> _Level:
    start = value(child(node, "w:start"), default="1")
    text = value(child(node, "w:lvlText"))
    if is_on(child(node, "w:isLgl")):
        return _Level("decimal", text, int(start) if start.isdigit() else 1)
    return _Level(value(child(node, "w:numFmt"), default="decimal"), text, int(start) if start.isdigit() else 1)


def _overrides(node: Node, levels: dict[int, _Level]) -> tuple[dict[int, _Level], set[int]]:
    """Levels a numbering defines anew, and those it starts again."""
    found: dict[int, _Level] = {}
    restarted: set[int] = set()
    for one in node.findall(full("w:lvlOverride")):
        depth, own = _depth(one), child(one, "w:lvl")
        level = _level(own) if own is not None else levels.get(depth, _Level())
        start = value(child(one, "w:startOverride"))
        if start.isdigit():
            level = _Level(level.format, level.text, int(start))
            restarted.add(depth)
        found[depth] = level
    return found, restarted


def written(number: int, format: str) -> str:
    """A number the way the format writes it."""
    if format in ("lowerLetter", "upperLetter"):
        letter = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 % 10 + 1)
        return letter.upper() if format == "upperLetter" else letter
    if format in ("lowerRoman", "upperRoman"):
        return _roman(number).upper() if format == "upperRoman" else _roman(number)
    if "chinese" in format.lower() or format.startswith(("japaneseCounting", "ideographDigital", "taiwaneseCounting")):
        return han(number)
    if format.startswith("decimalEnclosedCircle") and 0 <= number < len(_CIRCLES):
        return _CIRCLES[number]
    if format == "ideographTraditional":
        return _STEMS[(number - 1) % 10]
    if format == "ideographZodiac":
        return _BRANCHES[(number - 1) % 12]
    return f"{number:02d}" if format == "decimalZero" else str(number)


def han(number: int) -> str:
    """1-999 in 汉字 as headings count: 十二, 一百零三."""
    if not 0 < number < 1000:
        return "".join(_HAN[int(digit)] for digit in str(abs(number)))
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    out = f"{_HAN[hundreds]}百" if hundreds else ""
    if hundreds and rest and not tens:
        out += "零"
    if tens:
        out += ("" if tens == 1 and not hundreds else _HAN[tens]) + "十"
    return out + (_HAN[ones] if ones else "")


def _roman(number: int) -> str:
    out = ""
    for amount, sign in _ROMAN:
        while number >= amount and len(out) < 20:
            out, number = out + sign, number - amount
    return out
