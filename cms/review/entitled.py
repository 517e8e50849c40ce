"""Who may take a step: the role it asks for, near enough to the story, held or lent; and who wrote the story."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import bindparam
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from cms.db import ask, fetch, once
from cms.people import Person
from cms.people.roles import SIGNER, Tree, tree
from cms.people.rows import Appointment
from cms.review.grades import TAKERS, Stage, units_reached
from cms.review.policies import ADOPT, ADOPTED, APPROVE, COMPOSE, Policy
from cms.review.rows import Loan, SealedSet, Submission, SubmissionStep
from cms.review.subjects import Subject, manuscripts_of
from cms.stories import Revision, Story

ADOPTER = Stage(ADOPT, SIGNER)
_NEWEST_SENT = select(Submission).order_by(col(Submission.id).desc()).limit(1)
_OF_RELEASE = _NEWEST_SENT.where(Submission.release_id == bindparam("release"))
_OF_TEXT = _NEWEST_SENT.where(Submission.manuscript_hash == bindparam("hash"), Submission.policy != ADOPTED.name)
_STAGES = (
    select(SubmissionStep)
    .where(SubmissionStep.submission_id == bindparam("submission"))
    .order_by(col(SubmissionStep.position))
)
_UNITS_OF = select(Story.unit_id).where(
    Story.id == Revision.story_id, col(Revision.manuscript_hash).in_(bindparam("hashes", expanding=True))
)
_SAVED = aliased(Revision)
_AUTHORS = (
    select(_SAVED.author)
    .where(_SAVED.story_id == Revision.story_id, col(_SAVED.number) <= Revision.number)
    .where(col(Revision.manuscript_hash).in_(bindparam("hashes", expanding=True)))
    .distinct()
)


def submission_for(session: Session, subject: Subject) -> Submission | None:
    """The submission that asked for these signatures: the set's own, or the newest one of a manuscript that was
    not an adoption."""
    if isinstance(subject, SealedSet):
        found = fetch(session, _OF_RELEASE, release=subject.release_id)
    else:
        found = fetch(session, _OF_TEXT, hash=subject)
    return found[0] if found else None


def stages_of(session: Session, submission: Submission) -> tuple[Stage, ...]:
    """The stages it was sent with, in order."""
    rows = once(session, ("stages", submission.id), lambda: fetch(session, _STAGES, submission=submission.id))
    return tuple(Stage(one.step, one.role, one.reach, one.is_apart, one.person_id) for one in rows)


def stage_of(session: Session, submission: Submission | None, step: str) -> Stage | None:
    """Who takes this step of what was sent so, or was never sent; None where no role is asked for."""
    own = {one.step: one for one in stages_of(session, submission)} if submission else {}
    return own.get(step) or TAKERS.get(step) or (ADOPTER if step == ADOPT else None)


def units_of(session: Session, subject: Subject) -> list[int]:
    """Whose stories these are; a story of nobody's is the house's own."""
    top = tree(session).top
    hashes = tuple(manuscripts_of(subject))
    units = once(session, ("units", hashes), lambda: list(ask(session, _UNITS_OF, hashes=list(hashes)).scalars()))
    found = {unit if unit is not None else top for unit in units}
    return sorted(one for one in found if one is not None)


def lacks(
    session: Session,
    subject: Subject,
    step: str,
    signer: Person,
    policy: Policy,
    now: datetime,
    sent: Submission | None = None,
) -> str:
    """Why ``signer`` may not take ``step`` by what they are; "" when they may. A rehearsal asks for nobody's role,
    nor does a step that signs no new text. ``sent``: the submission that asks, where the subject alone does not say."""
    if policy.demo_only or step in (APPROVE, COMPOSE):
        return ""
    if signer.disabled_at is not None:
        return f"{signer.name}的账号已停用，不能{step}，请换一位。"
    sent = sent or submission_for(session, subject)
    stage = stage_of(session, sent, step)
    if stage is None:
        return ""
    if stage.person_id is not None and stage.person_id != signer.id:
        named = session.get_one(Person, stage.person_id)
        return f"{step}指定由{named.name}来做，{signer.name}不能代签。"
    units = tree(session)
    is_adopted = sent is not None and sent.policy == ADOPTED.name
    for unit_id in [sent.unit_id] if sent and is_adopted else units_of(session, subject):
        if signer.id not in _holders(session, units, stage, unit_id, now):
            where = "省级的" if stage.reach == "province" else "本单位或上级的"
            return f"{step}要由{where}“{stage.role}”来做，{signer.name}不是，请换一位，或请管理员任命。"
    return ""


def holders(session: Session, stage: Stage, unit_id: int, now: datetime) -> list[Person]:
    """Everybody who by their role may take this stage for a story of this unit, the nearest first."""
    if stage.person_id is not None:
        return [session.get_one(Person, stage.person_id)]
    found = _holders(session, tree(session), stage, unit_id, now)
    persons = once(session, ("persons", *found), lambda: _able(session, found))
    return [persons[one] for one in found if one in persons]


def _able(session: Session, numbers: list[int]) -> dict[int, Person]:
    """Those of these people who are not disabled."""
    query = select(Person).where(col(Person.id).in_(numbers), col(Person.disabled_at).is_(None))
    return {one.id: one for one in session.exec(query)}


def _holders(session: Session, units: Tree, stage: Stage, unit_id: int, now: datetime) -> list[int]:
    """Their ids: those of the unit itself before those of the units above."""
    key = "holders", stage.role, stage.reach, unit_id, now
    return once(session, key, lambda: _asked_holders(session, units, stage, unit_id, now))


def _asked_holders(session: Session, units: Tree, stage: Stage, unit_id: int, now: datetime) -> list[int]:
    reached = frozenset(units_reached(units, stage, unit_id))
    holding = once(session, ("holding", stage.role, now), lambda: _holding(session, stage.role, now))
    pairs = [one for one in holding if one[0] in reached]
    nearness = {one: at for at, one in enumerate(units.above(unit_id))}
    return list(dict.fromkeys(person for _, person in sorted(pairs, key=lambda one: nearness.get(one[0], 99))))


def _holding(session: Session, role: str, now: datetime) -> list[tuple[int, int]]:
    """(unit, person) of everybody who has a role anywhere, their own before those lent: a list of reviews asks for one
    unit after the other."""
    held = select(Appointment.unit_id, Appointment.person_id).where(Appointment.role == role)
    lent = select(Loan.unit_id, Loan.person_id).where(
        Loan.role == role, col(Loan.ended_at).is_(None), col(Loan.until) > now
    )
    return [*session.exec(held.order_by(col(Appointment.id))), *session.exec(lent.order_by(col(Loan.id)))]


def roles_held(session: Session, person: Person, now: datetime) -> set[str]:
    """The roles somebody has in any unit, their own and those lent to them."""
    lent = select(Loan.role).where(Loan.person_id == person.id, col(Loan.ended_at).is_(None), col(Loan.until) > now)
    held = select(Appointment.role).where(Appointment.person_id == person.id)
    return {*session.exec(held), *session.exec(lent)}


def authors(session: Session, manuscripts: Iterable[str]) -> set[str]:
    """Everyone who saved the story up to the signed state: each of them had a hand in the text."""
    those = tuple(manuscripts)
    return set(once(session, ("authors", those), lambda: ask(session, _AUTHORS, hashes=those).scalars()))
