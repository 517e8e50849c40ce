"""When a signature may not be given: every refusal is a SignError in one sentence."""

from sqlmodel import Session, col, select

from cms.people import Person, Workspace
from cms.review.policies import FIRST, LAWFUL, MANUSCRIPT_STEPS, Policy
from cms.review.rows import SealedSet
from cms.review.subjects import Subject, manuscripts_of, places, signature_of
from cms.stories import Revision, Story, newest


class SignError(Exception):
    """Why this signature cannot be given, in one sentence with the remedy."""


def check_policy(session: Session, policy: Policy) -> None:
    """A rehearsal's signatures count only where nothing is real."""
    workspace = session.get(Workspace, 1)
    if policy.demo_only and not (workspace and workspace.demo):
        raise SignError(f"“{policy.title}”只能用于演示工作区；正式工作区请按“{LAWFUL.title}”审签。")


def check_step(subject: Subject, step: str, opinion: str, policy: Policy) -> None:
    """The step belongs to the policy and to what is signed, and there is an opinion."""
    if step not in policy.steps:
        raise SignError(f"“{policy.title}”没有“{step}”这一步，请用 --step 写：{'、'.join(policy.steps)}。")
    if isinstance(subject, str) and step not in MANUSCRIPT_STEPS:
        raise SignError(f"{step}签的是封存件，请先渲染并封存。")
    if not opinion.strip():
        raise SignError(f"{step}缺意见，请写下审稿意见再签。")


def check_unchanged(session: Session, subject: Subject) -> None:
    """Each manuscript is still what its story says."""
    for manuscript in manuscripts_of(subject):
        revisions = revisions_of(session, manuscript)
        if not revisions:
            raise SignError("没有这份定稿，请先保存稿件再送审。")
        story = session.get_one(Story, revisions[0].story_id)
        last = newest(session, story)
        if last and last.manuscript_hash != manuscript:
            raise SignError(
                f"稿件“{story.headline}”在送审后已改动，请重新从{FIRST}开始；已排的发布单先取消（yigao cancel）再重排。"
            )


def check_order(session: Session, subject: Subject, step: str, policy: Policy) -> None:
    """Every earlier step is signed."""
    for name, one in places(subject, policy.steps[: policy.steps.index(step)]):
        if not signature_of(session, one, name, policy):
            raise SignError(f"还没有{name}，不能{step}；请按 {' → '.join(policy.steps)} 的顺序签。")


def check_people(session: Session, subject: Subject, step: str, signer: Person, policy: Policy) -> None:
    """Nobody signs their own text, and no two steps are one person's but for the pairs the policy names."""
    if not policy.signer_may_be_author and signer.login in _authors(session, subject):
        raise SignError(f"{signer.name}写过或改过这篇稿件，不能自审，请换一位{step}人。")
    if not policy.distinct_people:
        return
    for name, one in places(subject, policy.steps):
        other = signature_of(session, one, name, policy)
        if other and name != step and other.signer_id == signer.id and frozenset({name, step}) not in policy.same_hand:
            raise SignError(f"{signer.name}已签过{name}，同一人不能再签{step}，请换一位。")


def check_later(session: Session, sealed: SealedSet, reviewer: Person, policy: Policy) -> None:
    """Who reviews afterwards had no hand in it, not even in a rehearsal."""
    if reviewer.login in _authors(session, sealed):
        raise SignError(f"{reviewer.name}写过或改过这篇稿件，不能补审，请换一位。")
    signed = [signature_of(session, one, step, policy) for step, one in places(sealed, policy.steps)]
    if any(one and one.signer_id == reviewer.id for one in signed):
        raise SignError(f"{reviewer.name}签发过它，不能自己补审，请换一位。")


def revisions_of(session: Session, manuscript: str) -> list[Revision]:
    """The revisions that were frozen into this manuscript."""
    return list(session.exec(select(Revision).where(Revision.manuscript_hash == manuscript)))


def _authors(session: Session, subject: Subject) -> set[str]:
    """Everyone who saved the story up to the signed state: each of them had a hand in the text."""
    authors: set[str] = set()
    for manuscript in manuscripts_of(subject):
        for revision in revisions_of(session, manuscript):
            query = select(Revision.author).where(
                Revision.story_id == revision.story_id, col(Revision.number) <= revision.number
            )
            authors.update(session.exec(query))
    return authors
