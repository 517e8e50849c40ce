"""What goes out instead of a copy, as people ask about it: how far it is, when it comes, where readers find it; and
what a plan must say before: that the old one goes at once and the new one has to wait, for a quota or a thaw."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from channels import registry
from cms.matrix import Account
from cms.matrix.health import AccountCheck
from cms.recalls.deciding import ENDED, SAME, WATCH
from cms.recalls.settling import GOES_AGAIN, REISSUED
from cms.recalls.steps import REMEDY_STATES
from cms.recalls.titles import title_of
from cms.releases import STATE_NAMES, Delivery, Item, Lane, Recall, Receipt, Remedy, moment
from cms.releases.flash import has_ended
from cms.releases.halts import against, freezes
from cms.releases.quota import Room, room_at

AWAITED = "等重发"
ABSENT = "平台上已不见"
SEEN = ("published", "amended")


@dataclass(frozen=True, slots=True)
class Again:
    """The delivery in a copy's place: ``words`` what became of it, ``address`` where readers have it ("" nowhere yet),
    ``is_open`` that the old copy is gone and this one is not out."""

    words: str
    address: str
    is_open: bool


def again_of(session: Session, remedy: Remedy) -> Again | None:
    """What goes out instead of the copy of a remedy; None where nothing does."""
    recall = session.get_one(Recall, remedy.recall_id)
    if remedy.replacement_id is None:
        is_taken_away = recall.kind == "correction" and remedy.action == "withdraw"
        old = session.get_one(Delivery, remedy.delivery_id) if is_taken_away else None
        return Again(ENDED, "", is_open=False) if old and has_ended(old, remedy.changed_at) else None
    made = session.get_one(Delivery, remedy.replacement_id)
    what = "更正稿" if recall.kind == "correction" else "同一次推送的其余各篇"
    mine = Item.story_id == session.get_one(Item, remedy.item_id).story_id
    query = select(Item.address).where(Item.delivery_id == made.id, Item.address != "").order_by(col(Item.position))
    address = session.exec(query.where(mine) if recall.kind == "correction" else query).first() or ""
    is_open = remedy.state == "done" and remedy.action in GOES_AGAIN and made.state not in REISSUED
    before = "登记“从来没有发过”，就交代发人改发这一份" if remedy.action == "by_hand" else "等旧的一份处置完再发"
    told = _told(session, made) if remedy.state == "done" or made.state in SEEN or made.state in REISSUED else before
    words = f"{what}（投递码 {made.key[:8]}）{told}"
    if made.state in SEEN and not address:
        return Again(f"{words}，平台没有给出地址，请到账号里看", "", is_open)
    return Again(words, address if made.state in SEEN else "", is_open)


def state_words(remedy: Remedy, again: Again | None) -> str:
    """How far a copy is: not dealt with while its readers have neither the old one nor the new one."""
    if remedy.action == WATCH and remedy.state == "done":
        return ABSENT
    return AWAITED if again is not None and again.is_open else REMEDY_STATES[remedy.state]


def _told(session: Session, made: Delivery) -> str:
    if made.state in SEEN:
        query = select(Receipt.at).where(Receipt.delivery_id == made.id, Receipt.state == "published")
        at = session.exec(query.order_by(col(Receipt.id).desc()).limit(1)).first()
        return f"{moment(at)} 已发布" if at else "已发布"
    name = STATE_NAMES[made.state]
    reason = f"：{made.reason.rstrip('。')}" if made.reason else ""
    if made.state in REISSUED:
        return f"不再发（{name}）{reason}"
    if made.state == "failed":
        return f"没有发出去{reason}，请人决定是否再发"
    return f"{name}{reason}{_when(session, made)}"


def _when(session: Session, made: Delivery) -> str:
    """When it goes out; "" where its reason says who has to decide that."""
    if made.next_at:
        return f"，{moment(made.next_at)} 再试"
    if made.state == "held":
        return ""
    if against(session, made):
        return "，停发中：解除停发、定了时间才发"
    return f"，{moment(made.due_at)} 起可发"


def gaps(session: Session, recall: Recall, now: datetime) -> dict[tuple[str, str], str]:
    """The accounts whose copy goes at once and comes back only in the platform's next window, for what a send takes is
    used up in this one: a sentence by account and call."""
    query = (
        select(Remedy, Delivery, Account)
        .where(Remedy.recall_id == recall.id, Remedy.action == "reissue", Remedy.replacement_id == Delivery.id)
        .where(Remedy.rule != SAME)
        .where(Remedy.account_id == Account.id, col(Remedy.state).in_(("planned", "due")))
        .order_by(Account.key, col(Remedy.id))
    )
    found: dict[int, tuple[Account, list[Delivery]]] = {}
    for _, made, account in session.exec(query):
        found.setdefault(account.id, (account, []))[1].append(made)
    headline = title_of(session, recall).was
    short = {}
    for account, sends in found.values():
        for room in _lacking(session, account, sends, now)[:1]:
            per = {"minute": "这一分钟", "hour": "这个小时", "day": "今天", "month": "这个月"}[room.allowance.per]
            short[account.key, room.allowance.call] = (
                f"{account.name}（{account.key}）{per}的“{room.allowance.title}”已经用完：批准后旧的《{headline}》马上删除，"
                f"更正稿要到 {moment(room.until)} 次数恢复才能发，这期间读者在这个账号上什么也看不到。"
            )
    return short


def stuck(session: Session, recall: Recall, now: datetime) -> list[str]:
    """What keeps copies as they are, or away, for longer than the order says: a freeze that does not stop deleting but
    what goes out instead; accounts that rest after failures, or whose last check found something wrong."""
    return [*_frozen(session, recall), *_resting(session, recall, now), *_in_trouble(session, recall)]


_OPEN = ("planned", "due")
_OPEN_REMEDY = (col(Remedy.state).in_(_OPEN), Remedy.account_id == Account.id, Account.transport == "api")


def _frozen(session: Session, recall: Recall) -> list[str]:
    if not freezes(session):
        return []
    query = (
        select(Delivery, Account)
        .where(Remedy.recall_id == recall.id, Remedy.action == "reissue", Remedy.replacement_id == Delivery.id)
        .where(Remedy.rule != SAME)
        .where(Remedy.account_id == Account.id, col(Remedy.state).in_(_OPEN))
        .order_by(Account.key)
    )
    stopped: dict[int, list[Account]] = {}
    for made, account in session.exec(query):
        for one in against(session, made)[:1]:
            stopped.setdefault(one.id, []).append(account)
    headline = title_of(session, recall).was
    reasons = {one.id: one.reason.rstrip("。") for one in freezes(session)}
    return [
        f"{_names(those)}正在停发（停发 {number}：{reasons[number]}）：批准后旧的《{headline}》马上删除，更正稿要等解除"
        "停发、逐件定了时间才能发，这期间读者在这些账号上什么也看不到。不想这样，先解除停发再批准，或者为这个渠道另选一种处置。"
        for number, those in sorted(stopped.items())
    ]


def _resting(session: Session, recall: Recall, now: datetime) -> list[str]:
    query = select(Account, Lane).where(Remedy.recall_id == recall.id, *_OPEN_REMEDY, Remedy.action != "none")
    query = query.where(Lane.account_id == Account.id, col(Lane.rests_until) > now).order_by(Account.key).distinct()
    return [
        f"{_names([account])}连着失败，歇到 {moment(lane.rests_until)}：到那时才处置，这之前读者看到的还是旧的。"
        for account, lane in session.exec(query)
        if lane.rests_until is not None
    ]


def _in_trouble(session: Session, recall: Recall) -> list[str]:
    query = select(Account, AccountCheck).where(Remedy.recall_id == recall.id, *_OPEN_REMEDY, Remedy.action != "none")
    query = query.where(AccountCheck.account_id == Account.id).order_by(Account.key)
    found = {account.id: (account, check.troubles) for account, check in session.exec(query)}
    return [
        f"{_names([account])}上次检查没有通过（{troubles[0].rstrip('。')}）：接口办不成的会转人工，办完之前读者看到的还是旧的。"
        for account, troubles in found.values()
        if troubles
    ]


def _names(accounts: Sequence[Account]) -> str:
    """The first few accounts, each with its channel, and how many there are."""
    said = list(dict.fromkeys(f"“{one.name}”（{registry.get(one.channel).title}）" for one in accounts))
    return "、".join(said[:3]) + (f" 等 {len(said)} 个账号" if len(said) > 3 else "")


def _lacking(session: Session, account: Account, made: list[Delivery], now: datetime) -> list[Room]:
    """The allowances that do not suffice now for these sends, the one that lasts longest first."""
    rooms = room_at(session, account, now, push=made[0].push, apart=[one.id for one in made])
    lacking = [one for one in rooms if one.left - one.needed * (len(made) - 1) < 0]
    return sorted(lacking, key=lambda one: one.until, reverse=True)
