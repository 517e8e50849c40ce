"""A story's history: its versions, those of one sitting together, and any one of them again."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from cms.people import Person, Scope
from cms.stories.rows import ChannelText, Revision, Story

PAUSE = timedelta(minutes=30)
"""Somebody who saves again within this is still at it: one sitting."""


@dataclass(frozen=True, slots=True)
class Version:
    """One saved state: who saved it (their name where they are known) and when."""

    number: int
    author: str
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class Sitting:
    """Versions one person saved without a long pause, the newest first."""

    versions: tuple[Version, ...]

    @property
    def author(self) -> str:
        return self.versions[0].author

    @property
    def newest(self) -> Version:
        return self.versions[0]

    @property
    def oldest(self) -> Version:
        return self.versions[-1]


def sittings(session: Session, slug: str, scope: Scope) -> list[Sitting]:
    """The versions of the story's main text by sitting, the newest first; KeyError when there is none in ``scope``.
    A revision that only stands beside a channel's own text (单独编辑) is none of the main one."""
    query = (
        select(Revision.number, Revision.author, Revision.saved_at, Person.name)
        .join(Story, col(Revision.story_id) == col(Story.id))
        .outerjoin(Person, col(Person.login) == col(Revision.author))
        .where(Story.slug == slug, scope.over(Story.unit_id))
        .order_by(col(Revision.number).desc())
    )
    rows = session.exec(query).all()
    if not rows:
        raise KeyError(slug)
    apart = _beside(session, slug)
    mine = (one for one in rows if one[0] not in apart)
    return _together(Version(number, name or author, saved_at) for number, author, saved_at, name in mine)


def _beside(session: Session, slug: str) -> set[int]:
    """The revisions that say what the one before said: only a channel's own text was saved with them."""
    own = select(ChannelText.id).where(ChannelText.revision_id == Revision.id).exists()
    before = func.lag(Revision.text).over(order_by=col(Revision.number))
    query = select(Revision.number, own & (before == Revision.text)).join(Story, col(Revision.story_id) == Story.id)
    return {number for number, is_beside in session.exec(query.where(Story.slug == slug)) if is_beside}


def channels(session: Session, slug: str, scope: Scope) -> list[str]:
    """The channels that have, or once had, a text of their own."""
    query = (
        select(ChannelText.channel)
        .join(Story, col(ChannelText.story_id) == col(Story.id))
        .where(Story.slug == slug, scope.over(Story.unit_id))
    )
    return sorted(set(session.exec(query)))


def _together(versions: Iterable[Version]) -> list[Sitting]:
    out: list[Sitting] = []
    for one in versions:
        last = out[-1] if out else None
        if last and last.author == one.author and last.oldest.saved_at - one.saved_at <= PAUSE:
            out[-1] = replace(last, versions=(*last.versions, one))
        else:
            out.append(Sitting((one,)))
    return out


def version_of(session: Session, slug: str, number: int, scope: Scope) -> Revision:
    """One version; KeyError when it is not there, or not theirs."""
    query = (
        select(Revision)
        .join(Story, col(Revision.story_id) == col(Story.id))
        .where(Story.slug == slug, Revision.number == number, scope.over(Story.unit_id))
    )
    found = session.exec(query).one_or_none()
    if found is None:
        raise KeyError(f"{slug} {number}")
    return found
