"""发到我的手机: what the page refuses, and the draft that one person alone sees, by real HTTP."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlmodel import select

from channels.making.sandbox import Fault
from cms.audit import AuditEntry
from cms.db import read_scope, session_scope
from cms.releases import Delivery
from cms.web import create_app
from pipeline import accounts
from pipeline.clock import wall_clock
from pipeline.house import House
from pipeline.intake import take_in
from pipeline.sandboxes import SandboxServer
from pipeline.serve import desk_of
from tests.people.asking import fill
from tests.people.house import hire, signed_in
from tests.pipeline.conftest import NOW, write_story
from tests.sandboxed import server as server

PAGE = "/write/hong-tu/phone"


@pytest.fixture
def house(make_house: Callable[..., House], tmp_path: Path) -> House:
    made = make_house(channels=("site", "wechat"))
    take_in(made, write_story(tmp_path / "desk"), "editor", NOW)
    with session_scope(made.engine) as session:
        hire(session, "writer", "值班编辑", "编辑", "sichuan")
        hire(session, "near", "甘孜编辑", "编辑", "ganzi")
    return made


@pytest.fixture
def app(house: House) -> Flask:
    return create_app(desk_of(house))


def connect(house: House, server: SandboxServer, key: str = "wechat:chengdu") -> None:
    given = server.sandboxes.connect(key, server.address)
    accounts.connect(house, accounts.account_named(house, key), given, "test", wall_clock())


def previews(server: SandboxServer) -> list[str]:
    book = server.sandboxes.platforms["wechat"].book
    return [
        str(one["to"]) for appid in book.things("wechat", "name")
        for one in book.things("wechat", f"preview:{appid}").values()
    ]  # fmt: skip


def test_one_person_sees_it_and_nothing_is_planned(house: House, app: Flask, server: SandboxServer) -> None:
    connect(house, server)
    client = signed_in(app, desk_of(house).people, "writer", wall_clock())
    assert "发到手机" in client.get("/write/hong-tu").text
    answer = fill(client, PAGE, PAGE, account="wechat:chengdu", to="wang-bianji")
    assert answer.status_code == 200 and "已发给微信号 wang-bianji" in answer.text, answer.text
    assert previews(server) == ["wang-bianji"]
    wechat = server.sandboxes.platforms["wechat"]
    assert wechat.copies() == [] == wechat.sends(), "readers see nothing"
    with read_scope(house.engine) as session:
        assert session.exec(select(Delivery)).all() == []
        told = session.exec(select(AuditEntry).where(AuditEntry.action == "story.phone")).one()
    assert (told.actor, told.detail) == ("writer", {"account": "wechat:chengdu", "revision": 1})


def test_what_cannot_be_sent_says_why_and_keeps_what_was_typed(house: House, app: Flask, server: SandboxServer) -> None:
    client = signed_in(app, desk_of(house).people, "writer", wall_clock())
    assert "还没有接入接口" in client.get(PAGE).text
    connect(house, server)
    for sent, words in (
        ({"account": "wechat:ganzi", "to": "wang"}, "请选一个您管的"),
        ({"account": "wechat:chengdu", "to": " "}, "请填微信号"),
        ({"account": "wechat:chengdu", "to": "wang bianji"}, "请填微信号"),
        ({"account": "wechat:chengdu", "to": "w" * 65}, "请填微信号"),
    ):
        answer = fill(client, PAGE, PAGE, **sent)
        assert answer.status_code == 422 and words in answer.text, sent
    server.sandboxes.faults.add(Fault("ip_denied"))
    answer = fill(client, PAGE, PAGE, account="wechat:chengdu", to="wang-bianji")
    assert answer.status_code == 422 and "IP" in answer.text and 'value="wang-bianji"' in answer.text
    assert previews(server) == []


def test_another_unit_s_story_and_account_are_not_there(house: House, app: Flask, server: SandboxServer) -> None:
    connect(house, server)
    near = signed_in(app, desk_of(house).people, "near", wall_clock())
    assert near.get(PAGE).status_code == 404
