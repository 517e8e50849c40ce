"""A begun issue goes to another time: what is scheduled of it and its alarms go along, until readers have seen it; and
a release that moves takes its issue with it."""

import itertools
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select
from werkzeug.test import TestResponse

from cms import releases
from cms.db import read_scope, session_scope
from cms.people import PeopleDesk, notify
from cms.releases import Delivery, Release, agenda
from cms.review import ADOPTED, COMPOSED, Submission
from cms.stories import Column, Issue, open_next_issue
from pipeline.house import House
from pipeline.notices import tell
from pipeline.settings import Ways
from tests.people.house import NOON, login_of, signed_in
from tests.schedule.test_moving import sign
from tests.schedule.test_started_issues import begun as begun
from tests.schedule.test_started_issues import client as client
from tests.schedule.test_started_issues import move_on, told

DAY = timedelta(days=1)
THURSDAY = "2026-11-26T10:30"
_keys = itertools.count()


def key() -> dict[str, str]:
    return {"Idempotency-Key": f"begun-key-{next(_keys):012}"}


def ask(client: FlaskClient, way: str, **asked: object) -> TestResponse:
    return client.post(f"/schedule/{way}", json=asked, headers=key() | {"Accept": "application/json"})


def issue(house: House) -> Issue:
    with read_scope(house.engine) as session:
        return session.exec(select(Issue)).one()


def release(house: House) -> Release:
    with read_scope(house.engine) as session:
        return session.exec(select(Release)).one()


def test_a_draft_only_moves_with_its_alarms(client: FlaskClient, house: House, begun: str) -> None:
    with session_scope(house.engine) as session:
        due = session.exec(select(Issue.due_at)).one()
        assert agenda.alarm(session, due - timedelta(hours=20)) == 1
    page = client.get("/schedule?from=2026-11-23").text
    assert f'data-issue="1" data-base="{due.isoformat()}" data-local="2026-11-25T09:00"' in page
    told_first = ask(client, "look", issue=1, to="2026-11-28T22:30").json
    assert told_first and not told_first["signed"] and len(told_first["warnings"]) == 2  # a night, a Saturday
    moved = ask(client, "move", issue=1, to=THURSDAY, base=due.isoformat())
    assert moved.json and (moved.json["local"], moved.json["along"]) == (THURSDAY, [])
    assert moved.json["said"] == "《栏目》第 1 期已改到 11月26日 10:30"
    with session_scope(house.engine) as session:
        assert told(session) == []
        assert agenda.alarm(session, issue(house).due_at - timedelta(hours=20)) == 1  # told anew of the new time
    stale = ask(client, "move", issue=1, to="2026-11-27T09:00", base=due.isoformat())
    assert stale.status_code == 409
    assert "11月26日 10:30 出刊" in client.get("/stories").text


def test_what_is_in_review_goes_along_and_the_way_back_too(client: FlaskClient, house: House, begun: str) -> None:
    move_on(house, begun)
    was, sent = issue(house).due_at, release(house).id
    moved = ask(client, "move", issue=1, to=THURSDAY, base=was.isoformat()).json
    assert moved and [one["release"] for one in moved["along"]] == [sent]
    there = datetime.fromisoformat(moved["base"])
    with read_scope(house.engine) as session:
        assert session.exec(select(Submission.due_at)).all() == [there]
        assert set(session.exec(select(Delivery.due_at))) == {there} == {release(house).due_at}
    back = ask(client, "move", release=sent, to="2026-11-25T09:00", base=moved["base"]).json
    assert back and [one["issue"] for one in back["along"]] == [1]
    assert (issue(house).due_at, issue(house).slot_at, release(house).due_at) == (was, None, was)


def test_a_release_that_leaves_its_issues_days_leaves_the_issue(client: FlaskClient, house: House, begun: str) -> None:
    move_on(house, begun)
    was = issue(house).due_at
    with session_scope(house.engine) as session:
        open_next_issue(session, session.exec(select(Column)).one(), NOON)  # on the Wednesday after
    moved = ask(client, "move", release=release(house).id, to="2026-12-04T09:00", base=was.isoformat())
    assert moved.json and moved.json["along"] == []
    assert issue_of(house, 1) == was


def issue_of(house: House, number: int) -> datetime:
    with read_scope(house.engine) as session:
        return session.get_one(Issue, number).due_at


