"""The ledger in words: how many deliveries are where, what waits for a person, and the story of one of them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func
from sqlmodel import Session, col, select

from cms import audit
from cms.matrix import Account
from cms.releases.rows import Attempt, Delivery, Item, Receipt
from cms.releases.sightings import SIGHTING_NAMES, Sighting
from cms.releases.states import EVENT_NAMES, STATE_NAMES

_ZONE = ZoneInfo("Asia/Shanghai")
PUNCTUAL = timedelta(seconds=60)
WAITING = ("held", "failed", "unknown", "handed_over", "withdraw_failed")
UNSETTLED = ("ready", "staged", "sending", "unknown", "reconciling")
STEP_NAMES: Mapping[str, str] = {
    "stage": "就位",
    "publish": "发布",
    "look_up": "核对",
    "withdraw": "下架",
    "amend": "更正",
    "remark": "留言说明",
    "expire": "标明解除",
    "discard": "丢弃草稿",
}
HANDING_NAMES: Mapping[str, str] = {"handover.link": "给出手机链接", "handover.opened": "手机链接被打开"}
"""What is noted of a task's link (待代发): it changes no state."""
OUTCOME_NAMES: Mapping[str, str] = {
    "died": "工作进程中途退出",
    "halted": "撤稿或停发，没有继续",
    "staged": "已就位",
    "accepted": "平台已受理",
    "published": "已发布",
    "discarded": "草稿已删除",
    "not_there": "草稿箱里已经没有",
    "by_hand": "有人在后台发布了",
    "given_up": "没有删成，转人工",
    "refused": "平台拒绝",
    "removed": "被平台删除",
    "withdrawn": "已下架",
    "amended": "已更正",
    "remarked": "已留言说明",
    "promised": "平台答应了，还看得到",
    "expired": "已标明解除",
    "CannotError": "平台不让这样做",
    "absent": "平台上没有找到",
    "found": "平台上找到了",
    "many": "平台上找到不止一篇",
    "incomplete": "列表没有读完",
    "StoryError": "内容没有通过",
    "LaterError": "没有发出，稍后再试",
    "QuotaError": "没有发出，次数用完",
    "AdministratorError": "没有发出，账号或配置有问题",
    "AccountError": "没有发出，账号有问题",
    "UnknownOutcome": "没有得到明确的回答",
    "RepeatedError": "平台说刚收过一样的内容",
}


@dataclass(frozen=True, slots=True)
class StoryLine:
    """One thing that happened to a delivery. ``kind``: step (the log), attempt, receipt."""

    at: datetime
    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Waits:
    """One delivery that waits for a person or for a time, and why."""

    key: str
    account: str
    state: str
    reason: str
    due_at: datetime
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class Lateness:
    """How late deliveries were: ``worst`` of those published, how many over a minute; ``overdue``: not out yet."""

    published: int
    over_a_minute: int
    worst: timedelta
    overdue: int


def counts(session: Session, release_id: int | None = None) -> dict[str, dict[str, int]]:
    """How many deliveries are in each state, channel by channel; of one release, or of all."""
    return _counted(session, Account.channel, release_id)


def counts_by_account(session: Session, release_id: int | None = None) -> dict[str, dict[str, int]]:
    """The same, account by account."""
    return _counted(session, Account.key, release_id)


def _counted(session: Session, group: str, release_id: int | None) -> dict[str, dict[str, int]]:
    query = (
        select(group, Delivery.state, func.count())
        .where(Delivery.account_id == Account.id)
        .group_by(group, Delivery.state)
        .order_by(group, Delivery.state)
    )
    if release_id is not None:
        query = query.where(Delivery.release_id == release_id)
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for name, state, number in session.exec(query):
        found[name][state] = number
    return dict(found)


def waiting(session: Session, release_id: int | None = None) -> list[Waits]:
    """What is held, failed, unknown or with a person, by account."""
    query = select(Delivery, Account.key).where(Delivery.account_id == Account.id, col(Delivery.state).in_(WAITING))
    if release_id is not None:
        query = query.where(Delivery.release_id == release_id)
    rows = [
        Waits(one.key, account, one.state, one.reason, one.due_at, one.deadline if _is_by_hand(one) else one.next_at)
        for one, account in session.exec(query.order_by(Account.key, col(Delivery.id)))
    ]
    return sorted(rows, key=lambda one: one.state == "handed_over")  # what stopped first, packages after it


def _is_by_hand(delivery: Delivery) -> bool:
    return delivery.state == "handed_over"


