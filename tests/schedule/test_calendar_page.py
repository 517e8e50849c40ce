"""放假和调休 in the web: what a notice would change is shown before, hostile files are refused, issues follow."""

import io
import itertools
import json
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import col, select
from werkzeug.test import TestResponse

from cms.audit import AuditEntry
from cms.db import read_scope, session_scope
from cms.people import PeopleDesk
from cms.stories import Column, Issue, move_issue, open_next_issue, weekly, workdays
from tests.people.house import NOON, login_of, signed_in

_keys = itertools.count()
NOTICE = json.dumps(
    {
        "year": 2026,
        "papers": ["https://www.gov.cn/zhengce/2025.htm"],
        "days": [
            {"name": "科技节", "date": "2026-11-25", "isOffDay": True},
            {"name": "科技节", "date": "2026-11-26", "isOffDay": True},
            {"name": "科技节", "date": "2026-11-28", "isOffDay": False},
        ],
    }
)


@pytest.fixture
def chief(app: Flask, people: PeopleDesk) -> FlaskClient:
    app.config["WTF_CSRF_ENABLED"] = False
    return signed_in(app, people, login_of("省级管理员", "sichuan"))


@pytest.fixture
def columns(people: PeopleDesk) -> None:
    with session_scope(people.engine) as session:
        for slug, holiday in (("after", "after"), ("keep", "keep"), ("moved", "after")):
            row = Column(slug=slug, title=f"栏目{slug}", rhythm=weekly(2), hour=9, opened_at=NOON, holiday=holiday)
            session.add(row)
            session.flush()
            issue = open_next_issue(session, row, NOON)
            if slug == "moved":
                move_issue(session, row, issue, datetime(2026, 11, 24, 3, tzinfo=UTC), "editor", NOON)


def key() -> dict[str, str]:
    return {"Idempotency-Key": f"calendar-key-{next(_keys):010}"}


def sent(client: FlaskClient, content: bytes) -> TestResponse:
    files = {"file": (io.BytesIO(content), "2026.json")}
    return client.post("/schedule/calendar", data=files, headers=key(), content_type="multipart/form-data")


@pytest.mark.usefixtures("columns")
def test_what_it_changes_is_seen_before_it_is_kept_and_open_issues_follow(
    chief: FlaskClient, people: PeopleDesk
) -> None:
    page = sent(chief, NOTICE.encode()).text
    assert "这一年已经有安排" in page and "2026年11月25日 周三</dt><dd>科技节休" in page
    assert "2026年10月1日 周四</dt><dd>照平常（原来是国庆节休）" in page
    assert "栏目after" in page and "栏目keep" not in page
    assert "11月27日 09:00" in page
    with read_scope(people.engine) as session:
        assert workdays(session).words(NOON.date().replace(day=25)) == ""
        assert "calendar.import" not in session.exec(select(AuditEntry.action)).all()
    kept = chief.post("/schedule/calendar/keep", data={"text": NOTICE}, headers=key())
    assert kept.status_code == 303
    assert "2026 年的放假安排已经在用了" in chief.get(kept.headers["Location"]).text
    with read_scope(people.engine) as session:
        dues = [f"{one.due_at:%m-%d}" for one in session.exec(select(Issue).order_by(col(Issue.id)))]
        assert dues == ["11-27", "11-25", "11-24"]
        assert session.exec(select(AuditEntry.action)).all()[-2:] == ["calendar.import", "issue.move"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "请先选文件"),
        ("放假".encode("gb18030"), "不是 UTF-8"),
        (b"{}", "不是放假安排"),
        (b"[" * 60_000, "不是放假安排"),
        (b" " * 70_000, "文件太大"),
        (b"<script>alert(1)</script>", "不是放假安排"),
    ],
)
def test_a_file_that_is_no_notice_is_refused_in_words(chief: FlaskClient, content: bytes, said: str) -> None:
    answer = sent(chief, content)
    assert answer.status_code == 422 and said in answer.text


def test_what_is_kept_is_read_again_and_a_name_is_never_markup(chief: FlaskClient) -> None:
    refused = chief.post("/schedule/calendar/keep", data={"text": "{}"}, headers=key())
    assert refused.status_code == 422 and "不是放假安排" in refused.text
    page = sent(chief, NOTICE.replace("\\u79d1\\u6280\\u8282", "<b>x</b>").encode()).text
    assert "&lt;b&gt;x&lt;/b&gt;休" in page and "<b>x</b>" not in page


def test_only_the_province_takes_one_in_and_everybody_reads(app: Flask, people: PeopleDesk) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    client = signed_in(app, people, login_of("编辑", "chengdu"))
    page = client.get("/schedule/calendar").text
    assert "10月1日至10月7日" in page and "国庆节休" in page and 'type="file"' not in page
    assert sent(client, NOTICE.encode()).status_code == 404
