"""The console of the sandboxes: what readers would see, every call, the faults in force, the test accounts.

For a person at the same machine: plain pages without a script, everything escaped, articles in a sandboxed frame.
Whatever changes something is a POST with this process's token, or JSON (which no foreign page can send unasked).
"""

import hmac
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from flask import Flask, Response, abort, redirect, request

from channels.contract import AdministratorError
from channels.making.sandbox.book import Book, Post
from channels.making.sandbox.console_pages import Call, Pages, Shelf, document
from channels.making.sandbox.faults import Fault, Faults
from channels.making.sandbox.wire import Sandbox

RECENT = 60
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; form-action 'self'; base-uri 'none'"
# The article's own words: nothing of it may run, and it counts as nobody's page.
_ARTICLE = "sandbox; default-src 'none'; img-src * data:; media-src *; style-src 'unsafe-inline'"


class Board(Protocol):
    """What the console looks at: the platforms behind one address."""

    @property
    def platforms(self) -> Mapping[str, Sandbox]: ...

    @property
    def book(self) -> Book: ...

    @property
    def faults(self) -> Faults: ...

    @property
    def now(self) -> Callable[[], datetime]: ...

    def connect(self, account: str, base: str) -> dict[str, str]: ...

    def handed_out(self) -> Mapping[str, Mapping[str, str]]: ...


