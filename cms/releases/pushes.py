"""组稿: one push (头条 and 次条) put together of what is signed for an account. What stands in the way is told before;
then exactly the signed bytes go out in one delivery.

The stories' own deliveries step back (``composed``) for the one that carries them all; its set names each of theirs,
and one person's word its order. Until it is sent it may be taken apart and put together anew; cancelled, its stories
return.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, or_, select

from cms import audit, review
from cms.db import utc
from cms.matrix import Account
from cms.people import Person, Scope
from cms.releases import freeze, halts
from cms.releases.ahead import why_early
from cms.releases.cancel import UNSENT, may_be_out
from cms.releases.moving import CLOSE, PAST, hours, on_the_clock
from cms.releases.plan import Choice, deliver, group_limit_of, open_release
from cms.releases.quota import Room, room_at
from cms.releases.returning import give_back, sources_of
from cms.releases.rows import Delivery, Item, PushArticle, Release
from cms.releases.seal import let_through, seal
from cms.releases.states import STATE_NAMES, move
from cms.releases.stops import is_stopped
from cms.stories import Column, Revision, Story, Workdays, newest

OPEN = ("planned", "rendered", "ready", "staged", "held")
SIGNED = (review.LAWFUL.name, review.REHEARSAL.name, review.ADOPTED.name)
MAY_CHANGE = UNSENT | {"failed"}
"""A push in one of these states may be put together anew, or taken apart."""
PAST_WEEK = timedelta(days=7)
SHOWN = 60
"""So many stories an account may have waiting on the page."""


class PushError(Exception):
    """Why this push cannot be put together, in one sentence with the remedy."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One story of an account: the delivery it goes out by alone, and why it cannot go in a push ("" when it can)."""

    delivery: Delivery
    story: Story
    trouble: str


@dataclass(frozen=True, slots=True)
class Order:
    """What whoever puts it together asks for: the account, the deliveries in order (头条 first), the slot, and whether
    it is pushed to followers (群发). ``instead``: the push it takes the place of."""

    account: Account
    picks: tuple[int, ...]
    at: datetime
    push: bool
    instead: Delivery | None = None


@dataclass(frozen=True, slots=True)
class Outlook:
    """The push as it would be, and the ``rest`` that waits. ``stops`` forbid it, ``warnings`` ask once more; ``rooms``:
    what is left of the account's allowances in the window of the slot, after this push, the scarcest first."""

    chosen: tuple[Candidate, ...]
    rest: tuple[Candidate, ...]
    stops: tuple[str, ...]
    warnings: tuple[str, ...]
    rooms: tuple[Room, ...]


def accounts(session: Session, scope: Scope) -> list[Account]:
    """The accounts in scope whose platform shows several stories in one push."""
    rows = session.exec(select(Account).where(scope.over(Account.unit_id)).order_by(col(Account.id)))
    return [one for one in rows if takes_many(one)]


def account_named(session: Session, scope: Scope, key: str) -> Account | None:
    """One of them, by its key."""
    query = select(Account).where(Account.key == key, scope.over(Account.unit_id))
    found = session.exec(query).one_or_none()
    return found if found is not None and takes_many(found) else None


def waiting(session: Session, accounts: Sequence[Account]) -> dict[int, int]:
    """How many signed stories wait to go out alone on each of these accounts."""
    query = (
        select(Delivery.account_id, func.count())
        .where(col(Delivery.account_id).in_([one.id for one in accounts]), Delivery.state == "ready")
        .where(Delivery.release_id == Release.id, col(Release.policy).in_(SIGNED), col(Release.recall_id).is_(None))
        .group_by(col(Delivery.account_id))
    )
    found = dict(session.exec(query).all())
    return {one.id: found.get(one.id, 0) for one in accounts}


def first_time(session: Session, account: Account, picks: Sequence[int], now: datetime) -> datetime | None:
    """When the first of these, or else the next signed story of the account, was to go out; None where none is to."""
    wanted = (Delivery.account_id == account.id, col(Delivery.due_at) > now)
    mine = col(Delivery.id).in_(picks) if picks else col(Delivery.state) == "ready"
    query = select(Delivery.due_at).where(*wanted, mine).order_by(col(Delivery.due_at))
    return session.exec(query.limit(1)).first()


