"""The manuscript room: Markdown ↔ blocks through the allow-list, the freeze, the story as a folder."""

from cms.manuscript.draft import Draft, FrontMatter, Frozen
from cms.manuscript.faults import clean_copy
from cms.manuscript.freezing import freeze
from cms.manuscript.normal import normalise
from cms.manuscript.reading import Parser, read
from cms.manuscript.travel import export_story, import_story, write

__all__ = [
    "Draft",
    "FrontMatter",
    "Frozen",
    "Parser",
    "clean_copy",
    "export_story",
    "freeze",
    "import_story",
    "normalise",
    "read",
    "write",
]
