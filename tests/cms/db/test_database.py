"""The engine, the two kinds of transaction, times and JSON, and the migrations."""

import gc
import sqlite3
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import psutil
import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, event, inspect, text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlmodel import select

from cms.audit import AuditEntry, history, record
from cms.db import (
    DatabaseError,
    migrate,
    migration_config,
    open_engine,
    read_scope,
    session_scope,
    utc,
)
from cms.matrix import Unit
from cms.migrations import walls
from cms.people import Workspace
from cms.releases import NEEDS_SIGNATURE
from cms.review import POLICIES

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Engine]:
    """A migrated SQLite file, for what PostgreSQL does otherwise (``test_postgresql.py``)."""
    engine = open_engine(tmp_path / "file.db")
    migrate(engine)
    yield engine
    engine.dispose()


def test_the_file_is_opened_safe_and_patient(file: Engine) -> None:
    with file.connect() as connection:
        said = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "recursive_triggers")
        }
    assert said == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 5000,
        "recursive_triggers": 1,
    }


def test_a_missing_folder_is_made_and_an_address_is_taken_as_it_is(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "new" / "house.db")
    migrate(engine)
    assert (tmp_path / "new" / "house.db").exists()
    assert open_engine("sqlite://").url.database is None


def test_migrating_an_empty_file_makes_every_table_and_twice_is_once(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "empty.db")
    migrate(engine)
    migrate(engine)
    assert {"deliveries", "audit_entries", "sealed_sets", "revisions"} <= set(inspect(engine).get_table_names())
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM audit_heads")).scalar() == 1


