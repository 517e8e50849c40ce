"""Content-addressed storage: bytes under their SHA-256, written once, never changed.

``Storage`` is the seam: a local folder here, S3 behind the same four methods later.
"""

import hashlib
import os
import tempfile
from pathlib import Path
from typing import Protocol


class MissingAssetError(KeyError):
    """The store holds nothing under this hash, or what it holds no longer matches it."""


class Storage(Protocol):
    """Bytes by the SHA-256 (hexadecimal) of their content."""

    def put(self, content: bytes) -> str:
        """Keep ``content``; its hash. Putting the same bytes twice is one object."""
        ...

    def get(self, digest: str) -> bytes:
        """The bytes; MissingAssetError when absent or damaged."""
        ...

    def exists(self, digest: str) -> bool: ...

    def delete(self, digest: str) -> None:
        """Forget the bytes; silent when there are none."""
        ...


def hash_of(content: bytes) -> str:
    """SHA-256, hexadecimal."""
    return hashlib.sha256(content).hexdigest()


class LocalStore:
    """A folder: ``ab/cdef...``; written beside and renamed, so a reader never sees half a file."""

    def __init__(self, root: Path) -> None:
        self.root = Path(root)

    def path(self, digest: str) -> Path:
        """Where the bytes of ``digest`` lie (whether or not they are there)."""
        if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
            raise MissingAssetError(f"不是素材指纹：{digest!r}")
        return self.root / digest[:2] / digest[2:]

    def put(self, content: bytes) -> str:
        digest = hash_of(content)
        target = self.path(digest)
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=target.parent, prefix=".new-")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(content)
                    os.fchmod(file.fileno(), 0o644)  # served files are hard links to these
                Path(name).replace(target)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
        return digest

    def get(self, digest: str) -> bytes:
        try:
            content = self.path(digest).read_bytes()
        except FileNotFoundError as error:
            raise MissingAssetError(f"素材库里没有 {digest}") from error
        if hash_of(content) != digest:
            raise MissingAssetError(f"素材 {digest} 已损坏，请从备份恢复")
        return content

    def exists(self, digest: str) -> bool:
        return self.path(digest).exists()

    def delete(self, digest: str) -> None:
        self.path(digest).unlink(missing_ok=True)


class MemoryStore:
    """The same promises in memory: for tests and for `yigao render`, which keeps nothing."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def put(self, content: bytes) -> str:
        digest = hash_of(content)
        self._kept[digest] = content
        return digest

    def get(self, digest: str) -> bytes:
        if digest not in self._kept:
            raise MissingAssetError(f"素材库里没有 {digest}")
        return self._kept[digest]

    def exists(self, digest: str) -> bool:
        return digest in self._kept

    def delete(self, digest: str) -> None:
        self._kept.pop(digest, None)
