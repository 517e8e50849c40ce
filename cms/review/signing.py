"""Signing (三审三校, R1): people sign hashes, each step once, and the last signature completes the set."""

from datetime import datetime

from sqlmodel import Session

from cms import audit
from cms.db import utc
from cms.people import Person
from cms.review import checks
from cms.review.checks import SignError
from cms.review.policies import LATER, LAWFUL, POLICIES, Policy
from cms.review.rows import SealedSet, Signature
from cms.review.sealing import check_intact
from cms.review.sheet import missing_steps
from cms.review.subjects import Subject, hash_of, places, signature_of, steps_of


def sign(
    session: Session,
    subject: SealedSet | str,
    step: str,
    signer: Person,
    opinion: str,
    now: datetime,
    policy: Policy | None = None,
) -> list[Signature]:
    """Give the signatures of one step; the last one completes the set.

    ``subject`` is a sealed set, or a manuscript's hash for 初审 and 复审 (``policy`` then says by which
    rules, 三审三校 unless told). Signing 初审 or 复审 on a set signs each of its manuscripts not yet signed.
    """
    rules = POLICIES[subject.policy] if isinstance(subject, SealedSet) else policy or LAWFUL
    checks.check_policy(session, rules)
    checks.check_step(session, subject, step, opinion, rules)
    checks.check_unchanged(session, subject)
    if isinstance(subject, SealedSet):
        check_intact(session, subject)
    steps = steps_of(session, subject, rules)
    waiting = [one for _, one in places(subject, [step]) if not signature_of(session, one, step, rules)]
    if not waiting:
        raise SignError(f"{step}已经签过，不必再签。")
    for one in waiting:
        checks.check_order(session, one, step, steps, rules)
        checks.check_people(session, one, step, signer, rules, now)
    checks.check_answered(session, subject, rules)
    checks.check_proofs(session, subject, step, rules)
    signatures = [_give(session, one, step, signer, opinion.strip(), now, rules) for one in waiting]
    if isinstance(subject, SealedSet):
        _complete(session, subject)
    return signatures


def sign_all(session: Session, sealed: SealedSet, signer: Person, opinion: str, now: datetime) -> None:
    """Take every missing step in order with one person: what a rehearsal (演练) is."""
    for step in missing_steps(session, sealed):
        sign(session, sealed, step, signer, opinion, now)


def review_later(session: Session, sealed: SealedSet, reviewer: Person, opinion: str, now: datetime) -> Signature:
    """补审: what went out by one signature is read by somebody who neither wrote nor signed it."""
    rules = POLICIES[sealed.policy]
    if not sealed.complete:
        raise SignError("还没有签发，不用补审；请先签发。")
    if not opinion.partition("：")[2].strip():
        raise SignError("补审缺意见，请用 --opinion 写一句。")
    if signature_of(session, sealed, LATER, rules):
        raise SignError("已经补审过，不必再审。")
    check_intact(session, sealed)
    checks.check_later(session, sealed, reviewer, rules)
    return _give(session, sealed, LATER, reviewer, opinion, now, rules)


def _give(
    session: Session, subject: Subject, step: str, signer: Person, opinion: str, now: datetime, policy: Policy
) -> Signature:
    signature = Signature(
        step=step,
        signer_id=signer.id,
        subject_hash=hash_of(subject),
        manuscript_hash=subject if isinstance(subject, str) else "",
        sealed_set_id=subject.id if isinstance(subject, SealedSet) else None,
        opinion=opinion,
        policy=policy.name,
        signed_at=utc(now),
    )
    session.add(signature)
    session.flush()
    detail = {"step": step, "hash": signature.subject_hash, "opinion": opinion, "policy": policy.name}
    audit.record(session, signer.login, "review.sign", f"signature:{signature.id}", detail, now)
    return signature


def _complete(session: Session, sealed: SealedSet) -> None:
    if not sealed.complete and not missing_steps(session, sealed):
        sealed.complete = True
        session.add(sealed)
        session.flush()
