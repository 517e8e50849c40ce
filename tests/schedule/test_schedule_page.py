"""排期 in the web: what is shown to whom, moving by script, issues begun from the schedule, 栏目."""

import itertools
import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import col, select

from cms.audit import AuditEntry
from cms.db import read_scope, session_scope
from cms.manuscript import read
from cms.manuscript.writer import write_blocks
from cms.people import PeopleDesk, Person, Workspace, appoint
from cms.people.roles import tree
from cms.releases import Release
from cms.stories import Column, Issue, Revision, open_next_issue, story_named, weekly
from cms.web.scheduling import grid
from pipeline.house import House
from tests.people.house import NOON, SECRET, login_of, signed_in
from tests.schedule.conftest import Plan
from tests.schedule.test_moving import sign

MONDAY_NINE = datetime(2026, 11, 23, 1, tzinfo=UTC)
_keys = itertools.count()
FORM = {
    "slug": "heikeji", "title": "成都黑科技", "unit": "chengdu", "weekday": "2", "clock": "09:00", "holiday": "after",
    "template": "第{期号}期的开场白。",
}  # fmt: skip


@pytest.fixture
def client(app: Flask, people: PeopleDesk) -> FlaskClient:
    app.config["WTF_CSRF_ENABLED"] = False
    return signed_in(app, people, login_of("编辑", "chengdu"))


def key() -> dict[str, str]:
    return {"Idempotency-Key": f"schedule-key-{next(_keys):010}", "Accept": "application/json"}


def test_a_week_shows_its_days_and_only_ones_own_releases(client: FlaskClient, plan: Plan) -> None:
    plan("ours", MONDAY_NINE)
    plan("theirs", MONDAY_NINE, unit="ganzi")
    page = client.get("/schedule?from=2026-11-23").text
    assert "2026年11月23日至29日" in page and "ours的题" in page and "theirs的题" not in page
    assert page.count('class="day') >= 7 and "待签发" in page


@pytest.mark.parametrize("query", ["view=month", "view=list", "view=nonsense&from=x&state=y", "from=9999-01-01"])
def test_every_query_gets_a_page(client: FlaskClient, plan: Plan, query: str) -> None:
    plan("ours", MONDAY_NINE)
    answer = client.get(f"/schedule?{query}")
    assert answer.status_code == 200 and "排期" in answer.text


def test_a_list_ends_with_a_day_and_says_where_it_goes_on(
    client: FlaskClient, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grid, "MOST_LISTED", 2)
    for name, days in (("one", 0), ("two", 1), ("three", 1), ("four", 2)):
        plan(name, MONDAY_NINE + timedelta(days=days))
    first = client.get("/schedule?view=list&from=2026-11-23").text
    assert "one的题" in first and "two的题" not in first  # no day is cut in two
    way = "?view=list&amp;from=2026-11-24"
    assert way in first and "从 11月24日接着看" in first
    second = client.get("/schedule?view=list&from=2026-11-24").text
    assert "two的题" in second and "three的题" in second and "four的题" not in second
    monkeypatch.setattr(grid, "MOST_LISTED", 1)
    long_day = client.get("/schedule?view=list&from=2026-11-24").text
    assert "two的题" in long_day and "three的题" in long_day and "从 11月25日接着看" in long_day
    last = client.get("/schedule?view=list&from=2026-11-25").text
    assert "four的题" in last and "接着看" not in last


def test_a_full_day_of_the_month_has_a_list_of_its_own(
    client: FlaskClient, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grid, "MOST_A_DAY", 1)
    for name in ("one", "two", "three"):
        plan(name, MONDAY_NINE)
    page = client.get("/schedule?view=month&from=2026-11-23").text
    assert "one的题" in page and "three的题" not in page
    assert "这一天还有 2 份" in page and "?view=list&amp;from=2026-11-23" in page


def test_filtered_to_nothing_says_so_and_offers_the_way_back(client: FlaskClient, plan: Plan) -> None:
    plan("ours", MONDAY_NINE)
    page = client.get("/schedule?view=list&from=2026-11-22&state=out").text
    assert "按现在的筛选" in page and "清除筛选" in page


