"""A newsroom on a real SQLite file: people, the Sichuan matrix, and stories with frozen manuscripts."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from cms.db import migrate, open_engine, session_scope
from cms.matrix import built_in, load_matrix, store_matrix
from cms.people import Person, Workspace
from cms.stories import Revision, save

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
PEOPLE = {"wang": "王记者", "li": "李编辑", "zhao": "赵主任", "chen": "陈总编", "zhou": "周签发"}


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file with nothing in it, made once and copied for each test."""
    path = tmp_path_factory.mktemp("empty") / "yigao.db"
    engine = open_engine(path)
    migrate(engine)
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def house_file(empty_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real (not demo) workspace with five people and the accounts of 21 cities on three channels."""
    path = tmp_path_factory.mktemp("house") / "yigao.db"
    shutil.copy(empty_file, path)
    engine = open_engine(path)
    with session_scope(engine) as session:
        session.add(Workspace(name="四川科技", demo=False, created_at=NOW))
        session.add_all(Person(login=login, name=name) for login, name in PEOPLE.items())
        store_matrix(session, load_matrix(built_in()), ["site", "feed", "wechat"])
    engine.dispose()
    return path


def opened_copy(source: Path, path: Path) -> Iterator[Engine]:
    shutil.copy(source, path)
    engine = open_engine(path)
    yield engine
    engine.dispose()


@pytest.fixture
def engine(empty_file: Path, tmp_path: Path) -> Iterator[Engine]:
    yield from opened_copy(empty_file, tmp_path / "yigao.db")


@pytest.fixture
def house(house_file: Path, tmp_path: Path) -> Iterator[Engine]:
    yield from opened_copy(house_file, tmp_path / "yigao.db")


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
