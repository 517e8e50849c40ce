"""One account's credential against the sandbox in process, on a clock the test moves; stores in memory."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from assets.store import MemoryStore
from channels.douyin.api import DouyinTransport
from channels.douyin.sandbox import DouyinSandbox
from channels.making.sandbox import Book, Fault, Faults, InProcess
from channels.transport import Credential, Fingerprint, Sent, Staged, Token
from channels.values import Rendition
from tests.douyin.film import rendition

NOW = datetime(2026, 11, 18, 1, 0, tzinfo=UTC)
KEY = "abcdefghij234567klmn"
TEXT = "海拔4410米，拉索接住“宇宙来信”\n一万多个探测器，等的是一粒光。\n#高海拔宇宙线"


@dataclass
class Tokens:
    """A token store of one process."""

    kept: Token | None = None

    def read(self) -> Token | None:
        return self.kept

    def renew(self, stale: str, fetch: Callable[[], Token]) -> Token:
        self.kept = fetch()
        return self.kept


class Uploads(dict[str, str]):
    """An upload map of one process."""

    def get(self, digest: str, default: Any = "") -> str:
        return super().get(digest, default)

    def put(self, digest: str, remote: str) -> None:
        self[digest] = remote

    def forget(self, digest: str) -> None:
        self.pop(digest, None)


class Boundless:
    """A budget nobody counts: the platform documents no figure."""

    def spend(self, call: str, *, reserve: bool = False) -> None:
        return


@dataclass
class Wired:
    """The account, its platform, and the clock of both."""

    sandbox: DouyinSandbox
    store: MemoryStore
    credential: Credential
    moment: list[datetime]
    transport: DouyinTransport = field(default_factory=DouyinTransport)

    @property
    def now(self) -> datetime:
        return self.moment[0]

    def later(self, **by: float) -> None:
        self.moment[0] += timedelta(**by)

    def strike(self, action: str, method: str = "*", **how: Any) -> None:
        self.sandbox.faults.add(Fault(action, method=method, **how))

    def calls(self) -> list[str]:
        """The calls so far that reached the platform, by name."""
        return [one[2] for one in self.sandbox.book.calls()]

    def rendition(self, text: str = TEXT, clip: bytes | None = None) -> Rendition:
        return rendition(self.store, "douyin:chengdu", "s", text, clip)

    def stage(self, text: str = TEXT, clip: bytes | None = None) -> tuple[Rendition, Staged]:
        made = self.rendition(text, clip)
        return made, self.transport.stage(made, {}, KEY, self.credential)

    def publish(self, text: str = TEXT) -> Sent:
        made, staged = self.stage(text)
        return self.transport.publish(made, staged, KEY, self.credential)

    def with_secrets(self, **secrets: str) -> "Wired":
        given = {**self.credential.secrets, **secrets}
        return replace(self, credential=replace(self.credential, secrets=given, tokens=Tokens()))

    def asked_for(self, text: str = TEXT) -> Fingerprint:
        return Fingerprint(key=KEY, titles=(text[:30],), texts=(text,), since=self.now)


def wired(*faults: Fault) -> Wired:
    moment, store = [NOW], MemoryStore()

    def now() -> datetime:
        return moment[0]

    sandbox = DouyinSandbox(Book(), now, faults=Faults(faults), sleep=lambda seconds: None)
    credential = Credential(
        account="douyin:chengdu", secrets=sandbox.open_account("douyin:chengdu"),
        http=httpx.Client(transport=InProcess(sandbox), base_url="http://douyin"),
        tokens=Tokens(), uploads=Uploads(), budget=Boundless(), now=now, read=store.get,
    )  # fmt: skip
    return Wired(sandbox, store, credential, moment)