def test_it_is_looked_at_then_moved_and_not_over_somebody_elses_change(client: FlaskClient, plan: Plan) -> None:
    number = plan("ours", MONDAY_NINE)
    asked = {"release": number, "to": "2026-11-28T22:30"}
    told = client.post("/schedule/look", json=asked, headers=key()).json
    assert told and not told["signed"] and len(told["warnings"]) == 2  # a night, a Saturday
    stale = client.post("/schedule/move", json={**asked, "base": "2026-01-01"}, headers=key())
    assert stale.status_code == 409 and "刚被别人改过" in stale.json["sentence"]  # type: ignore[index]
    asked["base"] = MONDAY_NINE.isoformat()
    for seen in ({}, {"told": told["warnings"][:1]}, {"told": "all"}):  # pressed before the answer was there
        unseen = client.post("/schedule/move", json={**asked, **seen}, headers=key())
        assert unseen.status_code == 409 and unseen.json and unseen.json["warnings"] == told["warnings"]
    moved = client.post("/schedule/move", json={**asked, "told": told["warnings"]}, headers=key())
    assert moved.json and moved.json["local"] == "2026-11-28T22:30"
    assert "22:30" in client.get("/schedule?from=2026-11-28").text


def test_what_is_signed_is_moved_by_signers_alone(
    app: Flask, people: PeopleDesk, client: FlaskClient, plan: Plan
) -> None:
    number = plan("ours", MONDAY_NINE)
    with session_scope(people.engine) as session:
        sign(session, number)
    asked = {"release": number, "to": "2026-11-24T09:00", "base": MONDAY_NINE.isoformat(), "reason": "让路"}
    refused = client.post("/schedule/move", json=asked, headers=key())
    assert refused.status_code == 422 and "签发人或管理员" in refused.json["sentence"]  # type: ignore[index]
    signer = signed_in(app, people, login_of("签发", "chengdu"))
    assert signer.post("/schedule/move", json=asked, headers=key()).status_code == 200
    with read_scope(people.engine) as session:
        assert session.get_one(Release, number).due_at == MONDAY_NINE + timedelta(days=1)


def test_a_signer_of_a_county_alone_does_not_move_what_its_prefecture_signed(
    app: Flask, people: PeopleDesk, client: FlaskClient, plan: Plan
) -> None:
    number, editor = plan("ours", MONDAY_NINE), login_of("编辑", "chengdu")
    with session_scope(people.engine) as session:
        sign(session, number)
        session.get_one(Workspace, 1).demo = False
        person = session.exec(select(Person).where(Person.login == editor)).one()
        units = {slug: one for one, slug, _ in tree(session).rows}
        appoint(session, person, "签发", units["wuhou"], "admin", NOON)
        person.totp_sealed = people.vault.seal(SECRET, f"totp:{person.id}")
    asked = {"release": number, "to": "2026-11-24T23:30", "base": MONDAY_NINE.isoformat(), "reason": "让路"}
    both = signed_in(app, people, editor)
    for way in ("look", "move"):
        refused = both.post(f"/schedule/{way}", json=asked, headers=key())
        assert refused.status_code == 422 and "签发人或管理员" in refused.json["sentence"]  # type: ignore[index]
    with read_scope(people.engine) as session:
        assert session.get_one(Release, number).due_at == MONDAY_NINE


@pytest.mark.parametrize("number", ["0", "99999999999999999999999", str(2**31), "9" * 5_000])
def test_a_number_no_row_can_have_is_like_any_missing_one(client: FlaskClient, number: str) -> None:
    pages = ("releases", "review", "library", "recalls", "hand-over", "pushes", "schedule/issues")
    assert {one: client.get(f"/{one}/{number}").status_code for one in pages} == dict.fromkeys(pages, 404)
    if len(number) < 100:
        asked = {"release": int(number), "to": "2026-11-28T22:30"}
        assert client.post("/schedule/look", json=asked, headers=key()).status_code == 404


@pytest.mark.parametrize(
    ("to", "words"),
    [("2027-11-23T09:00", "360 天"), ("9999-12-31T23:59", "看不懂这个时间"), ("0001-01-01T00:00", "看不懂这个时间")],
)
def test_a_slip_of_the_year_is_refused(client: FlaskClient, plan: Plan, to: str, words: str) -> None:
    """No slot is so far ahead that its day and month could mean two years."""
    answer = client.post("/schedule/look", json={"release": plan("ours", MONDAY_NINE), "to": to}, headers=key())
    assert answer.status_code == 422 and words in answer.json["sentence"]  # type: ignore[index]


@pytest.mark.parametrize("to", ["", "morgen", "2026-13-01T09:00"])
def test_a_time_nobody_can_read_is_refused_in_words(client: FlaskClient, plan: Plan, to: str) -> None:
    answer = client.post("/schedule/look", json={"release": plan("ours", MONDAY_NINE), "to": to}, headers=key())
    assert answer.status_code == 422 and "看不懂这个时间" in answer.json["sentence"]  # type: ignore[index]


