"""省级来稿 over HTTP: seen, taken, confirmed; the rule a 省级管理员 sets; and who is not shown any of it."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlmodel import select
from werkzeug.test import TestResponse

from cms import review
from cms.audit import AuditEntry
from cms.db import session_scope
from cms.people import PeopleDesk
from cms.review import Submission
from pipeline.house import House
from pipeline.submissions import draw
from tests.people.asking import offered
from tests.people.house import NOON, login_of, signed_in
from tests.review.conftest import unit_of
from tests.review.test_adopting import CHIEF, EDITOR, LATER, SLUG, Above, adopt, deliveries, save, state
from tests.review.test_adopting import above as above

DUE = f"{LATER + timedelta(hours=8):%Y-%m-%dT%H:%M}"
HERE = f"/stories/from-above/{SLUG}"


@pytest.fixture
def web(app: Flask) -> Flask:
    app.config["WTF_CSRF_ENABLED"] = False
    return app


def post(web: Flask, people: PeopleDesk, login: str, path: str, key: str = "a", **data: object) -> TestResponse:
    client = signed_in(web, people, login)
    data = {**offered(client, path), **data}
    return client.post(path, data=data, headers={"Idempotency-Key": f"adopting-over-http-{login}-{key}"})


def test_from_the_list_to_ready(web: Flask, people: PeopleDesk, above: Above, crew: House) -> None:
    above()
    client = signed_in(web, people, EDITOR)
    assert "省级来稿" in client.get("/stories").text
    page = client.get("/stories/from-above").text
    assert "全省量子网络开通" in page and "<b>采用</b>" in page
    form = client.get(HERE).text
    assert "成都的量子网络今天开通，这是第一天。" in form
    assert re.search(r"<b>签发</b><span>sichuan签发</span>", form)
    assert 'name="channel" value="site" checked' in form
    taken = post(web, people, EDITOR, HERE, due=DUE, channel=["site", "wechat"], note="请看")
    assert taken.status_code == 303
    number = int(taken.headers["Location"].rpartition("/")[2])
    draw(crew, NOON)
    assert "正在采用" in client.get("/stories/from-above").text
    assert client.get(HERE).headers["Location"].endswith(f"/review/{number}")
    shown = signed_in(web, people, CHIEF).get(f"/review/{number}").text
    assert "<b>四川签发</b><span>sichuan签发</span>" in shown and "我通读过" in shown
    assert "退回，不采用" in shown
    unread = post(web, people, CHIEF, f"/review/{number}/sign", opinion="同意。")
    assert unread.status_code == 422 and "还没有通读这些渠道的样子" in unread.text
    assert (
        post(web, people, CHIEF, f"/review/{number}/sign", "b", opinion="同意。", read=["site", "wechat"]).status_code
        == 303
    )
    assert set(deliveries(crew, number).values()) == {"ready"}
    sheet = signed_in(web, people, CHIEF).get(f"/review/{number}/sheet").text
    assert "四川初审" in sheet and "确认采用" in sheet
    assert signed_in(web, people, CHIEF).get(f"/review/{number}/sheet.pdf").data.startswith(b"%PDF")


def test_what_cannot_be_is_said_and_nothing_happens(web: Flask, people: PeopleDesk, above: Above, crew: House) -> None:
    above()
    early = post(web, people, EDITOR, HERE, due=f"{NOON + timedelta(hours=10):%Y-%m-%dT%H:%M}", channel="site")
    assert early.status_code == 422 and "不能抢先" in early.text
    none = post(web, people, EDITOR, HERE, "b", due=DUE)
    assert none.status_code == 422 and "还没有选渠道" in none.text
    assert "请选发布的日期和时间" in post(web, people, EDITOR, HERE, "c", due="明天", channel="site").text
    assert "现在不能采用" in post(web, people, EDITOR, "/stories/from-above/nothing", "d", due=DUE, channel="site").text
    with session_scope(crew.engine) as session:
        assert session.exec(select(Submission).where(Submission.policy == "adopt")).all() == []


def test_a_version_saved_above_is_told_in_words(web: Flask, people: PeopleDesk, above: Above, crew: House) -> None:
    above()
    number = adopt(crew)
    save(crew, "这是第二天")
    shown = signed_in(web, people, CHIEF).get(f"/review/{number}").text
    assert "发稿单位又改了《全省量子网络开通》" in shown and "确认采用意见" not in shown
    signed = post(web, people, CHIEF, f"/review/{number}/sign", opinion="同意。", read=["site", "wechat"])
    assert signed.status_code == 422 and "重新采用" in signed.text
    assert state(crew, number) == "reviewing"


@pytest.mark.parametrize(
    "login", [login_of("记者", "chengdu"), login_of("审核", "chengdu"), login_of("省级管理员", "chengdu")]
)
def test_others_of_the_unit_are_not_shown_it(web: Flask, people: PeopleDesk, above: Above, login: str) -> None:
    above()
    assert signed_in(web, people, login).get("/stories/from-above").status_code in (403, 404)
    assert "省级来稿" not in signed_in(web, people, login).get("/stories").text


def test_nobody_takes_for_another_unit(web: Flask, people: PeopleDesk, above: Above, crew: House) -> None:
    above()
    with session_scope(crew.engine) as session:
        chengdu = unit_of(session, "chengdu")
    for at, login in enumerate((login_of("编辑", "ganzi"), login_of("编辑", "sichuan"), login_of("编辑", "yunnan"))):
        assert post(web, people, login, HERE, str(at), unit=chengdu, due=DUE, channel="site").status_code == 404
        assert signed_in(web, people, login).get(f"{HERE}?unit={chengdu}").status_code == 404
    own = post(web, people, login_of("编辑", "sichuan"), HERE, "own", due=DUE, channel="site")
    assert own.status_code == 422 and "现在不能采用" in own.text
    assert "没有上级单位" in signed_in(web, people, login_of("编辑", "sichuan")).get("/stories/from-above").text


def test_one_unit_does_not_see_what_another_says_of_it(
    web: Flask, people: PeopleDesk, above: Above, crew: House
) -> None:
    province = above()
    number = adopt(crew)
    post(web, people, CHIEF, f"/review/{number}/note", words="成都自己的话", sentence="p1|一句")
    assert "成都自己的话" not in signed_in(web, people, login_of("审核", "sichuan")).get(f"/review/{province}").text
    own = signed_in(web, people, CHIEF).get(f"/review/{number}").text
    assert "成都自己的话" in own
    assert own.count("同意。") <= 1  # the province's opinions are not here: the one is what the box says
    assert signed_in(web, people, login_of("签发", "ganzi")).get(f"/review/{number}").status_code == 404


def test_the_rule_is_the_provincial_administrators(web: Flask, people: PeopleDesk, crew: House) -> None:
    with session_scope(crew.engine) as session:
        sichuan, chengdu = unit_of(session, "sichuan"), unit_of(session, "chengdu")
    boss, city = login_of("省级管理员", "sichuan"), login_of("地市管理员", "chengdu")
    assert "保存采用规则" in signed_in(web, people, boss).get(f"/review/rules?unit={sichuan}").text
    seen = signed_in(web, people, city).get(f"/review/rules?unit={chengdu}").text
    assert "保存采用规则" not in seen and "C 级（重要稿件）：要走本单位的三审" in seen
    assert post(web, people, city, "/review/adoptions", unit=chengdu).status_code in (403, 404)
    assert (
        post(web, people, boss, "/review/adoptions", unit=sichuan, **{"one-A": "yes", "one-C": "yes"}).status_code
        == 303
    )
    with session_scope(crew.engine) as session:
        assert [review.one_is_enough(session, chengdu, one) for one in "ABC"] == [True, False, True]
        entry = session.exec(select(AuditEntry).where(AuditEntry.action == "review.adoptions")).one()
        assert entry.actor == boss


def test_an_important_story_says_what_to_do(web: Flask, people: PeopleDesk, above: Above, crew: House) -> None:
    above("C")
    client = signed_in(web, people, EDITOR)
    assert "要走本单位三审" in client.get("/stories/from-above").text
    form = client.get(HERE).text
    assert "重要稿件要走本单位的三审" in form and "送签发人确认" not in form
    assert post(web, people, EDITOR, HERE, due=DUE, channel="site").status_code == 422
