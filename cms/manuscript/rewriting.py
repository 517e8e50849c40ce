"""A manuscript's text after its fields or blocks were changed somewhere else: only what changed is written anew.

Whoever writes Markdown by hand finds their own lines again, comments and all, and the history shows what was changed
and nothing besides. Every rewritten text is read again: should it not say exactly what was asked, the whole is
written from the values instead.
"""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from itertools import pairwise
from typing import Any

from channels import canonical
from channels.values import Block, Blocks
from cms.manuscript import front as front_door
from cms.manuscript.draft import FrontMatter
from cms.manuscript.letters import tidy
from cms.manuscript.normal import normalise
from cms.manuscript.reading import read
from cms.manuscript.travel import write
from cms.manuscript.writer import write_blocks
from cms.manuscript.yaml_front import FrontError, load, split

_GUESSED = "manuscript.front.no_headline"
_NAMES = tuple(one.name for one in fields(FrontMatter))


@dataclass(frozen=True, slots=True)
class Told:
    """What a text says: its fields (no headline where none is written) and its blocks, which know their lines."""

    front: FrontMatter
    blocks: Blocks


def told(text: str) -> Told:
    """What ``text`` says."""
    draft = read(text)
    is_guess = any(one.rule == _GUESSED for one in draft.findings)
    return Told(replace(draft.front, headline="") if is_guess else draft.front, draft.blocks)


def rewritten(text: str, front: FrontMatter, blocks: Blocks) -> str:
    """``text`` so that it says ``front`` and ``blocks``; the same text when it says so already."""
    wanted = Told(front, normalise(blocks))
    before = told(text)
    if before == wanted:
        return text
    clean, _ = tidy(text)
    made = _patched(clean, before, wanted)
    return made if made is not None and told(made) == wanted else write(front, blocks)


def _patched(text: str, before: Told, wanted: Told) -> str | None:
    """The text with what differs replaced; None where its parts cannot be told apart."""
    parts = split(text)
    if parts.front is None or parts.fault:
        return None
    try:
        head = _fields(parts.front, before.front, wanted.front)
    except FrontError:
        return None
    body = parts.body if before.blocks == wanted.blocks else _body(parts.body, parts.body_line, before, wanted)
    return None if body is None else f"---\n{head}---\n{body}"


def _fields(text: str, before: FrontMatter, wanted: FrontMatter) -> str:
    """The lines of the front matter, each changed field written anew in its place, new ones last."""
    lines = text.split("\n")
    found = load(text)
    starts = [(key, found.lines[key] - 2) for key in found.parts]
    ends = [at for _, at in starts[1:]] + [len(lines)]
    changed = {name for name in _NAMES if getattr(before, name) != getattr(wanted, name)}
    kept = lines[: starts[0][1]] if starts else []
    for (key, start), end in zip(starts, ends, strict=True):
        name = front_door.ALIASES.get(key.strip(), key.strip())
        kept += _row(wanted, name) if name in changed else lines[start:end]
        changed.discard(name)
    for name in _NAMES:
        kept += _row(wanted, name) if name in changed else []
    return "".join(f"{line}\n" for line in kept)


def _row(front: FrontMatter, name: str) -> list[str]:
    return front_door.row(front, name).splitlines()


def _body(body: str, first: int, before: Told, wanted: Told) -> str | None:
    """The lines of the body, each changed run of blocks written anew; None when blocks share lines."""
    starts = [block.line - first for block in before.blocks]
    lines = body.split("\n")
    if any(b <= a for a, b in pairwise(starts)) or any(at < 0 for at in starts):
        return None
    bounds = [*starts, len(lines)]
    above = "\n".join(lines[: bounds[0]])
    chunks = [above.strip("\n")]
    old, new = (tuple(map(canonical.encode, one.blocks)) for one in (before, wanted))
    for tag, i, j, k, m in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            chunks.append("\n".join(lines[bounds[i] : bounds[j]]).strip("\n"))
        else:
            chunks.append(write_blocks(wanted.blocks[k:m]).strip("\n"))
    space = len(body) - len(body.lstrip("\n"))
    return "\n" * space + "\n\n".join(chunk for chunk in chunks if chunk) + "\n"


def places(text: Blocks, tree: Blocks) -> list[tuple[int, int]]:
    """(line in the text, place in the tree) of every block, in order: ``text`` and ``tree`` are the same blocks, one
    with the lines they were read from, the other with the places of their nodes."""
    return sorted(set(_paired(text, tree))) if text == tree else []


def _paired(one: Any, other: Any) -> Iterator[tuple[int, int]]:
    if isinstance(one, tuple):
        for left, right in zip(one, other, strict=True):
            yield from _paired(left, right)
    elif is_dataclass(one):
        if isinstance(one, Block):
            yield one.line, other.line
        for name in ("blocks", "items", "figures"):
            if inner := getattr(one, name, ()):
                yield from _paired(inner, getattr(other, name))


__all__ = ["Told", "places", "rewritten", "told"]
