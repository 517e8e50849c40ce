"""Zip files from strangers: nothing is unpacked before its size, ratio and name have been looked at."""

import stat
import unicodedata
import zipfile
import zlib
from io import BytesIO
from pathlib import PurePosixPath

from cms.arrivals.pieces import UnreadableError

MAX_FILE = 64 << 20
MAX_ENTRIES = 5000
MAX_UNPACKED = 160 << 20
MAX_RATIO = 200
_SMALL = 1 << 20  # below this a high ratio harms nobody: empty XML packs well
_CORRUPT = "文件已损坏或没有传完，请在 Word 或 WPS 里打开后另存一份，再导入"
_BOMB = "压缩包解开后过大，像是压缩炸弹，没有导入：请确认来源，或只打包稿件和图片"
_OUTSIDE = "压缩包里有指向包外的路径，没有导入：请重新打包稿件和图片"


class Archive:
    """A checked zip: ``names`` as written by whoever packed it, ``read`` within limits."""

    def __init__(self, content: bytes) -> None:
        if len(content) > MAX_FILE:
            raise UnreadableError(f"文件超过 {MAX_FILE >> 20} MB，请先压缩图片再导入")
        try:
            self._zip = zipfile.ZipFile(BytesIO(content))
        except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError) as error:
            raise UnreadableError(_CORRUPT) from error
        self._entries = self._checked(self._zip.infolist())

    @property
    def names(self) -> list[str]:
        return list(self._entries)

    def read(self, name: str) -> bytes:
        """The bytes under ``name``; nothing when there is no such entry."""
        entry = self._entries.get(name)
        if entry is None:
            return b""
        try:
            with self._zip.open(entry) as source:
                content = source.read(entry.file_size + 1)
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError) as error:
            raise UnreadableError(_CORRUPT) from error
        except RuntimeError as error:  # zipfile's word for an encrypted entry
            raise UnreadableError("压缩包设了密码，请去掉密码后再导入") from error
        if len(content) > entry.file_size:
            raise UnreadableError(_BOMB)
        return content

    def _checked(self, entries: list[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
        if len(entries) > MAX_ENTRIES:
            raise UnreadableError(f"压缩包里有 {MAX_ENTRIES} 个以上的文件，请只打包这篇稿件和它的图片")
        if sum(entry.file_size for entry in entries) > MAX_UNPACKED:
            raise UnreadableError(_BOMB)
        kept: dict[str, zipfile.ZipInfo] = {}
        for entry in entries:
            if entry.file_size > _SMALL and entry.file_size > MAX_RATIO * max(entry.compress_size, 1):
                raise UnreadableError(_BOMB)
            if stat.S_ISLNK(entry.external_attr >> 16):
                raise UnreadableError("压缩包里有符号链接，没有导入：请重新打包稿件和图片")
            name = entry_name(entry)
            if not entry.is_dir():
                kept.setdefault(name, entry)
        return kept


def entry_name(entry: zipfile.ZipInfo) -> str:
    """The entry's path as its packer meant it. Chinese Windows writes GBK, macOS UTF-8, neither says so."""
    name = entry.filename
    if not entry.flag_bits & 0x800:
        raw = name.encode("cp437", "ignore")
        name = _decoded(raw)
    name = unicodedata.normalize("NFC", name.replace("\\", "/"))
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\0" in name or (path.parts and ":" in path.parts[0]):
        raise UnreadableError(_OUTSIDE)
    return str(path)


def _decoded(raw: bytes) -> str:
    for code in ("utf-8", "gb18030"):
        try:
            return raw.decode(code)
        except UnicodeDecodeError:
            continue
    return raw.decode("cp437")