class Console:
    """The pages as a WSGI app. ``titles``: the channels' Chinese names; ``base``: the address all stands at."""

    def __init__(self, board: Board, titles: Mapping[str, str], parse: Callable[[str], Fault]) -> None:
        self.board, self.parse = board, parse
        self.token = secrets.token_urlsafe(16)
        self.pages = Pages(titles, self.token)
        self.app = Flask("console")
        self.app.json.ensure_ascii = False  # type: ignore[attr-defined]
        self.app.after_request(_guard)
        for rule, method, view in (
            ("/", "GET", self.front),
            ("/_posts/<int:post>", "GET", self.article),
            ("/_posts/<int:post>/body", "GET", self.body),
            ("/_posts/<int:post>", "POST", self.by_hand),
            ("/_uploads/<platform>/<name>", "GET", self.upload),
            ("/_faults", "POST", self.add_fault),
            ("/_faults/clear", "POST", self.clear_faults),
            ("/_actions", "POST", self.act),
            ("/_accounts", "POST", self.connect),
        ):
            self.app.add_url_rule(rule, f"{method} {rule}", view, methods=[method])

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        return self.app(environ, start_response)

    # ----------------------------------------------------------------- pages

    def front(self, trouble: str = "") -> str:
        """Everything on one page, newest first."""
        calls = self.board.book.calls()
        names = {one: self.board.book.things(one, "name") for one in self.board.platforms}
        recent = [
            replace(call, account=names.get(call.platform, {}).get(call.account, call.account))
            for call in (Call(*one) for one in calls[-RECENT:][::-1])
        ]
        faults = self.board.faults
        rules = list(zip(tuple(faults.rules), tuple(faults.met), tuple(faults.struck), strict=False))
        return self.pages.front(self._shelves(), recent, len(calls), rules, trouble)

    def _shelves(self) -> Sequence[Shelf]:
        found = []
        for name, platform in self.board.platforms.items():
            names = self.board.book.things(name, "name")
            posts: dict[str, list[Post]] = {ours: [] for ours in names.values()}
            for post in self.board.book.posts(name):
                posts.setdefault(names.get(post.account, post.account), []).insert(0, post)
            found.append(Shelf(name, f"{_base()}/{name}", posts, self.board.handed_out(), platform.actions()))
        return found

    def article(self, post: int, trouble: str = "") -> str:
        """One publication with what is known of it, its body in a frame, and what a person may do about it."""
        found = self._post(post)
        names = self.board.book.things(found.platform, "name")
        edits = self.board.platforms[found.platform].edits(found)
        return self.pages.article(replace(found, account=names.get(found.account, found.account)), edits, trouble)

    def body(self, post: int) -> Response:
        """The words alone, as readers get them."""
        found = self._post(post)
        shown = self.board.platforms[found.platform].shown(found.body)
        answer = Response(document(replace(found, body=shown)), mimetype="text/html")
        answer.headers["Content-Security-Policy"] = _ARTICLE
        return answer

    def upload(self, platform: str, name: str) -> Response:
        """A picture somebody uploaded; never anything a browser would run."""
        content = self.board.book.upload(platform, name)
        kind = next((kind for start, kind in _PICTURES.items() if content and content.startswith(start)), "")
        if content is None or not kind:
            abort(Response("没有这张图片。", 404, mimetype="text/plain"))
        return Response(content, mimetype=kind)

    def _post(self, number: int) -> Post:
        found = next((one for one in self.board.book.posts() if one.id == number), None)
        if found is None:
            abort(Response("没有这篇发布，请回控制台首页看现有的。", 404, mimetype="text/plain"))
        return found

    # ----------------------------------------------------------------- changes

    def add_fault(self) -> Any:
        """A rule from the form: the same words as on the command line."""
        self._check_token()
        said = " ".join(f"{name}={request.form.get(name, '').strip()}" for name in _FIELDS if request.form.get(name))
        try:
            self.board.faults.add(self._limited(self.parse(said)))
        except ValueError as error:
            return self.front(str(error)), 400
        return redirect("/#faults", 303)

    def _limited(self, rule: Fault) -> Fault:
        minutes = request.form.get("minutes", "").strip()
        if not minutes:
            return rule
        if not (minutes.isascii() and minutes.isdigit() and 0 < int(minutes) <= 10_000):
            raise ValueError("时长请写 1 到 10000 的整数（分钟），不写则一直有效。")
        now = self.board.now()
        return replace(rule, start=now, end=now + timedelta(minutes=int(minutes)))

    def clear_faults(self) -> Any:
        """All quiet again."""
        self._check_token()
        self.board.faults.clear()
        return redirect("/#faults", 303)

    def act(self) -> Any:
        """What a person would do in the platform's own console."""
        self._check_token()
        platform = self.board.platforms.get(request.form.get("platform", ""))
        for one in platform.actions() if platform else ():
            if one.name == request.form.get("name"):
                one.do()
        return redirect("/", 303)

    def by_hand(self, post: int) -> Any:
        """A person deletes or edits a publication, or the platform takes it away."""
        self._check_token()
        found = self._post(post)
        platform = self.board.platforms[found.platform]
        what, title, body = (request.form.get(name, "") for name in ("what", "title", "body"))
        if what == "delete":
            platform.delete_by_hand(found)
        elif what == "remove":
            platform.take_away(found)
        elif what == "edit":
            refused = platform.edit_by_hand(found, title.strip(), body.replace("\r\n", "\n"))
            if refused:
                return self.article(post, refused), 400
        return redirect(f"/_posts/{post}", 303)

    def _check_token(self) -> None:
        if not hmac.compare_digest(request.form.get("token", "").encode(), self.token.encode()):
            abort(Response("页面已过期，请回控制台首页重新提交。", 400, mimetype="text/plain"))

    def connect(self) -> Any:
        """The test account of one of our accounts, for `yigao accounts connect --sandbox`: JSON in, JSON out."""
        said = request.get_json(silent=True)
        account = said.get("account") if isinstance(said, dict) else None
        if not isinstance(account, str) or ":" not in account:
            return {"message": '请以 JSON 发来 {"account": "渠道:单位"}。'}, 400
        try:
            return self.board.connect(account, _base())
        except AdministratorError as error:
            return {"message": error.sentence}, 404


_PICTURES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n": "image/png", b"GIF8": "image/gif"}
_FIELDS = ("action", "account", "method", "nth", "per_mille", "seed")


def _base() -> str:
    return request.host_url.rstrip("/")


def _guard(answer: Response) -> Response:
    answer.headers.setdefault("Content-Security-Policy", _POLICY)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["Cache-Control"] = "no-store"
    return answer
