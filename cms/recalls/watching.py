"""What recalls have not dealt with yet: for `yigao status` and `why`, and for whoever must be called."""

from datetime import datetime, timedelta

from sqlmodel import Session, String, and_, cast, col, func, literal, not_, or_, select

from cms import audit
from cms.matrix import Account
from cms.people import Notice, notify
from cms.people.duty import overseers
from cms.recalls.calling import called
from cms.recalls.deciding import ACTION_NAMES, class_of
from cms.recalls.drafting import KIND_NAMES, WAITS
from cms.recalls.settling import named
from cms.recalls.steps import OPEN, REMEDY_EVENTS, REMEDY_STATES
from cms.recalls.titles import title_of
from cms.releases import Delivery, Item, Recall, Remedy, StoryLine, Waits, moment
from cms.stories import Story

LATE = timedelta(hours=2)


def unsettled(session: Session) -> list[Waits]:
    """Every copy a recall has not dealt with yet, for `yigao status`."""
    query = (
        select(Remedy, Delivery, Account)
        .where(Remedy.delivery_id == Delivery.id, Remedy.account_id == Account.id)
        .where(col(Remedy.state).in_((*OPEN - {"planned"}, "failed")))
        .order_by(Account.key, col(Remedy.id))
    )
    return [_waits(session, remedy, delivery, account) for remedy, delivery, account in session.exec(query)]


def ends_at(session: Session, recall: Recall, now: datetime) -> datetime | None:
    """When the flash ends whose end this order is, while that is to come: nothing is dealt with before. None for every
    other order."""
    if recall.kind != "expiry" or recall.state != "approved":
        return None
    query = select(func.max(Delivery.expires_at)).where(Remedy.delivery_id == Delivery.id)
    at = session.exec(query.where(Remedy.recall_id == recall.id)).one()
    return at if at is not None and at > now else None


def _waits(session: Session, remedy: Remedy, delivery: Delivery, account: Account) -> Waits:
    who = f"（{words}）" if (words := called(session, remedy)) else ""
    words = f"{_order(session, remedy)} 处置 {remedy.id}：{ACTION_NAMES[remedy.action]}{who}。{remedy.reason}"
    at = remedy.deadline or remedy.next_at
    return Waits(delivery.key, account.key, remedy.state, words, delivery.due_at, at)


def alarm_late(session: Session, now: datetime) -> list[Remedy]:
    """What is not dealt with two hours after it was due, and has nobody yet who knows; and what was given to a person
    who has not said by the deadline what became of it: each is told once, the latter to those above them too."""
    return [*_alarm_slow(session, now), *_alarm_by_hand(session, now)]


def alarm_undecided(session: Session, now: datetime) -> list[Recall]:
    """An order nobody approves or rejects: told again every two hours, to those above as well, whoever has read the
    last word of it. Till then readers go on seeing what is out."""
    subject = literal("recall:") + cast(Recall.id, String)
    told = select(func.max(Notice.last_at)).where(Notice.subject == subject).scalar_subquery()
    query = select(Recall, Story).where(Recall.origin_id == Story.id, Recall.state == "drafted")
    query = query.where(col(Recall.created_at) <= now - LATE, or_(told.is_(None), told <= now - LATE))
    late = list(session.exec(query.order_by(col(Recall.id))))
    for recall, story in late:
        people = overseers(session, story.unit_id) if story.unit_id is not None else []
        notify(session, f"recall:{recall.id}", undecided_words(session, recall), now, story.unit_id, people)
    return [recall for recall, _ in late]


def undecided(session: Session) -> list[tuple[Recall, str]]:
    """Every order that waits for a decision, with what it stops and what readers still see, for `yigao status`."""
    query = select(Recall).where(Recall.state == "drafted").order_by(col(Recall.id))
    return [(recall, undecided_words(session, recall)) for recall in session.exec(query)]


def undecided_words(session: Session, recall: Recall) -> str:
    query = select(Delivery).where(Remedy.delivery_id == Delivery.id, Remedy.recall_id == recall.id)
    states = [one.state for one in session.exec(query.distinct())]
    out = sum(class_of(one) == "out" and one != "handed_over" for one in states)
    seen = f"读者还看得到 {out} 份，" if out else ""
    since = moment(recall.created_at)
    return (
        f"《{title_of(session, recall).was}》{KIND_NAMES[recall.kind]}令 {recall.id} {since} 提出，{WAITS}"
        f"一直没有人批准或驳回，{seen}没发的都停着不发。请现在批准或驳回。"
    )


