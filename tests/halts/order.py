"""Orders as a person gives them, in a world on a simulated clock."""

from datetime import datetime, timedelta

from sqlmodel import select

from cms.db import read_scope, session_scope
from cms.matrix import Account
from cms.people import Notice
from cms.releases import Delivery, freeze
from cms.releases.freeze import Scope, Thawed
from pipeline.flashes import tend
from tests.ledger.world import World

DUE_IN = timedelta(minutes=20)
WHY = "接到通知，全部停发"


def stop(world: World, *, lets_flash: bool = True, **scope: str) -> int:
    """Freeze; the number."""
    with session_scope(world.house.engine) as session:
        return freeze.freeze(session, Scope(**scope), WHY, "editor", world.now, lets_flash=lets_flash).id


def thaw(world: World, number: int) -> Thawed:
    with session_scope(world.house.engine) as session:
        return freeze.thaw(session, freeze.find_freeze(session, number), "editor", "处置完毕", world.now)


def retime(world: World, delivery: Delivery, at: datetime) -> Delivery:
    with session_scope(world.house.engine) as session:
        row = session.get_one(Delivery, delivery.id)
        return freeze.retime(session, row, at, "editor", "改期", world.now)


def wait(world: World, minutes: float) -> None:
    """So long nothing but the clock happens, and the worker looks every minute."""
    end = world.now + timedelta(minutes=minutes)
    while world.now < end:
        world.turn()
        world.now = min(end, world.now + timedelta(minutes=1))
    tend(world.house, world.now)


def notices(world: World) -> list[str]:
    with read_scope(world.house.engine) as session:
        return list(session.exec(select(Notice.sentence)))


def accounts(world: World) -> dict[int, str]:
    with read_scope(world.house.engine) as session:
        return {one.id: one.key for one in session.exec(select(Account))}