def test_what_is_signed_is_moved_by_signers_with_a_reason(
    app: Flask, people: PeopleDesk, client: FlaskClient, house: House, begun: str
) -> None:
    move_on(house, begun)
    with session_scope(house.engine) as session:
        sign(session, release(house).id)
    refused = ask(client, "look", issue=1, to=THURSDAY)
    assert refused.status_code == 422 and "要由签发人或管理员来做" in refused.json["sentence"]  # type: ignore[index]
    at = {"to": THURSDAY, "reason": "领导出差"}
    assert "要由签发人" in client.post("/schedule/issues/1/move", data=at, headers=key()).text
    chief = signed_in(app, people, login_of("签发", "chengdu"))
    assert "已经签发，请写明改期的原因" in chief.get("/schedule/issues/1").text
    silent = chief.post("/schedule/issues/1/move", data={"to": THURSDAY}, headers=key())
    assert silent.status_code == 422 and "改期要写明原因" in silent.text
    assert issue(house).due_at == release(house).due_at  # and neither moved
    done = chief.post("/schedule/issues/1/move", data=at, headers=key())
    assert done.headers["Location"].endswith("/schedule?from=2026-11-26")
    with read_scope(house.engine) as session:
        assert set(session.exec(select(Delivery.state))) == {"ready"}
        assert issue(house).due_at == release(house).due_at == session.exec(select(Delivery.due_at)).first()


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        (("send", "accept", "publish"), "第 1 期已经发出过，不能再改时间；要改内容请走更正"),
        (("send", "accept", "publish", "remove"), "已经发出过"),
        (("send",), "发送中”，不能改期"),
    ],
)
def test_what_readers_saw_or_is_on_its_way_stays(
    app: Flask, people: PeopleDesk, house: House, begun: str, steps: tuple[str, ...], said: str
) -> None:
    move_on(house, begun)
    with session_scope(house.engine) as session:
        one = sign(session, release(house).id)[0]
        for step in steps:
            one = releases.move(session, one, step, actor="x", now=NOON)
    chief, was = signed_in(app, people, login_of("签发", "chengdu")), issue(house).due_at
    refused = ask(chief, "move", issue=1, to=THURSDAY, base=was.isoformat(), reason="让路")
    assert refused.status_code == 422 and said in refused.json["sentence"]  # type: ignore[index]
    assert issue(house).due_at == was
    if steps[-1] != "send":
        page = chief.get("/schedule/issues/1").text
        assert "已经发出过" in page and 'name="to"' not in page


def test_a_push_is_moved_where_it_is_put_together_and_an_adoption_stays(
    client: FlaskClient, house: House, begun: str
) -> None:
    move_on(house, begun)
    was = issue(house).due_at
    with session_scope(house.engine) as session:
        session.exec(select(Release)).one().policy = COMPOSED.name
    refused = ask(client, "look", issue=1, to=THURSDAY)
    assert "请到“组稿”里改" in refused.json["sentence"]  # type: ignore[index]
    with session_scope(house.engine) as session:
        session.exec(select(Release)).one().policy = ADOPTED.name  # another unit's own
    moved = ask(client, "move", issue=1, to=THURSDAY, base=was.isoformat()).json
    assert moved and moved["along"] == [] and release(house).due_at == was


def test_what_came_back_leaves_its_cancelled_release_behind(client: FlaskClient, house: House, begun: str) -> None:
    move_on(house, begun, "return")
    was = issue(house).due_at
    moved = ask(client, "move", issue=1, to=THURSDAY, base=was.isoformat()).json
    assert moved and moved["along"] == [] and release(house).due_at == was


def test_a_notice_of_an_issue_leads_to_its_place(client: FlaskClient, house: House, begun: str) -> None:
    with session_scope(house.engine) as session:
        unit = session.exec(select(Column.unit_id)).one()
        notify(session, "issue:1", "《栏目》第 1 期 明天 09:00 出刊，稿件在写。", NOON, unit)
        notify(session, "column:lan", "栏目没有一天能出刊。", NOON, unit)
        notify(session, 'issue:1"><b>', "怪的。", NOON, unit)
    tell(house, NOON, Ways())
    page = client.get("/me/notices").text
    assert 'href="/schedule/columns#issue-1">看这一期' in page and 'href="/schedule/columns#c-lan">看这个栏目' in page
    assert "<b>" not in page.partition("怪的。")[2][:300]
    columns = client.get("/schedule/columns").text
    card = columns[columns.index('id="issue-1"') :].partition("</li>")[0]
    assert "第 1 期" in card and "在写" in card and f'href="/write/{begun}"' in card
    assert 'href="/schedule/issues/1"' in card


def test_an_issue_that_was_missed_says_so_where_its_notice_leads(client: FlaskClient, house: House, begun: str) -> None:
    with session_scope(house.engine) as session:
        column = session.exec(select(Column)).one()
        session.add(Issue(column_id=column.id, number=99, due_at=NOON - DAY, state="closed"))
    page = client.get("/schedule/columns").text
    card = page[page.index('id="issue-2"') :].partition("</li>")[0]
    assert "第 99 期" in card and "没有人写，时间已过" in card and "改期" not in card
