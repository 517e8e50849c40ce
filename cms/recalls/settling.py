"""What becomes of a remedy: decided anew as things stand, done in rows where rows are enough, finished, given to a
person; and a recall settled once nothing of it is open."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, update
from sqlmodel import Session, col, select

from channels import canonical
from cms import audit
from cms.db import ask, enter, fetch, utc
from cms.matrix import Account
from cms.people import Person, notify
from cms.people.duty import login_on_duty
from cms.recalls.deciding import (
    ENDED,
    IN_DOUBT,
    REMOVED,
    SAME,
    SAME_WORDS,
    WATCH,
    WITH_A_PERSON,
    Action,
    class_of,
    may_go_instead,
    still_fits,
)
from cms.recalls.drafting import KIND_NAMES, Place, action_for, corrected, gone_words, keeps, rest_of_push, state_of
from cms.recalls.overlapping import Other, begun, is_remarked, is_undecided, newer, overtaken_by, unended, was_changed
from cms.recalls.replacing import drop_replacement, release_items
from cms.recalls.steps import OPEN, step
from cms.releases import GONE, Attempt, Delivery, Item, Recall, Receipt, Remedy, flash, move
from cms.releases.flash import has_ended
from cms.releases.recheck import forget_checks, plan_checks
from cms.stories import Story

ACTOR = "pipeline"
IN_HAND = timedelta(hours=24)
SOON = timedelta(hours=2)
"""So long a copy may stay as it is after the order before somebody is called."""
URGENT = ("withdraw", "reissue", "wait", "expire")
LOOK_AGAIN = timedelta(minutes=10)
NOT_KNOWN = "还不知道这一份发出没有，弄清了再标明已解除。"
TAKEN_OVER = "有了新的更正令、撤稿令，由它决定"
UNDECIDED = "原来那一份还在、没有改过，就不动；不在了就发更正版，改过了就改回来。"
HALF_OUT = "平台没说清发出没有：请到平台后台看，已发布请认领（yigao adopt），没有发布请取消（yigao cancel）。"


_PLACE = (
    select(Item, Delivery, Account)
    .where(Item.delivery_id == Delivery.id, Delivery.account_id == Account.id, Item.id == bindparam("item"))
    .execution_options(populate_existing=True)
)
_ATTEMPTS = Attempt.__table__.c  # type: ignore[attr-defined]
_END = (
    update(Attempt.__table__)  # type: ignore[attr-defined]
    .where(_ATTEMPTS.delivery_id == bindparam("number"), _ATTEMPTS.step == bindparam("name"))
    .where(_ATTEMPTS.request_hash == bindparam("asked"))
    .where(_ATTEMPTS.ended_at.is_(None))
    .values(ended_at=bindparam("end"), outcome=bindparam("what"))
)


_IS_OPEN = (
    select(Remedy.id).where(Remedy.recall_id == bindparam("recall"), col(Remedy.state).in_(sorted(OPEN))).limit(1)
)
REISSUED = GONE - {"failed"} | {"published", "amended", "withdrawing", "withdraw_failed"}
"""Where a delivery that went out instead of a copy is when nothing of it is outstanding any more: readers had it, or a
person decided that it is not needed."""
GOES_AGAIN = ("reissue", "by_hand")
"""What is done about a copy in whose place readers get another one later: an order is not through before they have."""
_IS_OUTSTANDING = (
    select(Remedy.id)
    .where(Remedy.recall_id == bindparam("recall"), Remedy.state == "done")
    .where(
        col(Remedy.action).in_(GOES_AGAIN),
        Remedy.replacement_id == Delivery.id,
        col(Delivery.state).not_in(sorted(REISSUED)),
    )
    .limit(1)
)
_REST = select(Item.id).where(Item.delivery_id == bindparam("delivery"), col(Item.fate).not_in(sorted(GONE))).limit(1)


def place_of(session: Session, remedy: Remedy) -> Place:
    """The copy a remedy is about."""
    ((item, delivery, account),) = fetch(session, _PLACE, item=remedy.item_id)
    return item, delivery, account


def refresh(session: Session, remedy: Remedy, now: datetime) -> Remedy:
    """Decide anew where the copy is not any more where the decision found it, and do what rows alone can do. What is
    still ``due`` afterwards is done outside, but for ``wait``."""
    recall = session.get_one(Recall, remedy.recall_id)
    place = place_of(session, remedy)
    item, delivery, _ = place
    state = state_of(session, item, delivery)
    if recall.kind == "expiry":
        return _say_over(session, recall, remedy, item, state, now)
    after = overtaken_by(session, remedy) if remedy.state == "due" else None
    if after is not None and not remedy.person:
        return _give_way(session, recall, remedy, after, now)
    if _comes_again(remedy, item):
        return remedy
    is_open = class_of(state) == "out" and _is_open(session, recall, remedy)
    first = begun(session, remedy) if is_open else None
    if first is not None:
        return _wait_for(session, remedy, first, now)
    fits = still_fits(remedy.action, state) and _may_go_out(remedy, delivery, now) and not is_open
    if not fits and class_of(state) != "gone":
        remedy = _decide(session, recall, remedy, place, now)
    if state == IN_DOUBT and remedy.state == "due":
        return hand(session, remedy, HALF_OUT, now)
    if class_of(state) == "gone":
        return _over(session, recall, remedy, item, now)
    if remedy.action == "none" and remedy.state == "due":
        let_stay(session, remedy, now)
        return finish(session, remedy, now, SAME_WORDS)
    if remedy.action in ("cancel", "replace") and remedy.state == "due":
        return _take_back(session, recall, remedy, delivery, now)
    return remedy


def _is_open(session: Session, recall: Recall, remedy: Remedy) -> bool:
    """Whether a copy compared as unchanged has yet to be looked at: an older order was not done with it, or came to
    change it since."""
    if remedy.state != "due" or remedy.rule != SAME:
        return False
    return is_undecided(remedy) or was_changed(session, remedy, recall)


def _give_way(session: Session, recall: Recall, remedy: Remedy, after: Recall, now: datetime) -> Remedy:
    """A newer order decides about this copy, and nothing of the older one is under way at it."""
    let_stay(session, remedy, now)
    words = f"被{KIND_NAMES[after.kind]}令 {after.id} 取代"
    remedy = step(session, remedy, "drop", actor=ACTOR, now=now, reason=words, ended_at=utc(now), next_at=None)
    settle(session, recall, now)
    go_on(session, remedy, now)
    return remedy


def _wait_for(session: Session, remedy: Remedy, other: Other, now: datetime) -> Remedy:
    """Nobody knows what stands there before the older order's remedy has ended."""
    first, order = other
    words = f"先等{KIND_NAMES[order.kind]}令 {order.id} 的处置 {first.id} 有结果：{UNDECIDED}"
    if remedy.reason == words:
        return remedy
    at = first.deadline or first.next_at or now
    return step(session, remedy, "put_off", actor=ACTOR, now=now, reason=words, next_at=at)


