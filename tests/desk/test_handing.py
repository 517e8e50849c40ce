"""待代发: what a person posts by hand, on the desk and on the phone, until its address is there."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select

from cms.db import session_scope
from cms.people import PeopleDesk, Person, invitations
from cms.releases import Delivery
from tests.desk.test_delivering import by_account
from tests.ledger.platforms_world import PlatformsWorld
from tests.people.asking import fill, hidden
from tests.people.house import login_of, signed_in

REPORTER = login_of("记者", "chengdu")


@pytest.fixture
def task(world: PlatformsWorld) -> int:
    """A delivery that was handed over."""
    world.run(hours=2)
    return by_account(world, "toutiao:chengdu").id


@pytest.fixture
def client(app: Flask, people: PeopleDesk, world: PlatformsWorld, task: int) -> FlaskClient:
    return signed_in(app, people, REPORTER, world.now)


def phone_way(client: FlaskClient, task: int) -> str:
    page = fill(client, f"/hand-over/{task}", f"/hand-over/{task}/phone").text
    assert "<svg" in page
    return "/h/" + page.partition("/h/")[2].partition("<")[0]


def open_on(phone: FlaskClient, way: str) -> int:
    return phone.post(way, data=hidden(phone.get(way).text, way)).status_code


def test_the_queue_is_the_units_own(app: Flask, people: PeopleDesk, client: FlaskClient, world: PlatformsWorld) -> None:
    page = client.get("/hand-over").text
    assert page.count('<span class="row-headline">') == 2 and "还有" in page
    foreign = signed_in(app, people, login_of("记者", "sichuan"), world.now).get("/hand-over").text
    assert "本单位没有要代发的" in foreign
    for role in ("记者", "编辑"):
        above = signed_in(app, people, login_of(role, "sichuan"), world.now).get("/hand-over").text
        assert "下级单位还有 4 份，由他们自己的记者、编辑代发：成都 2 份、甘孜州 2 份。" in above
    assert "下级单位还有" not in page


def test_steps_words_and_pictures_are_there_and_the_address_ends_it(
    client: FlaskClient, task: int, world: PlatformsWorld
) -> None:
    page = client.get(f"/hand-over/{task}").text
    assert "复制标题" in page and 'data-copy="c-1-title"' in page and "保存" in page
    body = client.get(f"/hand-over/{task}/files/toutiao.html")
    assert body.status_code == 200 and "sandbox" in body.headers["Content-Security-Policy"]
    assert client.get(f"/hand-over/{task}/files/../../yigao.key").status_code == 404
    wrong = fill(client, f"/hand-over/{task}", f"/hand-over/{task}/done", address="明天再说")
    assert wrong.status_code == 422 and "不是网址" in wrong.text
    done = fill(client, f"/hand-over/{task}", f"/hand-over/{task}/done", address="https://www.toutiao.com/a9/")
    assert done.status_code == 303
    row = by_account(world, "toutiao:chengdu")
    assert (row.state, row.verified) == ("published", False)
    assert "未核验" in client.get(f"/hand-over/{task}").text


def test_a_flash_that_is_over_is_not_posted_any_more(client: FlaskClient, task: int, world: PlatformsWorld) -> None:
    with session_scope(world.house.engine) as session:
        session.get_one(Delivery, task).expires_at = world.now
    page = client.get(f"/hand-over/{task}").text
    assert "还没有发的不要再发" in page and "data-copy=" not in page and "出二维码" not in page
    assert client.get("/hand-over").text.count("已解除，不要再发") == 1


def test_what_cannot_be_posted_waits_for_a_decision(client: FlaskClient, task: int, world: PlatformsWorld) -> None:
    fill(client, f"/hand-over/{task}", f"/hand-over/{task}/cannot", reason="账号被限流")
    row = by_account(world, "toutiao:chengdu")
    assert row.state == "held" and "账号被限流" in row.reason


def test_a_phone_gets_this_task_once_and_nothing_else(
    app: Flask, client: FlaskClient, task: int, world: PlatformsWorld
) -> None:
    way, phone, other = phone_way(client, task), app.test_client(), app.test_client()
    assert phone.get(way).status_code == phone.get(way).status_code == 200  # to look uses nothing up
    assert open_on(phone, way) == 303
    assert other.get(way).status_code == 404 and other.get("/phone").status_code == 404
    page = phone.get("/phone").text
    assert "复制标题" in page and "以 chengdu记者 的名义" in page
    assert phone.get("/releases").status_code == 303  # the door
    done = fill(phone, "/phone", "/phone/done", address="https://www.toutiao.com/a7/")
    assert done.status_code == 303 and "已登记" in phone.get("/phone").text
    assert by_account(world, "toutiao:chengdu").state == "published"


def test_links_and_phones_end_by_themselves(app: Flask, client: FlaskClient, task: int, world: PlatformsWorld) -> None:
    late, kept = phone_way(client, task), phone_way(client, task)
    phone = app.test_client()
    assert open_on(phone, kept) == 303
    world.now += timedelta(minutes=11)
    assert app.test_client().get(late).status_code == 404
    assert phone.get("/phone").status_code == 200
    world.now += timedelta(hours=2)
    assert phone.get("/phone").status_code == 404


def test_somebody_who_was_disabled_has_no_phone_either(
    app: Flask, client: FlaskClient, task: int, world: PlatformsWorld
) -> None:
    phone = app.test_client()
    assert open_on(phone, phone_way(client, task)) == 303
    with session_scope(world.house.engine) as session:
        person = session.exec(select(Person).where(Person.login == REPORTER)).one()
        invitations.disable(session, person, "test", world.now)
    assert phone.get("/phone").status_code == 404
