"""The neutral platform: the plainest publishing platform there could be, with every fault switch.

    POST /token    {account, secret}            -> {token, expires_in}
    GET  /whoami                                -> {account, subject}
    POST /upload   bytes                        -> {ref}            the same bytes, the same ref when deduplicating
    POST /drafts   {key, title, body}           -> {draft}
    GET  /drafts                                -> {drafts: [{draft, key, title, body, at}]}
    POST /publish  {draft}                      -> {post, address} | {job}       the draft is used up
    GET  /jobs/<id>                             -> {state: running|done|failed, post?, address?, reason?}
    GET  /posts?page=                           -> {posts: [{post, title, body, link, address, at}], more}
    GET  /posts/<id>                            -> {post, title, body, address, state: live|gone}
    PUT  /posts/<id>     {title, body}          -> {post, address}
    POST /posts/<id>/remarks {text}             -> {remark}
    GET  /posts/<id>/remarks                    -> {remarks: [text]}
    DELETE /posts/<id>                          -> {deleted}

Refusals: status 400 and {"code": .., "message": ..}.
"""

import hashlib
import threading
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from flask import Response, g, has_request_context, jsonify, request

from channels.making.sandbox import Sandbox, Seen
from channels.making.sandbox.book import Post

TOKEN_LIFE = timedelta(hours=2)
PAGE = 20
LATE = timedelta(minutes=2)
SECRET = "open sesame"
REFUSALS = {
    "too_long": "content too long",
    "reject_sensitive": "content refused",
    "reject_duplicate": "duplicate content",
    "permission_missing": "no permission",
    "ip_denied": "ip not allowed",
    "account_banned": "account banned",
    "media_expired": "media expired",
    "quota_minute": "too many calls this minute",
    "quota_day": "too many calls today",
}


class Refused(Exception):
    """A clear no."""

    def __init__(self, code: str) -> None:
        self.code = code


