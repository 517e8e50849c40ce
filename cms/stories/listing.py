"""Lists of stories for the newsroom: searched, narrowed and a page at a time."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_
from sqlmodel import Session, col, select

from cms.matrix import Unit
from cms.people import Scope
from cms.stories import sieve
from cms.stories.rows import Column, Revision, Story

AT_ONCE = 50
BINNED = "binned"
STATE_NAMES = {"draft": "草稿", "released": "已排发布", BINNED: "回收（30 天）"}


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
    """One story in a list, with who saved it last and when."""

    slug: str
    headline: str
    unit: str
    column: str
    state: str
    author: str
    saved_at: datetime
    is_sample: bool = False


def listed(
    session: Session, scope: Scope, wanted: Wanted, kept_since: datetime | None = None
) -> tuple[list[Listed], int]:
    """A page of stories, the last saved first; and how many there are in all. What was thrown away stands apart, as
    far as it was after ``kept_since``."""
    newest = select(Revision.story_id, func.max(Revision.number).label("number")).group_by(col(Revision.story_id))
    last = newest.subquery()
    query = (
        select(Story.id, Revision.author, Revision.saved_at, func.count().over())
        .where(Revision.story_id == last.c.story_id, Revision.number == last.c.number)
        .where(Story.id == last.c.story_id, scope.over(Story.unit_id))
        .order_by(col(Revision.saved_at).desc(), col(Story.id).desc())
    )
    if wanted.words:
        known = [
            col(one).contains(wanted.words, autoescape=True) for one in (Story.headline, Story.slug, Revision.text)
        ]
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
        query = query.where(Story.state == wanted.state)
    if wanted.author:
        query = query.where(Revision.author == wanted.author)
    if wanted.unit:
        query = query.where(Story.unit_id == Unit.id, Unit.slug == wanted.unit)
    rows = session.exec(query.offset((wanted.page - 1) * AT_ONCE).limit(AT_ONCE)).all()
    shown = select(Story).where(col(Story.id).in_([number for number, *_ in rows]))
    stories = {one.id: one for one in session.exec(shown)}
    units = dict(session.exec(select(Unit.id, Unit.short)).all())
    columns = dict(session.exec(select(Column.id, Column.title)).all())
    return [
        Listed(
            story.slug, story.headline, units.get(story.unit_id or 0, ""), columns.get(story.column_id or 0, ""),
            BINNED if story.binned_at else story.state, author, saved_at, story.is_sample,
        )
        for story, author, saved_at in ((stories[number], author, at) for number, author, at, _ in rows)
    ], rows[0][3] if rows else 0  # fmt: skip


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
