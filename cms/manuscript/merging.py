"""Three ways: what the main text says by now goes into a channel's own text, block by block, and nothing is lost.

Where only one side changed a block, that change holds. Where both changed the same place differently, a person chooses,
and sees both. Untouched blocks keep their lines to the letter.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Any, Literal

from channels import canonical
from channels.values import AnyBlock, Blocks
from cms.manuscript.draft import FrontMatter
from cms.manuscript.front import row
from cms.manuscript.rewriting import Told, rewritten, told
from cms.manuscript.variants import OWN, cut_front
from cms.manuscript.writer import write_blocks

Choice = Literal["own", "main", "both"]
CHOICES: Mapping[Choice, str] = {"own": "用单独版本的", "main": "用主稿的", "both": "两段都要"}
FIELD_NAMES: Mapping[str, str] = {"headline": "标题", "digest": "摘要", "cover": "封面"}


@dataclass(frozen=True, slots=True)
class Clash:
    """A place both sides changed. ``what``: the field's name, "" for blocks; each side as a text, "" for nothing."""

    what: str
    own: str
    main: str


@dataclass(frozen=True, slots=True)
class _Piece:
    """A run of blocks as each side has it: ``clash`` when a person has to choose."""

    own: Blocks
    main: Blocks
    is_clash: bool


@dataclass(frozen=True, slots=True)
class Merge:
    """What becomes of a channel's own text when it takes the main one over. ``clashes``: fields first, then blocks in
    reading order."""

    text: str
    front: FrontMatter
    fields: tuple[tuple[str, Any, Any], ...]
    pieces: tuple[_Piece, ...]

    @property
    def clashes(self) -> list[Clash]:
        found = [Clash(FIELD_NAMES[name], _field(name, own), _field(name, main)) for name, own, main in self.fields]
        blocks = [one for one in self.pieces if one.is_clash]
        return found + [Clash("", write_blocks(one.own).strip(), write_blocks(one.main).strip()) for one in blocks]

    def chosen(self, choices: Sequence[Choice]) -> str:
        """The text with one choice a clash; ValueError when there are not as many. A field cannot hold both: it keeps
        its own."""
        if len(choices) != len(self.clashes):
            raise ValueError("每一处都要选。")
        left = iter(choices)
        front = self.front
        for name, own, main in self.fields:
            front = replace(front, **{name: main if next(left) == "main" else own})
        blocks: list[AnyBlock] = []
        for one in self.pieces:
            taken = next(left) if one.is_clash else "own"
            blocks += one.own if taken != "main" else ()
            blocks += one.main if taken != "own" else ()
        return rewritten(self.text, front, tuple(blocks))


def merge(base: str, main: str, own: str, channel: str) -> Merge:
    """``own`` taking over what ``main`` changed since ``base``, both as ``channel`` shows them."""
    before, after, mine = told(base), told(main), told(own)
    was, now = cut_front(before, channel), cut_front(after, channel)
    front, clashes = _fields(was, now, mine.front)
    return Merge(own, front, tuple(clashes), tuple(_blocks(before, after, mine)))


def _fields(was: FrontMatter, now: FrontMatter, mine: FrontMatter) -> tuple[FrontMatter, list[tuple[str, Any, Any]]]:
    clashes = []
    for name in OWN:
        old, new, own = (getattr(one, name) for one in (was, now, mine))
        if own == old:
            mine = replace(mine, **{name: new})
        elif new not in (old, own):
            clashes.append((name, own, new))
    return mine, clashes


def _blocks(before: Told, after: Told, mine: Told) -> list[_Piece]:
    base, main, own = before.blocks, after.blocks, mine.blocks
    keys = [tuple(map(canonical.encode, one)) for one in (base, main, own)]
    in_main, in_own = _partners(keys[0], keys[1]), _partners(keys[0], keys[2])
    pieces: list[_Piece] = []
    i = j = k = 0
    for at in [*(one for one in range(len(base)) if one in in_main and one in in_own), len(base)]:
        m, o = in_main.get(at, len(main)), in_own.get(at, len(own))
        pieces += _run(base[i:at], main[j:m], own[k:o])
        if at < len(base):
            pieces.append(_Piece(own[o : o + 1], (), is_clash=False))
        i, j, k = at + 1, m + 1, o + 1
    return pieces


def _partners(base: Sequence[bytes], other: Sequence[bytes]) -> dict[int, int]:
    """Which block of ``other`` each block of ``base`` is, where it is there unchanged and in its order."""
    found = SequenceMatcher(None, base, other, autojunk=False).get_matching_blocks()
    return {a + step: b + step for a, b, size in found for step in range(size)}


def _run(base: Blocks, main: Blocks, own: Blocks) -> list[_Piece]:
    """Between two places both sides kept: block by block where there are as many on each side."""
    if len(base) == len(main) == len(own):
        return [_decided(base[at : at + 1], main[at : at + 1], own[at : at + 1]) for at in range(len(base))]
    return [_decided(base, main, own)] if main or own else []


def _decided(base: Blocks, main: Blocks, own: Blocks) -> _Piece:
    if base in (main, own) or main == own:
        return _Piece(main if own == base else own, (), is_clash=False)
    return _Piece(own, main, is_clash=True)


def _field(name: str, value: Any) -> str:
    """One field as a text that says nothing else; "" where it is empty."""
    said = row(replace(FrontMatter(), **{name: value}), name)
    return f"---\n{said}---\n" if said else ""


__all__ = ["CHOICES", "Choice", "Clash", "Merge", "merge"]
