"""How many people read an article (§11): ``getarticletotaldetail`` of the day it was published. Yesterday is the last
day it tells of. § as in ``api``."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from channels.contract import CannotError, LaterError
from channels.making.asking import unclear
from channels.transport import Credential, Readership, Sent
from channels.wechat.wire import call, code_of

DETAIL = "/datacube/getarticletotaldetail"
FOLLOWED = 30
"""§11: so many days an article is followed."""
NOT_READY = 61503
_BEIJING = timedelta(hours=8)
_NAMES = ("__biz", "mid", "idx", "sn")
TOO_NEW = "今天发的，微信第二天才给阅读人数"
NOT_THERE = "微信的统计里没有这一篇"
NO_ADDRESS = "群发的这一篇没有网址，和微信的统计对不上"


def counted(sent: Sent, at: datetime, credential: Credential) -> tuple[Readership, ...]:
    """The readers of each article of ``sent``, published at ``at``, as far as the platform counted them."""
    day, today = ((one + _BEIJING).date() for one in (at, credential.now()))
    if day >= today:
        raise LaterError(f"{TOO_NEW}。")
    asked = {"begin_date": day.isoformat(), "end_date": day.isoformat()}
    answer = call(credential, DETAIL, asked, reserve=True, also=(NOT_READY,))
    if code_of(answer) == NOT_READY:
        raise LaterError("微信的统计还没有算好，稍后再问。", str(answer))
    rows = answer.get("list")
    if not isinstance(rows, list) or not all(isinstance(one, dict) for one in rows):
        raise unclear(False, f"datacube without list: {str(answer)[:80]}")
    found = []
    for one in sent.items:
        mine = [row for row in rows if one.address and _place(row.get("content_url")) == _place(one.address)]
        if len(mine) != 1:  # §5: a push is answered with no address, and the number its rows have is not kept
            why = NOT_THERE if one.address else NO_ADDRESS
            raise CannotError(f"{why}，请到公众号后台看。", f"{len(mine)} of {len(rows)} rows")
        found.append(_last(one.position, mine[0]))
    return tuple(found)


def _place(address: object) -> tuple[str, ...]:
    """What an article's address is known by: where it was shared from is in it too."""
    parts = urlsplit(str(address or ""))
    said = parse_qs(parts.query)
    named = tuple(said.get(name, [""])[0] for name in _NAMES)
    return (parts.path, *named)


def _last(position: int, row: Mapping[str, Any]) -> Readership:
    """The figures of its last day stand for all days before (§11: the sum since publication)."""
    days = row.get("detail_list")
    if not isinstance(days, list) or not days:
        raise LaterError("微信的统计里这一篇还没有数字，稍后再问。", str(row)[:80])
    try:
        until, count = max((date.fromisoformat(str(one["stat_date"])), one["read_user"]) for one in days)
    except (KeyError, TypeError, ValueError) as error:
        raise unclear(False, f"detail_list {str(days)[:80]}") from error
    if not isinstance(count, int) or isinstance(count, bool) or count < 0:
        raise unclear(False, f"read_user {count!r}")
    return Readership(position=position, count=count, until=until)