def test_two_processes_may_migrate_at_once(tmp_path: Path) -> None:
    engines = [open_engine(tmp_path / "shared.db") for _ in range(3)]
    threads = [threading.Thread(target=migrate, args=(engine,)) for engine in engines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with read_scope(engines[0]) as session:
        head = ScriptDirectory.from_config(migration_config(session.connection())).get_current_head()
        assert session.connection().execute(text("SELECT version_num FROM alembic_version")).all() == [(head,)]


def test_the_scripts_and_the_rows_agree(engine: Engine) -> None:
    with engine.begin() as connection:
        command.check(migration_config(connection))


def test_a_database_newer_than_the_program_is_refused_in_words(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseError, match="请升级程序"):
        migrate(engine)


def test_times_come_back_aware_and_in_utc_whatever_zone_they_were_given_in(engine: Engine) -> None:
    shanghai = datetime(2026, 11, 25, 9, 0, tzinfo=timezone(timedelta(hours=8)))
    with session_scope(engine) as session:
        session.add(Workspace(name="a", created_at=shanghai))
    with read_scope(engine) as session:
        at = session.exec(select(Workspace)).one().created_at
        assert session.exec(select(Workspace).where(Workspace.created_at == shanghai)).one()
    assert (at, at.tzinfo) == (shanghai, UTC)


def test_a_time_without_a_zone_is_refused(engine: Engine) -> None:
    with pytest.raises(ValueError, match="没有时区"):
        utc(datetime(2026, 1, 1))
    with pytest.raises(Exception, match="没有时区"), session_scope(engine) as session:
        session.add(Workspace(name="a", created_at=datetime(2026, 1, 1)))


def test_json_is_kept_as_canonical_text(engine: Engine) -> None:
    with session_scope(engine) as session:
        record(session, "li", "test", "x", {"b": [1, "二"], "a": True}, NOW)
    with read_scope(engine) as session:
        assert session.connection().execute(text("SELECT detail FROM audit_entries")).scalar() == (
            '{"a":true,"b":[1,"二"]}'
        )
        assert session.exec(select(AuditEntry)).one().detail == {"a": True, "b": [1, "二"]}


def test_an_error_rolls_the_whole_transaction_back(engine: Engine) -> None:
    with pytest.raises(RuntimeError), session_scope(engine) as session:
        session.add(Unit(slug="a", name="甲", short="甲"))
        session.flush()
        raise RuntimeError
    with read_scope(engine) as session:
        assert session.exec(select(Unit)).all() == []


def test_foreign_keys_hold(engine: Engine) -> None:
    with pytest.raises(IntegrityError), session_scope(engine) as session:
        session.add(Unit(slug="a", name="甲", short="甲", parent_id=99))


def test_reading_goes_on_while_somebody_writes(engine: Engine) -> None:
    with session_scope(engine) as writer:
        writer.add(Unit(slug="a", name="甲", short="甲"))
        writer.flush()
        with read_scope(engine) as reader:
            assert reader.exec(select(Unit)).all() == []


def test_a_writer_takes_its_lock_at_the_start(file: Engine) -> None:
    other = sqlite3.connect(str(file.url.database), timeout=0)
    with session_scope(file) as session:
        session.exec(select(Unit)).all()
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
    other.close()


def test_reading_never_writes(engine: Engine) -> None:
    with read_scope(engine) as session:
        session.add(Unit(slug="a", name="甲", short="甲"))
        session.flush()
    with read_scope(engine) as session:
        assert session.exec(select(Unit)).all() == []


@pytest.mark.proves("F17")
def test_concurrent_changes_are_never_lost(engine: Engine) -> None:
    with session_scope(engine) as session:
        session.add(Unit(slug="a", name="0", short="甲"))

    def count() -> None:
        for _ in range(25):
            with session_scope(engine) as session:
                unit = session.exec(select(Unit)).one()
                unit.name = str(int(unit.name) + 1)

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with read_scope(engine) as session:
        assert session.exec(select(Unit)).one().name == "100"


def test_a_file_that_is_no_database_is_not_taken_for_one(tmp_path: Path) -> None:
    (tmp_path / "notes.db").write_text("这不是数据库" * 100, encoding="utf-8")
    with pytest.raises((OperationalError, Exception), match="not a database"):
        migrate(open_engine(tmp_path / "notes.db"))


def test_the_walls_and_the_rooms_mean_the_same() -> None:
    assert set(walls.SIGNED_STATES) == NEEDS_SIGNATURE
    assert [policy.name for policy in POLICIES.values() if policy.demo_only] == ["rehearsal"]


def test_walls_stand_again_after_every_migration(engine: Engine) -> None:
    is_file = engine.dialect.name == "sqlite"
    listed = "sqlite_master WHERE type = 'trigger'" if is_file else "pg_trigger WHERE NOT tgisinternal"
    with engine.begin() as connection:
        connection.execute(text(f"DROP TRIGGER wall_audit_entries_update{'' if is_file else ' ON audit_entries'}"))
    migrate(engine)
    with engine.connect() as connection:
        standing = connection.execute(text(f"SELECT count(*) FROM {listed}")).scalar()
    assert standing == len(walls.WALLS)


def test_every_table_is_in_the_documentation(engine: Engine) -> None:
    page = (Path(__file__).resolve().parents[3] / "docs" / "rows.md").read_text(encoding="utf-8")
    listed = {line.split("`")[1] for line in page.splitlines() if line.startswith("| `")}
    assert listed == set(inspect(engine).get_table_names()) - {"alembic_version"}


def test_a_commit_that_fails_leaves_nothing_behind(file: Engine) -> None:
    """The next transaction on the same connection begins anew, and what was not kept is not there."""
    with session_scope(file) as session:
        session.connection().exec_driver_sql("CREATE TABLE p (id INTEGER PRIMARY KEY)")
        session.connection().exec_driver_sql("CREATE TABLE c (p REFERENCES p (id) DEFERRABLE INITIALLY DEFERRED)")
    with pytest.raises(IntegrityError), session_scope(file) as session:
        session.connection().exec_driver_sql("INSERT INTO c VALUES (9)")
    with session_scope(file) as session:
        assert session.connection().exec_driver_sql("SELECT * FROM c").all() == []


def test_what_the_body_takes_back_is_not_kept(engine: Engine) -> None:
    with session_scope(engine) as session:
        record(session, "li", "story.save", "story:1", {}, NOW)
        session.rollback()
    with read_scope(engine) as session:
        assert history(session, "story:1") == []


def test_a_refused_change_that_is_let_be_takes_everything_with_it(engine: Engine) -> None:
    """The body ends in peace, the transaction in nothing; what comes next is as ever."""
    with session_scope(engine) as session, pytest.raises(IntegrityError):
        record(session, "li", "story.save", "story:1", {}, NOW)
        session.add(Unit(slug="a", name="甲", short="甲", parent_id=99))
        session.flush()
    with session_scope(engine) as session:
        assert history(session, "story:1") == [] and session.exec(select(Unit)).all() == []
        record(session, "li", "story.save", "story:1", {}, NOW)
    with read_scope(engine) as session:
        assert len(history(session, "story:1")) == 1


def test_engines_nobody_holds_close_their_files(tmp_path: Path) -> None:
    """Houses come and go in one process (backups, tests): connections do not pile up."""
    for number in range(20):
        passing = open_engine(tmp_path / f"{number}.db")
        with session_scope(passing) as session, read_scope(passing) as other:
            session.connection().exec_driver_sql("SELECT 1")
            other.connection().exec_driver_sql("SELECT 1")
    del passing, session, other
    gc.collect()
    assert [one.path for one in psutil.Process().open_files() if one.path.startswith(str(tmp_path))] == []


def test_the_next_transaction_goes_on_where_the_last_one_ended(tmp_path: Path) -> None:
    """One connection for one transaction after the other, whatever became of the last; closed with its engine. Who
    begins to listen hears all of the next one."""
    engine, heard, seen = open_engine(tmp_path / "a.db"), list[str](), set[int]()

    def go(sql: str) -> None:
        with session_scope(engine) as session:
            seen.add(id(session.connection().connection.driver_connection))
            session.connection().exec_driver_sql(sql)

    go("CREATE TABLE a (b)")
    with pytest.raises(RuntimeError), session_scope(engine) as session:
        session.connection().exec_driver_sql("INSERT INTO a VALUES (1)")
        raise RuntimeError
    go("INSERT INTO a VALUES (2)")
    with read_scope(engine) as session:
        assert session.connection().exec_driver_sql("SELECT b FROM a").scalars().all() == [2]
    assert len(seen) == 1
    event.listen(engine, "before_cursor_execute", lambda *told: heard.append(told[2]))
    go("INSERT INTO a VALUES (3)")
    assert heard == ["INSERT INTO a VALUES (3)"]
    engine.dispose()
    assert [one.path for one in psutil.Process().open_files() if one.path.startswith(str(tmp_path))] == []
