"""代发包: what a person posts by hand, written from signed bytes; and what was written, kept beside the folders: so
a package an earlier version made is told from one that somebody changed.
"""

import json
import shutil
from collections.abc import Mapping, Sequence

from assets.store import hash_of
from channels import registry
from channels.contract import AdministratorError
from channels.values import Fills, Profile
from cms.releases import Delivery
from pipeline.files import write_atomic, write_many
from pipeline.fills import fills_for
from pipeline.house import House

INSTRUCTIONS, OVER = "处置说明.txt", "解除说明.txt"
"""What a correction or a retraction asks of whoever has a package, and what the end of a flash asks: one may lie beside
the other."""
MADE = "handover.made"
"""The folder with what was written into each package, sealed: nobody without the key can make it say something else."""
Files = Mapping[str, bytes]


def pack(house: House, profile: Profile, delivery: Delivery, signoffs: Sequence[str]) -> Fills:
    """Write a delivery's package from its signed bytes; the fills that were used. ``signoffs``: the printed signatures,
    a line a story."""
    files, fills = files_of(house, profile, delivery, delivery.rendition_hash, signoffs)
    put(house, delivery, files)
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


def put(house: House, delivery: Delivery, files: Files) -> None:
    """The folder of a delivery's package holds these files, and no other."""
    folder = house.handover / delivery.key
    shutil.rmtree(folder, ignore_errors=True)
    write_many(folder, files)
    sealed = house.wires.vault.seal(_record(delivery, files, files), f"package:{delivery.key}")
    write_atomic(house.root / MADE / delivery.key, sealed.encode())


def was_made(house: House, delivery: Delivery, planned: Files, there: Files) -> bool:
    """Whether these very files were written here for what is ``planned`` now, by a version that made them otherwise."""
    try:
        sealed = (house.root / MADE / delivery.key).read_text(encoding="ascii")
        said = house.wires.vault.open(sealed, f"package:{delivery.key}")
    except (OSError, ValueError, AdministratorError):
        return False  # made before this was kept, or by another key: nobody knows
    return said == _record(delivery, planned, there)


def _record(delivery: Delivery, planned: Files, there: Files) -> str:
    """What the files are of (the signed bytes, the orders whose instructions lie beside), and each file's hash."""
    orders = [planned[name].partition(b"\n")[0].decode() for name in (INSTRUCTIONS, OVER) if name in planned]
    of = [delivery.rendition_hash, bool(set(planned) - {INSTRUCTIONS, OVER}), orders]
    return json.dumps([of, {name: hash_of(content) for name, content in sorted(there.items())}], ensure_ascii=False)
