"""An issue somebody has begun keeps its slot in view, and its alarms, until it is signed."""

import itertools
import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session, col, select

from cms.db import read_scope, session_scope
from cms.people import Notice, PeopleDesk, Person
from cms.people.notices import NoticeTarget
from cms.people.roles import EVERYWHERE
from cms.releases import Target, agenda, submitting
from cms.stories import Issue, Revision, Story, newest, save, story_named
from pipeline.house import House
from tests.people.house import NOON, login_of, signed_in
from tests.people.things import a_column

SLUG = "chengdu-{}-001"
WEEK = "/schedule?from=2026-11-23"
EDITOR, FIRST, CHIEF = login_of("编辑", "chengdu"), login_of("审核", "chengdu"), login_of("地市管理员", "chengdu")
_keys = itertools.count()


@pytest.fixture
def client(app: Flask, people: PeopleDesk) -> FlaskClient:
    app.config["WTF_CSRF_ENABLED"] = False
    return signed_in(app, people, EDITOR)


@pytest.fixture
def begun(client: FlaskClient, people: PeopleDesk, house: House) -> str:
    """The story of an issue of chengdu's, just begun; its name."""
    with session_scope(house.engine) as session:
        unit_id = session.exec(select(Story.unit_id).where(Story.slug == "chengdu-one")).one()
    column, issue = a_column(people, unit_id)
    answer = client.post(f"/schedule/issues/{issue}/write", headers={"Idempotency-Key": f"started-{next(_keys):012}"})
    assert answer.status_code == 303
    return SLUG.format(column)


def move_on(house: House, slug: str, *deeds: str) -> None:
    """The story is sent to review, and comes back, or is changed."""
    with session_scope(house.engine) as session:
        story = story_named(session, slug)
        assert story is not None
        people = {one.login: one for one in session.exec(select(Person))}
        revision = newest(session, story)
        assert revision is not None
        save(session, slug, revision.text, story.headline, EDITOR, NOON, manuscript_hash=f"{slug:0>64}")
        due = session.get_one(Issue, story.issue_id).due_at
        order = submitting.Order(due, (Target(channels=("site",), units=("chengdu",)),))
        sent = submitting.submit(session, story, people[EDITOR], order, NOON)
        for deed in deeds:
            if deed == "return":
                submitting.send_back(session, sent, people[FIRST], (), "再核一遍。", NOON)
            elif deed == "edit":
                words = f"{revision.text}\n再写一句。"
                save(session, slug, words, story.headline, EDITOR, NOON, manuscript_hash="e" * 64)
            else:
                submitting.pull(session, sent, people[EDITOR], NOON)


def shown(client: FlaskClient, slug: str) -> tuple[str, str]:
    """What 排期 says of the slot, and the words of the way to its story."""
    page = client.get(WEEK).text
    slot = re.search(r'<li class="entry slot".*?</li>', page, re.S)
    assert slot is not None
    way = re.search(rf'href="/write/{slug}">(.*?)<span', slot[0])
    said = re.search(r'<span class="about">(.*?)</span>', slot[0])
    assert said is not None
    return said[1], way[1] if way else ""


@pytest.mark.parametrize(
    ("deeds", "said", "way"),
    [
        (None, "在写", "去写第 1 期"),
        ((), "审稿中", "去看第 1 期"),
        (("edit",), "改过，等重新送审", "去写第 1 期"),
        (("return",), "被退回", "去写第 1 期"),
        (("pull",), "在写", "去写第 1 期"),
    ],
)
def test_a_begun_issue_keeps_its_slot(
    client: FlaskClient, house: House, begun: str, deeds: tuple[str, ...] | None, said: str, way: str
) -> None:
    if deeds is not None:
        move_on(house, begun, *deeds)
    assert shown(client, begun) == (said, way)
    assert "11月25日 09:00 出刊" in client.get("/stories").text


def test_what_is_signed_leaves_its_slot_to_its_release(client: FlaskClient, house: House, begun: str) -> None:
    move_on(house, begun)
    with session_scope(house.engine) as session:
        session.exec(select(submitting.Submission)).one().state = "signed"
        assert agenda.slots(session, NOON, NOON + timedelta(days=9), EVERYWHERE) == []
        due = session.exec(select(Issue.due_at)).one()
        assert agenda.alarm(session, due - timedelta(minutes=10)) == 0
    assert "尚无稿件" not in (page := client.get(WEEK).text) and f'href="/write/{begun}"' not in page