def by_column(session: Session, picks: Sequence[int]) -> bool:
    """Whether the column of the first story goes to followers as 群发."""
    if not picks:
        return False
    query = (
        select(Column.push)
        .where(Item.delivery_id == picks[0], Item.story_id == Story.id, Story.column_id == Column.id)
        .order_by(col(Item.position))
    )
    return bool(session.exec(query.limit(1)).first())


def listed(session: Session, scope: Scope, now: datetime) -> list[tuple[Delivery, Account]]:
    """The pushes of a scope from a week ago on, the latest first."""
    query = (
        select(Delivery, Account)
        .where(Delivery.account_id == Account.id, scope.over(Account.unit_id))
        .where(Delivery.release_id == Release.id, Release.policy == review.COMPOSED.name)
        .where(col(Delivery.due_at) > now - PAST_WEEK, col(Delivery.state) != "cancelled")
        .order_by(col(Delivery.due_at).desc(), col(Delivery.id).desc())
        .limit(SHOWN)
    )
    return list(session.exec(query).all())


def find(session: Session, scope: Scope, number: int) -> tuple[Delivery, Account, Release] | None:
    """A push in scope, by its release."""
    query = (
        select(Delivery, Account, Release)
        .where(Delivery.account_id == Account.id, scope.over(Account.unit_id))
        .where(Delivery.release_id == Release.id, Release.id == number, Release.policy == review.COMPOSED.name)
    )
    return session.exec(query).one_or_none()


def takes_many(account: Account) -> bool:
    """Whether the account's platform shows several stories in one push."""
    return group_limit_of(account.channel) > 1


def candidates(session: Session, account: Account, instead: Delivery | None = None) -> list[Candidate]:
    """What waits to go out alone on an account, by its time, and what the push ``instead`` carries now."""
    own = [one.id for _, one in sources_of(session, instead)] if instead else []
    return _judged(session, account, or_(col(Delivery.state).in_(OPEN), col(Delivery.id).in_(own)), own)


def _judged(
    session: Session, account: Account, wanted: ColumnElement[bool], own: Collection[int] = ()
) -> list[Candidate]:
    """These deliveries of an account, pushes aside, each with what stands against it; ``own``: what may be taken out of
    a push again."""
    query = (
        select(Delivery, Story, Item, Release)
        .join(Item, (col(Item.delivery_id) == Delivery.id) & (col(Item.position) == 1))
        .join(Story, col(Story.id) == Item.story_id)
        .join(Release, col(Release.id) == Delivery.release_id)
        .where(Delivery.account_id == account.id, Release.policy != review.COMPOSED.name, wanted)
        .order_by(col(Delivery.due_at), col(Delivery.id))
        .limit(SHOWN)
    )
    rows = list(session.exec(query))
    mine = [one.id for one, *_ in rows]
    sets = select(review.SealedSet).where(col(review.SealedSet.id).in_({one.sealed_set_id for one, *_ in rows}))
    sealed = {one.id: one for one in session.exec(sets)}
    leads = set(session.exec(select(Delivery.lead_id).where(col(Delivery.lead_id).in_(mine))))
    found = []
    for one, story, item, release in rows:
        words = _unfit(session, one, release, is_own=one.id in own)
        if not words and (one.lead_id is not None or one.id in leads):
            words = "和别的账号有首发、转载的先后，不组稿。"
        found.append(Candidate(one, story, words or _changed(session, sealed.get(one.sealed_set_id or 0), item, story)))
    return found


