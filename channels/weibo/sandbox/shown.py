"""How Weibo shows a post: the status object, its permalink, its dates, links shortened to t.cn."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

from channels.making.sandbox.book import Post
from channels.weibo.sandbox.rules import URL

_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_CHINA = timezone(timedelta(hours=8))


def base62(mid: str) -> str:
    """The name of a post in its permalink (weibo.md §3.1): groups of seven digits from the right, four signs each."""
    head = len(mid) % 7
    groups = ([mid[:head]] if head else []) + [mid[at : at + 7] for at in range(head, len(mid), 7)]
    signs = [_signs(int(one)).rjust(4, "0") for one in groups]
    return "".join(signs).lstrip("0")


def _signs(number: int) -> str:
    out = ""
    while number:
        number, rest = divmod(number, 62)
        out = _ALPHABET[rest] + out
    return out


def address(uid: str, mid: str) -> str:
    """The permalink of a post."""
    return f"https://weibo.com/{uid}/{base62(mid)}"


def shortened(text: str, keep: Callable[[str, str], None]) -> str:
    """The text with its links as t.cn addresses; ``keep(short, long)`` remembers where each leads."""
    out, at = "", 0
    for found in URL.finditer(text):
        short = f"http://t.cn/A6{hashlib.sha256(found[0].encode()).hexdigest()[:6]}"
        keep(short, found[0])
        out, at = out + text[at : found.start()] + short, found.end()
    return out + text[at:]


def moment(at: datetime) -> str:
    """ "Wed Oct 24 23:49:17 +0800 2012", whatever the language of the machine."""
    here = at.astimezone(_CHINA)
    return f"{_DAYS[here.weekday()]} {_MONTHS[here.month - 1]} {here:%d %H:%M:%S} +0800 {here.year}"


def status(post: Post, name: str, counts: dict[str, int]) -> dict[str, Any]:
    """A post as the status object of §3.1."""
    pictures = [{"thumbnail_pic": one} for one in post.more.get("pictures", [])]
    shown: dict[str, Any] = {
        "created_at": moment(post.at),
        "id": int(post.remote),
        "idstr": post.remote,
        "mid": post.remote,
        "text": post.body,
        "source": '<a href="http://app.weibo.com/" rel="nofollow">一稿</a>',
        "pic_urls": pictures,
        "user": {"id": int(post.account), "idstr": post.account, "screen_name": name},
        "reposts_count": counts.get("reposts", 0),
        "comments_count": counts.get("comments", 0),
        "attitudes_count": counts.get("attitudes", 0),
    }
    if pictures:
        thumb = pictures[0]["thumbnail_pic"]
        shown |= {"thumbnail_pic": thumb, "bmiddle_pic": thumb, "original_pic": thumb}
    return shown


def altered(text: str) -> str:
    """What a platform does to words: other quotes, another width, spaces run together."""
    words = text.replace("“", '"').replace("”", '"').replace("，", ",").replace("：", ":")
    return " ".join(words.split()) + " "
