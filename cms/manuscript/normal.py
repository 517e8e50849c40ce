"""Normal form: two trees that mean the same are the same tree.

Runs with equal marks are one run, marks stand in ``MARK_ORDER`` and once a kind, space is single and never
at an edge, empty runs and empty paragraphs are gone, labels are one line. The parser answers in this form,
the writer is exact on it, and the freeze brings the visual editor's trees into it.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass, replace
from functools import cache
from typing import Any, TypeVar
from urllib.parse import urlsplit

from channels.values import (
    MARK_ORDER,
    AnyBlock,
    Blocks,
    Code,
    Footnote,
    FootnoteRef,
    Formula,
    Gallery,
    Heading,
    Inline,
    InlineFormula,
    Inlines,
    LineBreak,
    List,
    LocalLead,
    Mark,
    Paragraph,
    Quote,
    Table,
    Text,
)
from cms.manuscript.letters import is_wide, scrub

T = TypeVar("T")
SAFE_SCHEMES = ("http", "https", "mailto", "tel")
LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
_NEWLINE = re.compile(r"[ \t\n]*\n[ \t\n]*")
_SPACES = re.compile(r"[ \t\n]+")
_LONG_TEXTS = {"tex", "transcript", "summary", "was", "now"}
_SYNTAX = re.compile(r"^\.+|[\s`{}~]")
_MAX_LEVEL = 6


def safe_href(href: str) -> str:
    """The address if a reader may be sent there (http, https, mailto, tel), else nothing."""
    href = re.sub(r"\s", "%20", scrub(href).strip())
    try:
        parts = urlsplit(href)
    except ValueError:
        return ""
    return href if parts.scheme.lower() in SAFE_SCHEMES and (parts.netloc or parts.path) else ""


def squash(text: str) -> str:
    """One line, single spaces, no space at the edges."""
    return " ".join(scrub(text).split())


def normal_marks(marks: Iterable[Mark]) -> tuple[Mark, ...]:
    """Marks in order, the first of each kind, without those that mean nothing."""
    kept: dict[str, Mark] = {}
    for mark in marks:
        clean = _normal_mark(mark)
        if clean and clean.kind not in kept:
            kept[clean.kind] = clean
    return tuple(kept[kind] for kind in MARK_ORDER if kind in kept)


def _normal_mark(mark: Mark) -> Mark | None:
    if mark.kind == "link":
        href = safe_href(mark.href)
        return Mark(kind="link", href=href, title=squash(mark.title)) if href else None
    if mark.kind == "lang":
        return Mark(kind="lang", lang=mark.lang) if LANGUAGE.fullmatch(mark.lang) else None
    return Mark(kind=mark.kind)


def normal_inlines(inlines: Iterable[Inline]) -> Inlines:
    """A line of text in normal form."""
    runs: list[Inline] = []
    for inline in inlines:
        clean = _normal_inline(inline)
        last = runs[-1] if runs else None
        if isinstance(clean, Text) and isinstance(last, Text) and last.marks == clean.marks:
            runs[-1] = Text(last.text + clean.text, clean.marks)
        elif clean is not None:
            runs.append(clean)
    return _trimmed(_single_spaced(runs))


def _normal_inline(inline: Inline) -> Inline | None:
    if isinstance(inline, Text):
        text = scrub(inline.text)
        return Text(text, normal_marks(inline.marks)) if text else None
    if isinstance(inline, InlineFormula):
        tex = squash(inline.tex)
        return InlineFormula(tex) if tex else None
    return inline


def _is_code(run: Inline) -> bool:
    return isinstance(run, Text) and any(mark.kind == "code" for mark in run.marks)


def _single_spaced(runs: list[Inline]) -> list[Inline]:
    """Line ends inside text become nothing between 汉字 and one space elsewhere; spaces become single."""
    out: list[Inline] = []
    for at, run in enumerate(runs):
        if isinstance(run, Text) and ("\n" in run.text or "  " in run.text or "\t" in run.text):
            before, after = _edge(runs, at - 1, -1), _edge(runs, at + 1, 0)
            run = Text(_joined(run.text, before, after, _is_code(run)), run.marks)
            if not run.text:
                continue
        out.append(run)
    return _remerged(out)


def _edge(runs: list[Inline], at: int, end: int) -> str:
    run = runs[at] if 0 <= at < len(runs) else None
    return run.text[end] if isinstance(run, Text) else ""


def _joined(text: str, before: str, after: str, is_code: bool) -> str:
    if is_code:
        return text.replace("\n", " ").replace("\t", " ")

    def seam(match: re.Match[str]) -> str:
        left = text[match.start() - 1] if match.start() else before
        right = text[match.end()] if match.end() < len(text) else after
        return "" if left and right and is_wide(left) and is_wide(right) else " "

    return _SPACES.sub(" ", _NEWLINE.sub(seam, text))


def _remerged(runs: list[Inline]) -> list[Inline]:
    out: list[Inline] = []
    for run in runs:
        last = out[-1] if out else None
        if isinstance(run, Text) and isinstance(last, Text) and last.marks == run.marks:
            run = Text(last.text + run.text, run.marks)
            run = run if _is_code(run) else Text(_SPACES.sub(" ", run.text), run.marks)
            out.pop()
        out.append(run)
    return out


def _trimmed(runs: list[Inline]) -> Inlines:
    """No space or forced break at either edge, no space beside a forced break."""
    out: list[Inline] = []
    for run in runs:
        at_edge = not out or isinstance(out[-1], LineBreak)
        if at_edge and isinstance(run, Text):
            run = Text(run.text.lstrip(), run.marks)
        if isinstance(run, LineBreak):
            _strip_end(out)
        if (isinstance(run, Text) and not run.text) or (isinstance(run, LineBreak) and not out):
            continue
        out.append(run)
    while out and (isinstance(out[-1], LineBreak) or _strip_end(out)):
        if isinstance(out[-1], LineBreak):
            out.pop()
    return tuple(out)


def _strip_end(runs: list[Inline]) -> bool:
    """Strip space at the end of the last runs; whether a run was taken away whole."""
    taken = False
    while runs and isinstance(last := runs[-1], Text):
        text = last.text.rstrip()
        if text:
            runs[-1] = Text(text, last.marks)
            break
        runs.pop()
        taken = True
    return taken and bool(runs)


def normalise(blocks: Iterable[AnyBlock]) -> Blocks:
    """The blocks in normal form, footnotes last in the order they are first referred to."""
    tidy = [clean for block in blocks if (clean := _normal_block(block)) is not None]
    notes = {note.label: note for note in reversed(tidy) if isinstance(note, Footnote)}
    body = tuple(block for block in tidy if not isinstance(block, Footnote))
    if not notes:
        return body
    ordered = list(dict.fromkeys(references(body)))
    for label in ordered:  # a note may refer to further notes
        if label in notes:
            ordered += [deeper for deeper in references(notes[label].blocks) if deeper not in ordered]
    unreferred = [n.label for n in tidy if isinstance(n, Footnote) and n.label not in ordered]
    labels = dict.fromkeys([*ordered, *unreferred])
    return body + tuple(notes[label] for label in labels if label in notes)


def references(value: Any) -> Iterable[str]:
    """Labels of the footnote references in ``value``, in reading order."""
    if isinstance(value, FootnoteRef):
        yield value.label
    elif isinstance(value, tuple):
        for part in value:
            yield from references(part)
    elif is_dataclass(value) and not isinstance(value, Text):
        for field in fields(value):
            yield from references(getattr(value, field.name))


def _normal_block(block: AnyBlock) -> AnyBlock | None:
    clean = _each(block)
    if isinstance(clean, Code):
        return clean
    if isinstance(clean, Heading):
        return replace(clean, level=min(max(clean.level, 1), _MAX_LEVEL)) if clean.text else None
    if isinstance(clean, Table):
        return _normal_table(clean)
    return None if _is_hollow(clean) else clean


def _is_hollow(block: AnyBlock) -> bool:
    """Whether nothing is left to show."""
    if isinstance(block, Paragraph):
        return not block.text
    if isinstance(block, List):
        return not block.items
    if isinstance(block, Quote):
        return not block.blocks and not block.cite
    if isinstance(block, Formula):
        return not block.tex
    if isinstance(block, Gallery):
        return not block.figures
    return isinstance(block, LocalLead) and not block.texts


def _normal_table(table: Table) -> Table | None:
    """Every row as wide as the widest and none of them empty, alignments given for all columns or none."""
    table = replace(table, rows=tuple(row for row in table.rows if any(row)))
    width = max((len(row) for row in (table.header, *table.rows)), default=0)
    if not any(table.header) and not table.rows:
        return None
    aligns = table.aligns[:width] + ("",) * (width - len(table.aligns))
    return replace(
        table,
        header=table.header + ((),) * (width - len(table.header)),
        rows=tuple(row + ((),) * (width - len(row)) for row in table.rows),
        aligns=aligns if any(aligns) else (),
    )


def _each(value: T) -> T:
    """``value`` with every part in normal form."""
    if isinstance(value, Code):
        return replace(value, text=scrub(value.text), syntax=_SYNTAX.sub("", scrub(value.syntax)))
    changes: dict[str, Any] = {}
    for field in fields(value):  # type: ignore[arg-type]
        old = getattr(value, field.name)
        new = _part(value, field.name, old)
        if new is not old:
            changes[field.name] = new
    return replace(value, **changes) if changes else value  # type: ignore[type-var]


def _part(owner: Any, name: str, old: Any) -> Any:
    if isinstance(old, str):
        return _long(old) if name in _LONG_TEXTS else squash(old)
    if not isinstance(old, tuple) or not old:
        return _each(old) if is_dataclass(old) else old
    if name == "text" or (name == "caption" and not isinstance(owner, Table)):
        return normal_inlines(old)
    if isinstance(owner, Table) and name in ("header", "rows"):
        return tuple(normal_inlines(cell) for cell in old) if name == "header" else tuple(map(_row, old))
    if isinstance(owner, Table) and name == "aligns":
        return tuple(squash(one) for one in old)  # an empty one holds its column's place
    if name == "blocks":
        return tuple(clean for block in old if (clean := _normal_block(block)) is not None)
    return _members(old)


def _row(row: tuple[Inlines, ...]) -> tuple[Inlines, ...]:
    return tuple(normal_inlines(cell) for cell in row)


def _members(old: tuple[Any, ...]) -> tuple[Any, ...]:
    """Plain words, pairs of words, or lesser values such as list entries and spoken lines."""
    if isinstance(old[0], str):
        return tuple(word for raw in old if (word := squash(raw)))
    if isinstance(old[0], tuple):
        return tuple(tuple(squash(word) for word in pair) for pair in old)
    return tuple(_each(part) for part in old)


def _long(text: str) -> str:
    """Text of several lines: no tabs, no space at line ends, nothing empty at the edges."""
    return "\n".join(line.expandtabs(4).rstrip() for line in scrub(text).split("\n")).strip()


def rewrite(value: T, change: Callable[[Any], Any]) -> T:
    """``value`` with ``change`` applied to every dataclass and string inside, innermost first."""
    if isinstance(value, str):
        changed: T = change(value)
        return value if changed == value else changed
    if isinstance(value, tuple):
        made = tuple(rewrite(part, change) for part in value)
        is_same = all(new is old for new, old in zip(made, value, strict=True))
        return value if is_same else made  # type: ignore[return-value]
    if not is_dataclass(value):
        return value
    parts = {}  # what is as it was is not built anew: most of a story, in most passes
    for name in _names(type(value)):  # type: ignore[arg-type]
        before = getattr(value, name)
        after = rewrite(before, change)
        if after is not before:
            parts[name] = after
    done: T = change(replace(value, **parts) if parts else value)  # type: ignore[type-var]
    return done


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(one.name for one in fields(kind))
