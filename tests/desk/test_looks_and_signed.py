"""A new look and what is signed already: it goes out as it was signed; the frame of our own pages changes around it."""

from flask import Flask
from sqlmodel import col, select

from cms.db import read_scope, session_scope
from cms.matrix import Account, Unit, looks
from cms.people import PeopleDesk
from cms.releases import Delivery
from pipeline import sites
from tests.ledger.platforms_world import PlatformsWorld
from tests.people.house import login_of, signed_in


def test_what_is_signed_goes_out_as_it_was_signed(app: Flask, people: PeopleDesk, world: PlatformsWorld) -> None:
    def signed() -> dict[str, tuple[str, str]]:
        with read_scope(world.house.engine) as session:
            query = select(Account.key, Delivery).where(Delivery.account_id == Account.id, Delivery.release_id == 1)
            rows = session.exec(query.order_by(col(Delivery.id)))
            return {key: (one.rendition_hash, one.state) for key, one in rows if key.endswith(":chengdu")}

    before = signed()
    with session_scope(people.engine) as session:
        chengdu = session.exec(select(Unit.id).where(Unit.slug == "chengdu")).one()
        looks.save(session, chengdu, {"accent": "#1B5FAF", "masthead": "锦城科技"}, 0, "x", "换样子", world.now)
    client = signed_in(app, people, login_of("省级管理员", "sichuan"), world.now)
    page = client.get("/accounts/look?unit=chengdu").text
    assert "已签发没发的 8 份" in page and "在审的 0 份" in page
    world.run(hours=2)
    after = signed()
    assert {key: digest for key, (digest, _) in after.items()} == {key: digest for key, (digest, _) in before.items()}
    assert after["wechat:chengdu"][1] == after["site:chengdu"][1] == "published"
    sites.rebuild(world.house, "chengdu", lambda: world.now)
    front = (world.house.sites / "chengdu" / "index.html").read_text(encoding="utf-8")
    assert "锦城科技" in front
    assert {key: digest for key, (digest, _) in signed().items()} == {key: one for key, (one, _) in before.items()}