class Neutral(Sandbox):
    """The platform. ``asynchronous``: publishing gives a job; ``visibility``: how late posts enter the list."""

    platform = "neutral"
    sending = frozenset({"publish"})

    def __init__(self, *given: Any, asynchronous: bool = False, visibility: timedelta = timedelta(), **named: Any):
        super().__init__(*given, **named)
        self.asynchronous, self.visibility = asynchronous, visibility
        self._settling = threading.Lock()
        self.app.register_error_handler(Refused, self._refuse)
        for rule, methods, view in (
            ("/token", ["POST"], self.token),
            ("/whoami", ["GET"], self.whoami),
            ("/upload", ["POST"], self.upload),
            ("/drafts", ["POST"], self.add_draft),
            ("/drafts", ["GET"], self.list_drafts),
            ("/publish", ["POST"], self.publish),
            ("/jobs/<int:job>", ["GET"], self.job),
            ("/posts", ["GET"], self.list_posts),
            ("/posts/<int:post>", ["DELETE"], self.delete),
            ("/posts/<int:post>", ["GET"], self.read),
            ("/posts/<int:post>", ["PUT"], self.amend),
            ("/posts/<int:post>/remarks", ["POST"], self.add_remark),
            ("/posts/<int:post>/remarks", ["GET"], self.list_remarks),
        ):
            self.app.add_url_rule(rule, f"{methods[0]} {rule}", view, methods=methods)

    def open_account(self, name: str) -> dict[str, str]:
        self.know(name, name)
        return {"secret": SECRET}

    def account(self) -> str:
        named = request.headers.get("Authorization", "").removeprefix("Bearer ").partition(".")[0]
        body = request.get_json(silent=True) if request.path == "/token" else None
        return named or (str(body.get("account", "")) if isinstance(body, dict) else "")

    def method(self) -> str:
        first = request.path.strip("/").partition("/")[0]
        return f"{request.method.lower()}_{first}" if first in ("drafts", "posts") else first

    def errors_in_200(self) -> Any:
        return {"code": "busy", "message": "try again"}

    def _refuse(self, error: Refused) -> tuple[Response, int]:
        g.refused = True
        return jsonify(code=error.code, message=REFUSALS.get(error.code, error.code)), 400

    # ----------------------------------------------------------------- calls

    def token(self) -> Any:
        if self.strike("token_down"):
            return Response("down", 503)
        body = request.get_json()
        if body.get("secret") != SECRET:
            raise Refused("bad_secret")
        number = self.book.count(self.platform, "tokens", body["account"])
        value = f"{body['account']}.{number}"
        old = f"{body['account']}.{number - 1}"
        if self.strike("token_invalidate_on_refresh"):
            self.book.put(self.platform, "token", old, None)
        self.book.put(self.platform, "token", value, (self.now() + TOKEN_LIFE).isoformat())
        return jsonify(token=value, expires_in=int(TOKEN_LIFE.total_seconds()))

    def _admit(self) -> str:
        """The account of a good token; every refusal that has nothing to do with content."""
        value = request.headers.get("Authorization", "").removeprefix("Bearer ")
        until = self.book.get(self.platform, "token", value)
        expired = self.strike("token_expired", "token_rotate_during_request")
        if expired:
            self.book.put(self.platform, "token", value, None)
        if expired or until is None or datetime.fromisoformat(until) <= self.now():
            raise Refused("bad_token")
        struck = self.strike("ip_denied", "permission_missing", "account_banned", "quota_minute", "quota_day")
        if struck:
            raise Refused(struck)
        return value.partition(".")[0]

    def whoami(self) -> Any:
        account = self._admit()
        subject = f"{account}, another subject" if self.strike("identity_changed") else f"{account}, its office"
        return jsonify(account=account, subject=subject)

    def upload(self) -> Any:
        account = self._admit()
        if self.strike("upload_fail_nth"):
            raise Refused("upload_failed")
        content = request.get_data()
        ref = hashlib.sha256(content).hexdigest()[:16]
        if not self.strike("media_dedup"):
            ref += f"-{self.book.count(self.platform, 'uploads', account)}"
        self.book.put(self.platform, f"media:{account}", ref, len(content))
        return jsonify(ref=ref)

    def add_draft(self) -> Any:
        account = self._admit()
        struck = self.strike("too_long", "reject_sensitive", "reject_duplicate", "media_expired")
        if struck:
            raise Refused(struck)
        body = request.get_json()
        draft = str(self.book.count(self.platform, "drafts", "all"))
        body["sent"] = {"title": body["title"], "body": body["body"]}
        if self.strike("content_altered"):
            body["title"], body["body"] = altered(body["title"]), altered(body["body"])
        self.book.put(self.platform, f"draft:{account}", draft, {**body, "at": self.now().isoformat()})
        if self.strike("manual_publish"):
            self._go_live(account, draft)
        return jsonify(draft=draft)

    def list_drafts(self) -> Any:
        account = self._admit()
        if self.strike("list_down"):
            return Response("down", 503)
        kept = self.book.things(self.platform, f"draft:{account}")
        return jsonify(drafts=[{"draft": name, **value} for name, value in kept.items()])

    def publish(self) -> Any:
        account = self._admit()
        draft = str(request.get_json()["draft"])
        if self.book.get(self.platform, f"draft:{account}", draft) is None:
            raise Refused("no_such_draft")
        struck = self.strike("reject_sensitive", "reject_duplicate", "too_long")
        if struck:
            raise Refused(struck)
        if not self.asynchronous:
            post, address = self._go_live(account, draft)
            return jsonify(post=post, address=address)
        job = str(self.book.count(self.platform, "jobs", "all"))
        slow = self.strike("async_never", "async_late", "async_fail")
        wait = {"async_never": timedelta(days=9999), "async_late": timedelta(minutes=20)}.get(
            slow, timedelta(seconds=20)
        )
        held = self.book.get(self.platform, f"draft:{account}", draft)
        self.book.put(self.platform, f"draft:{account}", draft, None)
        self.book.put(
            self.platform, f"job:{account}", job,
            {"at": (self.now() + wait).isoformat(), "draft": held, "fails": slow == "async_fail"},
        )  # fmt: skip
        return jsonify(job=job)

    def _go_live(self, account: str, draft: str, value: dict[str, Any] | None = None) -> tuple[str, str]:
        held = value or self.book.get(self.platform, f"draft:{account}", draft)
        self.book.put(self.platform, f"draft:{account}", draft, None)
        post = str(self.book.count(self.platform, "posts", "all"))
        address = f"https://neutral.example/{account}/{post}"
        is_late = has_request_context() and self.strike("visibility_delay")  # a job ends by itself, struck by nothing
        late = self.visibility + (LATE if is_late else timedelta())
        self.book.publish(
            self.platform, account, post, self.now(), self.now() + late, held["title"], held["body"], held["key"],
            address, held["sent"],
        )  # fmt: skip
        return post, address

    def settle(self) -> None:
        """Carry out the jobs whose time has come, as the platform would by itself."""
        with self._settling:
            self._settle()
            for post, due in self.book.things(self.platform, "deleting").items():
                if datetime.fromisoformat(due) <= self.now():
                    self.book.change(int(post), "deleted")
                    self.book.put(self.platform, "deleting", post, None)

    def _settle(self) -> None:
        for account in {post.partition(":")[2] for post in self._job_lists()}:
            for job, value in self.book.things(self.platform, f"job:{account}").items():
                due = datetime.fromisoformat(value["at"]) <= self.now()
                if "state" in value or not due:
                    continue
                if value["fails"]:
                    done = {**value, "state": "failed"}
                else:
                    post, address = self._go_live(account, "", value["draft"])
                    done = {**value, "state": "done", "post": post, "address": address}
                self.book.put(self.platform, f"job:{account}", job, done)

    def _job_lists(self) -> list[str]:
        with self.book.turn() as to:
            rows = to.execute("SELECT DISTINCT kind FROM things WHERE kind LIKE 'job:%'").fetchall()
        return [row[0] for row in rows]

    def job(self, job: int) -> Any:
        account = self._admit()
        self.settle()
        value = self.book.get(self.platform, f"job:{account}", str(job))
        if value is None:
            raise Refused("no_such_job")
        if "state" not in value:
            return jsonify(state="running")
        return jsonify(state=value["state"], post=value.get("post", ""), address=value.get("address", ""))

    def list_posts(self) -> Any:
        account = self._admit()
        self.settle()
        if self.strike("list_down"):
            return Response("down", 503)
        shown = [one for one in self.book.posts(self.platform, account, "live") if one.visible_at <= self.now()][::-1]
        if self.strike("list_unstable"):
            shown = shown[1:]
        page = int(request.args.get("page", "0"))
        rows = shown[page * PAGE : (page + 1) * PAGE]
        return jsonify(posts=[listed(one) for one in rows], more=len(shown) > (page + 1) * PAGE)

    def delete(self, post: int) -> Any:
        account = self._admit()
        if self.strike("delete_fails"):
            raise Refused("cannot_delete")
        found = self._live(account, post)
        if self.strike("delete_late"):
            due = (self.now() + LATE).isoformat()
            self.book.put(self.platform, "deleting", str(found.id), due)
        else:
            self.book.change(found.id, "deleted")
        return jsonify(deleted=True)

    def _live(self, account: str, post: int) -> Post:
        found = next((one for one in self.book.posts(self.platform, account, "live") if one.remote == str(post)), None)
        if found is None:
            raise Refused("no_such_post")
        return found

    def read(self, post: int) -> Any:
        account = self._admit()
        self.settle()
        found = next((one for one in self.book.posts(self.platform, account) if one.remote == str(post)), None)
        if found is None:
            raise Refused("no_such_post")
        return jsonify(**listed(found), state="live" if found.state == "live" else "gone")

    def amend(self, post: int) -> Any:
        account = self._admit()
        if self.strike("edit_unsupported"):
            raise Refused("cannot_edit")
        found, body = self._live(account, post), request.get_json()
        self.book.rewrite(found.id, body["title"], body["body"])
        self.book.put(self.platform, "amended", found.remote, {"title": body["title"], "body": body["body"]})
        return jsonify(post=found.remote, address=found.address)

    def copies(self) -> list[Seen]:
        """An amended publication was sent as it was amended."""
        now = self.book.things(self.platform, "amended")
        return [replace(one, **now.get(one.remote, {})) for one in super().copies()]

    def add_remark(self, post: int) -> Any:
        account = self._admit()
        found = self._live(account, post)
        said = self.book.get(self.platform, "remarks", str(found.id)) or []
        self.book.put(self.platform, "remarks", str(found.id), [*said, request.get_json()["text"]])
        return jsonify(remark=len(said) + 1)

    def list_remarks(self, post: int) -> Any:
        account = self._admit()
        return jsonify(remarks=self.book.get(self.platform, "remarks", str(self._live(account, post).id)) or [])


def listed(post: Post) -> dict[str, str]:
    """A publication as the list shows it."""
    return {
        "post": post.remote,
        "title": post.title,
        "body": post.body,
        "link": post.carried,
        "at": post.at.isoformat(),
        "address": post.address,
    }


def altered(text: str) -> str:
    """What platforms do to a text: other spaces, other quotes, a width changed."""
    return " ".join(text.replace("“", '"').replace("”", '"').replace("，", ",").split()) + " "
