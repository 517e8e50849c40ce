"""How an account with an interface is spoken for: what a platform folder offers beside rendering.

    stage     nothing readers can see; each remote creation is looked up before it is repeated
    publish   the one step readers see; never blindly repeated
    confirm   read only: what became of an accepted task
    look_up   read only: is it there, under our key or by its content
    withdraw  take one item back

A transport raises the errors of ``channels.contract`` and nothing else. The rule that decides everything: a
request that may have changed the platform and whose answer is not a clear yes or a clear no is
``UnknownOutcome``, never ``LaterError``.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal, Protocol, runtime_checkable

from channels.contract import LaterError
from channels.values import Fills, Rendition

Per = Literal["minute", "hour", "day", "month"]


@dataclass(frozen=True, slots=True)
class Token:
    """An access token and when the platform will refuse it (aware, UTC)."""

    value: str
    expires_at: datetime


class TokenStore(Protocol):
    """The token of one account, shared by every worker."""

    def read(self) -> Token | None:
        """The token as stored, fresh or not."""
        ...

    def renew(self, stale: str, fetch: Callable[[], Token]) -> Token:
        """The token to use instead of ``stale``: one that somebody stored meanwhile, else a fetched one.
        One refresher at a time; LaterError while another one is at it."""
        ...


class UploadMap(Protocol):
    """What was uploaded to one account already: asset hash → the platform's name or address for it."""

    def get(self, digest: str) -> str: ...

    def put(self, digest: str, remote: str) -> None: ...

    def forget(self, digest: str) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """How often an account may make a call ("*" = all together) in a window of the platform's clock
    (Asia/Shanghai). ``reserve``: so many are kept back for look-ups and withdrawals. ``a_post``: how many one
    publication costs, ``a_push`` how many one push to followers (群发) costs: what planning counts with. ``title``:
    what the call is for, in Chinese, "" for one nobody need know."""

    call: str
    count: int
    per: Per = "day"
    reserve: int = 0
    a_post: int = 0
    a_push: int = 0
    source: str = ""
    title: str = ""


class Budget(Protocol):
    """The calls an account may still make."""

    def spend(self, call: str, *, reserve: bool = False) -> None:
        """Count one call; LaterError with the time of the reset when none is left. ``reserve``: the call is a
        look-up or a withdrawal and may use what is kept back for these."""
        ...


class Http(Protocol):
    """An ``httpx.Client`` as far as transports use it; its base address is the platform's (or a sandbox's)."""

    @property
    def request(self) -> "Callable[..., Response]": ...


class Response(Protocol):
    """An ``httpx.Response`` as far as transports use it."""

    @property
    def status_code(self) -> int: ...

    @property
    def content(self) -> bytes: ...

    @property
    def headers(self) -> Mapping[str, str]: ...


@dataclass(frozen=True)
class Credential:
    """What speaks for one account: its secrets, the wire, and what all workers share about it."""

    account: str
    secrets: Mapping[str, str] = field(repr=False)
    http: Http = field(repr=False)
    tokens: TokenStore = field(repr=False)
    uploads: UploadMap = field(repr=False)
    budget: Budget = field(repr=False)
    now: Callable[[], datetime] = field(repr=False)
    read: Callable[[str], bytes] = field(repr=False)
    timeout_s: float = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """A delivery in place: remote names the platform gave (draft id …), the fills, and the hash of what lies
    there. ``until``: when the platform forgets it."""

    remote: Mapping[str, str]
    fills: Fills
    sent_hash: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SentItem:
    """One story of a send as the platform knows it; ``position`` from 1."""

    position: int
    remote_id: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A clear yes. ``accepted``: a task of the platform's, ``remote_id`` asks after it; ``published``: readers
    see it; ``removed``: it was there and the platform took it away; ``refused``: it will never appear.
    ``phone``: of what is accepted and not out yet, how long after that somebody may have to agree on their phone
    (``note`` says who); zero where nobody has to."""

    state: Literal["accepted", "published", "removed", "refused"]
    remote_id: str = ""
    items: tuple[SentItem, ...] = ()
    note: str = ""
    phone: timedelta = timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """What a send is known by when the platform dropped our key: see ``channels.making.matching``."""

    key: str
    titles: tuple[str, ...]
    texts: tuple[str, ...]
    since: datetime
    remote: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a look-up saw. ``complete``: every page since then was read, so an empty answer means something.
    ``trusted``: whether an empty complete answer of this call allows a second send (a dated fact of the
    platform's); where it does not, a person decides. ``doubts``: what may be it (``making.matching``: perhaps)."""

    matches: tuple[Sent, ...] = ()
    doubts: tuple[Sent, ...] = ()
    complete: bool = True
    trusted: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What asking about an account found before its time comes. ``subject``: who the platform says it is;
    ``troubles``: Chinese sentences with the remedy; ``left``: calls left as the platform counts them; ``looked``: what
    was asked about, in Chinese; ``dies_at``: when a person must authorise the account anew (aware, UTC), None where
    nobody ever must."""

    subject: str = ""
    troubles: tuple[str, ...] = ()
    left: Mapping[str, int] = field(default_factory=dict)
    looked: tuple[str, ...] = ()
    dies_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What readers see of one story of a send now. ``state``: live; gone (deleted by us or by hand); blocked (taken
    away by the platform). ``title`` and ``text`` as the platform gives them back, "" where it does not."""

    position: int
    state: Literal["live", "gone", "blocked"]
    title: str = ""
    text: str = ""
    address: str = ""


