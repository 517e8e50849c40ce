"""素材库: pictures and films a unit holds, by what right and until when, where they are used, how they are cut."""

from cms.library.desk import (
    Added,
    By,
    LibraryDesk,
    Limits,
    add,
    describe,
    focus,
    plain_name,
    remove,
    retire,
    revive,
    tell_apart,
)
from cms.library.facts import LICENCES, UNVERIFIED, Facts, LibraryError, facts_of, focus_of
from cms.library.rights import Doubt, doubts
from cms.library.rows import Asset, AssetApart, AssetUpload, AssetUse
from cms.library.search import KIND_NAMES, STATE_NAMES, Alike, Wanted, alike, find, listed, running_out
from cms.library.uses import Used, look_through, may_name, note, stories_using, use_counts

__all__ = [
    "KIND_NAMES",
    "LICENCES",
    "STATE_NAMES",
    "UNVERIFIED",
    "Added",
    "Alike",
    "Asset",
    "AssetApart",
    "AssetUpload",
    "AssetUse",
    "By",
    "Doubt",
    "Facts",
    "LibraryDesk",
    "LibraryError",
    "Limits",
    "Used",
    "Wanted",
    "add",
    "alike",
    "describe",
    "doubts",
    "facts_of",
    "find",
    "focus",
    "focus_of",
    "listed",
    "look_through",
    "may_name",
    "note",
    "plain_name",
    "remove",
    "retire",
    "revive",
    "running_out",
    "stories_using",
    "tell_apart",
    "use_counts",
]
