"""The neutral platform's transport: the shortest complete one, to read first when writing another."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from channels import canonical, slots
from channels.contract import AdministratorError, CannotError, ChannelError, LaterError, StoryError
from channels.making.asking import ask, unclear
from channels.making.matching import Candidate, likeness
from channels.transport import (
    Allowance,
    Credential,
    Fingerprint,
    Found,
    Health,
    QuotaError,
    Sent,
    SentItem,
    Staged,
    Standing,
    Token,
)
from channels.values import Fills, Rendition

REFUSALS: Mapping[str, type[ChannelError]] = {
    "too_long": StoryError,
    "reject_sensitive": StoryError,
    "reject_duplicate": StoryError,
    "permission_missing": AdministratorError,
    "ip_denied": AdministratorError,
    "account_banned": AdministratorError,
    "bad_secret": AdministratorError,
    "upload_failed": LaterError,
    "media_expired": LaterError,
    "quota_minute": LaterError,
    "busy": LaterError,
    "cannot_delete": CannotError,
    "cannot_edit": CannotError,
    "no_such_post": CannotError,
}
GONE = "no_such_post"
KNOWN = {
    "token", "ref", "draft", "drafts", "post", "posts", "job", "state", "deleted", "subject", "remark", "remarks",
}  # fmt: skip


class NeutralTransport:
    """How the neutral platform is spoken to."""

    visibility = timedelta(seconds=30)

    def __init__(self, *, look_up_trusted: bool = True, allowed: tuple[Allowance, ...] = ()) -> None:
        self.look_up_trusted, self.allowed = look_up_trusted, allowed

    def allowances(self, secrets: Mapping[str, str]) -> tuple[Allowance, ...]:
        return self.allowed

    def stage(
        self, rendition: Rendition, fills: Fills, key: str, credential: Credential, *, push: bool = False
    ) -> Staged:
        part = rendition.parts[0]
        pictures = {one.id: self._upload(one.ref, credential) for one in part.slots if one.kind == "picture"}
        mine = {**fills.get(part.story, {}), **pictures}
        filled = slots.fill(part, mine)
        title, body = filled.field("title") or filled.field("text"), filled.body
        draft = self._draft_of(key, credential)
        if draft is None:
            sent = {"key": key, "title": title, "body": body}
            draft = str(self._call(credential, "POST", "/drafts", json=sent)["draft"])
        return Staged(
            remote={"draft": draft},
            fills={part.story: mine},
            sent_hash=canonical.digest({"title": title, "body": body}),
        )

    def publish(self, rendition: Rendition, staged: Staged, key: str, credential: Credential) -> Sent:
        answer = self._call(credential, "POST", "/publish", json={"draft": staged.remote["draft"]})
        if "job" in answer:
            return Sent(state="accepted", remote_id=str(answer["job"]))
        return _published(answer)

    def confirm(self, sent: Sent, credential: Credential) -> Sent:
        answer = self._call(credential, "GET", f"/jobs/{sent.remote_id}")
        if answer.get("state") == "failed":
            return Sent(state="refused", remote_id=sent.remote_id, note="平台报告发布任务失败")
        return _published(answer) if answer.get("state") == "done" else sent

    def look_up(self, fingerprint: Fingerprint, credential: Credential) -> Found:
        told: dict[str, list[Sent]] = {"ours": [], "perhaps": [], "other": []}
        page = 0
        while True:
            answer = self._call(credential, "GET", f"/posts?page={page}")
            for one in answer["posts"]:
                at = datetime.fromisoformat(one["at"])
                seen = Candidate(title=one["title"], text=one["body"], carried=one["link"], at=at)
                told[likeness(fingerprint, 0, seen)].append(_published(one))
            if not answer["more"]:
                return Found(matches=tuple(told["ours"]), doubts=tuple(told["perhaps"]), trusted=self.look_up_trusted)
            page += 1

    def check(self, credential: Credential) -> Health:
        try:
            return Health(subject=str(self._call(credential, "GET", "/whoami")["subject"]))
        except ChannelError as error:
            return Health(troubles=(error.sentence,))

    def withdraw(self, sent: Sent, position: int, key: str, credential: Credential) -> Sent:
        try:
            self._call(credential, "DELETE", _post(sent, position))
        except CannotError as error:
            if error.cause != GONE:
                raise
        return Sent(state="removed", remote_id=sent.remote_id)

    def read(self, sent: Sent, credential: Credential) -> tuple[Standing, ...]:
        try:
            answer = self._call(credential, "GET", _post(sent, 1))
        except CannotError as error:
            if error.cause != GONE:
                raise
            return (Standing(position=1, state="gone"),)
        seen = {"title": str(answer["title"]), "text": str(answer["body"]), "address": str(answer["address"])}
        return (Standing(position=1, state="live" if answer["state"] == "live" else "gone", **seen),)

    def amend(
        self, rendition: Rendition, fills: Fills, sent: Sent, position: int, key: str, credential: Credential
    ) -> Sent:
        part = rendition.parts[position - 1]
        pictures = {one.id: self._upload(one.ref, credential) for one in part.slots if one.kind == "picture"}
        filled = slots.fill(part, {**fills.get(part.story, {}), **pictures})
        said = {"title": filled.field("title") or filled.field("text"), "body": filled.body}
        return _published(self._call(credential, "PUT", _post(sent, position), json=said))

    def remark(self, text: str, sent: Sent, position: int, key: str, credential: Credential) -> Sent:
        place = f"{_post(sent, position)}/remarks"
        if text not in self._call(credential, "GET", place)["remarks"]:
            self._call(credential, "POST", place, json={"text": text})
        return sent

    # -----------------------------------------------------------------

    def _upload(self, digest: str, credential: Credential) -> str:
        known = credential.uploads.get(digest)
        if known:
            return known
        ref = str(self._call(credential, "POST", "/upload", content=credential.read(digest))["ref"])
        credential.uploads.put(digest, ref)
        return ref

    def _draft_of(self, key: str, credential: Credential) -> str | None:
        drafts = self._call(credential, "GET", "/drafts")["drafts"]
        return next((str(one["draft"]) for one in drafts if one["key"] == key), None)

    def _call(self, credential: Credential, method: str, url: str, **options: Any) -> dict[str, Any]:
        """One call with the account's token; a refused token is renewed once."""
        changes = method != "GET"
        credential.budget.spend(url.partition("?")[0], reserve=not changes)
        token = credential.tokens.read()
        value = token.value if token and token.expires_at > credential.now() else ""
        value = value or credential.tokens.renew("", lambda: _token(credential)).value
        answer = self._once(credential, method, url, value, changes, options)
        if answer.get("code") == "bad_token":
            value = credential.tokens.renew(value, lambda: _token(credential)).value
            answer = self._once(credential, method, url, value, changes, options)
        return _checked(answer, changes, credential)

    def _once(
        self, credential: Credential, method: str, url: str, token: str, changes: bool, options: dict[str, Any]
    ) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {token}"}
        return ask(credential, method, url, changes=changes, headers=headers, **options)


