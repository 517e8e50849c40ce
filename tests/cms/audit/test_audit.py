"""The log can only grow, and any other change is found at its first entry."""

import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import IntegrityError

from cms.audit import Break, Walked, history, record, verify, walk
from cms.db import read_scope, session_scope
from tests.services.databases import spoken

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


@pytest.fixture
def log(engine: Engine) -> Engine:
    with session_scope(engine) as session:
        for number in range(1, 6):
            record(session, "li", "story.save", f"story:{number % 2}", {"number": number}, NOW)
    return engine


def tamper(engine: Engine, *statements: str) -> None:
    """Change the rows behind the program's back: another connection, the walls torn down."""
    stranger = create_engine(engine.url)
    on = " ON audit_entries" if stranger.dialect.name == "postgresql" else ""
    with stranger.begin() as connection:
        for name in ("update", "delete", "insert"):
            connection.execute(text(f"DROP TRIGGER wall_audit_entries_{name}{on}"))
        for statement in statements:
            connection.exec_driver_sql(statement)
    stranger.dispose()


def test_an_untouched_log_verifies_and_tells_a_subject_s_history(log: Engine) -> None:
    with read_scope(log) as session:
        assert verify(session) is None
        assert [entry.detail["number"] for entry in history(session, "story:1")] == [1, 3, 5]


def test_an_empty_log_verifies(engine: Engine) -> None:
    with read_scope(engine) as session:
        assert verify(session) is None


@pytest.mark.parametrize(
    ("statement", "number", "word"),
    [
        ("UPDATE audit_entries SET actor = 'zhao' WHERE id = 3", 3, "被改动过"),
        ("UPDATE audit_entries SET detail = '{\"number\":9}' WHERE id = 2", 2, "被改动过"),
        ("UPDATE audit_entries SET at = '2026-11-24 02:00:01.000000' WHERE id = 5", 5, "被改动过"),
        ("DELETE FROM audit_entries WHERE id = 1", 1, "缺失"),
        ("DELETE FROM audit_entries WHERE id = 4", 4, "缺失"),
        ("DELETE FROM audit_entries WHERE id >= 4", 4, "缺失或被改动"),
        (
            "INSERT INTO audit_entries VALUES (6, '2026-11-24 02:00:00', 'x', 'x', 'x', '{}', 'forged', 'forged')",
            6,
            "被改动过",
        ),
    ],
)
@pytest.mark.proves("I11")
def test_tampering_is_found_at_the_first_broken_entry(log: Engine, statement: str, number: int, word: str) -> None:
    tamper(log, statement)
    with read_scope(log) as session:
        found = verify(session)
    assert found and found.number == number
    assert word in found.sentence


def test_who_walks_it_again_reads_what_came_since_and_sees_what_was_cut_off(log: Engine) -> None:
    with read_scope(log) as session:
        walked = walk(session, Walked())
    assert isinstance(walked, Walked) and walked.number == 5
    with session_scope(log) as session:
        record(session, "li", "story.save", "story:1", {"number": 6}, NOW)
    with read_scope(log) as session:
        further = walk(session, walked)
    assert isinstance(further, Walked) and further.number == 6
    tamper(log, "UPDATE audit_entries SET actor = 'zhao' WHERE id = 6")
    with read_scope(log) as session:
        found = walk(session, walked)
        assert isinstance(found, Break) and found.number == 6
    with create_engine(log.url).begin() as connection:
        connection.exec_driver_sql("DELETE FROM audit_entries WHERE id >= 4")
    with read_scope(log) as session:
        cut = walk(session, walked)
        assert isinstance(cut, Break) and cut.number == 6


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entries SET actor = 'zhao' WHERE id = 3",
        "DELETE FROM audit_entries WHERE id = 5",
        "INSERT OR REPLACE INTO audit_entries SELECT id, at, 'zhao', action, subject, detail, "
        "previous_hash, hash FROM audit_entries WHERE id = 3",
        "UPDATE audit_heads SET length = 2",
        "DELETE FROM audit_heads",
    ],
)
def test_the_database_refuses_to_rewrite_the_log(log: Engine, statement: str) -> None:
    with pytest.raises(IntegrityError, match="只能追加"), session_scope(log) as session:
        session.connection().execute(text(spoken(statement, log)))


def test_a_stranger_s_connection_is_refused_too(log: Engine) -> None:
    stranger = create_engine(log.url)
    copied = spoken("INSERT OR REPLACE INTO audit_entries SELECT * FROM audit_entries WHERE id = 3", log)
    with pytest.raises(IntegrityError, match="只能追加"), stranger.begin() as connection:
        connection.execute(text(copied))
    stranger.dispose()


@pytest.mark.proves("I11")
def test_many_writers_make_one_chain(engine: Engine) -> None:
    def work() -> None:
        for _ in range(10):
            with session_scope(engine) as session:
                record(session, "li", "test", "x", {}, NOW)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with read_scope(engine) as session:
        assert verify(session) is None
        assert len(history(session, "x")) == 40


def test_an_entry_rolled_back_leaves_no_gap(engine: Engine) -> None:
    with pytest.raises(RuntimeError), session_scope(engine) as session:
        record(session, "li", "test", "x", {}, NOW)
        raise RuntimeError
    with session_scope(engine) as session:
        record(session, "li", "test", "x", {}, NOW)
        assert [one.id for one in history(session, "x")] == [1]
        assert verify(session) is None
