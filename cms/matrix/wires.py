"""What an account with an interface keeps: its sealed secrets, its token, what was uploaded, calls made.

Each takes a short transaction of its own: nothing here is held open while a platform is asked. Secrets and
tokens are sealed with AES-GCM under a key outside the database, bound to the account they belong to.
"""

import base64
import json
import os
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Engine, bindparam, update
from sqlalchemy import select as sa_select
from sqlmodel import Field, Session, col, delete

from channels.contract import AdministratorError, LaterError
from channels.transport import Allowance, Per, QuotaError, Token
from cms.db import Row, UtcTime, ask, enter, look, put, session_scope, utc

REFRESH_LEASE = timedelta(seconds=30)
NONCE = 12
_OTHER = "另一个进程正在刷新令牌，稍后自动继续。"


class Secret(Row, table=True):
    """凭据: the secrets of one account, sealed; written, never shown."""

    account_id: int = Field(foreign_key="accounts.id", primary_key=True)
    sealed: str


class StoredToken(Row, table=True):
    """The access token of one account, sealed, and who is fetching the next one until when."""

    account_id: int = Field(foreign_key="accounts.id", primary_key=True)
    sealed: str = ""
    expires_at: datetime | None = Field(default=None, sa_type=UtcTime)
    renewing_until: datetime | None = Field(default=None, sa_type=UtcTime)


class Upload(Row, table=True):
    """An asset that lies on the platform already, by account and content hash (F03)."""

    account_id: int = Field(foreign_key="accounts.id", primary_key=True)
    digest: str = Field(primary_key=True)
    remote: str


class CallCount(Row, table=True):
    """How often an account used a call since the platform's last reset (``since``). ``call``: "name:window"."""

    account_id: int = Field(foreign_key="accounts.id", primary_key=True)
    call: str = Field(primary_key=True)
    since: datetime = Field(sa_type=UtcTime)
    used: int = 0


# Built once: they are asked before every call.
_SECRETS, _TOKENS = Secret.__table__.c, StoredToken.__table__.c  # type: ignore[attr-defined]
_UPLOADS, _COUNTS = Upload.__table__.c, CallCount.__table__.c  # type: ignore[attr-defined]
_SECRET = sa_select(_SECRETS.sealed).where(_SECRETS.account_id == bindparam("account"))
_TOKEN = sa_select(_TOKENS.sealed, _TOKENS.expires_at).where(_TOKENS.account_id == bindparam("account"))
_TURN = sa_select(_TOKENS.sealed, _TOKENS.expires_at, _TOKENS.renewing_until).where(
    _TOKENS.account_id == bindparam("account")
)
_TAKEN = (
    update(StoredToken.__table__)  # type: ignore[attr-defined]
    .where(_TOKENS.account_id == bindparam("account"))
    .values(renewing_until=bindparam("until"), sealed="", expires_at=None)
)
_UPLOAD = sa_select(_UPLOADS.remote).where(
    _UPLOADS.account_id == bindparam("account"), _UPLOADS.digest == bindparam("digest")
)
_LIES = (
    update(Upload.__table__)  # type: ignore[attr-defined]
    .where(_UPLOADS.account_id == bindparam("account"), _UPLOADS.digest == bindparam("name"))
    .values(remote=bindparam("there"))
)
_GIVEN_BACK = (
    update(StoredToken.__table__)  # type: ignore[attr-defined]
    .where(_TOKENS.account_id == bindparam("account"), _TOKENS.renewing_until == bindparam("until"))
    .values(renewing_until=None)
)
_RENEWED = _GIVEN_BACK.values(sealed=bindparam("_to_sealed"), expires_at=bindparam("_to_expires_at"))
_MINE = (_COUNTS.account_id == bindparam("account"), _COUNTS.call == bindparam("name"))
_COUNT = sa_select(_COUNTS.since, _COUNTS.used).where(*_MINE)
_ALL_COUNTS = sa_select(_COUNTS.call, _COUNTS.since, _COUNTS.used).where(_COUNTS.account_id == bindparam("account"))
_ONE_MORE = (
    update(CallCount.__table__)  # type: ignore[attr-defined]
    .where(*_MINE, _COUNTS.since >= bindparam("begun"), _COUNTS.used < bindparam("most"))
    .values(used=_COUNTS.used + 1)
)
_COUNTED = update(CallCount.__table__).where(*_MINE).values(since=bindparam("begun"), used=bindparam("more"))  # type: ignore[attr-defined]


