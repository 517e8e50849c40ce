"""What speaks for an account with an interface: its transport, and a credential whose every call renews the lease."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeGuard

import httpx
from sqlalchemy import Engine

from assets.store import Storage, StoreDownError
from channels import registry
from channels.contract import AdministratorError, LaterError
from channels.transport import Credential, Http, Response, Transport
from cms.matrix import Account
from cms.matrix.wires import Calls, Tokens, Uploads, Vault, secrets_of
from pipeline.clock import TimeSource

_POOL = httpx.Limits(max_connections=256, max_keepalive_connections=128)
Dial = Callable[[Account, Mapping[str, str]], Http]


class LaneLost(Exception):
    """Somebody else works on this account now: whatever was about to be sent is not sent."""


def dial(account: Account, secrets: Mapping[str, str]) -> Http:
    """A client for the platform's address among the secrets (``base``)."""
    return _client(secrets["base"])


@cache
def _client(base: str) -> httpx.Client:
    """One client an address and process: its connections are shared by all accounts and threads."""
    return httpx.Client(base_url=base, follow_redirects=False, limits=_POOL)


_transports: set[type] = set()
"""The classes seen to be transports: it is asked before every step, and takes twenty times as long as the rest."""


def _is_transport(found: object) -> TypeGuard[Transport]:
    if type(found) not in _transports:
        if not isinstance(found, Transport):
            return False
        _transports.add(type(found))
    return True


@dataclass(frozen=True)
class Wires:
    """How the house reaches platforms. ``transports`` overrides what the channels bring, by channel name."""

    engine: Engine
    vault: Vault
    store: Storage
    dial: Dial = dial
    transports: Mapping[str, Transport] = field(default_factory=dict)
    timeout_s: float = 30.0

    def transport(self, channel: str) -> Transport:
        """The interface of a channel; AdministratorError when it has none."""
        found = self.transports.get(channel) or getattr(registry.get(channel), "transport", None)
        if not _is_transport(found):
            raise AdministratorError(f"渠道 {channel} 没有接口，请把账号改回人工代发。")
        return found

    def credential(self, account: Account, now: TimeSource, hold: Callable[[], None]) -> Credential:
        """What speaks for ``account``; ``hold`` is called before every request and raises when it must not go."""
        secrets = secrets_of(self.engine, self.vault, account.id)
        transport = self.transport(account.channel)
        return Credential(
            account=account.key,
            secrets=secrets,
            http=Held(self.dial(account, secrets), hold),
            tokens=Tokens(self.engine, self.vault, account.id, now),
            uploads=Uploads(self.engine, account.id),
            budget=Calls(self.engine, account.id, transport.allowances(secrets), now),
            now=now,
            read=self._read,
            timeout_s=self.timeout_s,
        )

    def _read(self, digest: str) -> bytes:
        """The bytes of an asset; LaterError while the store cannot be reached: nothing was sent yet."""
        try:
            return self.store.get(digest)
        except StoreDownError as error:
            raise LaterError(str(error)) from error


class Held:
    """A client that makes sure of the lease before every request: a worker that lost it sends nothing."""

    def __init__(self, http: Http, hold: Callable[[], None]) -> None:
        self._http, self._hold = http, hold

    def request(self, method: str, url: str, **options: Any) -> Response:
        self._hold()
        return self._http.request(method, url, **options)
