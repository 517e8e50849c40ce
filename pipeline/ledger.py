"""The ledger as the press room reads it: who is due, and claims by compare-and-swap with a lease.

A claim takes an account's lane (one worker at a time) and its due deliveries for a while, and raises their
fence, so a worker that lost its lease cannot write any more. Due work is found by query; timers only wake
whoever asks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Engine, Select, Update, and_, bindparam, case, func, insert, not_, or_, update
from sqlalchemy import select as sa_select
from sqlalchemy.orm import aliased
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select as Chosen
from sqlmodel.sql.expression import SelectOfScalar

from channels.contract import AdministratorError
from cms import releases
from cms.db import UtcTime, ask, fetch, put, utc
from cms.matrix import Account
from cms.people import Person
from cms.releases import STATE_NAMES, TERMINAL, Attempt, Delivery, Item, Lane, Release, ReleaseStory, Remedy, halts
from cms.releases.halts import NOW, Moment
from cms.review import SealedSet, Signature
from cms.stories import ArchiveEntry, Revision, Story, newest, story_named
from pipeline import recall_claims

LEASE = timedelta(seconds=60)
UNSENT = ("ready", "staged")
AHEAD = timedelta(minutes=30)
"""How long before its time a delivery is put in place on a platform with an interface."""
OVERDUE = timedelta(hours=1)
"""So long after its own time a reprint is looked at, whatever its lead does."""
_LANES = Lane.__table__  # type: ignore[attr-defined]
_ATTEMPTS = Attempt.__table__  # type: ignore[attr-defined]
_AHEAD: ColumnElement[datetime] = bindparam("ahead", type_=UtcTime())
_OVERDUE: ColumnElement[datetime] = bindparam("overdue", type_=UtcTime())
_BEGIN = insert(_ATTEMPTS)
_END = (
    update(_ATTEMPTS)
    .where(_ATTEMPTS.c.delivery_id == bindparam("number"), _ATTEMPTS.c.ended_at.is_(None))
    .values(ended_at=bindparam("end"), outcome=bindparam("what"))
)


@dataclass
class Claim:
    """Deliveries of one account, held by ``owner`` until ``until``; ``fence`` is the lane's, ``failures`` how many of
    the account's calls failed in a row so far. ``remedies``: copies of the account to deal with first (撤稿、更正)."""

    account: Account
    deliveries: tuple[Delivery, ...]
    owner: str
    until: datetime
    fence: int = 0
    failures: int = 0
    remedies: tuple[Remedy, ...] = ()


def due_accounts(session: Session, now: datetime) -> list[Account]:
    """Accounts with work due, nobody on it and no rest: those with a flash (快讯) first, and of these and the others
    our own files first, for others link to them."""
    return fetch(session, _due_accounts(halts.frozen(session)), **_times(now))


@lru_cache(maxsize=64)
def _due_accounts(frozen: halts.Frozen) -> SelectOfScalar[Account]:
    """Built once for the freezes that stand: it is asked all the time."""
    taken = select(Lane.account_id).where(or_(col(Lane.until) > NOW, col(Lane.rests_until) > NOW))
    deliveries = select(Delivery.account_id).where(_is_due(frozen))
    query = (
        select(Account)
        .where(or_(col(Account.id).in_(deliveries), col(Account.id).in_(recall_claims.accounts(NOW))))
        .where(col(Account.id).not_in(taken))
        .order_by(col(Account.id).not_in(_urgent(NOW)), col(Account.transport) != "files")
        .order_by(col(Account.channel) != "site", col(Account.id))
    )
    return query


def _times(now: datetime) -> dict[str, datetime]:
    """What the statements that are built once are asked with."""
    return {"now": now, "ahead": now + AHEAD, "overdue": now - OVERDUE}


def _urgent(now: Moment) -> Select[tuple[int]]:
    """The accounts a flash waits on."""
    waits = (col(Delivery.urgent), col(Delivery.state).in_(UNSENT), col(Delivery.due_at) <= now)
    return select(Delivery.account_id).where(*waits)  # type: ignore[return-value]


def urgent_waits(session: Session, account_id: int, now: datetime) -> bool:
    """Whether a flash could go out on this account now: whoever works through a queue there lets it pass."""
    mine = (Delivery.account_id == account_id, col(Delivery.urgent), col(Delivery.state).in_(UNSENT))
    if session.exec(select(Delivery.id).where(*mine).limit(1)).first() is None:
        return False
    query = select(Delivery.id).where(*mine, _is_due(halts.frozen(session))).limit(1)
    return session.exec(query, params=_times(now)).first() is not None


