"""停发 in the browser's forms: what it stops is shown before, everybody sees that it stands, a thaw is item by item."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlmodel import select
from werkzeug.datastructures import MultiDict

from cms.db import read_scope
from cms.matrix import Account
from cms.people import PeopleDesk
from cms.releases import Delivery, Exemption, Freeze
from cms.web.desk import SHANGHAI
from tests.desk.test_delivering import by_account
from tests.ledger.platforms_world import PlatformsWorld
from tests.people.asking import fill, hidden
from tests.people.house import login_of, signed_in

SIGNER, ADMIN = login_of("签发", "sichuan"), login_of("省级管理员", "sichuan")


def test_a_freeze_from_look_to_the_last_item(app: Flask, people: PeopleDesk, world: PlatformsWorld) -> None:
    client = signed_in(app, people, SIGNER, world.now)
    look = "/halts?look=yes&unit=ganzi&channel=wechat"
    assert "会停下 2 份" in client.get(look).text
    with read_scope(world.house.engine) as session:
        assert session.exec(select(Freeze)).all() == []
    bare = fill(client, look, "/halts", reason=" ")
    assert bare.status_code == 422 and "停发要写明原因" in bare.text
    assert fill(client, look, "/halts", reason="州里统一安排").status_code == 303
    reporter = signed_in(app, people, login_of("记者", "chengdu"), world.now)
    assert all("停发中" in reporter.get(page).text for page in ("/", "/stories", "/releases", "/me"))
    world.run(hours=2)
    assert by_account(world, "wechat:ganzi").state == "held"
    assert by_account(world, "wechat:chengdu").state == "published"
    client = signed_in(app, people, SIGNER, world.now)
    assert "定新的时间" in client.get("/").text
    assert fill(client, "/halts/1", "/halts/1/thaw", reason="安排结束").status_code == 303
    assert "停发中" not in client.get("/stories").text
    held = by_account(world, "wechat:ganzi")
    nothing = fill(client, "/halts/1", "/halts/1/items", reason="重排", deed="time", at="2026-11-30T09:00")
    assert nothing.status_code == 422 and "请先勾选" in nothing.text
    at = (world.now + timedelta(hours=3)).astimezone(SHANGHAI)
    words = {"reason": "重排", "deed": "time", "at": f"{at:%Y-%m-%dT%H:%M}", "delivery": str(held.id)}
    assert fill(client, "/halts/1", "/halts/1/items", **words).status_code == 303
    assert by_account(world, "wechat:ganzi").state == "ready"
    other = [one for one in _held(world) if one.id != held.id]
    gone = fill(client, "/halts/1", "/halts/1/items", reason="不发了", deed="cancel", delivery=str(other[0].id))
    assert gone.status_code == 303 and _held(world) == []


def test_what_is_exempt_goes_and_is_said(app: Flask, people: PeopleDesk, world: PlatformsWorld) -> None:
    """In the order, and later; what each is, who let it go and why stands on the page of the freeze."""
    client = signed_in(app, people, SIGNER, world.now)
    look = "/halts?look=yes&unit=ganzi&let_account=wechat:ganzi"
    seen = client.get(look).text
    assert "照发的：账号“" in seen and "（wechat:ganzi）" in seen
    whole, rest = (
        int(re.findall(r"会停下 (\d+) 份", client.get(one).text)[0]) for one in (look.partition("&let")[0], look)
    )
    assert rest == whole - 2
    bare = fill(client, look, "/halts", reason="州里统一安排", let_reason="")
    assert bare.status_code == 422 and "豁免要写明原因" in bare.text
    made = fill(client, look, "/halts", reason="州里统一安排", let_reason="民生信息照发")
    assert made.status_code == 303, made.text
    page = client.get("/halts/1").text
    assert "（wechat:ganzi）" in page and "民生信息照发，由 " in page and "照发了 0 份" in page
    nothing = fill(client, "/halts/1", "/halts/1/exempt", let_reason="民生")
    assert nothing.status_code == 422 and "请写明豁免什么" in nothing.text
    away = fill(client, "/halts/1", "/halts/1/exempt", let_unit="chengdu", let_reason="民生")
    assert away.status_code == 422 and "停发范围里没有单位" in away.text
    assert fill(client, "/halts/1", "/halts/1/exempt", let_topic="没有的话题", let_reason="备用").status_code == 303
    assert fill(client, "/halts/1", "/halts/1/exemptions/2/end", reason="用不上").status_code == 303
    page = client.get("/halts/1").text
    assert "栏目或话题“没有的话题”" in page and "不再豁免" in page and " 收回" in page
    assert "豁免 账号“" in client.get("/halts").text
    world.run(hours=2)
    assert by_account(world, "wechat:ganzi").state == "published"
    held = _held(world)
    client = signed_in(app, people, SIGNER, world.now)
    assert len(held) == rest and "照发了 2 份" in client.get("/halts/1").text
    late = held[0]
    words = {"reason": "补发", "deed": "time", "delivery": str(late.id)}
    at = f"{(world.now + timedelta(minutes=30)).astimezone(SHANGHAI):%Y-%m-%dT%H:%M}"
    page = client.get("/halts/1").text
    assert "先解除停发或加豁免，再定新的时间" in page and f'value="{late.id}"' not in page
    with read_scope(world.house.engine) as session:
        key = session.get_one(Account, late.account_id).key
    assert fill(client, "/halts/1", "/halts/1/exempt", let_account=key, let_reason="补发").status_code == 303
    assert "打勾的已经豁免" in client.get("/halts/1").text
    assert fill(client, "/halts/1", "/halts/1/items", at=at, **words).status_code == 303
    world.run(hours=1)
    assert late.id not in {one.id for one in _held(world)}


def test_who_may_not_order_a_freeze_exempts_nothing(app: Flask, people: PeopleDesk, world: PlatformsWorld) -> None:
    client = signed_in(app, people, SIGNER, world.now)
    assert fill(client, "/halts?look=yes&unit=chengdu", "/halts", reason="静默").status_code == 303
    other = signed_in(app, people, login_of("签发", "ganzi"), world.now)
    page = other.get("/halts/1").text
    assert "静默" in page and "加豁免" not in page
    with pytest.raises(AssertionError, match="no form to /halts/1/exempt"):
        fill(other, "/halts/1", "/halts/1/exempt", let_topic="消息", let_reason="x")


def _held(world: PlatformsWorld) -> list[Delivery]:
    with read_scope(world.house.engine) as session:
        return list(session.exec(select(Delivery).where(Delivery.state == "held")))


def test_only_the_province_stops_the_province(app: Flask, people: PeopleDesk, world: PlatformsWorld) -> None:
    client = signed_in(app, people, login_of("签发", "ganzi"), world.now)
    refused = fill(client, "/halts?look=yes&unit=ganzi", "/halts", unit="", reason="试试")
    assert refused.status_code == 422 and "全省停发要由省里的" in refused.text
    assert fill(client, "/halts?look=yes&unit=ganzi", "/halts", unit="chengdu", reason="试试").status_code == 404
    with read_scope(world.house.engine) as session:
        assert session.exec(select(Freeze)).all() == []


def test_all_sites_go_grey_and_come_back(app: Flask, people: PeopleDesk, world: PlatformsWorld) -> None:
    world.run(hours=2)
    client = signed_in(app, people, ADMIN, world.now)
    mode = world.house.sites / "chengdu" / "mode.css"
    assert fill(client, "/grey", "/grey", reason="哀悼日").status_code == 303
    assert "恢复颜色" in client.get("/grey").text and "grayscale" in mode.read_text()
    assert fill(client, "/grey", "/grey", reason="结束").status_code == 303
    assert "grayscale" not in mode.read_text()


def test_a_flash_is_signed_and_reviewed_later(app: Flask, people: PeopleDesk, world: PlatformsWorld) -> None:
    editor = signed_in(app, people, login_of("编辑", "sichuan"), world.now)
    bare = fill(editor, "/flash", "/flash", title="暴雨红色预警", text=" ", unit="sichuan", channel="site")
    assert bare.status_code == 422 and "请写正文" in bare.text
    words = {"title": "暴雨红色预警", "text": "请立即转移。", "unit": "sichuan", "channel": "site", "expires": "6h"}
    made = fill(editor, "/flash", "/flash", **words)
    assert made.status_code == 303, made.text
    way = made.headers["Location"]
    signer = signed_in(app, people, SIGNER, world.now)
    assert fill(signer, way, f"{way}/issue", opinion="同意").status_code == 303
    world.run(hours=0.1)
    page = signed_in(app, people, login_of("审核", "sichuan"), world.now)
    assert "已签发" in page.get(way).text
    assert fill(page, way, f"{way}/review", opinion="核过", passed="yes").status_code == 303
    assert "补审过了" in page.get(way).text


def test_several_of_a_kind_are_exempt_in_one_order(app: Flask, people: PeopleDesk, world: PlatformsWorld) -> None:
    client = signed_in(app, people, SIGNER, world.now)
    look = "/halts?look=yes&let_account=wechat:ganzi&let_account=toutiao:ganzi&let_unit=chengdu&let_topic=防汛、抗旱"
    seen = client.get(look).text
    assert all(f'name="let_account" value="{one}" checked' in seen for one in ("wechat:ganzi", "toutiao:ganzi"))
    form = MultiDict([
        *hidden(seen, "/halts").items(),
        ("reason", "全省统一安排"), ("let_reason", "民生信息照发"), ("let_unit", "chengdu"),
        ("let_account", "wechat:ganzi"), ("let_account", "toutiao:ganzi"), ("let_topic", "防汛、抗旱，防汛"),
    ])  # fmt: skip
    assert client.post("/halts", data=form).status_code == 303
    with read_scope(world.house.engine) as session:
        kept = session.exec(select(Exemption)).all()
    assert sorted(one.topic for one in kept if one.topic) == ["抗旱", "防汛"]
    assert len([one for one in kept if one.account_id]) == 2 and len([one for one in kept if one.unit_id]) == 1
    page = client.get("/halts/1").text
    more = MultiDict([
        *hidden(page, "/halts/1/exempt").items(), ("let_reason", "再加两项"), ("let_topic", "地震；台风"),
    ])  # fmt: skip
    assert client.post("/halts/1/exempt", data=more).status_code == 303
    page = client.get("/halts/1").text
    assert "“地震”" in page and "“台风”" in page
    many = "/halts?look=yes&let_topic=" + "、".join(f"话题{number}" for number in range(41))
    answer = client.get(many)
    assert answer.status_code == 422 and "一次最多豁免 40 项" in answer.text