@runtime_checkable
class Transport(Protocol):
    """One way to one platform. ``visibility``: how long a publication may be missing from the platform's lists."""

    visibility: timedelta

    def allowances(self, secrets: Mapping[str, str]) -> tuple[Allowance, ...]:
        """The calls this account may make; may depend on its kind."""
        ...

    def stage(
        self, rendition: Rendition, fills: Fills, key: str, credential: Credential, *, push: bool = False
    ) -> Staged:
        """``push``: as a push to followers (群发) where the platform tells that from publishing; it is
        remembered in ``Staged.remote``. StoryError where it cannot be pushed."""
        ...

    def publish(self, rendition: Rendition, staged: Staged, key: str, credential: Credential) -> Sent: ...

    def confirm(self, sent: Sent, credential: Credential) -> Sent: ...

    def look_up(self, fingerprint: Fingerprint, credential: Credential) -> Found: ...

    def withdraw(self, sent: Sent, position: int, key: str, credential: Credential) -> Sent:
        """Take the ``position``-th story off; "removed" when it is gone, also when it was gone before, so it may be
        repeated. CannotError where the platform does not delete."""
        ...

    def check(self, credential: Credential) -> Health:
        """Token, permission, IP list, quota, identity: read only, nothing is spent that a release needs.
        Never raises for a trouble of the account's: troubles are what it is asked for."""
        ...


@dataclass(frozen=True, slots=True)
class SecretField:
    """One thing an account is connected with. ``label`` is Chinese and says where to find it. ``is_subject``: what
    the platform knows the account by; no two of our accounts may have the same (F38). ``choices``: all that may be
    said, each with its Chinese word. ``is_setting``: allowances depend on it, so it is kept among the account's
    settings too, where what is planned is counted without opening a secret."""

    name: str
    label: str
    is_secret: bool = True
    default: str = ""
    is_subject: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    is_setting: bool = False

    def chosen(self, said: str) -> str | None:
        """What ``said`` means, by itself or by its word; None where it is not one of the choices."""
        if not self.choices:
            return said
        return next((one for one, word in self.choices if said in (one, word)), None)


@runtime_checkable
class Connected(Protocol):
    """A channel with an interface: its transport, what connecting an account asks for (besides ``base``, the
    platform's address), the platform's real address, and its sandbox (``channels.making.sandbox.Sandbox``;
    imported only when asked for)."""

    transport: Transport
    secret_fields: tuple[SecretField, ...]
    base: str

    def sandbox(self) -> type: ...