def flash_accounts(session: Session, now: datetime) -> dict[int, str]:
    """The accounts on which a flash could go out now and that nobody works on, each with its channel; while none is due
    anywhere, it only asks that."""
    if ask(session, _any_flash(), now=now).first() is None:
        return {}
    found = list(ask(session, _flash_accounts(halts.frozen(session)), **_times(now)).scalars())
    channels = dict(session.exec(select(Account.id, Account.channel).where(col(Account.id).in_(found))).all())
    return {one: channels[one] for one in found}


@cache
def _any_flash() -> Select[tuple[int]]:
    return _urgent(NOW).limit(1)


@lru_cache(maxsize=64)
def _flash_accounts(frozen: halts.Frozen) -> SelectOfScalar[int]:
    taken = select(Lane.account_id).where(or_(col(Lane.until) > NOW, col(Lane.rests_until) > NOW))
    mine = (col(Delivery.urgent), col(Delivery.state).in_(UNSENT), _is_due(frozen))
    query = select(Delivery.account_id).where(*mine, col(Delivery.account_id).not_in(taken))
    return query.distinct().order_by(col(Delivery.account_id))


def _is_due(frozen: halts.Frozen) -> ColumnElement[bool]:
    """Work to do now (asked with ``_times``); correlated with the account, for a platform is served ahead of time."""
    with_interface = and_(
        select(Account.id).where(Account.id == Delivery.account_id, Account.transport == "api").exists(),
        col(Delivery.due_at) <= _AHEAD,
    )
    rested = or_(col(Delivery.next_at).is_(None), col(Delivery.next_at) <= NOW)
    may_start = halts.unless(NOW, frozen)
    ready = and_(
        col(Delivery.state) == "ready", or_(col(Delivery.due_at) <= NOW, with_interface), rested, _led(), may_start
    )
    staged = and_(col(Delivery.state) == "staged", col(Delivery.due_at) <= NOW, rested, may_start)
    abandoned = col(Delivery.state).in_(("sending", "reconciling"))
    asked = and_(col(Delivery.state).in_(("unknown", "accepted", "confirming")), rested)
    # Held, and yet with a time: a task asked after once an hour, or what waits for a new quota.
    may_go = or_(col(Delivery.remote_id) != "", may_start)
    watched = and_(col(Delivery.state) == "held", col(Delivery.next_at) <= NOW, may_go)
    free = or_(col(Delivery.lease_until).is_(None), col(Delivery.lease_until) <= NOW)
    return and_(or_(ready, staged, abandoned, asked, watched), free)


def _led() -> ColumnElement[bool]:
    """It reprints nothing; or its lead has come to an end, to a person, or to a stop a person must know of; or its own
    time is so long gone that it must say why it waits (I2)."""
    lead = aliased(Delivery)
    over = or_(col(lead.state).in_((*TERMINAL, "held", "handed_over")), col(Delivery.due_at) <= _OVERDUE)
    settled = select(lead.id).where(col(lead.id) == col(Delivery.lead_id), over).exists()
    return or_(col(Delivery.lead_id).is_(None), settled)


def next_moment(session: Session, now: datetime) -> datetime | None:
    """The next moment after ``now`` at which something may become due; None when nothing waits."""
    found = [*ask(session, _next_delivery(), now=now).one(), *ask(session, _next_lane(), now=now).one()]
    found.append(recall_claims.next_moment(session, now))
    return min((at for at in found if at is not None), default=None)


@cache
def _next_delivery() -> Select[tuple[datetime | None, ...]]:
    waiting = col(Delivery.state).in_(sorted(set(STATE_NAMES) - TERMINAL))  # by name: so the index finds them
    return _soonest(Delivery.next_at, Delivery.due_at, Delivery.lease_until).where(waiting)


@cache
def _next_lane() -> Select[tuple[datetime | None, ...]]:
    return _soonest(Lane.until, Lane.rests_until)


def _soonest(*moments: datetime | None) -> Select[tuple[datetime | None, ...]]:
    return sa_select(*(func.min(case((col(one) > NOW, col(one)))) for one in moments))


