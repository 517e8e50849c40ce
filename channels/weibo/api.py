"""Weibo spoken to: one call publishes; whatever is unclear about it is looked up in the account's own timeline.

Nothing lies on the platform before that call but pictures, uploaded first where the route names them
(platforms/weibo.md §3).
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from channels import canonical, slots
from channels.contract import AdministratorError, CannotError, ChannelError, LaterError, StoryError
from channels.making.asking import unclear
from channels.making.matching import EARLY, Candidate, Likeness, likeness
from channels.transport import (
    Allowance,
    Credential,
    Fingerprint,
    Found,
    Health,
    Holdings,
    ListRule,
    SecretField,
    Sent,
    Staged,
    Standing,
)
from channels.values import Fills, Part, Rendition
from channels.weibo import afterwards, timeline, wire
from channels.weibo.errors import ARTICLE_DONE, NO_SUCH_POST, POSTED_LATE, REPEATED, article_error, code_of
from channels.weibo.timeline import Shown

BASE = "https://api.weibo.com"
SECRETS = (
    SecretField("access_token", "授权令牌 access_token（微博开放平台，用本账号授权后得到）"),
    SecretField("expires_at", "令牌到期日，如 2026-12-22（到期前要人工重新授权）", is_secret=False),
    SecretField("uid", "账号 uid（微博个人主页地址里的数字）", is_secret=False, is_subject=True),
    SecretField("rip", "发稿人所在单位的公网 IP（接口要求真实 IP）", is_secret=False),
)
VISIBILITY = timedelta(minutes=3)
"""Code 20032 says one to two minutes (weibo.md §7)."""
WARN_DAYS = (1, 7)
LOOKED = ("授权令牌", "令牌是谁的", "到期日")
JUST_SENT = timedelta(days=1)  # §7 says "just sent" and no more
LATER = "later"
_LIMITS = "open.weibo.com/wiki 接口访问频次（版本 16512）"
_CHINA = timedelta(hours=8)


class WeiboTransport:
    """How Weibo is spoken to, by the route of the rendition: share, advanced or article."""

    visibility = VISIBILITY
    listing: ListRule = timeline.RULE

    def allowances(self, secrets: Mapping[str, str]) -> tuple[Allowance, ...]:
        """§6: 100 calls a day, 30 of them kept for looking up and taking back; 30 posts an hour."""
        posts = {wire.SHARE: "分享到微博", wire.ADVANCED: "发微博", wire.ARTICLE: "发头条文章"}
        every = Allowance(call="*", count=100, per="day", reserve=30, a_post=2, source=_LIMITS, title="全部接口")
        hourly = (
            Allowance(call=one, count=30, per="hour", a_post=1, source=_LIMITS, title=title)
            for one, title in posts.items()
        )
        return (every, *hourly)

    def stage(
        self, rendition: Rendition, fills: Fills, key: str, credential: Credential, *, push: bool = False
    ) -> Staged:
        """Pictures in place where the route names them. Weibo tells no push from publishing."""
        part = rendition.parts[0]
        route = part.field("route", "share")
        if route == "longtext":
            said = "长微博要走微博商业接口，一稿还没有接入：请把账号设置 route 改为 share 或 article，或改回人工代发。"
            raise AdministratorError(said, route)
        _check_life(credential)
        pictures = {one.id: _placed(one.ref, route, credential) for one in part.slots if one.kind == "picture"}
        mine = {**fills.get(part.story, {}), **pictures}
        filled = slots.fill(part, mine)
        remote = {"route": route, "words": timeline.worded(filled.field("post") or filled.body)}
        if route == "article":
            cover = next((one.hash for one in part.files if one.role == "cover"), "")
            remote["cover"] = _placed(cover, route, credential) if cover else ""
        sent = canonical.digest({"fields": dict(filled.fields), "body": filled.body})
        return Staged(remote=remote, fills={part.story: mine}, sent_hash=sent)

    def publish(self, rendition: Rendition, staged: Staged, key: str, credential: Credential) -> Sent:
        """The one call readers see the effect of."""
        part = rendition.parts[0]
        filled = slots.fill(part, staged.fills[part.story])
        if staged.remote["route"] == "article":
            return _publish_article(filled, staged.remote["cover"], credential)
        fields, pictures = {"status": filled.body, "rip": credential.secrets["rip"]}, filled.field("pictures")
        if pictures:
            answer = wire.post(credential, wire.ADVANCED, {**fields, "pic_id": ",".join(pictures.split())})
        else:
            answer = wire.post(credential, wire.SHARE, fields, picture=_picture(part, credential))
        if code_of(answer) == POSTED_LATE:
            marker = f"{LATER}:{key}:{timeline.opening(filled.body)}"
            return Sent(state="accepted", remote_id=marker, note="微博已收下，一两分钟后才列出。")
        if code_of(answer) in REPEATED:
            _blame(filled.body, key, credential)
        return _seen(wire.checked(answer, credential, changes=True), credential, changes=True)

    def confirm(self, sent: Sent, credential: Credential) -> Sent:
        """A post by its number; one that Weibo took without giving a number (20032), in the timeline."""
        if sent.remote_id.startswith(f"{LATER}:"):
            return _find_late(sent, credential)
        answer = wire.get(credential, "statuses/show", id=sent.remote_id)
        if code_of(answer) == NO_SUCH_POST:
            return Sent(state="removed", remote_id=sent.remote_id, note="这条微博已经不在了，请登录微博查看原因。")
        return _seen(wire.checked(answer, credential, changes=False), credential, changes=False)

    def look_up(self, fingerprint: Fingerprint, credential: Credential) -> Found:
        """By the key in the link, else by the words. An empty answer is trusted because Weibo itself refuses the
        same words again (20019): a second send that should not have been is a refusal, not a second post."""
        words = fingerprint.remote.get("words", "") or timeline.worded(fingerprint.texts[0])
        told = replace(fingerprint, titles=(words,), texts=(words,))
        since = fingerprint.since - EARLY
        posts, is_whole = timeline.listed(credential, since)
        recent = timeline.keyed([one for one in posts if one.at >= since], credential)
        seen: dict[str, list[Sent]] = {"ours": [], "perhaps": [], "other": []}
        for one in recent:
            seen[_likeness(told, one)].append(one.sent)
        return Found(matches=tuple(seen["ours"]), doubts=tuple(seen["perhaps"]), complete=is_whole)

    def withdraw(self, sent: Sent, position: int, key: str, credential: Credential) -> Sent:
        return afterwards.withdraw(_number(sent, position, credential), sent, position, credential)

    def read(self, sent: Sent, credential: Credential) -> tuple[Standing, ...]:
        return (afterwards.read(_number(sent, 1, credential), sent, 1, credential),)

    def listed(self, since: datetime, known: Collection[str], credential: Credential) -> Holdings:
        return timeline.holdings(since, known, credential)

    def remark(self, text: str, sent: Sent, position: int, key: str, credential: Credential) -> Sent:
        return afterwards.remark(text, _number(sent, position, credential), credential)

    def check(self, credential: Credential) -> Health:
        """Whose token it is and how long it lives: a new one takes a person, so it is said in time."""
        try:
            answer = wire.post(credential, wire.INSPECT, {}, changes=False, reserve=True)
            uid, until = _token_of(wire.checked(answer, credential, changes=False), credential)
        except ChannelError as error:
            return Health(troubles=(error.sentence,), looked=LOOKED)
        troubles = tuple(_troubles(uid, until, credential))
        return Health(subject=str(uid), troubles=troubles, looked=LOOKED, dies_at=until)


# --------------------------------------------------------------------------- before


def _check_life(credential: Credential) -> None:
    """A token that has run out by the date written beside it is not tried."""
    day, today = credential.secrets.get("expires_at", ""), (credential.now() + _CHINA).strftime("%Y-%m-%d")
    if day and day < today:
        said = "微博授权已到期，请管理员重新授权，把新的 access_token 和到期日填进账号凭据。"
        raise AdministratorError(said, day)


def _placed(digest: str, route: str, credential: Credential) -> str:
    """What a picture is called in the call: its hash where it travels along, else what its upload named it."""
    if route == "share":
        return digest
    known = credential.uploads.get(digest)
    if not known:
        known = _uploaded(digest, credential)
        credential.uploads.put(digest, known)
    name, _, address = known.partition(" ")
    return address if route == "article" else name


def _uploaded(digest: str, credential: Credential) -> str:
    """The picture's number and its address. No reader sees it, so a lost answer only means uploading again."""
    content = credential.read(digest)
    picture = (digest[:12], content, _media_type(content))
    answer = wire.post(credential, "statuses/upload_pic", {}, changes=False, picture=picture)
    wire.checked(answer, credential, changes=False)
    name, address = str(answer.get("pic_id", "")), str(answer.get("original_pic", ""))
    if not name or not address.startswith(("http://", "https://")):
        raise unclear(False, str(answer)[:300])
    return f"{name} {address}"