def test_today_names_a_begun_issue_with_the_way_to_its_story(client: FlaskClient, house: House, begun: str) -> None:
    page = client.get("/").text
    assert "下一期 11月25日 09:00 出刊，稿件在写。" in page and f'href="/write/{begun}">去写第 1 期' in page
    with session_scope(house.engine) as session:
        session.exec(select(Issue)).one().due_at = NOON + timedelta(hours=15)
    page = client.get("/").text
    assert "稿件在写，还没有送审。" in page and f'href="/write/{begun}">去写第 1 期' in page
    move_on(house, begun, "return")
    assert "稿件被退回，还没有重新送审。" in client.get("/").text


def told(session: Session) -> list[str]:
    query = select(Notice.sentence).where(col(Notice.subject).startswith("issue:"), col(Notice.seen_at).is_(None))
    return list(session.exec(query.order_by(col(Notice.id))))


def test_a_begun_issue_is_told_to_its_writer_and_in_danger_to_who_answers(house: House, begun: str) -> None:
    with session_scope(house.engine) as session:
        due = session.exec(select(Issue.due_at)).one()
        hours = [agenda.alarm(session, due - timedelta(hours=one)) for one in (49, 48, 30, 15, 3)]
        assert hours == [0, 1, 0, 1, 0]
        assert told(session) == ["《栏目》第 1 期 11月25日 09:00 出刊，稿件在写，还没有送审：请写好送审。"]
        assert [agenda.alarm(session, due - timedelta(minutes=one)) for one in (10, 5)] == [1, 0]
        assert "只剩不到两小时，稿件在写" in told(session)[-1]
        notice = session.exec(select(Notice).order_by(col(Notice.id).desc())).first()
        assert notice is not None
        named = select(Person.login).where(NoticeTarget.person_id == Person.id, NoticeTarget.notice_id == notice.id)
        assert {EDITOR, CHIEF} <= set(session.exec(named))


def test_what_was_told_is_over_once_it_is_sent_and_told_again_when_it_comes_back(house: House, begun: str) -> None:
    with session_scope(house.engine) as session:
        due = session.exec(select(Issue.due_at)).one()
        agenda.alarm(session, due - timedelta(hours=40))
    move_on(house, begun)
    with session_scope(house.engine) as session:
        assert told(session) == []
        assert agenda.alarm(session, due - timedelta(hours=20)) == 0  # its review has an alarm of its own
        sent = session.exec(select(submitting.Submission)).one()
        reviewer = session.exec(select(Person).where(Person.login == FIRST)).one()
        submitting.send_back(session, sent, reviewer, (), "再核一遍。", NOON)
        assert agenda.alarm(session, due - timedelta(hours=20)) == 1
        assert "稿件被退回，还没有重新送审" in told(session)[-1]


def test_what_was_changed_in_review_is_told_until_its_review_tells_of_the_danger(house: House, begun: str) -> None:
    move_on(house, begun, "edit")
    with session_scope(house.engine) as session:
        due = session.exec(select(Issue.due_at)).one()
        assert [agenda.alarm(session, due - timedelta(hours=one)) for one in (20, 1)] == [1, 0]
        assert told(session)[-1].endswith("稿件送审后改过，还没有重新送审：请重新送审。")


def test_beginning_ends_what_was_told_of_an_empty_issue(client: FlaskClient, people: PeopleDesk, house: House) -> None:
    with session_scope(house.engine) as session:
        unit_id = session.exec(select(Story.unit_id).where(Story.slug == "chengdu-one")).one()
    _, issue = a_column(people, unit_id)
    with session_scope(house.engine) as session:
        assert agenda.alarm(session, session.get_one(Issue, issue).due_at - timedelta(hours=20)) == 1
    client.post(f"/schedule/issues/{issue}/write", headers={"Idempotency-Key": f"started-{next(_keys):012}"})
    with read_scope(house.engine) as session:
        assert told(session) == []
        assert session.exec(select(Revision)).all()


def test_an_empty_week_leads_to_the_next_issue(client: FlaskClient, people: PeopleDesk, house: House) -> None:
    with session_scope(house.engine) as session:
        unit_id = session.exec(select(Story.unit_id).where(Story.slug == "chengdu-one")).one()
    column, issue = a_column(people, unit_id)
    empty = "/schedule?from=2027-03-01"
    page = client.get(empty).text
    assert "这段时间是空的" in page and f'action="/schedule/issues/{issue}/write"' in page and "写一篇" not in page
    client.post(f"/schedule/issues/{issue}/write", headers={"Idempotency-Key": f"started-{next(_keys):012}"})
    page = client.get(empty).text
    assert f'href="/write/{SLUG.format(column)}">去写第 1 期' in page and "写一篇" not in page
