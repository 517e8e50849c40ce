"""Things of chengdu's to ask about: each call makes one that nobody has touched yet."""

import itertools
from datetime import timedelta

from sqlmodel import select

from cms import checks, releases, review
from cms.db import session_scope
from cms.people import PeopleDesk
from cms.stories import Column, Issue, newest, open_next_issue, save, story_named, weekly
from tests.people.house import NOON

_numbers = itertools.count()


def an_issue(people: PeopleDesk, unit: int) -> int:
    """An open issue of a column of the unit's own."""
    return a_column(people, unit)[1]


def a_column(people: PeopleDesk, unit: int | None) -> tuple[str, int]:
    """A column of a unit's, None for the house's, by its name; and the number of its open issue."""
    slug = f"lan{next(_numbers)}"
    with session_scope(people.engine) as session:
        column = Column(slug=slug, title="栏目", rhythm=weekly(2), hour=9, opened_at=NOON, unit_id=unit)
        session.add(column)
        session.flush()
        return slug, open_next_issue(session, column, NOON).id


def as_said(column: str, **changes: str) -> dict[str, str]:
    """The form of a column, as its page sends it."""
    said = {"title": "栏目", "unit": "chengdu", "weekday": "2", "clock": "09:00", "holiday": "keep"}
    return {"slug": column, **said, **changes}


def the_column_of(people: PeopleDesk, issue: int) -> str:
    """The name of the column an issue is of."""
    with session_scope(people.engine) as session:
        return session.get_one(Column, session.get_one(Issue, issue).column_id).slug


def a_book(people: PeopleDesk) -> int:
    """A word list in force; the number of its version."""
    made = checks.parse(f"word,kind\n词{next(_numbers)},错敏词\n".encode(), f"list{next(_numbers)}.csv")
    with session_scope(people.engine) as session:
        return checks.import_list(session, made, "somebody", "list.csv", NOON).id


def a_release(people: PeopleDesk) -> int:
    """A release of a story of chengdu's to its own site, planned for tomorrow; the same one until it is over."""
    with session_scope(people.engine) as session:
        known = session.exec(select(releases.Release).where(releases.Release.title == "成都的发布")).first()
        if known is not None:
            return known.id
        story = story_named(session, "chengdu-one")
        assert story is not None
        revision = newest(session, story)
        assert revision is not None
        revision = save(session, "chengdu-one", revision.text, "成都的发布", "somebody", NOON, manuscript_hash="0" * 64)
        target = releases.Target(channels=("site",), units=("chengdu",))
        due = NOON + timedelta(days=1)
        return releases.plan(session, [revision], target, due, "somebody", review.LAWFUL, NOON).id


def a_push(people: PeopleDesk) -> int:
    """A push of chengdu's 公众号 that is not out, nor drawn yet."""
    slug = f"push-{next(_numbers)}"
    with session_scope(people.engine) as session:
        revision = save(session, slug, "x", "推送里的", "somebody", NOON, manuscript_hash=f"{slug:0>64}")
        target = releases.Target(channels=("wechat",), units=("chengdu",), alone=True)
        return releases.plan(session, [revision], target, NOON + timedelta(days=1), "x", review.COMPOSED, NOON).id