def let_stay(session: Session, remedy: Remedy, now: datetime) -> None:
    """An order began to take the copy away, was refused, and does not count any more: it is where it was, unless a
    newer one is taking it away."""
    if any(one.attempts for one, _ in newer(session, remedy)):
        return
    item, delivery, _ = place_of(session, remedy)
    waited = delivery.state == "held" and state_of(session, item, delivery) == "published"  # for a time to delete it
    if delivery.state in ("withdrawing", "withdraw_failed"):
        move(session, delivery, "keep", actor=ACTOR, now=now, reason=TAKEN_OVER, next_at=None)
    elif waited:
        move(session, delivery, "publish", actor=ACTOR, now=now, reason=TAKEN_OVER, next_at=None)


def go_on(session: Session, remedy: Remedy, now: datetime) -> None:
    """A person said what became of an older order's remedy: the newer one, which waited for that or counted on
    another answer, decides on what stands now."""
    for other, order in newer(session, remedy):
        if other.rule != SAME:
            continue
        if other.state == "due":
            step(session, other, "put_off", actor=ACTOR, now=now, reason="", next_at=None)
        elif other.state == "done" and other.action == "none" and was_changed(session, other, order):
            step(session, other, "arm", actor=ACTOR, now=now, next_at=None, ended_at=None)
            reopen(session, order, other, now)


def _may_go_out(remedy: Remedy, delivery: Delivery, now: datetime) -> bool:
    """Whether what a remedy would send anew is still news: a flash is not, once it is over."""
    return remedy.action != "reissue" or remedy.state != "due" or not has_ended(delivery, now)


