"""抖音 by the open platform's interface 代替用户发布内容到抖音 (douyin.md §1-§6): upload, create, ask after the
review. The platform takes no key of ours and lists none back, so a lost answer is settled by content alone."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from channels import canonical, slots
from channels.contract import AdministratorError, CannotError, ChannelError, LaterError, StoryError
from channels.douyin import oauth, uploads
from channels.douyin.calls import call
from channels.making.matching import EARLY, Candidate, likeness, plain
from channels.transport import (
    Allowance,
    Credential,
    Fingerprint,
    Found,
    Health,
    Heard,
    SecretField,
    Sent,
    SentItem,
    Staged,
    Standing,
)
from channels.values import Fills, Rendition

BASE = "https://open.douyin.com"
LOOKED = ("授权令牌", "续期", "读取权限")
SECRET_FIELDS = (
    SecretField("client_key", "Client Key（抖音开放平台 控制台 → 网站应用 → 应用详情）", is_secret=False),
    SecretField("client_secret", "Client Secret（同一页）"),
    SecretField("code", "授权 code（账号管理员扫码后，跳转地址里 code= 后面的一段，只能用一次）"),
    SecretField("refresh_token", "refresh_token（已经换过 code 时填，与 open_id 一起填）"),
    SecretField("open_id", "open_id（已经换过 code 时填）", is_secret=False, is_subject=True),
    SecretField("list_trusted", "查询作品列表是否可信（在测试应用上核对过刚发的作品会列出时填 yes）", is_secret=False),
)
PAGE, PAGES = 10, 50
PUBLISHED, REFUSED = frozenset({1, 5}), 2  # video_status, §5; 4 is in review
SIGNATURE = "x-douyin-signature"
NO_DELETION = "抖音开放平台已停用删除作品的接口，请在抖音 App 或创作者中心删除这条作品，再在一稿里确认已经删除。"


class DouyinTransport:
    """How 抖音 is spoken to.

    ``visibility``: no vendor page says how late a new work enters its owner's list; two minutes are ours."""

    visibility = timedelta(minutes=2)

    def allowances(self, secrets: Mapping[str, str]) -> tuple[Allowance, ...]:
        """None: no figure is documented (§7 only has the codes that say a quota is used up)."""
        return ()

    def stage(
        self, rendition: Rendition, fills: Fills, key: str, credential: Credential, *, push: bool = False
    ) -> Staged:
        if push:
            raise StoryError("抖音没有群发，请按发布来排这次发布。")
        template = rendition.parts[0]
        mine = fills.get(template.story, {})
        part = slots.fill(template, mine)
        files = {one.role: one for one in part.files}
        clip = uploads.video(files["clip"], credential)
        remote = {"video": clip.remote}
        until = clip.until_at
        if "cover" in files:
            cover = uploads.cover(files["cover"], credential)
            remote["cover"], until = cover.remote, min(until, cover.until_at)
        sent_hash = canonical.digest({"text": part.body, "clip": files["clip"].hash})
        return Staged(remote=remote, fills={part.story: dict(mine)}, sent_hash=sent_hash, until=until)

    def publish(self, rendition: Rendition, staged: Staged, key: str, credential: Credential) -> Sent:
        """Create the work. ``k`` in the query is dropped by the platform and never listed back: it is there for
        logs between us and it."""
        template = rendition.parts[0]
        part = slots.fill(template, staged.fills.get(template.story, {}))
        body = {"video_id": staged.remote["video"], "text": part.body}
        if "cover" in staged.remote:
            body["custom_cover_image_url"] = staged.remote["cover"]
        try:
            data = call(credential, "create_video", "item_id", changes=True, query={"k": key}, json=body)
        except AdministratorError:
            # No code says "the upload is gone": once a person has looked, the next attempt uploads anew.
            for one in part.files:
                uploads.forget(one.hash, credential)
            raise
        item = str(data["item_id"])
        return Sent(state="accepted", remote_id=item, items=(SentItem(position=1, remote_id=item),))

    def confirm(self, sent: Sent, credential: Credential) -> Sent:
        """What the review says; a work that is not listed (yet) leaves it open."""
        row = _row_of(sent.remote_id, credential)
        return _as_sent(row) if row else sent

    def look_up(self, fingerprint: Fingerprint, credential: Credential) -> Found:
        """The text is all there is to know a work by. Equal but for spaces, marks and widths is ours; merely
        alike is a doubt: it is neither adopted nor does it allow a second send."""
        trusted = credential.secrets.get("list_trusted") == "yes"
        asked = replace(fingerprint, titles=fingerprint.texts)
        matches: list[Sent] = []
        doubts: list[Sent] = []
        cursor = 0
        for _ in range(PAGES):
            query: dict[str, str | int] = {"cursor": cursor, "count": PAGE}
            data = call(credential, "video_list", "list", changes=False, method="GET", query=query)
            rows = [one for one in data["list"] if _created(one) >= fingerprint.since - EARLY]
            for one in rows:
                if plain(str(one["title"])) == plain(fingerprint.texts[0]):
                    matches.append(_as_sent(one))
                elif _is_alike(asked, one):
                    doubts.append(_as_sent(one))
            older = [one for one in data["list"] if one not in rows and not one.get("is_top")]
            if not data.get("has_more") or (older and not rows):
                return Found(matches=tuple(matches), doubts=tuple(doubts), trusted=trusted)
            cursor = data["cursor"]
        return Found(matches=tuple(matches), doubts=tuple(doubts), complete=False, trusted=trusted)

    def withdraw(self, sent: Sent, position: int, key: str, credential: Credential) -> Sent:
        """CannotError, always: deletion was withdrawn for most apps (§5)."""
        raise CannotError(NO_DELETION, sent.remote_id)

    def read(self, sent: Sent, credential: Credential) -> tuple[Standing, ...]:
        """The work as its owner's list shows it. One that is not listed is gone only where the list is known to be
        whole; in review it is neither to be seen nor gone."""
        item = next((one.remote_id for one in sent.items if one.remote_id), "" if sent.items else sent.remote_id)
        if not item:
            raise CannotError("这条作品没有平台编号（地址是人工填的），请打开它的地址核对。", sent.remote_id)
        row = _row_of(item, credential) or _row_of(item, credential)  # a list may skip one once
        if row:
            return (_standing(row),)
        if credential.secrets.get("list_trusted") != "yes":
            raise CannotError("抖音没有列出这条作品，列表又没有核对过，请到抖音 App 看它还在不在。", item)
        return (Standing(position=1, state="gone"),)

    def check(self, credential: Credential) -> Health:
        """The chain of tokens moves on where it is time; the list tells whether the permission is there."""
        try:
            chain = oauth.ready(credential)
        except ChannelError as error:
            return Health(troubles=(error.sentence,), looked=LOOKED)
        left = {"renew_refresh_token": oauth.RENEWALS - chain.renewals}
        troubles = _ending(chain, credential.now())
        try:
            call(credential, "video_list", "list", changes=False, method="GET", query={"cursor": 0, "count": 1})
        except ChannelError as error:
            troubles = (*troubles, error.sentence)
        return Health(subject=chain.open_id, troubles=troubles, left=left, looked=LOOKED, dies_at=chain.ends_at)

    def hear(
        self,
        query: Mapping[str, str],
        headers: Mapping[str, str],
        body: bytes,
        secrets: Mapping[str, str],
        now: datetime,
    ) -> Heard:
        """A webhook (§6); AdministratorError when its signature is not the platform's."""
        given = {name.lower(): value for name, value in headers.items()}.get(SIGNATURE, "").lower()
        right = hashlib.sha1(secrets["client_secret"].encode() + body).hexdigest()  # noqa: S324
        if not hmac.compare_digest(given.encode(), right.encode()):
            raise AdministratorError("收到的通知不是抖音签名的，已丢弃；若常有，请核对 Client Secret。")
        event = json.loads(body)
        if event["event"] == "verify_webhook":
            return Heard(answer=json.dumps({"challenge": event["content"]["challenge"]}))
        if event["event"] == "create_video":
            return Heard(remote_ids=(str(event["content"]["item_id"]),))
        return Heard()


