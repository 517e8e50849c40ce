"""What Weibo refuses in a post, written down a second time from platforms/weibo.md, apart from the renderer."""

import ipaddress
import re
from collections.abc import Sequence
from urllib.parse import urlsplit

MAX_ZI = 140  # §3.1
LONG_ZI = 300  # §7, code 20013
PICTURE_BYTES = 5_000_000  # §3.1: under 5 MB
TITLE, CONTENT, POST = 32, 90_000, 1900  # §3.3
COMMENT_ZI = 140  # §5
URL = re.compile("https?://[!-~]+")
_TOPIC = re.compile("[#＃][^#＃\n]+[#＃]")
_OURS = re.compile(r"(?:.*\.)?weibo\.(?:com|cn)")


class Refused(Exception):
    """A clear no: the code of Weibo's table (§7) and its words."""

    def __init__(self, code: int, words: str) -> None:
        super().__init__(words)
        self.code, self.words = code, words


def zi(text: str) -> int:
    """The length of a text as Weibo counts it (§4): half-width units, two to a 字, rounded up."""
    units, at = 0, 0
    while at < len(text):
        address = URL.match(text, at)
        if address:
            units += _of_address(address[0])
            at = address.end()
        else:
            units += 1 if ord(text[at]) < 128 else 4 if ord(text[at]) > 0xFFFF else 2
            at += 1
    return (units + 1) // 2


def _of_address(address: str) -> int:
    """Units of an address (§4); https by the strict reading: at least its own length."""
    size, host = len(address), urlsplit(address).hostname or ""
    flat = 20 if size <= 140 else 20 + size - 140
    if address.startswith("https"):
        return max(size, flat)
    if host == "t.cn" or (_OURS.fullmatch(host) and size <= 41):
        return size
    return flat


def check_text(text: str, most: int = MAX_ZI) -> None:
    """Empty or too long (§4, §7)."""
    length = zi(text)
    if not text.strip():
        raise Refused(20008, "content is null!")
    if length > LONG_ZI >= most:
        raise Refused(20013, "text too long, please input text less than 300 characters!")
    if length > most:
        raise Refused(20012, "text too long, please input text less than 140 characters!")


def check_share(text: str, safe_domains: Sequence[str]) -> None:
    """What the ordinary interface asks of a text beside its length (§3.1)."""
    if _TOPIC.search(URL.sub("", text)):
        raise Refused(10017, "param status must not contain a #topic#")
    hosts = [(urlsplit(one).hostname or "").lower() for one in URL.findall(text)]
    if not any(host == safe or host.endswith(f".{safe}") for host in hosts for safe in safe_domains):
        raise Refused(10017, "param status must contain a link of the application's safe domain")


def check_rip(rip: str) -> None:
    """The real public address of whoever posts (§3.1)."""
    try:
        is_public = ipaddress.ip_address(rip).is_global
    except ValueError:
        is_public = False
    if not is_public:
        raise Refused(10017 if rip else 10016, "param rip must be the public ip of the user")


def check_picture(content: bytes) -> None:
    """JPEG, GIF or PNG by its first bytes, under 5 MB (§3.1, §7)."""
    if not content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a")):
        raise Refused(20005, "unsupported image type, only suport JPG, GIF, PNG!")
    if len(content) >= PICTURE_BYTES:
        raise Refused(20006, "image size too large!")


def article_fault(title: str, content: str, cover: str, post: str) -> str:
    """Which field of a headline article breaks §3.3, in words; "" for none."""
    if not title or len(title) > TITLE:
        return "title"
    if not content or len(content) > CONTENT:
        return "content"
    if urlsplit(cover).scheme not in ("http", "https"):
        return "cover"
    return "text" if not post or len(post) > POST else ""
