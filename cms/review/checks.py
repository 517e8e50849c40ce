"""When a signature may not be given: every refusal is a SignError in one sentence."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, select

from cms.people import Person, Workspace
from cms.review import proofs
from cms.review.entitled import authors, lacks, stages_of, submission_for
from cms.review.policies import ADOPT, ADOPTED, FINAL, FIRST, ISSUE, LAWFUL, MANUSCRIPT_STEPS, Policy
from cms.review.rows import Affirmation, SealedSet, Submission
from cms.review.subjects import Subject, manuscripts_of, places, signature_of, steps_of
from cms.stories import Revision, Story, newest


class SignError(Exception):
    """Why this signature cannot be given, in one sentence with the remedy."""


def check_policy(session: Session, policy: Policy) -> None:
    """A rehearsal's signatures count only where nothing is real."""
    workspace = session.get(Workspace, 1)
    if policy.demo_only and not (workspace and workspace.demo):
        raise SignError(f"“{policy.title}”只能用于演示工作区；正式工作区请按“{LAWFUL.title}”审签。")


def check_step(session: Session, subject: Subject, step: str, opinion: str, policy: Policy) -> None:
    """The step belongs to what is signed, and there is an opinion."""
    known = [*steps_of(session, subject, policy), *(policy.steps if isinstance(subject, str) else ())]
    if step not in known:
        wanted = "、".join(dict.fromkeys(known))
        raise SignError(f"“{policy.title}”没有“{step}”这一步，请用 --step 写：{wanted}。")
    if isinstance(subject, str) and step not in MANUSCRIPT_STEPS:
        raise SignError(f"{step}签的是封存件，请先渲染并封存。")
    if not opinion.strip():
        raise SignError(f"{step}缺意见，请写下审稿意见再签。")


def check_unchanged(session: Session, subject: Subject) -> None:
    """Each manuscript is still what its story says, or a signer said that it goes out all the same."""
    for manuscript in manuscripts_of(subject):
        revisions = revisions_of(session, manuscript)
        if not revisions:
            raise SignError("没有这份定稿，请先保存稿件再送审。")
        story = session.get_one(Story, revisions[0].story_id)
        last = newest(session, story)
        if last and isinstance(subject, SealedSet) and is_affirmed(session, subject.release_id, last):
            continue
        if last and last.manuscript_hash != manuscript and getattr(subject, "policy", "") == ADOPTED.name:
            raise SignError(changed_above(story.headline))
        if last and last.manuscript_hash != manuscript:
            raise SignError(
                f"稿件“{story.headline}”在送审后已改动，请重新从{FIRST}开始；已排的发布单先取消（yigao cancel）再重排。"
            )


def is_affirmed(session: Session, release_id: int, last: Revision) -> bool:
    """Whether a signer said, knowing this newest state of a story, that the release goes out as it was signed."""
    said = select(Affirmation.id).where(Affirmation.release_id == release_id, Affirmation.revision_id == Revision.id)
    same = (Revision.story_id == last.story_id, Revision.manuscript_hash == last.manuscript_hash)
    known = same if last.manuscript_hash else (Revision.id == last.id,)
    return session.exec(said.where(*known).limit(1)).first() is not None


def changed_above(headline: str) -> str:
    """What the unit that adopted it is told: the signatures were given to other words."""
    return f"发稿单位又改了《{headline}》，原来的签字不管新的文字：请等他们重新签发，再重新采用。"


def check_order(session: Session, subject: Subject, step: str, steps: Sequence[str], policy: Policy) -> None:
    """Every earlier one of ``steps`` is signed."""
    for name, one in places(subject, steps[: steps.index(step)]):
        if not signature_of(session, one, name, policy):
            whole = list(dict.fromkeys([*steps, *policy.steps]))
            raise SignError(f"还没有{name}，不能{step}；请按 {' → '.join(whole)} 的顺序签。")


