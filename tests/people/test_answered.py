"""A form's answer has an address of its own: read again as often as one likes, by whoever it was given to and nobody
else, for a while."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select
from werkzeug.test import TestResponse

from cms.db import read_scope, session_scope
from cms.people import PeopleDesk
from cms.people.rows import FormAnswer
from cms.stories import Column
from cms.web.answered import KEPT
from tests.people.asking import hidden
from tests.people.house import NOON, login_of, signed_in

PAGE = "/schedule/columns"
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
ODD = {"title": "说到<一半>", "slug": "黑", "clock": "09:00", "weekday": "2", "every": "week", "holiday": "keep"}


@pytest.fixture
def signer(app: Flask, people: PeopleDesk) -> FlaskClient:
    return signed_in(app, people, login_of("签发", "chengdu"))


def send(client: FlaskClient, page: str = PAGE, **words: str) -> TestResponse:
    """As a browser sends the form that stands on ``page``."""
    form = {**hidden(client.get(page).text, PAGE), **ODD, "unit": "chengdu", **words}
    return client.post(PAGE, data=form, headers={**BROWSER, "Referer": f"http://localhost{page}"})


def test_a_refused_form_is_led_back_to_its_page_with_all_that_was_filled_in(signer: FlaskClient) -> None:
    led = send(signer)
    assert led.status_code == 303
    where = led.headers["Location"]
    assert where.startswith(f"{PAGE}?answered=")
    shown = [signer.get(where) for _ in range(2)]
    for one in shown:
        assert one.status_code == 422 and "栏目代号要用作网址" in one.text
        assert 'value="说到&lt;一半&gt;"' in one.text and 'value="黑"' in one.text
        assert one.headers["Cache-Control"] == "private, no-store"
        assert one.headers["Content-Security-Policy"] == signer.get(PAGE).headers["Content-Security-Policy"]
    tokens = [hidden(one.text, PAGE)["once"] for one in shown]
    assert len(set(tokens)) == 2  # handed in after one was taken, it is another form


def test_mended_it_counts_and_gone_back_to_it_counts_anew(signer: FlaskClient, people: PeopleDesk) -> None:
    where = send(signer).headers["Location"]
    for slug in ("heikeji", "liangzi"):
        led = send(signer, where, slug=slug)
        assert led.headers["Location"] == f"{PAGE}#c-{slug}"
    with read_scope(people.engine) as session:
        assert sorted(session.exec(select(Column.slug))) == ["heikeji", "liangzi"]


def test_refused_again_the_address_does_not_grow(signer: FlaskClient) -> None:
    where = send(signer, f"{PAGE}?said=1").headers["Location"]
    again = send(signer, where).headers["Location"]
    assert again != where and again.startswith(f"{PAGE}?said=1&answered=") and again.count("answered") == 1


def test_nobody_else_reads_it_and_not_in_another_visit(app: Flask, people: PeopleDesk, signer: FlaskClient) -> None:
    where = send(signer).headers["Location"]
    other = signed_in(app, people, login_of("地市管理员", "chengdu"))
    same_person_elsewhere = signed_in(app, people, login_of("签发", "chengdu"))
    for client in (other, same_person_elsewhere):
        answer = client.get(where)
        assert answer.status_code == 200 and "说到" not in answer.text
    form = hidden(signer.get("/me").text, "/sign-out")
    signer.post("/sign-out", data=form, headers=BROWSER)
    answer = signer.get(where)
    assert answer.status_code == 303 and answer.headers["Location"].startswith("/sign-in")


def test_it_belongs_to_its_page_and_is_forgotten(signer: FlaskClient, people: PeopleDesk) -> None:
    where = send(signer).headers["Location"]
    token = where.partition("answered=")[2]
    assert "说到" not in signer.get(f"/schedule?answered={token}").text
    assert signer.get(f"{PAGE}?answered=guessed").status_code == 200
    with session_scope(people.engine) as session:
        rows = session.exec(select(FormAnswer)).all()
        assert len(rows) == 1 and "说到" not in rows[0].sealed
        assert rows[0].kept_until == NOON + KEPT
        rows[0].kept_until = NOON - timedelta(seconds=1)
    answer = signer.get(where)
    assert answer.status_code == 200 and "说到" not in answer.text


def test_scripts_programs_and_files_are_answered_on_the_spot(signer: FlaskClient) -> None:
    form = {**hidden(signer.get(PAGE).text, PAGE), **ODD, "unit": "chengdu"}
    for accept in ("application/json", "*/*", ""):
        assert signer.post(PAGE, data=form, headers={"Accept": accept, "Referer": PAGE}).status_code == 422


def test_without_a_page_to_go_back_to_it_is_answered_on_the_spot(signer: FlaskClient) -> None:
    form = {**hidden(signer.get(PAGE).text, PAGE), **ODD, "unit": "chengdu"}
    to = "/schedule/columns/nothing/unskip"  # an address that is no page
    answer = signer.post(to, data=form, headers={**BROWSER, "Referer": "https://elsewhere.example/x"})
    assert answer.status_code == 404
    assert signer.post("/no/such/place", data=form, headers=BROWSER).status_code == 404
    own = signer.post(PAGE, data=form, headers=BROWSER)  # no referrer told: the form's own address is its page
    assert own.headers["Location"].startswith(f"{PAGE}?answered=")


def test_who_is_not_signed_in_is_answered_on_the_spot_and_nothing_is_kept(app: Flask, people: PeopleDesk) -> None:
    client = app.test_client()
    page = "/sign-in?next=%2Fstories"
    for _ in range(20):
        form = {**hidden(client.get(page).text, "/sign-in"), "login": "limin", "password": "wrong"}
        headers = {**BROWSER, "Referer": f"http://localhost{page}"}
        shown = client.post("/sign-in", data=form, headers=headers)
        assert shown.status_code in (422, 429) and "wrong" not in shown.text
    with read_scope(people.engine) as session:
        assert not session.exec(select(FormAnswer)).all()
