"""What every part of the 公众号 sandbox stands on: accounts, refusals, quotas, and what happens by itself later.

Written before the adapter and sharing nothing with it but the wire. Answers are HTTP 200 with an errcode, as
there. § names a section of platforms/wechat.md.
"""

import hashlib
import json
import re
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from flask import g, jsonify, request

from channels.making.sandbox import Sandbox
from channels.making.sandbox.wire import until_tomorrow

MEANINGS = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest",
    40002: "invalid grant_type",
    40004: "invalid media type",
    40005: "invalid file type",
    40007: "invalid media_id",
    40008: "invalid message type",
    40009: "invalid image size",
    40013: "invalid appid",
    40033: "invalid charset. please check your request, if include \\uxxxx will create fail!",
    40059: "invalid msg id",
    40060: "invalid article idx",
    40125: "invalid appsecret",
    40164: "invalid ip 203.0.113.7, not in whitelist",
    42001: "access_token expired",
    45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit, must slower, retry next minute",
    45065: "clientmsgid exist",
    48001: "api unauthorized",
}
# §9, a new account's day
QUOTAS = {
    "token": 2000,
    "draft/add": 1000,
    "draft/get": 500,
    "draft/delete": 1000,
    "draft/update": 1000,
    "draft/count": 1000,
    "draft/batchget": 1000,
    "freepublish/submit": 100,
    "freepublish/get": 100,
    "freepublish/delete": 10,
    "freepublish/getarticle": 100,
    "freepublish/batchget": 100,
    "message/mass/sendall": 100,
    "message/mass/send": 100,
    "message/mass/preview": 100,
    "media/uploadimg": 100_000,
    "material/add_material": 100_000,
}
CLEARS_A_MONTH = 10  # §9
STRUCK = {
    "ip_denied": 40164,
    "permission_missing": 48001,
    "account_banned": 50002,
    "quota_minute": 45011,
    "quota_day": 45009,
}
_ESCAPE = re.compile(rb"(?<!\\)(?:\\\\)*\\u[0-9a-fA-F]{4}")


class Refused(Exception):
    """A refusal by its errcode."""

    def __init__(self, code: int, **more: Any) -> None:
        super().__init__(code)
        self.code, self.more = code, more


