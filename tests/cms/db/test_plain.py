"""Statements that are built once give what SQLAlchemy gives, on both databases, and fail as ever."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, bindparam, event, func, literal, update
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from cms import audit
from cms.db import ask, enter, enter_all, fetch, look, put, session_scope
from cms.matrix import Account, Unit
from cms.people import Notice, Person
from cms.plain import prepared

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
OF_UNIT = select(Account, Unit).where(Account.unit_id == Unit.id, Unit.slug == bindparam("slug"))
SOME = (
    select(Account)
    .where(col(Account.channel).in_(("site", "wechat")), col(Account.id).in_(bindparam("those", expanding=True)))
    .order_by(col(Account.id))
)
LOGIN = select(Person).where(Person.login == bindparam("login"))
ANEW = LOGIN.execution_options(populate_existing=True)
WITH_NOTICE = select(Unit, Notice).outerjoin(Notice, col(Notice.unit_id) == col(Unit.id)).where(Unit.slug == "chengdu")
NOTICED = select(Notice.sentence, Notice.first_at, Notice.count).where(Notice.subject == bindparam("subject"))
_PEOPLE = Person.__table__  # type: ignore[attr-defined]
NAMED = update(_PEOPLE).where(_PEOPLE.c.login == bindparam("who")).values(name=bindparam("what"))


def test_the_same_rows_and_the_same_objects_as_a_session_gives(session: Session) -> None:
    asked = {"slug": "chengdu"}
    assert [(a.key, u.name, a.settings) for a, u in fetch(session, OF_UNIT, **asked)] == [
        (a.key, u.name, a.settings) for a, u in session.exec(OF_UNIT, params=asked)
    ]
    held = fetch(session, LOGIN, login="wang")[0]
    assert session.exec(select(Person).where(Person.login == "wang")).one() is held


def chosen(channels: list[str], most: int) -> list[Any]:
    """Queries as they are built again and again: the same in form, with other values."""
    mine = col(Account.channel).in_(channels)
    below = aliased(Unit)
    return [
        select(Account).where(mine).order_by(col(Account.id)).limit(most),
        select(Account.key, Unit).where(mine, Account.unit_id == Unit.id, Unit.slug != channels[0]),
        select(func.count()).where(mine),
        select(Account.key).where(mine, col(Account.id).not_in(list(range(most)))).offset(1).limit(most),
        select(Unit.slug, below).join(below, col(below.parent_id) == col(Unit.id)).where(col(Unit.id) <= most),
        select(Unit, Notice).outerjoin(Notice, col(Notice.unit_id) == col(Unit.id)).where(col(Unit.id) <= most),
        select(literal(channels[0]), Account.id, Account.settings).where(mine).distinct(),
        select(Account.id).where(mine).union(select(Unit.id).where(col(Unit.id) <= most)),
    ]


def test_what_is_chosen_is_what_sqlalchemy_chooses(session: Session) -> None:
    for channels, most in ((["site"], 3), (["wechat", "feed", "site"], 7), (["weibo", "feed"], 1), (["none"], 2)):
        for mine, theirs in zip(chosen(channels, most), chosen(channels, most), strict=True):
            found, known = session.exec(mine).all(), Session.exec(session, theirs).all()
            assert [tuple(one) if isinstance(one, tuple) else one for one in found] == [
                tuple(one) if isinstance(one, tuple) else one for one in known
            ], str(mine)
            assert list(map(type, found)) == list(map(type, known))
    asked = select(Account).where(Account.channel == bindparam("channel"))
    assert session.exec(asked, params={"channel": "site"}).first() is not None
    with pytest.raises(StatementError):
        session.exec(asked).all()
    (one,) = session.exec(select(Person.login, Person.name).where(Person.login == "wang"))
    assert (one.login, one.name) == ("wang", "王记者")


@pytest.mark.parametrize("count", [0, 1, 5])
def test_a_list_of_any_length_is_asked_for(session: Session, count: int) -> None:
    known = list(session.exec(select(Account.id).where(Account.channel == "site").order_by(col(Account.id))))
    those = known[:count]
    assert [one.id for one in fetch(session, SOME, those=those)] == those


def test_lists_of_many_lengths_are_a_few_statements(session: Session) -> None:
    """Each length would be kept as a statement of its own, by the driver too: an archive grows by the day."""
    known = list(session.exec(select(Account.id).order_by(col(Account.id))))
    mine = select(Account.id).where(col(Account.id).in_(bindparam("those", expanding=True))).order_by(col(Account.id))
    rest = select(Account.id).where(col(Account.id).not_in(bindparam("those", expanding=True)))
    for count in range(len(known) + 1):
        assert ask(session, mine, those=known[:count]).scalars() == known[:count]
        assert set(ask(session, rest, those=known[:count]).scalars()) == set(known[count:])
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        built = prepared(mine, connection.dialect, ("those",))
        assert built is not None and len(built._shapes) < len(known) / 2


def test_what_is_not_written_yet_is_written_before_it_is_asked(session: Session) -> None:
    session.exec(select(Person).where(Person.login == "li")).one().name = "李主编"
    assert ask(session, select(Person.name).where(Person.login == bindparam("login")), login="li").scalar() == "李主编"


def test_an_object_in_hand_stays_as_it_is_unless_it_is_asked_for_anew(session: Session) -> None:
    held = fetch(session, LOGIN, login="wang")[0]
    assert ask(session, NAMED, who="wang", what="王主任").rowcount == 1
    assert fetch(session, LOGIN, login="wang")[0].name == "王记者"
    assert fetch(session, ANEW, login="wang")[0] is held
    assert held.name == "王主任"


def test_an_object_that_was_fetched_is_written_when_it_changes(house: Engine) -> None:
    with session_scope(house) as session:
        fetch(session, LOGIN, login="zhao")[0].name = "赵副主任"
    with session_scope(house) as session:
        assert session.exec(select(Person.name).where(Person.login == "zhao")).one() == "赵副主任"


def test_a_side_that_is_not_there_is_none(session: Session) -> None:
    assert [(unit.slug, notice) for unit, notice in fetch(session, WITH_NOTICE)] == [("chengdu", None)]


def test_a_row_is_entered_with_the_defaults_of_its_kind(session: Session) -> None:
    local = NOW.astimezone(tz=datetime.now().astimezone().tzinfo)
    enter(session, Notice, subject="a", sentence="看一看", first_at=local, last_at=NOW + timedelta(hours=1))
    row = ask(session, NOTICED, subject="a").one()
    assert (row.sentence, row.first_at, row.count) == ("看一看", NOW, Notice.model_fields["count"].default)


def test_many_rows_are_entered_in_one_go_with_the_defaults_of_their_kind(session: Session) -> None:
    said = [{"subject": name, "sentence": "看一看", "first_at": NOW, "last_at": NOW} for name in ("a", "b")]
    enter_all(session, Notice, said)
    enter_all(session, Notice, [])
    for name in ("a", "b"):
        row = ask(session, NOTICED, subject=name).one()
        assert (row.sentence, row.first_at, row.count) == ("看一看", NOW, Notice.model_fields["count"].default)


def test_alone_a_statement_is_a_transaction_of_its_own(house: Engine) -> None:
    assert put(house, NAMED, who="chen", what="陈老总") == 1
    assert put(house, NAMED, who="nobody", what="无") == 0
    assert look(house, select(Person.name).where(Person.login == bindparam("login")), login="chen").scalar() == "陈老总"


def test_what_the_database_refuses_is_said_as_ever_and_leaves_nothing(house: Engine) -> None:
    with pytest.raises(IntegrityError), session_scope(house) as session:
        ask(session, NAMED, who="wang", what="改了")
        enter(session, Person, login="wang", name="另一个")
    assert look(house, LOGIN, login="wang").one().name == "王记者"


def test_a_wall_stops_what_is_put_alone(house: Engine) -> None:
    with session_scope(house) as session:
        audit.record(session, "wang", "test", "a", {}, NOW)
    entries = audit.AuditEntry.__table__  # type: ignore[attr-defined]
    with pytest.raises(IntegrityError):
        put(house, update(entries).where(entries.c.id == bindparam("number")).values(actor="li"), number=1)


def test_who_listens_to_the_engine_hears_these_too(house: Engine) -> None:
    heard: list[str] = []
    event.listen(house, "before_cursor_execute", lambda c, cur, statement, *rest: heard.append(statement))
    look(house, LOGIN, login="wang")
    with session_scope(house) as session:
        fetch(session, LOGIN, login="wang")
    assert sum("persons" in one for one in heard) == 2
