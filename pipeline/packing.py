"""代发包: what a person posts by hand, written from signed bytes."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from channels import registry
from channels.values import Fills, Profile
from cms.releases import Delivery
from pipeline.files import write_many
from pipeline.fills import fills_for
from pipeline.house import House

INSTRUCTIONS, OVER = "处置说明.txt", "解除说明.txt"
"""What a correction or a retraction asks of whoever has a package, and what the end of a flash asks: one may lie beside
the other."""


def pack(
    house: House, profile: Profile, delivery: Delivery, signoffs: Sequence[str], folder: Path, *, fresh: bool = True
) -> Fills:
    """Write a delivery's package from its signed bytes into ``folder``; the fills that were used. ``signoffs``: the
    printed signatures, a line a story."""
    return pack_bytes(house, profile, delivery, delivery.rendition_hash, signoffs, folder, fresh=fresh)


def pack_bytes(
    house: House,
    profile: Profile,
    delivery: Delivery,
    rendition_hash: str,
    signoffs: Sequence[str],
    folder: Path,
    *,
    fresh: bool = True,
) -> Fills:
    """The same from other signed bytes: what a correction puts in the place of what the delivery brought."""
    rendition = house.rendition(rendition_hash)
    fills = {
        part.story: fills_for(part, profile, delivery.key, delivery.due_at, line)
        for part, line in zip(rendition.parts, signoffs, strict=True)
    }
    files = registry.get(profile.channel).package(rendition, profile, fills, house.pictures)
    if fresh:
        shutil.rmtree(folder, ignore_errors=True)
    write_many(folder, {file.path: file.content for file in files})
    return fills


def leave_word(folder: Path, words: str, name: str = INSTRUCTIONS) -> None:
    """Say in the package's folder what is to be done."""
    write_many(folder, {name: words.encode()})


def clear(folder: Path, *, keep: str = "") -> None:
    """What lay in a package's folder must not be posted any more; ``keep``: the one file that still counts."""
    kept = folder / keep
    words = kept.read_bytes() if keep and kept.is_file() else None
    shutil.rmtree(folder, ignore_errors=True)
    if words is not None:
        write_many(folder, {keep: words})
