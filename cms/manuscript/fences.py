"""The lines of a manuscript before Markdown sees them: code and formulas set aside, ``:::`` blocks paired.

Code listings and displayed formulas are kept to the letter, so they leave first and a token takes their
place. Then ``:::`` lines are paired: ``:::`` with n colons ends the innermost open block opened with n
colons, and the innermost one when no count fits.
"""

import re
from dataclasses import dataclass, field

from cms.manuscript.names import BY_NAME, END_WORDS

OPENING = re.compile(r"^ {0,3}(:{3,})\s*([^\s:]\S*)\s*(.*)$")
CLOSING = re.compile(r"^ {0,3}(:{3,})\s*(\S*)\s*$")
NOTE = re.compile(r"^ {0,3}\[\^([^\]\s]+)\]:[ \t]*(.*)$")
TOKEN = re.compile("\x02yg([cf]):([0-9]+)\x03")
_FENCE = re.compile(r"^((?:[ \t]|>)*)(`{3,}|~{3,})[ \t]*\{?\.?([^\s`{}]*)([^`]*)$")
_FORMULA_LINE = re.compile(r"^([ \t]*)\$\$(.+?)\$\$[ \t]*$")


@dataclass(frozen=True)
class Kept:
    """A listing or formula set aside: its words, its syntax name, the line it starts on."""

    text: str
    syntax: str
    line: int


@dataclass
class Lines:
    """Lines with tokens for what was set aside; ``numbers`` gives each line's place in the source,
    ``restored`` which tokens became words again before the page was made."""

    texts: list[str] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)
    unclosed: list[int] = field(default_factory=list)
    restored: set[int] = field(default_factory=set)

    def add(self, text: str, number: int) -> None:
        self.texts.append(text)
        self.numbers.append(number)

    def keep(self, letter: str, prefix: str, kept: Kept) -> None:
        """A token on lines of its own, under the same list or quote prefix."""
        blank = prefix.rstrip() if ">" in prefix else ""
        for text in (blank, f"{prefix}\x02yg{letter}:{len(self.kept)}\x03", blank):
            self.add(text, kept.line)
        self.kept.append(kept)


def set_aside(text: str, first_line: int = 1) -> Lines:
    """The text's lines with fenced code and ``$$`` formulas replaced by tokens, tabs expanded."""
    source = text.split("\n")
    out = Lines()
    at = 0
    while at < len(source):
        end = _take(source, at, first_line, out)
        if end == at:
            line = source[at]
            out.add(line.expandtabs(4) if line.strip() else "", first_line + at)
            end += 1
        at = end
    return out


def _take(source: list[str], at: int, first_line: int, out: Lines) -> int:
    """Take a listing or formula that starts here; the index after it (``at`` when there is none)."""
    line = source[at]
    if "```" in line or "~~~" in line:
        return _take_code(source, at, first_line, out)
    if "$$" in line:
        return _take_formula(source, at, first_line, out)
    return at


def _take_code(source: list[str], at: int, first_line: int, out: Lines) -> int:
    found = _FENCE.match(source[at])
    if not found:
        return at
    prefix, ticks, syntax = found[1], found[2], found[3]
    closing = re.compile(rf"^(?:[ \t]|>)*{ticks[0]}{{{len(ticks)},}}[ \t]*$")
    for end in range(at + 1, len(source)):
        if closing.match(source[end]):
            body = "\n".join(_bare(line, prefix) for line in source[at + 1 : end])
            out.keep("c", prefix.expandtabs(4), Kept(body, syntax, first_line + at))
            return end + 1
    out.unclosed.append(first_line + at)
    return at


def _bare(line: str, prefix: str) -> str:
    """``line`` without the list indent or quote marks that ``prefix`` has."""
    if line.startswith(prefix):
        return line[len(prefix) :]
    if ">" in prefix:
        return re.sub(rf"^(?:[ \t]*>){{0,{prefix.count('>')}}} ?", "", line)
    indent = len(prefix.expandtabs(4))
    wide = line.expandtabs(4)
    return wide[min(indent, len(wide) - len(wide.lstrip())) :]


def _take_formula(source: list[str], at: int, first_line: int, out: Lines) -> int:
    one = _FORMULA_LINE.match(source[at])
    if one and one[2].strip():
        out.keep("f", one[1].expandtabs(4), Kept(one[2].strip(), "", first_line + at))
        return at + 1
    if source[at].strip() != "$$":
        return at
    prefix = source[at][: len(source[at]) - len(source[at].lstrip())]
    for end in range(at + 1, len(source)):
        if source[end].strip() == "$$":
            tex = "\n".join(line.strip() for line in source[at + 1 : end]).strip()
            out.keep("f", prefix.expandtabs(4), Kept(tex, "", first_line + at))
            return end + 1
        if not source[end].strip():
            break
    return at


def find_end(texts: list[str], at: int, stop: int) -> int | None:
    """The index of the line that ends the block opened at ``at``; itself for a brief one, None if unclosed."""
    if _is_alone(texts, at, stop):
        return at
    open_counts = [_count(texts[at])]
    for i in range(at + 1, stop):
        closing = is_closing(texts[i])
        if closing:
            while len(open_counts) > 1 and closing in open_counts and open_counts[-1] != closing:
                open_counts.pop()
            open_counts.pop()
            if not open_counts:
                return i
        elif OPENING.match(texts[i]) and not _is_alone(texts, i, stop):
            open_counts.append(_count(texts[i]))
    return None


def is_closing(text: str) -> int:
    """The number of colons of a closing line, 0 for any other line."""
    found = CLOSING.match(text) if ":::" in text else None
    return len(found[1]) if found and (not found[2] or found[2] in END_WORDS) else 0


def _count(text: str) -> int:
    found = OPENING.match(text)
    return len(found[1]) if found else 0


def _is_alone(texts: list[str], at: int, stop: int) -> bool:
    """Whether a brief block stands on its one line: the next is empty or there is none."""
    found = OPENING.match(texts[at])
    kind = BY_NAME.get(found[2]) if found else None
    return bool(kind and kind.is_brief and (at + 1 >= stop or not texts[at + 1].strip()))
