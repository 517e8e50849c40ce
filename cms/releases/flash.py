"""快讯 (预警): first in every queue, out by one signature, over at its time, and reviewed afterwards (补审)."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from cms import audit, review
from cms.db import utc
from cms.matrix import Account
from cms.people import Person, notify
from cms.people.mandates import FLASH, LIFT, REVIEW, Mandate, check_may
from cms.releases.cancel import UNSENT, may_be_out
from cms.releases.recall_rows import Recall, Remedy
from cms.releases.rows import Delivery, Item, Release, ReleaseStory
from cms.releases.seal import deliveries_of
from cms.releases.states import GONE, move
from cms.releases.status import moment
from cms.stories import Story

REVIEW_WITHIN = timedelta(hours=24)
OURS, BY_PEOPLE = "files", "handover"
ESCALATION = (
    (timedelta(), "补审已超时"),
    (timedelta(hours=2), "补审超时两小时，请值班负责人督办"),
    (timedelta(hours=24), "补审超时一天，请省级管理员督办"),
)
"""How late a later review is, and what is told then; each once."""


class FlashError(Exception):
    """Why this cannot be done to a flash, in one sentence with the remedy."""


def mark(
    session: Session, release: Release, expires_at: datetime | None, now: datetime, within: timedelta = REVIEW_WITHIN
) -> None:
    """Make a release that was just planned a flash: its deliveries overtake the others."""
    if expires_at is not None and expires_at <= now:
        raise FlashError(f"解除时间 {moment(expires_at)} 已经过去，请写将来的时间。")
    release.flash, release.expires_at = True, utc(expires_at) if expires_at else None
    release.review_by = release.created_at + within
    for one in deliveries_of(session, release):
        one.urgent, one.expires_at = True, release.expires_at
        session.add(one)
    session.add(release)
    session.flush()


def has_ended(delivery: Delivery, at: datetime) -> bool:
    """Whether what a delivery carries is no news any more ``at`` that time."""
    return delivery.expires_at is not None and delivery.expires_at <= at


def refuse_if_over(release: Release, now: datetime) -> None:
    """SignError when a flash is signed after its end."""
    if release.flash and release.expires_at is not None and release.expires_at <= now:
        raise review.SignError(f"这条快讯 {moment(release.expires_at)} 已到解除时间，不能再签发，请改好时间重新发起。")


def begin(session: Session, release: Release, signer: Person, now: datetime) -> None:
    """It was signed: it is due at this second, its end is ordered, and the clock of the later review runs."""
    within = (release.review_by or now) - release.created_at
    release.due_at, release.review_by = utc(now), utc(now) + within
    for one in deliveries_of(session, release):
        if one.state == "ready":
            one.due_at = release.due_at
            session.add(one)
    session.add(release)
    session.flush()
    if release.expires_at is not None:
        _order_end(session, release, signer.login, release.expires_at, now)
    notify(session, f"release:{release.id}", f"{_name(release)}已签发，{_until(release)}前要补审：{_ask(release)}", now)


def check_author(session: Session, release: Release) -> None:
    """PeopleError when its author may not announce a flash on every one of its accounts."""
    _check_may(session, release, release.author, FLASH)


def _check_may(session: Session, release: Release, by: str, mandate: Mandate) -> None:
    """A flash is everybody's whose account it goes out on: the decision has to reach all of them."""
    query = select(Account.unit_id).where(Delivery.account_id == Account.id, Delivery.release_id == release.id)
    units: list[int | None] = [*session.exec(query.distinct())]
    check_may(session, by, mandate, units)


# --------------------------------------------------------------------------- its end


