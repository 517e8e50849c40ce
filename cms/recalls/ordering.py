"""The decision: a recall approved, rejected or begun; and what a person reports of what they did by hand."""

from datetime import datetime

from sqlmodel import Session, col, select

from channels.addresses import why_not
from cms import audit, review
from cms.db import utc
from cms.matrix import Account
from cms.people import Notice, Person, Workspace, name_of, see, see_about
from cms.people.mandates import ORDER_DECIDED, REFUSE, REMEDY, Mandate, check_may
from cms.recalls.deciding import FLYING, class_of, is_remark
from cms.recalls.drafting import KIND_NAMES, WAITS, plan_missing, standing, state_of
from cms.recalls.holders import tell_holders
from cms.recalls.overlapping import is_undecided, newer, overtaken_by
from cms.recalls.replacing import drop_replacement, releases_of
from cms.recalls.settling import (
    end_asked_again,
    end_tasks,
    finish,
    go_on,
    gone,
    let_stay,
    place_of,
    put_in_place,
    receive,
    refresh,
    settle,
)
from cms.recalls.showing import tell_others
from cms.recalls.steps import OPEN, RecallError, step
from cms.recalls.titles import title_of
from cms.releases import Delivery, Recall, Release, Remedy, lift, move, put_up
from cms.review import SealedSet, Signature
from cms.review.policies import ISSUE
from cms.stories import Revision, Story


def approve(session: Session, recall: Recall, by: str, opinion: str, now: datetime) -> Recall:
    """One named authority, not who proposed it, orders the retraction: what is unsent is taken back in this very
    transaction, what is out becomes due."""
    _check_drafted(recall)
    if recall.kind == "correction":
        raise RecallError(f"更正令 {recall.id} 要复审、签发都签字，请用 yigao approve {recall.id} 逐步签。")
    check_decides(session, recall, by, ORDER_DECIDED)
    _check_other(session, recall, by)
    if not opinion.strip():
        raise RecallError("批准要写意见，请用 --opinion 写一句。")
    _approve(session, recall, by, opinion.strip(), now)
    plan_missing(session, recall, now)
    _arm(session, recall, now)
    tell_others(session, recall, now)
    return recall


def start(session: Session, recall: Recall, now: datetime) -> Recall:
    """The set of a correction is completely signed: it begins. Nothing older starts any more, what is unsent is
    replaced in this very transaction, what is out becomes due."""
    _check_drafted(recall)
    sealed = sealed_of(session, recall)
    if sealed is None:
        raise RecallError(f"更正令 {recall.id} 还没有封存的成品，请先处理拦截级问题，再重新更正。")
    missing = review.missing_steps(session, sealed)
    if missing:
        raise RecallError(f"更正令 {recall.id} 签字不齐，还缺：{'、'.join(missing)}。")
    query = select(Signature, Person).where(Signature.signer_id == Person.id, Signature.sealed_set_id == sealed.id)
    signature, person = session.exec(query.where(Signature.step == ISSUE)).one()
    _check_other(session, recall, person.login)
    _approve(session, recall, person.login, signature.opinion, now)
    story = session.get_one(Story, recall.origin_id)
    revision = session.get_one(Revision, recall.revision_id)
    put_up(session, recall, story, now, keep_hash=revision.manuscript_hash)
    plan_missing(session, recall, now)
    _arm(session, recall, now)
    tell_others(session, recall, now)
    return recall


def reject(session: Session, recall: Recall, by: str, reason: str, now: datetime) -> Recall:
    """The order is not given: what stopped may start again, what was planned for it is dropped."""
    _check_drafted(recall)
    check_decides(session, recall, by, REFUSE)
    if not reason.strip():
        raise RecallError("驳回要写明原因，请用 --reason 写一句。")
    return give_up(session, recall, by, reason, now)


def give_up(session: Session, recall: Recall, by: str, reason: str, now: datetime) -> Recall:
    """The order is off, by somebody's decision or because it came to nothing before anybody could decide."""
    recall.state, recall.opinion = "rejected", reason.strip()
    session.add(recall)
    session.flush()
    _drop(session, recall, f"{KIND_NAMES[recall.kind]}令已驳回", now)
    see_about(session, f"recall:{recall.id}", by, now)
    if recall.kind == "retraction":
        before = f"《{title_of(session, recall).was}》{KIND_NAMES[recall.kind]}令 {recall.id} 没有批准："
        tell_holders(session, recall, f"{before}在代发人手里的代发包", "照旧代发。", now)
    audit.record(session, by, "recall.reject", f"recall:{recall.id}", {"reason": reason.strip()}, now)
    return recall