def lateness(session: Session, now: datetime, release_id: int | None = None) -> Lateness:
    """From each delivery's time to its first receipt as accepted or published (I7)."""
    taken = (
        select(Receipt.delivery_id, func.min(Receipt.at).label("at"))
        .where(col(Receipt.state).in_(("accepted", "published")))
        .group_by(col(Receipt.delivery_id))
        .subquery()
    )
    query = select(Delivery.due_at, taken.c.at).where(taken.c.delivery_id == Delivery.id)
    open_ones = select(func.count()).where(col(Delivery.state).in_(UNSETTLED), col(Delivery.due_at) < now - PUNCTUAL)
    if release_id is not None:
        query = query.where(Delivery.release_id == release_id)
        open_ones = open_ones.where(Delivery.release_id == release_id)
    late = [max(at - due, timedelta()) for due, at in session.exec(query)]
    return Lateness(
        published=len(late),
        over_a_minute=sum(one > PUNCTUAL for one in late),
        worst=max(late, default=timedelta()),
        overdue=session.exec(open_ones).one(),
    )


# --------------------------------------------------------------------------- one delivery


def why(session: Session, delivery: Delivery) -> list[str]:
    """What happened to a delivery, one line a step, oldest first: the log, every attempt, every receipt."""
    return [f"{moment(one.at)}　{one.words}" for one in story(session, delivery)]


def story(session: Session, delivery: Delivery) -> list[StoryLine]:
    """The same for machines."""
    lines = [*_steps(session, delivery), *_attempts(session, delivery), *_receipts(session, delivery)]
    lines += _sightings(session, delivery)
    return sorted(lines, key=lambda one: one.at)


def moment(at: datetime) -> str:
    """A time as people here read it."""
    return at.astimezone(_ZONE).strftime("%Y-%m-%d %H:%M:%S")


def _steps(session: Session, delivery: Delivery) -> Iterator[StoryLine]:
    for entry in audit.history(session, f"delivery:{delivery.id}"):
        if said := HANDING_NAMES.get(entry.action):
            yield StoryLine(entry.at, "step", f"{said}（{entry.actor}）")
            continue
        name = entry.action.removeprefix("delivery.")
        event = EVENT_NAMES.get(name) or STEP_NAMES.get(name, entry.action)
        before, state = (STATE_NAMES.get(entry.detail.get(end, ""), "") for end in ("from", "to"))
        reason = f"：{entry.detail['reason']}" if entry.detail.get("reason") else ""
        yield StoryLine(entry.at, "step", f"{event}（{before} → {state}，{entry.actor}）{reason}")


def _attempts(session: Session, delivery: Delivery) -> Iterator[StoryLine]:
    query = select(Attempt).where(Attempt.delivery_id == delivery.id).order_by(col(Attempt.id))
    number: dict[str, int] = defaultdict(int)
    for one in session.exec(query):
        number[one.step] += 1
        ended = f"，用时 {(one.ended_at - one.began_at).total_seconds():.1f} 秒" if one.ended_at else ""
        outcome = OUTCOME_NAMES.get(one.outcome, one.outcome) or "还没有结果"
        step = STEP_NAMES.get(one.step, one.step)
        yield StoryLine(one.began_at, "attempt", f"第 {number[one.step]} 次{step}（{one.owner}）→ {outcome}{ended}")


def _receipts(session: Session, delivery: Delivery) -> Iterator[StoryLine]:
    query = select(Receipt).where(Receipt.delivery_id == delivery.id).order_by(col(Receipt.id))
    for one in session.exec(query):
        said = [
            STATE_NAMES.get(one.state, OUTCOME_NAMES.get(one.state, one.state)),
            f"编号 {one.remote_id}" if one.remote_id else "",
            one.address,
            "" if one.verified else "未核验",
            one.note,
        ]
        yield StoryLine(one.at, "receipt", f"回执：{'，'.join(part for part in said if part)}")


def _sightings(session: Session, delivery: Delivery) -> Iterator[StoryLine]:
    """How each copy was when it was last looked at (夜间核对)."""
    query = select(Sighting, Item).where(Sighting.item_id == Item.id, Item.delivery_id == delivery.id)
    for one, item in session.exec(query.order_by(col(Item.position))):
        note = f"：{one.note}" if one.note else ""
        since = f"（{moment(one.since)} 起）" if one.since != one.at else ""
        yield StoryLine(one.at, "sighting", f"核对第 {item.position} 篇：{SIGHTING_NAMES[one.kind]}{since}{note}")