def test_a_column_opens_and_its_first_issue_is_begun_from_the_schedule(
    app: Flask, people: PeopleDesk, client: FlaskClient, house: House
) -> None:
    signer = signed_in(app, people, login_of("签发", "chengdu"))
    assert signer.post("/schedule/columns", data=FORM, headers=key()).status_code == 303
    page = client.get("/schedule?from=2026-11-23").text
    assert "成都黑科技 第 1 期" in page and "尚无稿件" in page
    with read_scope(house.engine) as session:
        issue = session.exec(select(Issue)).one()
    begun = client.post(f"/schedule/issues/{issue.id}/write", headers=key())
    assert begun.headers["Location"].endswith("/write/chengdu-heikeji-001")
    with read_scope(house.engine) as session:
        story = story_named(session, "chengdu-heikeji-001")
        assert story is not None and story.headline == "成都黑科技 第1期" and story.issue_id == issue.id
        assert session.get_one(Issue, issue.id).state == "filled"
    assert "第1期的开场白。" in client.get("/write/chengdu-heikeji-001").text
    again = client.post(f"/schedule/issues/{issue.id}/write", headers=key())
    assert again.status_code == 409 and "刚有人开始写" in again.json["sentence"]  # type: ignore[index]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"slug": "黑科技"}, "小写字母"),
        ({"title": ""}, "栏目名称"),
        ({"title": "长" * 31}, "最长 30 字"),
        ({"clock": "25:00"}, "几点"),
        ({"weekday": "7"}, "星期几"),
        ({"weekday": []}, "至少选一天"),
        ({"every": "year"}, "多久出一期"),
        ({"every": "fortnight"}, "从哪一天的那一周算起"),
        ({"every": "fortnight", "since": "昨天"}, "2026-11-25 的样子"),
        ({"every": "date", "day": "31"}, "29、30、31 日不是每个月都有"),
        ({"every": "weekday", "nth": "5"}, "第五个不是每个月都有"),
        ({"every": "weekday", "nth": "1e9"}, "第几个"),
        ({"holiday": "never"}, "逢放假"),
        ({"unit": "ganzi"}, "哪个单位"),
        ({"target": "channel=telegram"}, "没有渠道"),
    ],
)
def test_what_is_wrong_with_a_column_is_said_and_the_form_keeps_its_words(
    app: Flask, people: PeopleDesk, client: FlaskClient, wrong: dict[str, str | list[str]], said: str
) -> None:
    signer = signed_in(app, people, login_of("签发", "chengdu"))
    answer = signer.post("/schedule/columns", data=FORM | wrong, headers={"Idempotency-Key": key()["Idempotency-Key"]})
    assert answer.status_code == 422 and said in answer.text and "的开场白" in answer.text
    with read_scope(people.engine) as session:
        assert session.exec(select(Column)).all() == []


def test_the_province_keeps_its_columns_and_opens_new_ones(app: Flask, people: PeopleDesk) -> None:
    """Every unit of theirs is offered, the province first, whether it has accounts or none; whose a column was and is
    stands in the record."""
    with session_scope(people.engine) as session:
        session.add(Column(slug="zaochaqi", title="早茶器", rhythm=weekly(2), hour=9, opened_at=NOON))
    app.config["WTF_CSRF_ENABLED"] = False
    chief = signed_in(app, people, login_of("省级管理员", "sichuan"))
    page = chief.get("/schedule/columns").text
    own = page[page.index('id="u-zaochaqi"') : page.index("</select>", page.index('id="u-zaochaqi"'))]
    assert re.findall(r'value="(\w+)" (selected)?', own) == [
        ("sichuan", "selected"), ("chengdu", ""), ("ganzi", ""), ("wuhou", ""),
    ]  # fmt: skip
    assert "归四川。" in page
    edits = [("zaochaqi", "sichuan"), ("heikeji", "sichuan"), ("zaochaqi", "wuhou")]
    for slug, unit in edits:
        assert (
            chief.post("/schedule/columns", data={**FORM, "slug": slug, "unit": unit}, headers=key()).status_code == 303
        )
    with read_scope(people.engine) as session:
        wuhou = next(one for one, slug, _ in tree(session).rows if slug == "wuhou")
        kept = dict(session.exec(select(Column.slug, Column.unit_id)).all())
        assert kept == {"heikeji": None, "zaochaqi": wuhou}
        found = session.exec(select(AuditEntry).where(col(AuditEntry.action).startswith("column.")))
        told = [(one.detail.get("unit_was"), one.detail["unit"]) for one in found]
    assert told == [("sichuan", "sichuan"), (None, "sichuan"), ("sichuan", "wuhou")]


