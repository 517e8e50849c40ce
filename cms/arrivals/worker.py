"""Arrivals in the limited child: what strangers wrote goes in, our own values come out."""

import io
import json
import pickle
import struct
import sys
from dataclasses import dataclass, fields
from typing import Any

from channels.values import Blocks, Finding
from cms.arrivals import docx, html
from cms.arrivals.archives import Archive
from cms.arrivals.media import Shelf
from cms.arrivals.pieces import Remainder, UnreadableError
from cms.arrivals.shaping import shape
from cms.manuscript.draft import FrontMatter
from cms.manuscript.worker import load

_LENGTH = struct.Struct(">I")
_FRAMES = 10_000  # Python frames: a document nests less deep, and recursion in Python costs no C stack


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a file: the fields of its front matter, blocks, pictures, and what stayed behind."""

    front: tuple[tuple[str, Any], ...] = ()
    blocks: Blocks = ()
    pictures: tuple[tuple[str, bytes], ...] = ()
    left: tuple[Finding, ...] = ()


def ask(kind: str, name: str, content: bytes) -> bytes:
    """The request for ``work``: kind is docx, html or zip."""
    head = json.dumps({"kind": kind, "name": name}).encode()
    return _LENGTH.pack(len(head)) + head + content


def work(payload: bytes) -> bytes:
    """The child's door: a request of ``ask``, an answer for ``read_answer``."""
    sys.setrecursionlimit(_FRAMES)
    (size,) = _LENGTH.unpack_from(payload)
    asked = json.loads(payload[_LENGTH.size : _LENGTH.size + size])
    content = payload[_LENGTH.size + size :]
    made = _unpacked(content) if asked["kind"] == "zip" else _read(asked["kind"], asked["name"], content)
    out = io.BytesIO()
    pickle.dump((made.front, made.blocks, made.pictures, made.left), out, protocol=5)
    return out.getvalue()


def read_answer(answer: bytes) -> Answer:
    """The answer; only our own value classes get through."""
    parts: Any = load(answer)
    return Answer(*parts)


def _read(kind: str, name: str, content: bytes) -> Answer:
    left = Remainder(file=name)
    shelf = Shelf(left)
    if kind == "docx":
        pieces, notes = docx.read(content, left, shelf)
        shaped = shape(pieces, notes, left)
    else:
        page = html.read(content.decode("utf-8", "replace"), left, shelf)
        shaped = shape(page.pieces, page.notes, left, page.headline, page.byline)
    front = tuple((f.name, value) for f in fields(FrontMatter) if (value := getattr(shaped.front, f.name)) != f.default)
    return Answer(front, shaped.blocks, tuple(shelf.pictures.items()), left.all())


def _unpacked(content: bytes) -> Answer:
    """The files of a zip; what packers add of their own is left out."""
    archive = Archive(content)
    names = [
        one for one in archive.names if not one.startswith("__MACOSX/") and not one.rpartition("/")[2].startswith(".")
    ]
    if not names:
        raise UnreadableError("压缩包是空的，请把稿件和图片一起打包后再导入")
    return Answer(pictures=tuple((name, archive.read(name)) for name in names))
