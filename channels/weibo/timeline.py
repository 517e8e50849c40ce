"""An account's own posts as Weibo lists them: which of them is ours, by the key in its link or by its words.

Weibo rewrites links to t.cn; where they lead is asked (open.weibo.com/wiki/2/short_url/expand, an ordinary
interface, twenty at once). An application without it still knows its posts by their words.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from channels.contract import AdministratorError
from channels.making.asking import unclear
from channels.making.matching import plain
from channels.transport import Credential, Holdings, Listed, ListRule, Sent, SentItem
from channels.weibo.wire import read

PAGE, MOST_PAGES, MOST_LINKS = 100, 5, 20
_LINK = re.compile(r"https?://[\x21-\x7e]+")
_SHORT = re.compile(r"https?://t\.cn/\w+")
_KEY = re.compile(r"[?&]k=([a-z2-7]{20})(?![a-z0-9])")
_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
RULE = ListRule(
    call="statuses/user_timeline",
    leaves_out="只给好友圈或自己看的微博不一定在这个列表里",
    source="open.weibo.com/wiki/2/statuses/user_timeline（普通权限；只返回授权应用的账号自己的微博）",
    read_on="2026-11-22",
    confidence="unverified",
    test="tests/weibo/test_weibo_listing.py::test_what_somebody_posted_by_hand_is_listed",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A post as it is listed. ``keys``: the delivery keys in its links, as far as these were asked after."""

    id: str
    text: str
    at: datetime
    address: str
    keys: tuple[str, ...] = ()

    @property
    def sent(self) -> Sent:
        """The clear yes this post is."""
        return published(self.id, self.address)


def published(number: str, address: str) -> Sent:
    """A post that readers see."""
    item = SentItem(position=1, remote_id=number, address=address)
    return Sent(state="published", remote_id=number, items=(item,))


def worded(text: str) -> str:
    """The words of a post without its links: Weibo rewrites these."""
    return _LINK.sub("", text).strip()


def opening(text: str, length: int = 40) -> str:
    """The first letters of a post, bare of everything platforms touch."""
    return plain(worded(text))[:length]


def number_of(status: Mapping[str, Any]) -> str:
    """The number of a status object, "" when it has none."""
    found = str(status.get("idstr") or status.get("mid") or status.get("id") or "")
    return found if found.isdecimal() else ""


def address_of(status: Mapping[str, Any], uid: str = "") -> str:
    """The permalink of a status object; ``uid`` where it does not say whose it is."""
    user = status.get("user")
    owner = str((user.get("idstr") or user.get("id") or uid) if isinstance(user, dict) else uid)
    number = number_of(status)
    return f"https://weibo.com/{owner}/{base62(number)}" if owner and number else ""


def base62(mid: str) -> str:
    """A post's name in its permalink: seven digits at a time from the right, each as four signs (weibo.md §3.1)."""
    out = ""
    while mid:
        mid, group = mid[:-7], int(mid[-7:])
        signs = ""
        for _ in range(4):
            group, rest = divmod(group, 62)
            signs = _ALPHABET[rest] + signs
        out = signs + out
    return out.lstrip("0")


def listed(credential: Credential, since: datetime) -> tuple[list[Shown], bool]:
    """The account's posts since then and perhaps older ones, newest first, and whether none of them is missing.

    A last page that holds fewer posts than the list says there are is no whole answer."""
    found: dict[str, Shown] = {}
    for page in range(1, MOST_PAGES + 1):
        answer = read(credential, "statuses/user_timeline", count=str(PAGE), page=str(page))
        rows = answer.get("statuses")
        if not isinstance(rows, list):
            raise unclear(False, str(answer)[:300])
        posts = [_shown(one, credential) for one in rows]
        found |= {one.id: one for one in posts}
        if posts and posts[-1].at < since:
            return list(found.values()), True
        if len(posts) < PAGE:
            total = answer.get("total_number", 0)
            return list(found.values()), not isinstance(total, int) or len(found) >= total
    return list(found.values()), False


def holdings(since: datetime, known: Collection[str], credential: Credential) -> Holdings:
    """What the account publicly holds since then. Where links lead is asked for the posts nobody knows alone."""
    posts, is_whole = listed(credential, since)
    recent = [one for one in posts if one.at >= since]
    keys = {one.id: one.keys for one in keyed([one for one in recent if one.id not in known], credential)}
    rows = tuple(
        Listed(
            remote_id=one.id, at=one.at, titles=(worded(one.text),), texts=(worded(one.text),),
            addresses=(one.address,), keys=keys.get(one.id, ()),
        )
        for one in recent
    )  # fmt: skip
    return Holdings(rows=rows, complete=is_whole)


def _shown(status: object, credential: Credential) -> Shown:
    if not isinstance(status, dict) or not number_of(status):
        raise unclear(False, str(status)[:300])
    try:
        at = datetime.strptime(str(status["created_at"]), "%a %b %d %H:%M:%S %z %Y")
        address = address_of(status, credential.secrets.get("uid", ""))
        return Shown(id=number_of(status), text=str(status["text"]), at=at, address=address)
    except (KeyError, ValueError) as error:
        raise unclear(False, f"{error!r} {str(status)[:200]}") from error


def keyed(posts: Sequence[Shown], credential: Credential) -> list[Shown]:
    """The posts with the delivery keys their links lead to."""
    shorts = list(dict.fromkeys(short for one in posts for short in _SHORT.findall(one.text)))
    leads: dict[str, str] = {}
    for at in range(0, len(shorts), MOST_LINKS):
        leads |= _expanded(shorts[at : at + MOST_LINKS], credential)
    return [replace(one, keys=_keys(one.text, leads)) for one in posts]


def _keys(text: str, leads: Mapping[str, str]) -> tuple[str, ...]:
    ends = (leads.get(one, one) for one in _LINK.findall(text))
    return tuple(key for one in ends for key in _KEY.findall(one))


def _expanded(shorts: list[str], credential: Credential) -> dict[str, str]:
    try:
        rows = read(credential, "short_url/expand", url_short=shorts).get("urls")
    except AdministratorError:
        return {}  # without permission for this interface the words decide
    if not isinstance(rows, list):
        raise unclear(False, str(rows)[:300])
    return {str(one.get("url_short")): str(one.get("url_long")) for one in rows if isinstance(one, dict)}
