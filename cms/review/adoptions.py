"""采用省级来稿: where one local confirmation is enough, and whose signatures an adoption rests on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from cms import audit
from cms.matrix import Unit
from cms.people import Person
from cms.people.roles import tree
from cms.review.grades import GRADES, GradeError
from cms.review.policies import POLICIES
from cms.review.rows import AdoptionRule, SealedSet, Submission
from cms.review.subjects import places, signature_of, steps_of
from cms.stories import Story

DEFAULTS: Mapping[str, bool] = {"A": True, "B": True, "C": False}
"""Whether one confirmation is enough, by grade."""


@dataclass(frozen=True, slots=True)
class SignedAbove:
    """One step as it was signed where the story comes from."""

    unit: str
    step: str
    name: str
    at: datetime


def one_is_enough(session: Session, unit_id: int, grade: str) -> bool:
    """Whether ``unit_id`` may adopt a story of this grade by one confirmation: by its own row, that of the nearest unit
    above it, or the built-in rule."""
    if grade not in GRADES:
        raise GradeError(f"没有“{grade}”这一级，可选：{'、'.join(GRADES)}。")
    parents = {one: parent for one, _, parent in tree(session).rows}
    here: int | None = unit_id
    while here is not None:
        row = _row(session, here, grade)
        if row is not None:
            return row.one_step
        here = parents.get(here)
    return DEFAULTS[grade]


def rule_adoptions(session: Session, unit_id: int, rules: Mapping[str, bool], by: str, now: datetime) -> None:
    """From now on it is so in this unit and below it. What was sent already keeps what it was sent with."""
    for grade, one_step in rules.items():
        if grade not in GRADES:
            raise GradeError(f"没有“{grade}”这一级，可选：{'、'.join(GRADES)}。")
        row = _row(session, unit_id, grade) or AdoptionRule(unit_id=unit_id, grade=grade, one_step=one_step)
        row.one_step = one_step
        session.add(row)
    session.flush()
    detail = {"unit": unit_id, **{grade: bool(one) for grade, one in rules.items()}}
    audit.record(session, by, "review.adoptions", f"unit:{unit_id}", detail, now)


def _row(session: Session, unit_id: int, grade: str) -> AdoptionRule | None:
    query = select(AdoptionRule).where(AdoptionRule.unit_id == unit_id, AdoptionRule.grade == grade)
    return session.exec(query).one_or_none()


def signed_above(session: Session, submission: Submission) -> list[SignedAbove]:
    """Who signed what it rests on, in order; nothing for what is no adoption."""
    if submission.source_set_id is None:
        return []
    sealed = session.get_one(SealedSet, submission.source_set_id)
    return signers_of(session, sealed, session.get_one(Story, submission.story_id), submission.manuscript_hash)


def signers_of(session: Session, sealed: SealedSet, story: Story, manuscript: str) -> list[SignedAbove]:
    """Who signed this story in that set, in order."""
    policy = POLICIES[sealed.policy]
    unit_id = story.unit_id if story.unit_id is not None else tree(session).top
    unit = session.get(Unit, unit_id)
    found = []
    for step, subject in places(sealed, steps_of(session, sealed, policy)):
        given = signature_of(session, subject, step, policy)
        is_its = not isinstance(subject, str) or subject == manuscript
        if given is not None and is_its:
            name = session.get_one(Person, given.signer_id).name
            found.append(SignedAbove(unit.short if unit else "", step, name, given.signed_at))
    return found
