"""Pictures, films and widgets of pages: what can be kept is kept, the rest is named."""

import base64
import binascii
import re
from urllib.parse import unquote, unquote_to_bytes

from lxml.html import HtmlElement

from assets.pictures import MAX_BYTES
from channels.values import Figure
from cms.arrivals import media
from cms.arrivals.html.tree import classes, words
from cms.arrivals.media import Shelf
from cms.arrivals.pieces import Remainder

_DATA = re.compile(r"data:([\w/+.-]*)((?:;[\w=.+-]*)*),", re.I)
_SOURCES = ("data-src", "data-original", "data-actualsrc", "data-origin-src", "src", "data-lazy-src")
_WORDS = (
    "title",
    "name",
    "data-title",
    "data-name",
    "data-nickname",
    "data-miniprogram-nickname",
    "voice_name",
    "data-miniprogram-title",
    "musicname",
    "data-mptitle",
    "aria-label",
    "alt",
    "data-src",
    "src",
    "data-url",
)
_KINDS = (
    ("mpvoice", "公众号语音", "请在公众号后台重新插入，或插入“音频”块写网址"),
    ("qqmusic", "音乐卡片", "请插入“音频”块写网址"),
    ("audio", "音频", "请插入“音频”块写网址"),
    ("mpvideo", "公众号视频", "请插入“视频”块写网址"),
    ("video", "视频", "请插入“视频”块写网址"),
    ("iframe", "嵌入的视频或页面", "视频请插入“视频”块写网址，页面请写成链接"),
    ("mp-miniprogram", "小程序卡片", "请在公众号后台重新插入，或写成链接"),
    ("mp-common-profile", "公众号名片", "请在公众号后台重新插入"),
    ("mp", "公众号插件", "请在公众号后台重新插入"),
    ("", "嵌入的对象", "请截图插入或写成链接"),
)
TAGS = frozenset(
    [
        "audio",
        "video",
        "iframe",
        "embed",
        "object",
        "qqmusic",
        "canvas",
        "map",
        "applet",
        "frame",
        "source",
        "track",
        "param",
    ]
)
_SPACER = 200  # bytes: a transparent dot that holds a place
_TINY = 3  # pixels: a counter, not a picture


def is_widget(tag: str) -> bool:
    return tag in TAGS or bool(re.match(r"mp[a-z-]", tag))


def tell_widget(node: HtmlElement, left: Remainder) -> None:
    """A film, recording or card that stays behind, with all it says about itself."""
    if node.tag in ("source", "track", "param"):
        return
    _, what, remedy = next(kind for kind in _KINDS if node.tag.startswith(kind[0]))
    said = dict.fromkeys(unquote(node.get(key)) for key in _WORDS if node.get(key))
    left.lost("media", f"{what}没有带过来，{remedy}", " ".join([*said, words(node)]))


def picture(node: HtmlElement, left: Remainder, shelf: Shelf, near: str) -> Figure | str | None:
    """An img: a figure, the words it stands for (表情), or nothing when nobody could see it."""
    alt = node.get("alt") or node.get("data-alt") or ""
    kinds = classes(node)
    if re.fullmatch(r"\[[^\[\]]{1,8}\]|\W", alt) or "icon_emotion_single" in kinds or "emoji" in kinds:
        return alt or None
    src = next((value for key in _SOURCES if (value := (node.get(key) or "").strip())), "")
    if _is_dot(node) or not src:
        return None
    if _DATA.match(src):
        return _decoded(src, alt, left, shelf, near)
    if src.startswith("//"):
        src = f"https:{src}"
    if re.match(r"https?://", src, re.I):
        return media.remote(src, alt, left)
    if re.match(r"[a-z][a-z0-9+.-]*:|/|\\", src, re.I) or ".." in src.split("/"):
        where = f"（在“{near}”附近）" if near else ""
        left.lost("picture.local", f"剪贴板里没有带上图片{where}，请从原文另存后插入", src)
        return None
    return media.figure(unquote(src), alt)


def _is_dot(node: HtmlElement) -> bool:
    sizes = [node.get(key, "").removesuffix("px") for key in ("width", "height")]
    return all(size.isdigit() and int(size) <= _TINY for size in sizes)


def _decoded(src: str, alt: str, left: Remainder, shelf: Shelf, near: str) -> Figure | None:
    """A picture written into the page itself."""
    found = _DATA.match(src)
    assert found
    body = src[found.end() :]
    if len(body) > MAX_BYTES * 4 // 3:
        left.lost("picture.large", f"有一张内嵌图片超过 {MAX_BYTES >> 20} MB，请压缩后另行插入", near)
        return None
    try:
        is_base64 = "base64" in found[2].lower()
        content = base64.b64decode(re.sub(r"\s", "", unquote(body))) if is_base64 else unquote_to_bytes(body)
    except (binascii.Error, ValueError):
        content = b""
    if not content or (len(content) < _SPACER and content.startswith(b"GIF8")):
        return None
    number = len(shelf.pictures) + 1
    kept = shelf.keep(content, f"pasted-{number}.{found[1].rpartition('/')[2] or 'png'}", near)
    return media.figure(kept, alt) if kept else None