def _token(credential: Credential) -> Token:
    said = {"account": credential.account, "secret": credential.secrets["secret"]}
    answer = _checked(ask(credential, "POST", "/token", changes=False, json=said), False, credential)
    return Token(str(answer["token"]), credential.now() + timedelta(seconds=int(answer["expires_in"])))


def _post(sent: Sent, position: int) -> str:
    return f"/posts/{sent.items[position - 1].remote_id}"


def _published(answer: Mapping[str, Any]) -> Sent:
    post, address = str(answer["post"]), str(answer["address"])
    return Sent(state="published", remote_id=post, items=(SentItem(position=1, remote_id=post, address=address),))


def _checked(answer: dict[str, Any], changes: bool, credential: Credential) -> dict[str, Any]:
    """The answer when it is a clear yes; a clear no by its code; else nobody knows."""
    code = answer.get("code")
    if code == "quota_day":
        raise QuotaError("今天的接口次数用完了，明天自动继续。", credential.now() + timedelta(hours=12), str(code))
    if code == "bad_token":
        raise AdministratorError("令牌一再被拒绝，请管理员检查账号授权。", str(answer))
    if isinstance(code, str):
        kind = REFUSALS.get(code)
        if kind is None:
            raise unclear(changes, str(answer))
        raise kind(f"平台拒绝：{answer.get('message', code)}。", code)
    if not set(answer) & KNOWN:
        raise unclear(changes, str(answer))
    return answer
