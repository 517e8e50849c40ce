"""What the page 写与看 needs from above, handed in as one value: no database, no global app."""

from collections.abc import Callable, Collection, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from flask import g, has_app_context
from sqlmodel import col, select

from assets.fetch import Fetched, FetchError
from assets.pictures import Pictures
from channels.values import Profile
from cms.checks import WordList
from cms.checks.links import Get, Why
from cms.db import read_scope
from cms.library import LibraryDesk
from cms.matrix import Unit
from cms.people import PeopleDesk, Scope
from cms.recalls import MayCall
from cms.releases.pushes import Order
from cms.web import signed
from cms.web.galley import Galley

ORDER = ("site", "wechat", "weibo", "toutiao", "feed", "shipinhao", "douyin")
SHANGHAI = ZoneInfo("Asia/Shanghai")
LARGEST = 2**31 - 1  # what PostgreSQL holds as the number of a row


def _ask_nobody(_addresses: Collection[str]) -> Mapping[str, str] | None:
    return None


def _fetch_nothing(address: str) -> Fetched:
    raise FetchError(f"{address}：这里没有联网，取不回来。")


def _holds_nothing(_slug: str, _digest: str) -> bool:
    return False


def _nowhere() -> str:
    return ""


def _today() -> date:
    return datetime.now(SHANGHAI).date()


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Writer:
    """Who saves: their login, how far they reach, and the unit a new story of theirs belongs to."""

    login: str
    scope: Scope
    unit_id: int
    unit: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of a package: ``path`` leads to it there."""

    path: str
    alt: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class ByHand:
    """What somebody posts by hand: one story of a delivery, in the fields of its platform.

    ``copies``: (name, label, words) to copy one by one; ``body``: its file of the formatted text, "" without one.
    """

    platform: str
    console: str
    steps: tuple[str, ...]
    copies: tuple[tuple[str, str, str], ...]
    body: str
    pictures: tuple[Picture, ...]
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Instruction:
    """处置说明: what an order asks of whoever has a package. ``what``: 要撤下, 要更正, 已解除; ``lines``: label (or "")
    and words; ``brings_text``: whether the corrected text lies in the package."""

    remedy: int
    title: str
    what: str
    lines: tuple[tuple[str, str], ...]
    brings_text: bool


@dataclass(frozen=True, slots=True)
class Compared:
    """How far the comparison of a correction with what stands there is: ``done`` of ``total`` copies. ``same``: the
    items whose readers would see no difference."""

    done: int
    total: int
    same: frozenset[int]

    @property
    def is_over(self) -> bool:
        return self.done >= self.total


@dataclass(frozen=True, slots=True)
class Quota:
    """How often an account may make a call, and how often it still may. ``title``: what it is for; ``per``: minute,
    hour, day, month."""

    title: str
    per: str
    count: int
    left: int


@dataclass(frozen=True, slots=True)
class Held:
    """How one account is connected, as far as it may be shown. ``known``: what is no secret, by field; ``kept``: the
    fields a secret is kept for; ``quotas``: the scarcest first; ``rests``: why it rests, "" when it does not."""

    base: str = ""
    known: Mapping[str, str] = field(default_factory=dict)
    kept: frozenset[str] = frozenset()
    quotas: Sequence[Quota] = ()
    rests: str = ""


@dataclass(frozen=True, slots=True)
class Rechecked:
    """A scheduled story a new word list says something else about: what comes and what goes, in sentences."""

    slug: str
    headline: str
    release: int
    come: tuple[str, ...]
    gone: tuple[str, ...]
    is_blocked: bool


class Press(Protocol):
    """What only the press room can do for a person at a desk. Each call is done when it returns, or raises an error
    of its room with a Chinese sentence."""

    # 写稿
    def to_phone(self, slug: str, account: str, to: str, by: str) -> None: ...

    # 词表
    def foresee_words(self, made: WordList) -> Sequence[Rechecked]: ...
    def take_words(self, made: WordList, file: str, by: str, *, hold: bool) -> tuple[int, int]: ...

    # 发布那天
    def told_of_moving(self, times: Sequence[tuple[int, datetime]]) -> tuple[str, Sequence[str]]: ...
    def rights_changed(self, asset_hash: str) -> int: ...

    # 一份投递
    def retry(self, delivery: int, by: str, reason: str, *, is_absent: bool) -> None: ...
    def cancel(self, delivery: int, by: str, reason: str, *, is_absent: bool) -> None: ...
    def adopt(self, delivery: int, addresses: Sequence[str], by: str, reason: str) -> bool: ...
    def package(self, delivery: int) -> Sequence[ByHand]: ...
    def package_file(self, delivery: int, path: str) -> bytes: ...
    def instructions(self, delivery: int) -> Sequence[Instruction]: ...

    # 单独编辑
    def cut(self, slug: str, channel: str, by: str) -> None: ...
    def save_own(self, slug: str, channel: str, text: str, by: str, upon: str | None, base: int | None) -> str: ...
    def follow(self, slug: str, channel: str, by: str) -> None: ...

    # 组稿
    def compose(self, order: Order, by: str, reason: str) -> int: ...

    # 更正、撤稿
    def order_correction(
        self, slug: str, reason: str, notice: str, by: str, prefer: Mapping[str, str], prefer_why: str = ""
    ) -> int: ...
    def compare(self, slug: str) -> Compared: ...
    def order_retraction(self, slug: str, reason: str, notice: str, by: str) -> int: ...
    def approve(self, recall: int, by: str, opinion: str) -> Sequence[str]: ...
    def report(self, recall: int, may_call: MayCall) -> str: ...
    def report_pdf(self, recall: int) -> bytes: ...

    # 账号
    def held(self, account: int) -> Held: ...
    def scarcest(self, accounts: Sequence[int]) -> Mapping[int, Quota]: ...
    def connect(self, account: int, said: Mapping[str, str], base: str, by: str) -> None: ...
    def connect_stand_in(self, account: int, address: str, by: str) -> None: ...
    def disconnect(self, account: int, by: str, reason: str) -> None: ...
    def inquire(self, account: int, by: str) -> None: ...
    def is_inquiring(self, account: int) -> bool: ...

    # 样式
    def relook(self, units: Sequence[str]) -> None: ...
    def relooked_late(self) -> Set[str]: ...

    # 停发、快讯、灰度
    def retime(self, times: Mapping[int, datetime], by: str, reason: str) -> Sequence[str]: ...
    def flash(self, title: str, text: str, targets: Sequence[str], expires: str, by: str) -> int: ...
    def issue_flash(self, release: int, by: str, opinion: str) -> None: ...
    def grey_since(self) -> datetime | None: ...
    def switch_grey(self, is_grey: bool, by: str, reason: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Desk:
    """The desk's doors: ``profiles`` are all accounts (channel × unit, units in the order shown),
    ``folder(slug)`` where the picture paths of a story start from.

    ``saved_at(slug, scope)`` gives when a story was saved last, in UTC, None where it is somebody else's or thrown
    away; ``load(slug, scope)`` the Markdown of the newest revision, KeyError when there is none or it is somebody
    else's; ``save(slug, text, writer, upon)`` keeps a new revision and gives its number, KeyError where the story or
    the name is not theirs, StaleError when the newest text is not the one marked ``upon`` (None: whatever it is);
    ``is_theirs(slug, scope)`` says whether a story's folder is, or could be, theirs; ``holds(slug, digest)`` whether
    the story may name these bytes of the store by their hash. ``load`` and ``save`` may raise a ChannelError: its
    sentence is shown. ``press`` does what only the press room can. ``secret`` signs the form tokens and the addresses
    of pictures; ``https`` turns on secure cookies and HSTS. ``links`` asks whether addresses open
    (``cms.checks.links``), ``fetch`` brings what lies at one. ``home`` says where people reach the newsroom, such as
    "https://xinwen.example.cn"; "" where nobody has said it.
    """

    pictures: Pictures
    profiles: Sequence[Profile]
    folder: Callable[[str], Path]
    saved_at: Callable[[str, Scope], datetime | None]
    load: Callable[[str, Scope], str]
    save: Callable[[str, str, Writer, str | None], int]
    is_theirs: Callable[[str, Scope], bool]
    people: PeopleDesk
    secret: str
    press: Press
    https: bool = False
    galley: Galley | None = None
    library: LibraryDesk | None = None
    holds: Callable[[str, str], bool] = _holds_nothing
    links: Why = _ask_nobody
    fetch: Get = _fetch_nothing
    home: Callable[[], str] = _nowhere
    today: Callable[[], date] = _today
    now: Callable[[], datetime] = _now

    def shown_to(self, unit: str) -> Callable[[str], str]:
        """Where the people of ``unit`` (its slug) are shown a picture of the store, by its hash; for what was found in
        their reach, and for nothing else (``cms.web.signed``)."""
        return lambda digest: signed.address(self.secret, digest, unit)

    def units(self, scope: Scope) -> list[tuple[str, str]]:
        """(slug, short name) of every unit of ``scope`` that has an account, in order."""
        names = dict.fromkeys((one.unit, one.unit_short) for one in self.profiles)
        return [one for one in names if scope.is_everywhere or one[0] in scope.slugs]

    def looks(self, scope: Scope) -> list[tuple[str, str]]:
        """(slug, short name) of every unit on whose accounts somebody looks at a story of theirs: their own; and where
        a unit has none itself, those below it, which are the ones its stories go to."""
        bare = scope.slugs - {one.unit for one in self.profiles}
        names = dict.fromkeys((one.unit, one.unit_short) for one in self.profiles if bare & set(one.unit_path))
        return [*self.units(scope), *(one for one in names if one[0] not in scope.slugs)]

    def unit_names(self) -> dict[int, str]:
        """The short name of every unit, by its number."""
        with read_scope(self.people.engine) as session:
            return dict(session.exec(select(Unit.id, Unit.short).order_by(col(Unit.id))).all())

    def accounts(self, unit: str) -> list[Profile]:
        """The accounts of ``unit``, in the order of the tabs."""
        return sorted((one for one in self.profiles if one.unit == unit), key=lambda one: rank(one.channel))

    def channels(self) -> list[str]:
        """The channels there are accounts on: ours as people think of them, then installed ones."""
        return sorted({one.channel for one in self.profiles}, key=rank)


def rank(channel: str) -> tuple[int, str]:
    """Where a channel stands among the tabs."""
    return (ORDER.index(channel) if channel in ORDER else len(ORDER), channel)


def clock(moment: datetime) -> str:
    """``moment`` as the desk says it, Beijing time: 14:02."""
    return f"{moment.astimezone(SHANGHAI):%H:%M}"


def day(moment: datetime, now: datetime | None = None) -> str:
    """``moment`` as the list says it, Beijing time: 11月22日 14:02, with the year when it is not this one. ``now``:
    that of the page where none is given."""
    local = moment.astimezone(SHANGHAI)
    now = now or (g.get("now") if has_app_context() else None)
    is_far = now is not None and now.astimezone(SHANGHAI).year != local.year
    return f"{f'{local.year}年' if is_far else ''}{local.month}月{local.day}日 {local:%H:%M}"


def asked_time(said: str) -> datetime:
    """A moment somebody typed or picked, Beijing time unless it says otherwise; ValueError when it is none that a
    calendar on earth would show."""
    at = datetime.fromisoformat(said)
    if not 2000 <= at.year < 3000:  # the ends of datetime overflow in the first conversion
        raise ValueError(said)
    return at if at.tzinfo else at.replace(tzinfo=SHANGHAI)
