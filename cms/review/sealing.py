"""Sealing: what is going to be signed is fixed under one hash, as one row that never changes."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel import Session, select

from channels import canonical
from cms import audit
from cms.db import utc
from cms.review.checks import SignError, check_policy
from cms.review.policies import Policy
from cms.review.rows import SealedRendition, SealedSet, SealedStep
from cms.review.subjects import places


def seal(
    session: Session,
    release_id: int,
    manuscripts: Sequence[str],
    renditions: Mapping[int, str],
    assets: Sequence[str],
    policy: Policy,
    now: datetime,
) -> SealedSet:
    """Fix what is going to be signed. The same set again gives the same row, with its signatures."""
    check_policy(session, policy)
    if not manuscripts or not renditions:
        raise SignError("没有可以封存的成品，请先完成渲染和检查。")
    sealed = SealedSet(
        hash="",
        release_id=release_id,
        manuscripts=sorted(set(manuscripts)),
        renditions={str(delivery_id): one for delivery_id, one in renditions.items()},
        assets=sorted(set(assets)),
        policy=policy.name,
        sealed_at=utc(now),
    )
    sealed.hash = _fingerprint(sealed, sealed.renditions)
    known = session.exec(select(SealedSet).where(SealedSet.hash == sealed.hash)).one_or_none()
    return known or _keep(session, sealed, policy, now)


def _fingerprint(sealed: SealedSet, renditions: Mapping[str, str]) -> str:
    return canonical.digest(
        {
            "release": sealed.release_id,
            "manuscripts": sealed.manuscripts,
            "renditions": dict(renditions),
            "assets": sealed.assets,
            "policy": sealed.policy,
        }
    )


def _keep(session: Session, sealed: SealedSet, policy: Policy, now: datetime) -> SealedSet:
    """Write the set, and the same facts as rows for the database's own walls."""
    session.add(sealed)
    session.flush()
    for delivery_id, rendition in sealed.renditions.items():
        session.add(SealedRendition(sealed_set_id=sealed.id, delivery_id=int(delivery_id), rendition_hash=rendition))
    for step, one in places(sealed, policy.steps):
        manuscript = one if isinstance(one, str) else ""
        session.add(SealedStep(sealed_set_id=sealed.id, step=step, manuscript_hash=manuscript))
    session.flush()
    detail = {"hash": sealed.hash, "policy": policy.name, "deliveries": len(sealed.renditions)}
    audit.record(session, "system", "release.seal", f"release:{sealed.release_id}", detail, now)
    return sealed


def check_intact(session: Session, sealed: SealedSet) -> None:
    """What the set says, its rows say, and its hash says, are one thing."""
    rows = session.exec(select(SealedRendition).where(SealedRendition.sealed_set_id == sealed.id))
    listed = {str(row.delivery_id): row.rendition_hash for row in rows}
    if listed != sealed.renditions or _fingerprint(sealed, listed) != sealed.hash:
        raise SignError("封存件与当初封存的不一致，请重新封存并查看审计记录。")