def claim(session: Session, account: Account, owner: str, now: datetime, lease: timedelta = LEASE) -> Claim | None:
    """The lane of ``account`` and all its due deliveries for ``owner``, or a flash alone when one waits there: the
    rest comes the next time. None when somebody else was faster."""
    until = now + lease
    lane = take_lane(session, account.id, owner, now, until)
    if lane is None:
        return None
    fence, failures = lane
    due = fetch(session, _due_on_account(halts.frozen(session)), **_times(now), account=account.id)
    first = [one for one in due if one.urgent and one.state in UNSENT]
    won = [one for one in first or due if _take(session, one, owner, until)]
    remedies = recall_claims.take(session, account.id, now)
    if not won and not remedies:
        leave(session, account.id, fence)
        return None
    return Claim(account, tuple(won), owner, until, fence, failures, remedies)


@lru_cache(maxsize=64)
def _due_on_account(frozen: halts.Frozen) -> SelectOfScalar[Delivery]:
    query = select(Delivery).where(Delivery.account_id == bindparam("account"), _is_due(frozen))
    return query.order_by(col(Delivery.urgent).desc(), col(Delivery.due_at), col(Delivery.id))


def in_place(session: Session, now: datetime, ahead: timedelta) -> tuple[datetime, list[Account]]:
    """The next moment within ``ahead`` at which something lying on a platform is due, and the accounts that have
    such; what is later than a minute already is not asked for: whether it still goes out is decided elsewhere."""
    taken = select(Lane.account_id).where(or_(col(Lane.until) > now, col(Lane.rests_until) > now))
    overtaken = col(Delivery.account_id).in_(_urgent(now))
    waiting = and_(_is_in_place(session, now), col(Delivery.account_id).not_in(taken), not_(overtaken))
    soon = and_(waiting, col(Delivery.due_at) > now - LEASE, col(Delivery.due_at) <= now + ahead)
    first = session.exec(select(func.min(Delivery.due_at)).where(soon)).one()
    if first is None:
        return now, []
    due = max(first, now)
    chosen = select(Delivery.account_id).where(soon, col(Delivery.due_at) <= due)
    return due, list(session.exec(select(Account).where(col(Account.id).in_(chosen)).order_by(col(Account.id))))


def _is_in_place(session: Session, now: datetime) -> ColumnElement[bool]:
    """Staged, nobody's, not put off, and nothing stands against it."""
    free = or_(col(Delivery.lease_until).is_(None), col(Delivery.lease_until) <= now)
    rested = or_(col(Delivery.next_at).is_(None), col(Delivery.next_at) <= now)
    return and_(col(Delivery.state) == "staged", free, rested, releases.may_start(session, now))


def claim_in_place(
    session: Session, account: Account, owner: str, now: datetime, due: datetime, lease: timedelta = LEASE
) -> Claim | None:
    """The lane of ``account`` and the first of what lies in place for ``due``, ahead of that time."""
    until = now + lease
    lane = take_lane(session, account.id, owner, now, until)
    if lane is None:
        return None
    mine = (Delivery.account_id == account.id, _is_in_place(session, now), col(Delivery.due_at) <= due)
    query = select(Delivery).where(*mine).order_by(col(Delivery.due_at), col(Delivery.id)).limit(1)
    found = session.exec(query).first()
    if found is None or not _take(session, found, owner, until):
        leave(session, account.id, lane[0])
        return None
    return Claim(account, (found,), owner, until, *lane)


def let_go(session: Session, claim: Claim) -> None:
    """Give back the lane and whatever of the claim still lies in place."""
    leave(session, claim.account.id, claim.fence)
    for one in claim.deliveries:
        mine = (col(Delivery.id) == one.id, col(Delivery.fence) == one.fence, col(Delivery.state) == "staged")
        free = update(Delivery).where(*mine).values(lease_owner="", lease_until=None)
        session.exec(free.execution_options(synchronize_session=False))


def take_lane(session: Session, account_id: int, owner: str, now: datetime, until: datetime) -> tuple[int, int] | None:
    """The lane's new fence and its failures so far when it was free, else None."""
    seen = ask(session, _seeing_lane(), account=account_id).first()
    if seen is None:
        session.add(Lane(account_id=account_id))
    fence, failures = (seen.fence, seen.failures) if seen else (0, 0)
    done = ask(session, _taking_lane(), account=account_id, seen=fence, now=now, who=owner, end=until, next=fence + 1)
    return (fence + 1, failures) if done.rowcount == 1 else None


