"""A campaign: a release to a whole province over real sockets, while its workers are killed at random.

A real database, a platform in a process of its own with a durable book, workers in processes of their own, and
SIGKILL. The clock all of them share runs a hundred times as fast, so production's waiting times (back-off, the
platform's late lists, the two hours' patience) are lived through as they are; a lease is a real second.
"""

import contextlib
import multiprocessing
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from multiprocessing.process import BaseProcess
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import URL, update
from sqlmodel import select

from assets.pictures import Pictures
from assets.store import LocalStore
from channels import registry
from channels.making.sandbox import Book, Fault, Faults
from cms import releases
from cms.db import migrate, open_engine, read_scope, session_scope
from cms.matrix import Account, Matrix, UnitSpec, built_in, load_matrix, store_matrix
from cms.matrix.wires import Vault, keep_secrets
from cms.people import Person, Workspace
from cms.releases import Delivery
from pipeline import checker
from pipeline.engine import ThreadEngine, pump
from pipeline.house import DATABASE, KEY, House
from pipeline.sandboxes import Sandboxes, SandboxServer
from pipeline.wires import Wires
from tests.ledger.world import release
from tests.neutral.platform import Neutral
from tests.neutral.transport import NeutralTransport
from tests.people.house import empower
from tests.pipeline.conftest import NOW, PEOPLE

FAST = 100.0
"""Seconds of the campaign in a second."""
BOOK = "book.db"
LEASE = timedelta(seconds=FAST)
TIMEOUT_S = FAST
VISIBILITY = timedelta(seconds=1.5 * FAST)
SECRET = "open sesame"
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.ledger.campaign"])
registry.all_channels()  # found once by the server of forks, so that a new worker is at work in milliseconds


@dataclass(frozen=True)
class FastClock:
    """``start`` at the machine's ``origin``, then ``FAST`` times as fast; the same in every process."""

    start: datetime
    origin: float
    speed: float = FAST

    def __call__(self) -> datetime:
        return self.start + timedelta(seconds=(time.monotonic() - self.origin) * self.speed)

    def sleep(self, seconds: float) -> None:
        """Wait ``seconds`` of this clock."""
        time.sleep(seconds / self.speed)


# --------------------------------------------------------------------------- the house


def province(accounts: int) -> Matrix:
    """Sichuan, with as many further counties as it takes to hold so many accounts of a channel."""
    units = load_matrix(built_in()).units
    more = range(accounts - sum(one.is_leaf for one in units))
    return Matrix((*units, *(_county(at) for at in more)))


def _county(at: int) -> UnitSpec:
    slug, name = f"xian-{at}", f"第{at}县"
    return UnitSpec(slug=slug, name=name, short=name, kind="县", code=f"99{at:04}", path=("sichuan", slug))


def house_at(root: Path, url: str | URL = "") -> House:
    """The house in ``root`` with its rows in the database ``url`` ("" = its own file), the tables as they are."""
    engine = open_engine(url or root / DATABASE)
    store = LocalStore(root / "store")
    wires = Wires(engine, Vault.at(root / KEY), store, transports={"wechat": NeutralTransport()})
    return House(root=root, engine=engine, store=store, pictures=Pictures(store), wires=wires)


def found_province(root: Path, accounts: int, stories: int, due: datetime, url: str | URL = "") -> None:
    """A signed release of each of ``stories`` to each of ``accounts``: ready, connected to nothing yet."""
    root.mkdir(parents=True, exist_ok=True)
    house = house_at(root, url)
    migrate(house.engine)
    base = "http://127.0.0.1:9/s"
    with session_scope(house.engine) as session:
        session.add(Workspace(id=1, name="测试", demo=True, base_url=base, created_at=NOW))
        store_matrix(session, province(accounts), ["wechat"], base)
        session.add_all([Person(login=login, name=name) for login, name in PEOPLE])
        empower(session)
        session.exec(update(Account).values(transport="api"))  # type: ignore[call-overload]
    for number in range(stories):
        release(house, root, f"story-{number}", f"第{number + 1}条消息说的是第{number + 1}件事", due)
    house.engine.dispose()


