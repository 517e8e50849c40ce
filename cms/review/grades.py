"""分级审核 (R3) as data: which stages a unit asks for at a grade, and who may take each; rows, or the built-in ones."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlmodel import Session, col, select

from cms import audit
from cms.people.roles import REVIEWER, ROLES, SERVICE, SIGNER, Tree, tree
from cms.review.policies import FINAL, FIRST, ISSUE, LAWFUL, ORDER, PROVINCIAL, SECOND, SECRECY
from cms.review.rows import ReviewStep

GRADES: Mapping[str, str] = {"A": "一般稿件", "B": "较重要稿件", "C": "重要稿件"}


class GradeError(ValueError):
    """These stages cannot be: one sentence with the remedy."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A step, the role that takes it, and how near: ``below`` in the story's unit or above it, ``province`` in the
    house's own. ``is_apart``: by nobody who took an earlier one; ``person_id``: by this person alone."""

    step: str
    role: str
    reach: str = "below"
    is_apart: bool = True
    person_id: int | None = None


_FOUR = (Stage(FIRST, REVIEWER), Stage(SECOND, REVIEWER), Stage(FINAL, SIGNER), Stage(ISSUE, SIGNER))
DEFAULTS: Mapping[str, tuple[Stage, ...]] = {
    "A": (*_FOUR[:3], replace(_FOUR[3], is_apart=False)),
    "B": _FOUR,
    "C": (*_FOUR[:2], Stage(SECRECY, REVIEWER), *_FOUR[2:], Stage(PROVINCIAL, SIGNER, "province")),
}
"""A: three people, who reads last may issue. B: four. C: 保密审查, and a second signature from the province."""
TAKERS: Mapping[str, Stage] = {one.step: one for one in DEFAULTS["C"]}
"""Who takes a step of what was not sent in by a submission."""


def stages_for(session: Session, unit_id: int, grade: str) -> tuple[Stage, ...]:
    """What this unit asks for: its own rows, those of the nearest unit above, the house's, or the built-in ones."""
    if grade not in GRADES:
        raise GradeError(f"没有“{grade}”这一级，可选：{'、'.join(GRADES)}。")
    parents = {one: parent for one, _, parent in tree(session).rows}
    here: int | None = unit_id
    while True:
        query = select(ReviewStep).where(ReviewStep.grade == grade, col(ReviewStep.unit_id).is_not_distinct_from(here))
        rows = list(session.exec(query.order_by(col(ReviewStep.position))))
        if rows:
            return tuple(Stage(one.step, one.role, one.reach, one.is_apart, one.person_id) for one in rows)
        if here is None:
            return DEFAULTS[grade]
        here = parents.get(here)


def set_stages(
    session: Session, unit_id: int | None, grade: str, stages: Sequence[Stage], by: str, now: datetime
) -> None:
    """From now on ``unit_id`` (None: the house) asks for these; none goes back to what holds above it. What was sent
    already keeps the stages it was sent with."""
    if grade not in GRADES:
        raise GradeError(f"没有“{grade}”这一级，可选：{'、'.join(GRADES)}。")
    if stages:
        _check(grade, stages)
    same = select(ReviewStep).where(ReviewStep.grade == grade, col(ReviewStep.unit_id).is_not_distinct_from(unit_id))
    for row in session.exec(same):
        session.delete(row)
    session.flush()
    for position, one in enumerate(stages, 1):
        session.add(ReviewStep(unit_id=unit_id, grade=grade, position=position, **asdict(one)))
    session.flush()
    detail = {"unit": unit_id or 0, "grade": grade, "steps": [one.step for one in stages]}
    audit.record(session, by, "review.stages", f"review:{grade}", detail, now)


def _check(grade: str, stages: Sequence[Stage]) -> None:
    """Stricter than the law is free, laxer is not."""
    names = [one.step for one in stages]
    known = [one for one in ORDER if one in TAKERS]
    if unknown := [one for one in names if one not in known]:
        raise GradeError(f"没有“{unknown[0]}”这一步，可选：{'、'.join(known)}。")
    if names != [one for one in known if one in names]:
        raise GradeError(f"步骤要按 {' → '.join(known)} 的顺序，每步一次，请重排。")
    needed = [*LAWFUL.steps, *([PROVINCIAL] if grade == "C" else [])]
    if lacking := [one for one in needed if one not in names]:
        raise GradeError(f"{grade} 级不能没有{'、'.join(lacking)}，请加上。")
    for one in stages:
        if one.role not in ROLES or one.role == SERVICE:
            raise GradeError(f"没有“{one.role}”这个角色，请换一个。")
        if one.step in (FINAL, ISSUE, PROVINCIAL) and one.role != SIGNER:
            raise GradeError(f"{one.step}只能由“{SIGNER}”角色来做，请改回。")
        if one.step == PROVINCIAL and one.reach != "province":
            raise GradeError("省级签发要由省级的人来签，请改回。")
        if not one.is_apart and one.step != ISSUE:
            raise GradeError(f"{one.step}必须另换一人；只有终审、签发可以是同一人，请改回。")


def units_reached(units: Tree, stage: Stage, unit_id: int) -> frozenset[int]:
    """The units in one of which the signer must have the role."""
    if stage.reach == "province":
        return frozenset({units.top} if units.top is not None else ())
    return frozenset(units.above(unit_id))


def top_unit(session: Session) -> int | None:
    """The house's own province."""
    return tree(session).top
