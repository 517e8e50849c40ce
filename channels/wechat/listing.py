"""What an account publicly holds, as freepublish/batchget lists it (§4): twenty publications a call, newest first.

§4 names the list for 发布; whether it shows 群发 and what was pushed in the console is not said: what it leaves out is
not missed.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from channels.making.matching import keys_in
from channels.transport import Credential, Holdings, Listed, ListRule
from channels.wechat.afterwards import secure
from channels.wechat.staging import PAGE, news
from channels.wechat.wire import call, rows

CALL = "freepublish/batchget"
MOST_PAGES = 10
"""Of the hundred calls a day, so many at most for one look."""
RULE = ListRule(
    call=CALL,
    leaves_out="群发的文章不一定在这个列表里",
    source="developers.weixin.qq.com/doc/service/api/public/api_freepublish_batchget",
    read_on="2026-11-22",
    confidence="client",
    test="tests/wechat/test_wechat_listing.py::test_what_somebody_published_by_hand_is_listed",
)


def listed(since: datetime, credential: Credential) -> Holdings:
    """Every publication since then, with its words: one call shows twenty, which would be twenty calls one by one."""
    found: dict[str, Listed] = {}
    offset = 0
    for _ in range(MOST_PAGES):
        answer = call(credential, CALL, {"offset": offset, "count": PAGE, "no_content": 0}, reserve=True)
        page = rows(answer, "article_id")
        found |= {str(row["article_id"]): _listed(row) for row in page}
        offset += len(page)
        is_past = any(moment(row) < since for row in page)
        if not page or is_past or offset >= int(answer.get("total_count", 0)):
            # A page shorter than the list says it is does not end it: something moved, or is hidden for now.
            is_whole = is_past or len(found) >= int(answer.get("total_count", 0))
            return Holdings(rows=tuple(one for one in found.values() if one.at >= since), complete=is_whole)
    return Holdings(rows=tuple(one for one in found.values() if one.at >= since), complete=False)


def moment(row: Mapping[str, Any]) -> datetime:
    """When a publication was last changed, as the list says."""
    return datetime.fromtimestamp(int(row.get("update_time", 0)), UTC)


def _listed(row: Mapping[str, Any]) -> Listed:
    articles = [one for one in news(row) if not one.get("is_deleted", False)]
    return Listed(
        remote_id=str(row["article_id"]),
        at=moment(row),
        titles=tuple(str(one.get("title", "")).strip() for one in articles),
        texts=tuple(str(one.get("content", "")) for one in articles),
        addresses=tuple(secure(str(one.get("url", ""))) for one in articles),
        keys=tuple(key for one in articles for key in keys_in(str(one.get("content_source_url", "")))),
    )
