"""Content-addressed storage: bytes under their SHA-256, written once, never changed.

``Storage`` is the seam: a local folder here, S3 behind the same four methods in ``assets.s3``, and the two together
in ``MirroredStore``: local first, the bucket by an outbox, so that an outage there stops nothing here (F20).
"""

import hashlib
import os
import tempfile
import time
from pathlib import Path
from typing import Protocol

ASK_AGAIN_S = 10.0


class MissingAssetError(KeyError):
    """The store holds nothing under this hash, or what it holds no longer matches it."""


class StoreDownError(Exception):
    """The store cannot be reached or does not answer properly: try again later. One sentence with the remedy."""


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


def _settle(folder: Path) -> None:
    """Let the names in ``folder`` be on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class LocalStore:
    """A folder: ``ab/cdef...``; written beside and renamed, so a reader never sees half a file. What was put survives
    a power cut (F19): rows name these bytes, and are themselves on the disk once committed."""

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
            is_new = not target.parent.exists()
            target.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=target.parent, prefix=".new-")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(content)
                    os.fchmod(file.fileno(), 0o644)  # served files are hard links to these
                    file.flush()
                    os.fsync(file.fileno())
                Path(name).replace(target)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
            _settle(target.parent)
            if is_new:
                _settle(self.root)
        return digest

    def local(self, digest: str) -> Path:
        """A file of this machine with the bytes, to read or to link to; MissingAssetError when there are none."""
        path = self.path(digest)
        if not path.exists():
            raise MissingAssetError(f"素材库里没有 {digest}")
        return path

    def flush(self) -> int:
        """Carry to the bucket what waits for it; how many there were. A folder alone has nothing to carry."""
        return 0

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


class MirroredStore(LocalStore):
    """A folder whose objects are in ``remote`` too, sooner or later.

    ``put`` writes a note into the outbox (``outbox/``, one empty file an object) and the object beside it, and asks
    the network nothing; ``flush`` carries what is noted. Whatever is missing here is fetched once and kept.
    """

    def __init__(self, root: Path, remote: Storage) -> None:
        super().__init__(root)
        self.remote = remote
        self.outbox = self.root / "outbox"
        self._down_until = 0.0

    def put(self, content: bytes) -> str:
        digest = hash_of(content)
        if not self.path(digest).exists():
            self._note(digest)  # first: a death between the two leaves a note without an object, which is harmless
            super().put(content)
        return digest

    def get(self, digest: str) -> bytes:
        try:
            return super().get(digest)
        except MissingAssetError:
            content = self.remote.get(digest)
            self.path(digest).unlink(missing_ok=True)  # damaged, if it is there: the bucket's bytes heal it
            super().put(content)
            return content

    def local(self, digest: str) -> Path:
        if not self.path(digest).exists():
            self.get(digest)
        return self.path(digest)

    def exists(self, digest: str) -> bool:
        """Whether it is to be had now: while the bucket is away, what is not here is not. A silent bucket is asked
        again only after a while, so that it does not hold up who works here."""
        if super().exists(digest) or time.monotonic() < self._down_until:
            return super().exists(digest)
        try:
            return self.remote.exists(digest)
        except StoreDownError:
            self._down_until = time.monotonic() + ASK_AGAIN_S
            return False

    def delete(self, digest: str) -> None:
        """Here and in the bucket; StoreDownError when that cannot be reached: then it is to be called again."""
        self.remote.delete(digest)
        super().delete(digest)
        (self.outbox / digest).unlink(missing_ok=True)

    def waiting(self) -> list[str]:
        """The objects that are not in the bucket yet."""
        return sorted(one.name for one in self.outbox.iterdir()) if self.outbox.is_dir() else []

    def queue_all(self) -> int:
        """Note every object of the folder: what an older folder, or another bucket, needs once; how many."""
        kept = [one.parent.name + one.name for one in self.root.glob("??/*") if len(one.name) == 62]
        for digest in kept:
            self._note(digest)
        return len(kept)

    def flush(self) -> int:
        """Carry what is noted; StoreDownError leaves the rest for next time. Carrying twice is harmless."""
        carried = 0
        for digest in self.waiting():
            content = self._whole(digest)
            if content is not None and not self.remote.exists(digest):
                self.remote.put(content)
            (self.outbox / digest).unlink(missing_ok=True)
            carried += 1
        return carried

    def _whole(self, digest: str) -> bytes | None:
        """The bytes as they lie here; None when they are damaged or gone: nothing that could be carried."""
        try:
            return super().get(digest)
        except MissingAssetError:
            return None

    def _note(self, digest: str) -> None:
        self.outbox.mkdir(parents=True, exist_ok=True)
        (self.outbox / digest).touch()


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
