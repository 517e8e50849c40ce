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


def pack(
    house: House, profile: Profile, delivery: Delivery, signoffs: Sequence[str], folder: Path, *, fresh: bool = True
) -> Fills:
    """Write a delivery's package from its signed bytes into ``folder``; the fills that were used. ``signoffs``: the
    printed signatures, a line a story."""
    files, fills = files_of(house, profile, delivery, delivery.rendition_hash, signoffs)
    if fresh:
        shutil.rmtree(folder, ignore_errors=True)
    write_many(folder, files)
    return fills


def files_of(
    house: House, profile: Profile, delivery: Delivery, rendition_hash: str, signoffs: Sequence[str]
) -> tuple[dict[str, bytes], Fills]:
    """The files of a package by their paths, of these signed bytes (a correction puts others in the place of what the
    delivery brought), and the fills that were used."""
    rendition = house.rendition(rendition_hash)
    fills = {
        part.story: fills_for(part, profile, delivery.key, delivery.due_at, line)
        for part, line in zip(rendition.parts, signoffs, strict=True)
    }
    made = registry.get(profile.channel).package(rendition, profile, fills, house.pictures)
    return {file.path: file.content for file in made}, fills
