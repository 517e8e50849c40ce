"""Words for every maker: escaping, plain text of blocks, fitting a text to a limit without cutting a word."""

import html
import re
from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass

from channels.making.formula import spoken
from channels.values import (
    Blocks,
    FootnoteRef,
    InlineFormula,
    Inlines,
    LineBreak,
    Manuscript,
    Paragraph,
    Text,
)

_CONTROL = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF])
del _CONTROL[0x09], _CONTROL[0x0A]
_ANY_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_ADDRESS_ALONE = re.compile(r"(?:https?://\S+\s*)+")
_SENTENCE = re.compile(r"[^。！？!?…\n]*(?:[。！？!?…]+[”’」』）)]*|\.(?=\s|$)|\n|$)")
_CLAUSE = re.compile(r"[，、；：,;:）)]")
_BOUNDARY = re.compile(r"(?<=[^\x21-\x7e])|(?<=[\s\-/])|(?=[^\x21-\x7e])")


def clean(text: str) -> str:
    """``text`` without control characters, so nothing an editor wrote can look like a mark of ours."""
    return text.translate(_CONTROL) if _ANY_CONTROL.search(text) else text


def escape(text: str) -> str:
    """``text`` for HTML, in text and in attributes alike."""
    return html.escape(clean(text), quote=True)


def plain(inlines: Inlines) -> str:
    """The words of ``inlines`` alone; a line break is a space."""
    return clean("".join(map(_word, inlines)))


def _word(inline: Text | LineBreak | FootnoteRef | InlineFormula) -> str:
    if isinstance(inline, Text):
        kinds = {mark.kind for mark in inline.marks}
        raised = superscript(inline.text) if "sup" in kinds else inline.text
        return struck(raised) if "strike" in kinds else raised
    if isinstance(inline, InlineFormula):
        return spoken(inline.tex)
    return " " if isinstance(inline, LineBreak) else ""


_MOMENT = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d:\d\d)(?::\d\d)?(?:Z|[+-]\d\d:?\d\d)?)?")


def moment(text: str) -> str:
    """A time written for machines as people say it (2026年12月1日 19:00); anything else as it is."""
    found = _MOMENT.fullmatch(text.strip())
    if not found:
        return clean(text)
    year, month, day, clock = found.groups()
    return f"{year}年{int(month)}月{int(day)}日" + (f" {clock}" if clock else "")


_SQUARES = str.maketrans("123", "¹²³")


def superscript(text: str) -> str:
    """A raised text where none can be raised: 10² and 10^-6, never 102; words stay as they are."""
    if text and set(text) <= set("123"):
        return text.translate(_SQUARES)
    return f"^{text}" if re.fullmatch(r"[+\-−]?[0-9n]+", text) else text


def struck(text: str) -> str:
    """A struck text where none can be struck through: it must not read as if it still stood."""
    return f"（删去：{text}）"


_SPOKEN = frozenset(
    [
        "title",
        "text",
        "caption",
        "cite",
        "value",
        "unit",
        "label",
        "note",
        "summary",
        "transcript",
        "corrected",
        "was",
        "now",
        "alt",
        "tex",
        "number",
        "name",
    ]
)


def of_block(block: object) -> str:
    """Every word a reader would find in ``block``, in order, for excerpts and summaries."""
    if isinstance(block, Text | LineBreak | FootnoteRef | InlineFormula):
        return _word(block)
    if isinstance(block, tuple):
        glue = "" if block and isinstance(block[0], Text | LineBreak | FootnoteRef | InlineFormula) else " "
        return glue.join(filter(None, (one if isinstance(one, str) else of_block(one) for one in block)))
    if not is_dataclass(block):
        return ""
    found = []
    for one in fields(block):
        value = () if one.name == "aligns" else getattr(block, one.name)
        found.append(value if isinstance(value, str) and one.name in _SPOKEN else of_block(value))
    return clean(" ".join(filter(None, found)))


def excerpt(text: str, length: int = 24) -> str:
    """The first words of ``text``, to show a place in the story."""
    flat = " ".join(clean(text).split())
    return flat if len(flat) <= length else flat[:length] + "…"


def paragraphs(blocks: Blocks) -> Iterable[str]:
    """The text of the story's top-level paragraphs, in order; a bare address says nothing and is left out."""
    for block in blocks:
        if isinstance(block, Paragraph):
            text = " ".join(plain(block.text).split())
            if text and not _ADDRESS_ALONE.fullmatch(text):
                yield text


def sentences(text: str) -> list[str]:
    """``text`` cut after each sentence, end marks and closing quotes kept."""
    return [found[0].strip() for found in _SENTENCE.finditer(text) if found[0].strip()]


def fit(text: str, limit: int, measure: Callable[[str], int] = len) -> str:
    """The longest beginning of ``text`` that measures at most ``limit`` and ends well.

    Whole sentences first; else up to a clause mark, else up to a word boundary, with an ellipsis."""
    if measure(text) <= limit:
        return text
    kept = ""
    for found in _SENTENCE.finditer(text):
        if measure((kept + found[0]).strip()) > limit:
            break
        kept += found[0]
    if kept.strip():
        return kept.strip()
    return _cut(text, limit, measure, _CLAUSE) or _cut(text, limit, measure, _BOUNDARY)


def title(manuscript: Manuscript, channel: str, limit: int, measure: Callable[[str], int] = len) -> tuple[str, bool]:
    """The headline for ``channel`` that measures at most ``limit``, and whether words had to be left out.

    The short headline written for it, else the whole headline, else the longest short headline written for
    another channel that fits, else the headline up to a clause or word boundary; never half a word. Only what
    was written for this channel is kept though it is too long: the check says so, and a person decides."""
    written = clean(manuscript.headline_for(channel)).strip()
    if measure(written) <= limit or channel in dict(manuscript.short_headlines):
        return written, False
    others = [clean(text).strip() for _, text in manuscript.short_headlines]
    fitting = [one for one in others if one and measure(one) <= limit]
    if fitting:
        return max(fitting, key=measure), False
    cut = fit(written, limit, measure)
    return (cut, True) if cut else (written, False)


def _cut(text: str, limit: int, measure: Callable[[str], int], ends: re.Pattern[str]) -> str:
    """``text`` up to the last of ``ends`` that still fits with an ellipsis; "" when there is none."""
    best = ""
    for found in ends.finditer(text):
        tried = text[: found.start()].rstrip() + "…"
        if measure(tried) > limit:
            break
        best = tried if len(tried) > 1 else best
    return best


def digest(manuscript: Manuscript, limit: int) -> str:
    """The digest, or else the first sentences of the body, at most ``limit`` characters."""
    return fit(clean(manuscript.digest) or " ".join(paragraphs(manuscript.blocks)), limit)


def credit(names: tuple[str, ...], limit: int) -> str:
    """A byline of at most ``limit`` characters: all names, else the first 等, never half a name."""
    cleaned = [clean(name).strip() for name in names if name.strip()]
    whole = " ".join(cleaned)
    if len(whole) <= limit:
        return whole
    first = cleaned[0] + ("等" if len(cleaned) > 1 else "")
    return first if len(first) <= limit else ""
