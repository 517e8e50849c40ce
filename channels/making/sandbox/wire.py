"""The wire of a sandbox: network faults that look like the real thing, over sockets and in process alike.

A platform is a Flask app whose views call ``strike`` before and after they act. A network fault raises
``Dropped``: over a socket the connection is really cut (werkzeug gives it to us), in process ``InProcess``
turns it into the error an httpx client would have seen.
"""

import io
import os
import socket
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
from flask import Flask, Response, g, jsonify, request

from channels.making.sandbox.book import Book, Post
from channels.making.sandbox.faults import Faults

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

HANG_S = 60.0
SLOW_S = 2.0
BEFORE = frozenset({"refuse", "drop_before_accept", "tls_error", "http_500_before", "http_429", "slow"})
AFTER = frozenset({"accept_then_drop", "accept_then_hang", "reset_mid_body", "http_500_after_accept"})
ANSWERS = frozenset({"errcode_in_200", "html_page", "json_truncated", "empty_200", "wrong_type", "extra_fields"})
_ERRORS: dict[str, type[httpx.TransportError]] = {
    "refuse": httpx.ConnectError,
    "tls_error": httpx.ConnectError,
    "drop_before_accept": httpx.ReadError,
    "accept_then_drop": httpx.RemoteProtocolError,
    "reset_mid_body": httpx.RemoteProtocolError,
    "accept_then_hang": httpx.ReadTimeout,
}


REFUSED = "refused"
BY_HAND = "console/edit"
"""What fault rules call an edit in a platform's own console."""
ALTERED = "（平台修改过）"


NOTICE = (
    "值班电话临时调整（第 {number} 次）",
    "值班电话临时调整（第 {number} 次）：办公室内线改为 8{number:03}，请互相转告。",
)
"""Title and words of what somebody publishes by hand."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One publication as a checker reads it. ``carried``: where the delivery key rides; ``title`` and ``body`` as
    they were sent; ``state``: live, pending, removed, deleted; ``by_hand``: somebody's own, in the console;
    ``edited``: the body as somebody edited it since, None for nobody."""

    account: str
    carried: str
    remote: str
    position: int
    state: str
    title: str
    body: str
    at: datetime
    by_hand: bool = False
    edited: str | None = None


@dataclass(frozen=True, slots=True)
class Send:
    """One call whose effect readers may see."""

    account: str
    method: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Touch:
    """One call that changed, removed, or said something under what was out already."""

    account: str
    method: str
    at: datetime
    remote: str


@dataclass(frozen=True, slots=True)
class Action:
    """One thing a person could do in a platform's own console: ``label`` is Chinese, ``do`` does it."""

    name: str
    label: str
    do: Callable[[], None]


class Dropped(Exception):
    """The connection ends here, in the manner of a fault."""

    def __init__(self, action: str) -> None:
        super().__init__(action)
        self.action = action