def _row_of(item: str, credential: Credential) -> dict[str, Any] | None:
    """The work as the data call shows it; None when it does not."""
    rows = call(credential, "video_data", "list", changes=False, json={"item_ids": [item]})["list"]
    return next((one for one in rows if str(one.get("item_id")) == item), None)


def _created(row: Mapping[str, Any]) -> datetime:
    return datetime.fromtimestamp(int(row["create_time"]), UTC)


def _is_alike(asked: Fingerprint, row: Mapping[str, Any]) -> bool:
    text = str(row["title"])
    return likeness(asked, 0, Candidate(title=text, text=text, carried="", at=_created(row))) != "other"


def _as_sent(row: Mapping[str, Any]) -> Sent:
    """A row of the list, or of the data call, as an answer."""
    item, address = str(row["item_id"]), str(row.get("share_url", ""))
    items = (SentItem(position=1, remote_id=item, address=address),)
    status = row.get("video_status")
    if status in PUBLISHED:
        return Sent(state="published", remote_id=item, items=items)
    if status == REFUSED:
        note = "抖音审核认为这条作品不适宜公开，请到抖音 App 查看原因，改稿后重发。"
        return Sent(state="refused", remote_id=item, items=items, note=note)
    return Sent(state="accepted", remote_id=item, items=items)


def _standing(row: Mapping[str, Any]) -> Standing:
    status, address = row.get("video_status"), str(row.get("share_url", ""))
    if status == REFUSED:
        return Standing(position=1, state="blocked", address=address)
    if status not in PUBLISHED:
        raise LaterError("抖音还在审核这条作品，稍后自动再查。", str(status))
    return Standing(position=1, state="live", text=str(row.get("title", "")), address=address)


def _ending(chain: oauth.Chain, now: datetime) -> tuple[str, ...]:
    """A reminder two weeks before a person must scan again."""
    if chain.ends_at - now > oauth.REMIND_AHEAD:
        return ()
    day = (chain.ends_at + timedelta(hours=8)).date()
    return (f"抖音授权到 {day} 为止，{oauth.SCAN}。",)
