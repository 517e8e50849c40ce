"""公众号 by its interface: drafts ahead of time, then 发布 (freepublish) or 群发 (mass send); the end of either is
asked for, or told by event.

A draft leaves the box when it is published or pushed: so after a lost answer the draft and the list of
publications settle what happened. The delivery key rides in ``content_source_url`` (?k=…) and is the
``clientmsgid`` of a push. § names a section of platforms/wechat.md.
"""

import contextlib
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from channels.contract import ChannelError, UnknownOutcome
from channels.making.asking import unclear
from channels.making.matching import EARLY, Candidate, Likeness, likeness
from channels.transport import (
    Allowance,
    Credential,
    Fingerprint,
    Found,
    Health,
    Heard,
    Holdings,
    ListRule,
    QuotaError,
    Readership,
    Sent,
    SentItem,
    Staged,
    Standing,
)
from channels.values import Fills, Rendition
from channels.wechat import afterwards, events, listing, readers, staging
from channels.wechat.afterwards import MASS, item
from channels.wechat.errors import BY_CODE
from channels.wechat.listing import moment
from channels.wechat.staging import GONE, PAGE, news
from channels.wechat.wire import call, code_of, rows, text

SAME_ID = 45065
ENDED = timedelta(minutes=25)
"""A job accepted under a lost answer may still be running, its draft in the box: only later than this does a
draft still in the box mean that nothing was accepted. §4 gives no time; a poller is told to stop at 30 minutes."""
ID_KEPT = timedelta(hours=20)
"""§5: a clientmsgid is known for 24 hours; so long a repeated push cannot be a second one."""
LIMIT_DOC = "developers.weixin.qq.com/doc/service/Message_Management/API_Call_Limits.html"
MASS_DOC = "developers.weixin.qq.com/doc/subscription/guide/product/message/Batch_Sends"
PUSH = "message/mass"
_REFUSED = {
    2: "微信判定原创声明失败，请编辑到后台查看后改稿",
    3: "微信报告发布失败（常规失败），请到后台查看后重发",
    4: "没有通过微信的平台审核，请编辑核查内容后改稿",
}
TO_AGREE = timedelta(minutes=30)
"""§5: 群发保护, how long the administrator has."""
_ON_THE_PHONE = "这个公众号多半开了群发保护，请管理员打开手机微信确认群发"
_PUSH_FAILED = "微信报告群发失败（审核没过、判为转载或管理员没在半小时内确认），请到后台查看后重发"


