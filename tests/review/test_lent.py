"""代审: who arranges it for whom, and how far whoever is lent gets by it."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlmodel import Session, select

from cms import review
from cms.db import read_scope, session_scope
from cms.people import PeopleDesk, Person, appoint
from cms.review import Loan, LoanError, Signature, loans
from pipeline.house import House
from tests.people.asking import hidden
from tests.people.house import BOSS, NOON, SECRET, hire, login_of, signed_in
from tests.review.conftest import FIRST, SECOND, person, unit_of
from tests.review.test_rooms import take

Sent = Callable[..., int]
UNTIL = NOON + timedelta(days=3)
ALL_READ = ["site", "wechat"]


def lend(session: Session, login: str, role: str, by: str = BOSS, until: datetime = UNTIL) -> Loan:
    return review.lend(session, person(session, login), unit_of(session, "chengdu"), role, until, "人手不够", by, NOON)


def with_code(session: Session, crew: House, login: str) -> None:
    """Their second step works."""
    found = person(session, login)
    found.totp_sealed = crew.wires.vault.seal(SECRET, f"totp:{found.id}")


@pytest.mark.parametrize(
    ("by", "words"),
    [
        (login_of("编辑", "ganzi"), "不能给自己安排代审，请另一位管理员"),
        (login_of("地市管理员", "ganzi"), "不管这个单位的“审核”"),  # the borrowed one's own, not the unit's
        (login_of("签发", "chengdu"), "不管这个单位的“审核”"),
        (login_of("审计员", "sichuan"), "不管这个单位的“审核”"),
        ("nobody", "nobody不管这个单位"),
    ],
)
def test_only_another_one_who_may_give_the_role_lends_it(crew: House, by: str, words: str) -> None:
    with session_scope(crew.engine) as session, pytest.raises(LoanError, match=words):
        lend(session, login_of("编辑", "ganzi"), "审核", by)


@pytest.mark.parametrize("by", [BOSS, login_of("省级管理员", "sichuan")])
def test_the_administrators_of_the_unit_and_above_it_lend(crew: House, by: str) -> None:
    with session_scope(crew.engine) as session:
        assert lend(session, login_of("编辑", "ganzi"), "审核", by).given_by == by


def test_an_administrator_lends_nothing_to_themselves_by_the_form(
    crew: House, app: Flask, people: PeopleDesk, sent: Sent
) -> None:
    """Who signs for a county below does not come by the signature of the prefecture either."""
    with session_scope(people.engine) as session:
        appoint(session, person(session, BOSS), "签发", unit_of(session, "wuhou"), "test", NOON)
        with_code(session, crew, BOSS)
        chengdu = unit_of(session, "chengdu")
    number = sent()
    take(crew, number, FIRST)
    take(crew, number, SECOND)
    client = signed_in(app, people, BOSS)
    for role in ("审核", "签发"):
        asked = {"login": BOSS, "unit": str(chengdu), "role": role, "until": "2026-12-31", "why": "人手不够"}
        answer = client.post(
            "/review/loans", data={**hidden(client.get("/review/rules").text, "/review/loans"), **asked}
        )
        assert answer.status_code == 422 and "不能给自己安排代审，请另一位管理员来做。" in answer.text
    page = client.get(f"/review/{number}")
    assert f"/review/{number}/sign" not in page.text
    with read_scope(people.engine) as session:
        assert session.exec(select(Loan)).all() == []


def test_a_day_beyond_the_calendar_is_asked_for_again(crew: House, app: Flask, people: PeopleDesk) -> None:
    client = signed_in(app, people, BOSS)
    with read_scope(people.engine) as session:
        chengdu = unit_of(session, "chengdu")
    asked = {"login": FIRST, "unit": str(chengdu), "role": "审核", "until": "9999-12-31", "why": "人手不够"}
    answer = client.post("/review/loans", data={**hidden(client.get("/review/rules").text, "/review/loans"), **asked})
    assert answer.status_code == 422 and "请选代审到哪一天" in answer.text


@pytest.mark.parametrize(
    ("own", "role", "deed"), [("编辑", "审核", "pass"), ("审核", "签发", "sign"), ("记者", "签发", "sign")]
)
def test_what_somebody_was_lent_for_they_do_and_no_more(
    crew: House, app: Flask, people: PeopleDesk, sent: Sent, own: str, role: str, deed: str
) -> None:
    login = login_of(own, "ganzi")
    number = sent()
    with session_scope(people.engine) as session:
        with_code(session, crew, login)
    if role == "签发":
        take(crew, number, FIRST)
        take(crew, number, SECOND)
    client, page = signed_in(app, people, login), f"/review/{number}"
    assert client.get(page).status_code == 404
    with session_scope(people.engine) as session:
        loan = lend(session, login, role).id
    shown = client.get(page).text
    assert f'action="{page}/{deed}"' in shown and "成都量子网络开通" in client.get("/").text
    given = {**hidden(shown, f"{page}/{deed}"), "opinion": "同意。", "proof": "1", "read": ALL_READ}
    assert client.post(f"{page}/{deed}", data=given).status_code == 303
    with read_scope(people.engine) as session:
        me = person(session, login).id
        assert [one.step for one in session.exec(select(Signature).where(Signature.signer_id == me))]
    assert "成都量子网络开通" not in client.get("/stories").text  # the story itself is not theirs
    assert {client.get(one).status_code for one in ("/write/chengdu-liangzi", "/people")} == {404}
    with session_scope(people.engine) as session:
        review.end_loan(session, session.get_one(Loan, loan), BOSS, NOON)
    assert client.get(page).status_code == 404


def test_who_was_lent_to_sign_and_let_go_of_the_second_step_sets_it_up_first(
    crew: House, app: Flask, people: PeopleDesk, sent: Sent
) -> None:
    number, login = sent(), login_of("编辑", "ganzi")
    with session_scope(people.engine) as session:
        lend(session, login, "签发")  # the form asks for the second step; here it was turned off since
    client = signed_in(app, people, login)
    answer = client.get(f"/review/{number}")
    assert answer.status_code == 303 and "/me/second-step" in answer.headers["Location"]
    assert client.get("/stories").status_code == 200


def test_a_loan_lasts_no_longer_than_it_says(crew: House, app: Flask, people: PeopleDesk) -> None:
    client, path = signed_in(app, people, BOSS), "/review/loans"
    with session_scope(people.engine) as session:
        chengdu = unit_of(session, "chengdu")
    last = loans.last_day(NOON)
    page = client.get("/review/rules").text
    assert f'max="{last}"' in page and f"最长 {loans.LONGEST.days} 天" in page
    asked = {"login": login_of("编辑", "ganzi"), "unit": str(chengdu), "role": "审核", "why": "人手不够"}
    late = client.post(path, data={**hidden(page, path), **asked, "until": str(last + timedelta(days=1))})
    assert late.status_code == 422 and f"请选 {last.year}年{last.month}月{last.day}日 或之前" in late.text
    assert client.post(path, data={**hidden(page, path), **asked, "until": str(last)}).status_code == 303
    with session_scope(people.engine) as session:
        assert session.exec(select(Loan)).one().until <= NOON + loans.LONGEST


def test_nobody_of_another_province_reviews_here(crew: House) -> None:
    with session_scope(crew.engine) as session:
        hire(session, "yunnan.shen", "云南审核", "审核", "yunnan")
        with pytest.raises(LoanError, match="云南审核是别的省的人"):
            lend(session, "yunnan.shen", "审核")
        appoint(session, person(session, "yunnan.shen"), "记者", unit_of(session, "ganzi"), "test", NOON)
        assert lend(session, "yunnan.shen", "审核").id


def test_who_has_nothing_but_a_loan_is_led_to_what_was_lent(
    crew: House, app: Flask, people: PeopleDesk, sent: Sent
) -> None:
    sent()
    with session_scope(people.engine) as session:
        session.add(Person(login="jie", name="借来的", password_hash="x"))
        session.flush()
        loan = lend(session, "jie", "审核").id
    client = signed_in(app, people, "jie")
    answer = client.get("/")
    assert answer.status_code == 303 and answer.headers["Location"] == "/review"
    page = client.get("/review")
    assert page.status_code == 200 and "成都量子网络开通" in page.text
    with session_scope(people.engine) as session:
        review.end_loan(session, session.get_one(Loan, loan), BOSS, NOON)
    assert client.get("/").status_code == 404
