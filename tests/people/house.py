"""A province with two prefectures, a county, and another province; and a person for every role."""

from datetime import UTC, datetime
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session, col, select

from cms.db import migrate, open_engine, session_scope
from cms.matrix import Unit
from cms.matrix.wires import Vault
from cms.people import PeopleDesk, Person, Workspace, appoint, visits
from cms.people.roles import NEEDS_CODE, REVIEWER, ROLES, SIGNER
from cms.people.rows import SignIn

NOON = datetime(2026, 11, 22, 6, 2, tzinfo=UTC)
PLACE = visits.Place("10.0.0.9", "Mozilla/5.0 (Windows NT 10.0) Chrome/140")
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
UNITS = (
    ("sichuan", "四川省科学技术厅", "四川", ""),
    ("chengdu", "成都市科学技术局", "成都", "sichuan"),
    ("ganzi", "甘孜州科学技术局", "甘孜州", "sichuan"),
    ("wuhou", "武侯区科学技术局", "武侯", "chengdu"),
    ("yunnan", "云南省科学技术厅", "云南", ""),
)
PEOPLE = (("editor", "编辑部", "编辑", "sichuan"),)


def furnish(file: Path) -> None:
    """Make the database: the units, the editor of the province, and for each unit one person a role."""
    engine = open_engine(file)
    migrate(engine)
    with session_scope(engine) as session:
        session.add(Workspace(name="四川科技", demo=False, created_at=NOON))
        made: dict[str, Unit] = {}
        for slug, name, short, above in UNITS:
            made[slug] = Unit(slug=slug, name=name, short=short, parent_id=made[above].id if above else None)
            session.add(made[slug])
            session.flush()
        for login, name, role, unit in PEOPLE:
            hire(session, login, name, role, unit)
        for unit in made:
            for number, role in enumerate(ROLES):
                hire(session, f"{unit}.{number}", f"{made[unit].short}{role}", role, unit)
    engine.dispose()


def hire(session: Session, login: str, name: str, role: str, unit: str, vault: Vault | None = None) -> Person:
    """Somebody with a role, and a second step where the role needs one (one that works, given the vault)."""
    person = Person(login=login, name=name, password_hash="x")
    session.add(person)
    session.flush()
    if role in NEEDS_CODE:
        person.totp_sealed = vault.seal(SECRET, f"totp:{person.id}") if vault else "x"
    unit_id = session.exec(select(Unit.id).where(Unit.slug == unit)).one()
    appoint(session, person, role, unit_id, "test", NOON)
    return person


def login_of(role: str, unit: str) -> str:
    return f"{unit}.{ROLES.index(role)}"


BOSS = login_of("地市管理员", "chengdu")


def token_for(people: PeopleDesk, login: str, now: datetime = NOON) -> str:
    """The token of a full visit, its code just asked for: as after the door."""
    with session_scope(people.engine) as session:
        person = session.exec(select(Person).where(Person.login == login)).one()
        token = visits.begin(session, person, PLACE, now)
        row = session.exec(select(SignIn).where(SignIn.token_hash == visits.token_hash(token))).one()
        row.is_full, row.checked_at = True, now
    return token


def signed_in(app: Flask, people: PeopleDesk, login: str = "editor", now: datetime = NOON) -> FlaskClient:
    """A browser that came through the door."""
    client = app.test_client()
    client.set_cookie("yigao-who", token_for(people, login, now), domain="localhost")
    return client


def empower(session: Session) -> None:
    """Everybody there is may review and sign, everywhere: for tests that are about something else."""
    session.flush()
    tops = list(session.exec(select(Unit.id).where(col(Unit.parent_id).is_(None))))
    for person in session.exec(select(Person)).all():
        for role in (REVIEWER, SIGNER):
            for unit_id in tops:
                appoint(session, person, role, unit_id, "test", NOON)
