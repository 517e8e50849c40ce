"""How many statements a page asks does not grow with its rows: counted with few and with many of them. (How long they
take is ``benchmarks/desk.py``'s.)"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, text, update
from sqlmodel import Session, col, select

from benchmarks import desk_pages
from cms import releases
from cms.db import read_scope, session_scope
from cms.matrix import Account, Unit
from cms.people import PeopleDesk, Person
from cms.people.roles import EVERYWHERE
from cms.people.rows import Appointment
from cms.releases import Delivery, Item, Release, Remedy, boards, submitting
from cms.stories import save, story_named
from cms.web.permits import PERMITS
from pipeline.house import House
from tests.people import delivered
from tests.people.house import NOON, login_of, signed_in
from tests.people.test_every_page_looked_at import NO_PAGE

FEW, MANY = 3, 23


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """The statements asked inside, the plain ones below SQLAlchemy too."""
    asked: list[str] = []
    engine.dispose()  # every connection is opened anew, and listens

    def listen(connection: object, _: object) -> None:
        connection.set_trace_callback(asked.append)  # type: ignore[attr-defined]

    event.listen(engine, "connect", listen)
    yield asked
    event.remove(engine, "connect", listen)
    engine.dispose()


def asked_for(client: FlaskClient, way: str, engine: Engine) -> int:
    """Statements of one look at a page that was looked at before."""
    with counted(engine) as asked:
        client.get(way)
        del asked[:]
        answer = client.get(way)
    assert answer.status_code == 200, answer.text[:300]
    return len(asked)


def add_drafts(session: Session, unit: int, numbers: range, login: str) -> None:
    for n in numbers:
        words = f"---\nslug: cg-{n}\nheadline: 第{n}篇\n---\n\n正文。\n"
        save(session, f"cg-{n}", words, f"第{n}篇", login, NOON, unit_id=unit)


def add_people(session: Session, unit: int, numbers: range, _: str) -> None:
    for n in numbers:
        person = Person(login=f"ren.{n}", name=f"同事{n}", password_hash="x")
        session.add(person)
        session.flush()
        session.add(Appointment(person_id=person.id, role="记者", unit_id=unit, granted_by="x", granted_at=NOON))


def add_reviews(session: Session, unit: int, numbers: range, _: str) -> None:
    sender = session.exec(select(Person).where(Person.login == login_of("编辑", "chengdu"))).one()
    for n in numbers:
        slug = f"sg-{n}"
        save(session, slug, "x", f"第{n}篇", "x", NOON, unit_id=unit, manuscript_hash=f"{n:064}")
        story = story_named(session, slug)
        assert story is not None
        order = submitting.Order(NOON + timedelta(days=1), (releases.Target(("site",), ("chengdu",), alone=True),))
        row = submitting.submit(session, story, sender, order, NOON)
        row.state = "reviewing"
        session.add(row)


def add_copies(session: Session, unit: int, numbers: range, _: str) -> None:
    """More copies of the story that is called back, each on an account of its own."""
    first = session.exec(select(Remedy).order_by(col(Remedy.id))).first()
    assert first is not None
    delivery, item = session.get_one(Delivery, first.delivery_id), session.get_one(Item, first.item_id)
    for n in numbers:
        account = Account(key=f"weibo:x{n}", channel="weibo", unit_id=unit, name=f"微博{n}", transport="api")
        session.add(account)
        session.flush()
        one = Delivery(**{**delivery.model_dump(exclude={"id"}), "account_id": account.id, "key": f"x{n:019}"})
        session.add(one)
        session.flush()
        there = Item(
            **{**item.model_dump(exclude={"id"}), "account_id": account.id, "delivery_id": one.id, "guid": f"x{n}"}
        )
        session.add(there)
        session.flush()
        own = {"account_id": account.id, "delivery_id": one.id, "item_id": there.id}
        session.add(Remedy(**{**first.model_dump(exclude={"id"}), **own, "costs": {"statuses/destroy": 1}}))
    session.flush()


Adds = Callable[[Session, int, range, str], None]
PAGES: dict[str, tuple[str, str, Adds, int]] = {
    # name: the role that looks, the page, its rows, how many statements a row may cost
    "stories of a writer": ("编辑", "/stories", add_drafts, 0),
    "people": ("地市管理员", "/people", add_people, 0),
    "a recall": ("签发", "/recalls/{recall}", add_copies, 0),
    "its report": ("签发", "/recalls/{recall}/report", add_copies, 0),
    "review": ("审核", "/review", add_reviews, 10),
}


@pytest.mark.parametrize("name", PAGES)
def test_statements_do_not_grow_with_rows(house: House, app: Flask, people: PeopleDesk, name: str) -> None:
    role, way, add, each = PAGES[name]
    there = delivered.furnish(people)
    login = login_of(role, "chengdu")
    client = signed_in(app, people, login)
    with session_scope(house.engine) as session:
        for trigger in session.connection().execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")):
            session.connection().execute(text(f'DROP TRIGGER "{trigger[0]}"'))  # rows are put there plainly
    counts = []
    for numbers in (range(FEW), range(FEW, MANY)):
        with session_scope(house.engine) as session:
            unit = session.exec(select(Unit.id).where(Unit.slug == "chengdu")).one()
            add(session, unit, numbers, login)
        counts.append(asked_for(client, way.format(**there), house.engine))
    assert counts[1] - counts[0] <= each * (MANY - FEW), counts


def test_the_rooms_of_a_release_are_a_few_statements(house: House, people: PeopleDesk) -> None:
    """What moving a release is judged by, at every drop: however many accounts it goes to."""
    delivered.furnish(people)
    with session_scope(house.engine) as session:
        for trigger in session.connection().execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")):
            session.connection().execute(text(f'DROP TRIGGER "{trigger[0]}"'))
        first = session.exec(select(Remedy).order_by(col(Remedy.id))).first()
        assert first is not None
        number = session.get_one(Delivery, first.delivery_id).release_id
    counts, found = [], []
    for numbers in (range(FEW), range(FEW, MANY)):
        with session_scope(house.engine) as session:
            add_copies(session, session.exec(select(Unit.id).where(Unit.slug == "chengdu")).one(), numbers, "")
            session.exec(update(Delivery).where(col(Delivery.release_id) == number).values(state="scheduled"))
        with counted(house.engine) as asked, read_scope(house.engine) as session:
            found.append(len(releases.room(session, session.get_one(Release, number))))
        counts.append(len(asked))
    assert found[1] - found[0] >= MANY - FEW
    assert counts[0] == counts[1] < 12, counts


def plan_of(house: House, ask: Callable[[Session], object], table: str) -> str:
    """How SQLite goes about the statements over ``table`` that are asked."""
    with counted(house.engine) as asked, read_scope(house.engine) as session:
        ask(session)
        mine = [one for one in asked if one.startswith("SELECT") and f"FROM {table}" in one]
        plans = [session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {one}") for one in mine]
        return "\n".join(str(row[3]) for plan in plans for row in plan)


def test_what_failed_lately_is_found_by_its_time(house: House) -> None:
    """By the accounts it would be everything they ever sent."""
    plan = plan_of(house, lambda session: boards.failing(session, EVERYWHERE, NOON), "deliveries")
    assert "ix_deliveries_changed" in plan
    assert "ix_deliveries_account_id" not in plan


def test_releases_of_few_accounts_are_read_from_these(house: House) -> None:
    """Asked of each release in turn, SQLite walks all of an account's deliveries for each: seconds."""
    wanted = boards.Wanted(unit="chengdu", channel="wechat")
    plan = plan_of(house, lambda session: boards.listed(session, EVERYWHERE, wanted), "releases")
    once, *each = plan.split("CORRELATED")
    assert re.search(r"SEARCH deliveries .*\(account_id=", once)
    assert not [one for one in each if "(account_id=" in one or "SCAN deliveries" in one or "SCAN items" in one]


def test_every_page_is_in_the_benchmark() -> None:
    """A new page is measured too (``benchmarks/desk_pages.py``)."""
    pages = {endpoint for endpoint, method in PERMITS if method == "GET"} - NO_PAGE
    assert set(desk_pages.PAGES) | desk_pages.NOT_HERE == pages
    assert set(desk_pages.PAGES) & desk_pages.NOT_HERE == set()
