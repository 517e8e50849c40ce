"""What the newsroom's desks show of the ledger: each page a handful of statements, whatever the number of stories.

Every question takes a ``Scope``: deliveries on the accounts of its units are there, and, to be read, whatever became
of a story of its units on anybody's account.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, func, true
from sqlalchemy import select as columns_of
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from channels import registry
from cms.matrix import Account, Unit, sandboxed
from cms.people import Scope
from cms.releases.earlier import Earlier, behind, folded, instead, is_past
from cms.releases.rows import Delivery, Item, Receipt, Release, ReleaseStory
from cms.releases.states import STATE_NAMES
from cms.releases.status import PUNCTUAL
from cms.stories import Column, Story, texts_of

Tone = Literal["bad", "hand", "wait", "good", "off"]
GROUPS: Mapping[Tone, tuple[str, tuple[str, ...]]] = {
    "bad": ("没发出去", ("failed", "held", "unknown", "reconciling", "removed", "withdraw_failed")),
    "hand": ("待代发", ("handed_over",)),
    "wait": ("还没发", ("planned", "rendered", "ready", "staged", "sending", "accepted", "confirming", "withdrawing")),
    "good": ("已发", ("published", "amended")),
    "off": ("撤下、取消、已组稿", ("cancelled", "superseded", "withdrawn", "composed")),
}
"""The states as people sort them, the worst first: tone, name, states."""
TONES: Mapping[str, Tone] = {state: tone for tone, (_, states) in GROUPS.items() for state in states}
COMING = ("planned", "rendered", "ready", "staged")
FAILING = GROUPS["bad"][1]
FRESH = timedelta(days=7)
"""How long what failed stays on 今天; after that it is found under 发布."""
AT_ONCE = 30
FEW = 5
"""Accounts of one unit."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list is narrowed to; "" is all. ``tone``: a group of states; ``column``: a column's slug."""

    tone: str = ""
    unit: str = ""
    channel: str = ""
    column: str = ""
    page: int = 1

    @property
    def is_narrow(self) -> bool:
        return any((self.tone, self.unit, self.channel, self.column))


@dataclass(frozen=True, slots=True)
class Brief:
    """One release in a list: how many of its deliveries are in which group of states; ``stand_ins``: how many of them
    are on accounts in the sandbox; ``earlier``: what was tried before it, under which nothing stands any more."""

    id: int
    title: str
    due_at: datetime
    is_flash: bool
    recall_id: int | None
    sums: Mapping[Tone, int]
    stand_ins: int = 0
    earlier: Sequence[Earlier] = ()

    @property
    def total(self) -> int:
        return sum(self.sums.values())


def readable(session: Session, scope: Scope) -> ColumnElement[bool]:
    """Which deliveries may be read: those on accounts of the scope, and those of releases whose story is of it (the
    first, as in the schedule)."""
    if _is_all(session, scope):
        return true()
    return beside(Delivery.account_id, account_ids(session, scope=scope)) | col(Delivery.release_id).in_(_own(scope))


def _is_all(session: Session, scope: Scope) -> bool:
    """Whether every account there is is of the scope."""
    foreign = select(Account.id).where(~scope.over(Account.unit_id)).limit(1)
    return scope.is_everywhere or session.exec(foreign).first() is None


def _own(scope: Scope) -> SelectOfScalar[int]:
    """The releases whose first story is of the scope."""
    own = select(ReleaseStory.release_id).where(ReleaseStory.story_id == Story.id, ReleaseStory.position == 1)
    return own.where(scope.over(Story.unit_id))


def account_ids(session: Session, unit: str = "", channel: str = "", scope: Scope | None = None) -> list[int]:
    """The accounts, narrowed to one unit or channel, or to a scope."""
    query = select(Account.id).where(Account.unit_id == Unit.id)
    if unit:
        query = query.where(Unit.slug == unit)
    if channel:
        query = query.where(Account.channel == channel)
    return list(session.exec(query.where(scope.over(Account.unit_id)) if scope else query))


