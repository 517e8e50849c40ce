"""A house that is at work is brought to the newest form with its rows in place."""

from datetime import UTC, datetime
from pathlib import Path

from alembic import command
from sqlalchemy import Boolean, Connection, DateTime, Integer, MetaData, text
from sqlmodel import col, select

from cms.db import migrate, migration_config, open_engine, read_scope, session_scope
from cms.people import NoticeSend
from cms.people.notices import told_to
from cms.releases import Delivery
from cms.stories import Column, Issue, weekly

BEFORE = "0019"
GIVEN = {
    "grade": "A",
    "state": "reviewing",
    "policy": "lawful",
    "late": "send",
    "reach": "below",
    "step": "初审",
    "stories": "[]",
    "staged": "{}",
}


def fill(connection: Connection, name: str, meta: MetaData) -> None:
    """One row with the number 1, which refers to the rows with the number 1."""
    row: dict[str, object] = {}
    for column in meta.tables[name].columns:
        if column.nullable and not column.primary_key:
            continue
        if isinstance(column.type, DateTime):
            row[column.name] = datetime(2026, 11, 22)
        else:
            is_number = isinstance(column.type, Integer | Boolean)
            row[column.name] = 1 if is_number else GIVEN.get(column.name, "[]" if column.name == "findings" else "x")
    connection.execute(meta.tables[name].insert(), row)


def test_a_story_in_review_stays_in_review(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "yigao.db")
    with session_scope(engine) as session:
        connection = session.connection()
        command.upgrade(migration_config(connection), BEFORE)
        meta = MetaData()
        meta.reflect(connection)
        for name in ("persons", "units", "stories", "revisions", "releases", "submissions", "submission_steps"):
            fill(connection, name, meta)
    migrate(engine)
    with read_scope(engine) as session:
        kept = text(
            "SELECT b.state, b.source_set_id, t.step FROM submissions b"
            " JOIN submission_steps t ON t.submission_id = b.id"
        )
        assert session.connection().execute(kept).all() == [("reviewing", None, "初审")]
        assert session.connection().execute(text("PRAGMA foreign_key_check")).all() == []
    engine.dispose()


def test_a_column_keeps_its_weekday_as_a_rhythm(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "yigao.db")
    with session_scope(engine) as session:
        connection = session.connection()
        command.upgrade(migration_config(connection), "0020")
        meta = MetaData()
        meta.reflect(connection)
        column = {"slug": "x", "title": "x", "hour": 9, "minute": 0, "zone": "Asia/Shanghai", "cast": "[]"}
        column |= {"first_number": 1, "opened_at": datetime(2026, 11, 22)}
        for weekday in range(7):
            connection.execute(meta.tables["columns"].insert(), column | {"slug": f"c{weekday}", "weekday": weekday})
        fill(connection, "issues", meta)
    migrate(engine)
    with session_scope(engine) as session:
        assert [one.rhythm for one in session.exec(select(Column).order_by(Column.slug))] == [
            weekly(weekday) for weekday in range(7)
        ]
        assert session.get_one(Issue, 1).slot_at is None
        assert {str(one.skips) for one in session.exec(select(Column))} == {"{}"}
    engine.dispose()


def test_a_flash_under_way_keeps_its_end(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "yigao.db")
    end = datetime(2026, 11, 22, 18)
    with session_scope(engine) as session:
        connection = session.connection()
        command.upgrade(migration_config(connection), "0027")
        meta = MetaData()
        meta.reflect(connection)
        fill(connection, "units", meta)
        fill(connection, "accounts", meta)
        fill(connection, "releases", meta)
        connection.execute(meta.tables["releases"].update().values(flash=True, expires_at=end))
        fill(connection, "deliveries", meta)
        connection.execute(meta.tables["deliveries"].update().values(urgent=True))
    migrate(engine)
    with read_scope(engine) as session:
        assert session.get_one(Delivery, 1).expires_at == end.replace(tzinfo=UTC)
    engine.dispose()


def test_a_notice_somebody_saw_is_seen_by_all_it_was_for(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "yigao.db")
    saw = datetime(2026, 11, 22, 9)
    with session_scope(engine) as session:
        connection = session.connection()
        command.upgrade(migration_config(connection), "0031")
        meta = MetaData()
        meta.reflect(connection)
        fill(connection, "persons", meta)
        for number, seen_at in ((1, saw), (2, None)):
            notice = {"subject": "release:3", "sentence": str(number), "count": 1, "first_at": saw, "last_at": saw}
            connection.execute(
                meta.tables["notices"].insert(), notice | {"seen_by": "x", "seen_at": seen_at, "rung": 0}
            )
            for way in ("app", "mail"):
                send = {"notice_id": number, "person_id": 1, "way": way, "state": "sent", "tries": 0, "reason": ""}
                connection.execute(meta.tables["notice_sends"].insert(), send)
    migrate(engine)
    with read_scope(engine) as session:
        assert [one.seen_at for one in session.exec(select(NoticeSend).order_by(col(NoticeSend.id)))] == [
            *[saw.replace(tzinfo=UTC)] * 2, None, None,
        ]  # fmt: skip
        assert [one.sentence for one in told_to(session, 1)] == ["2"]
    engine.dispose()
