"""What goes out instead of a copy, as people ask about it: how far it is, when it comes, where readers find it; and
what a plan must say before: that the old one goes at once and the new one has to wait for a quota."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from cms.matrix import Account
from cms.recalls.deciding import ENDED, WATCH
from cms.recalls.settling import GOES_AGAIN, REISSUED
from cms.recalls.steps import REMEDY_STATES
from cms.releases import STATE_NAMES, Delivery, Item, Recall, Receipt, Remedy, moment
from cms.releases.flash import has_ended
from cms.releases.quota import Room, room_at
from cms.stories import Story

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
    then = f"，{moment(made.next_at)} 再试" if made.next_at else f"，{moment(made.due_at)} 起可发"
    return f"{name}{reason}{then}"


def gaps(session: Session, recall: Recall, now: datetime) -> dict[tuple[str, str], str]:
    """The accounts whose copy goes at once and comes back only in the platform's next window, for what a send takes is
    used up in this one: a sentence by account and call."""
    query = (
        select(Remedy, Delivery, Account)
        .where(Remedy.recall_id == recall.id, Remedy.action == "reissue", Remedy.replacement_id == Delivery.id)
        .where(Remedy.account_id == Account.id, col(Remedy.state).in_(("planned", "due")))
        .order_by(Account.key, col(Remedy.id))
    )
    found: dict[int, tuple[Account, list[Delivery]]] = {}
    for _, made, account in session.exec(query):
        found.setdefault(account.id, (account, []))[1].append(made)
    headline = session.get_one(Story, recall.origin_id).headline
    short = {}
    for account, sends in found.values():
        for room in _lacking(session, account, sends, now)[:1]:
            per = {"minute": "这一分钟", "hour": "这个小时", "day": "今天", "month": "这个月"}[room.allowance.per]
            short[account.key, room.allowance.call] = (
                f"{account.name}（{account.key}）{per}的“{room.allowance.title}”已经用完：批准后旧的《{headline}》马上删除，"
                f"更正稿要到 {moment(room.until)} 次数恢复才能发，这期间读者在这个账号上什么也看不到。"
            )
    return short


def _lacking(session: Session, account: Account, made: list[Delivery], now: datetime) -> list[Room]:
    """The allowances that do not suffice now for these sends, the one that lasts longest first."""
    rooms = room_at(session, account, now, push=made[0].push, apart=[one.id for one in made])
    lacking = [one for one in rooms if one.left - one.needed * (len(made) - 1) < 0]
    return sorted(lacking, key=lambda one: one.until, reverse=True)