def listed(session: Session, scope: Scope, wanted: Wanted) -> tuple[list[Brief], bool]:
    """A page of releases, the latest time first; and whether there are more. What is history (``earlier``) is under
    what stands now, but for whoever asks for what was cancelled."""
    mine, may = account_ids(session, wanted.unit, wanted.channel), readable(session, scope)
    carried = _carried(mine, wanted.tone)
    if not _is_all(session, scope):
        near = account_ids(session, wanted.unit, wanted.channel, scope)
        carried = _carried(near, wanted.tone) | (col(Release.id).in_(_own(scope)) & carried)
    query = select(Release).where(carried)
    if wanted.column:
        query = query.where(col(Release.id).in_(_of_column(wanted.column)))
    query = query.order_by(col(Release.due_at).desc(), col(Release.id).desc())
    rows = list(session.exec(query.offset((wanted.page - 1) * AT_ONCE).limit(AT_ONCE + 1)))
    shown, numbers = rows[:AT_ONCE], [one.id for one in rows[:AT_ONCE]]
    now_there = may if wanted.tone == "off" else may & ~is_past()
    sums, apart = _sums(session, numbers, mine, now_there), _in_sandbox(session, numbers, mine, now_there)
    before = folded(session, numbers, may) if wanted.tone != "off" else {}
    briefs = [
        Brief(
            one.id, one.title, one.due_at, one.flash, one.recall_id, sums[one.id], apart.get(one.id, 0),
            before.get(one.id, ()),
        )
        for one in shown
    ]  # fmt: skip
    return briefs, len(rows) > AT_ONCE


def _carried(accounts: Collection[int], tone: str) -> ColumnElement[bool]:
    """That a release has a delivery on one of these accounts, in this group of states. Few accounts, or a group few are
    in, are read first; else the releases are walked in their order until a page is full."""
    states = GROUPS[tone][1] if tone in GROUPS else ()  # type: ignore[index]
    stands = () if tone == "off" else (~is_past(),)
    if states and tone != "good":
        mine = (col(Delivery.state).in_(states), beside(Delivery.account_id, accounts), *stands)
        return col(Release.id).in_(select(Delivery.release_id).where(*mine))
    narrow = [col(Delivery.state).in_(states)] if states else []
    if len(accounts) <= FEW:
        found = select(Delivery.release_id).where(col(Delivery.account_id).in_(accounts), *narrow, *stands)
        return col(Release.id).in_(found)
    each = (col(Delivery.release_id) == col(Release.id), beside(Delivery.account_id, accounts), *narrow, *stands)
    return select(Delivery.id).where(*each).exists()


def beside(column: object, numbers: Collection[int]) -> ColumnElement[bool]:
    """That a column is one of these, looked at row by row: never by the column's index, which SQLite would take for the
    narrower way (it knows nothing of how many rows an account or a state has) and walk a hundred thousand rows."""
    return (col(column) + 0).in_(numbers)


def _of_column(slug: str) -> SelectOfScalar[int]:
    found = select(ReleaseStory.release_id).where(ReleaseStory.story_id == Story.id, Story.column_id == Column.id)
    return found.where(Column.slug == slug)


def _sums(
    session: Session, releases: Collection[int], accounts: Collection[int], may: ColumnElement[bool]
) -> dict[int, dict[Tone, int]]:
    query = (
        select(Delivery.release_id, Delivery.state, func.count())
        .where(col(Delivery.release_id).in_(releases), col(Delivery.account_id).in_(accounts), may)
        .group_by(col(Delivery.release_id), col(Delivery.state))
    )
    found: dict[int, dict[Tone, int]] = defaultdict(dict)
    for release, state, count in session.exec(query):
        tone = TONES[state]
        found[release][tone] = found[release].get(tone, 0) + count
    return {release: {tone: found[release][tone] for tone in GROUPS if tone in found[release]} for release in releases}


