"""Reads the boxes of an MP4 just far enough to know that what was made is what was meant."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

_HOLDERS = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"udta"}


@dataclass(frozen=True, slots=True)
class Track:
    """One track: vide or soun, how many samples, how many seconds."""

    kind: str
    samples: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Probe:
    """What the file holds: top boxes in order, tracks, the keys of its metadata."""

    order: tuple[str, ...]
    tracks: tuple[Track, ...]
    keys: tuple[str, ...]

    def track(self, kind: str) -> Track:
        """The only track of ``kind``; ValueError when there is not exactly one."""
        (found,) = [track for track in self.tracks if track.kind == kind]
        return found


def boxes(content: bytes, start: int = 0, end: int | None = None) -> Iterator[tuple[bytes, int, int]]:
    """(kind, first byte inside, end) of each box between ``start`` and ``end``."""
    stop = len(content) if end is None else end
    while start + 8 <= stop:
        size, kind = struct.unpack_from(">I4s", content, start)
        head = 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", content, start + 8)
            head = 16
        size = size or stop - start
        if size < head or start + size > stop:
            raise ValueError(f"damaged box {kind!r} at {start}")
        yield kind, start + head, start + size
        start += size


def probe(content: bytes) -> Probe:
    """What is in ``content``; ValueError when it is no MP4."""
    top = list(boxes(content))
    moov = next(((inside, end) for kind, inside, end in top if kind == b"moov"), None)
    if moov is None:
        raise ValueError("no moov box")
    tracks = [_track(content, inside, end) for kind, inside, end in boxes(content, *moov) if kind == b"trak"]
    keys = _keys(content, *moov)
    return Probe(tuple(kind.decode("latin-1") for kind, _, _ in top), tuple(tracks), keys)


def _within(content: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    for kind, inside, stop in boxes(content, start, end):
        yield kind, inside, stop
        if kind in _HOLDERS:
            yield from _within(content, inside, stop)


def _track(content: bytes, start: int, end: int) -> Track:
    found = {kind: inside for kind, inside, _ in _within(content, start, end) if kind != b"hdlr"}
    handlers = [inside for kind, inside, _ in _within(content, start, end) if kind == b"hdlr"]
    scale, length = _times(content, found[b"mdhd"])
    (samples,) = struct.unpack_from(">I", content, found[b"stsz"] + 8)
    return Track(content[handlers[0] + 8 : handlers[0] + 12].decode("latin-1"), samples, length / scale)


def _times(content: bytes, inside: int) -> tuple[int, int]:
    """(ticks a second, ticks) of an mdhd box, version 0 or 1."""
    if content[inside]:
        return struct.unpack_from(">IQ", content, inside + 20)
    return struct.unpack_from(">II", content, inside + 12)


def _keys(content: bytes, start: int, end: int) -> tuple[str, ...]:
    """The names in moov/udta/meta/keys, where our AIGC label lies."""
    out: list[str] = []
    for kind, inside, stop in _within(content, start, end):
        if kind == b"meta":  # a full box: four bytes of version and flags come first
            for inner, first, last in boxes(content, inside + 4, stop):
                if inner == b"keys":
                    out += [content[a:b].decode() for _, a, b in boxes(content, first + 8, last)]
    return tuple(out)
