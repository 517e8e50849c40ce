"""发布 over a real house: the list, the matrix, and what a person does about one delivery, against the sandboxes."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import col, select

from cms import audit, releases
from cms.db import read_scope, session_scope
from cms.matrix import Account
from cms.people import Appointment, PeopleDesk, notify, see_about
from cms.releases import Delivery
from cms.web.permits import HANDLERS
from pipeline.serve import desk_of
from tests.ledger.platforms_world import PlatformsWorld
from tests.people.asking import fill
from tests.people.house import login_of, signed_in

SIGNER = login_of("签发", "sichuan")


@pytest.fixture
def client(app: Flask, people: PeopleDesk, world: PlatformsWorld) -> FlaskClient:
    return signed_in(app, people, SIGNER, world.now)


def by_account(world: PlatformsWorld, key: str) -> Delivery:
    """The first delivery on an account."""
    with read_scope(world.house.engine) as session:
        query = select(Delivery).where(Delivery.account_id == Account.id, Account.key == key)
        return session.exec(query.order_by(col(Delivery.id))).first()  # type: ignore[return-value]


def test_the_list_counts_states_and_narrows(client: FlaskClient, world: PlatformsWorld) -> None:
    assert "还没发 8" in client.get("/releases").text
    world.run(hours=2)
    client = signed_in(client.application, desk_of(world.house).people, SIGNER, world.now)
    page = client.get("/releases").text
    assert page.count("已发 6") == 2 and page.count("待代发 2") == 2
    assert "第一条消息" in client.get("/releases?tone=hand&unit=ganzi&channel=toutiao").text
    nothing = client.get("/releases?tone=bad").text
    assert "没有符合条件的发布" in nothing and "清除筛选" in nothing


def test_the_matrix_has_a_cell_for_every_account_and_leads_outside(
    client: FlaskClient, world: PlatformsWorld, people: PeopleDesk
) -> None:
    world.run(hours=2)
    page = signed_in(client.application, people, SIGNER, world.now).get("/releases/1").text
    assert page.count('class="cell"') == 8
    wechat = by_account(world, "wechat:chengdu")
    with read_scope(world.house.engine) as session:
        address = releases.boards.items_of(session, wechat.id)[0][0].address
    assert address.startswith("http") and f'href="{address}"' in page.replace("&amp;", "&")


def test_a_prefecture_sees_its_own_row_alone(app: Flask, people: PeopleDesk, world: PlatformsWorld) -> None:
    page = signed_in(app, people, login_of("编辑", "ganzi"), world.now).get("/releases/1").text
    assert page.count('class="cell"') == 4 and "成都" not in page


def test_what_waits_for_a_telephone_says_so_until_it_was_answered(client: FlaskClient, world: PlatformsWorld) -> None:
    """群发保护: the page of the notice says why it is not out and when it ends."""
    row = by_account(world, "wechat:chengdu")
    words = "《稿》在成都的群发还没有出去：请管理员打开手机微信确认群发，11月18日 10:30 前没有确认就作废。"
    with session_scope(world.house.engine) as session:
        unit = session.get_one(Account, row.account_id).unit_id
        notify(session, f"phone:{row.id}", words, world.now, unit)
    assert words in client.get(f"/deliveries/{row.id}").text
    with session_scope(world.house.engine) as session:
        see_about(session, f"phone:{row.id}", "pipeline", world.now)
    assert words not in client.get(f"/deliveries/{row.id}").text


def test_held_and_let_go_on_with_reasons_that_are_kept(client: FlaskClient, world: PlatformsWorld) -> None:
    one = by_account(world, "wechat:chengdu")
    page = f"/deliveries/{one.id}"
    refused = fill(client, page, f"{page}/hold", reason="  ")
    assert refused.status_code == 422 and "请写一句原因" in refused.text
    assert fill(client, page, f"{page}/hold", reason="等核对").status_code == 303
    shown = client.get(page).text
    assert by_account(world, "wechat:chengdu").state == "held" and "等核对" in shown and "yigao" not in shown
    assert fill(client, page, f"{page}/retry", reason="核对过了").status_code == 303
    assert by_account(world, "wechat:chengdu").state == "ready"
    with read_scope(world.house.engine) as session:
        said = [(entry.actor, entry.detail["reason"]) for entry in audit.history(session, f"delivery:{one.id}")]
    assert (SIGNER, "等核对") in said and (SIGNER, "核对过了") in said


def test_what_failed_stands_on_today_and_goes_again_all_at_once(
    client: FlaskClient, world: PlatformsWorld, people: PeopleDesk
) -> None:
    with session_scope(world.house.engine) as session:
        for key in ("wechat:chengdu", "wechat:ganzi"):
            row = session.get_one(Delivery, by_account(world, key).id)
            releases.move(session, row, "fail", actor="pipeline", now=world.now, reason="封面太大（平台代码 45009）。")
    page = client.get("/").text
    assert "没发出去" in page and "封面太大（平台代码 45009）。" in page and "不会自己再试" in page
    assert "处理这 2 份" in page and "成都科技（微信公众号）、甘孜科技（微信公众号）" in page
    done = fill(client, "/releases/1", "/releases/1/retry", reason="封面换过了")
    assert done.status_code == 303
    again = by_account(world, "wechat:ganzi")
    assert (again.state, again.generation) == ("ready", 2)
    assert "处理这 2 份" not in client.get("/").text


def test_whoever_may_not_mend_what_failed_is_told_who_can(
    app: Flask, client: FlaskClient, world: PlatformsWorld, people: PeopleDesk
) -> None:
    """A red card with a way to a page without a button leaves a reviewer alone: both name who may."""
    one = by_account(world, "wechat:chengdu")
    page = f"/deliveries/{one.id}"
    fill(client, page, f"{page}/hold", reason="等核对")
    reviewer = signed_in(app, people, login_of("审核", "chengdu"), world.now)
    today = reviewer.get("/").text
    assert "可以找chengdu编辑、chengdu签发、chengdu地市管理员等" in today and ">看情况<" in today
    assert ">处理<" not in today and "要您决定" not in today
    shown = reviewer.get(page).text
    assert "要能处理的人决定。可以找chengdu编辑" in shown and "要您决定" not in shown
    editor = signed_in(app, people, login_of("编辑", "chengdu"), world.now)
    assert ">处理<" in editor.get("/").text and "可以找" not in editor.get("/").text
    shown = editor.get(page).text
    assert "要您决定" in shown and "可以找" not in shown


def test_where_nobody_can_mend_it_the_administrator_is_asked_for(
    app: Flask, client: FlaskClient, world: PlatformsWorld, people: PeopleDesk
) -> None:
    page = f"/deliveries/{by_account(world, 'wechat:chengdu').id}"
    fill(client, page, f"{page}/hold", reason="等核对")
    reviewer = signed_in(app, people, login_of("审核", "chengdu"), world.now)
    with session_scope(world.house.engine) as session:
        for held in session.exec(select(Appointment).where(col(Appointment.role).in_(HANDLERS))):
            session.delete(held)
    assert "现在没有人能处理：请管理员在“人员”里任命" in reviewer.get("/").text
    assert "现在没有人能处理" in reviewer.get(page).text


def test_a_delivery_with_a_person_is_not_cancelled_without_their_word(
    client: FlaskClient, world: PlatformsWorld, people: PeopleDesk
) -> None:
    world.run(hours=2)
    client = signed_in(client.application, people, SIGNER, world.now)
    one = by_account(world, "toutiao:chengdu")
    page = f"/deliveries/{one.id}"
    refused = fill(client, page, f"{page}/cancel", reason="不发了")
    assert refused.status_code == 422 and "请先到平台后台看" in refused.text and "yigao" not in refused.text
    assert fill(client, page, f"{page}/cancel", reason="不发了", absent="yes").status_code == 303
    assert by_account(world, "toutiao:chengdu").state == "cancelled"


def test_what_is_held_is_claimed_at_its_address_and_no_address_twice(
    client: FlaskClient, world: PlatformsWorld, people: PeopleDesk
) -> None:
    world.run(hours=2)
    client = signed_in(client.application, people, SIGNER, world.now)
    first, other = by_account(world, "toutiao:chengdu"), by_account(world, "toutiao:ganzi")
    for one in (first, other):
        fill(client, f"/deliveries/{one.id}", f"/deliveries/{one.id}/hold", reason="看一下")
    page = f"/deliveries/{first.id}"
    done = fill(client, page, f"{page}/adopt", reason="看到了", address="https://www.toutiao.com/a1/")
    assert done.status_code == 303 and "未核验" in client.get(page).text
    again = f"/deliveries/{other.id}"
    refused = fill(client, again, f"{again}/adopt", reason="看到了", address="https://www.toutiao.com/a1/")
    assert refused.status_code == 422 and "这个地址已经是投递" in refused.text


def test_foreign_deliveries_and_missing_ones_answer_alike(
    app: Flask, people: PeopleDesk, world: PlatformsWorld
) -> None:
    client = signed_in(app, people, login_of("签发", "ganzi"), world.now)
    foreign, missing = (
        client.get(f"/deliveries/{by_account(world, 'wechat:chengdu').id}"),
        client.get("/deliveries/9999"),
    )
    assert foreign.status_code == missing.status_code == 404 and foreign.data == missing.data


def test_today_says_what_comes_and_what_waits(app: Flask, people: PeopleDesk, world: PlatformsWorld) -> None:
    editor = login_of("编辑", "chengdu")
    before = signed_in(app, people, editor, world.now).get("/").text
    assert "24 小时内要发" in before and "都已签发" in before
    world.run(hours=2)
    after = signed_in(app, people, editor, world.now).get("/").text
    assert "去代发" in after and "24 小时内没有要发的" in after
    assert world.now - by_account(world, "toutiao:chengdu").due_at < timedelta(hours=2)