def _say_over(session: Session, recall: Recall, remedy: Remedy, item: Item, state: str, now: datetime) -> Remedy:
    """A flash is over: that is said of copies readers have, of what went out instead where that stands in this one's
    place, and nothing is put up for it."""
    if class_of(state) == "out":
        taken = next((pair for pair in beside(session, remedy) if is_deleted(*pair)), None)
        return remedy if taken is None else _needless(session, recall, remedy, _deleted_words(*taken), now)
    if class_of(state) == "flying":
        return step(session, remedy, "put_off", actor=ACTOR, now=now, reason=NOT_KNOWN, next_at=now + LOOK_AGAIN)
    instead = _in_place_of(session, item)
    if instead is not None:
        flash.order_end_of(session, recall, instead, now)
    words = "换成了更正版，由更正版标明" if instead is not None else "读者没有这一份，不用标明"
    return _needless(session, recall, remedy, words, now)


def _needless(session: Session, recall: Recall, remedy: Remedy, words: str, now: datetime) -> Remedy:
    remedy = step(
        session, remedy, "drop", actor=ACTOR, now=now, reason=words, ended_at=utc(now), next_at=None, person="",
        deadline=None,
    )  # fmt: skip
    settle(session, recall, now)
    return remedy


def is_deleted(remedy: Remedy, order: Recall) -> bool:
    """Whether whoever does it takes the copy away."""
    return order.kind == "retraction" or remedy.action in ("withdraw", "reissue")


def _deleted_words(remedy: Remedy, order: Recall) -> str:
    return f"{KIND_NAMES[order.kind]}令 {order.id} 要人删除这一份（处置 {remedy.id}），不用标明已解除"


def beside(session: Session, remedy: Remedy) -> list[tuple[Remedy, Recall]]:
    """What other orders ask a person to do about the same copy, and is not registered yet."""
    query = (
        select(Remedy, Recall)
        .where(Remedy.recall_id == Recall.id, Remedy.item_id == remedy.item_id, Remedy.state == "by_hand")
        .where(col(Remedy.recall_id) != remedy.recall_id)
    )
    return list(session.exec(query.order_by(col(Remedy.id))))


def _end_needless(session: Session, remedy: Remedy, recall: Recall, now: datetime) -> None:
    """A person has this copy to delete: nobody has to post any more that its flash is over."""
    for other, order in beside(session, remedy):
        if order.kind == "expiry":
            _needless(session, order, other, _deleted_words(remedy, recall), now)


def end_asked_again(session: Session, remedy: Remedy, now: datetime) -> None:
    """A person says that this copy cannot be deleted: where its flash is over, somebody has to say so on it after
    all."""
    if not is_deleted(remedy, session.get_one(Recall, remedy.recall_id)):
        return
    query = (
        select(Remedy)
        .where(Remedy.item_id == remedy.item_id, Remedy.state == "off")
        .where(Remedy.recall_id == Recall.id, Recall.kind == "expiry")
    )
    for other in list(session.exec(query.order_by(col(Remedy.id)))):
        words = f"处置 {remedy.id} 删不了：{remedy.reason}"
        again = step(session, other, "ask_again", actor=ACTOR, now=now, reason=words, ended_at=None)
        reopen(session, session.get_one(Recall, other.recall_id), again, now)
        refresh(session, again, now)


def end_tasks(session: Session, remedy: Remedy, now: datetime) -> None:
    """Where a person said that readers have no such copy, there is nothing to do any more of what the end of its flash
    asks of people, nor of what was asked beside that end."""
    item, delivery, _ = place_of(session, remedy)
    if class_of(state_of(session, item, delivery)) != "gone":
        return
    is_end = session.get_one(Recall, remedy.recall_id).kind == "expiry"
    for other, order in beside(session, remedy):
        if is_end or order.kind == "expiry":
            refresh(session, other, now)


def _in_place_of(session: Session, item: Item) -> Item | None:
    """The copy of the same story that went out instead of this one, or instead of what was to; None where none did."""
    known, edge = {item.id}, [item.id]
    while edge:
        query = (
            select(Item, Delivery)
            .where(
                Item.delivery_id == Delivery.id, Delivery.id == Remedy.replacement_id, Item.story_id == item.story_id
            )
            .where(col(Remedy.item_id).in_(edge), col(Item.id).not_in(known))
        )
        found = list(session.exec(query.order_by(col(Item.id))))
        for one, delivery in found:
            if class_of(state_of(session, one, delivery)) in ("out", "flying"):
                return one
        edge = [one.id for one, _ in found]
        known.update(edge)
    return None