def _in_sandbox(
    session: Session, releases: Collection[int], accounts: Collection[int], may: ColumnElement[bool]
) -> dict[int, int]:
    """How many deliveries of each release are on accounts in the sandbox."""
    stand_ins = sandboxed.numbers(session) & frozenset(accounts)
    query = (
        select(Delivery.release_id, func.count())
        .where(col(Delivery.release_id).in_(releases), col(Delivery.account_id).in_(stand_ins), may)
        .group_by(col(Delivery.release_id))
    )
    return dict(session.exec(query).all())


def apart(session: Session, number: int) -> set[str]:
    """The channels that say something else than the main text of a story in this release (单独编辑)."""
    query = select(Story, ReleaseStory.revision_id).where(
        ReleaseStory.story_id == Story.id, ReleaseStory.release_id == number
    )
    return {channel for story, revision in session.exec(query) for channel in texts_of(session, story, revision)}


# --------------------------------------------------------------------------- one release


@dataclass(frozen=True, slots=True)
class Cell:
    """One delivery in the matrix. ``late``: how long after its time it went out, where that was over a minute;
    ``account``: the number of its account."""

    id: int
    key: str
    state: str
    tone: Tone
    reason: str
    address: str
    verified: bool
    next_at: datetime | None
    late: timedelta | None
    account: int

    @property
    def name(self) -> str:
        return STATE_NAMES[self.state]


@dataclass(frozen=True, slots=True)
class Grid:
    """A release as its matrix: units × channels; a unit without an account on a channel has no cell there. Each account
    once, as it stands now: what is history is ``earlier``, here and of the releases before. Where nothing else is left,
    the matrix is of that, and ``instead`` the release that has the stories now."""

    release: Release
    stories: Sequence[Story]
    channels: Sequence[str]
    rows: Sequence[tuple[str, str, Mapping[str, Sequence[Cell]]]]
    sums: Mapping[Tone, int]
    earlier: Sequence[Earlier] = ()
    instead: int | None = None

    def failed(self, units: Collection[str]) -> list[int]:
        """What of these units can be tried again at once: failed or removed; what is held waits for a decision of its
        own."""
        cells = (one for unit, _, row in self.rows if unit in units for own in row.values() for one in own)
        return [one.id for one in cells if one.state in ("failed", "removed")]


def grid(session: Session, scope: Scope, release_id: int, *, to_read: bool = False) -> Grid | None:
    """The matrix of a release as far as the scope goes, or may be read; None when nothing of it is there."""
    query = (
        select(Delivery, Account.channel, Unit.slug, Unit.short)
        .where(Delivery.release_id == release_id, Delivery.account_id == Account.id, Account.unit_id == Unit.id)
        .where(may := readable(session, scope) if to_read else scope.over(Account.unit_id))
        .order_by(col(Unit.id), col(Delivery.id))
    )
    everything = session.exec(query).all()
    if not everything:
        return None
    past = set(session.exec(select(Delivery.id).where(Delivery.release_id == release_id, is_past())))
    found = [row for row in everything if row[0].id not in past]
    is_gone, found = not found, found or list(everything)
    release = session.get_one(Release, release_id)
    addresses, taken = _addresses(session, release_id), _taken(session, release_id)
    rows: dict[str, tuple[str, dict[str, list[Cell]]]] = {}
    sums: dict[Tone, int] = {}
    for one, channel, unit, short in found:
        tone = TONES[one.state]
        sums[tone] = sums.get(tone, 0) + 1
        cell = Cell(
            one.id, one.key, one.state, tone, one.reason, addresses.get(one.id, ""), one.verified, one.next_at,
            _late(one, taken.get(one.id)), one.account_id,
        )  # fmt: skip
        rows.setdefault(unit, (short, {}))[1].setdefault(channel, []).append(cell)
    return Grid(
        release=release,
        stories=stories_of(session, release_id),
        channels=list(dict.fromkeys(channel for _, channel, _, _ in found)),
        rows=[(unit, short, cells) for unit, (short, cells) in rows.items()],
        sums={tone: sums[tone] for tone in GROUPS if tone in sums},
        earlier=[one for one in behind(session, release_id, may) if not is_gone or one.release != release_id],
        instead=instead(session, release_id) if is_gone else None,
    )


