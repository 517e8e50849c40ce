"""A province of 21 units on a simulated clock, kept in backups taken anywhere on the road, lost, and restored."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import event, update
from sqlmodel import select

from channels.making.sandbox import Book, Fault, Faults, InProcess
from cms.db import session_scope
from cms.matrix import Account, Matrix, built_in, load_matrix
from cms.matrix.wires import keep_secrets
from cms.people import Person
from pipeline.backup import back_up
from pipeline.house import House, open_house
from pipeline.reconcile import after_restoring
from pipeline.restore import Restoring, restore
from tests.keeping.reads import Readable, ReadingTransport
from tests.ledger.world import Died, World, _unsynced, release
from tests.neutral.platform import SECRET
from tests.neutral.transport import NeutralTransport
from tests.people.house import empower
from tests.pipeline.conftest import NOW, PEOPLE, two_units
from tests.pipeline.houses import build_house
from tests.services.databases import copy_house, settle_on

BASE = "http://neutral"
SAME_NAME = Fault("media_dedup", method="upload")


def prepare(root: Path, units: int = 21, stories: int = 5, due: timedelta = timedelta(), database: str = "") -> Path:
    """A house with ``units`` accounts and ``stories`` signed stories to each: units × stories deliveries ready."""
    settle_on(root / "house", database)
    matrix = two_units() if units == 2 else Matrix(tuple(load_matrix(built_in()).units[: units + 1]))
    house = build_house(root / "house", "测试", matrix, ("wechat",), NOW, demo=True, base_url="http://127.0.0.1:9/s")
    with session_scope(house.engine) as session:
        session.add_all([Person(login=login, name=name) for login, name in PEOPLE])
        empower(session)
        session.exec(update(Account).values(transport="api"))  # type: ignore[call-overload]
        accounts = [one.id for one in session.exec(select(Account))]
    for account in accounts:
        keep_secrets(house.engine, house.wires.vault, account, {"secret": SECRET, "base": BASE})
    for number in range(stories):
        release(house, root, f"story-{number}", f"第{'一二三四五'[number]}条消息，编号{number}", NOW + due)
    house.engine.dispose()
    return root / "house"


class KeptWorld(World):
    """``acts``: what is done when a crash point is passed for the n-th time ("" = any point); ``transport``: how the
    platform is spoken to."""

    transport: NeutralTransport
    acts: dict[int, Callable[[], None]]
    steps: int = 0

    def watch(self, name: str) -> None:
        if self.is_lost:
            raise Died("lost")
        self.steps += 1
        act = self.acts.pop(self.steps, None)
        if act is not None:
            act()
        super().watch(name)

    def lose(self) -> None:
        """The house is gone at this very step."""
        self.is_lost = True
        raise Died("lost")

    is_lost = False

    def turn(self) -> int:
        if self.is_lost:
            return 0
        after_restoring(self.house, self.clock)  # as the clock would
        return super().turn()

    def _next(self) -> Any:
        return None if self.is_lost else super()._next()

    def restored(self, backup: Path, root: Path, **named: Any) -> Restoring:
        """The old backup in a new house, before the very same platform."""
        self.house.engine.dispose()
        key = self.house.root / "yigao.key"
        done = restore(backup, root, "editor", "机器坏了", self.now, named.pop("key", key))
        self.house, self.is_lost, self.acts = self.wired(open_house(root)), False, {}
        return done

    def wired(self, house: House) -> House:
        """``house`` before this world's platform."""
        if house.engine.dialect.name == "sqlite":
            event.listen(house.engine, "connect", _unsynced)
        client = httpx.Client(transport=InProcess(self.neutral), base_url=BASE)
        wires = replace(house.wires, dial=lambda account, secrets: client, transports={"wechat": self.transport})
        return replace(house, wires=wires)

    def keep(self, target: Path) -> None:
        """A backup now."""
        back_up(self.house, target, "editor", self.now)

    def live(self) -> list[str]:
        """Account and key of everything readers see."""
        return sorted(f"{one.account} {one.key}" for one in self.copies() if one.state in ("live", "pending"))


def build(prepared: Path, root: Path, transport: NeutralTransport | None = None, **platform: Any) -> KeptWorld:
    """A world over a copy of the prepared house."""
    copy_house(prepared, root)
    world = KeptWorld(house=None, neutral=None, now=NOW)  # type: ignore[arg-type]
    world.transport, world.acts = transport or ReadingTransport(), {}
    # The neutral platform cannot change a draft: the same picture has one name there, whoever uploads it again.
    platform.setdefault("faults", Faults((SAME_NAME,)))
    world.neutral = Readable(Book(), world.clock, sleep=lambda seconds: None, **platform)
    world.house = world.wired(open_house(root))
    return world