def look(session: Session, order: Order, days: Workdays, now: datetime) -> Outlook:
    """What stands against it, and what is left after it."""
    known = {one.delivery.id: one for one in candidates(session, order.account, order.instead)}
    chosen = tuple(known[one] if one in known else _beside(session, order, one) for one in order.picks)
    rooms = _rooms(session, order)
    stops = [f"《{one.story.headline}》{one.trouble}" for one in chosen if one.trouble]
    limit = group_limit_of(order.account.channel)
    if not takes_many(order.account):
        stops.append(f"“{order.account.name}”一次只能发一篇，不用组稿。")
    elif len(chosen) > limit:
        stops.append(f"一次推送最多 {limit} 篇，现在有 {len(chosen)} 篇，请移出 {len(chosen) - limit} 篇。")
    if not chosen:
        stops.append("还没有选稿件，请从下面选一到八篇，第一篇就是头条。")
    if twice := next((one for one in chosen if order.picks.count(one.delivery.id) > 1), None):
        stops.append(f"《{twice.story.headline}》选了两次，请去掉一个。")
    if order.at < now - PAST:
        stops.append(f"{on_the_clock(order.at)} 已经过去，请选将来的时间。")
    if early := why_early(session, [one.delivery.release_id for one in chosen], order.at):
        stops.append(early)
    stops += [words(one) for one in rooms if one.left < 0]
    warnings = [*hours(order.at, days), *_frozen(session, chosen), *_close(session, order)]
    rest = tuple(one for number, one in known.items() if number not in order.picks)
    return Outlook(chosen, rest, tuple(stops), tuple(warnings), tuple(rooms))


def words(room: Room) -> str:
    """What is left of one allowance, for people."""
    per = {"minute": "这一分钟", "hour": "这一小时", "day": "当天", "month": "当月"}[room.allowance.per]
    what = "群发" if room.allowance.a_push and not room.allowance.a_post else "接口发布"
    count, taken = room.allowance.count - room.allowance.reserve, room.used + room.planned
    said = f"{per}{what}共 {count} 次，已用 {room.used} 次、已排 {room.planned} 次"
    if room.left >= 0:
        return f"{said}，排上这次还剩 {room.left} 次。"
    remedy = "请换一天，或改用发布" if what == "群发" else "请换个时间"
    return f"{said}，{'用完了' if taken >= count else '不够'}：{remedy}。"


def compose(
    session: Session, order: Order, signed: Sequence[str], rendition: str, assets: Sequence[str], by: Person,
    days: Workdays, now: datetime, reason: str = "",
) -> Release:  # fmt: skip
    """Schedule the push. ``rendition``: what the press room put together of the renditions ``signed``, in order; should
    one of them not be a story's own any more, PushError."""
    if order.instead is not None:
        take_apart(session, order.instead, by.login, reason or "改了这次推送", now, waits=False)
    outlook = look(session, Order(order.account, order.picks, order.at, order.push), days, now)
    if outlook.stops:
        raise PushError(outlook.stops[0])
    if [one.delivery.rendition_hash for one in outlook.chosen] != list(signed):
        raise PushError("有一篇的成品刚刚变了，请刷新再排。")
    choices = [_choice(session, one) for one in outlook.chosen]
    said = f"组进《{choices[0][0].headline}》{'等 ' + str(len(choices)) + ' 篇' if len(choices) > 1 else ''}的推送"
    sources = [
        move(session, one.delivery, "compose", actor=by.login, now=now, reason=said, next_at=None)
        for one in outlook.chosen
    ]
    release = open_release(session, choices, order.at, by.login, review.COMPOSED, now)
    made = deliver(session, release, order.account, choices, now, push=order.push)
    for position, one in enumerate(sources, 1):
        row = PushArticle(
            delivery_id=made.id, position=position, source_id=one.id, sealed_set_id=one.sealed_set_id or 0,
            rendition_hash=one.rendition_hash,
        )  # fmt: skip
        session.add(row)
    session.flush()
    move(session, made, "render", actor=by.login, now=now, rendition_hash=rendition)
    sealed = seal(session, release, {made.id: rendition}, assets, review.COMPOSED, now)
    review.sign(session, sealed, review.COMPOSE, by, f"{'群发' if order.push else '发布'} {len(choices)} 篇", now)
    let_through(session, sealed, by.login, now)
    detail = {"account": order.account.key, "stories": [one.slug for one, _ in choices], "push": order.push}
    audit.record(session, by.login, "push.compose", f"release:{release.id}", detail, now)
    return release


