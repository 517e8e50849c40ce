"""What a channel shows by a stated fallback: listed block by block, unless its maker said more already."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from channels.contract import Form
from channels.making import words
from channels.making.article import Same
from channels.making.kinds import NAMES
from channels.values import AnyBlock, Blocks, Loss, Manuscript


def fallbacks(manuscript: Manuscript, forms: Mapping[str, Form], said: Sequence[Loss]) -> tuple[Loss, ...]:
    """A loss for every block the channel cannot show natively and none of ``said`` speaks of."""
    spoken = {(one.line, one.what) for one in said}
    return tuple(
        Loss(what=NAMES[block.kind], reason=forms[block.kind].form, line=line, excerpt=excerpt)
        for block, line, excerpt in _blocks(Same(manuscript))
        if not forms[block.kind].native and not any((line, name) in spoken for name in _names(block.kind))
    )


def _names(kind: str) -> tuple[str, ...]:
    """How makers may call a kind of block: 外部直播 is 直播 for short, 拟人对白 is 对白."""
    return NAMES[kind], NAMES[kind][-2:]


@lru_cache(maxsize=128)
def _blocks(same: Same[Manuscript]) -> tuple[tuple[AnyBlock, int, str], ...]:
    """Every block of a story, however deep, with its line and first words."""
    return tuple((block, line, words.excerpt(words.of_block(block))) for block, line in _walk(same.value.blocks, 0))


def _walk(blocks: Blocks, line: int) -> Iterator[tuple[AnyBlock, int]]:
    for block in blocks:
        here = block.line or line
        yield block, here
        yield from _walk(getattr(block, "blocks", ()), here)
        for entry in getattr(block, "items", ()):
            yield from _walk(entry.blocks, here)