class WeChatTransport:
    """发布 to the account's page: a permanent link, no push to followers; with ``push``, 群发."""

    visibility = timedelta(seconds=60)
    listing: ListRule = listing.RULE

    def allowances(self, secrets: Mapping[str, str]) -> tuple[Allowance, ...]:
        """§9, a new account's day; §5 for pushes: one a day for a subscription account, four a month for a service
        account. ``message/mass`` counts pushes that were accepted."""
        is_service = secrets.get("kind") == "service"
        return (
            _allowed("draft/add", "新建草稿", 1000, a_post=1, a_push=1),
            _allowed("draft/get", "读草稿", 500),
            _allowed("draft/update", "改草稿", 1000),
            _allowed("draft/delete", "删草稿", 1000),
            _allowed("draft/batchget", "列草稿", 1000, a_post=1, a_push=1),
            _allowed("freepublish/submit", "发布", 100, a_post=1),
            _allowed("freepublish/get", "查发布结果", 100),
            _allowed("freepublish/getarticle", "读已发文章", 100),
            _allowed("freepublish/batchget", "列已发文章", 100),
            _allowed("freepublish/delete", "删除文章", 10),
            _allowed("message/mass/sendall", "群发请求", 100, a_push=1),
            Allowance(
                call=PUSH,
                count=4 if is_service else 1,
                per="month" if is_service else "day",
                a_push=1,
                source=MASS_DOC,
                title="群发",
            ),
        )

    def stage(
        self, rendition: Rendition, fills: Fills, key: str, credential: Credential, *, push: bool = False
    ) -> Staged:
        """Pictures and cover uploaded once by content, and the draft: one that carries our key is taken again."""
        return staging.stage(rendition, fills, key, credential, push)

    def publish(self, rendition: Rendition, staged: Staged, key: str, credential: Credential) -> Sent:
        """errcode 0 only means the task was taken; what became of it is asked for."""
        media = staged.remote["media_id"]
        if staged.remote.get("push"):
            return self._push(media, key, credential)
        answer = call(credential, "freepublish/submit", {"media_id": media}, changes=True, also=(GONE,))
        if code_of(answer) == GONE:
            raise _draft_gone(answer)
        return Sent(state="accepted", remote_id=text(answer, "publish_id", changes=True))

    def _push(self, media: str, key: str, credential: Credential) -> Sent:
        """A push under our key: the same key again is answered with the first one's number (§5)."""
        answer = self._sendall(media, key, credential)
        if code_of(answer) == GONE:
            raise _draft_gone(answer)
        if code_of(answer) == 0:
            # Only counted: whether one is left is the platform's to say (45028).
            with contextlib.suppress(QuotaError):
                credential.budget.spend(PUSH, reserve=True)
        return _pushed(answer)

    def _sendall(self, media: str, key: str, credential: Credential) -> dict[str, Any]:
        asked = {
            "filter": {"is_to_all": True},
            "msgtype": "mpnews",
            "mpnews": {"media_id": media},
            "send_ignore_reprint": 0,
            "clientmsgid": key,
        }
        return call(credential, "message/mass/sendall", asked, changes=True, reserve=True, also=(GONE, SAME_ID))

    def confirm(self, sent: Sent, credential: Credential) -> Sent:
        """What became of a task (§4): 0 out, 1 running, 2-4 refused, 5 and 6 taken away again."""
        if sent.remote_id.startswith(MASS):
            return self._confirm_push(sent, credential)
        answer = call(credential, "freepublish/get", {"publish_id": sent.remote_id}, reserve=True)
        status = answer.get("publish_status")
        if status == 1:
            return sent
        if status in _REFUSED:
            return Sent(state="refused", remote_id=sent.remote_id, note=f"{_REFUSED[status]}。")
        if status not in (0, 5, 6):
            raise unclear(False, f"publish_status {status!r}")
        article = text(answer, "article_id", changes=False)
        items = tuple(item(article, int(one["idx"]), str(one["article_url"])) for one in _listed(answer))
        return Sent(state="published" if status == 0 else "removed", remote_id=article, items=items, note=_why(status))

    def _confirm_push(self, sent: Sent, credential: Credential) -> Sent:
        """§5: no address is given for a push; it comes with the statistics of the next day (§11)."""
        answer = call(credential, "message/mass/get", {"msg_id": sent.remote_id.removeprefix(MASS)}, reserve=True)
        status = answer.get("msg_status")
        if status == "SENDING":  # running, or waiting for the administrator's phone: the answer is the same (§5)
            return replace(sent, note=_ON_THE_PHONE, phone=TO_AGREE)
        if status == "SEND_FAIL":
            return Sent(state="refused", remote_id=sent.remote_id, note=f"{_PUSH_FAILED}。")
        if status not in ("SEND_SUCCESS", "DELETE"):
            raise unclear(False, f"msg_status {status!r}")
        items = (SentItem(position=1, remote_id=f"{sent.remote_id}:1"),)
        is_there = status == "SEND_SUCCESS"
        return Sent(state="published" if is_there else "removed", remote_id=sent.remote_id, items=items)

    def look_up(self, fingerprint: Fingerprint, credential: Credential) -> Found:
        """Among the publications since then, by key, else by content; a push by its clientmsgid.

        A draft that left the box was published, by us or by hand, or deleted: nothing is sent again then. One
        that is still there may have a job on it for a while (``ENDED``)."""
        matches, doubts = self._among_published(fingerprint, credential)
        if matches:
            return Found(matches=matches)
        media, age = fingerprint.remote.get("media_id", ""), credential.now() - fingerprint.since
        if not media:  # nothing is known to lie in the box: only what readers see can be told
            return Found(doubts=doubts)
        is_push = bool(fingerprint.remote.get("push"))
        if staging.has_draft(media, credential):
            if age < ENDED:
                return Found(complete=False)
            return Found(trusted=not is_push or age < ID_KEPT)
        if is_push:
            return self._by_client_id(media, fingerprint.key, credential)
        return Found(doubts=doubts, complete=False)

    def has_draft(self, staged: Staged, credential: Credential) -> bool:
        """A draft leaves the box when it is published, by us or by hand, or deleted."""
        return staging.has_draft(staged.remote["media_id"], credential)

    def discard(self, staged: Staged | None, key: str, credential: Credential) -> bool:
        return staging.discard(staged, key, credential)

    def _by_client_id(self, media: str, key: str, credential: Credential) -> Found:
        """§5: asked again with the same clientmsgid and a draft that is gone, a push can be known or refused, but
        never sent: there is nothing to send."""
        answer = self._sendall(media, key, credential)
        return Found(trusted=False) if code_of(answer) == GONE else Found(matches=(_pushed(answer),))

    def _among_published(
        self, fingerprint: Fingerprint, credential: Credential
    ) -> tuple[tuple[Sent, ...], tuple[Sent, ...]]:
        """What is ours, and what may be: every page, newest first, until they are older."""
        seen: dict[Likeness, list[Sent]] = {"ours": [], "perhaps": [], "other": []}
        offset = 0
        while True:
            asked = {"offset": offset, "count": PAGE, "no_content": 0}
            answer = call(credential, "freepublish/batchget", asked, reserve=True)
            page = rows(answer, "article_id")
            for row in page:
                seen[_likeness(row, fingerprint)].append(_as_sent(row))
            offset += len(page)
            oldest = min((moment(row) for row in page), default=fingerprint.since)
            if not page or offset >= int(answer.get("total_count", 0)) or oldest < fingerprint.since - EARLY:
                return tuple(seen["ours"]), tuple(seen["perhaps"])

    def withdraw(self, sent: Sent, position: int, key: str, credential: Credential) -> Sent:
        return afterwards.withdraw(sent, position, credential)

    def counted(self, sent: Sent, at: datetime, credential: Credential) -> tuple[Readership, ...]:
        """Readers (阅读人数) to the end of yesterday; of what came out today nothing is told yet."""
        return readers.counted(sent, at, credential)

    def read(self, sent: Sent, credential: Credential) -> tuple[Standing, ...]:
        return afterwards.read(sent, credential)

    def listed(self, since: datetime, known: Collection[str], credential: Credential) -> Holdings:
        return listing.listed(since, credential)

    def preview(self, rendition: Rendition, staged: Staged, to: str, credential: Credential) -> None:
        """The staged draft on one phone, by WeChat name (§5): nobody else sees it."""
        asked = {"towxname": to, "msgtype": "mpnews", "mpnews": {"media_id": staged.remote["media_id"]}}
        call(credential, "message/mass/preview", asked)

    def check(self, credential: Credential) -> Health:
        """Token, IP list, permission and quota, as the platform tells them (§9). It names no subject.

        The permission to publish shows in the list of publications: one of its hundred calls a day is spent,
        unless few are left."""
        left: dict[str, int] = {}
        troubles: list[str] = []
        try:
            for name in ("freepublish/submit", "freepublish/batchget", "message/mass/sendall"):
                left[name] = _left(call(credential, "openapi/quota/get", {"cgi_path": f"/cgi-bin/{name}"}))
            if left["freepublish/batchget"] > PAGE:
                call(credential, "freepublish/batchget", {"offset": 0, "count": 1, "no_content": 1}, reserve=True)
        except ChannelError as error:
            troubles.append(error.sentence)
        if left.get("freepublish/submit") == 0:
            troubles.append(f"{BY_CODE[45009].sentence}。")
        return Health(troubles=tuple(troubles), left=left, looked=("令牌", "IP 白名单", "发布权限", "今天的次数"))

    def hear(
        self,
        query: Mapping[str, str],
        headers: Mapping[str, str],
        body: bytes,
        secrets: Mapping[str, str],
        now: datetime,
    ) -> Heard:
        """The end of a job, told by event (§8); it only wakes the question."""
        told = events.opened(query, body, secrets, now)
        if told is None:
            return Heard(answer=query.get("echostr", ""))
        named = [told.findtext(path) for path in ("PublishEventInfo/publish_id", "PublishEventInfo/article_id")]
        pushed = told.findtext("MsgID")
        if told.findtext("Event") not in events.ENDS:
            return Heard()
        return Heard(remote_ids=tuple([one for one in named if one] + ([f"{MASS}{pushed}"] if pushed else [])))