def signed(session: Session, sealed: SealedSet, now: datetime) -> Recall | None:
    """A set was completely signed: where it is a correction's, that begins; the recall that began."""
    recall_id = session.get_one(Release, sealed.release_id).recall_id
    recall = session.get_one(Recall, recall_id) if recall_id is not None else None
    if recall is None or recall.kind != "correction" or recall.state != "drafted":
        return None
    mine = sealed_of(session, recall)
    return start(session, recall, now) if mine is not None and mine.id == sealed.id else None


def sealed_of(session: Session, recall: Recall) -> SealedSet | None:
    """The set a correction is signed by: the newest of its first release."""
    for release in releases_of(session, recall)[:1]:
        query = select(SealedSet).where(SealedSet.release_id == release.id).order_by(col(SealedSet.id).desc())
        return session.exec(query.limit(1)).first()
    return None


def _check_drafted(recall: Recall) -> None:
    if recall.state != "drafted":
        told = {"rejected": "已驳回", "approved": "已批准，正在处置", "settled": "已处置完", "closed": "已办结"}
        raise RecallError(f"{KIND_NAMES[recall.kind]}令 {recall.id} {told[recall.state]}，不能再批；要再改请另下一张。")


def check_decides(session: Session, recall: Recall, by: str, mandate: Mandate) -> None:
    """PeopleError when ``by`` may not decide about a story of this unit."""
    check_may(session, by, mandate, [session.get_one(Story, recall.origin_id).unit_id])


def _check_hands(session: Session, remedy: Remedy, by: str) -> str:
    """What was done about a copy is told by those who look after its account: the name of who tells it."""
    return check_may(session, by, REMEDY, [place_of(session, remedy)[2].unit_id]).name


def _check_other(session: Session, recall: Recall, by: str) -> None:
    if by == recall.proposed_by and not session.get_one(Workspace, 1).demo:
        name = name_of(session, by)
        raise RecallError(f"{name}提出了这张{KIND_NAMES[recall.kind]}令，不能自己批准，请换一位签发人。")


def _approve(session: Session, recall: Recall, by: str, opinion: str, now: datetime) -> None:
    recall.state, recall.approved_by, recall.opinion, recall.approved_at = "approved", by, opinion, utc(now)
    session.add(recall)
    session.flush()
    audit.record(session, by, "recall.approve", f"recall:{recall.id}", {"opinion": opinion, "kind": recall.kind}, now)
    waiting = select(Notice).where(Notice.subject == f"recall:{recall.id}", col(Notice.seen_at).is_(None))
    for one in list(session.exec(waiting.where(col(Notice.sentence).contains(WAITS)))):
        see(session, one, by, now)
    _take_over(session, recall, now)


def _take_over(session: Session, recall: Recall, now: datetime) -> None:
    """Older corrections of the story end: what they had open is off, what they let through stops. A call under way
    ends first (its remedy stays); so does what has no answer or is with a person, where the new order leaves the copy
    as it is if it can: nobody knows whether it still is."""
    story = session.get_one(Story, recall.origin_id)
    mine = [story]
    if recall.kind == "retraction":
        mine += session.exec(select(Story).where(Story.origin_id == story.id))
    older = {one.id: one for each in mine for one in standing(session, each) if one.id < recall.id}
    for one in older.values():
        if one.kind == "correction" and one.state in ("drafted", "approved", "settled", "closed"):
            _drop(session, one, f"被{KIND_NAMES[recall.kind]}令 {recall.id} 取代", now)
            if one.state == "drafted":
                one.state, one.opinion = "rejected", f"被{KIND_NAMES[recall.kind]}令 {recall.id} 取代"
                session.add(one)
                see_about(session, f"recall:{one.id}", recall.approved_by, now)
            settle(session, one, now)
    session.flush()


def _drop(session: Session, recall: Recall, reason: str, now: datetime) -> None:
    lift(session, recall, now)
    query = select(Remedy).where(Remedy.recall_id == recall.id, col(Remedy.state).in_(OPEN - {"acting"}))
    for remedy in list(session.exec(query.order_by(col(Remedy.id)))):
        if _is_awaited(session, remedy):
            if remedy.state == "by_hand":  # told anew by whoever writes packages: it is still theirs
                step(session, remedy, "arm", actor=recall.proposed_by, now=now, reason=reason, next_at=None)
            continue
        if remedy.state == "due" and remedy.attempts:
            let_stay(session, remedy, now)
        step(session, remedy, "drop", actor=recall.proposed_by, now=now, reason=reason, ended_at=utc(now))
        if recall.state in ("drafted", "rejected"):
            drop_replacement(session, remedy.replacement_id, reason, now)


