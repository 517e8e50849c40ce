"""Which bytes of the store the picture paths of a text stood for when it was frozen.

A text names its pictures by paths beside it, and what lies there may be another picture tomorrow; its manuscript names
them by their hashes, in the same order.
"""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from channels.values import Manuscript, Picture
from cms.manuscript.reading import read


def hashes_by_path(text: str, manuscript: Manuscript) -> Mapping[str, str]:
    """The hash of what each path showed in the ``manuscript`` made of ``text``. A part (cover, cast, body) that lost a
    picture on the way says nothing: there is no telling which."""
    draft = read(text)
    parts = (
        (draft.front.cover, manuscript.cover),
        (draft.front.cast, manuscript.cast),
        (draft.blocks, manuscript.blocks),
    )
    found: dict[str, str] = {}
    for written, frozen in parts:
        paths, kept = list(picture_paths(written)), list(picture_paths(frozen))
        if len(paths) == len(kept):
            found |= {path: one.removeprefix("asset:") for path, one in zip(paths, kept, strict=True)}
    return found


def picture_paths(value: Any) -> Iterator[str]:
    """The paths of every picture inside a front matter or blocks, in reading order."""
    if isinstance(value, Picture):
        yield value.src
    elif isinstance(value, tuple):
        for part in value:
            yield from picture_paths(part)
    elif is_dataclass(value):
        for field in fields(value):
            yield from picture_paths(getattr(value, field.name))
