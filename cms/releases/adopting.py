"""采用省级来稿: a unit below publishes, unchanged, what a unit above it has signed whole.

Nothing is written anew: the release carries the very revision that was signed, and one of the unit confirms it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlmodel import Session, col, select

from cms import audit, review
from cms.db import utc
from cms.matrix import Account, Unit
from cms.people import Person, Workspace
from cms.people.roles import EDITOR, SIGNER, Tree, tree
from cms.releases.plan import PlanError, plan
from cms.releases.rows import LIVE_FATES, Delivery, Item, Release, ReleaseStory
from cms.releases.status import moment
from cms.releases.stops import is_stopped
from cms.releases.submitting import SubmitError, make_room, tell_next
from cms.releases.target import Target, TargetError
from cms.review import ADOPTED, LAWFUL, REHEARSAL, SealedSet, Submission, SubmissionStep, submissions
from cms.stories import Revision, Story, origin_of

ADOPTERS = (EDITOR, SIGNER)
NOT_THERE = "这篇现在不能采用：可能已在本单位的账号上，或发稿单位改过、撤下了。"
LOOKED_AT = 400
"""Signed sets that are looked through for what can be adopted, the newest first."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A signed story of a unit above. ``due_at``: its slot there, before which nobody else publishes it; ``one_step``:
    one confirmation is enough; ``under_way``: this unit's adoption of it that is open; ``is_old``: which rests on words
    that were changed since."""

    story: Story
    revision: Revision
    source: SealedSet
    unit: str
    grade: str
    due_at: datetime
    one_step: bool
    attachment: str = ""
    under_way: Submission | None = None
    is_old: bool = False


@dataclass(frozen=True, slots=True)
class Wish:
    """What whoever adopts it asks for."""

    due_at: datetime
    channels: tuple[str, ...]
    note: str = ""


def offered(session: Session, unit_id: int, slug: str = "", most: int = 60) -> list[Offer]:
    """What this unit can adopt, or is adopting, the newest first: signed whole by a unit above it in its newest
    version, neither stopped nor cancelled there, and not on the unit's own accounts already. ``slug``: that story
    alone."""
    return list(islice(_offers(session, unit_id, slug), most))


def _offers(session: Session, unit_id: int, slug: str) -> Iterator[Offer]:
    units = tree(session)
    above = _above(units, unit_id)
    names = dict(session.exec(select(Unit.id, Unit.short)).all())
    open_ones = {
        one.story_id: one for one in _own(session, unit_id, slug) if one.state in submissions.OPEN
    }  # fmt: skip
    shown = _shown(session, unit_id)
    seen: set[int] = set()
    for sealed, release, story, revision in _signed(session, above, units.top in above, slug):
        if story.id in seen:
            continue
        open_one, origin = open_ones.get(story.id), origin_of(session, story).id
        if origin in shown and open_one is None:
            continue
        if is_stopped(session, origin, story.id, revision.manuscript_hash) or not _goes_out(session, release, story):
            continue
        seen.add(story.id)
        sent = session.exec(select(Submission).where(Submission.release_id == release.id)).first()
        grade = sent.grade if sent else "A"
        yield Offer(
            story=story,
            revision=revision,
            source=sealed,
            unit=names[story.unit_id or units.top or 0],
            grade=grade,
            due_at=release.due_at,
            one_step=review.one_is_enough(session, unit_id, grade),
            attachment=sent.attachment if sent else "",
            under_way=open_one,
            is_old=open_one is not None and open_one.manuscript_hash != revision.manuscript_hash,
        )


def _above(units: Tree, unit_id: int) -> frozenset[int]:
    return frozenset(one for one, _, _ in units.rows if one != unit_id and unit_id in units.below(one))


def _signed(
    session: Session, above: frozenset[int], with_house: bool, slug: str
) -> Iterator[tuple[SealedSet, Release, Story, Revision]]:
    """Complete sets of stories of these units, whose version there is the story's newest one."""
    demo = session.get_one(Workspace, 1).demo
    policies = (LAWFUL.name, REHEARSAL.name) if demo else (LAWFUL.name,)
    newest = (
        select(Revision.manuscript_hash)
        .where(Revision.story_id == Story.id)
        .order_by(col(Revision.number).desc())
        .limit(1)
        .correlate(Story)
        .scalar_subquery()
    )
    whose = col(Story.unit_id).in_(above)
    query = (
        select(SealedSet, Release, Story, Revision)
        .where(SealedSet.release_id == Release.id, ReleaseStory.release_id == Release.id)
        .where(Story.id == ReleaseStory.story_id, Revision.id == ReleaseStory.revision_id)
        .where(col(SealedSet.complete).is_(True), col(SealedSet.policy).in_(policies))
        .where(col(Release.flash).is_(False), col(Story.binned_at).is_(None))
        .where(whose | col(Story.unit_id).is_(None) if with_house else whose)
        .where(ReleaseStory.manuscript_hash == newest)
        .order_by(col(SealedSet.id).desc())
    )
    yield from session.exec((query.where(Story.slug == slug) if slug else query).limit(LOOKED_AT))


