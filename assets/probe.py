"""What a file really is, by its own bytes and never by its name: kind, size, length."""

import re
import struct
import subprocess
import tempfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import imageio_ffmpeg
from PIL import Image, UnidentifiedImageError

FORMATS = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/gif": "GIF",
    "image/webp": "WEBP",
    "image/bmp": "BMP",
    "image/tiff": "TIFF",
}
_SIGNATURES = (
    (rb"\xff\xd8\xff", "image/jpeg"),
    (rb"\x89PNG\r\n\x1a\n", "image/png"),
    (rb"GIF8[79]a", "image/gif"),
    (rb"(?s:RIFF....WEBP)", "image/webp"),
    (rb"BM", "image/bmp"),
    (rb"II\*\0|MM\0\*", "image/tiff"),
    (rb"(?s:....ftyp(hei[cxs]|hev[cx]|mif1|msf1))", "image/heic"),
    (rb"(?s:....ftypavi[fs])", "image/avif"),
    (rb"(?s:....ftypqt  )", "video/quicktime"),
    (rb"(?s:....ftyp)", "video/mp4"),
)
_FFMPEG_SECONDS = 20
_FILM_NAMES = (".mp4", ".m4v", ".mov", ".avi", ".mkv", ".wmv", ".flv", ".webm", ".mpg", ".mpeg", ".3gp", ".rmvb")
_CUT_SHORT = "这个视频只有前面一截，没有传完或没有拷完：请先在电脑上从头放到尾看看，再重新上传"


class PictureError(ValueError):
    """A picture that cannot be used; the message is one Chinese sentence with the remedy."""


class MediaError(ValueError):
    """A file that is neither picture nor film we can read; one Chinese sentence with the remedy."""


@dataclass(frozen=True, slots=True)
class Media:
    """``kind`` is picture or video; ``seconds`` is 0 for a picture."""

    kind: str
    mime: str
    width: int
    height: int
    seconds: float = 0


def sniff(content: bytes) -> str:
    """The MIME type the bytes show; "" when unknown."""
    for signature, mime in _SIGNATURES:
        if re.match(signature, content):
            return mime
    return "image/svg+xml" if _is_svg(content) else ""


def is_film(content: bytes, name: str = "") -> bool:
    """Whether it is a film by its bytes, or was meant as one by its name and is no picture."""
    mime = sniff(content)
    return mime.startswith("video/") or (mime not in FORMATS and name.lower().endswith(_FILM_NAMES))


def probe(source: bytes | Path) -> Media:
    """What ``source`` is. Reads headers only; MediaError when it cannot tell."""
    content = source if isinstance(source, bytes) else source.read_bytes()
    mime = sniff(content)
    if mime in FORMATS:
        width, height = picture_size(content, mime)
        return Media("picture", mime, width, height)
    if mime.startswith("video/"):
        return _probe_bytes(content, mime) if isinstance(source, bytes) else _probe_film(source, mime)
    raise MediaError("这个文件不是能识别的图片或视频：请另存为 JPG、PNG 或 MP4 再试")


def picture_size(content: bytes, mime: str) -> tuple[int, int]:
    """Width and height by the header; PictureError when it is broken."""
    try:
        with Image.open(BytesIO(content), formats=(FORMATS[mime],)) as opened:
            size: tuple[int, int] = opened.size
            return size
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise PictureError("图片文件头已损坏或尺寸异常：请重新导出后再试") from error


def _is_svg(content: bytes) -> bool:
    head = content[:4096].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return head.startswith(b"<") and b"<svg" in head


def _probe_bytes(content: bytes, mime: str) -> Media:
    with tempfile.NamedTemporaryFile(suffix=".mp4") as file:
        file.write(content)
        file.flush()
        return _probe_film(Path(file.name), mime)


def _probe_film(file: Path, mime: str) -> Media:
    if _is_cut_short(file):
        raise MediaError(_CUT_SHORT)
    told = _ffmpeg_words(file)
    length = re.search(r"Duration: (\d+):(\d\d):(\d\d(?:\.\d+)?)", told)
    size = re.search(r"Video: .*?\b(\d{2,5})x(\d{2,5})\b", told)
    if not length or not size:
        raise MediaError("这个视频没有画面或已损坏：请重新导出为 MP4（H.264）再试")
    hours, minutes, seconds = length.groups()
    total = int(hours) * 3600 + int(minutes) * 60 + float(seconds)
    return Media("video", mime, int(size[1]), int(size[2]), total)


def _is_cut_short(file: Path) -> bool:
    """Whether one of the outermost boxes of an MP4 says that it is longer than what is left of the file."""
    size, at = file.stat().st_size, 0
    with file.open("rb") as film:
        while at + 8 <= size:
            film.seek(at)
            length, kind = struct.unpack(">I4s", film.read(8))
            if not kind.isalnum():
                return False  # no box: something else follows the film
            if length == 1:
                (length,) = struct.unpack(">Q", film.read(8).ljust(8, b"\0"))
            if length == 0:
                return False  # the last one, to the end of the file
            at += max(length, 8)
    return at > size


def _ffmpeg_words(file: Path) -> str:
    """What ffmpeg says of its input (it exits with an error, having no output to write)."""
    # only this file, only as mp4: a film must not make ffmpeg open an address or another file
    limits = ["-protocol_whitelist", "file", "-f", "mov"]
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-nostdin", *limits, "-i", f"file:{file}"]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_FFMPEG_SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise MediaError("这个视频读取超时：请重新导出为 MP4（H.264）再试") from error
    return done.stderr.decode("utf-8", "replace")
