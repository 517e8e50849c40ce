"""Two 抖音 accounts on a simulated clock: the real transport, the sandbox in process, clips made by hand."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import event, update
from sqlmodel import select

from channels.douyin.sandbox import DouyinSandbox
from channels.making.sandbox import Book, Fault, Faults, InProcess
from cms import releases, review
from cms.db import read_scope, session_scope
from cms.matrix import Account
from cms.matrix.wires import keep_secrets
from cms.people import Person
from cms.releases import Delivery
from pipeline import ledger, press
from pipeline.house import House, open_house
from pipeline.intake import take_in
from tests.douyin.film import rendition
from tests.ledger.world import World
from tests.people.house import empower
from tests.pipeline.conftest import NOW, PEOPLE, two_units, write_story
from tests.pipeline.houses import build_house

STORIES = {
    "ke-pu": "海拔4410米，拉索接住宇宙来信\n稻城海子山上的一万多个探测器，等的是一粒光。\n#高海拔宇宙线 #稻城",
    "nong-ye": "川油菜新品种亩产破四百斤\n专家组在什邡测产，比去年多收两成。\n#油菜 #什邡",
    "fa-bu": "成都科学城今天开放二十间实验室\n市民凭身份证预约，周末也开。\n#成都科学城",
}


class Douyin(World):
    """The platform is called ``neutral`` there."""

    def turn(self) -> int:
        self.neutral.settle()
        return super().turn()

    def states(self) -> dict[str, int]:
        with read_scope(self.house.engine) as session:
            return releases.counts(session)["douyin"]


def prepare(root: Path) -> Path:
    """A house with two accounts and three signed stories: six deliveries ready, made once."""
    house = build_house(
        root / "house", "测试", two_units(), ("douyin",), NOW, demo=True, base_url="http://127.0.0.1:9/s"
    )
    with session_scope(house.engine) as session:
        session.add_all([Person(login=login, name=name) for login, name in PEOPLE])
        empower(session)
        session.exec(update(Account).values(transport="api"))  # type: ignore[call-overload]
    for slug, text in STORIES.items():
        _release(house, root, slug, text)
    house.engine.dispose()
    return root / "house"


def _release(house: House, root: Path, slug: str, text: str) -> None:
    """Planned, given its rendition by hand, sealed and signed in rehearsal."""
    taken = take_in(house, write_story(root / "desk", slug, text.partition("\n")[0]), "editor", NOW)
    with session_scope(house.engine) as session:
        chosen = ledger.newest_revisions(session, [taken.slug])
        targets = [releases.parse_target("channel=*")]
        number = releases.plan(session, chosen, targets, NOW, "editor", review.REHEARSAL, now=NOW).id
    with session_scope(house.engine) as session:
        keys = {one.id: one.key for one in session.exec(select(Account))}
        for one in session.exec(select(Delivery).where(Delivery.release_id == number)):
            digest = house.keep(rendition(house.store, keys[one.account_id], slug, text))
            releases.move(session, one, "render", actor="test", now=NOW, rendition_hash=digest)
    sealed = press.seal_release(house, number, NOW)
    assert sealed is not None
    press.sign_release(house, sealed, "editor", "演练", NOW)


def build(prepared: Path, root: Path, *faults: Fault, list_trusted: bool = True) -> Douyin:
    """A world over a copy of the prepared house, with a fresh platform that both accounts have authorised."""
    root.mkdir(parents=True, exist_ok=True)
    for name in ("yigao.db", "yigao.key"):
        shutil.copy(prepared / name, root / name)
    (root / "store").symlink_to(prepared / "store")
    house = open_house(root)
    event.listen(house.engine, "connect", unsynced)
    world = Douyin(house=house, neutral=None, now=NOW)  # type: ignore[arg-type]
    sandbox = DouyinSandbox(Book(), world.clock, faults=Faults(faults), sleep=lambda seconds: None)
    with read_scope(house.engine) as session:
        accounts = list(session.exec(select(Account)))
    for one in accounts:
        secrets = {**sandbox.open_account(one.key), "base": "http://douyin"}
        if not list_trusted:
            del secrets["list_trusted"]
        keep_secrets(house.engine, house.wires.vault, one.id, secrets)
    client = httpx.Client(transport=InProcess(sandbox), base_url="http://douyin")
    world.neutral = sandbox  # type: ignore[assignment]
    world.house = replace(house, wires=replace(house.wires, dial=lambda account, secrets: client))
    return world


def unsynced(connection: Any, _record: Any) -> None:
    """A played death loses no page of the system's cache, so this world need not wait for the disk."""
    connection.execute("PRAGMA synchronous=OFF")