class Sandbox:
    """What every sandbox platform shares: its book, its faults, its clock, and the two moments of a fault.

    ``now``: the time it lives in; ``sleep``: how it waits (a simulated clock does not). A publication is kept
    with ``more`` = {title, body (as sent, before any change), position} and the key in ``carried``.
    ``sending``: the calls whose effect readers see. A view that changes, takes back or remarks on what they saw says
    so (``touch``); one that says a clear no sets ``g.refused``."""

    platform = ""
    sending: frozenset[str] = frozenset()

    def __init__(
        self,
        book: Book,
        now: Callable[[], datetime],
        faults: Faults | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.book, self.now, self.sleep = book, now, sleep
        self.faults = faults if faults is not None else Faults()
        self._names: dict[str, str] = {}
        self.app = Flask(self.platform)
        self.app.json.ensure_ascii = False  # type: ignore[attr-defined]
        self.app.before_request(self._before)
        self.app.after_request(self._after)
        self.app.config["PROPAGATE_EXCEPTIONS"] = True

    # ----------------------------------------------------------------- for platforms to say

    def open_account(self, name: str) -> dict[str, str]:
        """Make the test account ``name`` (our account key) if it is not there; the secrets that speak for it,
        without ``base``."""
        raise NotImplementedError

    def settle(self) -> None:
        """Carry out what the platform does by itself once its time has come: jobs, events, removals."""

    def next_at(self) -> datetime | None:
        """When ``settle`` next has something to do; None for never."""
        return None

    def shown(self, body: str) -> str:
        """A publication's body as the console shows it: addresses of uploads as ``/_uploads/<platform>/<name>``."""
        return body

    def actions(self) -> list[Action]:
        """What a person could do now in this platform's own console (confirm a push …)."""
        return []

    # ----------------------------------------------------------------- by hand, in the platform's own console

    def post_by_hand(self, name: str, title: str, body: str) -> Post:
        """A person publishes something of their own on our account ``name``, now; no call of ours is made for it. It
        is kept with ``more["by_hand"]``."""
        raise NotImplementedError

    def struck_hand(self) -> None:
        """The switch manual_post: while this call comes in, somebody publishes a notice of their own."""
        if self.strike("manual_post"):
            number = self.book.count(self.platform, "numbers", "by hand")
            self.post_by_hand(self._known_as(), *(one.format(number=number) for one in NOTICE))

    def delete_by_hand(self, post: Post) -> None:
        """A person deletes a publication."""
        self.book.change(post.id, "deleted")

    def take_away(self, post: Post) -> None:
        """The platform itself takes it away."""
        self.book.change(post.id, "removed")

    def edit_by_hand(self, post: Post, title: str, body: str) -> str:
        """A person edits a publication; "" when it was done, else why the platform refuses (Chinese)."""
        name = self.book.get(self.platform, "name", post.account) or post.account
        if self.faults.strike(name, BY_HAND, self.now(), frozenset({"edit_unsupported"})):
            return "平台说这一篇不支持修改。"
        refused = "已经不在了，不能修改。" if post.state != "live" else self.refuses_edit(post, title, body)
        if not refused:
            self.book.rewrite(post.id, title, body)
            self.book.count(self.platform, "edits", str(post.id))
        return refused

    def refuses_edit(self, post: Post, title: str, body: str) -> str:
        """Why this platform does not take such an edit; "" when it does."""
        return ""

    def edits(self, post: Post) -> int:
        """How often a person edited it."""
        return int(self.book.get(self.platform, "edits", str(post.id)) or 0)

    # ----------------------------------------------------------------- for platforms to say

    def account(self) -> str:
        """Whose call this is, as far as the request tells."""
        raise NotImplementedError

    def method(self) -> str:
        """The name of the call, as fault rules know it."""
        return request.path.strip("/")

    def errors_in_200(self) -> Any:
        """A refusal in this platform's own form, for the switch errcode_in_200."""
        raise NotImplementedError

    def know(self, account: str, name: str) -> None:
        """Remember that the platform's ``account`` is our account ``name``."""
        self.book.put(self.platform, "name", account, name)
        self._names.pop(account, None)

    def _known_as(self) -> str:
        """Whose call this is, by our name where we gave one: what fault rules name."""
        if known := g.get("known"):  # of one call it is asked at each of its moments
            return str(known)
        account = self.account()
        if account not in self._names:
            self._names[account] = self.book.get(self.platform, "name", account) or ""
        g.known = self._names[account] or account
        return str(g.known)

    def copies(self) -> list[Seen]:
        """Every publication there ever was, for a checker: by our names, as it was sent."""
        names = self.book.things(self.platform, "name")
        return [
            Seen(
                account=names.get(one.account, one.account),
                carried=one.carried,
                remote=one.remote,
                position=int(one.more.get("position", 1)),
                state=one.state,
                title=one.more["title"],
                body=one.more["body"],
                at=one.at,
                by_hand=bool(one.more.get("by_hand")),
                edited=one.body if one.more.get("edited") else None,
            )
            for one in self.book.posts(self.platform)
        ]

    def sends(self) -> list[Send]:
        """Every call so far that readers could see the effect of, for a checker; a clear no is none."""
        names = self.book.things(self.platform, "name")
        return [
            Send(names.get(account, account), method, at)
            for _, account, method, at, _, answer in self.book.calls(self.platform)
            if method in self.sending and answer != REFUSED
        ]

    def struck(self) -> list[Send]:
        """Every call so far that a fault struck, under the fault's name, or that this platform refused, for a
        checker."""
        names = self.book.things(self.platform, "name")
        rows = self.book.troubled(self.platform, REFUSED)
        return [Send(names.get(account, account), fault or REFUSED, at) for account, fault, at in rows]

    def touches(self) -> list[Touch]:
        """Every call so far that changed, took back or remarked on what was out already, once for each publication it
        was about, for a checker; a clear no is none."""
        names = self.book.things(self.platform, "name")
        rows = self.book.touches(self.platform)
        return [Touch(names.get(account, account), method, at, remote) for account, method, at, remote in rows]

    def touch(self, *remotes: str) -> None:
        """This call is about to change these publications: the book keeps it."""
        g.touched = remotes

    def asked_about(self, post: Post) -> Post:
        """A publication as somebody asks about it: a switch may have it taken away or changed just before."""
        if post.state == "live" and self.strike("removed_by_platform"):
            self.book.change(post.id, "removed")
            return replace(post, state="removed")
        if post.state == "live" and self.strike("content_altered"):
            self.book.rewrite(post.id, post.title, f"{post.body}{ALTERED}", by_platform=True)
            return replace(post, body=f"{post.body}{ALTERED}")
        return post

    def strike(self, *actions: str) -> str:
        """The fault among ``actions`` that strikes this call now, "" for none."""
        among = frozenset(actions)
        if not self.faults.know(among):
            return ""  # most calls: nobody need be asked whose it is
        struck = self.faults.strike(self._known_as(), self.method(), self.now(), among)
        if struck:
            g.fault = struck
        return struck

    # ----------------------------------------------------------------- the two moments

    def _before(self) -> Any:
        g.fault = ""
        struck = self.strike(*BEFORE)
        if struck == "slow":
            self.sleep(SLOW_S)
        elif struck == "http_500_before":
            return Response("<html><body>500 Internal Server Error</body></html>", 500, mimetype="text/html")
        elif struck == "http_429":
            return Response('{"error":"too many requests"}', 429, {"Retry-After": "30"}, mimetype="application/json")
        elif struck:
            self._note("dropped")
            raise Dropped(struck)
        struck = self.strike("errcode_in_200")
        return jsonify(self.errors_in_200()) if struck else None

    def _after(self, answer: Response) -> Response:
        struck = "" if g.get("fault") in BEFORE | {"errcode_in_200"} else self.strike(*AFTER, *ANSWERS)
        self._note(REFUSED if g.get("refused") else str(answer.status_code))
        if struck == "http_500_after_accept":
            return Response("<html><body>502 Bad Gateway</body></html>", 502, mimetype="text/html")
        if struck == "accept_then_hang":
            self.sleep(HANG_S)
            raise Dropped(struck)
        if struck in AFTER:
            raise Dropped(struck)
        return _spoilt(answer, struck)

    def _note(self, answer: str) -> None:
        self.book.call(self.platform, self.account(), self.method(), self.now(), g.get("fault", ""), answer)
        for remote in () if answer == REFUSED else g.get("touched", ()):
            self.book.touch(self.platform, self.account(), self.method(), self.now(), remote)

    # ----------------------------------------------------------------- the WSGI callable

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        try:
            return self.app(environ, start_response)
        except Dropped:
            wire = environ.get("werkzeug.socket")
            if wire is None:
                raise
            wire.shutdown(socket.SHUT_RDWR)
            start_response("200 OK", [])
            return [b""]


def _spoilt(answer: Response, struck: str) -> Response:
    """A good answer made bad on its way."""
    body = answer.get_data()
    if struck == "html_page":
        return Response("<html><body>系统繁忙</body></html>", 200, mimetype="text/html")
    if struck == "json_truncated":
        return Response(body[: len(body) // 2], 200, mimetype="application/json")
    if struck == "empty_200":
        return Response(b"", 200, mimetype="application/json")
    if struck == "wrong_type":
        return Response(b"[]", 200, mimetype="application/json")
    if struck == "extra_fields":
        return Response(body.rstrip()[:-1] + b',"_extra":{"new":[1,2]}}', 200, mimetype="application/json")
    return answer


class InProcess(httpx.BaseTransport):
    """A sandbox as an httpx transport, without a socket: same app, same faults, any clock."""

    def __init__(self, sandbox: "WSGIApplication") -> None:
        self._inner = httpx.WSGITransport(app=sandbox, raise_app_exceptions=True)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        try:
            return self._inner.handle_request(request)
        except Dropped as fault:
            raise _ERRORS[fault.action](f"sandbox: {fault.action}", request=request) from fault


_FORM = f"multipart/form-data; boundary={os.urandom(16).hex()}"
"""One boundary a process: for each new one the platform's side makes expressions of its own, which takes a
millisecond."""


class Straight:
    """A sandbox as transports call it (``channels.transport.Http``), in this process: the same requests and answers as
    through a client, without what a client does around them for the open network."""

    def __init__(self, sandbox: "WSGIApplication", base: str) -> None:
        self._sandbox, self._client = sandbox, InProcess(sandbox)
        self._base = httpx.URL(base.rstrip("/"))

    def request(self, method: str, url: str, *, timeout: float | None = None, **options: Any) -> httpx.Response:
        """The answer; the errors of ``InProcess``. Nothing takes time here, so nothing is late (``timeout``)."""
        if "params" in options or not url.isascii() or "%" in url.partition("?")[0]:
            answer = self._client.handle_request(httpx.Request(method, f"{self._base}{url}", **options))
            answer.read()
            return answer
        if "files" in options:
            options["headers"] = {"Content-Type": _FORM, **options.get("headers", {})}
        asked = httpx.Request(method, self._base, **options)  # an address is read once, not at every call
        try:
            return self._answered(_environ(asked, url))
        except Dropped as fault:
            raise _ERRORS[fault.action](f"sandbox: {fault.action}", request=asked) from fault

    def _answered(self, environ: "WSGIEnvironment") -> httpx.Response:
        told: list[Any] = []
        parts = self._sandbox(environ, lambda *said: told.extend(said[:2]))  # type: ignore[arg-type]
        try:
            content = b"".join(parts)
        finally:
            getattr(parts, "close", lambda: None)()
        status, headers = told
        return httpx.Response(int(status.split()[0]), headers=headers, content=content)


def _environ(asked: httpx.Request, url: str) -> "WSGIEnvironment":
    """The request as a server hands it on. ``url``: path and query below the base, ASCII, no escapes in the path."""
    path, _, query = url.partition("?")
    environ: WSGIEnvironment = {
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": asked.url.scheme,
        "wsgi.input": io.BytesIO(asked.read()),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "REQUEST_METHOD": asked.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": f"{asked.url.path.rstrip('/')}{path}",
        "QUERY_STRING": query,
        "SERVER_NAME": asked.url.host,
        "SERVER_PORT": str(asked.url.port or 80),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
    }
    for name, value in asked.headers.items():
        known = name.upper().replace("-", "_")
        environ[known if known in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{known}"] = value
    return environ


def until_tomorrow(now: datetime, hours_ahead_of_utc: int = 8) -> datetime:
    """The next midnight of the platform's zone: when daily quotas start anew."""
    local = now + timedelta(hours=hours_ahead_of_utc)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return midnight - timedelta(hours=hours_ahead_of_utc)
