"""Who may call the sandbox Weibo, and how often: applications, tokens, grants, the calls of an hour and a day."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import Response, g, jsonify, request

from channels.making.sandbox import Sandbox
from channels.making.sandbox.wire import until_tomorrow
from channels.weibo.sandbox.rules import Refused

TOKEN_LIFE = timedelta(days=30)  # weibo.md §2: an ordinary reviewed application
CALLS_A_DAY, POSTS_AN_HOUR = 100, 30  # §6
SAFE_DOMAINS = ("127.0.0.1", "localhost", "test", "example", "cn", "com", "org", "net")
RIP = "1.2.4.8"
APP = ("1352222456", "sandbox-app")
"""The test application's client_id and client_secret."""
_STRUCK = {
    "ip_denied": (10004, "IP limit"),
    "permission_missing": (10014, "insufficient app permissions!"),
    "account_banned": (10013, "invalid weibo user!"),
    "quota_day": (10023, "user requests out of rate limit!"),
}
_FORBIDDEN = frozenset({10004, 10005, 10014, 10022, 10023, 10024})


class Desk(Sandbox):
    """Everything a call meets before its content is looked at."""

    platform = "weibo"

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.app.register_error_handler(Refused, self._refuse)
        self.app.register_error_handler(404, lambda _: self._no(10020, "request api not found!"))
        self.app.register_error_handler(405, lambda _: self._no(10021, "HTTP method is not suported for this request!"))

    def open_account(self, name: str) -> dict[str, str]:
        uid = self._uid_of(name)
        if uid is None:
            uid = str(2_800_000_000 + self.book.count(self.platform, "numbers", "uid"))
            self.know(uid, name)
            self.admit(name, safe_domains=SAFE_DOMAINS, grants=("advanced", "article"))
            self.book.put(self.platform, "authorised", uid, self._new_token(uid))
        token = self.book.get(self.platform, "authorised", uid)
        until = datetime.fromisoformat(self.book.get(self.platform, "token", token)["until"])
        return {"access_token": token, "expires_at": f"{until:%Y-%m-%d}", "uid": uid, "rip": RIP}

    def admit(self, name: str, *, safe_domains: Sequence[str], grants: Sequence[str]) -> None:
        """Set what the application of an account may do: its safe domains (安全域名) and its ``grants``: advanced,
        article."""
        kept = {"safe_domains": list(safe_domains), "grants": list(grants)}
        self.book.put(self.platform, "account", str(self._uid_of(name)), kept)

    def code_for(self, name: str) -> str:
        """The authorisation code a person of this account brings back from the page of consent; used once."""
        code = hashlib.sha256(f"code {name} {self.book.count(self.platform, 'numbers', 'code')}".encode()).hexdigest()
        self.book.put(self.platform, "code", code[:32], self._uid_of(name))
        return code[:32]

    def _uid_of(self, name: str) -> str | None:
        names = self.book.things(self.platform, "name")
        return next((uid for uid, known in names.items() if known == name), None)

    def _new_token(self, uid: str) -> str:
        number = self.book.count(self.platform, "numbers", "token")
        value = "2.00" + hashlib.sha256(f"{uid} {number}".encode()).hexdigest()[:28]
        kept = {"uid": uid, "made": self.now().isoformat(), "until": (self.now() + TOKEN_LIFE).isoformat()}
        self.book.put(self.platform, "token", value, kept)
        return value

    # ----------------------------------------------------------------- who calls

    def method(self) -> str:
        return request.path.strip("/").removeprefix("2/").removesuffix(".json")

    def account(self) -> str:
        held = self.book.get(self.platform, "token", self._token())
        by_code = self.book.get(self.platform, "code", request.form.get("code", ""))
        return str(held["uid"]) if held else str(by_code or "")

    def _token(self) -> str:
        request.get_data(cache=True)  # kept whole before the form is read: an article's escapes are looked at
        given = request.form.get("access_token") or request.args.get("access_token", "")
        return given or request.headers.get("Authorization", "").removeprefix("OAuth2 ")

    def errors_in_200(self) -> Any:
        return {"request": request.path, "error_code": "10001", "error": "system error!"}

    def _refuse(self, error: Refused) -> Response:
        g.refused = True
        return self._no(error.code, error.words)

    def _no(self, code: int, words: str) -> Response:
        """The error form of §7: numbers as strings, under 400 or 403."""
        is_forbidden = code in _FORBIDDEN or 21300 <= code < 21400
        answer: Response = jsonify(request=request.path, error_code=str(code), error=words)
        answer.status_code = 403 if is_forbidden else 400
        return answer

    def _admit(self, *grants: str) -> str:
        """The uid of a good token; every refusal that has nothing to do with content. ``grants``: one is needed."""
        value = self._token()
        if not value:
            raise Refused(10006, "source paramter(appkey) is missing")
        held = self.book.get(self.platform, "token", value)
        if held is None:
            raise Refused(21332, "invalid_access_token")
        if self.strike("token_expired"):
            held["until"] = self.now().isoformat()
            self.book.put(self.platform, "token", value, held)
        if datetime.fromisoformat(held["until"]) <= self.now():
            raise Refused(21327, "expired_token")
        uid = str(held["uid"])
        self._count(uid)
        if grants and not set(grants) & set(self.book.get(self.platform, "account", uid)["grants"]):
            raise Refused(10014, "insufficient app permissions!")
        return uid

    def _count(self, uid: str) -> None:
        """The calls of the day, the posts of the hour (§6), by the clock of Asia/Shanghai."""
        is_post = self.method() in self.sending
        struck = self.strike(*_STRUCK, "quota_minute")
        if struck == "quota_minute":
            raise Refused(20016, "update weibo too fast!") if is_post else Refused(10022, "IP out of rate limit!")
        if struck:
            raise Refused(*_STRUCK[struck])
        day = f"{uid} {until_tomorrow(self.now()):%Y-%m-%d}"
        if self.book.count(self.platform, "calls of a day", day) > CALLS_A_DAY:
            raise Refused(*_STRUCK["quota_day"])
        hour = f"{uid} {self.now():%Y-%m-%d %H}"
        if is_post and self.book.count(self.platform, "posts of an hour", hour) > POSTS_AN_HOUR:
            raise Refused(20016, "update weibo too fast!")

    # ----------------------------------------------------------------- oauth2 (§2)

    def access_token(self) -> Any:
        """A token for a code; the code works once."""
        if self.strike("token_down"):
            return Response("down", 503)
        form = request.form
        if (form.get("client_id"), form.get("client_secret")) != APP:
            raise Refused(21301, "auth faild")
        uid = self.book.get(self.platform, "code", form.get("code", ""))
        if form.get("grant_type") != "authorization_code" or not form.get("redirect_uri") or uid is None:
            raise Refused(21314, "Token used")
        self.book.put(self.platform, "code", form["code"], None)
        value = self._new_token(uid)
        self.book.put(self.platform, "authorised", uid, value)
        left = int(TOKEN_LIFE.total_seconds())
        return jsonify(access_token=value, expires_in=left, remind_in=str(left), uid=uid)

    def get_token_info(self) -> Any:
        """Whose token this is, and how many seconds it still lives."""
        if self.strike("token_down"):
            return Response("down", 503)
        uid = int(self._admit())
        held = self.book.get(self.platform, "token", self._token())
        left = datetime.fromisoformat(held["until"]) - self.now()
        made = int(datetime.fromisoformat(held["made"]).timestamp())
        shown = uid + 1 if self.strike("identity_changed") else uid
        seconds = int(left.total_seconds())
        return jsonify(uid=shown, appkey=APP[0], scope=None, create_at=made, expire_in=seconds)