class Vault:
    """Seals and opens. ``key``: 32 bytes; kept in a file only its owner may read."""

    def __init__(self, key: bytes) -> None:
        self._sealer = AESGCM(key)

    @classmethod
    def at(cls, path: Path) -> "Vault":
        """The vault whose key is in ``path``; a new key is made there when there is none."""
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return cls(base64.b64decode(path.read_bytes()))
        with os.fdopen(handle, "wb") as file:
            file.write(base64.b64encode(AESGCM.generate_key(256)))
        return cls(base64.b64decode(path.read_bytes()))

    def seal(self, text: str, identity: str) -> str:
        """``text`` sealed for ``identity``: it opens for no other row."""
        nonce = self._nonce(text, identity)
        return base64.b64encode(nonce + self._sealer.encrypt(nonce, text.encode(), identity.encode())).decode()

    def _nonce(self, text: str, identity: str) -> bytes:
        """Never the same twice."""
        return os.urandom(NONCE)

    def open(self, sealed: str, identity: str) -> str:
        """The text; AdministratorError when the key or the row is another one."""
        raw = base64.b64decode(sealed)
        try:
            return self._sealer.decrypt(raw[:NONCE], raw[NONCE:], identity.encode()).decode()
        except InvalidTag as error:
            raise AdministratorError("账号凭据打不开：密钥文件与数据库不相配，请换回原来的密钥文件。") from error


def keep_secrets(engine: Engine, vault: Vault, account_id: int, secrets: Mapping[str, str]) -> None:
    """``seal_secrets`` in a transaction of its own."""
    with session_scope(engine) as session:
        seal_secrets(session, vault, account_id, secrets)


def seal_secrets(session: Session, vault: Vault, account_id: int, secrets: Mapping[str, str]) -> None:
    """Seal and keep the secrets of an account; its old token and uploads are forgotten."""
    sealed = vault.seal(json.dumps(dict(secrets), sort_keys=True), f"secret:{account_id}")
    row = session.get(Secret, account_id) or Secret(account_id=account_id, sealed=sealed)
    row.sealed = sealed
    session.add(row)
    forget(session, account_id)


def forget(session: Session, account_id: int) -> None:
    """The token and the uploads of an earlier connection."""
    for kind in (StoredToken, Upload):
        session.exec(delete(kind).where(col(kind.account_id) == account_id))


def secrets_of(engine: Engine, vault: Vault, account_id: int) -> dict[str, str]:
    """The secrets of an account; AdministratorError when none were given."""
    return opened(vault, account_id, look(engine, _SECRET, account=account_id).scalar() or "")


def opened(vault: Vault, account_id: int, sealed: str) -> dict[str, str]:
    """The secrets that lie ``sealed`` in an account's row; AdministratorError when none were given."""
    if not sealed:
        raise AdministratorError("账号还没有接入：请管理员在“账号”里填写接口凭据（yigao accounts connect）。")
    found: dict[str, str] = json.loads(vault.open(sealed, f"secret:{account_id}"))
    return found


class Tokens:
    """One account's token for every worker: whoever wins the lease fetches, the others read."""

    def __init__(self, engine: Engine, vault: Vault, account_id: int, now: Callable[[], datetime]) -> None:
        self._engine, self._vault, self._id, self._now = engine, vault, account_id, now

    def read(self) -> Token | None:
        row = look(self._engine, _TOKEN, account=self._id).first()
        return self._opened(row.sealed, row.expires_at) if row else None

    def renew(self, stale: str, fetch: Callable[[], Token]) -> Token:
        """See ``TokenStore``. A token stored meanwhile is taken instead of fetching another (F09)."""
        kept = self.read()
        if kept and self._is_good(kept, stale):
            return kept
        kept, until = self._turn(stale)
        if kept:
            return kept
        try:
            token = fetch()
        except BaseException:
            self._end(until, {})
            raise
        sealed = self._vault.seal(token.value, f"token:{self._id}")
        if self._end(until, {"sealed": sealed, "expires_at": token.expires_at}):
            return token
        kept = self.read()  # we were slow, and whoever took over fetched a newer one: ours may be dead by now
        if kept is None:
            raise LaterError(_OTHER)
        return kept

    def _opened(self, sealed: str, expires_at: datetime | None) -> Token | None:
        if not sealed or expires_at is None:
            return None
        return Token(self._vault.open(sealed, f"token:{self._id}"), expires_at)

    def _is_good(self, kept: Token, stale: str) -> bool:
        return kept.value != stale and kept.expires_at > self._now()

    def _turn(self, stale: str) -> tuple[Token | None, datetime]:
        """A token somebody stored meanwhile, else the right to fetch, until then. The stale one is forgotten, so
        nobody uses it again while the next is on its way."""
        now = self._now()
        with session_scope(self._engine) as session:
            row = ask(session, _TURN, account=self._id).first()
            kept = self._opened(row.sealed, row.expires_at) if row else None
            if kept and self._is_good(kept, stale):
                return kept, now
            if row and row.renewing_until and row.renewing_until > now:
                raise LaterError(_OTHER)
            until = now + REFRESH_LEASE
            if row:
                ask(session, _TAKEN, account=self._id, until=until)
            else:
                enter(session, StoredToken, account_id=self._id, renewing_until=until)
        return None, until

    def _end(self, until: datetime, values: Mapping[str, object]) -> bool:
        """Give the right back, with what came of it; False when it was somebody else's by now."""
        given = {f"_to_{name}": value for name, value in values.items()}
        return put(self._engine, _RENEWED if values else _GIVEN_BACK, account=self._id, until=until, **given) == 1


