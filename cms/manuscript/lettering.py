"""Lines of text as Markdown: escapes, marks, and inline HTML where Markdown would be ambiguous."""

import re
from collections.abc import Iterable
from itertools import groupby

from channels.values import FootnoteRef, Inline, InlineFormula, Inlines, LineBreak, Mark, Text

_SPECIAL = re.compile(r"[\\`*_\[\]{}<$~^|]|&(?=#?\w)|!(?=\[)")
_LINE_START = re.compile(r"^( {0,3})(#|>|[-+](?=[ -]|$)|=(?=[= ]|$)|:(?=::)|(?:\d+[.)])(?=\s|$)|\|)")
_NOTE_START = re.compile(r"^(\[\^[^\]]+\]):")
_PLAIN_HREF = re.compile(r"[\w.:/?=%#+,;@~-]+(?:&[\w.:/?=%#+,;@~-]+)*")
_PLAIN_CODE = re.compile(r"[\w.,:;/=+()\"'@#%-]+(?: [\w.,:;/=+()\"'@#%-]+)*")
_PLAIN_TEX = re.compile(r"[^\s$`|<>{}\[\]\u2e80-\uffef\\](?:[^$`|<>\n\u2e80-\uffef]*[^\s$`|<>\\\u2e80-\uffef])?")
_TAGS = {"strong": "strong", "em": "em", "strike": "del", "sup": "sup", "sub": "sub", "code": "code"}
_ENTITIES = {"&": "&amp;"}
_STARS = {"strong": "**", "em": "*"}


def attribute(value: str) -> str:
    """``value`` inside a double-quoted HTML attribute, safe from every Markdown pattern too."""
    return re.sub(r"[^\w .:/?=%#,;+()-]|_", lambda m: f"&#{ord(m[0])};", value)


def escape(text: str) -> str:
    """``text`` so that Markdown reads it as it stands (inside a line)."""
    return _SPECIAL.sub(lambda m: _ENTITIES.get(m[0]) or "\\" + m[0], text)


def line(inlines: Inlines) -> str:
    """A line of text as Markdown, safe at the start of a line."""
    return at_line_start(phrase(inlines))


def phrase(inlines: Inlines) -> str:
    """A line of text as Markdown, where something stands in front of it."""
    return _runs(list(inlines), 0, "")


def at_line_start(text: str) -> str:
    """``text`` with what would start a block at a line's beginning escaped."""
    note = _NOTE_START.match(text)
    if note:
        return f"{note[1]}\\{text[note.end(1) :]}"
    found = _LINE_START.match(text)
    if not found:
        return text
    at = found.end() - 1 if found[2][0].isdigit() else found.start(2)
    return f"{text[:at]}\\{text[at:]}"


def _runs(inlines: list[Inline], depth: int, before: str) -> str:
    """Inlines written one group of equal outer marks after another; ``before`` is what stands in front."""
    out = ""
    rest = inlines
    for mark, group in groupby(inlines, key=lambda inline: _mark_at(inline, depth)):
        runs = list(group)
        rest = rest[len(runs) :]
        tail = (before + out)[-1:]
        out += _plain(runs, tail, rest) if mark is None else _marked(mark, runs, depth, tail, rest)
    return out


def _mark_at(inline: Inline, depth: int) -> Mark | None:
    marks = inline.marks if isinstance(inline, Text) else ()
    return marks[depth] if depth < len(marks) else None


def _plain(runs: list[Inline], tail: str, rest: list[Inline]) -> str:
    out = ""
    for at, run in enumerate(runs):
        following = [*runs[at + 1 :], *rest][:1]
        out += _unmarked(run, (tail + out)[-1:], following[0] if following else None)
    return out


def _unmarked(run: Inline, tail: str, following: Inline | None) -> str:
    if isinstance(run, Text):
        return escape(run.text)
    if isinstance(run, LineBreak):
        return "<br>"
    if isinstance(run, FootnoteRef):
        return f"[^{run.label}]" if tail != "!" else f'<x-ref label="{attribute(run.label)}"></x-ref>'
    return _formula(run, tail, following)


def _formula(run: InlineFormula, tail: str, following: Inline | None) -> str:
    next_char = following.text[:1] if isinstance(following, Text) else ""
    is_clear = not re.match(r"[\\$0-9A-Za-z_]", tail) and not re.match(r"[\d$]", next_char)
    if is_clear and not isinstance(following, InlineFormula) and _PLAIN_TEX.fullmatch(run.tex):
        return f"${run.tex}$"
    return f'<x-formula tex="{attribute(run.tex)}"></x-formula>'


def _marked(mark: Mark, runs: list[Inline], depth: int, tail: str, rest: list[Inline]) -> str:
    """The runs under one mark: in Markdown where it is unambiguous, in HTML else."""
    inner = _runs(runs, depth + 1, "")
    plain = runs[0].text if len(runs) == 1 and isinstance(runs[0], Text) else ""
    if mark.kind in _STARS and _is_starred(inner, plain, tail, rest):
        return f"{_STARS[mark.kind]}{inner}{_STARS[mark.kind]}"
    if mark.kind == "code" and tail not in ("`", "\\") and _PLAIN_CODE.fullmatch(plain):
        return f"`{plain}`"
    if mark.kind == "link":
        return _link(mark, inner, tail)
    if mark.kind in ("ai", "lang"):
        has_inner_span = "]{" in inner or "<span" in inner
        return _span(mark, inner, "!" if has_inner_span else tail)
    return f"<{_TAGS[mark.kind]}>{inner}</{_TAGS[mark.kind]}>"


def _is_starred(inner: str, plain: str, tail: str, rest: list[Inline]) -> bool:
    """Whether stars around ``inner`` can only be read one way."""
    if not plain or inner != plain or tail in ("*", "\\", "_") or plain != plain.strip():
        return False
    return not (rest and isinstance(rest[0], Text) and rest[0].marks)


def _link(mark: Mark, inner: str, tail: str) -> str:
    if tail != "!" and inner.strip() == inner and _PLAIN_HREF.fullmatch(mark.href) and not mark.title:
        return f"[{inner}]({mark.href.replace('_', chr(92) + '_')})"
    title = f' title="{attribute(mark.title)}"' if mark.title else ""
    return f'<a href="{attribute(mark.href)}"{title}>{inner}</a>'


def _span(mark: Mark, inner: str, tail: str) -> str:
    flag = "ai" if mark.kind == "ai" else f"lang={mark.lang}"
    if tail != "!" and inner.strip() == inner:
        return f"[{inner}]{{{flag}}}"
    given = 'ai="yes"' if mark.kind == "ai" else f'lang="{attribute(mark.lang)}"'
    return f"<span {given}>{inner}</span>"


def joined(lines: Iterable[str]) -> str:
    """Chunks with an empty line between."""
    return "\n\n".join(chunk for chunk in lines if chunk)