def _order_end(session: Session, release: Release, by: str, at: datetime, now: datetime) -> Recall | None:
    """解除令: the flash's own signature orders it. From ``at`` on our own pages and feeds say it is over, and whoever
    was to post it by hand does not any more, or says there that it is over; None where there is neither."""
    copies = _copies(session, release, OURS, BY_PEOPLE)
    if not copies:
        return None
    recall = Recall(
        kind="expiry", origin_id=copies[0].origin_id, reason="快讯到时间解除",
        notice="这条快讯已经解除，请以最新发布为准。", policy=release.policy, state="approved",
        proposed_by=release.author, created_at=utc(now), approved_by=by, opinion="随快讯一并签发", approved_at=utc(now),
    )  # fmt: skip
    session.add(recall)
    session.flush()
    session.add_all([_end_of_copy(recall, item, at, now) for item in copies])
    session.flush()
    detail = {"release": release.id, "at": at.isoformat(), "copies": len(copies)}
    audit.record(session, by, "flash.end", f"recall:{recall.id}", detail, now)
    return recall


def order_end_of(session: Session, recall: Recall, item: Item, now: datetime) -> None:
    """This copy on our own pages says from now on that the flash is over, if that is not ordered already."""
    if session.exec(select(Remedy.id).where(Remedy.recall_id == recall.id, Remedy.item_id == item.id)).first() is None:
        session.add(_end_of_copy(recall, item, now, now))
        session.flush()


def _end_of_copy(recall: Recall, item: Item, at: datetime, now: datetime) -> Remedy:
    return Remedy(
        recall_id=recall.id, item_id=item.id, delivery_id=item.delivery_id, account_id=item.account_id, action="expire",
        state="due", rule="own.expire", next_at=utc(at), changed_at=utc(now),
    )  # fmt: skip


def _copies(session: Session, release: Release, *transports: str) -> list[Item]:
    """The copies on our own accounts, or on those people post to, that readers have, or may yet get."""
    query = (
        select(Item)
        .where(
            Item.delivery_id == Delivery.id, Delivery.account_id == Account.id, col(Account.transport).in_(transports)
        )
        .where(col(Delivery.id).in_(_with_replacements(session, release)), col(Delivery.state).not_in(GONE))
    )
    return list(session.exec(query.order_by(col(Item.id))))


def _with_replacements(session: Session, release: Release) -> set[int]:
    """The deliveries of a flash, and those that corrections sent, or will send, instead of them."""
    edge = [one.id for one in deliveries_of(session, release)]
    known = set(edge)
    while edge:
        query = select(Remedy.replacement_id).where(
            col(Remedy.delivery_id).in_(edge), col(Remedy.replacement_id).not_in(known)
        )
        edge = [one for one in session.exec(query.distinct()) if one is not None]
        known.update(edge)
    return known


def lift(session: Session, release: Release, by: str, reason: str, now: datetime) -> int:
    """End a flash now: nothing of it starts any more, and our own pages say so; how many copies of ours."""
    _is_flash(release)
    if not reason.strip():
        raise FlashError("解除快讯要写明原因，请用 --reason 写一句。")
    _check_may(session, release, by, LIFT)
    if release.expires_at is not None and release.expires_at <= now:
        raise FlashError(f"这条快讯 {moment(release.expires_at)} 已经解除。")
    sealed = sealed_of(session, release)
    if not sealed.complete:
        raise FlashError(f"这条快讯还没有签发，不用解除；不发了请用 yigao cancel {release.id}。")
    release.expires_at = utc(now)
    session.add(release)
    for each in session.exec(select(Delivery).where(col(Delivery.id).in_(_with_replacements(session, release)))):
        each.expires_at = utc(now)
        session.add(each)
    open_ones = _end_of(session, release)
    for one in open_ones:
        one.next_at = utc(now)
        session.add(one)
    if not open_ones:
        _order_end(session, release, by, now, now)
    audit.record(session, by, "flash.lift", f"release:{release.id}", {"reason": reason.strip()}, now)
    close_expired(session, now)
    return len(_copies(session, release, OURS))


def _end_of(session: Session, release: Release) -> list[Remedy]:
    """What is still to be done about its end."""
    query = (
        select(Remedy)
        .where(Remedy.recall_id == Recall.id, Recall.kind == "expiry", Remedy.delivery_id == Delivery.id)
        .where(Delivery.release_id == release.id, Remedy.state == "due")
    )
    return list(session.exec(query.order_by(col(Remedy.id))))


