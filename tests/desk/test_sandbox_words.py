"""沙箱 in words wherever something goes out: the list, the matrix, one delivery, by hand, a push, sending to review."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select

from cms.db import read_scope, session_scope
from cms.matrix import Account, sandboxed
from cms.people import PeopleDesk
from cms.releases import Delivery
from tests.ledger.platforms_world import PlatformsWorld
from tests.people.house import login_of, signed_in

SIGNER = login_of("签发", "sichuan")
NOTE = "这个账号接的是沙箱，不会真的发出"


@pytest.fixture
def client(app: Flask, people: PeopleDesk, world: PlatformsWorld) -> FlaskClient:
    return signed_in(app, people, SIGNER, world.now)


def put_in_sandbox(people: PeopleDesk, *keys: str) -> None:
    with session_scope(people.engine) as session:
        for number in session.exec(select(Account.id).where(Account.key.in_(keys))):  # type: ignore[attr-defined]
            sandboxed.note(session, number, "http://127.0.0.1:8900/wechat")


def delivery_on(people: PeopleDesk, key: str) -> int:
    with read_scope(people.engine) as session:
        query = select(Delivery.id).where(Delivery.account_id == Account.id, Account.key == key)
        return session.exec(query.order_by(Delivery.id)).first() or 0


def test_a_real_account_says_nothing_of_a_sandbox(client: FlaskClient, people: PeopleDesk) -> None:
    number = delivery_on(people, "wechat:chengdu")
    for path in ("/releases", "/releases/1", f"/deliveries/{number}", "/pushes", "/hand-over"):
        assert "沙箱" not in client.get(path).text, path


def test_the_list_the_matrix_and_the_delivery_say_it(client: FlaskClient, people: PeopleDesk) -> None:
    put_in_sandbox(people, "wechat:chengdu")
    assert client.get("/releases").text.count("1 份在沙箱") == 2
    page = client.get("/releases/1").text
    assert "8 个账号里有 1 个接的是沙箱，不会真的发出" in page
    assert page.count('<span class="mark sand">沙箱</span>') == 1
    assert NOTE in client.get(f"/deliveries/{delivery_on(people, 'wechat:chengdu')}").text
    assert NOTE not in client.get(f"/deliveries/{delivery_on(people, 'wechat:ganzi')}").text


def test_all_in_the_sandbox_is_said_as_one(client: FlaskClient, people: PeopleDesk) -> None:
    with session_scope(people.engine) as session:
        for number in session.exec(select(Account.id)):
            sandboxed.note(session, number, "http://localhost:8900/x")
    assert "全在沙箱" in client.get("/releases").text
    assert "全部 8 个账号接的是沙箱" in client.get("/releases/1").text


def test_by_hand_it_is_said_before_somebody_posts(
    client: FlaskClient, people: PeopleDesk, world: PlatformsWorld
) -> None:
    put_in_sandbox(people, "toutiao:chengdu")
    world.run(hours=2)
    client = signed_in(client.application, people, SIGNER, world.now)
    assert client.get("/hand-over").text.count('<span class="mark sand">沙箱</span>') == 2
    assert NOTE in client.get(f"/hand-over/{delivery_on(people, 'toutiao:chengdu')}").text


def test_a_push_says_it_where_the_account_is_chosen(client: FlaskClient, people: PeopleDesk) -> None:
    put_in_sandbox(people, "wechat:chengdu")
    assert client.get("/pushes").text.count("（沙箱，签发待发") == 1
    assert NOTE in client.get("/pushes/new?account=wechat:chengdu").text
    assert NOTE not in client.get("/pushes/new?account=wechat:ganzi").text
