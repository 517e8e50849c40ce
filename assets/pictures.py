"""Pictures: taken in once (checked, turned, stripped, re-encoded), then cut into variants by need."""

from dataclasses import dataclass

from assets.store import Storage


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture in the store: hash and mime of its bytes, size in pixels and bytes."""

    hash: str
    mime: str
    width: int
    height: int
    size: int


@dataclass(frozen=True, slots=True)
class Cut:
    """How a variant is made: ``ratio`` (w, h) or None to keep the shape, the longest width in pixels,
    the focus point in per mille, the largest size in bytes (0 = any), and jpeg or png ("" = keep)."""

    width: int = 1080
    ratio: tuple[int, int] | None = None
    focus_x: int = 500
    focus_y: int = 500
    max_bytes: int = 0
    mime: str = ""


class PictureError(ValueError):
    """A picture that cannot be taken in; the message is one Chinese sentence with the remedy."""


class Pictures:
    """Pictures over a content-addressed store. Variants are pure functions of (picture, cut)."""

    def __init__(self, store: Storage) -> None:
        self.store = store

    def take_in(self, content: bytes, name: str = "") -> Picture: ...

    def info(self, digest: str) -> Picture: ...

    def variant(self, digest: str, cut: Cut) -> Picture: ...

    def read(self, digest: str) -> bytes: ...