def _is_awaited(session: Session, remedy: Remedy) -> bool:
    """Whether a newer order decides about this copy only once it is known what became of this remedy."""
    if remedy.state not in ("unknown", "by_hand"):
        return False
    item, delivery, _ = place_of(session, remedy)
    is_out = class_of(state_of(session, item, delivery)) == "out"
    return is_out and any(is_undecided(one) for one, _ in newer(session, remedy)[:1])


def _arm(session: Session, recall: Recall, now: datetime) -> None:
    query = select(Remedy).where(Remedy.recall_id == recall.id, Remedy.state == "planned")
    for remedy in list(session.exec(query.order_by(col(Remedy.id)))):
        refresh(session, step(session, remedy, "arm", actor=recall.approved_by, now=now), now)
    settle(session, recall, now)


# --------------------------------------------------------------------------- by hand


def done_by_hand(
    session: Session,
    remedy: Remedy,
    by: str,
    note: str,
    now: datetime,
    address: str = "",
    was_posted: bool = True,
) -> Remedy:
    """A person did in the platform's console what we could not. ``was_posted`` False: they had never posted it; what
    a correction brings is handed over to them instead, after a retraction nothing is. ``address``: where the corrected
    copy is now, when that changed."""
    name = _check_hands(session, remedy, by)
    if not note.strip():
        raise RecallError("请写明做了什么、看到什么，用 --note 写一句。")
    if remedy.state not in ("by_hand", "failed"):
        raise RecallError(f"处置 {remedy.id} 不等人处理，用 yigao recall {remedy.recall_id} 查看。")
    _, delivery, _ = place_of(session, remedy)
    if delivery.state in FLYING:
        raise RecallError("这一份还在等平台的结果，有了结果会自动处置；请先用 yigao why 查看。")
    recall = session.get_one(Recall, remedy.recall_id)
    said = note.strip()
    if was_posted and recall.kind == "expiry" and delivery.state == "handed_over":
        raise RecallError(
            "这一份还没有登记发在哪里：发过的，请先登记地址（yigao adopt），再登记解除；"
            "没有发过的，请登记“从来没有发过”。"
        )
    if not was_posted:
        _never_out(session, remedy, delivery, by, said, now)
    elif recall.kind == "retraction" or remedy.action in ("withdraw", "reissue"):
        gone(session, remedy, now, actor=by, reason=said)
        receive(session, remedy, "withdrawn", now, note=f"人工处置（{name}）：{said}", verified=False)
    elif remedy.rendition_hash and not is_remark(remedy.rule):
        if address and (why := why_not(address, session.get_one(Account, delivery.account_id).channel)):
            raise RecallError(f"{why}地址没变可以不写。")
        put_in_place(session, remedy, now, verified=False, actor=by, address=address)
        receive(session, remedy, "amended", now, note=f"人工处置（{name}）：{said}", verified=False)
    if was_posted and remedy.action == "by_hand" and remedy.replacement_id is not None:
        drop_replacement(session, remedy.replacement_id, "旧的一份已经发布，在原处更正", now)
        remedy.replacement_id = None
        session.add(remedy)
        session.flush()
    remedy = finish(session, remedy, now, f"{name}：{said}", actor=by)
    end_tasks(session, remedy, now)
    go_on(session, remedy, now)
    return remedy


def cannot_be_done(session: Session, remedy: Remedy, by: str, note: str, now: datetime) -> Remedy:
    """A person looked, and it cannot be done: the copy stays, named, with who said so."""
    _check_hands(session, remedy, by)
    if not note.strip():
        raise RecallError("请写明为什么处置不了，用 --note 写一句。")
    # what a newer order has taken back failed nowhere: it is not wanted any more
    event = "fail" if overtaken_by(session, remedy) is None else "drop"
    failed = step(session, remedy, event, actor=by, now=now, reason=note.strip(), ended_at=utc(now))
    end_asked_again(session, failed, now)
    settle(session, session.get_one(Recall, remedy.recall_id), now)
    go_on(session, failed, now)
    return failed


def once_more(session: Session, remedy: Remedy, by: str, now: datetime) -> Remedy:
    """What stood in the way is gone: it is tried again by itself."""
    _check_hands(session, remedy, by)
    again = step(session, remedy, "arm", actor=by, now=now, next_at=None, person="", deadline=None)
    return refresh(session, again, now)


def _never_out(session: Session, remedy: Remedy, delivery: Delivery, by: str, said: str, now: datetime) -> None:
    if delivery.state not in ("handed_over", "held"):
        raise RecallError("这一份已经发布过，不能登记为没有发布；已删除请不要写 --not-posted。")
    event = "cancel" if remedy.replacement_id is None else "supersede"
    move(session, delivery, event, actor=by, now=now, reason=said, lease_owner="", lease_until=None, next_at=None)