def connect(house: House, address: str) -> None:
    """Give every account its secrets on the platform at ``address``."""
    with read_scope(house.engine) as session:
        accounts = list(session.exec(select(Account.id)))
    for account in accounts:
        secrets = {"secret": SECRET, "base": f"{address}/{Neutral.platform}"}
        keep_secrets(house.engine, house.wires.vault, account, secrets)


# --------------------------------------------------------------------------- the platform


def _serve(
    book: Path,
    clock: FastClock,
    faults: Sequence[Mapping[str, Any]],
    answers_in_s: float,
    knobs: Mapping[str, Any],
    to: Any,
) -> None:
    class Platform(Neutral):
        def __init__(self, *given: Any) -> None:
            super().__init__(*given, **knobs)
            self.app.before_request(lambda: time.sleep(answers_in_s))

    rules = Faults(tuple(Fault(**one) for one in faults))
    platforms = Sandboxes(Book(book), clock, rules, sleep=clock.sleep, platforms=[Platform])
    with SandboxServer(platforms) as server:
        to.send(server.address)
        threading.Event().wait()


@contextlib.contextmanager
def platform(
    book: Path, clock: FastClock, faults: Sequence[Fault] = (), answers_in_s: float = 0.0, **knobs: Any
) -> Iterator[str]:
    """The neutral platform in a process of its own; its address. ``answers_in_s``: of the real clock."""
    ours, theirs = PROCESSES.Pipe()
    given = (book, clock, [asdict(one) for one in faults], answers_in_s, knobs, theirs)
    process = PROCESSES.Process(target=_serve, args=given)
    process.start()
    try:
        yield ours.recv()
    finally:
        process.kill()
        process.join()


# --------------------------------------------------------------------------- the workers


class Hurried:
    """A client whose time-outs are of the fast clock."""

    def __init__(self, client: httpx.Client, speed: float) -> None:
        self._client, self._speed = client, speed

    def request(self, method: str, url: str, *, timeout: float, **options: Any) -> httpx.Response:
        return self._client.request(method, url, timeout=timeout / self._speed, **options)


def in_a_hurry(house: House, clock: FastClock) -> House:
    """The house as a worker opens it: real sockets, production's times on the fast clock."""
    clients: dict[str, Hurried] = {}

    def dial(account: Account, secrets: Mapping[str, str]) -> Hurried:
        base = secrets["base"]
        if base not in clients:
            clients[base] = Hurried(httpx.Client(base_url=base), clock.speed)
        return clients[base]

    spoken = NeutralTransport()
    spoken.visibility = VISIBILITY
    wires = replace(house.wires, dial=dial, transports={"wechat": spoken}, timeout_s=TIMEOUT_S)
    return replace(house, wires=wires, lease=LEASE)


def _work(root: Path, url: str | URL, clock: FastClock, turns: "Synchronized[int]") -> None:
    house = in_a_hurry(house_at(root, url), clock)
    engine = ThreadEngine(house, clock, threads=4)
    while True:
        with contextlib.suppress(Exception):  # a busy database is asked again
            pump(house, engine, clock())
        turns.value += 1
        time.sleep(0.02)


@dataclass
class Worker:
    """One process at work; ``turns``: how often it looked for work."""

    process: BaseProcess
    turns: "Synchronized[int]"
    bound: int = 1

    def is_at_work(self) -> bool:
        """Alive, and past its start."""
        return self.process.is_alive() and self.turns.value >= self.bound


