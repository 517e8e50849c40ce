"""送审 as the desk reads it: what is open, whose turn it is, what waits for whom, what was signed last."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ScalarSelect, bindparam
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from cms.db import ask, fetch, once
from cms.people import Person, Scope
from cms.review.checks import cannot, changed_above
from cms.review.entitled import holders, roles_held, stages_of
from cms.review.grades import Stage
from cms.review.policies import ADOPTED, MANUSCRIPT_STEPS, POLICIES
from cms.review.rows import Opinion, SealedSet, Signature, Submission, SubmissionStep
from cms.review.subjects import Subject, signature_of
from cms.stories import Revision, Story

OPEN = ("drawing", "reviewing")
STATE_NAMES = {
    "drawing": "正在排版",
    "reviewing": "审稿中",
    "stopped": "有拦截，没送成",
    "returned": "已退回",
    "pulled": "已撤回",
    "replaced": "已重新送审",
    "signed": "已签发",
}
OVERTAKEN = "改过，等重新送审"
"""What is under way is called once its story was changed: nobody reviews it until it is sent again."""


@dataclass(frozen=True, slots=True)
class Turn:
    """The next step of a submission: ``subject`` None while the set it signs is not made yet."""

    stage: Stage
    subject: Subject | None

    @property
    def step(self) -> str:
        return self.stage.step

    @property
    def mark(self) -> str:
        """Which step over what, for a form to carry: what was offered is signed, and nothing that came after it."""
        over = self.subject.id if isinstance(self.subject, SealedSet) else self.subject
        return f"{self.step}:{over or ''}"


@dataclass(frozen=True, slots=True)
class Signed:
    """One stage as it stands: who signed it, what they said, or nobody yet."""

    stage: Stage
    signature: Signature | None
    name: str = ""


def open_of(session: Session, story: Story) -> Submission | None:
    """The submission of a story that is under way; units that adopt it have theirs beside it."""
    own = (Submission.story_id == story.id, Submission.policy != ADOPTED.name)
    query = select(Submission).where(*own, col(Submission.state).in_(OPEN))
    return session.exec(query).one_or_none()


def open_ones(session: Session, story: Story) -> list[Submission]:
    """Every submission of a story that is under way, those of units that adopt it too."""
    query = select(Submission).where(Submission.story_id == story.id, col(Submission.state).in_(OPEN))
    return list(session.exec(query.order_by(col(Submission.id))))


def open_here(story_id: object) -> SelectOfScalar[int]:
    """The same as a query, for a story of the query around it."""
    own = (Submission.story_id == story_id, Submission.policy != ADOPTED.name)
    return select(Submission.id).where(*own, col(Submission.state).in_(OPEN))


def under_review(session: Session, story: Story) -> str:
    """What whoever is about to change this story must know first; "" where nothing is lost by it."""
    submission = open_of(session, story)
    if submission is None or not is_current(session, submission):
        return ""
    signed = [f"{one.name}的{one.stage.step}" for one in stages_signed(session, submission) if one.signature]
    if signed:
        return f"这篇稿件正在审稿，改动保存后{'、'.join(signed)}作废，要重新送审、从头再签（他们只需看改动之处）。"
    return "这篇稿件已经送审，改动保存后要重新送审。"


def is_current(session: Session, submission: Submission) -> bool:
    """Whether the story still says what was sent."""
    story = submission.story_id
    last = once(session, ("newest hash", story), lambda: ask(session, _NEWEST_HASH, story=story).scalar())
    return bool(last == submission.manuscript_hash)


_NEWEST_HASH = (
    select(Revision.manuscript_hash)
    .where(Revision.story_id == bindparam("story"))
    .order_by(col(Revision.number).desc())
    .limit(1)
)


def is_adoption(submission: Submission) -> bool:
    """Whether a unit takes over, unchanged, what a unit above it has signed."""
    return submission.policy == ADOPTED.name


def why_old(session: Session, submission: Submission) -> str:
    """Why it cannot go on since the story was changed; "" while it is as it was sent."""
    if submission.state not in OPEN or is_current(session, submission):
        return ""
    if is_adoption(submission):
        return changed_above(session.get_one(Story, submission.story_id).headline)
    return "稿件在送审后已改动，要由送审的人重新送审。"


def sealed_of(session: Session, submission: Submission) -> SealedSet | None:
    """The newest set sealed for it."""
    found = fetch(session, _SEALED, release=submission.release_id)
    return found[0] if found else None


_SEALED = (
    select(SealedSet).where(SealedSet.release_id == bindparam("release")).order_by(col(SealedSet.id).desc()).limit(1)
)


def stages_signed(session: Session, submission: Submission) -> list[Signed]:
    """Every stage in order, with its signature where there is one."""
    policy, sealed = POLICIES[submission.policy], sealed_of(session, submission)
    found = []
    for stage in stages_of(session, submission):
        subject: Subject | None = submission.manuscript_hash if stage.step in MANUSCRIPT_STEPS else sealed
        given = signature_of(session, subject, stage.step, policy) if subject is not None else None
        name = session.get_one(Person, given.signer_id).name if given else ""
        found.append(Signed(stage, given, name))
    return found


def turn_of(session: Session, submission: Submission) -> Turn | None:
    """The next step; None when none is left or it is not under way."""
    if submission.state not in OPEN:
        return None
    policy = POLICIES[submission.policy]
    for stage in stages_of(session, submission):  # no further than the first that is not signed
        if stage.step in MANUSCRIPT_STEPS:
            if signature_of(session, submission.manuscript_hash, stage.step, policy) is None:
                return Turn(stage, submission.manuscript_hash)
            continue
        sealed = sealed_of(session, submission)
        if sealed is None or signature_of(session, sealed, stage.step, policy) is None:
            return Turn(stage, sealed if submission.state == "reviewing" else None)
    return None


def obstacle(session: Session, submission: Submission, person: Person, now: datetime) -> str:
    """Why this person cannot take the next step now, in one sentence; "" when they can."""
    turn = turn_of(session, submission)
    if turn is None:
        return f"这次送审{STATE_NAMES[submission.state]}，没有要签的。"
    subject = turn.subject if turn.subject is not None else submission.manuscript_hash
    said = cannot(session, subject, turn.step, person, POLICIES[submission.policy], now, submission)
    if turn.subject is None:
        return said or f"成品正在排版，排好就可以{turn.step}，请稍等片刻再刷新。"
    return said


def unfit(session: Session, submission: Submission, person: Person, now: datetime) -> str:
    """Why this person has no say in the next step, ready to be taken or not; "" when they have."""
    turn = turn_of(session, submission)
    subject = (turn.subject if turn else None) or sealed_or_text(session, submission)
    return cannot(session, subject, turn.step if turn else "", person, POLICIES[submission.policy], now, submission)


def candidates(session: Session, submission: Submission, now: datetime) -> list[Person]:
    """Who may take the next step; whom it was passed on to alone, when there is such a one."""
    turn = turn_of(session, submission)
    if turn is None:
        return []
    subject = turn.subject if turn.subject is not None else sealed_or_text(session, submission)
    policy = POLICIES[submission.policy]
    found = holders(session, turn.stage, submission.unit_id, now)
    able = [one for one in found if not cannot(session, subject, turn.step, one, policy, now, submission)]
    return [one for one in able if one.id == submission.assigned_id] or able


def sealed_or_text(session: Session, submission: Submission) -> Subject:
    """What there is to sign by now."""
    return sealed_of(session, submission) or submission.manuscript_hash


def seen(session: Session, scope: Scope, states: Sequence[str]) -> list[Submission]:
    """The submissions in reach, the earliest slot first."""
    query = select(Submission).where(scope.over(Submission.unit_id), col(Submission.state).in_(states))
    return list(session.exec(query.order_by(col(Submission.due_at), col(Submission.id))))


def waiting_for(
    session: Session, scope: Scope, person: Person, now: datetime, most: int | None = None
) -> tuple[list[Submission], list[Submission]]:
    """The first ``most`` this person can take the next step of now, the earliest slot first; and what asks for a role
    of theirs too and was not looked at more closely."""
    near = [one for one in seen(session, scope, OPEN) if one.assigned_id in (None, person.id)]
    left = _in_role(session, near, person, now)
    found: list[Submission] = []
    while left and (most is None or len(found) < most):
        one = left.pop(0)
        if not obstacle(session, one, person, now) and is_current(session, one):
            found.append(one)
    return found, left


def _in_role(session: Session, found: Sequence[Submission], person: Person, now: datetime) -> list[Submission]:
    """Those whose next step asks for a role this person has somewhere, read in four queries: the others need not be
    looked at one by one."""
    mine = roles_held(session, person, now)
    those = col(SubmissionStep.submission_id).in_([one.id for one in found])
    asked = select(SubmissionStep.submission_id, SubmissionStep.step, SubmissionStep.role, SubmissionStep.person_id)
    stages: dict[int, list[tuple[str, str, int | None]]] = {}
    for number, step, role, named in session.exec(asked.where(those).order_by(col(SubmissionStep.position))):
        stages.setdefault(number, []).append((step, role, named))
    sets = select(SealedSet.release_id, SealedSet.hash).order_by(col(SealedSet.id))
    sealed = dict(session.exec(sets.where(col(SealedSet.release_id).in_([one.release_id for one in found]))).all())
    hashes = {*sealed.values(), *(one.manuscript_hash for one in found)}
    given = select(Signature.step, Signature.policy, Signature.subject_hash)
    signed = set(session.exec(given.where(col(Signature.subject_hash).in_(hashes))).all())

    def is_theirs(one: Submission) -> bool:
        if POLICIES[one.policy].demo_only:
            return True
        for step, role, named in stages.get(one.id, ()):
            subject = one.manuscript_hash if step in MANUSCRIPT_STEPS else sealed.get(one.release_id)
            if (step, one.policy, subject) not in signed:
                return named == person.id if named is not None else role in mine
        return True

    return [one for one in found if is_theirs(one)]


def sent_by(session: Session, person: Person, limit: int = 30) -> list[Submission]:
    """What this person sent, the newest first."""
    query = select(Submission).where(Submission.sender_id == person.id, Submission.state != "replaced")
    return list(session.exec(query.order_by(col(Submission.id).desc()).limit(limit)))


def returned_to(session: Session, person: Person) -> list[tuple[Submission, str]]:
    """What came back to this person and was not sent again since, with why; the newest first."""
    found = []
    for one in sent_by(session, person):
        same = (Submission.story_id == one.story_id, Submission.unit_id == one.unit_id)
        later = select(Submission.id).where(*same, col(Submission.id) > one.id)
        if one.state in ("returned", "stopped") and session.exec(later.limit(1)).first() is None:
            said = select(Opinion.words).where(Opinion.submission_id == one.id, Opinion.kind == "return")
            found.append((one, session.exec(said.order_by(col(Opinion.id).desc())).first() or one.trouble))
    return found


def overtaken_of(session: Session, person: Person) -> list[Submission]:
    """What was changed after it was sent and waits to be sent again: what this person sent, or changed last; the
    earliest slot first."""
    last = aliased(Revision)
    newest = select(last.id).where(last.story_id == Submission.story_id).order_by(col(last.number).desc()).limit(1)
    query = (
        select(Submission)
        .join(Revision, col(Revision.id) == newest.correlate(Submission).scalar_subquery())
        .where(col(Submission.state).in_(OPEN), col(Revision.manuscript_hash) != col(Submission.manuscript_hash))
        .where(
            (col(Submission.sender_id) == person.id)
            | ((col(Revision.author) == person.login) & (col(Submission.policy) != ADOPTED.name))
        )
        .order_by(col(Submission.due_at), col(Submission.id))
    )
    return list(session.exec(query))


def overtaken_among(session: Session, releases: Collection[int]) -> list[Submission]:
    """Those of these releases whose story was changed after it was sent."""
    query = select(Submission).where(col(Submission.state).in_(OPEN), col(Submission.release_id).in_(releases))
    return list(session.exec(query.where(newest_hash() != col(Submission.manuscript_hash))))


def newest_hash() -> ScalarSelect[str]:
    """What the story of a submission says by now, in a query over submissions."""
    own = select(Revision.manuscript_hash).where(Revision.story_id == Submission.story_id).correlate(Submission)
    return own.order_by(col(Revision.number).desc()).limit(1).scalar_subquery()


def find(session: Session, scope: Scope, number: int) -> Submission | None:
    """One submission in reach."""
    query = select(Submission).where(Submission.id == number, scope.over(Submission.unit_id))
    return session.exec(query).one_or_none()


def opinions_of(session: Session, submission: Submission) -> list[tuple[Opinion, Submission, Person]]:
    """Everything said of this story in this unit's review, its earlier rounds too, oldest first. What one unit says of
    a story is not another's to read, though both publish it."""
    query = (
        select(Opinion, Submission, Person)
        .where(Opinion.submission_id == Submission.id, Opinion.person_id == Person.id)
        .where(Submission.story_id == submission.story_id, Submission.unit_id == submission.unit_id)
        .order_by(col(Opinion.id))
    )
    return list(session.exec(query))


