"""Writing our own outputs: beside and renamed, so a reader never sees half a file; one sync for a batch."""

import ctypes
import os
from collections.abc import Callable, Mapping
from functools import cache
from itertools import count
from pathlib import Path

_numbers = count()


def write_atomic(target: Path, content: bytes) -> bool:
    """Put ``content`` at ``target``; False when it is there already (nothing is written then)."""
    try:
        if target.stat().st_size == len(content) and target.read_bytes() == content:
            return False
    except FileNotFoundError:
        target.parent.mkdir(parents=True, exist_ok=True)
    beside = f"{target.parent}/.new-{os.getpid()}-{next(_numbers)}"
    try:
        handle = os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644)
        try:
            os.fchmod(handle, 0o644)  # served by others too, whatever our umask
            rest = memoryview(content)
            while rest:
                rest = rest[os.write(handle, rest) :]
        finally:
            os.close(handle)
        os.replace(beside, target)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
    return True


def write_many(root: Path, files: Mapping[str, bytes]) -> int:
    """Write ``files`` (relative path → bytes) in their order; how many changed."""
    return sum(write_atomic(root / safe(path), content) for path, content in files.items())


def safe(path: str) -> str:
    """``path`` when it stays below its root; ValueError otherwise."""
    parts = Path(path).parts
    if not parts or path.startswith("/") or ".." in parts:
        raise ValueError(f"路径越出了输出文件夹：{path!r}")
    return path


def sync(*folders: Path) -> None:
    """Make what was written into these folders survive a power cut, once for a whole batch, before receipts are
    committed. OSError: the disk. Only the file systems they lie on are waited for, where the system can tell them
    apart: whoever else writes to another disk of this machine does not keep us waiting."""
    one_by_one = _syncfs()
    if one_by_one is None:
        os.sync()
        return
    for folder in {one.stat().st_dev: one for one in folders}.values():
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            if one_by_one(handle) != 0:
                number = ctypes.get_errno()
                raise OSError(number, os.strerror(number), str(folder))
        finally:
            os.close(handle)


@cache
def _syncfs() -> Callable[[int], int] | None:
    """The system's call that syncs one file system; None where there is none."""
    return getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)


def link_or_copy(source: Path, target: Path) -> None:
    """``target`` shows the bytes of ``source``: a hard link where the file system can, else a copy."""
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except FileExistsError:
        return
    except OSError:
        write_atomic(target, source.read_bytes())