class Uploads:
    """What lies on the platform already, for one account."""

    def __init__(self, engine: Engine, account_id: int) -> None:
        self._engine, self._id = engine, account_id

    def get(self, digest: str) -> str:
        return look(self._engine, _UPLOAD, account=self._id, digest=digest).scalar() or ""

    def put(self, digest: str, remote: str) -> None:
        with session_scope(self._engine) as session:
            if not ask(session, _LIES, account=self._id, name=digest, there=remote).rowcount:
                enter(session, Upload, account_id=self._id, digest=digest, remote=remote)

    def forget(self, digest: str) -> None:
        with session_scope(self._engine) as session:
            row = session.get(Upload, (self._id, digest))
            if row:
                session.delete(row)


class Calls:
    """Counts an account's calls in the windows of its platform, keeping a reserve for look-ups."""

    def __init__(
        self, engine: Engine, account_id: int, allowed: Sequence[Allowance], now: Callable[[], datetime]
    ) -> None:
        self._engine, self._id, self._allowed, self._now = engine, account_id, allowed, now

    def spend(self, call: str, *, reserve: bool = False) -> None:
        """See ``Budget``."""
        mine = [one for one in self._allowed if one.call in (call, "*")]
        if len(mine) == 1 and put(self._engine, _ONE_MORE, **self._one_more(mine[0], reserve=reserve)):
            return
        if mine:
            with session_scope(self._engine) as session:
                for one in mine:
                    self._spend(session, one, self._one_more(one, reserve=reserve))

    def _one_more(self, allowed: Allowance, *, reserve: bool) -> Mapping[str, Any]:
        """The next call in the window of now, while there is one left."""
        most = allowed.count - (0 if reserve else allowed.reserve)
        since = window(allowed.per, self._now())
        return {"account": self._id, "name": _name(allowed), "begun": since, "most": most}

    def _spend(self, session: Session, allowed: Allowance, asked: Mapping[str, Any]) -> None:
        if ask(session, _ONE_MORE, **asked).rowcount:
            return
        name, since, ceiling = asked["name"], asked["begun"], asked["most"]
        row = ask(session, _COUNT, account=self._id, name=name).first()
        # A clock that was ahead has counted in a window to come: it is not counted anew.
        since, used = (row.since, row.used) if row and row.since >= since else (since, 0)
        if used >= ceiling:
            words = f"接口“{allowed.call}”{_PER[allowed.per]}的 {ceiling} 次已经用完，到时自动继续。"
            raise QuotaError(words, window_end(allowed.per, window(allowed.per, self._now())), name)
        if row:
            ask(session, _COUNTED, account=self._id, name=name, begun=since, more=used + 1)
        else:
            enter(session, CallCount, account_id=self._id, call=name, since=since, used=used + 1)

    def left(self) -> dict[str, int]:
        """What is left in the windows of now, by call and window ("draft/add:day"), the reserve included."""
        rows = look(self._engine, _ALL_COUNTS, account=self._id)
        return left_of(self._allowed, {row.call: (row.since, row.used) for row in rows}, self._now())


def left_of(allowed: Sequence[Allowance], counts: Mapping[str, tuple[datetime, int]], now: datetime) -> dict[str, int]:
    """What is left in the windows of ``now``, by call and window. ``counts``: since when how many were made."""
    found, begun = {}, {per: window(per, now) for per in {one.per for one in allowed}}
    for one in allowed:
        since, used = counts.get(_name(one), (begun[one.per], 0))
        found[_name(one)] = one.count - (used if since >= begun[one.per] else 0)
    return found


_PER: Mapping[Per, str] = {"minute": "这一分钟", "hour": "这一小时", "day": "今天", "month": "本月"}
_ZONE = timedelta(hours=8)  # Asia/Shanghai has no summer time


def _name(allowed: Allowance) -> str:
    return f"{allowed.call}:{allowed.per}"


def window(per: Per, now: datetime) -> datetime:
    """When the window that ``now``, of any zone, lies in began, by Asia/Shanghai, in UTC."""
    local = (utc(now) + _ZONE).replace(second=0, microsecond=0)
    if per != "minute":
        local = local.replace(minute=0)
    if per in ("day", "month"):
        local = local.replace(hour=0)
    if per == "month":
        local = local.replace(day=1)
    return local - _ZONE


def window_end(per: Per, since: datetime) -> datetime:
    """When the window that began ``since`` ends."""
    if per == "month":
        return window("month", since + timedelta(days=32))
    return since + {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}[per]
