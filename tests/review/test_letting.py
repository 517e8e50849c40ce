"""放行 at the desk: a block says who may let it pass; whoever may does, with a reason, and it is in the book."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select

from cms.audit import AuditEntry
from cms.checks import Override
from cms.db import read_scope, session_scope
from cms.people import Notice, NoticeSend, PeopleDesk, Person, telling
from cms.people.rows import Appointment
from cms.web import Desk, create_app
from pipeline.house import House
from pipeline.intake import take_in_text
from tests.people.house import NOON, login_of, signed_in
from tests.review.conftest import AUTHOR, CHIEF, FIRST, STORY, unit_of

SLUG = "chengdu-liangzi"
ON, NEW = f"/write/{SLUG}/blocks", f"/review/new?story={SLUG}"
_keys = iter(range(10**6))


@pytest.fixture
def app(desk: Desk, crew: House) -> Flask:
    app = create_app(desk)
    app.config["WTF_CSRF_ENABLED"] = False
    return app


@pytest.fixture(autouse=True)
def blocked(crew: House) -> None:
    write(crew, "咨询请打13812345678", AUTHOR)


def write(house: House, words: str, author: str) -> None:
    with session_scope(house.engine) as session:
        unit = unit_of(session, "chengdu")
    text = STORY.format(slug=SLUG, headline="成都量子网络开通", words=words)
    take_in_text(house, text, f"{SLUG}.md", house.drafts / SLUG, author, NOON, unit_id=unit)


def post(client: FlaskClient, page: str, reason: str):  # type: ignore[no-untyped-def]
    form = dict(re.findall(r'name="(digest|place)" value="([^"]+)"', page)) | {"reason": reason}
    return client.post(ON, data=form, headers={"Idempotency-Key": f"review-letting-{next(_keys):06}"})


def passed(people: PeopleDesk) -> list[tuple[str, str, str]]:
    with read_scope(people.engine) as session:
        return [(one.rule, one.role, one.reason) for one in session.exec(select(Override))]


def test_the_author_is_told_who_may_and_the_signer_lets_it_pass(app: Flask, people: PeopleDesk) -> None:
    author, chief = signed_in(app, people, AUTHOR), signed_in(app, people, CHIEF)
    page = author.get(NEW).text
    assert "还不能送审" in page and "只有签发能放行" in page and f'href="{ON}"' in page
    page = author.get(ON).text
    assert "只有签发能放行" in page and "理由" not in page.partition("<ul")[2]
    page = chief.get(ON).text
    assert "13812345678" not in page
    unsaid = post(chief, page, " ")
    assert unsaid.status_code == 422 and "放行要写理由" in unsaid.text and passed(people) == []
    assert post(chief, page, "本人同意公开").headers["Location"] == ON
    assert passed(people) == [("checks.personal.mobile", "签发", "本人同意公开")]
    with read_scope(people.engine) as session:
        [event] = session.exec(select(AuditEntry).where(AuditEntry.action == "checks.override"))
    assert (event.actor, event.detail["reason"]) == (CHIEF, "本人同意公开")
    assert "没有拦着送审的问题了" in chief.get(ON).text
    assert "还不能送审" not in author.get(NEW).text


@pytest.mark.parametrize("login", [FIRST, login_of("省级管理员", "sichuan")])
def test_another_role_is_refused_with_who_may(app: Flask, people: PeopleDesk, login: str) -> None:
    page = signed_in(app, people, CHIEF).get(ON).text
    refused = post(signed_in(app, people, login), page, "我说可以")
    assert refused.status_code == 422 and "只有签发能放行" in refused.text and passed(people) == []


def test_nobody_lets_their_own_text_pass(app: Flask, people: PeopleDesk, crew: House) -> None:
    write(crew, "请打13812345678咨询", CHIEF)
    chief = signed_in(app, people, CHIEF)
    assert "不能放行自己的稿件" in chief.get(ON).text
    page = signed_in(app, people, "chengdu.qian2").get(ON).text
    assert post(chief, page, "我说可以").status_code == 422 and passed(people) == []


def test_a_text_changed_meanwhile_is_looked_at_again(app: Flask, people: PeopleDesk, crew: House) -> None:
    chief = signed_in(app, people, CHIEF)
    page = chief.get(ON).text
    write(crew, "咨询请打13812345678，全天有人", AUTHOR)
    late = post(chief, page, "本人同意公开")
    assert late.status_code == 422 and "稿件刚改过" in late.text and passed(people) == []
    assert post(chief, late.text, "本人同意公开").status_code == 303


def ask(client: FlaskClient):  # type: ignore[no-untyped-def]
    return client.post(f"{ON}/ask", data={}, headers={"Idempotency-Key": f"review-letting-{next(_keys):06}"})


def test_who_may_is_asked_by_name_then_up_the_ladder_and_it_is_over_once_it_is_let_pass(
    app: Flask, people: PeopleDesk
) -> None:
    author, chief = signed_in(app, people, AUTHOR), signed_in(app, people, CHIEF)
    assert "能放行的人：chengdu签发、另一位签发。" in author.get(ON).text
    asked = ask(author)
    assert (
        asked.status_code == 303 and "已经提醒chengdu签发、另一位签发。" in author.get(asked.headers["Location"]).text
    )
    with session_scope(people.engine) as session:
        notice = session.exec(select(Notice).where(Notice.subject == f"block:{SLUG}")).one()
        assert "《成都量子网络开通》有 1 处拦截" in notice.sentence and "请您看要不要放行" in notice.sentence
        telling.spread(session, timedelta(minutes=30), (), NOON)
    assert "去看这一处" in chief.get("/me/notices").text and f'href="{ON}"' in chief.get("/me/notices").text
    with session_scope(people.engine) as session:
        telling.spread(session, timedelta(minutes=30), (), NOON + timedelta(minutes=31))
        telling.spread(session, timedelta(minutes=30), (), NOON + timedelta(minutes=62))
        told = select(Person.login).where(NoticeSend.person_id == Person.id, NoticeSend.notice_id == notice.id)
        assert {CHIEF, login_of("地市管理员", "chengdu")} <= set(session.exec(told))
    post(chief, chief.get(ON).text, "本人同意公开")
    with read_scope(people.engine) as session:
        assert session.exec(select(Notice.seen_by).where(Notice.subject == f"block:{SLUG}")).one() == CHIEF
        assert "checks.ask" in session.exec(select(AuditEntry.action)).all()
    nothing = ask(author)
    assert nothing.status_code == 422 and "没有可以放行的" in nothing.text


def test_where_nobody_may_the_one_who_asks_is_told_whom_to_appoint(app: Flask, people: PeopleDesk, crew: House) -> None:
    with session_scope(people.engine) as session:
        for one in session.exec(select(Appointment).where(Appointment.role == "签发")).all():
            session.delete(one)
    refused = ask(signed_in(app, people, AUTHOR))
    assert refused.status_code == 422 and "请管理员任命签发" in refused.text


def test_words_nobody_wrote_over_are_not_sent_and_nobody_lets_them_pass(
    app: Flask, people: PeopleDesk, crew: House
) -> None:
    write(crew, "第一句。从这里开始写正文。", AUTHOR)
    page = signed_in(app, people, AUTHOR).get(NEW).text
    assert "还不能送审" in page and "“从这里开始写正文。”是新稿或模板里的提示语" in page and "第 8 行" in page
    assert "这一条谁也不能放行，请改稿" in page
    assert ask(signed_in(app, people, AUTHOR)).status_code == 422
