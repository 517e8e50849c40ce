"""Flashes as a house announces and signs them, and what its readers are told of them."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from cms import recalls
from cms.db import read_scope, session_scope
from cms.matrix import Account
from cms.releases import Delivery, Recall, Release, Remedy, flash, parse_target
from pipeline import checker, flashes, press, sites
from pipeline.flashes import Flashed
from pipeline.verify_sites import Survivor, survivors
from tests.halts.order import accounts
from tests.ledger import platforms_world
from tests.ledger.platforms_world import PlatformsWorld
from tests.ledger.world import World

CHANNELS = ("site", "feed", "wechat", "weibo", "toutiao", "shipinhao", "douyin")
HOURS = timedelta(hours=6)


def announce(world: World, title: str = "暴雨红色预警", to: str = "channel=*", **given: Any) -> Flashed:
    words = "今天夜间到明天白天有特大暴雨，请停止户外活动。"
    given = {"expires_at": world.now + HOURS, **given}
    return flashes.announce(world.house, words, title, [parse_target(to)], "editor", world.now, **given)


def sign(world: World, made: Flashed, by: str = "yi") -> list[str]:
    assert made.sealed_set is not None
    return press.sign_release(world.house, made.sealed_set, by, "属实，立即发出", world.now)


def of(world: World, made: Flashed) -> dict[str, Delivery]:
    """Its deliveries, by account."""
    names = accounts(world)
    return {names[one.account_id]: one for one in world.deliveries() if one.release_id == made.release}


def everywhere(province: Path, root: Path) -> PlatformsWorld:
    return platforms_world.build(province, root, CHANNELS)


def slug_of(world: World, made: Flashed) -> str:
    with read_scope(world.house.engine) as session:
        return flash.slug_of(session, session.get_one(Release, made.release))


def page(world: World, unit: str, made: Flashed) -> str:
    (found,) = (world.house.sites / unit).rglob(f"*{slug_of(world, made)}*")
    return (found if found.is_file() else found / "index.html").read_text(encoding="utf-8")


def feed(world: World, unit: str) -> str:
    return (world.house.sites / unit / "feed.xml").read_text(encoding="utf-8")


def showing(world: World, unit: str, words: str) -> list[str]:
    """The files of a unit's site with these words in them."""
    folder = world.house.sites / unit
    texts = (one for one in folder.rglob("*") if one.suffix in (".html", ".xml", ".json", ".txt") and one.is_file())
    return sorted(one.relative_to(folder).as_posix() for one in texts if words in one.read_text(encoding="utf-8"))


def left(world: World) -> list[Survivor]:
    """What `yigao build --verify` names."""
    found = []
    for unit in ("chengdu", "ganzi"):
        with sites.held(world.house, unit, world.now) as site:
            found += [one for one in survivors(world.house, site, world.now) if one.counts]
    return found


def broken(world: PlatformsWorld) -> list[str]:
    """What the checker names who reads our own sites too."""
    with read_scope(world.house.engine) as session:
        return named_in(world, session)


def named_in(world: PlatformsWorld, session: Session) -> list[str]:
    """The same, in the rows as this session has them."""
    boxes, ours = world.sandboxes, checker.OurSites(world.house.sites, world.house.manuscript)
    return checker.breaches(
        session, world.copies(), boxes.sends(), world.house.rendition, world.now, boxes.mends(), ours,
        struck=boxes.struck(),
    )  # fmt: skip


def end_of(world: World) -> tuple[Recall, list[Remedy]]:
    """The order that ends the only flash, and what is done about each copy on our own pages."""
    return _end_of(world, "files")


def left_to_people(world: World) -> list[Remedy]:
    """What its end asks of those it was handed over to."""
    return _end_of(world, "handover")[1]


def _end_of(world: World, transport: str) -> tuple[Recall, list[Remedy]]:
    with read_scope(world.house.engine) as session:
        found = session.exec(select(Recall).where(Recall.kind == "expiry")).one()
        query = select(Remedy).where(Remedy.recall_id == found.id, Remedy.account_id == Account.id)
        return found, list(session.exec(query.where(Account.transport == transport).order_by(col(Remedy.id))))


def nobody_posted(world: World) -> None:
    """Whoever it was handed over to never posted it, and says so."""
    for one in left_to_people(world):
        if one.state == "by_hand":
            with session_scope(world.house.engine) as session:
                row = session.get_one(Remedy, one.id)
                recalls.done_by_hand(session, row, "yi", "没有发，不再发了", world.now, was_posted=False)
