"""Sealing: what is going to be signed is fixed under one hash, as one row that never changes."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel import Session, select

from channels import canonical
from cms import audit
from cms.db import utc
from cms.review.checks import SignError, check_policy
from cms.review.policies import POLICIES, Policy
from cms.review.rows import SealedRendition, SealedSet, SealedStep, Submission
from cms.review.subjects import places, steps_asked, steps_of


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
    steps = _steps(session, sealed, policy)
    sealed.hash = _fingerprint(sealed, sealed.renditions, steps)
    known = session.exec(select(SealedSet).where(SealedSet.hash == sealed.hash)).one_or_none()
    return known or _keep(session, sealed, policy, steps, now)


def _steps(session: Session, sealed: SealedSet, policy: Policy) -> tuple[str, ...]:
    """The steps its submission asked for, or the policy's."""
    query = select(Submission.id).where(Submission.release_id == sealed.release_id, Submission.policy == policy.name)
    number = session.exec(query).first()
    return steps_asked(session, number) if number else policy.steps


def _fingerprint(sealed: SealedSet, renditions: Mapping[str, str], steps: Sequence[str]) -> str:
    """What is signed, and by whom it has to be where that is more than its policy says."""
    said: dict[str, object] = {
        "release": sealed.release_id,
        "manuscripts": sealed.manuscripts,
        "renditions": dict(renditions),
        "assets": sealed.assets,
        "policy": sealed.policy,
    }
    return canonical.digest(said if tuple(steps) == POLICIES[sealed.policy].steps else {**said, "steps": list(steps)})


def _keep(
    session: Session, sealed: SealedSet, policy: Policy, steps: Sequence[str], now: datetime
) -> SealedSet:  # fmt: skip
    """Write the set, and the same facts as rows for the database's own walls."""
    session.add(sealed)
    session.flush()
    for delivery_id, rendition in sealed.renditions.items():
        session.add(SealedRendition(sealed_set_id=sealed.id, delivery_id=int(delivery_id), rendition_hash=rendition))
    for step, one in places(sealed, steps):
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
    steps = steps_of(session, sealed, POLICIES[sealed.policy])
    if listed != sealed.renditions or _fingerprint(sealed, listed, steps) != sealed.hash:
        raise SignError("封存件与当初封存的不一致，请重新封存并查看审计记录。")
