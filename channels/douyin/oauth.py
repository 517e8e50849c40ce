"""授权: one account's chain of tokens (douyin.md §2): an access token of 15 days, a refresh token of 30 days,
and at most five new refresh tokens after it. The whole chain is kept, sealed, as the account's one token."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from channels.contract import AdministratorError, ChannelError
from channels.douyin.errors import checked
from channels.making.asking import ask
from channels.transport import Credential, Token

REFRESH_LIFE = timedelta(days=30)
RENEWALS = 5
ACCESS_AHEAD = timedelta(days=1)  # a release must never be the first to find a token dead
RENEW_AHEAD = timedelta(days=7)  # an account asked about once a week never misses it
REMIND_AHEAD = timedelta(days=14)
SCAN = "请让账号管理员重新扫码授权，再把新的 code 填进账号的接口凭据"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """The tokens as they now are. ``renewals``: how many new refresh tokens were taken."""

    access: str = field(repr=False)
    access_until: datetime
    refresh: str = field(repr=False)
    refresh_until: datetime
    open_id: str
    renewals: int = 0

    @property
    def ends_at(self) -> datetime:
        """When a person must scan again, if every renewal succeeds."""
        return self.refresh_until + (RENEWALS - self.renewals) * REFRESH_LIFE

    def token(self) -> Token:
        """The chain as the token store keeps it."""
        words = {**asdict(self), "access_until": str(self.access_until), "refresh_until": str(self.refresh_until)}
        return Token(json.dumps(words, sort_keys=True), self.access_until)

    @classmethod
    def of(cls, token: Token) -> "Chain":
        """The chain a token store kept."""
        words = json.loads(token.value)
        moments = {name: datetime.fromisoformat(words[name]) for name in ("access_until", "refresh_until")}
        return cls(**{**words, **moments})

    def is_due(self, now: datetime) -> bool:
        """Whether one of its tokens ends soon enough to be replaced."""
        return self._wants_renewal(now) or self.access_until - ACCESS_AHEAD <= now

    def _wants_renewal(self, now: datetime) -> bool:
        return self.renewals < RENEWALS and now < self.refresh_until <= now + RENEW_AHEAD

    def next(self, credential: Credential) -> "Chain":
        """One step on: a new refresh token when it is time, else a longer access token. One call a step, so an
        answer is kept before the next question."""
        if self._wants_renewal(credential.now()):
            return self._renewed(credential)
        return _refreshed(credential, self)

    def _renewed(self, credential: Credential) -> "Chain":
        """With a new refresh token. A no is for good (the app may lack the permission): asked once."""
        form = {"client_key": credential.secrets["client_key"], "refresh_token": self.refresh}
        try:
            data = _asked(credential, "renew_refresh_token", form, "refresh_token")
        except AdministratorError:
            return replace(self, renewals=RENEWALS)
        until = credential.now() + timedelta(seconds=int(data["expires_in"]))
        return replace(self, refresh=str(data["refresh_token"]), refresh_until=until, renewals=self.renewals + 1)


def ready(credential: Credential) -> Chain:
    """The chain to use now, moved on where it is time. A step that fails is no trouble while the access token
    still lives; AdministratorError when a person must scan again."""
    kept = credential.tokens.read()
    if kept is None:
        return _moved(credential, "", lambda: _first(credential))
    chain = Chain.of(kept)
    for _ in range(2):
        if not chain.is_due(credential.now()):
            break
        try:
            chain = _moved(credential, chain.token().value, partial(chain.next, credential))
        except ChannelError:
            if chain.access_until <= credential.now():
                raise
            break
    return chain


def after_refusal(credential: Credential, refused: Chain) -> Chain:
    """The chain to use instead of one whose access token was refused."""
    return _moved(credential, refused.token().value, lambda: _refreshed(credential, refused))


def _moved(credential: Credential, stale: str, fetch: Callable[[], Chain]) -> Chain:
    return Chain.of(credential.tokens.renew(stale, lambda: fetch().token()))


def _first(credential: Credential) -> Chain:
    """From what the account was connected with: a code fresh from the QR page, or a refresh token."""
    secrets = credential.secrets
    if secrets.get("refresh_token"):
        now = credential.now()
        begun = Chain(
            access="", access_until=now, refresh=secrets["refresh_token"], refresh_until=now + REFRESH_LIFE,
            open_id=secrets.get("open_id", ""),
        )  # fmt: skip
        return _refreshed(credential, begun)
    if not secrets.get("code"):
        raise AdministratorError(f"账号还没有授权：{SCAN}。")
    form = {
        "client_key": secrets["client_key"], "client_secret": secrets["client_secret"], "code": secrets["code"],
        "grant_type": "authorization_code",
    }  # fmt: skip
    return _chain(credential, _asked(credential, "access_token", form, "access_token"), None)


def _refreshed(credential: Credential, chain: Chain) -> Chain:
    form = {
        "client_key": credential.secrets["client_key"], "grant_type": "refresh_token", "refresh_token": chain.refresh,
    }  # fmt: skip
    return _chain(credential, _asked(credential, "refresh_token", form, "access_token"), chain)


def _chain(credential: Credential, data: Mapping[str, Any], before: Chain | None) -> Chain:
    now = credential.now()
    left = data.get("refresh_expires_in")
    told = now + timedelta(seconds=int(left)) if left else None
    return Chain(
        access=str(data["access_token"]),
        access_until=now + timedelta(seconds=int(data["expires_in"])),
        refresh=str(data.get("refresh_token") or (before.refresh if before else "")),
        refresh_until=told or (before.refresh_until if before else now + REFRESH_LIFE),
        open_id=str(data.get("open_id") or (before.open_id if before else "")),
        renewals=before.renewals if before else 0,
    )


def _asked(credential: Credential, name: str, form: Mapping[str, str], wanted: str) -> dict[str, Any]:
    """One call of the token endpoints. Readers never see what it does, so silence is asked again."""
    answer = ask(credential, "POST", f"/oauth/{name}/", changes=False, data=dict(form))
    return checked(answer, wanted, credential.now(), changes=False)
