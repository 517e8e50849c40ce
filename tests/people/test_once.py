"""F39: a form counts once. The first answer is heard again; nothing is done twice, whoever replays it and how."""

import threading

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import func, select

from cms.db import read_scope, session_scope
from cms.people import PeopleDesk, Person, passwords
from cms.people.roles import tree
from cms.people.rows import FormAnswer, Invitation, SignIn
from cms.stories import Revision
from cms.web import Desk
from tests.people.asking import hidden
from tests.people.conftest import TEXT
from tests.people.house import NOON, login_of, signed_in

pytestmark = pytest.mark.proves("F39")


def invite_form(client: FlaskClient, people: PeopleDesk, login: str = "xin.ren") -> dict[str, str]:
    with read_scope(people.engine) as session:
        unit = next(one for one, slug, _ in tree(session).rows if slug == "chengdu")
    fields = hidden(client.get("/people").text, "/people/invite")
    return {**fields, "name": "新人", "login": login, "unit": str(unit), "role": "记者"}


def count(people: PeopleDesk, kind: type) -> int:
    with read_scope(people.engine) as session:
        return session.exec(select(func.count()).select_from(kind)).one()


def test_a_replayed_invitation_shows_the_same_link_and_invites_once(app: Flask, people: PeopleDesk) -> None:
    client = signed_in(app, people, login_of("地市管理员", "chengdu"))
    form, before = invite_form(client, people), count(people, Person)
    answers = [client.post("/people/invite", data=form) for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 200]
    assert "/join/" in answers[0].text and len({one.data for one in answers}) == 1
    assert (count(people, Person), count(people, Invitation)) == (before + 1, 1)


def test_a_double_click_counts_once(app: Flask, people: PeopleDesk) -> None:
    """Both at the same time: the second waits for what the first is answered."""
    client = signed_in(app, people, login_of("地市管理员", "chengdu"))
    form, told = invite_form(client, people), []
    cookie = client.get_cookie("yigao-who"), client.get_cookie("yigao")

    def click() -> None:
        mine = app.test_client()
        for one in cookie:
            assert one is not None
            mine.set_cookie(one.key, one.value)
        told.append(mine.post("/people/invite", data=form))

    clicks = [threading.Thread(target=click) for _ in range(4)]
    for one in clicks:
        one.start()
    for one in clicks:
        one.join()
    assert {one.status_code for one in told} == {200} and len({one.data for one in told}) == 1
    assert count(people, Invitation) == 1


def test_what_was_refused_may_be_mended_and_sent_again(app: Flask, people: PeopleDesk) -> None:
    client = signed_in(app, people, login_of("地市管理员", "chengdu"))
    form = invite_form(client, people, login="chengdu.0")
    refused = client.post("/people/invite", data=form)
    assert refused.status_code == 422 and "已经有人用了" in refused.text
    assert client.post("/people/invite", data={**form, "login": "chengdu.neu"}).status_code == 200


def test_the_same_token_with_other_words_is_refused(app: Flask, people: PeopleDesk) -> None:
    client = signed_in(app, people, login_of("地市管理员", "chengdu"))
    form = invite_form(client, people)
    assert client.post("/people/invite", data=form).status_code == 200
    other = client.post("/people/invite", data={**form, "name": "别人", "login": "bie.ren"})
    assert other.status_code == 409 and "已经提交过" in other.text


def test_somebody_elses_token_tells_nothing(app: Flask, people: PeopleDesk) -> None:
    mine, theirs = (signed_in(app, people, login_of("地市管理员", one)) for one in ("chengdu", "ganzi"))
    form = invite_form(mine, people)
    link = mine.post("/people/invite", data=form).text
    stolen = {**form, "csrf_token": hidden(theirs.get("/people").text, "/people/invite")["csrf_token"]}
    answer = theirs.post("/people/invite", data=stolen)
    assert answer.status_code == 409 and "/join/" not in answer.text and "/join/" in link


def test_a_form_without_a_token_does_nothing(app: Flask, people: PeopleDesk) -> None:
    client = signed_in(app, people, login_of("地市管理员", "chengdu"))
    form = invite_form(client, people)
    del form["once"]
    answer = client.post("/people/invite", data=form)
    assert answer.status_code == 400 and "刷新" in answer.text
    assert count(people, Invitation) == 0


def test_a_replayed_save_is_answered_as_the_first_and_makes_one_version(app: Flask, people: PeopleDesk) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    client = signed_in(app, people, login_of("编辑", "chengdu"))
    before = count(people, Revision)
    asked = {"text": TEXT.format(slug="chengdu-new", headline="新稿"), "base": ""}
    headers = {"Accept": "application/json", "Idempotency-Key": "save-key-0000000001"}
    answers = [client.post("/write/chengdu-new", json=asked, headers=headers) for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 200]
    assert len({one.data for one in answers}) == 1
    assert count(people, Revision) == before + 1


def test_a_replayed_sign_in_is_one_visit(app: Flask, people: PeopleDesk) -> None:
    with session_scope(people.engine) as session:
        person = session.exec(select(Person).where(Person.login == "sichuan.1")).one()
        person.password_hash = passwords.hash_of("每周三上午九点发稿子", "x")
    client = app.test_client()
    form = {**hidden(client.get("/sign-in").text, "/sign-in"), "login": "sichuan.1", "password": "每周三上午九点发稿子"}
    session_cookie = client.get_cookie("yigao")
    assert session_cookie is not None
    first = client.post("/sign-in", data=form)
    client.set_cookie("yigao", session_cookie.value)  # the second click left before the first was answered
    client.delete_cookie("yigao-who")
    again = client.post("/sign-in", data=form)
    assert (first.status_code, again.status_code) == (303, 303)
    assert count(people, SignIn) == 1
    assert client.get("/").status_code == 200


def test_answers_are_kept_sealed_and_not_for_ever(app: Flask, desk: Desk, people: PeopleDesk) -> None:
    client = signed_in(app, people, login_of("地市管理员", "chengdu"))
    client.post("/people/invite", data=invite_form(client, people))
    with read_scope(people.engine) as session:
        (row,) = session.exec(select(FormAnswer))
    assert row.sealed and "join" not in row.sealed
    assert (row.kept_until - NOON).total_seconds() == 24 * 3600
