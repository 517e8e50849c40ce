"""回收: an unreleased draft its writer threw away, to be found again for thirty days; and the sample of the first run.

Nothing is erased: the versions stay, and so does the audit. What anybody reviewed, released or took over stays a story.
"""

from datetime import datetime, timedelta

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, or_, select

from cms import audit
from cms.db import utc
from cms.releases.rows import ReleaseStory
from cms.review import submissions
from cms.stories import Issue, Revision, Story

KEPT = timedelta(days=30)


class BinError(Exception):
    """Why it stays where it is: one sentence with the remedy."""


def why_not(session: Session, story: Story, login: str) -> str:
    """Why ``login`` may not throw this story away; "" where they may."""
    if story.binned_at is not None:
        return f"《{story.headline}》已经在回收站里了。"
    if submissions.open_of(session, story) is not None:
        return f"《{story.headline}》正在审稿，不能删除；不要了，请先撤回送审。"
    release = session.exec(select(ReleaseStory.release_id).where(ReleaseStory.story_id == story.id)).first()
    if release is not None:
        return f"《{story.headline}》排过发布（发布单 {release}），要留着备查，不能删除；已发出去的请走更正或撤稿。"
    if session.exec(select(Story.id).where(Story.origin_id == story.id)).first() is not None:
        return f"《{story.headline}》已有单位采用，不能删除。"
    begun = session.exec(select(Revision.author).where(Revision.story_id == story.id, Revision.number == 1)).first()
    if not story.is_sample and begun != login:
        return f"《{story.headline}》是 {begun} 开的头，请本人来删除。"
    return ""


def throw_away(session: Session, story: Story, by: str, now: datetime) -> None:
    """Put a draft into 回收; the slot it had is open again. BinError where it may not go."""
    if reason := why_not(session, story, by):
        raise BinError(reason)
    story.binned_at, story.binned_by = utc(now), by
    issue = session.get(Issue, story.issue_id) if story.issue_id is not None else None
    if issue is not None:
        issue.state, story.issue_id = "open" if issue.due_at > now else "closed", None
    detail = {"sample": story.is_sample, "issue": issue.number if issue else 0}
    audit.record(session, by, "story.bin", f"story:{story.id}", detail, now)
    session.flush()


def bring_back(session: Session, story: Story, by: str, now: datetime) -> None:
    """Out of 回收 again, as a draft without a slot; BinError when its thirty days are over."""
    if story.binned_at is None:
        return
    if story.binned_at < now - KEPT:
        raise BinError(f"《{story.headline}》删除已超过 30 天，放不回来了；它的各个版本还在库里，请找管理员。")
    story.binned_at, story.binned_by = None, ""
    audit.record(session, by, "story.unbin", f"story:{story.id}", {}, now)
    session.flush()


def theirs_to_throw(session: Session, stories: list[str], login: str) -> set[str]:
    """Which of these (by slug) ``login`` may throw away, as ``why_not`` says: for the list, where each has its button
    or none, in one query."""
    released = select(ReleaseStory.story_id).where(ReleaseStory.story_id == Story.id)
    taken, sent = aliased(Story), submissions.open_here(Story.id)
    mine = select(Revision.story_id).where(
        Revision.story_id == Story.id, Revision.number == 1, Revision.author == login
    )
    query = select(Story.slug).where(
        col(Story.slug).in_(stories),
        col(Story.binned_at).is_(None),
        ~sent.exists(),
        ~released.exists(),
        ~select(taken.id).where(taken.origin_id == Story.id).exists(),
        or_(col(Story.is_sample), mine.exists()),
    )
    return set(session.exec(query))
