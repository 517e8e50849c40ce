"""Blocks as Markdown, so exactly that reading it gives the same blocks back.

Plain Markdown where it says all there is to say; the ``:::`` form where it does not (an odd list, a flagged
paragraph, a caption with marks). ``write_blocks`` expects normal form and brings its input there first.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import groupby
from typing import Any

from channels.values import (
    AnyBlock,
    Audio,
    Blocks,
    Code,
    CorrectionNotice,
    Dialogue,
    Divider,
    FactBox,
    Figure,
    Footnote,
    Formula,
    Gallery,
    Heading,
    Inlines,
    KeyFigure,
    List,
    ListItem,
    LiveStream,
    LocalLead,
    Paragraph,
    Picture,
    PolicyLink,
    Quote,
    RegionBlock,
    ResourceCard,
    Table,
    Text,
    Video,
)
from cms.manuscript.lettering import attribute, joined, line, phrase
from cms.manuscript.names import ROW_FIELDS, quoted
from cms.manuscript.normal import normalise

_NATIVE = (Heading, Paragraph, List, Quote, Code, Divider, Formula, Figure, Table, Footnote)
_PLAIN_SRC = re.compile(r"[\w./:%?=#+,-]+")
_PLAIN_ALT = re.compile(r"[^\\\"<>&`*_\[\](){}$~^!|\n]*")


def write_blocks(blocks: Iterable[AnyBlock]) -> str:
    """The blocks as Markdown, one line end at the end."""
    text = _flow(normalise(blocks))
    return f"{text}\n" if text else ""


def _flow(blocks: Blocks) -> str:
    """Blocks one after the other; flagged ones stand in ``:::with`` together."""
    chunks = []
    for flags, group in groupby(blocks, key=_flags):
        chunk = _plain_flow(tuple(replace(block, lang="", ai=False) if flags else block for block in group))
        chunks.append(_with(flags, chunk) if flags else chunk)
    return joined(chunks)


def _flags(block: AnyBlock) -> str:
    """What ``:::with`` must say about a block; nothing for blocks that say it themselves."""
    parts = []
    if isinstance(block, _NATIVE):
        parts = _common(block)
    if isinstance(block, Paragraph) and block.align:
        parts.append(f"align={block.align}")
    return " ".join(parts)


def _common(block: AnyBlock) -> list[str]:
    return ([f"lang={quoted(block.lang)}"] if block.lang else []) + (["ai"] if block.ai else [])


def _plain_flow(blocks: Blocks) -> str:
    chunks = []
    for at, block in enumerate(blocks):
        before = blocks[at - 1] if at else None
        chunks.append(_WRITERS[block.kind](block) if not _would_merge(before, block) else _apart(block))
    return joined(chunks)


def _would_merge(before: AnyBlock | None, block: AnyBlock) -> bool:
    """Whether Markdown would read two neighbours as one."""
    pair = (List, Quote)
    return any(isinstance(before, kind) and isinstance(block, kind) for kind in pair)


def _apart(block: Any) -> str:
    return _list_block(block) if isinstance(block, List) else _quote_block(block)


def _with(flags: str, chunk: str) -> str:
    return _fence(f"with {flags}", chunk)


def _fence(opening: str, body: str) -> str:
    """A ``:::`` block, with more colons than anything inside."""
    inside = max((len(run) for run in re.findall(r"^:{3,}", body, re.M)), default=2)
    colons = ":" * (inside + 1)
    return f"{colons}{opening}\n{body}\n{colons}" if body else f"{colons}{opening}\n{colons}"


def _open(name: str, block: AnyBlock | None = None, /, *places: str, **fields: Any) -> str:
    """An opening line: name, words in their places, fields that are not empty, flags."""
    words = [quoted(word) for word in places]
    words += [f"{key}={quoted(str(value))}" for key, value in fields.items() if value]
    return " ".join([name, *words, *(_common(block) if block else [])])


def _heading(block: Heading) -> str:
    text = re.sub(r"(#+)$", lambda m: "\\" + "\\".join(m[1]), phrase(block.text))
    return f"{'#' * block.level} {text}"


def _paragraph(block: Paragraph) -> str:
    return line(block.text)


def _list(block: List) -> str:
    if not all(_is_simple(entry) for entry in block.items):
        return _list_block(block)
    lines = []
    for number, entry in enumerate(block.items, block.start):
        sign = f"{number}." if block.ordered else "-"
        head = entry.blocks[0]
        assert isinstance(head, Paragraph)
        lines.append(f"{sign} {line(head.text)}")
        lines += [_indented(_list(nested)) for nested in entry.blocks[1:] if isinstance(nested, List)]
    return "\n".join(lines)


def _is_simple(entry: ListItem) -> bool:
    """Whether an entry is one plain paragraph, perhaps with one plain list below it."""
    head, *rest = entry.blocks or (None,)
    if not isinstance(head, Paragraph) or _flags(head) or len(rest) > 1:
        return False
    return all(isinstance(b, List) and not _flags(b) and all(map(_is_simple, b.items)) for b in rest)


def _indented(text: str) -> str:
    return "\n".join(f"    {row}" for row in text.split("\n"))


def _list_block(block: List) -> str:
    opening = "list ordered" if block.ordered else "list"
    if block.ordered and block.start != 1:
        opening += f" start={block.start}"
    return _fence(opening, "\n".join(_fence("item", _flow(entry.blocks)) for entry in block.items))


def _quote(block: Quote) -> str:
    is_simple = not block.cite and all(isinstance(b, Paragraph) and not _flags(b) for b in block.blocks)
    if not is_simple or not block.blocks:
        return _quote_block(block)
    return "\n".join(f"> {row}".rstrip() for row in _flow(block.blocks).split("\n"))


def _quote_block(block: Quote) -> str:
    return _fence(_open("quote", None, *([block.cite] if block.cite else [])), _flow(block.blocks))


def _figure(block: Figure) -> str:
    caption = block.caption
    if not caption or (len(caption) == 1 and isinstance(caption[0], Text) and not caption[0].marks):
        return _picture(block.picture, caption[0].text if caption else "")  # type: ignore[union-attr]
    return _fence("figure", joined([_picture(block.picture), line(caption)]))


def _picture(picture: Picture, caption: str = "") -> str:
    """A picture in Markdown, or as an ``img`` element when its words need it."""
    fields = _picture_fields(picture)
    words = (picture.alt, caption, picture.credit, picture.licence)
    if _PLAIN_SRC.fullmatch(picture.src) and all(_PLAIN_ALT.fullmatch(word) for word in words):
        title = f' "{caption}"' if caption else ""
        braces = " ".join(f"{k}={quoted(v)}" if v != "yes" else k for k, v in fields)
        return f"![{picture.alt}]({picture.src.replace('_', chr(92) + '_')}{title})" + (
            f"{{{braces}}}" if braces else ""
        )
    given = [("src", picture.src), ("alt", picture.alt), ("title", caption), *fields]
    return "<img " + " ".join(f'{key}="{attribute(value)}"' for key, value in given if value) + ">"


def _picture_fields(picture: Picture) -> list[tuple[str, str]]:
    fields = []
    if (picture.focus_x, picture.focus_y) != (500, 500):
        fields.append(("focus", f"{picture.focus_x / 10:g},{picture.focus_y / 10:g}"))
    fields += [(key, value) for key in ("credit", "licence") if (value := getattr(picture, key))]
    return fields + ([("ai", "yes")] if picture.ai else [])


def _gallery(block: Gallery) -> str:
    return _fence(_open("gallery", block), joined([*map(_gallery_figure, block.figures), line(block.caption)]))


def _gallery_figure(figure: Figure) -> str:
    return _flow((figure,))


def _video(block: Video) -> str:
    opening = _open("video", block, block.src, title=block.title, seconds=block.seconds)
    poster = _picture(block.poster) if block.poster else ""
    return _fence(opening, joined([poster, line(block.caption)]))


def _audio(block: Audio) -> str:
    rows = block.transcript.split("\n")
    is_plain = not any(re.match(r"[ ]{4}|\t|:::|.*(```|~~~|\$\$)", row) for row in rows)
    fields = {"title": block.title, "seconds": block.seconds}
    if not is_plain or "\t" in block.transcript:
        return _fence(_open("audio", block, block.src, **fields, transcript=block.transcript), "")
    return _fence(_open("audio", block, block.src, **fields), block.transcript)


def _live_stream(block: LiveStream) -> str:
    state = block.state if block.state != "upcoming" else ""
    opening = _open("live-stream", block, block.url, title=block.title, state=state, starts=block.starts)
    return _fence(opening, "")


def _dialogue(block: Dialogue) -> str:
    rows = [f"{_label(spoken.speaker)}：{line(spoken.text)}" for spoken in block.lines]
    return _fence(_open("dialogue", block), "\n".join(rows))


def _local_lead(block: LocalLead) -> str:
    rows = [f"{_label(local.unit)}：{line(local.text)}" for local in block.texts]
    return _fence(_open("local-lead", block), "\n".join(rows))


def _label(text: str) -> str:
    """A label before a colon."""
    return re.sub(r"[\\:：]", lambda m: "\\" + m[0], text)


def _table(block: Table) -> str:
    signs = {"": "---", "left": ":--", "center": ":-:", "right": "--:"}
    aligns = block.aligns or ("",) * len(block.header)
    rows = [_row(block.header), "| " + " | ".join(signs[a] for a in aligns) + " |", *map(_row, block.rows)]
    text = "\n".join(rows)
    return _fence(_open("table", None, block.caption), text) if block.caption else text


def _row(cells: tuple[Inlines, ...]) -> str:
    return "| " + " | ".join(line(cell) for cell in cells) + " |"


def _code(block: Code) -> str:
    longest = max((len(run) for run in re.findall(r"`{3,}", block.text)), default=2)
    ticks = "`" * (longest + 1)
    return f"{ticks}{block.syntax}\n{block.text}\n{ticks}" if block.text else f"{ticks}{block.syntax}\n{ticks}"


def _formula(block: Formula) -> str:
    if not block.alt and not re.search(r"\$\$|\n[ \t]*\n|\n[ \t]+|```|~~~", block.tex):
        return f"$$\n{block.tex}\n$$"
    return _fence(_open("formula", None, alt=block.alt, tex=block.tex), "")


def _fact_box(block: FactBox) -> str:
    return _fence(_open("fact-box", block, block.title), _flow(block.blocks))


def _divider(_: Divider) -> str:
    return "---"


def _card(block: ResourceCard) -> str:
    opening = _open("card", block, block.title, url=block.url, summary=block.summary)
    return _fence(opening, "\n".join(_card_row(label, value) for label, value in block.fields))


def _card_row(label: str, value: str) -> str:
    sign = "- " if label in ROW_FIELDS or label.startswith("- ") else ""
    return f"{sign}{_label(label)}: {value}".rstrip()


def _policy(block: PolicyLink) -> str:
    fields = {"number": block.number, "issuer": block.issuer, "issued": block.issued}
    return _fence(_open("policy", block, block.title, url=block.url, **fields), "")


def _key_figure(block: KeyFigure) -> str:
    fields = {key: getattr(block, key) for key in ("value", "unit", "label", "note")}
    places = [] if not all((block.value, block.unit, block.label)) else [block.value, block.unit, block.label]
    rest = {"note": block.note} if places else fields
    return _fence(_open("key-figure", block, *places, **rest), "")


def _region(block: RegionBlock) -> str:
    return _fence(_open("region", block, units=",".join(block.units)), _flow(block.blocks))


def _footnote(block: Footnote) -> str:
    if len(block.blocks) == 1 and isinstance(block.blocks[0], Paragraph) and not _flags(block.blocks[0]):
        return f"[^{block.label}]: {line(block.blocks[0].text)}"
    return _fence(_open("footnote", None, block.label), _flow(block.blocks))


def _correction(block: CorrectionNotice) -> str:
    return _fence(_open("correction", block, block.corrected, was=block.was, now=block.now), "")


_WRITERS: dict[str, Callable[[Any], str]] = {
    "heading": _heading,
    "paragraph": _paragraph,
    "list": _list,
    "quote": _quote,
    "figure": _figure,
    "gallery": _gallery,
    "video": _video,
    "audio": _audio,
    "live_stream": _live_stream,
    "dialogue": _dialogue,
    "table": _table,
    "code": _code,
    "formula": _formula,
    "fact_box": _fact_box,
    "divider": _divider,
    "resource_card": _card,
    "policy_link": _policy,
    "key_figure": _key_figure,
    "region": _region,
    "local_lead": _local_lead,
    "footnote": _footnote,
    "correction": _correction,
}
