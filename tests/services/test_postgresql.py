"""What PostgreSQL does in a way of its own: turns, starting together, restarts, refusals."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Engine, event, text
from sqlmodel import select

from cms import db
from cms.db import (
    BusyError,
    CannotWriteError,
    DatabaseError,
    migrate,
    migration_config,
    open_engine,
    read_scope,
    session_scope,
)
from cms.matrix import Unit
from cms.migrations import walls
from tests.services import postgres as servers
from tests.services.databases import Address, Served
from tests.services.postgres import Postgres

ROOT = Path(__file__).resolve().parents[2]
MIGRATE = "import sys; from cms.db import migrate, open_engine; migrate(open_engine(sys.argv[1]))"


@pytest.fixture(scope="module")
def migrated(postgres: Postgres) -> Address:
    return Served(postgres).prepare(lambda engine: None)


@pytest.fixture
def engine(postgres: Postgres, migrated: Address, tmp_path: Path) -> Iterator[Engine]:
    engine = Served(postgres).open_copy(migrated, tmp_path)
    yield engine
    engine.dispose()


@pytest.fixture
def hasty(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """Little patience, so that a test need not have more."""
    event.listen(
        engine, "begin", lambda connection: connection.exec_driver_sql("SET LOCAL lock_timeout = '200ms'"), insert=True
    )
    monkeypatch.setattr(db, "PATIENCE_S", 0.5)
    return engine


def add(engine: Engine, slug: str) -> None:
    with session_scope(engine) as session:
        session.add(Unit(slug=slug, name=slug, short=slug))


def names(engine: Engine) -> list[str]:
    with read_scope(engine) as session:
        return list(session.exec(select(Unit.slug).order_by(Unit.slug)))


def test_the_server_is_asked_for_what_the_promises_need(engine: Engine) -> None:
    with engine.connect() as connection:
        said = {
            name: connection.exec_driver_sql(f"SHOW {name}").scalar()
            for name in ("timezone", "synchronous_commit", "transaction_isolation", "lock_timeout")
        }
    assert said == {
        "timezone": "UTC",
        "synchronous_commit": "on",
        "transaction_isolation": "read committed",
        "lock_timeout": "5s",
    }


def test_a_writer_takes_its_turn_at_the_start_and_readers_go_on(hasty: Engine) -> None:
    other = open_engine(hasty.url)  # as another process: threads of one queue before the database
    with session_scope(other):
        with pytest.raises(BusyError, match="请检查"):
            add(hasty, "b")
        assert names(hasty) == []
    other.dispose()
    add(hasty, "c")
    assert names(hasty) == ["c"]


def test_a_reader_sees_one_moment(engine: Engine) -> None:
    with read_scope(engine) as reader:
        assert reader.exec(select(Unit)).all() == []
        add(engine, "a")
        assert reader.exec(select(Unit)).all() == []
    assert names(engine) == ["a"]


def test_processes_that_start_together_migrate_once(postgres: Postgres) -> None:
    url = servers.text(postgres.create())
    started = [subprocess.Popen([sys.executable, "-c", MIGRATE, url], cwd=ROOT) for _ in range(2)]
    assert [one.wait(120) for one in started] == [0, 0]
    engine = open_engine(url)
    with read_scope(engine) as session:
        assert walls.are_standing(session.connection())
        assert session.connection().execute(text("SELECT count(*) FROM alembic_version")).scalar() == 1
    engine.dispose()


def test_the_scripts_and_the_rows_agree(engine: Engine) -> None:
    with engine.begin() as connection:
        command.check(migration_config(connection))


@pytest.mark.parametrize(
    "harm",
    [
        "ALTER TABLE signatures DISABLE TRIGGER wall_signatures_update",
        "CREATE OR REPLACE FUNCTION wall_signatures_update() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN RETURN NEW; END'",
    ],
)
def test_a_wall_made_harmless_stands_again(engine: Engine, harm: str) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql(harm)
    migrate(engine)
    with read_scope(engine) as session:
        assert walls.are_standing(session.connection())


def test_a_server_that_restarted_is_taken_up_again(engine: Engine, postgres: Postgres) -> None:
    add(engine, "a")
    postgres.disconnect(engine.url)
    add(engine, "b")
    assert names(engine) == ["a", "b"]


def test_a_connection_lost_on_the_way_keeps_nothing(engine: Engine, postgres: Postgres) -> None:
    with pytest.raises(BusyError), session_scope(engine) as session:
        session.add(Unit(slug="a", name="a", short="a"))
        session.flush()
        postgres.disconnect(engine.url)
        session.exec(select(Unit)).all()
    assert names(engine) == []


def test_a_server_that_is_away_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "PATIENCE_S", 0.3)
    engine = open_engine("postgresql://yigao@127.0.0.1:9/nobody")
    with pytest.raises(BusyError, match="请检查数据库"):
        add(engine, "a")


def test_a_server_that_only_reads_says_so_and_serves_readers(engine: Engine, postgres: Postgres) -> None:
    add(engine, "a")
    with engine.begin() as connection:
        connection.exec_driver_sql(f'ALTER DATABASE "{engine.url.database}" SET default_transaction_read_only = on')
    postgres.disconnect(engine.url)
    with pytest.raises(CannotWriteError, match="检查写权限"):
        add(engine, "b")
    assert names(engine) == ["a"]


def test_a_database_that_cannot_keep_chinese_is_refused(postgres: Postgres) -> None:
    with pytest.raises(DatabaseError, match="--encoding=UTF8"):
        migrate(open_engine(postgres.create(encoding="SQL_ASCII")))