def stories_of(session: Session, release_id: int) -> list[Story]:
    """The stories a release carries, in order."""
    query = select(Story).where(ReleaseStory.story_id == Story.id, ReleaseStory.release_id == release_id)
    return list(session.exec(query.order_by(col(ReleaseStory.position))))


def _addresses(session: Session, release_id: int) -> dict[int, str]:
    """Where the first story of each delivery is out."""
    query = select(Item.delivery_id, Item.address).where(
        Item.delivery_id == Delivery.id, Delivery.release_id == release_id, Item.address != ""
    )
    found: dict[int, str] = {}
    for delivery, address in session.exec(query.order_by(col(Item.position))):
        found.setdefault(delivery, address)
    return found


def _taken(session: Session, release_id: int) -> dict[int, datetime]:
    """When each was first accepted or published."""
    query = (
        select(Receipt.delivery_id, func.min(Receipt.at))
        .where(Receipt.delivery_id == Delivery.id, Delivery.release_id == release_id)
        .where(col(Receipt.state).in_(("accepted", "published")))
        .group_by(col(Receipt.delivery_id))
    )
    return dict(session.exec(query).all())


def _late(delivery: Delivery, taken: datetime | None) -> timedelta | None:
    behind = taken - delivery.due_at if taken else timedelta()
    return behind if behind > PUNCTUAL else None


# --------------------------------------------------------------------------- 今天


@dataclass(frozen=True, slots=True)
class Trouble:
    """Deliveries of one release that stand still for one reason. ``again_at``: when it goes on by itself;
    ``units``: whose accounts they are on; ``is_voided``: the story was edited since its sign-off."""

    release: int
    title: str
    state: str
    reason: str
    deliveries: tuple[int, ...]
    accounts: tuple[str, ...]
    since: datetime
    again_at: datetime | None
    frozen_by: int | None
    units: frozenset[int]
    is_voided: bool = False

    @property
    def state_name(self) -> str:
        return STATE_NAMES[self.state]


def failing(session: Session, scope: Scope, now: datetime) -> list[Trouble]:
    """What failed or waits for a decision, the latest first: one for each release and reason."""
    wanted: Sequence[Any] = (
        Delivery.id, Delivery.release_id, Delivery.state, Delivery.reason, Delivery.changed_at, Delivery.next_at,
        Delivery.frozen_by, Delivery.voided_by, Account.name, Account.channel, Account.unit_id, Release.title,
    )  # fmt: skip
    query = (
        columns_of(*wanted)
        .where(col(Account.id) == col(Delivery.account_id) + 0, col(Delivery.release_id) == col(Release.id))
        .where(readable(session, scope))
        .where(col(Delivery.state).in_(FAILING), col(Delivery.changed_at) > now - FRESH, ~is_past())
        .order_by(col(Delivery.changed_at).desc(), col(Delivery.id))
    )
    same: dict[tuple[int, str, str], list[Row[Any]]] = {}
    for row in session.execute(query):
        same.setdefault((row.release_id, row.state, row.reason), []).append(row)
    return [_trouble(rows) for rows in same.values()]


def _named(row: Row[Any]) -> str:
    """An account by its name and its channel: a unit's accounts often share one name."""
    return f"{row.name}（{registry.get(row.channel).title}）"