def _comes_again(remedy: Remedy, item: Item) -> bool:
    """A copy that was withdrawn, or found gone, and is seen again: it is withdrawn once more."""
    if remedy.state != "due" or not remedy.evidence:
        return False
    return (item.fate == "withdrawn" and remedy.attempts > 0) or (item.fate == REMOVED and remedy.action != WATCH)


def _decide(session: Session, recall: Recall, remedy: Remedy, place: Place, now: datetime) -> Remedy:
    item, delivery, _ = place
    is_same = remedy.rule == SAME and not was_changed(session, remedy, recall)
    is_out = class_of(state_of(session, item, delivery)) == "out"
    action = Action("none", SAME) if is_same and is_out else action_for(session, recall, place, now)
    remedy = step(
        session, remedy, "decide", actor=ACTOR, now=now, action=action.name,
        rule=action.rule or (SAME if is_same else ""), costs=dict(action.costs), person="", deadline=None, next_at=None,
    )  # fmt: skip
    return _fit_replacement(session, recall, remedy, item, delivery, now)


def leave(session: Session, recall: Recall, numbers: Collection[int], now: datetime) -> None:
    """These copies of a drafted correction say what they said before: what is out stays as it is, and what would have
    gone out instead is dropped. What is not out yet goes out corrected, and is left alone if it came out meanwhile."""
    query = select(Remedy).where(col(Remedy.id).in_(numbers), Remedy.recall_id == recall.id, Remedy.state == "planned")
    for remedy in list(session.exec(query.order_by(col(Remedy.id)))):
        item, delivery, _ = place_of(session, remedy)
        changes: dict[str, Any] = {"rule": SAME}
        is_out = class_of(state_of(session, item, delivery)) == "out"
        if is_out and is_remarked(session, remedy):
            continue
        other = unended(session, remedy) if is_out else None
        if other is not None:
            changes["reason"] = f"{KIND_NAMES[other[1].kind]}令 {other[1].id} 还没有处置完这一份：{UNDECIDED}"
        elif is_out:
            drop_replacement(session, remedy.replacement_id, SAME_WORDS, now)
            changes |= {"action": "none", "costs": {}, "replacement_id": None, "reason": SAME_WORDS}
        step(session, remedy, "decide", actor=recall.proposed_by, now=now, **changes)


def _fit_replacement(
    session: Session, recall: Recall, remedy: Remedy, item: Item, delivery: Delivery, now: datetime
) -> Remedy:
    """What goes out instead still fits what is done: the corrected story alone after a copy that is out, with the rest
    of its push where nothing is out yet, nothing where the copy is amended or the story retracted."""
    is_over = has_ended(delivery, now)
    whole = remedy.action == "replace" or (may_go_instead(remedy.action, delivery.state) and not is_over)
    if recall.kind == "retraction":
        wanted = [str(slug) for slug, _ in delivery.stories if slug != _slug(session, item)]
        wanted = wanted if remedy.action == "cancel" else []
    elif whole:
        wanted = [str(slug) for slug, _ in delivery.stories]
    else:
        wanted = [_slug(session, item)] if remedy.action in ("reissue", "wait") else []
    there = session.get(Delivery, remedy.replacement_id) if remedy.replacement_id else None
    if [str(slug) for slug, _ in there.stories] == wanted if there else not wanted:
        return remedy
    words = ENDED if is_over else "处置办法变了，另行安排"
    drop_replacement(session, remedy.replacement_id, words, now)
    made: Delivery | None = None
    if wanted and recall.kind == "retraction":
        made = rest_of_push(session, recall, item, delivery, now)
    elif wanted:
        made = corrected(session, recall, item, delivery, None, now, whole=whole)
    if made is not None:
        words = f"投递 {made.key[:8]} 要重新签发才会发出：发布单 {made.release_id}（yigao sign {made.release_id}）。"
        notify(session, f"recall:{recall.id}", words, now)
    return step(session, remedy, "decide", actor=ACTOR, now=now, replacement_id=made.id if made else None)


def _slug(session: Session, item: Item) -> str:
    return session.get_one(Story, item.story_id).slug


