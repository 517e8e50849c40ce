"""Lists of stories for the newsroom: searched, narrowed and a page at a time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, case, func, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from cms.matrix import Unit
from cms.people import Appointment, Person, Scope
from cms.people.roles import EDITOR, REPORTER
from cms.releases.recall_rows import Recall
from cms.releases.rows import Delivery, Item
from cms.review import ADOPTED, Submission
from cms.review.submissions import OPEN, OVERTAKEN
from cms.stories import Column, Issue, Revision, Story, sieve

AT_ONCE = 50
BINNED = "binned"
STATE_NAMES: Mapping[str, str] = {
    "draft": "草稿",
    "review": "审稿中",
    "overtaken": OVERTAKEN,
    "returned": "退回",
    "ready": "待发（已签发）",
    "published": "已发布",
    "corrected": "更正过",
    "retracted": "已撤稿",
    "failed": "没发出去",
    "down": "已下架",
    BINNED: "回收站（30 天）",
}
"""What has become of a story, as people sort them; each story is in one (``_state``)."""
UNSIGNED = ("draft", "review", "overtaken", "returned")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list of stories is narrowed to; "" is all. ``words``: in the headline, the name or the newest text."""

    words: str = ""
    column: str = ""
    state: str = ""
    author: str = ""
    unit: str = ""
    page: int = 1

    @property
    def is_narrow(self) -> bool:
        return any((self.words, self.column, self.state, self.author, self.unit))


@dataclass(frozen=True, slots=True)
class Listed:
    """One story in a list, with who saved it last and when. ``due_at``: when its issue comes out, where it has one and
    nothing of it is signed."""

    slug: str
    headline: str
    unit: str
    column: str
    state: str
    author: str
    saved_at: datetime
    is_sample: bool = False
    due_at: datetime | None = None


def _state() -> ColumnElement[str]:
    """Which of STATE_NAMES a story that is not thrown away is in, from what stands in the ledger today. What needs
    somebody comes before what is over, a retraction before all; a story no release ever carried costs no look-up."""
    sent, later = aliased(Submission), aliased(Submission)
    own = (col(sent.story_id) == col(Story.id), col(sent.policy) != ADOPTED.name)
    newer = (col(later.story_id) == col(Story.id), col(later.policy) != ADOPTED.name, col(later.id) > col(sent.id))
    last = ~select(later.id).where(*newer).exists()
    under_way = (*own, col(sent.state).in_(OPEN))
    as_sent = (*under_way, col(sent.manuscript_hash) == _newest(Revision.manuscript_hash))

    def called_back(kind: str, *whose: ColumnElement[bool]) -> ColumnElement[bool]:
        in_force = (col(Recall.kind) == kind, col(Recall.state).in_(("approved", "settled", "closed")))
        return select(Recall.id).where(*in_force, or_(*whose)).exists()

    def copy(*fates: str) -> ColumnElement[bool]:
        return select(Item.id).where(col(Item.story_id) == col(Story.id), col(Item.fate).in_(fates)).exists()

    planned = (col(Item.story_id) == col(Story.id), col(Item.fate) == "planned")
    signed = (col(Delivery.id) == col(Item.delivery_id), col(Delivery.state).not_in(("planned", "rendered")))
    concerns = col(Recall.origin_id) == col(Story.id)
    return case(
        (col(Story.state) == "draft", "draft"),
        (called_back("retraction", concerns, col(Recall.origin_id) == col(Story.origin_id)), "retracted"),
        (select(sent.id).where(*as_sent).exists(), "review"),
        (select(sent.id).where(*under_way).exists(), "overtaken"),
        (select(sent.id).where(*own, col(sent.state).in_(("returned", "stopped")), last).exists(), "returned"),
        (called_back("correction", concerns), "corrected"),
        (copy("published", "amended"), "published"),
        (select(Item.id).where(*planned, *signed).exists(), "ready"),
        (copy("planned"), "review"),
        (copy("failed"), "failed"),
        (copy("removed", "withdrawn"), "down"),
        else_="draft",
    )


