"""The pictures of a post: cover first, then the story's in order, as many as make a whole grid."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import lru_cache
from typing import NamedTuple

from assets.pictures import Cut, Pictures
from channels.making import words
from channels.making.article import Same, asset_hash, labelled, picture_slot, rendered
from channels.values import Figure, Manuscript, Picture, RenderedFile, Slot
from channels.weibo.routes import PICTURE_BYTES

COVER = -1
GRIDS = (1, 2, 3, 4, 6, 9)
_CUT = Cut(width=1920, max_bytes=PICTURE_BYTES)


class Shown(NamedTuple):
    """The pictures that go along, and how many of each block's do not."""

    files: tuple[RenderedFile, ...]
    slots: tuple[Slot, ...]
    left: tuple[tuple[int, int], ...]


@lru_cache(maxsize=256)
def of_story(same: Same[Manuscript], most: int, assets: Pictures) -> Shown:
    """At most ``most`` pictures; one that stands in the story twice goes along once."""
    found = list(_found(same.value))
    hashes = list(dict.fromkeys(asset_hash(picture) for _, picture in found))
    count = max((one for one in GRIDS if one <= min(most, len(hashes))), default=0)
    chosen = set(hashes[:count])
    left = Counter(place for place, picture in found if asset_hash(picture) not in chosen)
    first = {asset_hash(picture): picture for _, picture in reversed(found)}
    made = [_made(first[digest], assets) for digest in hashes[:count]]
    distinct = {file.hash: (file, slot) for file, slot in made}
    files, slots = (tuple(one) for one in zip(*distinct.values(), strict=True)) if distinct else ((), ())
    return Shown(files, slots, tuple(sorted(left.items())))


def _made(picture: Picture, assets: Pictures) -> tuple[RenderedFile, Slot]:
    variant = assets.variant(asset_hash(picture), labelled(_CUT, picture))
    slot = picture_slot(f"pic-{variant.hash[:12]}", variant.hash)
    return rendered(variant, "picture", words.clean(picture.alt)), slot


def _found(manuscript: Manuscript) -> Iterator[tuple[int, Picture]]:
    """The cover and every figure's picture, each with its block's place."""
    if manuscript.cover:
        yield COVER, manuscript.cover
    for place, block in enumerate(manuscript.blocks):
        yield from ((place, one.picture) for one in _figures(block))


def _figures(value: object) -> Iterator[Figure]:
    if isinstance(value, Figure):
        yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from _figures(one)
    elif is_dataclass(value):
        for name in ("blocks", "figures", "items"):
            if any(one.name == name for one in fields(value)):
                yield from _figures(getattr(value, name))
