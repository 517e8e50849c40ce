"""A platform's clean-up of an article, played through: rules as data, each with a small matcher, in one pass.

Whatever no rule meets is written on letter by letter, and a body that comes through unchanged is the very same string.
A platform cleans what it cleaned before at every save, so the pass is repeated until nothing is met any more.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape, unescape
from typing import Literal, NamedTuple, Union

from channels.making import words
from channels.making.tags import BLOCK, SVG, TOKEN, VOID, WHITE, Tag, declarations, name_of, read
from channels.values import Change, Cleaned, CleaningRule, Finding

_ANY_TAG = re.compile("<[^>]*>?|\x02[^\x03]*\x03")
_FOREIGN_INSIDE = re.compile(rf"[{WHITE}]*<section[{WHITE}][^<>]*xmlns=", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Element:
    """Meets tags. ``whole``: goes with all inside; else it ``becomes`` another tag, or goes and leaves its words."""

    meets: Callable[[Tag], bool]
    whole: bool = False
    becomes: str = ""


@dataclass(frozen=True, slots=True)
class Attribute:
    """Meets an attribute (tag, name, value) and takes it."""

    meets: Callable[[Tag, str, str], bool]


@dataclass(frozen=True, slots=True)
class Declaration:
    """Meets one declaration of an inline style (on the first tag?, property, value) and takes it."""

    meets: Callable[[bool, str, str], bool]


@dataclass(frozen=True, slots=True)
class Place:
    """Meets what only its place tells: a remark (<!-- -->), a gap (white space with a line end between blocks),
    a break (a line end in <pre>), a nested list (moved behind its entry), foreign content without a section."""

    kind: Literal["remark", "gap", "break", "nested", "foreign"]


Matcher = Element | Attribute | Declaration | Place


class Clean(NamedTuple):
    """A rule and what it does; of several that meet, the first counts."""

    rule: CleaningRule
    by: Matcher


class _Verdict(NamedTuple):
    """What becomes of a start tag: how it is ``written`` on and ended, and (rule, what was met) of each change."""

    name: str
    written: str
    ending: str
    whole: bool
    met: tuple[tuple[str, str], ...]


class Cleaner:
    """The clean-up of one step: call it with a body."""

    def __init__(self, rules: tuple[Clean, ...]) -> None:
        self.rules = {one.rule.key: one.rule for one in rules}
        self._elements = [(one.rule.key, one.by) for one in rules if isinstance(one.by, Element)]
        self._attributes = [(one.rule.key, one.by) for one in rules if isinstance(one.by, Attribute)]
        self._declarations = [(one.rule.key, one.by) for one in rules if isinstance(one.by, Declaration)]
        self.places = {one.by.kind: one.rule.key for one in rules if isinstance(one.by, Place)}
        self.verdict = lru_cache(maxsize=4096)(self._verdict)
        self._declared = lru_cache(maxsize=4096)(self._declaration)

    def __call__(self, html: str) -> Cleaned:
        """``html`` as the platform keeps it, and every change; cleaning the outcome changes nothing."""
        changes: list[Change] = []
        while True:
            once = _Pass(self, html)
            once.run()
            if not once.changes:
                return Cleaned(html=html, changes=tuple(changes))
            html = once.text()
            changes += once.changes

    def _verdict(self, raw: str, first: bool) -> _Verdict:
        tag, written_names = read(raw, first)
        closed = raw.endswith("/>") and tag.name in SVG
        found = next(((key, by) for key, by in self._elements if by.meets(tag)), None)
        if found and not found[1].becomes:
            ending = "" if tag.name in VOID or closed else "taken"
            return _Verdict(tag.name, "", ending, found[1].whole, ((found[0], f"<{tag.name}>"),))
        met = [(found[0], f"<{tag.name}>")] if found else []
        name = found[1].becomes if found else tag.name
        kept = self._kept(tag, written_names, met)
        written = f"<{name}{kept}{'/' if closed else ''}>" if met else raw
        ending = "" if name in VOID or closed else f"</{name}>"
        return _Verdict(tag.name, written, ending, False, tuple(met))

    def _kept(self, tag: Tag, names: tuple[str, ...], met: list[tuple[str, str]]) -> str:
        """The attributes that stay, written out; the others are added to ``met``."""
        out = []
        for written, (name, value) in zip(names, tag.attributes, strict=True):
            rule = next((key for key, by in self._attributes if by.meets(tag, name, value)), "")
            if rule:
                met.append((rule, f"{tag.name}[{name}]"))
                continue
            kept = self._style(tag, value, met) if name == "style" else value
            if kept or name != "style":
                out.append(f' {written}="{escape(kept)}"')
        return "".join(out)

    def _style(self, tag: Tag, style: str, met: list[tuple[str, str]]) -> str:
        """The style without the declarations a rule meets."""
        out = []
        for text, name, value in declarations(style):
            if rule := self._declared(tag.first, name, value):
                met.append((rule, f"{name}:{value}"[:60]))
            else:
                out.append(text)
        return ";".join(out)

    def _declaration(self, first: bool, name: str, value: str) -> str:
        return next((key for key, by in self._declarations if by.meets(first, name, value)), "")


@lru_cache(maxsize=64)
def findings(cleaner: Cleaner, body: str, platform: str) -> tuple[Finding, ...]:
    """A blocking finding for each rule that would change ``body``: what was seen would not be what is read."""
    changes = cleaner(body).changes
    by_rule = {key: [one for one in changes if one.rule == key] for key in dict.fromkeys(one.rule for one in changes)}
    return tuple(_finding(cleaner.rules[key], met, platform) for key, met in by_rule.items())


def _finding(rule: CleaningRule, met: list[Change], platform: str) -> Finding:
    places = f"“{met[0].met}”" + (f"等 {len(met)} 处" if len(met) > 1 else "")
    sentence = f"{platform}不留{rule.what}（{rule.action}），正文有{places}，请换一种写法，或改主题里的这条样式。"
    return Finding(level="block", rule=rule.key, message=sentence, excerpt=met[0].excerpt)


_Rope = list[Union[str, "_Rope"]]  # texts that are moved as a whole: ten thousand lists in lists are no trouble


@dataclass(slots=True)
class _Open:
    """A list or an entry that is open. A nested list writes into a text of its own, ``behind`` its entry later."""

    name: str
    outer: "_Rope | None" = None
    behind: "_Rope" = field(default_factory=list)


class _Pass:
    """One walk over a body."""

    def __init__(self, cleaner: Cleaner, html: str) -> None:
        self.cleaner, self.html = cleaner, html
        self.changes: list[Change] = []
        self.out: _Rope = []
        self.endings: dict[str, list[str]] = defaultdict(list)
        self.lists: list[_Open] = []
        self.open_lists: Counter[str] = Counter()
        self.gap: tuple[_Rope, int, int] | None = None
        self.after_block = self.first = True
        self.skipped, self.depth = "", 0

    def text(self) -> str:
        """What was written, moved texts in their new places."""
        flat: list[str] = []
        waiting: _Rope = [self.out]
        while waiting:
            one = waiting.pop()
            if isinstance(one, str):
                flat.append(one)
            else:
                waiting += reversed(one)
        return "".join(flat)

    def run(self) -> None:
        """Walks to the end, then closes what is open."""
        steps = {"text": self._text, "start": self._start, "end": self._end, "rawend": self._raw, "less": self._less}
        for token in TOKEN.finditer(self.html):
            kind = token.lastgroup or ""
            if self.skipped:
                self._skip(kind, token[0])
            else:
                steps.get(kind, self._remark)(token)
        self._block(True, len(self.html))
        while self.lists:
            self._close_list()

    def _met(self, rule: str, what: str, at: int) -> None:
        after = unescape(_ANY_TAG.sub(" ", self.html[at : at + 300]))
        self.changes.append(Change(rule=rule, met=what, excerpt=words.excerpt(after)))

    def _skip(self, kind: str, raw: str) -> None:
        """Inside something that goes with all it holds: only its own tags count."""
        closed = raw.endswith("/>") and self.skipped in SVG
        if kind in ("start", "end") and name_of(raw) == self.skipped and not closed:
            self.depth += 1 if kind == "start" else -1
            self.skipped = self.skipped if self.depth else ""

    def _text(self, token: re.Match[str]) -> None:
        text, places = token[0], self.cleaner.places
        if "\n" in text and "break" in places and self.endings["pre"]:
            self._met(places["break"], "换行", token.start())
            text = text.replace("\n", " ")
        if "\n" in text and "gap" in places and self.after_block and not text.strip(WHITE):
            self.gap = (self.out, len(self.out), token.start())
        else:
            self.gap, self.after_block = None, False
        self.out.append(text)

    def _less(self, token: re.Match[str]) -> None:
        self.out.append("&lt;")
        self.gap, self.after_block = None, False

    def _block(self, block: bool, at: int) -> None:
        """Tells whether a block begins or ends here: a gap before it goes."""
        if self.gap and block:
            out, place, start = self.gap
            out[place] = ""
            self._met(self.cleaner.places["gap"], "空白", start)
        self.gap, self.after_block = None, block

    def _remark(self, token: re.Match[str]) -> None:
        """Remarks, and whatever breaks off at the end of the body."""
        if token.lastgroup == "plain":
            self._raw(token)
        elif rule := self.cleaner.places.get("remark", ""):
            self._met(rule, token[0][:12], token.start())
        else:
            self.out.append(token[0])

    def _raw(self, token: re.Match[str]) -> None:
        """An element whose inside is no markup: taken, or its words kept as words."""
        raw, inside = (token["raw"], token["inside"]) if token["raw"] else ("<plaintext>", token[0].partition(">")[2])
        verdict = self._judged(raw, token.start())
        self.endings[verdict.name].append(verdict.ending.replace("taken", ""))
        self.out.append(verdict.written)
        if not verdict.whole:
            self.out.append(escape(unescape(inside), quote=False))

    def _judged(self, raw: str, at: int) -> _Verdict:
        verdict = self.cleaner.verdict(raw, self.first)
        for rule, what in verdict.met:
            self._met(rule, what, at)
        return verdict

    def _start(self, token: re.Match[str]) -> None:
        verdict = self._judged(token[0], token.start())
        name = verdict.name
        self._block(name in BLOCK, token.start())
        if verdict.whole or (name == "foreignobject" and self._foreign(token)):
            self.skipped, self.depth = (name, 1) if verdict.ending else ("", 0)
            return
        if name == "a" and self.endings["a"]:
            self.out.append(self.endings["a"].pop())
        if verdict.written and name in ("ul", "ol", "li"):
            self._open_list(name, token.start())
        if verdict.ending:
            self.endings[name].append(verdict.ending.replace("taken", ""))
        if verdict.written:
            self.out.append(verdict.written)
            self.first = False

    def _foreign(self, token: re.Match[str]) -> bool:
        rule = self.cleaner.places.get("foreign", "")
        if not rule or _FOREIGN_INSIDE.match(self.html, token.end()):
            return False
        self._met(rule, "<foreignObject>", token.start())
        return True

    def _end(self, token: re.Match[str]) -> None:
        name = name_of(token[0])
        self._block(name in BLOCK, token.start())
        open_ones = self.endings[name]
        if not open_ones:
            self._stray(name, token)
            return
        ending = open_ones.pop()
        if ending and name in ("ul", "ol", "li"):
            self._end_list(name, ending)
        else:
            self.out.append(ending)

    def _stray(self, name: str, token: re.Match[str]) -> None:
        """An end without a beginning: nothing closes, and only an element that would have stayed may stand there."""
        verdict = self.cleaner.verdict(f"<{name}>", self.first)
        if verdict.written == f"<{name}>" and name not in VOID:
            self.out.append(f"</{name}>")
        elif verdict.met:
            self._met(verdict.met[0][0], f"</{name}>", token.start())

    # ------------------------------------------------------------------- lists in entries

    def _open_list(self, name: str, at: int) -> None:
        if name == "li":
            if self.lists and self.lists[-1].name == "li":
                self._close_list()
            self.lists.append(_Open("li"))
            self.open_lists["li"] += 1
            return
        opened = _Open(name)
        rule = self.cleaner.places.get("nested", "")
        if rule and self.open_lists["li"]:
            self._met(rule, f"<li> 里的 <{name}>", at)
            opened.outer, self.out = self.out, []
        self.lists.append(opened)
        self.open_lists[name] += 1

    def _end_list(self, name: str, ending: str) -> None:
        if self.open_lists[name]:
            while self.lists[-1].name != name:
                self._close_list()
            self._close_list(ending)

    def _close_list(self, ending: str = "") -> None:
        """Closes the innermost entry or list; without ``ending`` the closing was only implied."""
        one = self.lists.pop()
        moved = one.outer is not None or one.behind
        self.out.append(ending or (f"</{one.name}>" if moved else ""))
        self.out += one.behind
        self.open_lists[one.name] -= 1
        if one.outer is not None:
            inner, self.out = self.out, one.outer
            next(entry for entry in reversed(self.lists) if entry.name == "li").behind.append(inner)
