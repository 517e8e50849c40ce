"""待代发: what a person posts by hand, on the desk and on the phone, until its address is there."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select

from cms.db import read_scope, session_scope
from cms.people import PeopleDesk, Person, invitations, roles
from cms.releases import Delivery
from cms.releases.status import why
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
    other = fill(client, f"/hand-over/{task}", f"/hand-over/{task}/done", address="https://mp.weixin.qq.com/s/a9")
    assert other.status_code == 422 and "微信公众号的地址，这一份发在今日头条" in other.text
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
    way, phone, other, mine = phone_way(client, task), app.test_client(), app.test_client(), f"/phone/{task}"
    assert phone.get(way).status_code == phone.get(way).status_code == 200  # to look uses nothing up
    assert open_on(phone, way) == 303
    assert other.get(way).status_code == 404 and other.get(mine).status_code == 404
    page = phone.get(mine).text
    assert "复制标题" in page and "以 chengdu记者 的名义" in page
    assert phone.get("/releases").status_code == 303  # the door
    done = fill(phone, mine, f"{mine}/done", address="https://www.toutiao.com/a7/")
    assert done.status_code == 303 and "已登记" in phone.get(mine).text
    assert by_account(world, "toutiao:chengdu").state == "published"


def test_what_is_told_of_it_later_has_words_for_the_link(
    app: Flask, client: FlaskClient, task: int, world: PlatformsWorld
) -> None:
    assert open_on(app.test_client(), phone_way(client, task)) == 303
    with read_scope(world.house.engine) as session:
        told = why(session, session.get_one(Delivery, task))
    assert any("给出手机链接" in one for one in told) and any("手机链接被打开" in one for one in told)
    assert not [one for one in told if "handover." in one or "delivery." in one]


def test_two_tasks_on_one_phone_are_each_its_own(
    app: Flask, client: FlaskClient, task: int, world: PlatformsWorld
) -> None:
    """The page of the first stays open in a tab while the second is scanned: its address is the first's."""
    with read_scope(world.house.engine) as session:
        theirs = session.get_one(Delivery, task).account_id
        query = select(Delivery.id).where(Delivery.account_id == theirs, Delivery.state == "handed_over")
        (other,) = session.exec(query.where(Delivery.id != task)).all()
        foreign = by_account(world, "toutiao:ganzi").id
    phone = app.test_client()
    assert open_on(phone, phone_way(client, task)) == 303
    first = phone.get(f"/phone/{task}").text
    assert f'href="/phone/{other}"' not in first and phone.get(f"/phone/{other}").status_code == 404
    assert open_on(phone, phone_way(client, other)) == 303
    shown = set(re.findall(r"/phone/\d+/files/[^\"?]+", first))
    assert shown and {phone.get(one).status_code for one in shown} == {200}
    assert f'href="/phone/{other}"' in phone.get(f"/phone/{task}").text
    said = {**hidden(first, f"/phone/{task}/done"), "address": "https://www.toutiao.com/a7/"}
    assert phone.post(f"/phone/{task}/done", data=said).status_code == 303
    assert states(world, task, other) == ["published", "handed_over"]
    assert f'href="/phone/{task}"' not in phone.get(f"/phone/{other}").text
    done = fill(phone, f"/phone/{other}", f"/phone/{other}/done", address="https://www.toutiao.com/a8/")
    assert done.status_code == 303 and states(world, task, other) == ["published", "published"]
    said |= {"once": "a-form-nobody-sent-yet"}
    assert phone.post(f"/phone/{foreign}/done", data=said).status_code == 404, "only what it was let in for"
    assert states(world, foreign) == ["handed_over"]


def states(world: PlatformsWorld, *numbers: int) -> list[str]:
    with read_scope(world.house.engine) as session:
        return [session.get_one(Delivery, one).state for one in numbers]


def test_links_and_phones_end_by_themselves(app: Flask, client: FlaskClient, task: int, world: PlatformsWorld) -> None:
    late, kept = phone_way(client, task), phone_way(client, task)
    phone = app.test_client()
    assert open_on(phone, kept) == 303
    world.now += timedelta(minutes=11)
    assert app.test_client().get(late).status_code == 404
    assert phone.get(f"/phone/{task}").status_code == 200
    world.now += timedelta(hours=2)
    assert phone.get(f"/phone/{task}").status_code == 404


def test_somebody_who_was_disabled_has_no_phone_either(
    app: Flask, client: FlaskClient, task: int, world: PlatformsWorld
) -> None:
    phone = app.test_client()
    assert open_on(phone, phone_way(client, task)) == 303
    with session_scope(world.house.engine) as session:
        person = session.exec(select(Person).where(Person.login == REPORTER)).one()
        invitations.disable(session, person, "test", world.now)
    assert phone.get(f"/phone/{task}").status_code == 404


def test_who_lost_the_role_has_no_phone_and_cannot_open_one(
    app: Flask, client: FlaskClient, task: int, world: PlatformsWorld
) -> None:
    phone, late = app.test_client(), phone_way(client, task)
    assert open_on(phone, phone_way(client, task)) == 303 and phone.get(f"/phone/{task}").status_code == 200
    with session_scope(world.house.engine) as session:
        person = session.exec(select(Person).where(Person.login == REPORTER)).one()
        for held in roles.appointments_of(session, person.id):
            roles.dismiss(session, held, "test", world.now)
    assert phone.get(f"/phone/{task}").status_code == 404 and phone.get(late).status_code == 404
    assert states(world, task) == ["handed_over"]


def test_the_code_leads_where_people_reach_the_newsroom(client: FlaskClient, task: int, world: PlatformsWorld) -> None:
    """Not where whoever shows it sits; and where nobody has said it, the page says that no phone gets there."""
    page = fill(client, f"/hand-over/{task}", f"/hand-over/{task}/phone").text
    assert "localhost/h/" in page and "手机和别的电脑都打不开" in page and "[notices]" in page
    (world.house.root / "yigao.toml").write_text('[notices]\nlink = "https://xinwen.example.cn/"\n')
    page = fill(client, f"/hand-over/{task}", f"/hand-over/{task}/phone").text
    assert "https://xinwen.example.cn/h/" in page and "打不开" not in page
