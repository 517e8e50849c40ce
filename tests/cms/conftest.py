"""A newsroom on SQLite and on PostgreSQL: people, the Sichuan matrix, and stories with frozen manuscripts."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from cms.db import session_scope
from cms.matrix import built_in, load_matrix, store_matrix
from cms.people import Person, Workspace
from cms.stories import Revision, save
from tests.people.house import empower
from tests.services.databases import Address, Databases

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
PEOPLE = {"wang": "王记者", "li": "李编辑", "zhao": "赵主任", "chen": "陈总编", "zhou": "周签发"}


@pytest.fixture(scope="session")
def empty(databases: Databases) -> Address:
    """A migrated database with nothing in it, made once and copied for each test."""
    return databases.prepare(lambda engine: None)


@pytest.fixture(scope="session")
def furnished(databases: Databases, empty: Address) -> Address:
    """A real (not demo) workspace with five people and the accounts of 21 cities on three channels."""

    def fill(engine: Engine) -> None:
        with session_scope(engine) as session:
            session.add(Workspace(name="四川科技", demo=False, created_at=NOW))
            session.add_all(Person(login=login, name=name) for login, name in PEOPLE.items())
            store_matrix(session, load_matrix(built_in()), ["site", "feed", "wechat"])
            empower(session)

    return databases.prepare(fill, empty)


@pytest.fixture
def engine(databases: Databases, empty: Address, tmp_path: Path) -> Iterator[Engine]:
    engine = databases.open_copy(empty, tmp_path / "yigao.db")
    yield engine
    databases.done_with(engine)


@pytest.fixture
def house(databases: Databases, furnished: Address, tmp_path: Path) -> Iterator[Engine]:
    engine = databases.open_copy(furnished, tmp_path / "yigao.db")
    yield engine
    databases.done_with(engine)


@pytest.fixture
def session(house: Engine) -> Iterator[Session]:
    with session_scope(house) as session:
        yield session


@pytest.fixture
def demo(session: Session) -> Session:
    session.get_one(Workspace, 1).demo = True
    session.flush()
    return session


@pytest.fixture
def person(session: Session) -> Callable[[str], Person]:
    return lambda login: session.exec(select(Person).where(Person.login == login)).one()


@pytest.fixture
def write(session: Session) -> Callable[..., Revision]:
    """Save a story with a manuscript hash, as the desk does."""

    def save_story(slug: str = "quantum", text: str = "正文", author: str = "wang") -> Revision:
        return save(session, slug, text, f"标题 {slug}", author, NOW, manuscript_hash=f"m:{slug}:{text}")

    return save_story
