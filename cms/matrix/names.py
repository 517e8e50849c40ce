"""Unit names inside a manuscript against the matrix: a region block for nobody is a mistake, not a wish."""

import difflib
from collections.abc import Iterator, Sequence

from channels.values import Blocks, Finding, LocalLead, Manuscript, RegionBlock


def unknown_units(manuscript: Manuscript, known: Sequence[str], file: str = "") -> list[Finding]:
    """A blocking finding for every unit slug ``known`` does not list, with the nearest known one."""
    named = [*_named(manuscript.blocks), *((slug, 0) for slug in manuscript.units)]
    return [
        Finding(
            level="block",
            rule="matrix.unit.unknown",
            message=f"没有单位“{slug}”，{_hint(slug, known)}请改用账号矩阵里的单位代号。",
            line=line,
            file=file,
            excerpt=slug,
        )
        for slug, line in dict.fromkeys(named)
        if slug not in known
    ]


def _hint(slug: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(slug, known, n=1, cutoff=0.75)
    return f"是不是“{near[0]}”？" if near else ""


def _named(blocks: Blocks) -> Iterator[tuple[str, int]]:
    for block in blocks:
        if isinstance(block, RegionBlock):
            yield from ((slug, block.line) for slug in block.units)
        if isinstance(block, LocalLead):
            yield from ((one.unit, block.line) for one in block.texts)
        yield from _named(getattr(block, "blocks", ()))
