"""What a signature is given to: a manuscript, by its hash, or a sealed set; and who has signed it already."""

from collections.abc import Sequence

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from cms.db import ask, fetch, once
from cms.review.policies import MANUSCRIPT_STEPS, ORDER, Policy
from cms.review.rows import SealedSet, SealedStep, Signature, Submission, SubmissionStep

Subject = SealedSet | str
_SIGNATURE = select(Signature).where(
    Signature.step == bindparam("step"),
    Signature.policy == bindparam("policy"),
    Signature.subject_hash == bindparam("hash"),
)
_STEPS = select(SealedStep.step).where(SealedStep.sealed_set_id == bindparam("number"))

_ASKED_BY = (
    select(Submission.id)
    .where(Submission.manuscript_hash == bindparam("hash"), Submission.policy == bindparam("policy"))
    .order_by(col(Submission.id).desc())
    .limit(1)
)
_STEPS_ASKED = (
    select(SubmissionStep.step)
    .where(SubmissionStep.submission_id == bindparam("number"))
    .order_by(col(SubmissionStep.position))
)


def hash_of(subject: Subject) -> str:
    """The hash that is signed."""
    return subject if isinstance(subject, str) else subject.hash


def manuscripts_of(subject: Subject) -> list[str]:
    """The manuscripts a signature on ``subject`` answers for."""
    return [subject] if isinstance(subject, str) else subject.manuscripts


def places(subject: Subject, steps: Sequence[str]) -> list[tuple[str, Subject]]:
    """Every (step, what it signs) that concerns ``subject``: 初审 and 复审 sign each manuscript."""
    found: list[tuple[str, Subject]] = []
    for step in steps:
        if step in MANUSCRIPT_STEPS:
            found += [(step, one) for one in manuscripts_of(subject)]
        elif isinstance(subject, SealedSet):
            found.append((step, subject))
    return found


def signature_of(session: Session, subject: Subject, step: str, policy: Policy) -> Signature | None:
    """The signature of ``step`` on ``subject``, if it has been given under this policy."""
    asked = {"step": step, "policy": policy.name, "hash": hash_of(subject)}
    found = once(session, ("signature", *asked.values()), lambda: fetch(session, _SIGNATURE, **asked))
    return found[0] if found else None


def steps_of(session: Session, subject: Subject, policy: Policy) -> tuple[str, ...]:
    """The steps this subject needs, in order: a set's are fixed with it; a manuscript's are those its newest submission
    asked for, or the policy's."""
    if isinstance(subject, SealedSet):
        found = set(ask(session, _STEPS, number=subject.id).scalars())
        return tuple(one for one in ORDER if one in found) or policy.steps
    return once(session, ("steps", subject, policy.name), lambda: _steps_of_text(session, subject, policy))


def _steps_of_text(session: Session, manuscript: str, policy: Policy) -> tuple[str, ...]:
    number = ask(session, _ASKED_BY, hash=manuscript, policy=policy.name).scalar()
    asked = steps_asked(session, number) if number else policy.steps
    return tuple(one for one in asked if one in MANUSCRIPT_STEPS)


def steps_asked(session: Session, submission_id: int) -> tuple[str, ...]:
    """The steps a submission has to pass, in order."""
    return tuple(ask(session, _STEPS_ASKED, number=submission_id).scalars())