def _alarm_by_hand(session: Session, now: datetime) -> list[Remedy]:
    query = (
        select(Remedy)
        .where(Remedy.recall_id == Recall.id, Remedy.state == "by_hand", col(Remedy.deadline) <= now)
        .where(or_(col(Remedy.alarmed_at).is_(None), col(Remedy.alarmed_at) < col(Remedy.deadline)))
    )
    late = list(session.exec(query.order_by(col(Remedy.id))))
    for remedy in late:
        account, item = session.get_one(Account, remedy.account_id), session.get_one(Item, remedy.item_id)
        remedy.alarmed_at = now
        session.add(remedy)
        by = moment(remedy.deadline) if remedy.deadline else ""
        then = f"请催办；办好请登记（yigao done {remedy.id}），办不了也请登记（加 --cannot）。"
        words = (
            f"{account.name}（{account.key}）{item.address}：交给人处置的已过期限（{by}），还没有登记结果，读者可能还看得到。"
            f"找：{called(session, remedy)}。{then}"
        )
        people = [*named(session, remedy), *overseers(session, account.unit_id)]
        notify(session, f"recall:{remedy.recall_id}", words, now, account.unit_id, people)
    session.flush()
    return late


def _alarm_slow(session: Session, now: datetime) -> list[Remedy]:
    """An order runs from its approval; the end of a flash from that end, signed hours before. What was never tried nor
    put off is not late before its first turn."""
    since = now - LATE
    is_end = col(Recall.kind) == "expiry"
    told = or_(
        col(Remedy.alarmed_at).is_(None), and_(is_end, col(Remedy.alarmed_at) < col(Delivery.expires_at))
    )  # told before the end, it was told of nothing
    query = (
        select(Remedy, Recall)
        .where(Remedy.recall_id == Recall.id, Remedy.delivery_id == Delivery.id, told)
        .where(col(Remedy.state).in_(("due", "acting", "unknown")), col(Recall.approved_at) <= since)
        .where(or_(not_(is_end), col(Delivery.expires_at).is_(None), col(Delivery.expires_at) <= since))
        .where(or_(col(Remedy.next_at).is_(None), col(Remedy.next_at) <= since, Remedy.reason != ""))
    )
    late = list(session.exec(query.order_by(col(Remedy.id))))
    for remedy, recall in late:
        account = session.get_one(Account, remedy.account_id)
        remedy.alarmed_at = now
        session.add(remedy)
        words = f"{account.name}（{account.key}）{_slow_words(recall, remedy)}"
        notify(session, f"recall:{remedy.recall_id}", words, now)
    session.flush()
    return [remedy for remedy, _ in late]


def _slow_words(recall: Recall, remedy: Remedy) -> str:
    """What is late, why, and what to do: nobody registers what is not a person's task yet."""
    see = f"请用 yigao recall {recall.id} 查看"
    if recall.kind == "expiry":
        why = remedy.reason or "还没有轮到，请看后台程序是否在运行（yigao status）。"
        return f"解除两小时后还没有写明“已解除”：{why}{see}；原因排除后自动写明，不用登记。"
    why = remedy.reason or "还没有轮到。"
    return f"批准两小时后还没有处置完：{why}{see}，并到平台后台看；转给人办之后再登记（yigao done {remedy.id}）。"


def _order(session: Session, remedy: Remedy) -> str:
    """What the order behind it is called: 更正令 3."""
    return f"{KIND_NAMES[session.get_one(Recall, remedy.recall_id).kind]}令 {remedy.recall_id}"


def story(session: Session, delivery: Delivery) -> list[StoryLine]:
    """What recalls did about a delivery, a line a step, for `yigao why`."""
    lines = []
    for remedy in session.exec(select(Remedy).where(Remedy.delivery_id == delivery.id).order_by(col(Remedy.id))):
        for entry in audit.history(session, f"remedy:{remedy.id}"):
            event = REMEDY_EVENTS.get(entry.action.removeprefix("remedy."), "定下做法")
            action = ACTION_NAMES.get(entry.detail.get("action", remedy.action), "")
            state = REMEDY_STATES.get(entry.detail.get("to", ""), "")
            reason = f"：{entry.detail['reason']}" if entry.detail.get("reason") else ""
            words = f"{_order(session, remedy)} 处置 {remedy.id} {event}（{action}，{state}，{entry.actor}）{reason}"
            lines.append(StoryLine(entry.at, "recall", words))
    return lines
