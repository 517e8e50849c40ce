"""Pictures met on the way: kept under a plain name beside the manuscript, or refused with the remedy."""

import re
from pathlib import PurePosixPath

from channels.values import Figure, Picture
from cms.arrivals.pieces import Remainder

FOLDER = "pictures"
_VECTORS = (
    (rb"(?s).{40} EMF", "EMF"),
    (rb"\xd7\xcd\xc6\x9a|\x01\x00\x09\x00\x00\x03", "WMF"),
    (rb"\x1f\x8b", "EMZ/WMZ"),
    (rb"(?s)\s*(<\?xml.{0,300}?)?<svg", "SVG"),
)
_EXTENSIONS = ((b"\xff\xd8", "jpg"), (b"\x89PNG", "png"), (b"GIF8", "gif"), (b"RIFF", "webp"), (b"BM", "bmp"))
_AUTOMATIC = re.compile(
    r"\s*(描述已自动生成|描述已自动生成。|AI 生成的内容可能不正确。?|Description automatically generated.*)\s*$"
)
_MEANINGLESS = re.compile(
    r"(?i)^(图片|图像|图形|照片|picture|image|img|photo|screenshot|微信图片|截图|qq图片)?[\s_-]*[\d_-]*(\.\w{3,4})?$"
    r"|^[\w\-. ()（）]+\.(jpe?g|png|gif|bmp|tiff?|webp|emf|wmf)$|^[A-Za-z0-9+/=_-]{16,}$|^[A-Za-z]:\\|^https?://"
)


class Shelf:
    """The pictures of one arrival by the path they will have."""

    def __init__(self, left: Remainder) -> None:
        self.left = left
        self.pictures: dict[str, bytes] = {}
        self._named: dict[str, str] = {}

    def keep(self, content: bytes, name: str, near: str = "") -> str:
        """The path ``content`` will have; nothing when it is no picture readers can see."""
        for signature, kind in _VECTORS:
            if re.match(signature, content):
                remedy = "请在原软件里右键另存为 PNG，再插入稿件"
                where = f"（在“{near}”附近）" if near else ""
                self.left.lost("picture.vector", f"{kind} 矢量图手机上打不开，没有带过来{where}，{remedy}", name)
                return ""
        if name not in self._named:
            stem = re.sub(r"[^A-Za-z0-9-]+", "-", PurePosixPath(name).stem).strip("-")[:40] or "picture"
            path = f"{FOLDER}/{stem}.{_extension(content, name)}"
            if self.pictures.get(path, content) != content:
                path = f"{FOLDER}/{stem}-{len(self.pictures) + 1}.{_extension(content, name)}"
            self._named[name] = path
            self.pictures[path] = content
        return self._named[name]


def _extension(content: bytes, name: str) -> str:
    for signature, extension in _EXTENSIONS:
        if content.startswith(signature):
            return extension
    given = PurePosixPath(name).suffix.lower().lstrip(".")
    return given if re.fullmatch(r"[a-z0-9]{2,5}", given) else "bin"


def alt_text(text: str) -> str:
    """What a person wrote about a picture; nothing for names and numbers that programs put there."""
    text = _AUTOMATIC.sub("", " ".join(text.split()))
    return "" if _MEANINGLESS.match(text) else text


def figure(src: str, alt: str = "") -> Figure:
    return Figure(picture=Picture(src=src, alt=alt_text(alt)))


def remote(address: str, alt: str, left: Remainder) -> Figure:
    """A picture that is only an address: it keeps its place, and must be fetched."""
    message = "这张图片只有网址，还没有取回：请从原处另存，再在这张图上点“换图片”"
    left.lost("picture.remote", message, address)
    return figure(address, alt)