def close_expired(session: Session, now: datetime) -> list[Delivery]:
    """Cancel what of a flash, or of its corrections, had not gone out when it ended: nobody must read it as news any
    more."""
    query = select(Delivery).where(col(Delivery.state).in_(UNSENT), col(Delivery.expires_at) <= now)
    unsent = [one for one in session.exec(query.order_by(col(Delivery.id))).all() if not may_be_out(session, one)]
    words = "快讯已到解除时间，没有发出的不再发"
    changes = {"lease_owner": "", "lease_until": None, "next_at": None, "frozen_by": None}
    return [move(session, one, "cancel", actor="pipeline", now=now, reason=words, **changes) for one in unsent]


# --------------------------------------------------------------------------- the later review


def record_review(
    session: Session, release: Release, reviewer: Person, opinion: str, now: datetime, *, passed: bool
) -> None:
    """补审: somebody who neither wrote nor signed it read it afterwards."""
    _is_flash(release)
    if release.reviewed_at is not None:
        raise FlashError(f"{_name(release)}{moment(release.reviewed_at)} 已经补审过。")
    _check_may(session, release, reviewer.login, REVIEW)
    verdict = "通过" if passed else "不通过"
    review.review_later(session, sealed_of(session, release), reviewer, f"{verdict}：{opinion.strip()}", now)
    release.reviewed_at = utc(now)
    session.add(release)
    session.flush()
    audit.record(session, reviewer.login, "flash.review", f"release:{release.id}", {"passed": passed}, now)
    if not passed:
        words = f"{_name(release)}补审不通过（{reviewer.name}：{opinion.strip()}），请尽快撤稿或更正。"
        notify(session, f"release:{release.id}", words, now)


def unreviewed(session: Session) -> list[Release]:
    """Flashes that went out and that nobody has reviewed yet."""
    query = select(Release).where(
        col(Release.flash), col(Release.reviewed_at).is_(None), review.SealedSet.release_id == Release.id,
        col(review.SealedSet.complete),
    )  # fmt: skip
    return list(session.exec(query.order_by(col(Release.review_by), col(Release.id))))


def escalate(session: Session, now: datetime) -> list[str]:
    """Tell of every later review that is late, each rung once; what was told."""
    told = []
    for release in unreviewed(session):
        behind = now - (release.review_by or now)
        reached = [rung for rung, (late, _) in enumerate(ESCALATION) if behind >= late]
        heard = audit.history(session, f"release:{release.id}")
        known = {entry.detail["rung"] for entry in heard if entry.action == "flash.late"}
        for rung in (one for one in reached if one not in known):
            words = f"{_name(release)}{ESCALATION[rung][1]}（应在 {_until(release)} 前）：{_ask(release)}"
            notify(session, f"release:{release.id}", words, now)
            audit.record(session, "pipeline", "flash.late", f"release:{release.id}", {"rung": rung}, now)
            told.append(words)
    return told


def sealed_of(session: Session, release: Release) -> review.SealedSet:
    """What of a flash was sealed last; FlashError before that."""
    query = select(review.SealedSet).where(review.SealedSet.release_id == release.id)
    found = session.exec(query.order_by(col(review.SealedSet.id).desc()).limit(1)).first()
    if found is None:
        raise FlashError(f"发布单 {release.id} 没有可签的封存件，请重新发起快讯（yigao flash）。")
    return found


def slug_of(session: Session, release: Release) -> str:
    """The story it carries, by its name in commands."""
    query = select(Story.slug).where(ReleaseStory.story_id == Story.id, ReleaseStory.release_id == release.id)
    return session.exec(query.order_by(col(ReleaseStory.position)).limit(1)).one()


def _is_flash(release: Release) -> None:
    if not release.flash:
        raise FlashError(f"发布单 {release.id} 不是快讯；普通稿件请用更正或撤稿。")


def _name(release: Release) -> str:
    return f"快讯《{release.title}》"


def _until(release: Release) -> str:
    return moment(release.review_by) if release.review_by else ""


def _ask(release: Release) -> str:
    return f"yigao review {release.id} --by 登录名 --opinion 意见"