@cache
def _seeing_lane() -> Select[Any]:
    return sa_select(_LANES.c.fence, _LANES.c.failures).where(_LANES.c.account_id == bindparam("account"))


@cache
def _taking_lane() -> Update:
    free = or_(_LANES.c.until.is_(None), _LANES.c.until <= NOW)
    mine = (_LANES.c.account_id == bindparam("account"), _LANES.c.fence == bindparam("seen"), free)
    return update(_LANES).where(*mine).values(owner=bindparam("who"), until=bindparam("end"), fence=bindparam("next"))


def renew(session: Session, claim: Claim, now: datetime, lease: timedelta = LEASE) -> bool:
    """Hold lane and deliveries for another ``lease``; False when the lane was lost: then nothing may be sent."""
    held = and_(col(Lane.account_id) == claim.account.id, col(Lane.fence) == claim.fence, col(Lane.until) > now)
    done = session.exec(update(Lane).where(held).values(until=now + lease).execution_options(synchronize_session=False))
    if done.rowcount != 1:
        return False
    session.exec(
        update(Delivery)
        .where(col(Delivery.account_id) == claim.account.id, col(Delivery.lease_owner) == claim.owner)
        .values(lease_until=now + lease)
        .execution_options(synchronize_session=False)
    )
    return True


def leave(session: Session, account_id: int, fence: int) -> None:
    """Give the lane back, if it is still ours."""
    ask(session, _leaving_lane(), account=account_id, seen=fence)


def leave_at_once(engine: Engine, account_id: int, fence: int) -> None:
    """The same in a transaction of its own."""
    put(engine, _leaving_lane(), account=account_id, seen=fence)


def let_lie(engine: Engine, delivery: Delivery) -> None:
    """Nothing more to do with it now: the row is free for whoever comes at its time, if it is still ours."""
    put(engine, _letting_lie(), number=delivery.id, seen=delivery.fence, who="", end=None)


@cache
def _letting_lie() -> Update:
    rows = Delivery.__table__  # type: ignore[attr-defined]
    mine = (rows.c.id == bindparam("number"), rows.c.fence == bindparam("seen"))
    return update(rows).where(*mine).values(lease_owner=bindparam("who"), lease_until=bindparam("end"))


@cache
def _leaving_lane() -> Update:
    mine = (_LANES.c.account_id == bindparam("account"), _LANES.c.fence == bindparam("seen"))
    return update(_LANES).where(*mine).values(until=None, owner="")


def _take(session: Session, delivery: Delivery, owner: str, until: datetime) -> bool:
    """Whether it was still as it was read in this turn; then the row in hand says whose it is."""
    taken = {"lease_owner": owner, "lease_until": utc(until), "fence": delivery.fence + 1,
             "attempts": delivery.attempts + 1}  # fmt: skip
    seen = {"number": delivery.id, "seen": delivery.fence, "was": delivery.state}
    if ask(session, _taking(), **seen, **{f"_to_{name}": value for name, value in taken.items()}).rowcount != 1:
        return False
    for name, value in taken.items():
        set_committed_value(delivery, name, value)
    return True


@cache
def _taking() -> Update:
    rows = Delivery.__table__  # type: ignore[attr-defined]
    seen = (rows.c.id == bindparam("number"), rows.c.fence == bindparam("seen"), rows.c.state == bindparam("was"))
    taken = ("lease_owner", "lease_until", "fence", "attempts")
    return update(rows).where(*seen).values({name: bindparam(f"_to_{name}") for name in taken})


def begin_attempt(
    session: Session, delivery: Delivery, step: str, request_hash: str, owner: str, now: datetime
) -> None:
    """The intent row: committed before anything outside changes (I3)."""
    begin_attempts(session, [delivery], step, {delivery.id: request_hash}, owner, now)


def begin_attempts(
    session: Session, deliveries: Sequence[Delivery], step: str, hashes: Mapping[int, str], owner: str, now: datetime
) -> None:
    """An intent row for each, in one statement. ``hashes``: of the requests, by delivery."""
    rows = [
        {
            "delivery_id": one.id, "step": step, "key": one.key, "request_hash": hashes[one.id], "fence": one.fence,
            "owner": owner, "began_at": now, "outcome": "",
        }
        for one in deliveries
    ]  # fmt: skip
    if len(rows) == 1:
        ask(session, _BEGIN, **rows[0])
    elif rows:
        session.flush()
        session.connection().execute(_BEGIN, rows)


