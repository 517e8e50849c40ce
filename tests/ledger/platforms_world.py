"""The small province on a simulated clock, with its real transports and sandboxes behind real channels."""

import shutil
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import event
from sqlmodel import select

from channels import registry
from channels.making.sandbox import Book, Fault, Faults, Sandbox
from channels.transport import Connected
from cms.db import read_scope, session_scope
from cms.matrix import Account, Matrix
from cms.matrix.wires import keep_secrets
from cms.people import Person
from pipeline import checker
from pipeline.hooks import Hooks
from pipeline.house import House, open_house
from pipeline.sandboxes import Sandboxes
from tests.ledger.world import World, release
from tests.people.house import empower
from tests.pipeline.conftest import NOW, PEOPLE, two_units
from tests.pipeline.houses import build_house

BASE = "http://sandbox"
HOOKS = "http://yigao/hooks"


@dataclass
class PlatformsWorld(World):
    """``sandboxes``: every platform there is an account on; they do by themselves what the clock says is due."""

    sandboxes: Sandboxes = None  # type: ignore[assignment]

    def turn(self) -> int:
        self.sandboxes.settle()
        return super().turn()

    def _next(self) -> datetime | None:
        own = self.sandboxes.next_at()
        moments = [super()._next(), own if own and own > self.now else None]
        return min((at for at in moments if at), default=None)

    def platform(self, name: str) -> Any:
        """One platform's sandbox."""
        return self.sandboxes.platforms[name]

    def copies(self) -> list[checker.Copy]:
        return [checker.Copy.of(one) for one in self.sandboxes.copies()]

    def breaches(self) -> list[str]:
        with read_scope(self.house.engine) as session:
            sends, struck = self.sandboxes.sends(), self.sandboxes.struck()
            return checker.breaches(session, self.copies(), sends, self.house.rendition, self.now, struck=struck)

    def all_states(self) -> dict[str, int]:
        """How many deliveries are in each state, over all channels."""
        found: dict[str, int] = {}
        for one in self.deliveries():
            found[one.state] = found.get(one.state, 0) + 1
        return found


def kinds(channels: tuple[str, ...]) -> list[type[Sandbox]]:
    """The sandboxes of these channels."""
    found = [registry.get(one) for one in channels]
    return [one.sandbox() for one in found if isinstance(one, Connected)]


def prepare(
    root: Path,
    channels: tuple[str, ...],
    stories: int = 3,
    due: timedelta = timedelta(),
    *,
    own: tuple[str, ...] = (),
    by_hand: tuple[str, ...] = (),
    matrix: Matrix | None = None,
) -> Path:
    """A house with two units' accounts on ``channels``, by interface but for our ``own`` outputs and what is posted
    ``by_hand``, and ``stories`` signed stories. ``matrix``: other units."""
    units = matrix or two_units()
    house = build_house(root / "house", "测试", units, channels, NOW, demo=True, base_url="http://127.0.0.1:9/s")
    sandboxes = Sandboxes(Book(), lambda: NOW, platforms=kinds(channels))
    with session_scope(house.engine) as session:
        session.add_all([Person(login=login, name=name) for login, name in PEOPLE])
        empower(session)
        other = {**dict.fromkeys(own, "files"), **dict.fromkeys(by_hand, "handover")}
        for one in session.exec(select(Account)):
            one.transport = other.get(one.channel, "api")
        wired = select(Account).where(Account.transport == "api")
        accounts = [(one.id, one.key) for one in session.exec(wired)]
    for number, key in accounts:
        keep_secrets(house.engine, house.wires.vault, number, sandboxes.connect(key, BASE))
    for number in range(stories):
        release(house, root, f"story-{number}", f"第{'一二三四五六七八九'[number % 9]}条消息，编号{number}", NOW + due)
    house.engine.dispose()
    return root / "house"


def build(
    prepared: Path, root: Path, channels: tuple[str, ...], *faults: Fault, kind: type[PlatformsWorld] = PlatformsWorld
) -> PlatformsWorld:
    """A world over a copy of the prepared house: same rows and secrets, fresh platforms with the same accounts."""
    root.mkdir(parents=True, exist_ok=True)
    for name in ("yigao.db", "yigao.key"):
        shutil.copy(prepared / name, root / name)
    (prepared / "store").mkdir(exist_ok=True)  # a house without stories has none yet
    (root / "store").symlink_to(prepared / "store")
    house = open_house(root)
    event.listen(house.engine, "connect", _unsynced)
    return wire(house, channels, *faults, kind=kind)


def wire(
    house: House, channels: tuple[str, ...], *faults: Fault, kind: type[PlatformsWorld] = PlatformsWorld
) -> PlatformsWorld:
    """``house`` with fresh platforms behind its accounts."""
    world = kind(house=house, neutral=None, now=NOW)  # type: ignore[arg-type]
    sandboxes = Sandboxes(Book(), world.clock, Faults(faults), lambda seconds: None, kinds(channels))
    with read_scope(house.engine) as session:
        for account in session.exec(select(Account).where(Account.transport == "api")):
            sandboxes.connect(account.key, BASE)
    client = sandboxes.client(BASE)
    wires = replace(house.wires, dial=lambda account, secrets: httpx_at(client, secrets["base"]))
    world.house, world.sandboxes = replace(house, wires=wires), sandboxes
    return world


def httpx_at(client: httpx.Client, base: str) -> httpx.Client:
    """A client for one platform's address over the same wire."""
    return httpx.Client(transport=client._transport, base_url=base)


def hooked(world: PlatformsWorld, platform: str) -> None:
    """Let the platform's events reach the house's own endpoint, in process."""
    sandbox = world.platform(platform)
    sandbox.http = httpx.Client(transport=httpx.WSGITransport(app=Hooks(world.house, world.clock)))
    with read_scope(world.house.engine) as session:
        names = [one.key for one in session.exec(select(Account).where(Account.channel == platform))]
    for name in names:
        sandbox.change(name, callback=f"{HOOKS}/{name}")


def _unsynced(connection: Any, _record: Any) -> None:
    """A played death loses no page of the system's cache, so these worlds need not wait for the disk."""
    connection.execute("PRAGMA synchronous=OFF")
