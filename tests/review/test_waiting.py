"""What waits for whom, found in few queries, is what asking of each submission one by one finds."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import event
from sqlmodel import Session, select

from cms import review
from cms.db import read_scope, session_scope
from cms.people import EVERYWHERE, Person
from cms.review import submissions
from pipeline.house import House
from tests.people.house import BOSS, NOON, login_of
from tests.review.conftest import CHIEF, FIRST, SECOND, person, unit_of
from tests.review.test_rooms import take

Send = Callable[..., int]


def one_by_one(session: Session, who: Person) -> list[int]:
    """The rule itself, without a short cut."""
    return [
        one.id
        for one in submissions.seen(session, EVERYWHERE, submissions.OPEN)
        if one.assigned_id in (None, who.id)
        and not submissions.obstacle(session, one, who, NOON)
        and submissions.is_current(session, one)
    ]


def agree(house: House) -> dict[str, list[int]]:
    """Both ways for everybody there is; what waits for those for whom something does."""
    with session_scope(house.engine) as session:
        found = {}
        for who in session.exec(select(Person)).all():
            waiting = [one.id for one in submissions.waiting_for(session, EVERYWHERE, who, NOON)[0]]
            assert waiting == one_by_one(session, who), who.login
            if waiting:
                found[who.login] = waiting
    return found


def test_at_every_step_both_ways_agree(crew: House, sent: Send) -> None:
    one, other = sent(), sent(slug="chengdu-er")
    assert agree(crew)[FIRST] == [one, other]
    take(crew, one, FIRST)
    now = agree(crew)
    assert now[FIRST] == [other] and now[SECOND] == [one, other]
    take(crew, one, SECOND)
    now = agree(crew)
    assert now[CHIEF] == [one] and now[SECOND] == [other]


def test_the_earliest_come_first_and_the_rest_is_counted(crew: House, sent: Send) -> None:
    one, other = sent(), sent(slug="chengdu-er")
    with read_scope(crew.engine) as session:  # what is asked twice in it is known
        found, left = submissions.waiting_for(session, EVERYWHERE, person(session, FIRST), NOON, 1)
        assert ([each.id for each in found], [each.id for each in left]) == ([one], [other])
        assert submissions.waiting_for(session, EVERYWHERE, person(session, CHIEF), NOON, 1) == ([], [])


def test_a_role_that_was_lent_counts_while_it_is_lent(crew: House, sent: Send) -> None:
    number = sent()
    editor = login_of("编辑", "chengdu")
    assert editor not in agree(crew)
    with session_scope(crew.engine) as session:
        until = NOON + timedelta(days=3)
        review.lend(session, person(session, editor), unit_of(session, "chengdu"), "审核", until, "借调", BOSS, NOON)
    assert agree(crew)[editor] == [number]


def test_what_asks_for_another_role_costs_no_question_each(crew: House, sent: Send) -> None:
    def questions() -> int:
        said: list[str] = []

        def count(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
            said.append(statement)

        with session_scope(crew.engine) as session:
            chief = person(session, CHIEF)
            event.listen(crew.engine, "after_cursor_execute", count)
            assert submissions.waiting_for(session, EVERYWHERE, chief, NOON) == ([], [])
            event.remove(crew.engine, "after_cursor_execute", count)
        return len(said)

    sent()
    alone = questions()
    sent(slug="chengdu-er")
    sent(slug="chengdu-san")
    assert questions() == alone
