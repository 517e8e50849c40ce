"""How every account of a scope stands: how it is served, whether it works, and the one thing to do about it.

From rows alone, in a handful of statements; a platform is asked by the press room.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import bindparam
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, func, select

from channels import registry
from channels.transport import Connected
from cms.db import ask
from cms.matrix import Account, Unit, sandboxed
from cms.matrix.health import AccountCheck
from cms.people import Scope
from cms.releases.boards import COMING
from cms.releases.rows import Delivery, Lane, Release

STATES: Mapping[str, tuple[str, str]] = {
    "api": ("good", "已接入"),
    "sandbox": ("sand", "沙箱"),
    "idle": ("idle", "尚未接入 · 沙箱"),
    "none": ("off", "未接入"),
    "hand": ("hand", "人工代发"),
    "own": ("good", "自家发布"),
}
"""How an account is served: its tone and its name. ``idle``: it leads to the sandbox and nobody ever asked whether it
works; nothing of a reader's hangs on it, so it waits for nobody."""
AHEAD = timedelta(days=14)
"""So long before an authorisation ends somebody is asked to renew it: people have to be found who may."""
STEPS: Mapping[str, str] = {"check": "现在检查", "renew": "换凭据", "see": "去处理", "connect": "接入"}
# Rows, not objects: a province of two hundred counties has fifteen hundred accounts.
_ACCOUNT, _UNIT = Account.__table__.c, Unit.__table__.c  # type: ignore[attr-defined]
_LANE, _CHECK = Lane.__table__.c, AccountCheck.__table__.c  # type: ignore[attr-defined]
_ROWS = (
    sa_select(
        *(_ACCOUNT[name] for name in ("id", "key", "channel", "unit_id", "name", "transport", "subject")),
        _UNIT.short.label("unit"),
        _UNIT.slug.label("slug"),
    )
    .where(_ACCOUNT.unit_id == _UNIT.id)
    .order_by(_UNIT.id, _ACCOUNT.id)
)
_CHECKS = sa_select(_CHECK.account_id, _CHECK.at, _CHECK.troubles, _CHECK.dies_at)
_RESTING = sa_select(_LANE.account_id, _LANE.reason, _LANE.rests_until).where(_LANE.rests_until > bindparam("now"))


@dataclass(frozen=True, slots=True)
class Known:
    """An account as far as a list needs it: there may be thousands."""

    id: int
    key: str
    channel: str
    unit_id: int
    name: str
    transport: str
    subject: str | None


@dataclass(frozen=True, slots=True)
class Stands:
    """One account. ``state``: one of ``STATES``; ``tone`` and ``words``: how it does, "" where nothing can be said;
    ``step``: the one next thing, a key of ``STEPS``, "" where nothing is to be done. ``until``: a moment ``words``
    are about."""

    account: Known
    unit: str
    unit_slug: str
    state: str
    tone: str = ""
    words: str = ""
    step: str = ""
    until: datetime | None = None

    @property
    def needs(self) -> bool:
        """Whether it waits for somebody."""
        return self.tone in ("bad", "wait")

    @property
    def is_connected(self) -> bool:
        return self.state in ("api", "sandbox", "idle")

    @property
    def is_sandboxed(self) -> bool:
        return self.state in ("sandbox", "idle")


@dataclass(frozen=True, slots=True)
class Planned:
    """What is still to go out on an account: how many, of which so many lie as drafts on the platform; the soonest."""

    count: int
    drafts: int
    soonest: Sequence[tuple[str, datetime]]


def all_of(session: Session, scope: Scope, now: datetime, account_id: int | None = None) -> list[Stands]:
    """Every account of a scope, unit by unit; or the one of that number, if it is in the scope."""
    query = _ROWS.where(scope.over(Account.unit_id))
    if account_id is not None:
        query = query.where(_ACCOUNT.id == account_id)
    found = {one.account_id: one for one in ask(session, _CHECKS)}
    resting = {one.account_id: one for one in ask(session, _RESTING, now=now)}
    stand_ins = sandboxed.numbers(session)
    return [
        _stands(Known(*one[:7]), one.unit, one.slug, one.id in stand_ins, found.get(one.id), resting.get(one.id), now)
        for one in ask(session, query)
    ]


def _stands(account: Known, unit: str, slug: str, is_stand_in: bool, found: Any, rests: Any, now: datetime) -> Stands:
    """``found``, ``rests``: the rows of the last check and of the lane, None where there is none."""
    if account.transport != "api":
        state = "own" if account.transport == "files" else "none" if is_able(account.channel) else "hand"
        return Stands(account, unit, slug, state, step="connect" if state == "none" else "")
    if is_stand_in and found is None and rests is None:
        return Stands(account, unit, slug, "idle", step="connect")
    state = "sandbox" if is_stand_in else "api"
    return Stands(account, unit, slug, state, *_health(found, rests, now))


def _health(found: Any, rests: Any, now: datetime) -> tuple[str, str, str, datetime | None]:
    """Tone, words, next step, and the moment the words are about."""
    if found is not None and found.troubles:
        return "bad", found.troubles[0], "see", found.at
    if found is not None and found.dies_at is not None and found.dies_at <= now:
        return "bad", "授权已到期，发不出去了", "renew", found.dies_at
    if rests is not None:
        return "bad", f"连续失败，暂歇中：{rests.reason}", "check", rests.rests_until
    if found is None:
        return "wait", "还没有检查过", "check", None
    if found.dies_at is not None and found.dies_at <= now + AHEAD:
        return "wait", "授权快到期", "renew", found.dies_at
    return "good", "正常", "", found.at


@cache
def is_able(channel: str) -> bool:
    """Whether accounts of this channel can be given an interface."""
    return isinstance(registry.all_channels().get(channel), Connected)


def titles() -> dict[str, str]:
    """The channels there are, as people call them."""
    return {name: one.title for name, one in registry.all_channels().items()}


def check_of(session: Session, account_id: int) -> AccountCheck | None:
    """What the last asking found."""
    return session.get(AccountCheck, account_id)


@dataclass(frozen=True, slots=True)
class Worn:
    """What a new look of a unit finds on its accounts. ``signed``: signed, and not out yet; ``drawn``: in review;
    ``planned``: not drawn yet."""

    signed: int
    drawn: int
    planned: int


def worn_by(session: Session, unit_id: int) -> Worn:
    """How many deliveries of a unit keep their look, and how many take a new one."""
    mine = (Delivery.account_id == Account.id, Account.unit_id == unit_id, col(Delivery.state).in_(COMING))
    states = dict(session.exec(select(Delivery.state, func.count()).where(*mine).group_by(col(Delivery.state))).all())
    signed = states.get("ready", 0) + states.get("staged", 0)
    return Worn(signed, states.get("rendered", 0), states.get("planned", 0))


def planned_on(session: Session, account_id: int, shown: int = 5) -> Planned:
    """What is still to go out on this account."""
    mine = (Delivery.account_id == account_id, col(Delivery.state).in_(COMING))
    states = dict(session.exec(select(Delivery.state, func.count()).where(*mine).group_by(col(Delivery.state))).all())
    query = select(Release.title, Delivery.due_at).where(Delivery.release_id == Release.id, *mine)
    soonest = session.exec(query.order_by(col(Delivery.due_at), col(Delivery.id)).limit(shown)).all()
    return Planned(sum(states.values()), states.get("staged", 0), soonest)
