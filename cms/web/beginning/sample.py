"""示例: the story a new house begins with, to try everything on; it never reaches a real platform."""

from importlib import resources

from sqlmodel import Session, col, select

from cms.db import session_scope
from cms.stories import StaleError, Story, story_named
from cms.web.desk import Desk
from cms.web.pages import writer

SLUG = "shili-gao"


def lay(desk: Desk) -> None:
    """Put the sample among the stories; what lies there already stays as it is."""
    text = resources.files(__package__).joinpath("sample.md").read_text(encoding="utf-8")
    with session_scope(desk.people.engine) as session:
        if is_known(session):
            return
    try:
        desk.save(SLUG, text, writer(), "")
    except StaleError:  # laid by another window just now
        return
    with session_scope(desk.people.engine) as session:
        story = story_named(session, SLUG)
        if story is not None:
            story.is_sample = True


def is_known(session: Session) -> bool:
    """Whether there is, or was, a sample."""
    return session.exec(select(Story.id).where(col(Story.is_sample))).first() is not None


def is_there(session: Session) -> bool:
    """Whether it is among the stories now."""
    there = select(Story.id).where(col(Story.is_sample), col(Story.binned_at).is_(None))
    return session.exec(there).first() is not None
