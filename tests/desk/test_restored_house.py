"""恢复后核对 in the newsroom: everybody reads on 今天 and on every page that all is held and why; who may end it sees
item by item what the platforms answered, and confirms with one form."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlmodel import select

from cms.db import read_scope, session_scope
from cms.matrix import Account
from cms.people import PeopleDesk
from cms.releases import Delivery, Freeze, restoring
from cms.releases.restored import restored
from cms.web.desk import SHANGHAI
from pipeline import doubts
from pipeline.flashes import tend
from tests.ledger.platforms_world import PlatformsWorld
from tests.people.asking import fill
from tests.people.house import login_of, signed_in

pytestmark = pytest.mark.keeps("backup")
SIGNER, REPORTER, OTHER = login_of("签发", "sichuan"), login_of("记者", "chengdu"), login_of("签发", "chengdu")
PAGE = "/halts/1"


@pytest.fixture
def held(people: PeopleDesk, world: PlatformsWorld) -> PlatformsWorld:
    """As after `yigao restore` of a backup of three hours ago: everything was due meanwhile."""
    world.now += timedelta(hours=2)
    with session_scope(people.engine) as session:
        restoring.give(session, world.now - timedelta(hours=3), "editor", "机器坏了", world.now)
        doubts.raise_all(world.house, session, world.now)
    return world


def asked(world: PlatformsWorld) -> None:
    """The platforms have answered."""
    world.run(hours=1)
    tend(world.house, world.now)


def of(world: PlatformsWorld, key: str) -> list[Delivery]:
    with read_scope(world.house.engine) as session:
        query = select(Delivery).where(Delivery.account_id == Account.id, Account.key == key)
        return list(session.exec(query.order_by(Delivery.id)))  # type: ignore[arg-type]


@pytest.mark.parametrize(("login", "may"), [(SIGNER, True), (REPORTER, False), (OTHER, False)])
def test_everybody_reads_that_all_is_held(
    app: Flask, people: PeopleDesk, held: PlatformsWorld, login: str, may: bool
) -> None:
    client = signed_in(app, people, login, held.now)
    said = client.get("/").text
    assert "备份以后发出又撤下的，平台上已经查不到" in said and "确认之前什么都不会自己发出" in said
    assert ("去核对、确认" in said) == may
    for page in ("/", "/stories", "/releases"):
        assert "恢复后核对，先停着" in client.get(page).text
    asked(held)
    page = signed_in(app, people, login, held.now).get(PAGE).text
    assert ("确认核对完，恢复发送" in page) == may
    assert "谁也列不出来" in page and (may or "可以找" in page)


def test_one_form_confirms_and_sends_what_is_ticked(app: Flask, people: PeopleDesk, held: PlatformsWorld) -> None:
    client = signed_in(app, people, SIGNER, held.now)
    page = client.get(PAGE).text
    assert "还在查的 4 份" in page and "确认核对完" not in page and "有了结果才能确认" in page
    early = fill(client, PAGE, "/halts/1/thaw", reason="都看过", is_said="yes")
    assert early.status_code == 422 and "正在到平台核对" in early.text
    asked(held)
    client = signed_in(app, people, SIGNER, held.now)
    page = client.get(PAGE).text
    assert "平台上没有找到" in page and "自家的网页和订阅，没有平台可查" in page and "人工代发的" in page
    one, other = of(held, "wechat:chengdu")
    at = (held.now + timedelta(minutes=1)).astimezone(SHANGHAI)
    words = {"reason": "逐份核对过", "delivery": str(one.id), "at": f"{at:%Y-%m-%dT%H:%M}"}
    unsaid = fill(client, PAGE, "/halts/1/thaw", **words)
    assert unsaid.status_code == 422 and "还没有确认" in unsaid.text
    assert fill(client, PAGE, "/halts/1/thaw", **words, is_said="yes").status_code == 303
    held.run(hours=1)
    assert of(held, "wechat:chengdu")[0].state == "published"
    assert of(held, "wechat:chengdu")[1].state == "held"
    client = signed_in(app, people, SIGNER, held.now)
    page = client.get(PAGE).text
    assert "已解除" in page and f'value="{other.id}"' in page  # the others wait item by item as after any thaw
    assert "从备份恢复的" not in client.get("/").text and "先停着" not in client.get("/stories").text
    with read_scope(people.engine) as session:
        assert restored(session) is None and session.get_one(Freeze, 1).thawed_by == SIGNER
