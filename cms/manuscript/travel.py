"""A story as a folder: ``<slug>.md`` and its pictures. Taking the folder in again gives the same hash."""

import re
from collections.abc import Iterable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from assets.pictures import Pictures
from channels.values import AnyBlock, AssetInfo, Manuscript, Picture
from cms.manuscript.draft import FrontMatter, Frozen
from cms.manuscript.freezing import freeze
from cms.manuscript.front import dump
from cms.manuscript.normal import rewrite
from cms.manuscript.reading import read
from cms.manuscript.writer import write_blocks

_UNSAFE = re.compile(r"[^\w.-]+")
_EXTENSIONS = {"image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif", "image/webp": ".webp"}


def write(front: FrontMatter, blocks: Iterable[AnyBlock]) -> str:
    """A manuscript file: front matter, an empty line, the blocks."""
    body = write_blocks(blocks)
    return f"{dump(front)}\n{body}" if body else dump(front)


def export_story(manuscript: Manuscript, pictures: Pictures, folder: Path) -> Path:
    """Write the story and its pictures into ``folder``; the path of the manuscript file."""
    folder.mkdir(parents=True, exist_ok=True)
    names = {asset.hash: f"pictures/{asset.hash[:12]}-{_file_name(asset)}" for asset in manuscript.assets}
    for digest, name in names.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(pictures.read(digest))

    def named(value: Any) -> Any:
        if isinstance(value, Picture) and value.src.startswith("asset:"):
            return replace(value, src=names[value.src.removeprefix("asset:")])
        return value

    story = folder / f"{manuscript.slug}.md"
    story.write_text(write(_front(rewrite(manuscript, named)), rewrite(manuscript.blocks, named)), encoding="utf-8")
    return story


def _file_name(asset: AssetInfo) -> str:
    return asset.name or f"picture{_EXTENSIONS.get(asset.mime, '')}"


def _front(manuscript: Manuscript) -> FrontMatter:
    same = {f.name for f in fields(Manuscript)} & {f.name for f in fields(FrontMatter)}
    given = {name: getattr(manuscript, name) for name in same}
    return FrontMatter(**given, kind="reprint" if manuscript.source else "original")


def import_story(story: Path, pictures: Pictures) -> Frozen:
    """The manuscript in an exported file, its pictures beside it."""
    draft = read(story.read_text(encoding="utf-8"), story.name)
    return freeze(draft, pictures, story.parent)