def _picture(part: Part, credential: Credential) -> wire.Picture | None:
    """The one picture of a shared post."""
    file = next((one for one in part.files if one.role == "picture"), None)
    return (file.name, credential.read(file.hash), file.mime) if file else None


def _media_type(content: bytes) -> str:
    if content.startswith(b"\x89PNG"):
        return "image/png"
    return "image/gif" if content.startswith(b"GIF8") else "image/jpeg"


# --------------------------------------------------------------------------- answers


def _seen(answer: Mapping[str, Any], credential: Credential, *, changes: bool) -> Sent:
    """The clear yes in a status object; anything without a number is none."""
    number = timeline.number_of(answer)
    if not number:
        raise unclear(changes, str(dict(answer))[:300])
    return timeline.published(number, timeline.address_of(answer, credential.secrets.get("uid", "")))


def _publish_article(part: Part, cover: str, credential: Credential) -> Sent:
    fields = {
        "title": part.field("title"),
        "content": part.body,
        "cover": cover,
        "summary": part.field("summary"),
        "text": part.field("post"),
        "rip": credential.secrets["rip"],
    }
    answer = wire.checked(wire.post(credential, wire.ARTICLE, fields), credential, changes=True)
    if "code" in answer and str(answer["code"]) != ARTICLE_DONE:
        raise article_error(answer, credential.now())
    data = answer.get("data")
    number = str(data.get("mid", "")) if isinstance(data, dict) else ""
    if "code" not in answer or not isinstance(data, dict) or not number.isdecimal():
        raise unclear(True, str(answer)[:300])
    return timeline.published(number, str(data.get("url", "")))


