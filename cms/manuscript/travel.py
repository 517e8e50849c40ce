"""A story as a folder: ``<slug>.md`` and its pictures. Taking the folder in again gives the same hash."""

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from assets import marks
from assets.pictures import MAX_BYTES, PictureError, Pictures
from assets.store import hash_of
from channels.values import AnyBlock, AssetInfo, Manuscript, Picture
from cms.manuscript.draft import FrontMatter, Frozen
from cms.manuscript.freezing import freeze
from cms.manuscript.front import dump
from cms.manuscript.normal import rewrite
from cms.manuscript.reading import read
from cms.manuscript.writer import write_blocks

_APP1, _SCAN = 0xE1, 0xDA
# JFIF, quantisation and Huffman tables, frame headers, restart interval
_PICTURE_SEGMENTS = frozenset({0xE0, 0xDB, 0xC4, 0xC0, 0xC1, 0xC2, 0xDD})
_XMP_NAME = b"http://ns.adobe.com/xap/1.0/\0"
_EXTENSIONS = {"image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif", "image/webp": ".webp"}


def write(front: FrontMatter, blocks: Iterable[AnyBlock]) -> str:
    """A manuscript file: front matter, an empty line, the blocks."""
    body = write_blocks(blocks)
    return f"{dump(front)}\n{body}" if body else dump(front)


def export_story(
    manuscript: Manuscript, pictures: Pictures, folder: Path, variants: Mapping[str, Manuscript] | None = None
) -> Path:
    """Write the story and its pictures into ``folder``; the path of the manuscript file. ``variants``: the own texts of
    channels, each a file of its own beside it (``<slug>.<channel>.md``)."""
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

    def written(one: Manuscript, front: FrontMatter, name: str) -> Path:
        file = folder / name
        file.write_text(write(front, rewrite(one.blocks, named)), encoding="utf-8")
        return file

    for channel, one in (variants or {}).items():
        own = FrontMatter(headline=one.headline, digest=one.digest, cover=rewrite(one.cover, named))
        written(one, own, f"{manuscript.slug}.{channel}.md")
    return written(manuscript, _front(rewrite(manuscript, named)), f"{manuscript.slug}.md")


def _file_name(asset: AssetInfo) -> str:
    return asset.name or f"picture{_EXTENSIONS.get(asset.mime, '')}"


def _front(manuscript: Manuscript) -> FrontMatter:
    same = {f.name for f in fields(Manuscript)} & {f.name for f in fields(FrontMatter)}
    given = {name: getattr(manuscript, name) for name in same}
    return FrontMatter(**given, kind="reprint" if manuscript.source else "original")


def import_story(story: Path, pictures: Pictures) -> Frozen:
    """The manuscript in an exported file, its pictures beside it. For folders this house exported: their
    pictures are kept to the byte, so that the manuscript's hash is the same; strangers' go through ``freeze``."""
    for path in sorted((story.parent / "pictures").glob("*")):
        if path.is_file() and path.stat().st_size <= MAX_BYTES:
            _bring_back(path, pictures)
    draft = read(story.read_text(encoding="utf-8"), story.name)
    return freeze(draft, pictures, story.parent)


def _bring_back(path: Path, pictures: Pictures) -> None:
    """Keep an exported picture as it is: named by its hash, without metadata, and sound when decoded."""
    content = path.read_bytes()
    digest = hash_of(content)
    if not path.name.startswith(f"{digest[:12]}-") or pictures.store.exists(digest) or not _is_bare_jpeg(content):
        return
    try:
        pictures.take_in(content, path.name)
    except PictureError:
        return  # the freeze meets it again and says so at its line
    pictures.store.put(content)


def _is_bare_jpeg(content: bytes) -> bool:
    """Whether a JPEG carries nothing but its picture (and perhaps our AI mark), to the last byte."""
    at = 2
    while content[at : at + 1] == b"\xff" and at + 4 <= len(content):
        marker, size = content[at + 1], int.from_bytes(content[at + 2 : at + 4], "big")
        if marker == _SCAN:
            return content.startswith(b"\xff\xd8") and content.find(b"\xff\xd9", at) == len(content) - 2
        if marker not in _PICTURE_SEGMENTS and not _is_our_mark(marker, content[at + 4 : at + 2 + size]):
            return False
        at += 2 + size
    return False


def _is_our_mark(marker: int, segment: bytes) -> bool:
    """Whether an APP1 segment is the XMP packet we write, nothing more."""
    before, after = marks.xmp("\0").split(b"\0")
    is_framed = segment.startswith(_XMP_NAME + before) and segment.endswith(after)
    return marker == _APP1 and is_framed and b"<" not in segment[len(_XMP_NAME + before) : -len(after)]