def test_a_column_goes_on_from_its_own_number_and_its_stories_say_it(
    app: Flask, people: PeopleDesk, client: FlaskClient
) -> None:
    """An old series comes in at its own number; while nothing of it is written the number may still be mended."""
    chief, at = signed_in(app, people, login_of("签发", "chengdu")), "/schedule/columns"
    plain = {"Accept": "*/*"}
    for wrong in ("0", "-1", "一百", "100000", "1.5"):
        refused = chief.post(at, data=FORM | {"first_number": wrong}, headers=key() | plain)
        assert refused.status_code == 422 and "请写从第几期开始" in refused.text and f'value="{wrong}"' in refused.text
    assert chief.post(at, data=FORM | {"first_number": "127"}, headers=key()).status_code == 303
    assert 'name="first_number" type="number" min="1" max="99999" step="1" value="127"' in chief.get(at).text
    assert chief.post(at, data=FORM | {"first_number": "128"}, headers=key()).status_code == 303
    assert "成都黑科技 第 128 期" in client.get("/schedule?from=2026-11-23").text
    with read_scope(people.engine) as session:
        issue = session.exec(select(Issue)).one()
    begun = client.post(f"/schedule/issues/{issue.id}/write", headers=key())
    assert begun.headers["Location"].endswith("/write/chengdu-heikeji-128")
    with read_scope(people.engine) as session:
        front = read(session.exec(select(Revision.text)).all()[-1]).front
    assert (front.headline, front.issue) == ("成都黑科技 第128期", 128)
    page = chief.get(at).text
    assert 'id="i-heikeji"' not in page and 'id="i-new"' in page
    late = chief.post(at, data=FORM | {"first_number": "1"}, headers=key() | plain)
    assert late.status_code == 422 and "不能再改从第几期开始" in late.text


def test_another_units_issue_is_not_there(app: Flask, people: PeopleDesk, client: FlaskClient, house: House) -> None:
    with session_scope(house.engine) as session:
        ganzi = next(one for one, slug, _ in tree(session).rows if slug == "ganzi")
        column = Column(slug="other", title="别家", rhythm=weekly(2), hour=9, opened_at=NOON, unit_id=ganzi)
        session.add(column)
        session.flush()
        number = open_next_issue(session, column, NOON).id
    assert "别家" not in client.get("/schedule").text
    assert client.post(f"/schedule/issues/{number}/write", headers=key()).status_code == 404


def test_a_columns_template_brings_its_own_fields(client: FlaskClient, app: Flask, people: PeopleDesk) -> None:
    cast = "---\ncast:\n- key: ke\n  name: 小科\n---\n\n"
    chief = signed_in(app, people, login_of("签发", "chengdu"))
    assert (
        chief.post("/schedule/columns", data=FORM | {"template": cast + FORM["template"]}, headers=key()).status_code
        == 303
    )
    with read_scope(people.engine) as session:
        issue = session.exec(select(Issue)).one()
    client.post(f"/schedule/issues/{issue.id}/write", headers=key())
    with read_scope(people.engine) as session:
        text = session.exec(select(Revision.text)).all()[-1]
    found = read(text)
    assert [one.name for one in found.front.cast] == ["小科"] and "第1期的开场白" in write_blocks(found.blocks)


def test_a_rhythm_is_kept_shown_in_words_and_open_issues_follow_or_stay(
    app: Flask, people: PeopleDesk, client: FlaskClient
) -> None:
    chief = signed_in(app, people, login_of("签发", "chengdu"))
    assert chief.post("/schedule/columns", data=FORM, headers=key()).status_code == 303
    nth = {"every": "weekday", "nth": ["1", "3"], "day": "9", "since": "2026-11-02"}
    stayed = chief.post("/schedule/columns", data=FORM | nth | {"waiting": "stay"}, headers=key())
    assert stayed.status_code == 303
    page = chief.get("/schedule/columns").text
    assert "每月第一、三个周三 09:00，逢放假顺延" in page and "接下来：12月2日 09:00、12月16日 09:00" in page
    assert "已经开着的第 1 期（11月25日 09:00）" in page
    with read_scope(people.engine) as session:
        assert session.exec(select(Issue)).one().due_at == datetime(2026, 11, 25, 1, tzinfo=UTC)
    days = {"every": "date", "day": ["1", "-1"], "weekday": "2"}
    assert chief.post("/schedule/columns", data=FORM | days | {"waiting": "move"}, headers=key()).status_code == 303
    with read_scope(people.engine) as session:
        assert session.exec(select(Issue)).one().due_at == datetime(2026, 11, 30, 1, tzinfo=UTC)
        logged = [one.action for one in session.exec(select(AuditEntry).order_by(col(AuditEntry.id)))]
    assert logged[-2:] == ["column.change", "issue.move"]
    assert "每月1日、最后一天 09:00" in client.get("/schedule/columns").text


