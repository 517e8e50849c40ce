"""又出现: a copy that was found gone from its platform is there again (an appeal, a mistake of the platform's).

The ledger says so, and whatever order stands over it acts on it as on any copy that is out; where it cannot, a person
is called. It is never let be in silence.
"""

from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from channels import registry
from cms import audit
from cms.db import utc
from cms.matrix import Account
from cms.people import Notice, notify
from cms.recalls.deciding import REMOVED, Change, decide
from cms.recalls.drafting import KIND_NAMES, gone_words, keeps, mends_of, plan_missing, standing
from cms.recalls.settling import hand, place_of, refresh, reopen
from cms.recalls.steps import step
from cms.releases import LIVE_FATES, Delivery, Item, Recall, Remedy, move
from cms.stories import Story

ACTOR = "pipeline"
NOTHING_TO_PUT = "先前的更正没有给这一份备好更正版，请到平台后台照更正后的稿件改。"


def came_back(session: Session, item: Item, now: datetime) -> str:
    """Write down that readers see the copy again, and have the order over its story deal with it; the sentence people
    were told, "" where there was nothing new to tell."""
    if item.fate != REMOVED:
        return ""  # somebody was quicker
    since = gone_words(session, item)
    delivery, account = session.get_one(Delivery, item.delivery_id), session.get_one(Account, item.account_id)
    is_in_place = not _is_taken(session, item) and delivery.state in (REMOVED, "published", "amended")
    if is_in_place:
        _put_back(session, item, delivery, now)
    recall = _over(session, item)
    if recall is not None:
        then = _act(session, recall, item, now, is_in_place=is_in_place)
    elif is_in_place:
        then = "台账已改回“已发布”；不想要它，请撤稿。"
    else:
        then = "账号上另有这一篇，读者现在看得到两份，请到平台后台删掉一份。"
    headline = session.get_one(Story, item.story_id).headline
    words = f"“{account.name}”（{registry.get(account.channel).title}）上的《{headline}》又能看到了（{since}）：{then}"
    subject = f"recall:{recall.id}" if recall else f"delivery:{delivery.id}"
    query = select(Notice.id).where(Notice.subject == subject, Notice.sentence == words)
    if session.exec(query.limit(1)).first() is not None:
        return ""
    notify(session, subject, words, now, account.unit_id)
    return words


def _is_taken(session: Session, item: Item) -> bool:
    """Whether the account has the story from another delivery by now."""
    query = select(Item.id).where(
        Item.origin_id == item.origin_id, Item.account_id == item.account_id, col(Item.fate).in_(LIVE_FATES)
    )
    return session.exec(query.limit(1)).first() is not None


def _put_back(session: Session, item: Item, delivery: Delivery, now: datetime) -> None:
    reason = "夜间核对、复查：又能看到了"
    if delivery.state == REMOVED:
        move(session, delivery, "reappear", actor=ACTOR, now=now, reason=reason)
    item.fate = "published"
    session.add(item)
    session.flush()
    audit.record(session, ACTOR, "item.reappear", f"item:{item.id}", {"reason": reason}, now)


def _over(session: Session, item: Item) -> Recall | None:
    """The order that stands over this copy, by which it is not as readers should have it."""
    given = (one for one in standing(session, session.get_one(Story, item.story_id)) if one.state != "drafted")
    recall = next(given, None)
    return recall if recall is not None and keeps(session, recall) != item.manuscript_hash else None


def _act(session: Session, recall: Recall, item: Item, now: datetime, *, is_in_place: bool) -> str:
    """Have the order deal with the copy from now on; what it does, in words."""
    order = f"{KIND_NAMES[recall.kind]}令 {recall.id}"
    query = select(Remedy).where(Remedy.recall_id == recall.id, Remedy.item_id == item.id)
    remedy = session.exec(query).first()
    if remedy is None:
        made = plan_missing(session, recall, now)
        remedy = next(one for one in made if one.item_id == item.id)
    if remedy.state == "off":
        return f"{order}里这一份已经不用处置，请到平台后台查明，要删要改请另下一张令。"
    if remedy.state in ("planned", "done", "failed", "by_hand"):
        changes: dict[str, Any] = {"next_at": None, "ended_at": None, "person": "", "deadline": None}
        remedy = step(session, remedy, "arm", actor=ACTOR, now=now, **changes)
        if not remedy.evidence:
            remedy.evidence = gone_words(session, item)
            session.add(remedy)
            session.flush()
        reopen(session, recall, remedy, now)
        remedy = refresh(session, remedy, now) if is_in_place else _take_away(session, remedy, now)
        if remedy.action == "amend" and not remedy.rendition_hash:
            remedy = hand(session, remedy, NOTHING_TO_PUT, now)
    then = "请人处置这一份" if remedy.state == "by_hand" else "马上接着处置这一份"
    return f"{order} {then}。"


def _take_away(session: Session, remedy: Remedy, now: datetime) -> Remedy:
    """The account has the story from elsewhere: this copy is one too many, whatever the order."""
    _, delivery, account = place_of(session, remedy)
    age = (utc(now) - delivery.due_at).days
    action = decide("retraction", "published", mends_of(account), age, Change(), is_push=delivery.push)
    changes: dict[str, Any] = {
        "action": action.name,
        "rule": action.rule,
        "costs": dict(action.costs),
        "replacement_id": None,
    }
    return step(session, remedy, "decide", actor=ACTOR, now=now, **changes)
