"""A backup as one file: .tar.zst or .tar.gz, written beside and renamed, opened into a folder without trusting it."""

import io
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO

import zstandard

from channels.contract import AdministratorError
from pipeline.files import safe

SUFFIXES = (".tar.zst", ".tar.gz")
_LEVEL = 6
MOST = 1 << 40
"""So many bytes a backup may hold at most when it is opened: a small file can claim to be endless."""


def pack(target: Path, files: Iterable[tuple[str, Path]], contents: Iterable[tuple[str, bytes]], at: datetime) -> None:
    """Write ``files`` and ``contents`` (path → bytes) into one archive at ``target``."""
    beside = target.with_name(f".new-{target.name}")
    try:
        with _writing(beside, target.name) as tar:
            for name, path in files:
                _add(tar, name, path.read_bytes(), at)
            for name, content in contents:
                _add(tar, name, content, at)
        beside.replace(target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _add(tar: tarfile.TarFile, name: str, content: bytes, at: datetime) -> None:
    told = tarfile.TarInfo(name)
    told.size, told.mtime, told.mode = len(content), int(at.timestamp()), 0o600
    tar.addfile(told, io.BytesIO(content))


@contextmanager
def _writing(path: Path, name: str) -> Iterator[tarfile.TarFile]:
    if name.endswith(".gz"):
        with tarfile.open(path, "w:gz", compresslevel=_LEVEL) as tar:
            yield tar
        return
    with (
        path.open("wb") as file,
        zstandard.ZstdCompressor(_LEVEL, write_checksum=True).stream_writer(file) as stream,
        tarfile.open(fileobj=stream, mode="w|") as tar,
    ):
        yield tar


def unpack(archive: Path, folder: Path) -> None:
    """The files of ``archive`` into ``folder``: plain files at paths inside it, and nothing else. AdministratorError
    naming the archive, and the last file that could be read, when it is damaged."""
    last = "（开头）"
    size = 0
    try:
        with archive.open("rb") as file, _reading(file, archive.name) as tar:
            for one in tar:
                if not one.isfile():
                    raise AdministratorError(f"{archive.name} 里有不该有的东西（{one.name}），不像一稿的备份。")
                size += one.size
                content = tar.extractfile(one)
                if size > MOST or content is None:
                    raise AdministratorError(f"{archive.name} 里的 {one.name} 大得不合理，没有恢复。")
                _write(folder / safe(one.name), content)
                last = one.name
    except (tarfile.TarError, zstandard.ZstdError, EOFError, OSError, ValueError, ArithmeticError) as error:
        words = f"备份 {archive.name} 损坏：{last} 之后的内容读不出来，没有恢复任何东西，请换另一份备份。"
        raise AdministratorError(words, repr(error)) from error


@contextmanager
def _reading(file: IO[bytes], name: str) -> Iterator[tarfile.TarFile]:
    if name.endswith(".gz"):
        with tarfile.open(fileobj=file, mode="r|gz") as tar:
            yield tar
        return
    with zstandard.ZstdDecompressor().stream_reader(file) as stream, tarfile.open(fileobj=stream, mode="r|") as tar:
        yield tar


def _write(path: Path, content: IO[bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        while block := content.read(1 << 20):
            file.write(block)