def _take_back(session: Session, recall: Recall, remedy: Remedy, delivery: Delivery, now: datetime) -> Remedy:
    """It has not gone out: it does not go, and what replaces it may."""
    event = "cancel" if remedy.replacement_id is None and remedy.action == "cancel" else "supersede"
    words = f"{'撤稿' if recall.kind == 'retraction' else '更正'}：{recall.reason}"
    move(session, delivery, event, actor=ACTOR, now=now, reason=words, lease_owner="", lease_until=None, next_at=None)
    return finish(session, remedy, now, "没有发出，已取消" if event == "cancel" else "没有发出，已换下")


def _over(session: Session, recall: Recall, remedy: Remedy, item: Item, now: datetime) -> Remedy:
    """No reader has the copy any more. Taken back by us: what replaces it may go out; else nothing does by itself."""
    if item.fate == REMOVED:
        return _watch(session, remedy, item, now)
    if item.fate in ("withdrawn", "superseded") and remedy.replacement_id is not None:
        return finish(session, remedy, now, "这一份已经不在了")
    drop_replacement(session, remedy.replacement_id, "原来那一份没有发出，或已不在平台上", now)
    remedy = step(session, remedy, "drop", actor=ACTOR, now=now, ended_at=now, evidence=f"原投递{item.fate}")
    settle(session, recall, now)
    return remedy


def _watch(session: Session, remedy: Remedy, item: Item, now: datetime) -> Remedy:
    """It was found gone: there is nothing to take away, and it is looked for should it come back."""
    drop_replacement(session, remedy.replacement_id, "原来那一份已不在平台上", now)
    if remedy.action != WATCH and remedy.state in ("due", "by_hand"):
        remedy = step(session, remedy, "decide", actor=ACTOR, now=now, action=WATCH, rule="", costs={})
    return finish(session, remedy, now, gone_words(session, item))


def finish(session: Session, remedy: Remedy, now: datetime, evidence: str, actor: str = ACTOR) -> Remedy:
    """The copy is dealt with: what waited for it may go out, later looks are planned, the recall may be settled."""
    remedy = step(
        session, remedy, "finish", actor=actor, now=now, evidence=evidence, ended_at=utc(now), next_at=None, person="",
        deadline=None,
    )  # fmt: skip
    release_items(session, remedy.replacement_id, now)
    plan_checks(session, remedy, now)
    settle(session, session.get_one(Recall, remedy.recall_id), now)
    return remedy


def hand(session: Session, remedy: Remedy, reason: str, now: datetime) -> Remedy:
    """A person has to do it, in the platform's console: who, until when, where, and what. What is to be gone is urgent
    however it is taken away."""
    account = session.get_one(Account, remedy.account_id)
    person = login_on_duty(session, account.unit_id)
    is_urgent = session.get_one(Recall, remedy.recall_id).kind == "retraction" or remedy.action in URGENT
    address = session.get_one(Item, remedy.item_id).address
    deadline = now + (SOON if is_urgent else IN_HAND)
    forget_checks(session, remedy)
    remedy = step(
        session, remedy, "hand", actor=ACTOR, now=now, reason=reason, person=person, deadline=deadline, next_at=None
    )
    words = f"{account.name}（{account.key}）{address}：{reason}做完后登记：yigao done {remedy.id}。"
    notify(session, f"recall:{remedy.recall_id}", words, now, account.unit_id, named(session, remedy))
    recall = session.get_one(Recall, remedy.recall_id)
    if is_deleted(remedy, recall):
        _end_needless(session, remedy, recall, now)
    return remedy


def named(session: Session, remedy: Remedy) -> list[int]:
    """Who must know that a copy is still out: the person it is given to, who proposed the order, who gave it."""
    recall = session.get_one(Recall, remedy.recall_id)
    there = {remedy.person, recall.proposed_by, recall.approved_by} - {""}
    return list(session.exec(select(Person.id).where(col(Person.login).in_(there))))


def gone(session: Session, remedy: Remedy, now: datetime, actor: str = ACTOR, reason: str = "") -> None:
    """Readers do not have this copy any more: the story's item, and its delivery once that was the last of it."""
    item, delivery, _ = place_of(session, remedy)
    item.fate = "withdrawn"
    session.add(item)
    session.flush()
    if ask(session, _REST, delivery=delivery.id).first() is not None or delivery.state in GONE:
        return
    if delivery.state not in ("withdrawing", "withdraw_failed"):
        delivery = move(session, delivery, "withdraw", actor=actor, now=now, reason=reason)
    move(session, delivery, "gone", actor=actor, now=now, reason=reason)