@runtime_checkable
class Reads(Protocol):
    """A transport that can say what became of a publication: read only, from what is kept back for look-ups."""

    def read(self, sent: Sent, credential: Credential) -> tuple[Standing, ...]:
        """One standing a story of ``sent``, whose items name all of its stories, by position. LaterError while it
        cannot be asked; CannotError where the platform does not tell: a person must look."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Readership:
    """How many people read one story of a send, as the platform counted them to the end of the day ``until`` (of its
    own clock)."""

    position: int
    count: int
    until: date


@runtime_checkable
class Counts(Protocol):
    """A transport whose platform tells how many read a publication: read only, from what is kept back for look-ups."""

    def counted(self, sent: Sent, at: datetime, credential: Credential) -> tuple[Readership, ...]:
        """One a story of ``sent``, which was published at ``at``. LaterError while there is no number yet; CannotError
        where the platform does not tell: somebody must look in its console."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One publication as the account's own list shows it: a title, text and address a story, in order ("" where the
    list gives none). ``keys``: the delivery keys it carries, as far as these were looked for."""

    remote_id: str
    at: datetime
    titles: tuple[str, ...]
    texts: tuple[str, ...]
    addresses: tuple[str, ...]
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """What an account publicly holds, newest first. ``complete``: every page since then was read, so what is not
    among it is not there."""

    rows: tuple[Listed, ...] = ()
    complete: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRule:
    """The interface a list comes from, as dated data. ``leaves_out``: what it does not show (Chinese), "" for nothing
    known; ``test`` trips it."""

    call: str
    leaves_out: str
    source: str
    read_on: str
    confidence: Literal["doc", "client", "unverified"]
    test: str


@runtime_checkable
class Lists(Protocol):
    """A transport whose platform lists what an account publicly holds: read only."""

    listing: ListRule

    def listed(self, since: datetime, known: Collection[str], credential: Credential) -> Holdings:
        """Every publication since then, page by page. ``known``: numbers that need no closer look: for what keys they
        carry no call is spent. LaterError while it cannot be asked."""
        ...


@runtime_checkable
class Drafts(Protocol):
    """A transport whose platform keeps what was staged as a draft, which a person may publish in its console."""

    def has_draft(self, staged: Staged, credential: Credential) -> bool:
        """Whether it still lies there; LaterError while it cannot be asked."""
        ...


@runtime_checkable
class Discards(Protocol):
    """A transport whose platform lets a draft be thrown away."""

    def discard(self, staged: Staged | None, key: str, credential: Credential) -> bool:
        """Throw away what was put in place: by the name it was given, else what carries ``key``. True: it lay there;
        False: nothing of it lies there. Done again it changes nothing."""
        ...


@runtime_checkable
class Amends(Protocol):
    """A transport whose platform lets a publication be changed in place."""

    def amend(
        self, rendition: Rendition, fills: Fills, sent: Sent, position: int, key: str, credential: Credential
    ) -> Sent:
        """Put the ``position``-th story's new bytes in the old one's place; "accepted" while the platform reviews
        them. CannotError where it is too late, or too much, for the platform's rule."""
        ...


@runtime_checkable
class Remarks(Protocol):
    """A transport that can say a sentence under a publication (留言、评论)."""

    def remark(self, text: str, sent: Sent, position: int, key: str, credential: Credential) -> Sent:
        """``text`` under the ``position``-th story; looked for by its words before it is repeated. ``remote_id`` of
        the answer is the remark's own. CannotError where there is nothing to say it under."""
        ...


@runtime_checkable
class Previews(Protocol):
    """A transport whose platform shows what is in place to one person alone."""

    def stage(
        self, rendition: Rendition, fills: Fills, key: str, credential: Credential, *, push: bool = False
    ) -> Staged: ...

    def preview(self, rendition: Rendition, staged: Staged, to: str, credential: Credential) -> None:
        """Show it to the person the platform knows as ``to``."""
        ...


@dataclass(frozen=True, slots=True)
class Heard:
    """What a platform told us unasked: the ``answer`` it expects, and the remote ids (``Sent.remote_id``) worth
    asking after now. An event never decides anything: it only wakes the question."""

    answer: str = "success"
    remote_ids: tuple[str, ...] = ()


@runtime_checkable
class Hears(Protocol):
    """A transport whose platform calls back. AdministratorError for anything not signed by the platform."""

    def hear(
        self,
        query: Mapping[str, str],
        headers: Mapping[str, str],
        body: bytes,
        secrets: Mapping[str, str],
        now: datetime,
    ) -> Heard: ...


class QuotaError(LaterError):
    """No calls are left; ``until`` is when there are again."""

    def __init__(self, sentence: str, until: datetime, cause: str = "") -> None:
        super().__init__(sentence, cause)
        self.until = until
