"""The words of a post: whole sentences in story order, and exactly which of them did not get in."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from channels.making import words
from channels.making.article import Same
from channels.values import AnyBlock, Manuscript, Paragraph
from channels.weibo import told

DIGEST = -1
_TOPIC = re.compile(r"(?<![A-Za-z0-9])[#＃]([^#＃\n]+)[#＃]")
_HASH = re.compile(r"https?://[\x21-\x7e]+|[#＃]")


class Piece(NamedTuple):
    """The least that is kept or cut: a sentence of a paragraph, or the whole of another block.

    ``block`` is its place among the story's blocks (DIGEST for the digest), ``sentences`` those it stands
    for, ``glue`` what separates it from the piece before."""

    block: int
    text: str
    sentences: tuple[str, ...]
    glue: str = ""
    is_heading: bool = False


class Kept(NamedTuple):
    """What got in: the text, and the pieces it is made of."""

    text: str
    pieces: tuple[Piece, ...]


def one_line(text: str) -> str:
    return " ".join(words.clean(text).split())


def hushed(text: str) -> str:
    """One line without #topics#, which the share route refuses; C# stays readable as C♯."""
    without = _TOPIC.sub(r"\1", one_line(text))
    return _HASH.sub(lambda found: found[0] if len(found[0]) > 1 else "♯", without)


@lru_cache(maxsize=512)
def of_block(same: Same[AnyBlock]) -> tuple[str, ...]:
    """The sentences of one block; units whose stories differ elsewhere share them."""
    return tuple(words.sentences(words.of_block(same.value)))


@lru_cache(maxsize=64)
def of_story(same: Same[Manuscript]) -> tuple[tuple[str, ...], ...]:
    """The sentences of each block, split once for all accounts."""
    return tuple(of_block(Same(block)) for block in same.value.blocks)


def of_digest(manuscript: Manuscript) -> Iterator[Piece]:
    """The digest, sentence by sentence."""
    yield from _joined(DIGEST, words.sentences(words.clean(manuscript.digest)), "")


def of_paragraphs(manuscript: Manuscript) -> Iterator[Piece]:
    """The sentences of the story's paragraphs on one line; a bare address says nothing."""
    story = of_story(Same(manuscript))
    for place, block in enumerate(manuscript.blocks):
        if isinstance(block, Paragraph) and any(words.paragraphs((block,))):
            yield from _joined(place, story[place], " ")


def of_all(manuscript: Manuscript) -> Iterator[Piece]:
    """Every block that words can tell, a line between them."""
    story = of_story(Same(manuscript))
    for place, block in enumerate(manuscript.blocks):
        if isinstance(block, Paragraph):
            yield from _joined(place, story[place], "\n\n")
        elif text := told.text(manuscript, block):
            yield Piece(place, text, story[place], "\n\n", block.kind == "heading")


def _joined(place: int, sentences: Iterable[str], glue: str) -> Iterator[Piece]:
    for one in sentences:
        yield Piece(place, one, (one,), glue)
        glue = " " if one[-1].isascii() else ""


def keep(pieces: Iterable[Piece], calm: Callable[[str], str], fits: Callable[[str], bool]) -> Kept:
    """As many whole pieces from the beginning as fit; never a heading with nothing under it."""
    text = ""
    taken: list[Piece] = []
    for piece in pieces:
        longer = text + (piece.glue if text else "") + calm(piece.text)
        if not fits(longer):
            return _without_last_headings(taken, calm)
        text = longer
        taken.append(piece)
    return Kept(text, tuple(taken))


def _without_last_headings(taken: list[Piece], calm: Callable[[str], str]) -> Kept:
    while taken and taken[-1].is_heading:
        taken = taken[:-1]
    text = "".join((piece.glue if place else "") + calm(piece.text) for place, piece in enumerate(taken))
    return Kept(text, tuple(taken))


def cut(manuscript: Manuscript, kept: Kept) -> tuple[tuple[str, ...], ...]:
    """The sentences of each block that are not in the post, in order; each sentence kept counts once."""
    got_in = Counter((piece.block, _key(one)) for piece in kept.pieces for one in piece.sentences)
    story = of_story(Same(manuscript))
    return tuple(tuple(one for one in said if not _is_in(got_in, place, one)) for place, said in enumerate(story))


def _is_in(got_in: Counter[tuple[int, str]], place: int, sentence: str) -> bool:
    """Whether the sentence of that block got in, from there or with the digest; taken out if so."""
    for key in ((place, _key(sentence)), (DIGEST, _key(sentence))):
        if got_in[key]:
            got_in[key] -= 1
            return True
    return False


def cut_digest(manuscript: Manuscript, kept: Kept) -> tuple[str, ...]:
    """The sentences of the digest that are not in the post."""
    got_in = sum(piece.block == DIGEST for piece in kept.pieces)
    return tuple(words.sentences(words.clean(manuscript.digest))[got_in:])


def _key(sentence: str) -> str:
    return "".join(sentence.split())
