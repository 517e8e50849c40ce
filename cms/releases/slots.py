"""改期 of one issue (期), begun or not: what is scheduled of its story goes along, while no reader has seen it."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from cms.releases import moving
from cms.releases.moving import MoveError, Moving
from cms.releases.rows import Delivery, Release, ReleaseStory
from cms.releases.states import GONE, NEEDS_SIGNATURE
from cms.review import ADOPTED, COMPOSED
from cms.stories import Column, Issue, Story, Workdays, check_move, move_issue

SEEN = frozenset({"published", "amended", "removed", "withdrawing", "withdrawn", "withdraw_failed"})
"""Readers have a copy, or had one."""


def look(session: Session, column: Column, issue: Issue, to: datetime, days: Workdays, now: datetime) -> Moving:
    """What moving it there would mean; IssueError or MoveError when it cannot be."""
    check_move(session, column, issue, to, now)
    found = [moving.look(session, one, to + apart, days, now) for one, apart in along_with(session, issue)]
    said = [words for one in found for words in one.warnings] if found else moving.hours(to, days)
    units = frozenset(unit for one in found if one.signed for unit in one.units)
    return Moving(any(one.signed for one in found), tuple(dict.fromkeys(said)), units)


def move_slot(
    session: Session, column: Column, issue: Issue, to: datetime, by: str, reason: str, now: datetime
) -> list[Release]:
    """Move it, and the releases of its story by as much; which those are. IssueError, MoveError or PeopleError says
    why not."""
    along = along_with(session, issue)
    move_issue(session, column, issue, to, by, now)
    for release, apart in along:
        moving.reschedule(session, release, to + apart, by, reason, now)
    return [release for release, _ in along]


def story_of(session: Session, issue: Issue) -> Story | None:
    """The story somebody began for it."""
    return session.exec(select(Story).where(Story.issue_id == issue.id, col(Story.binned_at).is_(None))).first()


def is_signed(session: Session, issue: Issue) -> bool:
    """Whether something signed goes along; MoveError where it cannot be moved at all."""
    numbers = [release.id for release, _ in along_with(session, issue)]
    signed = (col(Delivery.release_id).in_(numbers), col(Delivery.state).in_(NEEDS_SIGNATURE))
    return session.exec(select(Delivery.id).where(*signed).limit(1)).first() is not None


def along_with(session: Session, issue: Issue) -> list[tuple[Release, timedelta]]:
    """What is scheduled of its story, each with how long after the issue it goes out. What another unit adopted is that
    unit's own. MoveError where a reader has seen a copy, or it goes in a push with others."""
    query = (
        select(Release)
        .join(ReleaseStory, col(ReleaseStory.release_id) == col(Release.id))
        .join(Story, col(Story.id) == col(ReleaseStory.story_id))
        .where(Story.issue_id == issue.id, Release.policy != ADOPTED.name)
        .order_by(col(Release.id))
    )
    found = []
    for release in session.exec(query).all():
        states = set(session.exec(select(Delivery.state).where(Delivery.release_id == release.id)))
        if states & SEEN:
            raise MoveError(f"第 {issue.number} 期已经发出过，不能再改时间；要改内容请走更正，要撤请走撤稿。")
        if states <= GONE:
            continue
        if release.policy == COMPOSED.name:
            raise MoveError(f"第 {issue.number} 期已组进一次推送，请到“组稿”里改这次推送的时间。")
        found.append((release, release.due_at - issue.due_at))
    return found