class Account(Sandbox):
    """Accounts and their settings, the calls they may make, and the work that falls due by itself."""

    platform = "wechat"
    sending = frozenset({"freepublish/submit", "message/mass/sendall"})

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.said = -1
        """The code the switch errcode_in_200 answers with."""
        self.works: dict[str, Callable[[dict[str, Any]], None]] = {}
        self._turn = threading.RLock()
        self.app.register_error_handler(Refused, self._refuse)
        for path, view in self.views().items():
            self.app.add_url_rule(path, path, view, methods=["GET", "POST"])

    def views(self) -> dict[str, Callable[[], Any]]:
        """The calls, by path."""
        return {
            "/cgi-bin/openapi/quota/get": self.quota_get,
            "/cgi-bin/clear_quota": self.clear_quota,
            "/cgi-bin/get_api_domain_ip": self.addresses,
        }

    # ----------------------------------------------------------------- accounts

    def open_account(self, name: str) -> dict[str, str]:
        appid = appid_of(name)
        if self.book.get(self.platform, "app", appid) is None:
            self.know(appid, name)
            self.book.put(self.platform, "app", appid, _settings(name))
        kept = self.settings(appid)
        return {
            "appid": appid,
            "secret": kept["secret"],
            "kind": kept["kind"],
            "callback_token": kept["token"],
            "callback_aes_key": kept["aes_key"] if kept["is_safe"] else "",
        }

    def settings(self, appid: str) -> dict[str, Any]:
        """What the console of the account shows."""
        found: dict[str, Any] = self.book.get(self.platform, "app", appid)
        return found

    def change(self, name: str, **changed: Any) -> None:
        """Change settings of our account ``name`` as its administrator would: ``kind`` (subscription, service),
        ``is_protected`` (群发保护), ``callback`` (address), ``is_safe`` (safe mode), ``event`` (name of the event at
        the end of a job), ``comments``, ``outcomes`` (of the next jobs, 0-6)."""
        appid = appid_of(name)
        self.book.put(self.platform, "app", appid, {**self.settings(appid), **changed})

    def account(self) -> str:
        value = request.args.get("access_token", "")
        return value.partition("!")[0] or str(self._asked().get("appid", request.args.get("appid", "")))

    def method(self) -> str:
        return request.path.removeprefix("/cgi-bin/").strip("/")

    def errors_in_200(self) -> Any:
        g.refused = True
        return _refusal(self.said)

    def _refuse(self, error: Refused) -> Any:
        g.refused = True
        return jsonify({**_refusal(error.code), **error.more})

    def _asked(self) -> dict[str, Any]:
        try:
            found = json.loads(request.get_data() or b"{}")
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    def body(self) -> dict[str, Any]:
        """The JSON a call needs; escapes are refused, for readers would see them (40033; §2, §12)."""
        if request.method != "POST":
            raise Refused(43002)
        raw = request.get_data()
        if not raw:
            raise Refused(44002)
        if _ESCAPE.search(raw):
            raise Refused(40033)
        try:
            found = json.loads(raw)
        except ValueError as error:
            raise Refused(47001) from error
        if not isinstance(found, dict):
            raise Refused(47001)
        return found

    # ----------------------------------------------------------------- admission and quotas (§9)

    def admit(self) -> str:
        """The appid of a good token, within its quota (§2, §9)."""
        value = request.args.get("access_token", "")
        if not value:
            raise Refused(41001)
        if self.strike("token_expired", "token_rotate_during_request"):
            self.book.put(self.platform, "token", value, (self.now() - timedelta(seconds=1)).isoformat())
            self.book.put(self.platform, "stable_now", self.account(), None)
        until = self.book.get(self.platform, "token", value)
        if until is None:
            raise Refused(40001)
        if datetime.fromisoformat(until) <= self.now():
            raise Refused(42001)
        struck = self.strike(*STRUCK)
        if struck:
            raise Refused(STRUCK[struck])
        appid = self.account()
        self.spend(appid, self.method())
        return appid

    def spend(self, appid: str, call: str) -> None:
        """Count one call of the day."""
        if call in QUOTAS and self.today(f"{appid}:{call}") > QUOTAS[call]:
            raise Refused(45009)

    def day(self) -> str:
        """The date in Asia/Shanghai."""
        return (until_tomorrow(self.now()) - timedelta(hours=16)).date().isoformat()

    def today(self, name: str) -> int:
        """The next number of today's counter."""
        return self.book.count(self.platform, "today", f"{name}:{self.day()}")

    def quota_get(self) -> Any:
        """§9: the account's real quota (bodies unverified there)."""
        appid = self.admit()
        call = str(self.body().get("cgi_path", "")).removeprefix("/cgi-bin/")
        if call not in QUOTAS:
            raise Refused(47001)
        used = int(self.book.get(self.platform, "today", f"{appid}:{call}:{self.day()}") or 0)
        quota = {"daily_limit": QUOTAS[call], "used": used, "remain": max(0, QUOTAS[call] - used)}
        return jsonify(errcode=0, errmsg="ok", quota=quota)

    def clear_quota(self) -> Any:
        """§9: ten resets a month, by the account itself."""
        appid = self.admit()
        if self.body().get("appid") != appid:
            raise Refused(40013)
        if self.book.count(self.platform, "clears", f"{appid}:{self.day()[:7]}") > CLEARS_A_MONTH:
            raise Refused(48006)
        for call in QUOTAS:
            self.book.put(self.platform, "today", f"{appid}:{call}:{self.day()}", None)
        return jsonify(errcode=0, errmsg="ok")

    def addresses(self) -> Any:
        self.admit()
        return jsonify(ip_list=["127.0.0.1"])

    # ----------------------------------------------------------------- what happens by itself

    def later(self, what: str, at: datetime, **told: Any) -> None:
        """Do ``works[what]`` with ``told`` once its time has come."""
        number = self.book.count(self.platform, "numbers", "due")
        self.book.put(self.platform, "due", f"{number:08}", {"what": what, "at": at.isoformat(), **told})

    def settle(self) -> None:
        self.catch_up()
        for told in self._fallen_due("tell"):
            self.works["tell"](told)

    def catch_up(self) -> None:
        """Everything due but telling: what a call must see done before it answers."""
        with self._turn:
            for told in self._fallen_due(*(one for one in self.works if one != "tell")):
                self.works[told["what"]](told)

    def _fallen_due(self, *what: str) -> list[dict[str, Any]]:
        """Due work of these kinds, taken from the list: nobody else does it too."""
        with self._turn:
            rows = self.book.things(self.platform, "due")
            due = {
                name: one
                for name, one in rows.items()
                if one["what"] in what and datetime.fromisoformat(one["at"]) <= self.now()
            }
            for name in due:
                self.book.put(self.platform, "due", name, None)
        return sorted(due.values(), key=lambda one: str(one["at"]))

    def next_at(self) -> datetime | None:
        moments = [datetime.fromisoformat(one["at"]) for one in self.book.things(self.platform, "due").values()]
        return min(moments, default=None)


def appid_of(name: str) -> str:
    """The appid of our account ``name``: always the same one."""
    return "wx" + hashlib.sha256(name.encode()).hexdigest()[:16]


def _settings(name: str) -> dict[str, Any]:
    def made(what: str) -> str:
        return hashlib.sha256(f"{what} of {name}".encode()).hexdigest()

    return {
        "name": name,
        "secret": made("secret")[:32],
        "kind": "subscription",
        "is_protected": False,
        "callback": "",
        "token": made("token")[:24],
        "aes_key": (made("key") * 2)[:43],
        "is_safe": True,
        "event": "PUBLISHJOBFINISH",
        "comments": True,
        "outcomes": [],
    }


def _refusal(code: int) -> dict[str, Any]:
    return {"errcode": code, "errmsg": f"{MEANINGS.get(code, 'refused')} rid: 0000-sandbox"}
