"""Access tokens: two roads that know nothing of each other (§2)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from flask import jsonify, request

from channels.wechat.sandbox.base import Account, Refused

TOKEN_LIFE = timedelta(seconds=7200)
OVERLAP = timedelta(minutes=5)  # §2: the same token until five minutes before its end; then both are good
FORCES_A_DAY = 20  # §2
FORCED_APART = timedelta(seconds=30)  # §2: sooner, nothing is refreshed
LONG = 512  # §2: storage for at least as many characters


class Tokens(Account):
    """``token`` and ``stable_token``."""

    def views(self) -> dict[str, Callable[[], Any]]:
        return {**super().views(), "/cgi-bin/token": self.token, "/cgi-bin/stable_token": self.stable_token}

    def token(self) -> Any:
        """§2: every call a new token; the old one stays good for about five minutes; 2000 a day (§9)."""
        appid = self._known(request.args.to_dict())
        self.spend(appid, "token")
        return self._fresh(appid, "plain", self.now() + OVERLAP)

    def stable_token(self) -> Any:
        """§2: the same token again; ``force_refresh`` kills the old one at once."""
        asked = self.body()
        appid = self._known(asked)
        held = self.book.get(self.platform, "stable_now", appid)
        if asked.get("force_refresh") is True and held and self._may_force(appid):
            return self._fresh(appid, "stable", self.now())
        left = datetime.fromisoformat(held["until"]) - self.now() if held else timedelta()
        if left > OVERLAP:
            return jsonify(access_token=held["value"], expires_in=int(left.total_seconds()))
        return self._fresh(appid, "stable", self.now() + OVERLAP)

    def _known(self, asked: dict[str, Any]) -> str:
        """The appid of good credentials."""
        if self.strike("token_down"):
            raise Refused(-1)
        if asked.get("grant_type") != "client_credential":
            raise Refused(40002)
        appid = str(asked.get("appid", ""))
        kept = self.book.get(self.platform, "app", appid)
        if kept is None:
            raise Refused(40013)
        if kept["secret"] != asked.get("secret"):
            raise Refused(40125)
        if self.strike("ip_denied"):
            raise Refused(40164)
        return appid

    def _may_force(self, appid: str) -> bool:
        last = self.book.get(self.platform, "forced", appid)
        if last and self.now() - datetime.fromisoformat(last) < FORCED_APART:
            return False
        if self.today(f"{appid}:force") > FORCES_A_DAY:
            raise Refused(45009)
        self.book.put(self.platform, "forced", appid, self.now().isoformat())
        return True

    def _fresh(self, appid: str, road: str, gone: datetime) -> Any:
        """A new token; the road's old one ends at ``gone``."""
        held = self.book.get(self.platform, f"{road}_now", appid)
        if held:
            gone = self.now() if self.strike("token_invalidate_on_refresh") else gone
            ends = min(gone, datetime.fromisoformat(held["until"]))
            self.book.put(self.platform, "token", held["value"], ends.isoformat())
        number = self.book.count(self.platform, "tokens", appid)
        value = f"{appid}!{road}!{number}!".ljust(LONG, "x")
        until = (self.now() + TOKEN_LIFE).isoformat()
        self.book.put(self.platform, "token", value, until)
        self.book.put(self.platform, f"{road}_now", appid, {"value": value, "until": until})
        return jsonify(access_token=value, expires_in=int(TOKEN_LIFE.total_seconds()))
