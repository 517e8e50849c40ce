"""The tokens of the sandbox (douyin.md §2): 15 days, 30 days, five renewals, a client token of two hours."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import Response, redirect, request

from channels.douyin.sandbox.refused import Refused

if TYPE_CHECKING:
    from channels.douyin.sandbox.platform import DouyinSandbox

ACCESS_LIFE, REFRESH_LIFE = timedelta(days=15), timedelta(days=30)
CLIENT_LIFE, CLIENT_OVERLAP = timedelta(hours=2), timedelta(minutes=5)
RENEWALS = 5
Route = tuple[str, str, Callable[[], Any]]


class OAuth:
    """Grants, by refresh token: {open_id, until, renewals, access}; and access tokens: {open_id, until}."""

    def __init__(self, platform: "DouyinSandbox") -> None:
        self.platform, self.book = platform, platform.book

    def routes(self) -> tuple[Route, ...]:
        return (
            ("/oauth/access_token/", "POST", self.access_token),
            ("/oauth/refresh_token/", "POST", self.refresh_token),
            ("/oauth/renew_refresh_token/", "POST", self.renew_refresh_token),
            ("/oauth/client_token/", "POST", self.client_token),
            ("/platform/oauth/connect/", "GET", self.connect),
        )

    # ----------------------------------------------------------------- views

    def connect(self) -> Any:
        """What the QR page ends in: the account whose name is in ``account`` says yes."""
        self._application(request.args.get("client_key", ""))
        open_id = self.platform.open_account(request.args["account"])["open_id"]
        code = f"code-{self._number()}"
        self._put("code", code, open_id)
        return redirect(f"{request.args['redirect_uri']}?{urlencode({'code': code, 'state': request.args['state']})}")

    def access_token(self) -> Response:
        self._is_up()
        self._application(request.form.get("client_key", ""), request.form.get("client_secret", ""))
        code = request.form.get("code", "")
        open_id = self._get("code", code)
        if request.form.get("grant_type") != "authorization_code" or open_id is None:
            raise Refused(2100005, "code 无效或已使用")
        self._put("code", code, None)
        grant = self.authorise(open_id)
        return self._told(grant["refresh_token"])

    def refresh_token(self) -> Response:
        """A token not yet expired stays and lives longer; the refresh token's life does not change."""
        self._is_up()
        self._application(request.form.get("client_key", ""))
        if request.form.get("grant_type") != "refresh_token":
            raise Refused(2100005, "grant_type 错误")
        name, grant = self._grant()
        held = self._get("access", grant["access"])
        is_dead = held is None or datetime.fromisoformat(held["until"]) <= self.platform.now()
        if is_dead or self.platform.strike("token_invalidate_on_refresh"):
            self._put("access", grant["access"], None)
            grant["access"] = self._new_access(grant["open_id"])
        until = (self.platform.now() + ACCESS_LIFE).isoformat()
        self._put("access", grant["access"], {"open_id": grant["open_id"], "until": until})
        self._put("refresh", name, grant)
        return self._told(name)

    def renew_refresh_token(self) -> Response:
        self._is_up()
        self._application(request.form.get("client_key", ""))
        if self.platform.strike("permission_missing"):
            raise Refused(28001018, "应用没有刷新 refresh_token 的权限")
        name, grant = self._grant()
        if grant["renewals"] >= RENEWALS:
            raise Refused(10010, "refresh_token 续期次数已用完")
        until = (self.platform.now() + REFRESH_LIFE).isoformat()
        new = f"rft.{self._number()}"
        self._put("refresh", name, None)
        self._put("refresh", new, {**grant, "until": until, "renewals": grant["renewals"] + 1})
        return self.platform.yes(refresh_token=new, expires_in=int(REFRESH_LIFE.total_seconds()))

    def client_token(self) -> Response:
        """A repeat leaves the token before it valid for five minutes."""
        self._is_up()
        self._application(request.form.get("client_key", ""), request.form.get("client_secret", ""))
        now = self.platform.now()
        for name, until in self.book.things("douyin", "client").items():
            self._put("client", name, min(until, (now + CLIENT_OVERLAP).isoformat()))
        token = f"clt.{self._number()}"
        self._put("client", token, (now + CLIENT_LIFE).isoformat())
        return self.platform.yes(access_token=token, expires_in=int(CLIENT_LIFE.total_seconds()))

    # ----------------------------------------------------------------- what other rooms ask

    def authorise(self, open_id: str) -> dict[str, str]:
        """The account says yes: a new pair of tokens."""
        now, name = self.platform.now(), f"rft.{self._number()}"
        access = self._new_access(open_id)
        self._put("access", access, {"open_id": open_id, "until": (now + ACCESS_LIFE).isoformat()})
        grant = {"open_id": open_id, "until": (now + REFRESH_LIFE).isoformat(), "renewals": 0, "access": access}
        self._put("refresh", name, grant)
        return {"access_token": access, "refresh_token": name}

    def holder(self, token: str) -> str:
        """Whose token this is, "" for nobody's."""
        held = self._get("access", token) or self._get("refresh", token) if token else None
        return str(held["open_id"]) if held else ""

    def admit(self) -> str:
        """The open_id of the access token in the header."""
        token = request.headers.get("access-token", "")
        held = self._get("access", token)
        if held and self.platform.strike("token_expired", "token_rotate_during_request"):
            self._put("access", token, None)
            raise Refused(28001008, "access_token 过期")
        if held is None:
            raise Refused(2190002, "access_token 无效")
        if datetime.fromisoformat(held["until"]) <= self.platform.now():
            raise Refused(28001008, "access_token 过期")
        return str(held["open_id"])

    # ----------------------------------------------------------------- inside

    def _is_up(self) -> None:
        if self.platform.strike("token_down"):
            raise Refused(2100004, "系统繁忙，此时请开发者稍候再试")

    def _application(self, key: str, secret: str | None = None) -> None:
        if key != self.platform.client_key or (secret is not None and secret != self.platform.client_secret):
            raise Refused(2100005, "client_key 或 client_secret 错误")

    def _grant(self) -> tuple[str, dict[str, Any]]:
        name = request.form.get("refresh_token", "")
        grant = self._get("refresh", name)
        if grant is None or datetime.fromisoformat(grant["until"]) <= self.platform.now():
            raise Refused(10010, "refresh_token 过期")
        return name, grant

    def _told(self, refresh: str) -> Response:
        grant = self._get("refresh", refresh)
        until = datetime.fromisoformat(self._get("access", grant["access"])["until"])
        now = self.platform.now()
        return self.platform.yes(
            access_token=grant["access"], expires_in=int((until - now).total_seconds()), refresh_token=refresh,
            refresh_expires_in=int((datetime.fromisoformat(grant["until"]) - now).total_seconds()),
            open_id=grant["open_id"], scope="video.create.bind,video.list.bind",
        )  # fmt: skip

    def _new_access(self, open_id: str) -> str:
        return f"act.{open_id}.{self._number()}"

    def _number(self) -> int:
        return self.book.count("douyin", "numbers", "all")

    def _get(self, kind: str, name: str) -> Any:
        return self.book.get("douyin", kind, name)

    def _put(self, kind: str, name: str, value: Any) -> None:
        self.book.put("douyin", kind, name, value)