def _trouble(rows: Sequence[Row[Any]]) -> Trouble:
    first = rows[0]
    again = min((one.next_at for one in rows if one.next_at), default=None)
    return Trouble(
        first.release_id, first.title, first.state, first.reason, tuple(one.id for one in rows),
        tuple(dict.fromkeys(_named(one) for one in rows)), first.changed_at, again, first.frozen_by,
        frozenset(one.unit_id for one in rows), first.voided_by is not None,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Coming:
    """A release that goes out soon, and how far its deliveries are: state to number."""

    release: int
    title: str
    due_at: datetime
    states: Mapping[str, int] = field(default_factory=dict)

    @property
    def unsigned(self) -> int:
        """How many nobody has signed yet."""
        return sum(self.states.get(one, 0) for one in ("planned", "rendered"))


def coming(session: Session, scope: Scope, since: datetime, until: datetime) -> list[Coming]:
    """What goes out between the two moments, by time."""
    query = (
        select(Release, Delivery.due_at, Delivery.state, func.count())
        .where(Delivery.account_id == Account.id, Delivery.release_id == Release.id, readable(session, scope))
        .where(col(Delivery.state).in_(COMING), col(Delivery.due_at) >= since, col(Delivery.due_at) < until)
        .group_by(col(Release.id), col(Delivery.due_at), col(Delivery.state))
        .order_by(col(Delivery.due_at), col(Release.id))
    )
    found: dict[tuple[int, str, datetime], dict[str, int]] = {}
    for release, due_at, state, count in session.exec(query):
        found.setdefault((release.id, release.title, due_at), {})[state] = count
    return [Coming(*which, states) for which, states in found.items()]


@dataclass(frozen=True, slots=True)
class Task:
    """A delivery a person has to post. ``others``: more stories in the same push."""

    id: int
    title: str
    others: int
    account: str
    channel: str
    unit: str
    person: str
    due_at: datetime
    deadline: datetime | None
    account_id: int
    expires_at: datetime | None = None


def tasks(session: Session, scope: Scope, limit: int = 200) -> list[Task]:
    """What waits to be posted by hand, the most pressing first."""
    query = (
        select(Delivery, Account, Unit.short, Release.title)
        .where(Delivery.account_id == Account.id, Account.unit_id == Unit.id, Delivery.release_id == Release.id)
        .where(Delivery.state == "handed_over", scope.over(Account.unit_id))
        .order_by(col(Delivery.deadline), col(Delivery.id))
    )
    return [
        Task(
            one.id, title, len(one.stories) - 1, account.name, account.channel, unit, one.person, one.due_at,
            one.deadline, account.id, one.expires_at,
        )
        for one, account, unit, title in session.exec(query.limit(limit))
    ]  # fmt: skip


def tasks_by_unit(session: Session, scope: Scope) -> dict[str, int]:
    """How many wait to be posted by hand in each of these units that has any, by its short name."""
    query = (
        select(Unit.short, func.count(col(Delivery.id)))
        .where(Delivery.account_id == Account.id, Account.unit_id == Unit.id)
        .where(Delivery.state == "handed_over", scope.over(Account.unit_id))
    )
    return dict(session.exec(query.group_by(col(Unit.id), Unit.short).order_by(col(Unit.id))).all())


def owned(
    session: Session, scope: Scope, delivery_id: int, *, to_read: bool = False
) -> tuple[Delivery, Account] | None:
    """A delivery and its account, where the scope has it, or may read it."""
    query = select(Delivery, Account).where(Delivery.id == delivery_id, Delivery.account_id == Account.id)
    mine = readable(session, scope) if to_read else scope.over(Account.unit_id)
    found = session.exec(query.where(mine)).one_or_none()
    return (found[0], found[1]) if found else None


def columns(session: Session) -> list[tuple[str, str]]:
    """(slug, title) of every column, for a filter."""
    return [(slug, title) for slug, title in session.exec(select(Column.slug, Column.title).order_by(Column.title))]


def items_of(session: Session, delivery_id: int) -> list[tuple[Item, str]]:
    """The stories of a delivery in order, each with its headline."""
    query = select(Item, Story.headline).where(Item.story_id == Story.id, Item.delivery_id == delivery_id)
    return [(item, headline) for item, headline in session.exec(query.order_by(col(Item.position)))]
