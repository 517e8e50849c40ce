"""What every page of 审稿 asks first: who, and which submission."""

from flask import abort, request
from sqlmodel import Session, select

from cms.people import Person, Scope
from cms.people.roles import tree
from cms.review import Submission, submissions
from cms.stories import Revision, Story, newest, story_named
from cms.web.desk import Desk
from cms.web.entrance import reached, scope, who
from cms.web.galley import Galley
from cms.web.permits import PERMITS


def me(session: Session) -> Person:
    """The person asking, as a row."""
    return session.get_one(Person, who().person_id)


def reach() -> Scope:
    """Whose submissions they see, on whatever page: their own reach, and where they review on loan."""
    return reached(who(), PERMITS["reviewing.page", "GET"])


def submission(session: Session, number: int) -> Submission:
    """The submission, when it is in reach; 404 like one that is not there."""
    found = submissions.find(session, scope(), number)
    if found is None:
        abort(404)
    return found


def galley_of(desk: Desk) -> Galley:
    """The press room's proofs; the blueprint is only there where they are."""
    if desk.galley is None:
        abort(404)
    return desk.galley


def person_named(session: Session, field: str) -> Person:
    """The person a form names by number; 404 for nobody."""
    text = request.form.get(field, "")
    found = session.exec(select(Person).where(Person.id == (int(text) if text.isdecimal() and len(text) < 10 else 0)))
    person = found.one_or_none()
    if person is None:
        abort(404)
    return person


def newest_of(session: Session, slug: str) -> tuple[Story, Revision]:
    """The story and its newest version, when it is in reach."""
    story = story_named(session, slug)
    revision = newest(session, story) if story else None
    if story is None or revision is None or not scope().holds(story.unit_id or tree(session).top):
        abort(404)
    return story, revision
