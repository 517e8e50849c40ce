"""From rendered to ready: a release's renditions are sealed, signed, and let through together."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from cms import review
from cms.releases.rows import Delivery, Release, ReleaseStory
from cms.releases.states import NEEDS_SIGNATURE, move_all
from cms.review import Policy, SealedSet, SignError


def deliveries_of(session: Session, release: Release) -> list[Delivery]:
    """The deliveries of a release, in the order they were planned."""
    query = select(Delivery).where(Delivery.release_id == release.id).order_by(col(Delivery.id))
    return list(session.exec(query))


def seal(
    session: Session,
    release: Release,
    renditions: Mapping[int, str],
    assets: Sequence[str],
    policy: Policy,
    now: datetime,
) -> SealedSet:
    """Seal the renditions (by delivery id) of a release, and point its unsigned deliveries to the set."""
    deliveries = {one.id: one for one in deliveries_of(session, release)}
    for delivery_id, rendition_hash in renditions.items():
        delivery = deliveries.get(delivery_id)
        if delivery is None or delivery.rendition_hash != rendition_hash:
            raise SignError("要封存的成品与投递台账不一致，请重新渲染再封存。")
    sealed = review.seal(session, release.id, manuscripts_of(session, release), renditions, assets, policy, now)
    for delivery in deliveries.values():
        if delivery.id in renditions and delivery.state not in NEEDS_SIGNATURE:
            delivery.sealed_set_id = sealed.id
    release.state = "sealed"
    session.flush()
    return sealed


def manuscripts_of(session: Session, release: Release) -> list[str]:
    """The hashes of the stories a release carries."""
    query = select(ReleaseStory.manuscript_hash).where(ReleaseStory.release_id == release.id)
    return list(session.exec(query))


def let_through(session: Session, sealed: SealedSet, actor: str, now: datetime) -> list[Delivery]:
    """Move every rendered delivery of a completely signed set to ready.

    SignError while a signature is missing, or when a story was edited since: an edit voids the sign-off (I6)."""
    missing = review.missing_steps(session, sealed)
    if missing:
        raise SignError(f"签字不齐，还缺：{'、'.join(missing)}。")
    review.check_unchanged(session, sealed)
    query = select(Delivery).where(Delivery.sealed_set_id == sealed.id, Delivery.state == "rendered")
    waiting = list(session.exec(query.order_by(col(Delivery.id))))
    return move_all(session, waiting, "sign", actor=actor, now=now)