@dataclass
class Campaign:
    """A release, two workers, somebody who kills them, and an editor who sees to what is held. ``visits``: how often
    the editor comes by."""

    root: Path
    url: str | URL
    clock: FastClock
    kills: int = 0
    seed: int = 0
    killed: int = 0
    visits: int = 1
    workers: list[Worker] = field(default_factory=list)

    def run(self, patience_s: float) -> bool:
        """Kill ``kills`` times, then let them work until all is settled; False when ``patience_s`` ran out."""
        dice, end = random.Random(self.seed), time.monotonic() + patience_s
        self.workers = [self._hire(), self._hire()]
        house = house_at(self.root, self.url)
        try:
            while time.monotonic() < end:
                if self.killed < self.kills:
                    time.sleep(dice.uniform(0.05, 0.25))
                    self._kill(dice)
                else:
                    time.sleep(0.2)
                    if not settled(house):
                        continue
                    self.visits -= 1
                    if self.visits < 0 or not see_to(house, self.root / BOOK, self.clock()):
                        return True
            return False
        finally:
            for one in self.workers:
                one.process.kill()
                one.process.join()
            house.engine.dispose()

    def _hire(self) -> Worker:
        turns = PROCESSES.Value("i", 0)
        process = PROCESSES.Process(target=_work, args=(self.root, self.url, self.clock, turns), daemon=True)
        process.start()
        return Worker(process, turns, 5)

    def _kill(self, dice: random.Random) -> None:
        """SIGKILL one that is at work, and put another in its place."""
        at_work = [at for at, one in enumerate(self.workers) if one.is_at_work()]
        if not at_work:
            return
        at = dice.choice(at_work)
        process = self.workers[at].process
        assert process.pid
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        self.killed += process.exitcode == -signal.SIGKILL
        self.workers[at] = self._hire()


def settled(house: House) -> bool:
    """Whether every delivery ended, or waits for a person."""
    with read_scope(house.engine) as session:
        return all(one in releases.TERMINAL or one == "held" for one in session.exec(select(Delivery.state)))


def see_to(house: House, book: Path, now: datetime) -> int:
    """What an editor does about what is held, who looks into the platform's console first: adopts what is there, sends
    on what is not, and leaves what the platform refused, or a stranger published; how many decisions it took."""
    seen = Book(book)
    there = {one.carried: one.address for one in seen.posts(Neutral.platform, state="live")}
    with session_scope(house.engine) as session:
        held = list(session.exec(select(Delivery).where(Delivery.state == "held")))
        accounts = {one.id: one.key for one in session.exec(select(Account))}
        open_ones = [one for one in held if "refused" not in one.reason and (one.staged or one.key not in there)]
        for one in open_ones:
            jobs = seen.things(Neutral.platform, f"job:{accounts[one.account_id]}").values()
            if one.key in there:
                releases.adopt(session, one, [there[one.key]], "editor", "平台上有", now)
            elif not any(job["draft"]["key"] == one.key and "state" not in job for job in jobs):
                releases.retry(session, one, "editor", "平台上没有", now, is_absent=True)
    seen.close()
    return len(open_ones)


# --------------------------------------------------------------------------- the sum


@dataclass(frozen=True)
class Sum:
    """What a campaign came to."""

    planned: int
    states: Mapping[str, int]
    kills: int
    lost: int
    duplicated: int
    unsigned: int
    breaches: tuple[str, ...]

    def __str__(self) -> str:
        states = ", ".join(f"{count} {state}" for state, count in sorted(self.states.items()))
        return (
            f"{self.kills} kills, {self.planned} deliveries = {states}; lost {self.lost}, duplicated"
            f" {self.duplicated}, unsigned {self.unsigned}"
        )


def add_up(house: House, book: Path, now: datetime, kills: int) -> Sum:
    """Read the database and the platform's book, nothing else."""
    seen = Neutral(Book(book), lambda: now)
    copies = [checker.Copy.of(one) for one in seen.copies()]
    live = Counter((one.account, one.key) for one in copies if one.state in checker.SEEN)
    with read_scope(house.engine) as session:
        found = checker.breaches(session, copies, seen.sends(), house.rendition, now)
        deliveries = list(session.exec(select(Delivery)))
        accounts = {one.id: one.key for one in session.exec(select(Account))}
    known = {(accounts[one.account_id], one.key): one for one in deliveries}
    lost = [
        one
        for place, one in known.items()
        if (one.state == "published" and not live[place])
        or (one.state == "held" and not one.reason)
        or one.state not in releases.TERMINAL | {"held"}
    ]
    return Sum(
        planned=len(deliveries),
        states=Counter(one.state for one in deliveries),
        kills=kills,
        lost=len(lost),
        duplicated=sum(count - 1 for count in live.values()),
        unsigned=sum(place not in known or not known[place].sealed_set_id for place in live)
        + sum(one.startswith("I6") for one in found),
        breaches=tuple(found),
    )
