"""Stories for the proofs of survival: generated block trees and real articles, with pictures that exist."""

import os
import random
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from assets.pictures import Pictures
from channels.contract import StoryError
from channels.making import formula, words
from channels.values import Blocks, Code, Footnote, FootnoteRef, Formula, InlineFormula, Manuscript, Picture, Text
from cms.manuscript import read
from tests.contract import stories

CORPUS = Path(__file__).resolve().parents[2] / "../shared/corpus"
SOAK = os.environ.get("YIGAO_SOAK") == "1"


def articles(count: int) -> list[Path]:
    """Real articles, the same ones every time: all of them in the long run."""
    files = sorted(CORPUS.rglob("*.md")) if CORPUS.is_dir() else []
    files = [one for one in files if one.name != "README.md" and one.stat().st_size]
    return files if SOAK else sorted(random.Random(2026).sample(files, min(count, len(files))))


def real(file: Path, assets: Pictures, **changed: object) -> Manuscript:
    """An article of the corpus; its remote pictures are one drawn here."""
    draft = read(file.read_text(encoding="utf-8"), file.name)
    headline = draft.front.headline or file.stem
    return Manuscript(slug="real", headline=headline, blocks=stored(draft.blocks, assets), **changed)  # type: ignore[arg-type]


def stored(blocks: Blocks, assets: Pictures) -> Blocks:
    """The blocks with every picture in the store, and formulas nobody can set shown as code."""
    known: Blocks = _changed(blocks, stories.taken(assets, stories.drawn_picture(), "图"))
    return known


def _changed(value: Any, kept: Picture) -> Any:
    if isinstance(value, tuple):
        return tuple(_changed(one, kept) for one in value)
    if isinstance(value, Picture):
        return replace(value, src=kept.src)
    if isinstance(value, Formula) and not _can_be_set(value.tex):
        return Code(text=value.tex, lang=value.lang, ai=value.ai, line=value.line)
    if isinstance(value, InlineFormula) and not _can_be_set(value.tex):
        return Text(value.tex)
    if not is_dataclass(value) or isinstance(value, type):
        return value
    found = {one.name: _changed(getattr(value, one.name), kept) for one in fields(value)}
    return replace(value, **found)


@lru_cache(maxsize=4096)
def _can_be_set(tex: str) -> bool:
    try:
        formula.svg(tex)
        formula.svg(tex, inline=True)
    except StoryError:
        return False
    return True


# What a reader never reads as words: addresses, switches, names of files.
_UNREAD = frozenset("src href url lang key side colour syntax align aligns speaker state marks units kind".split())  # noqa: SIM905


def said(value: Any) -> Iterator[str]:
    """Every word a reader would find in blocks, run by run: between two runs a channel may set a mark of its own."""
    if isinstance(value, str):
        yield from words.clean(value).split()
    elif isinstance(value, tuple):
        for one in value:
            yield from said(one)
    elif isinstance(value, Formula):
        yield "".join(formula.spoken(value.tex, value.alt).split())
    elif isinstance(value, InlineFormula):
        yield "".join(value.tex.split())
    elif is_dataclass(value) and not isinstance(value, type):
        unread = _UNREAD | ({"label"} if isinstance(value, Footnote | FootnoteRef) else set())
        for one in fields(value):
            if one.name not in unread:
                yield from said(getattr(value, one.name))


def kinds(value: Any) -> Iterator[str]:
    """The kind of every block inside, for telling whether a sample held them all."""
    if isinstance(value, tuple):
        for one in value:
            yield from kinds(one)
    elif is_dataclass(value) and not isinstance(value, type):
        yield str(getattr(value, "kind", ""))
        for one in fields(value):
            yield from kinds(getattr(value, one.name))