def _blame(text: str, key: str, credential: Credential) -> None:
    """The post Weibo means by 'sent just now', when its link says it is another delivery's: that is the editor's to
    settle. Anything else is looked up in the usual way."""
    opening = timeline.opening(text)
    try:
        posts, _ = timeline.listed(credential, credential.now() - JUST_SENT)
        alike = timeline.keyed([one for one in posts if timeline.opening(one.text) == opening], credential)
    except ChannelError:
        return  # a list that is down says nothing about the post: the refusal itself decides
    others = [one for one in alike if one.keys and key not in one.keys]
    if others and len(others) == len(alike):
        said = f"微博上刚有一条内容一样的（{others[0].address}），不收第二条：请改写后重新送审，或先撤下那一条。"
        raise StoryError(said, str(others[0].id))


def _find_late(sent: Sent, credential: Credential) -> Sent:
    """By the words first: asking where links lead costs one of the day's hundred calls."""
    _, key, opening = sent.remote_id.split(":", 2)
    posts, _ = timeline.listed(credential, credential.now() - timedelta(days=2))
    alike = timeline.keyed([one for one in posts if timeline.opening(one.text) == opening], credential)
    ours = [one for one in alike if key in one.keys] or [one for one in alike if not one.keys]
    return ours[0].sent if len(ours) == 1 else sent


def _number(sent: Sent, position: int, credential: Credential) -> str:
    """The post's number; of one that Weibo took without giving a number, as it is listed now."""
    number = next((one.remote_id for one in sent.items if one.position == position and one.remote_id), sent.remote_id)
    if number.startswith(f"{LATER}:"):
        number = _find_late(Sent(state="accepted", remote_id=number), credential).remote_id
        if not number.isdecimal():
            raise LaterError("微博还没有列出这条微博，列出后自动继续。", number)
    if not number.isdecimal():
        raise CannotError("这条微博没有平台编号（地址是人工填的），请登录微博处理：删除或写更正评论。", number)
    return number


def _likeness(fingerprint: Fingerprint, post: Shown) -> Likeness:
    words = timeline.worded(post.text)
    return likeness(fingerprint, 0, Candidate(title=words, text=words, carried=" ".join(post.keys), at=post.at))


def _token_of(answer: Mapping[str, Any], credential: Credential) -> tuple[str, datetime]:
    """Whose token it is, and when it dies."""
    try:
        return str(answer["uid"]), credential.now() + timedelta(seconds=int(answer["expire_in"]))
    except (KeyError, TypeError, ValueError) as error:
        raise unclear(False, str(dict(answer))[:300]) from error


def _troubles(uid: str, until: datetime, credential: Credential) -> Iterator[str]:
    wanted = credential.secrets.get("uid", "")
    if wanted and wanted != uid:
        yield f"令牌属于 uid {uid}，账号凭据写的是 {wanted}，请用本账号重新授权。"
    near = next((days for days in WARN_DAYS if until - credential.now() <= timedelta(days=days)), None)
    if near is not None:
        day = (until + _CHINA).strftime("%Y-%m-%d %H:%M")
        yield f"微博授权 {near} 天内到期（{day}），请管理员现在重新授权，把新的 access_token 填进账号凭据。"