def put_in_place(
    session: Session, remedy: Remedy, now: datetime, *, verified: bool, actor: str = ACTOR, address: str = ""
) -> None:
    """The corrected bytes lie where the old ones were: the delivery, its item and its seal say so."""
    item, delivery, _ = place_of(session, remedy)
    recall = session.get_one(Recall, remedy.recall_id)
    item.manuscript_hash, item.address = keeps(session, recall), address or item.address
    session.add(item)
    session.flush()
    lies: dict[str, Any] = {"rendition_hash": remedy.rendition_hash, "sealed_set_id": remedy.sealed_set_id}
    if delivery.state not in ("published", "amended"):
        delivery = move(session, delivery, "publish", actor=actor, now=now, reason="更正后登记", next_at=None)
    move(session, delivery, "amend", actor=actor, now=now, verified=verified, **lies)


def settle(session: Session, recall: Recall, now: datetime) -> None:
    """A recall whose remedies have all ended, and whose corrected copies are out, is settled."""
    if recall.state != "approved" or has_open(session, recall) or is_outstanding(session, recall):
        return
    recall.state, recall.settled_at = "settled", utc(now)
    session.add(recall)
    session.flush()
    audit.record(session, ACTOR, "recall.settle", f"recall:{recall.id}", {}, now)


def reopen(session: Session, recall: Recall, remedy: Remedy, now: datetime) -> None:
    """An order that was through with its copies has one to deal with again."""
    if recall.state in ("settled", "closed"):
        recall.state, recall.settled_at, recall.closed_at = "approved", None, None
        session.add(recall)
        session.flush()
        audit.record(session, ACTOR, "recall.reopen", f"recall:{recall.id}", {"remedy": remedy.id}, now)


def has_open(session: Session, recall: Recall) -> bool:
    """Whether something is still to be done about a copy."""
    return ask(session, _IS_OPEN, recall=recall.id).first() is not None


def is_outstanding(session: Session, recall: Recall) -> bool:
    """等重发: whether an old copy is gone and what goes out instead is not out yet: readers have nothing there."""
    return ask(session, _IS_OUTSTANDING, recall=recall.id).first() is not None


def settle_reissued(session: Session, now: datetime) -> None:
    """Settle the corrections whose last corrected copy came out since."""
    query = select(Recall).where(Recall.state == "approved", Recall.kind == "correction").order_by(col(Recall.id))
    for recall in list(session.exec(query)):
        settle(session, recall, now)


def receive(
    session: Session, remedy: Remedy, state: str, now: datetime, *, note: str, verified: bool, sent_hash: str = ""
) -> None:
    """The receipt of what was done about a copy."""
    item = session.get_one(Item, remedy.item_id)
    enter(
        session, Receipt,
        delivery_id=remedy.delivery_id, state=state, remote_id=item.remote_id, address=item.address, at=utc(now),
        fills=item.fills, sent_hash=sent_hash, verified=verified, note=note,
    )  # fmt: skip


def end_attempts(session: Session, remedy: Remedy, step_name: str, outcome: str, now: datetime) -> None:
    """What became of the open attempts at a remedy's copy; those at another story of its delivery stay open."""
    asked = request_of(session, remedy, step_name)
    ask(session, _END, number=remedy.delivery_id, name=step_name, asked=asked, end=utc(now), what=outcome)


def request_of(session: Session, remedy: Remedy, step_name: str) -> str:
    """What is asked for one copy, as its attempts name it: the bytes put in place, or which story of the delivery."""
    if step_name == "amend":
        return remedy.rendition_hash
    item, delivery, _ = place_of(session, remedy)
    return asked_for(delivery, item)


def asked_for(delivery: Delivery, item: Item) -> str:
    """What attempts at one story of a delivery name, but where bytes are put in place."""
    return canonical.digest({"remote": delivery.remote_id, "item": item.remote_id, "position": item.position})


def is_with_a_person(delivery: Delivery) -> bool:
    """Whether a person was to post it, and may have."""
    return delivery.state == WITH_A_PERSON
