"""The contract every channel keeps, and the tree of errors.

    ChannelError
    ├── StoryError        fix the story (编辑改稿)
    ├── LaterError        try again later (稍后自动重试)
    ├── UnknownOutcome    ask the platform before anything else (先查询平台)
    ├── AdministratorError  call an administrator (请管理员处理)
    │   └── AccountError      the account itself: token, permission, IP list, a ban (整个账号受影响)
    └── CannotError       the platform does not let it be done: a person must (请人到平台后台处理)

A channel is a folder here, or an installed package with an entry point in the group ``yigao.channels``,
holding one object ``channel`` that satisfies ``Channel``. Rendering is pure: the same manuscripts,
profile, theme and asset bytes give the same Rendition, byte for byte.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, Protocol, runtime_checkable

from assets.pictures import Pictures
from channels.values import Cleaned, CleaningRule, Fills, Finding, Limit, Manuscript, Profile, Rendition
from themes import Theme


class ChannelError(Exception):
    """``sentence``: one Chinese sentence with the remedy; ``cause``: the technical words."""

    def __init__(self, sentence: str, cause: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.cause = cause


class StoryError(ChannelError):
    """The story must be changed before this channel can take it."""


class LaterError(ChannelError):
    """Nothing was published; the same step may be tried again later."""


class UnknownOutcome(ChannelError):
    """The platform may or may not have published: look it up, never repeat blindly."""


class RepeatedError(UnknownOutcome):
    """The platform refuses it as something it has just been sent: perhaps by ourselves, so it is looked up. Where two
    look-ups found nothing of it and it is refused so again, the platform does not take these words: a person's."""


class AdministratorError(ChannelError):
    """Credentials, permission or configuration: a person must act."""


class AccountError(AdministratorError):
    """The account cannot be used at all until a person has acted: its other deliveries are not tried."""


class CannotError(ChannelError):
    """What is out cannot be changed or taken back this way: the sentence says what a person must do, and where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mend:
    """What can be done about a copy that is out, as dated data, the preferred way first in a channel's tuple.

    ``action``: amend (in place, same address), withdraw, reissue (withdraw, then publish anew), remark (said under it),
    by_hand (a person does it in the platform's console). ``serves``: correction, retraction or both. ``words``: what
    is done, ``remains``: what readers and the house keep or lose by it (both Chinese, for the editor). ``calls``: what
    it costs of the account's allowances. ``within_days``: how long after publication the platform allows it, None =
    always; ``most``: how many characters may change, None = any: so few leave no room for the notice 更正, which our
    own pages carry; ``body_only``: nothing but the body's words, no title, cover or picture; ``once``: a copy is
    changed so one time. ``only``: where the platform tells a push to followers (群发) from publishing, which of them
    it is about. ``test`` trips it."""

    key: str
    action: Literal["amend", "withdraw", "reissue", "remark", "by_hand"]
    serves: tuple[Literal["correction", "retraction"], ...]
    words: str
    remains: str
    source: str
    read_on: str
    confidence: Literal["doc", "client", "unverified", "ours"]
    test: str
    keeps_address: bool = False
    keeps_reads: bool = False
    calls: Mapping[str, int] = field(default_factory=dict)
    within_days: int | None = None
    most: int | None = None
    body_only: bool = False
    once: bool = False
    only: Literal["", "push", "publish"] = ""

    def allows(
        self,
        kind: Literal["correction", "retraction"],
        *,
        is_push: bool,
        days: int,
        changed: int = 0,
        beyond_body: bool = False,
        is_used: bool = False,
    ) -> bool:
        """Whether the platform lets it be done about a copy sent that way, ``days`` after publication, when so many
        characters change and perhaps more than the body's words, and whether it was done about it before."""
        return (
            kind in self.serves
            and self.only in ("", "push" if is_push else "publish")
            and (self.within_days is None or days < self.within_days)
            and (self.most is None or changed <= self.most)
            and not (self.body_only and beyond_body)
            and not (self.once and is_used)
        )


@dataclass(frozen=True, slots=True)
class PackageFile:
    """One file of a handover package (代发包): a relative path and its bytes."""

    path: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Form:
    """How a channel shows one kind of block: natively or by a stated fallback (for the docs' table)."""

    form: str
    native: bool = True


@runtime_checkable
class Channel(Protocol):
    """What a platform folder offers. ``name`` is its key, ``title`` its Chinese name.

    ``transports``: any of files (our own outputs), handover, api. ``group_limit``: how many stories one
    delivery may carry. ``rules_version`` names the dated rules and code in the renderer fingerprint.
    ``mends``: what can be done about a copy that is out. ``cleanings``: what the platform does to a body, by step and
    in its order (draft, console); a rendition comes out of every one unchanged. Empty where nothing is cleaned.
    ``cleaning_rules`` says it as data. A channel may also have ``text_as``: the channel whose text it shows, ""
    always the main text; without it, it may have a text of its own (see ``channels.rendering.text_of``); and ``hosts``:
    where its articles are read, as far as a source says (see ``channels.addresses``).
    """

    name: str
    title: str
    transports: tuple[str, ...]
    group_limit: int
    rules_version: str
    limits: tuple[Limit, ...]
    mends: tuple[Mend, ...]
    forms: Mapping[str, Form]
    cleaning_rules: tuple[CleaningRule, ...]
    cleanings: Mapping[str, Callable[[str], Cleaned]]

    def render(self, manuscripts: Sequence[Manuscript], profile: Profile, theme: Theme, assets: Pictures) -> Rendition:
        """The rendition of ``manuscripts`` (already resolved for the profile) for one account.

        Pure. Raises StoryError when the story has no form here (never for a length: that is check's)."""
        ...

    def check(self, rendition: Rendition, profile: Profile, on_date: date) -> list[Finding]:
        """Findings by the limits in force on ``on_date``. Pure."""
        ...

    def package(
        self, rendition: Rendition, profile: Profile, fills: Fills, assets: Pictures
    ) -> tuple[PackageFile, ...]:
        """The rendition as files, slots filled: what a person posts by hand, what an export shows.

        ``fills``: values by story and slot id (text, unescaped); a picture slot without a fill gets
        a path relative to the package."""
        ...