def check_people(session: Session, subject: Subject, step: str, signer: Person, policy: Policy, now: datetime) -> None:
    """The signer has the role, signs nothing of their own, and no two steps but for the pairs that may be one's."""
    if reason := cannot(session, subject, step, signer, policy, now):
        raise SignError(reason)


def cannot(
    session: Session,
    subject: Subject,
    step: str,
    signer: Person,
    policy: Policy,
    now: datetime,
    sent: Submission | None = None,
) -> str:
    """Why ``signer`` may not take ``step`` (of what was ``sent``), in one sentence; "" when they may."""
    if not policy.signer_may_be_author and signer.login in authors(session, manuscripts_of(subject)):
        return f"{signer.name}写过或改过这篇稿件，不能自审，请换一位{step}人。"
    if policy.distinct_people:
        pairs = _same_hand(session, subject, policy)
        for name, one in places(subject, steps_of(session, subject, policy)):
            other = signature_of(session, one, name, policy)
            if other and name != step and other.signer_id == signer.id and frozenset({name, step}) not in pairs:
                return f"{signer.name}已签过{name}，同一人不能再签{step}，请换一位。"
    return lacks(session, subject, step, signer, policy, now, sent)


def _same_hand(session: Session, subject: Subject, policy: Policy) -> tuple[frozenset[str], ...]:
    """The pairs one person may take: the policy's, unless the grade asks for one more."""
    submission = submission_for(session, subject) if isinstance(subject, SealedSet) else None
    if submission and any(one.step == ISSUE and one.is_apart for one in stages_of(session, submission)):
        return tuple(one for one in policy.same_hand if ISSUE not in one)
    return policy.same_hand


def check_answered(session: Session, subject: Subject, policy: Policy) -> None:
    """Nothing the checks block or ask about is left without an answer; what is adopted was answered for where it was
    signed, but not for a later day."""
    if policy.name not in (LAWFUL.name, ADOPTED.name):
        return
    for manuscript in manuscripts_of(subject):
        waiting = proofs.unanswered(session, manuscript)
        if policy.name == ADOPTED.name:
            waiting = [one for one in waiting if one.level == "block"]
        if waiting:
            more = f"等 {len(waiting)} 条" if len(waiting) > 1 else ""
            raise SignError(
                f"检查还有没处理的：{waiting[0].message}{more}；请改稿，或给每条提醒写理由（yigao override）。"
            )


def check_proofs(session: Session, subject: Subject, step: str, policy: Policy) -> None:
    """三校 of every text before 终审, 一读 of every channel before 签发 (R2), by the desk or by the command."""
    if policy.name not in (LAWFUL.name, ADOPTED.name) or not isinstance(subject, SealedSet):
        return
    for manuscript in manuscripts_of(subject) if step == FINAL else ():
        if left := proofs.proofs_left(session, manuscript):
            raise SignError(f"三校还没有做完，还缺{'、'.join(left)}，请校对后再{step}。")
    if step in (ISSUE, ADOPT) and (unread := proofs.channels_unread(session, subject)):
        how = f"请打开这篇稿件，逐个看过、勾选“通读过”再{step}（用命令的加 --read）。"
        raise SignError(f"还没有通读这些渠道的样子：{'、'.join(unread)}，{how}")


def check_later(session: Session, sealed: SealedSet, reviewer: Person, policy: Policy) -> None:
    """Who reviews afterwards had no hand in it, not even in a rehearsal."""
    if reviewer.login in authors(session, manuscripts_of(sealed)):
        raise SignError(f"{reviewer.name}写过或改过这篇稿件，不能补审，请换一位。")
    steps = steps_of(session, sealed, policy)
    signed = [signature_of(session, one, step, policy) for step, one in places(sealed, steps)]
    if any(one and one.signer_id == reviewer.id for one in signed):
        raise SignError(f"{reviewer.name}签发过它，不能自己补审，请换一位。")


def revisions_of(session: Session, manuscript: str) -> list[Revision]:
    """The revisions that were frozen into this manuscript."""
    return list(session.exec(select(Revision).where(Revision.manuscript_hash == manuscript)))