def test_one_issue_is_moved_alone_from_the_schedule(app: Flask, people: PeopleDesk, client: FlaskClient) -> None:
    chief = signed_in(app, people, login_of("签发", "chengdu"))
    assert chief.post("/schedule/columns", data=FORM, headers=key()).status_code == 303
    assert "/schedule/issues/1" in client.get("/schedule?from=2026-11-23").text
    page = client.get("/schedule/issues/1").text
    assert "现在排在 11月25日 09:00" in page and "每周三 09:00，不会跟着变" in page
    for to, said in (("x", "看不懂这个时间"), ("2026-12-09T09:00", "要早于再下一期"), ("2026-01-01T09:00", "已经过了")):
        refused = client.post("/schedule/issues/1/move", data={"to": to}, headers=key() | {"Accept": "*/*"})
        assert refused.status_code == 422 and said in refused.text
    night = {"to": "2026-11-26T23:40"}
    asked = client.post("/schedule/issues/1/move", data=night, headers=key() | {"Accept": "*/*"})
    told = re.findall(r'name="told" value="([^"]+)"', asked.text)
    assert asked.status_code == 409 and told and "看过以后仍要改，请再点一次" in asked.text
    assert client.post("/schedule/issues/1/move", data={**night, "told": told}, headers=key()).status_code == 303
    moved = client.post("/schedule/issues/1/move", data={"to": "2026-11-26T10:30"}, headers=key())
    assert moved.headers["Location"].endswith("/schedule?from=2026-11-26")
    assert "10:30" in client.get("/schedule?from=2026-11-23").text
    assert "按节奏原在 11月25日 09:00" in client.get("/schedule/issues/1").text


def test_an_issue_is_skipped_shown_with_why_and_taken_back(app: Flask, people: PeopleDesk, client: FlaskClient) -> None:
    chief = signed_in(app, people, login_of("签发", "chengdu"))
    assert chief.post("/schedule/columns", data=FORM, headers=key()).status_code == 303
    at, plain = "/schedule/columns/heikeji", {"Accept": "*/*"}
    assert "11月25日 周三" in client.get(f"{at}/skip?day=2026-11-25").text
    for day, reason, said in (("x", "因", "看不懂是哪一天"), ("2026-11-25", "", "停刊的原因"), ("", "因", "看不懂")):
        refused = client.post(f"{at}/skip", data={"day": day, "reason": reason}, headers=key() | plain)
        assert refused.status_code == 422 and said in refused.text
    done = client.post(f"{at}/skip", data={"day": ["2026-11-25", "2026-12-02"], "reason": "国庆假期"}, headers=key())
    assert done.headers["Location"].endswith("/schedule?from=2026-11-25")
    week = client.get("/schedule?from=2026-11-23").text
    assert "停刊</span> · 国庆假期" in week and "尚无稿件" not in week
    assert "停刊" not in client.get("/schedule?from=2026-11-23&unit=chengdu").text  # narrowed to releases
    assert "停刊：11月25日 周三（国庆假期）、12月2日 周三（国庆假期）" in client.get("/schedule/columns").text
    again = client.post(f"{at}/unskip", data={"day": "2026-12-09"}, headers=key() | plain)
    assert again.status_code == 422 and "没有停刊" in again.text
    assert client.post(f"{at}/unskip", data={"day": "2026-11-25"}, headers=key()).status_code == 303
    assert "成都黑科技 第 1 期" in client.get("/schedule?from=2026-11-23").text


def test_another_units_column_is_not_skipped(app: Flask, people: PeopleDesk, client: FlaskClient, house: House) -> None:
    with session_scope(house.engine) as session:
        ganzi = next(one for one, slug, _ in tree(session).rows if slug == "ganzi")
        row = Column(slug="other", title="别家", rhythm=weekly(2), hour=9, opened_at=NOON, unit_id=ganzi)
        row.skips = {"2026-11-25": "别家的事"}
        session.add(row)
    sent = {"day": "2026-12-02", "reason": "因"}
    for way in ("skip", "unskip"):
        assert client.post(f"/schedule/columns/other/{way}", data=sent, headers=key()).status_code == 404
    assert client.get("/schedule/columns/other/skip").status_code == 404
    assert "别家" not in client.get("/schedule?from=2026-11-23").text
