"""停发 in the browser's forms: what it stops is shown before, everybody sees that it stands, a thaw is item by item."""

from datetime import timedelta

from flask import Flask
from sqlmodel import select

from cms.db import read_scope
from cms.people import PeopleDesk
from cms.releases import Delivery, Freeze
from cms.web.desk import SHANGHAI
from tests.desk.test_delivering import by_account
from tests.ledger.platforms_world import PlatformsWorld
from tests.people.asking import fill
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