def last_seen(session: Session, submission: Submission, person: Person) -> Revision | None:
    """The version before this one that ``person`` passed or returned; else the one that anybody did, or signed. None
    where there is none, and for what is adopted as it is."""
    if is_adoption(submission):
        return None
    judged = (
        select(Revision)
        .where(Submission.revision_id == Revision.id, Submission.story_id == submission.story_id)
        .where(Submission.unit_id == submission.unit_id, Submission.policy != ADOPTED.name)
        .where(Submission.id < submission.id, Submission.manuscript_hash != submission.manuscript_hash)
        .where(Opinion.submission_id == Submission.id, col(Opinion.kind).in_(("pass", "return")))
        .order_by(col(Submission.id).desc())
        .limit(1)
    )
    signed = (
        select(Revision)
        .where(Revision.story_id == submission.story_id, Revision.manuscript_hash != submission.manuscript_hash)
        .where(Revision.manuscript_hash != "", Signature.manuscript_hash == Revision.manuscript_hash)
        .where(Revision.id < submission.revision_id)
        .order_by(col(Signature.id).desc(), col(Revision.id).desc())
        .limit(1)
    )
    own = session.exec(judged.where(Opinion.person_id == person.id)).first()
    return own or session.exec(judged).first() or session.exec(signed).first()


def last_of(session: Session, story: Story) -> Submission | None:
    """The newest submission of a story by its own unit, whatever became of it."""
    query = select(Submission).where(Submission.story_id == story.id, Submission.policy != ADOPTED.name)
    return session.exec(query.order_by(col(Submission.id).desc()).limit(1)).first()