def take_apart(
    session: Session, push: Delivery, by: str, reason: str, now: datetime, *, waits: bool = True
) -> list[Delivery]:
    """Cancel a push nobody has seen yet, or leave one the platform refused; its stories stand again as they were
    signed."""
    if push.state not in MAY_CHANGE or (push.state in UNSENT and may_be_out(session, push)):
        raise PushError(f"这次推送{STATE_NAMES[push.state]}，不能再改；已发出的要改内容请走更正，要撤请走撤稿。")
    if not reason.strip():
        raise PushError("取消推送要写明原因，请写一句。")
    if push.state in UNSENT:
        push = move(session, push, "cancel", actor=by, now=now, reason=reason.strip(), next_at=None)
    return give_back(session, push, by, reason.strip(), now, waits=waits)


def push_of(session: Session, release: Release) -> Delivery | None:
    """The one delivery of a release that was put together here."""
    if release.policy != review.COMPOSED.name:
        return None
    return session.exec(select(Delivery).where(Delivery.release_id == release.id)).one_or_none()


# --------------------------------------------------------------------------- what stands against one story


def _unfit(session: Session, delivery: Delivery, release: Release, *, is_own: bool) -> str:
    if len(delivery.stories) > 1:
        return "本来就和别的稿件一起发，请先取消那张发布单再组。"
    if delivery.state in ("planned", "rendered"):
        return "还没有签发，签发之后才能组稿。"
    if delivery.state == "staged":
        return "已在平台就位，到时间就单独发出；要组稿请先改期。"
    if release.recall_id is not None or release.flash or release.policy not in SIGNED:
        return "是快讯或更正，单独发，不组稿。"
    if delivery.state == "held" and may_be_out(session, delivery):
        return "可能已经发出，请先在“发布”里核对。"
    if delivery.state not in ("ready", "held") and not is_own:
        return f"在这个账号{STATE_NAMES[delivery.state]}，不能再组稿。"
    return ""


def _changed(session: Session, sealed: review.SealedSet | None, item: Item, story: Story) -> str:
    if sealed is None or not sealed.complete:
        return "还没有签发，签发之后才能组稿。"
    if is_stopped(session, item.origin_id, item.story_id, item.manuscript_hash):
        return "已撤稿或已更正，这一版不能再发。"
    last = newest(session, story)
    if last is not None and last.manuscript_hash != item.manuscript_hash:
        return "签发之后又改过，请重新送审；照签发的那一版发的，单独发，不组稿。"
    return ""


def _beside(session: Session, order: Order, number: int) -> Candidate:
    """A delivery that is no candidate any more, with why."""
    found = _judged(session, order.account, col(Delivery.id) == number)
    if not found:
        raise PushError("选的稿件里有一篇不是这个账号的，请刷新再选。")
    return found[0]


# --------------------------------------------------------------------------- what stands against the slot


def _rooms(session: Session, order: Order) -> list[Room]:
    apart = [*order.picks, *([order.instead.id] if order.instead else [])]
    found = room_at(session, order.account, order.at, push=order.push, apart=apart)
    return sorted(found, key=lambda one: one.left)


def _frozen(session: Session, chosen: Sequence[Candidate]) -> list[str]:
    rows = {row.id: row for one in chosen for row in halts.against(session, one.delivery)}
    return [f"{freeze.sentence(session, row)}：到时间也不会发出，直到解除。" for row in rows.values()]


def _close(session: Session, order: Order) -> list[str]:
    apart = {*order.picks, order.instead.id if order.instead else 0}
    near = select(Delivery).where(
        Delivery.account_id == order.account.id,
        col(Delivery.id).not_in(apart),
        col(Delivery.state).in_((*OPEN, "handed_over")),
        col(Delivery.due_at) > utc(order.at) - CLOSE,
        col(Delivery.due_at) < utc(order.at) + CLOSE,
    )
    count = len(list(session.exec(near)))
    return [f"这个账号前后十分钟内还有 {count} 次发布，会挨着发出，建议错开。"] if count else []


def _choice(session: Session, one: Candidate) -> Choice:
    _, number = one.delivery.stories[0]
    query = select(Revision).where(Revision.story_id == one.story.id, Revision.number == number)
    return one.story, session.exec(query).one()