def authors(session: Session, scope: Scope) -> list[tuple[str, str]]:
    """(login, name) of everybody who writes or wrote for the units of a scope, by name."""
    query = select(Person.login, Person.name).where(Appointment.person_id == Person.id)
    writes = col(Appointment.role).in_((REPORTER, EDITOR))
    return list(session.exec(query.where(writes, scope.over(Appointment.unit_id)).distinct().order_by(Person.name)))


def listed(
    session: Session, scope: Scope, wanted: Wanted, kept_since: datetime | None = None
) -> tuple[list[Listed], int]:
    """A page of stories, the last saved first; and how many there are in all. What was thrown away stands apart, as
    far as it was after ``kept_since``."""
    saved_at = _newest(Revision.saved_at).label("saved_at")
    query = (
        select(Story.id, saved_at, func.count().over())
        .where(scope.over(Story.unit_id))
        .order_by(saved_at.desc(), col(Story.id).desc())
    )
    if wanted.words:
        said = (col(Story.headline), col(Story.slug), _newest(Revision.text))
        known = [one.contains(wanted.words, autoescape=True) for one in said]
        if (sifted := sieve.may_hold(session, scope, wanted.words)) is not None:
            known[-1] = col(Story.id).in_(sifted) & known[-1]
        query = query.where(or_(*known))
    if wanted.column:
        query = query.where(Story.column_id == Column.id, Column.slug == wanted.column)
    if wanted.state == BINNED:
        query = query.where(col(Story.binned_at).is_not(None))
        query = query.where(col(Story.binned_at) >= kept_since) if kept_since else query
    else:
        query = query.where(col(Story.binned_at).is_(None))
    if wanted.state and wanted.state != BINNED:
        query = query.where(_state() == wanted.state)
    if wanted.author:
        query = query.where(_newest(Revision.author) == wanted.author)
    if wanted.unit:
        query = query.where(Story.unit_id == Unit.id, Unit.slug == wanted.unit)
    rows = session.exec(query.offset((wanted.page - 1) * AT_ONCE).limit(AT_ONCE)).all()
    numbers = [number for number, *_ in rows]
    those = select(Story, _newest(Revision.author)).where(col(Story.id).in_(numbers))
    stories = {one.id: (one, author) for one, author in session.exec(those)}
    states = dict(session.exec(select(Story.id, _state()).where(col(Story.id).in_(numbers))).all())
    units = dict(session.exec(select(Unit.id, Unit.short)).all())
    columns = dict(session.exec(select(Column.id, Column.title)).all())
    issues = [one.issue_id for one, _ in stories.values() if one.issue_id is not None]
    dues = dict(session.exec(select(Issue.id, Issue.due_at).where(col(Issue.id).in_(issues))).all())
    return [
        Listed(
            story.slug, story.headline, units.get(story.unit_id or 0, ""), columns.get(story.column_id or 0, ""),
            BINNED if story.binned_at else states[story.id], author, at, story.is_sample,
            dues.get(story.issue_id or 0) if states[story.id] in UNSIGNED else None,
        )
        for (story, author), at in ((stories[number], at) for number, at, _ in rows)
    ], rows[0][2] if rows else 0  # fmt: skip


def _newest(column: Any) -> ScalarSelect[Any]:
    """What the newest revision of a story says there: looked up story by story (ix_revisions_newest), so that how often
    it was saved costs nothing."""
    own = select(column).where(col(Revision.story_id) == col(Story.id)).correlate(Story)
    return own.order_by(col(Revision.number).desc()).limit(1).scalar_subquery()


def drafts_of(session: Session, scope: Scope, author: str, limit: int) -> list[tuple[str, str, datetime]]:
    """(slug, headline, when) of the drafts somebody worked on, their latest work first."""
    at = func.max(Revision.saved_at)
    query = (
        select(Story.slug, Story.headline, at)
        .where(Revision.story_id == Story.id, Story.state == "draft", Revision.author == author)
        .where(scope.over(Story.unit_id), col(Story.binned_at).is_(None))
        .group_by(col(Story.id))
        .order_by(at.desc())
    )
    return [(slug, headline, when) for slug, headline, when in session.exec(query.limit(limit))]
