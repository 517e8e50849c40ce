"""`yigao calendar` and `yigao reschedule`."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from typer.testing import CliRunner

from cms.db import read_scope
from cms.releases import Release
from pipeline.cli import app
from pipeline.house import House
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
    given = [str(number), to, "--by", "editor", "--workspace", str(house.root)]
    assert f"发布单 {number} 已改到" in RUN.invoke(app, ["reschedule", *given]).output
    with read_scope(house.engine) as session:
        assert session.get_one(Release, number).due_at == datetime.fromisoformat(to)
    missing = RUN.invoke(app, ["reschedule", "999", *given[1:]])
    assert missing.exit_code == 1 and "没有发布单 999" in missing.output
