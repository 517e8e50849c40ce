"""回收: a draft thrown away and found again; the sample removed in one click; and what must stay, with words why."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select

from cms import audit, releases, review
from cms.db import read_scope, session_scope
from cms.people import PeopleDesk, Person
from cms.releases import Target, binned
from cms.releases.binned import KEPT, BinError
from cms.review import Submission
from cms.stories import Column, Issue, Story, fill, newest, open_next_issue, save, story_named, weekly
from cms.web import Desk, create_app
from pipeline.house import House
from tests.people.asking import hidden
from tests.people.conftest import app as app
from tests.people.conftest import built as built
from tests.people.conftest import desk as desk
from tests.people.conftest import house as house
from tests.people.conftest import people as people
from tests.people.house import NOON, login_of, signed_in

EDITOR, REPORTER = login_of("编辑", "sichuan"), login_of("记者", "sichuan")
TEXT = "---\nslug: mine\nheadline: 我的草稿\n---\n\n正文一段。\n"


@pytest.fixture
def draft(house: House) -> str:
    with session_scope(house.engine) as session:
        save(session, "mine", TEXT, "我的草稿", EDITOR, NOON)
    return "mine"


@pytest.fixture
def client(app: Flask, people: PeopleDesk) -> FlaskClient:
    return signed_in(app, people, EDITOR)


def story(house: House, slug: str = "mine") -> Story:
    with read_scope(house.engine) as session:
        return session.exec(select(Story).where(Story.slug == slug)).one()


def press(client: FlaskClient, page: str, action: str) -> str:
    """Press a button of a form without fields; the page it leads to."""
    return client.post(action, data=hidden(client.get(page).text, action), follow_redirects=True).text


def test_one_click_throws_a_draft_away_and_one_brings_it_back(house: House, client: FlaskClient, draft: str) -> None:
    page = press(client, "/stories", "/write/mine/bin")
    assert "《我的草稿》已放进回收站，30 天内可以找回" in page and 'href="/write/mine"' not in page
    assert "我的草稿" not in client.get("/").text and "我的草稿" not in client.get("/stories").text
    closed = client.get("/write/mine")
    assert closed.status_code == 410 and "放回来，接着写" in closed.text
    assert "由 sichuan编辑 删除" in closed.text
    assert "我的草稿" in client.get("/stories?state=binned").text
    assert "我的草稿" in press(client, "/stories?gone=mine", "/write/mine/unbin")
    assert story(house).binned_at is None and 'href="/write/mine"' in client.get("/stories").text
    with read_scope(house.engine) as session:
        done = [(one.action, one.actor) for one in audit.history(session, f"story:{story(house).id}")]
    assert done[-2:] == [("story.bin", EDITOR), ("story.unbin", EDITOR)]


def test_what_lies_in_the_bin_is_not_written_on(house: House, app: Flask, client: FlaskClient, draft: str) -> None:
    press(client, "/stories", "/write/mine/bin")
    app.config["WTF_CSRF_ENABLED"] = False
    headers = {"Accept": "application/json", "Idempotency-Key": "k" * 20}
    answer = client.post("/write/mine", json={"text": f"{TEXT}再来。", "anyway": True}, headers=headers)
    assert answer.status_code == 422 and "在回收站里" in answer.json["sentence"]  # type: ignore[index]
    with read_scope(house.engine) as session:
        found = newest(session, story(house))
    assert found is not None and found.number == 1


def test_after_thirty_days_it_is_not_found_any_more(desk: Desk, house: House, people: PeopleDesk, draft: str) -> None:
    with session_scope(house.engine) as session:
        binned.throw_away(session, session.exec(select(Story).where(Story.slug == "mine")).one(), EDITOR, NOON)

    def shown(now: datetime) -> str:
        later = create_app(replace(desk, now=lambda: now))
        return signed_in(later, people, EDITOR, now).get("/stories?state=binned").text

    assert "我的草稿" in shown(NOON + KEPT)
    late = NOON + KEPT + timedelta(seconds=1)
    assert "我的草稿" not in shown(late) and "回收站里没有稿件" in shown(late)
    with pytest.raises(BinError, match="已超过 30 天"), session_scope(house.engine) as session:
        binned.bring_back(session, session.exec(select(Story).where(Story.slug == "mine")).one(), EDITOR, late)


def refused(house: House, login: str = EDITOR) -> str:
    with pytest.raises(BinError) as told, session_scope(house.engine) as session:
        binned.throw_away(session, session.exec(select(Story).where(Story.slug == "mine")).one(), login, NOON)
    return str(told.value)


def test_what_was_released_stays(house: House, client: FlaskClient, draft: str) -> None:
    with session_scope(house.engine) as session:
        revision = save(session, "mine", f"{TEXT}。", "我的草稿", EDITOR, NOON, manuscript_hash="0" * 64)
        target = Target(channels=("site",), units=("chengdu",))
        releases.plan(session, [revision], target, NOON + timedelta(days=1), EDITOR, review.LAWFUL, NOON)
    assert "排过发布" in refused(house) and "更正或撤稿" in refused(house)
    assert "/write/mine/bin" not in client.get("/stories").text


def test_what_is_reviewed_stays(house: House, draft: str) -> None:
    with session_scope(house.engine) as session:
        revision = save(session, "mine", f"{TEXT}。", "我的草稿", EDITOR, NOON, manuscript_hash="0" * 64)
        target = Target(channels=("site",), units=("chengdu",))
        due = NOON + timedelta(days=1)
        release = releases.plan(session, [revision], target, due, EDITOR, review.LAWFUL, NOON)
        sender = session.exec(select(Person.id).where(Person.login == EDITOR)).one()
        session.add(
            Submission(
                story_id=revision.story_id, revision_id=revision.id, manuscript_hash="0" * 64, release_id=release.id,
                unit_id=1, grade="B", policy="lawful", sender_id=sender, sent_at=NOON, due_at=due, state="reviewing",
            )
        )  # fmt: skip
    assert "正在审稿" in refused(house) and "撤回送审" in refused(house)


def test_what_somebody_took_over_stays(house: House, draft: str) -> None:
    with session_scope(house.engine) as session:
        save(session, "taken", TEXT, "采用", "x", NOON)
        taken, own = story_named(session, "taken"), story_named(session, "mine")
        assert taken is not None and own is not None
        taken.origin_id = own.id
    assert "已有单位采用" in refused(house)


def test_somebody_elses_draft_is_theirs_to_throw(house: House, app: Flask, people: PeopleDesk, draft: str) -> None:
    assert f"是 {EDITOR} 开的头，请本人来删除" in refused(house, REPORTER)
    page = signed_in(app, people, REPORTER).get("/stories").text
    assert "我的草稿" in page and "/write/mine/bin" not in page


def test_anybody_who_writes_removes_the_sample_and_sees_that_it_is_one(
    house: House, app: Flask, people: PeopleDesk, draft: str
) -> None:
    with session_scope(house.engine) as session:
        row = story_named(session, "mine")
        assert row is not None
        row.is_sample = True
    client = signed_in(app, people, REPORTER)
    assert '<b class="sample-mark">示例</b>' in client.get("/stories").text
    assert "移除示例" in client.get("/write/mine").text
    assert "示例已放进回收" in press(client, "/stories", "/write/mine/bin")


def test_the_slot_of_a_draft_thrown_away_is_open_again_under_another_name(
    house: House, app: Flask, client: FlaskClient
) -> None:
    with session_scope(house.engine) as session:
        column = Column(slug="lan", title="栏目", rhythm=weekly(2), hour=9, opened_at=NOON)
        session.add(column)
        session.flush()
        issue = open_next_issue(session, column, NOON)
        save(session, "lan-001", TEXT, "第一期", EDITOR, NOON)
        written = story_named(session, "lan-001")
        assert written is not None
        fill(session, issue, written)
        number = issue.id
    press(client, "/stories", "/write/lan-001/bin")
    with read_scope(house.engine) as session:
        assert session.get_one(Issue, number).state == "open"
    app.config["WTF_CSRF_ENABLED"] = False
    began = client.post(f"/schedule/issues/{number}/write", headers={"Idempotency-Key": "w" * 20})
    assert began.headers["Location"] == "/write/lan-001-2"
    assert story(house, "lan-001-2").issue_id == number
