"""`yigao calendar` and `yigao reschedule`."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select
from typer.testing import CliRunner

from cms.db import read_scope, session_scope
from cms.releases import Release
from cms.releases.moving import SHANGHAI
from cms.stories import Column, Issue, open_next_issue, rhythm_words, weekly
from pipeline.cli import app
from pipeline.house import House
from tests.people.house import NOON
from tests.schedule.conftest import Plan

RUN = CliRunner()


def test_a_year_is_listed_and_imported(house: House, tmp_path: Path) -> None:
    place = ["--workspace", str(house.root)]
    assert "2026-10-01　国庆节休" in RUN.invoke(app, ["calendar", *place]).output
    file = tmp_path / "2027.json"
    day = {"name": "元旦", "date": "2027-01-01", "isOffDay": True}
    file.write_text(json.dumps({"year": 2027, "papers": [], "days": [day]}), encoding="utf-8")
    assert "已导入 2027 年的放假安排，共 1 天" in RUN.invoke(app, ["calendar", str(file), *place]).output
    assert "已知年份：2026、2027" in RUN.invoke(app, ["calendar", *place]).output
    file.write_text("no", encoding="utf-8")
    refused = RUN.invoke(app, ["calendar", str(file), *place])
    assert refused.exit_code == 1 and "不是放假安排" in refused.output


def test_a_release_is_moved_by_hand(house: House, plan: Plan) -> None:
    far = datetime.now(UTC) + timedelta(days=30)
    number = plan("a", far)
    to = (far + timedelta(days=1)).isoformat(timespec="seconds")
    given = [str(number), to, "--by", "sichuan.3", "--workspace", str(house.root)]
    assert f"发布单 {number} 已改到" in RUN.invoke(app, ["reschedule", *given]).output
    with read_scope(house.engine) as session:
        assert session.get_one(Release, number).due_at == datetime.fromisoformat(to)
    missing = RUN.invoke(app, ["reschedule", "999", *given[1:]])
    assert missing.exit_code == 1 and "没有发布单 999" in missing.output


def test_a_columns_rhythm_is_changed_in_words(house: House) -> None:
    with session_scope(house.engine) as session:
        row = Column(slug="lan", title="黑科技", rhythm=weekly(2), hour=9, opened_at=NOON)
        session.add(row)
        session.flush()
        open_next_issue(session, row, datetime.now(UTC))
    place = ["--workspace", str(house.root)]
    assert "每周三 09:00，公众号用发布。接下来" in RUN.invoke(app, ["column", "lan", *place]).output
    given = ["column", "lan", "--rhythm", "每月第一、三个周三", "--at", "8:30", "--also-open", "--json", *place]
    told = json.loads(RUN.invoke(app, given).output)
    assert told["words"] == "每月第一、三个周三 08:30" and told["moved"] == [1] and len(told["next"]) == 3
    with read_scope(house.engine) as session:
        due = session.exec(select(Issue)).one().due_at.astimezone(SHANGHAI)
        assert due.weekday() == 2 and (due.day - 1) // 7 in (0, 2) and f"{due:%H:%M}" == "08:30"


def test_an_issue_is_skipped_and_taken_back_by_hand(house: House) -> None:
    with session_scope(house.engine) as session:
        row = Column(slug="lan", title="黑科技", rhythm=weekly(2), hour=9, opened_at=NOON)
        session.add(row)
        session.flush()
        due = open_next_issue(session, row, datetime.now(UTC)).due_at
    day, place = due.astimezone(SHANGHAI).date().isoformat(), ["--workspace", str(house.root)]
    told = RUN.invoke(app, ["column", "lan", "--skip", day, "--reason", "国庆假期", *place]).output
    assert f"停刊：{day}（国庆假期）" in told.replace("\n", "")
    with read_scope(house.engine) as session:
        assert session.exec(select(Issue)).one().due_at == due + timedelta(days=7)
    back = json.loads(RUN.invoke(app, ["column", "lan", "--unskip", day, "--json", *place]).output)
    assert back["skips"] == {} and back["moved"] == [1]
    for given, said in (
        (["--skip", day], "停刊的原因"),
        (["--unskip", day], "没有停刊"),
        (["--skip", "国庆"], "看不懂"),
    ):
        refused = RUN.invoke(app, ["column", "lan", *given, *place])
        assert refused.exit_code == 1 and said in refused.output


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--rhythm", "每月31日"], "不是每个月都有"),
        (["--rhythm", "每两周的周三"], "请用 --since 写明从哪一天"),
        (["--rhythm", "每两周的周三", "--since", "11月"], "看不懂日期"),
        (["--at", "25:00"], "看不懂钟点"),
        (["--skip", "国庆", "--reason", "国庆假期"], "看不懂日期“国庆”"),
    ],
)
def test_a_rhythm_that_is_none_changes_nothing(house: House, given: list[str], said: str) -> None:
    with session_scope(house.engine) as session:
        session.add(Column(slug="lan", title="黑科技", rhythm=weekly(2), hour=9, opened_at=NOON))
    refused = RUN.invoke(app, ["column", "lan", *given, "--workspace", str(house.root)])
    assert refused.exit_code == 1 and said in refused.output
    with read_scope(house.engine) as session:
        assert rhythm_words(session.exec(select(Column)).one()) == "每周三 09:00"