def end_attempts(session: Session, delivery: Delivery, outcome: str, now: datetime) -> None:
    """What became of the open attempts of a delivery."""
    ask(session, _END, number=delivery.id, end=now, what=outcome)


def items_of(session: Session, delivery: Delivery) -> list[Item]:
    """The stories inside a delivery, in order."""
    return fetch(session, _items_of(), delivery=delivery.id)


@cache
def _items_of() -> SelectOfScalar[Item]:
    return select(Item).where(Item.delivery_id == bindparam("delivery")).order_by(col(Item.position))


def published_items(session: Session, account_id: int) -> list[tuple[Item, Delivery]]:
    """What readers of an account can see, newest first."""
    return fetch(session, _published_items(), account=account_id)


@cache
def _published_items() -> Chosen[Item, Delivery]:
    return (
        select(Item, Delivery)
        .where(Item.delivery_id == Delivery.id, Item.account_id == bindparam("account"))
        .where(col(Item.fate).in_(("published", "amended")))
        .order_by(col(Delivery.due_at).desc(), col(Item.id).desc())
    )


def past_of(session: Session, account: Account) -> dict[int, ArchiveEntry]:
    """Where the stories of a unit's imported archive come from, by story id."""
    query = select(ArchiveEntry).where(ArchiveEntry.unit_id == account.unit_id).order_by(col(ArchiveEntry.id))
    return {one.story_id: one for one in session.exec(query)}


def stories_of(session: Session, release: Release) -> dict[str, Revision]:
    """The revisions a release carries, by the slug of their story."""
    query = (
        select(Story.slug, Revision)
        .where(ReleaseStory.story_id == Story.id, ReleaseStory.revision_id == Revision.id)
        .where(ReleaseStory.release_id == release.id)
    )
    return dict(session.exec(query).all())


def person(session: Session, login: str) -> Person:
    """The person with this login, who acts; AdministratorError naming the known ones, or that they are disabled."""
    found = anybody(session, login)
    if found.disabled_at is not None:
        raise AdministratorError(f"{found.name}的账号已停用，不能经办，请换一位。", login)
    return found


def anybody(session: Session, login: str) -> Person:
    """The person with this login, disabled or not; AdministratorError naming the known ones."""
    found = session.exec(select(Person).where(Person.login == login)).one_or_none()
    if found is None:
        known = "、".join(session.exec(select(Person.login))) or "（还没有）"
        raise AdministratorError(f"没有人员“{login}”，已登记的有：{known}。用 yigao person 登记。", login)
    return found


def newest_revisions(session: Session, slugs: Sequence[str]) -> list[Revision]:
    """The newest revision of each story; AdministratorError naming the first that is not there."""
    found = []
    for slug in slugs:
        story = story_named(session, slug)
        revision = newest(session, story) if story else None
        if revision is None:
            raise AdministratorError(f"没有稿件“{slug}”，请先用 yigao import 导入。", slug)
        found.append(revision)
    return found


def sealed_set_of(session: Session, release_id: int) -> int:
    """The newest sealed set of a release; AdministratorError when nothing of it can be signed."""
    query = select(SealedSet.id).where(SealedSet.release_id == release_id).order_by(col(SealedSet.id).desc())
    found = session.exec(query.limit(1)).first()
    if found is None:
        raise AdministratorError(f"发布单 {release_id} 没有可签的封存件，请先用 yigao release 排发布。")
    return found


def steps_signed(session: Session, manuscript_hash: str) -> set[str]:
    """The steps somebody signed on this very manuscript."""
    return set(session.exec(select(Signature.step).where(Signature.manuscript_hash == manuscript_hash)))


def signed_manuscript(session: Session, story: Story, signed: Sequence[Delivery]) -> str:
    """The manuscript of ``story`` the newest of these deliveries carries; "" when there is none."""
    newest_first = sorted(signed, key=lambda one: one.id, reverse=True)
    found = (item for one in newest_first for item in items_of(session, one) if item.story_id == story.id)
    item = next(found, None)
    return item.manuscript_hash if item else ""