def _own(session: Session, unit_id: int, slug: str = "") -> list[Submission]:
    query = select(Submission).where(Submission.unit_id == unit_id, Submission.policy == ADOPTED.name)
    if slug:
        query = query.where(Submission.story_id == Story.id, Story.slug == slug)
    return list(session.exec(query.order_by(col(Submission.id))))


def _shown(session: Session, unit_id: int) -> set[int]:
    """The origins that stand, or are about to, on this unit's accounts."""
    query = select(Item.origin_id).where(
        Item.account_id == Account.id, Account.unit_id == unit_id, col(Item.fate).in_(LIVE_FATES)
    )
    return set(session.exec(query))


def _goes_out(session: Session, release: Release, story: Story) -> bool:
    """Whether the unit it comes from still publishes it: what it cancelled or took away is no more to be had."""
    query = select(Item.id).where(
        Item.delivery_id == Delivery.id, Delivery.release_id == release.id, Item.story_id == story.id,
        col(Item.fate).in_((*LIVE_FATES, "composed")), Delivery.state != "held",
    )  # fmt: skip
    return session.exec(query.limit(1)).first() is not None


def adopt(session: Session, slug: str, unit_id: int, sender: Person, wish: Wish, now: datetime) -> Submission:
    """Take a story over for this unit's own accounts; what is left is 确认采用 by one who may sign there."""
    offer = next(iter(offered(session, unit_id, slug)), None)
    if offer is None:
        raise SubmitError(NOT_THERE)
    headline = offer.story.headline
    if offer.under_way is not None and not offer.is_old:
        raise SubmitError(f"《{headline}》本单位正在采用，不必再采；要换时间或渠道，请先撤回。")
    _check(session, offer, unit_id, wish, now)
    make_room(
        session, [one for one in _own(session, unit_id, slug) if one.state != "replaced"], sender, "重新采用", now
    )
    target = Target(wish.channels, (session.get_one(Unit, unit_id).slug,), alone=True)
    try:
        release = plan(session, [offer.revision], target, wish.due_at, sender.login, ADOPTED, now)
    except (PlanError, TargetError) as error:
        raise SubmitError(str(error)) from error
    made = Submission(
        story_id=offer.story.id, revision_id=offer.revision.id, manuscript_hash=offer.revision.manuscript_hash,
        release_id=release.id, unit_id=unit_id, grade=offer.grade, policy=ADOPTED.name, note=wish.note.strip(),
        attachment=offer.attachment, source_set_id=offer.source.id, sender_id=sender.id, sent_at=utc(now),
        due_at=utc(wish.due_at),
    )  # fmt: skip
    session.add(made)
    session.flush()
    stage = review.ADOPTER
    session.add(SubmissionStep(submission_id=made.id, step=stage.step, position=1, role=stage.role, reach=stage.reach))
    session.flush()
    detail = {
        "story": slug, "revision": offer.revision.number, "grade": offer.grade, "release": release.id,
        "source": offer.source.id, "unit": unit_id,
    }  # fmt: skip
    audit.record(session, sender.login, "review.adopt", f"submission:{made.id}", detail, now)
    tell_next(session, made, now)
    return made


def _check(session: Session, offer: Offer, unit_id: int, wish: Wish, now: datetime) -> None:
    if not offer.one_step:
        raise SubmitError(
            f"《{offer.story.headline}》是 {offer.grade} 级（{review.GRADES[offer.grade]}），重要稿件要走本单位的三审，"
            "一次确认不够：请另写本单位的一篇送审，或请发稿单位把本单位的账号一并排上。"
        )
    if wish.due_at <= now:
        raise SubmitError("发布时间已经过去，请选将来的时间。")
    if wish.due_at < offer.due_at:
        raise SubmitError(f"{offer.unit}定在 {moment(offer.due_at)} 发布，不能抢先，请选这个时间或之后。")
    if not wish.channels:
        raise SubmitError("还没有选渠道，请至少选一个。")
    known = set(session.exec(select(Account.channel).where(Account.unit_id == unit_id)))
    if any(one not in known for one in wish.channels):
        raise SubmitError("选了本单位没有账号的渠道，请重新选。")