def _allowed(name: str, title: str, count: int, a_post: int = 0, a_push: int = 0) -> Allowance:
    """A tenth is kept back for look-ups; those that only look up need nothing kept from them."""
    reserve = count // 10 if a_post or a_push else 0
    return Allowance(
        call=name, count=count, reserve=reserve, a_post=a_post, a_push=a_push, source=LIMIT_DOC, title=title
    )


def _draft_gone(answer: Mapping[str, Any]) -> UnknownOutcome:
    """Published by hand in the console, or by a job we lost the answer of (F35): looked up, never sent again."""
    words = "草稿已经不在草稿箱里，可能有人在后台发布了，先核对是否已经发布。"
    return UnknownOutcome(words, str(answer.get("errmsg", "")))


def _pushed(answer: Mapping[str, Any]) -> Sent:
    """The task of a push: its number is in a refused repeat too (45065)."""
    name = "msg_id" if "msg_id" in answer else "msgid"
    return Sent(state="accepted", remote_id=f"{MASS}{text(answer, name, changes=True)}")


def _why(status: int) -> str:
    words = {5: "文章发布后在后台被全部删除，请核实", 6: "文章发布后被微信全部屏蔽，请到后台查看原因"}
    return f"{words[status]}。" if status in words else ""


def _listed(answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    detail = answer.get("article_detail")
    found = detail.get("item") if isinstance(detail, dict) else None
    if not isinstance(found, list) or not all(
        isinstance(one, dict) and {"idx", "article_url"} <= set(one) for one in found
    ):
        raise unclear(False, "article_detail without item")
    return found


def _left(answer: Mapping[str, Any]) -> int:
    quota = answer.get("quota")
    if not isinstance(quota, dict) or not isinstance(quota.get("remain"), int):
        raise unclear(False, "quota without remain")
    return int(quota["remain"])


def _likeness(row: Mapping[str, Any], fingerprint: Fingerprint) -> Likeness:
    """The publication beside the send: ours when each of its articles is, another's when one of them is."""
    listed = news(row)
    if len(listed) != len(fingerprint.titles):
        return "other"
    found = [likeness(fingerprint, position, _candidate(one, row)) for position, one in enumerate(listed)]
    return "other" if "other" in found else "perhaps" if "perhaps" in found else "ours"


def _candidate(article: Mapping[str, Any], row: Mapping[str, Any]) -> Candidate:
    return Candidate(
        title=str(article.get("title", "")),
        text=str(article.get("content", "")),
        carried=str(article.get("content_source_url", "")),
        at=moment(row),
    )


def _as_sent(row: Mapping[str, Any]) -> Sent:
    article = str(row["article_id"])
    items = tuple(item(article, at, str(one.get("url", ""))) for at, one in enumerate(news(row), 1))
    return Sent(state="published", remote_id=article, items=items)
