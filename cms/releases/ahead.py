"""不抢先: what a unit adopted goes out no earlier than where it comes from."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from cms.db import utc
from cms.matrix import Unit
from cms.people.roles import tree
from cms.releases.rows import Delivery, PushArticle, Release
from cms.releases.states import TERMINAL
from cms.releases.status import moment
from cms.review import SealedSet, Submission, submissions
from cms.stories import Story


def why_early(session: Session, releases: Collection[int], at: datetime) -> str:
    """Why what these releases carry may not go out at ``at``: a story of theirs was adopted from a unit above that
    still publishes it, later. "" when nothing stands against it."""
    still = select(Delivery.id).where(Delivery.release_id == Release.id, Delivery.state != "cancelled")
    query = (
        select(Release.due_at, Story.unit_id, Story.headline)
        .where(col(Submission.release_id).in_(releases), Submission.source_set_id == SealedSet.id)
        .where(SealedSet.release_id == Release.id, Story.id == Submission.story_id)
        .where(col(Release.due_at) > utc(at), still.correlate(Release).exists())
        .order_by(col(Release.due_at).desc())
    )
    found = session.exec(query.limit(1)).first()
    if found is None:
        return ""
    due_at, unit_id, headline = found
    unit = session.get_one(Unit, unit_id if unit_id is not None else tree(session).top)
    return f"《{headline}》采用自{unit.short}，那里定在 {moment(due_at)} 发布，不能抢先，请选这个时间或之后。"


def releases_in(session: Session, *deliveries: Delivery) -> set[int]:
    """The releases whose stories these carry: their own, and those a push was put together of."""
    query = select(Delivery.release_id).where(PushArticle.source_id == Delivery.id)
    bound = query.where(col(PushArticle.delivery_id).in_([one.id for one in deliveries]))
    return {*(one.release_id for one in deliveries), *session.exec(bound)}


def overtaking(session: Session, release: Release) -> list[tuple[Submission, Release]]:
    """What units below adopted from this release and have at an earlier time than it now has."""
    own = aliased(Release)
    query = (
        select(Submission, own)
        .join(SealedSet, col(SealedSet.id) == Submission.source_set_id)
        .join(own, col(own.id) == Submission.release_id)
        .where(SealedSet.release_id == release.id, own.due_at < release.due_at)
        .where(col(Submission.state).in_((*submissions.OPEN, "signed")))
        .order_by(col(Submission.id))
    )
    return list(session.exec(query))


def overtaking_bound(session: Session, release: Release) -> list[tuple[Submission, Delivery]]:
    """What units below adopted from this release, bound into a push of theirs that is earlier than it now is."""
    own, push = aliased(Delivery), aliased(Delivery)
    query = (
        select(Submission, push)
        .join(SealedSet, col(SealedSet.id) == Submission.source_set_id)
        .join(own, col(own.release_id) == Submission.release_id)
        .join(PushArticle, col(PushArticle.source_id) == own.id)
        .join(push, col(push.id) == PushArticle.delivery_id)
        .where(SealedSet.release_id == release.id, push.due_at < release.due_at, col(push.state).not_in(TERMINAL))
        .order_by(col(push.id), col(Submission.id))
    )
    return list(session.exec(query))
