"""How soon a flash is out when a full queue of ordinary deliveries stands before it: on simulated time, with the
engine's own threads.

Every answer of a platform takes two seconds (a slow day: the sandbox's ``SLOW_S``); the clock moves only while every
thread waits for an answer, so how fast this machine is, or how busy, changes nothing.
"""

import heapq
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlmodel import col, func, select

from channels.making.sandbox.wire import SLOW_S
from cms.db import read_scope
from cms.matrix import Account
from cms.releases import Attempt, Delivery
from pipeline.engine import ThreadEngine, pump
from pipeline.flashes import Flashed
from tests.halts.flashing import announce, of, sign
from tests.ledger import platforms_world
from tests.ledger.campaign import province
from tests.ledger.platforms_world import BASE, PlatformsWorld, httpx_at
from tests.pipeline.conftest import NOW

CHANNELS = ("wechat", "weibo")
UNITS, STORIES = 22, 8
QUEUE = UNITS * len(CHANNELS) * STORIES
TICK_S = 1.0
HANGS_S = 30.0
SIGNED_AFTER, PATIENCE = timedelta(seconds=11), timedelta(minutes=10)
WITHIN = timedelta(seconds=60)


@dataclass
class Time:
    """Simulated time shared by threads: it stands while anybody is at work, and jumps to the next who waits."""

    now: datetime
    at_work: int = 0
    _asleep: list[tuple[datetime, int, threading.Event]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _count: int = 0

    def __call__(self) -> datetime:
        return self.now

    def begin(self) -> None:
        with self._lock:
            self.at_work += 1

    def end(self) -> None:
        with self._lock:
            self.at_work -= 1
            self._turn()

    def sleep(self, seconds: float) -> None:
        """Wait so long of this time; whoever calls it is at work before and after."""
        woken = threading.Event()
        with self._lock:
            self._count += 1
            heapq.heappush(self._asleep, (self.now + timedelta(seconds=seconds), self._count, woken))
            self.at_work -= 1
            self._turn()
        assert woken.wait(60), "nobody turned the clock"

    def _turn(self) -> None:
        if self.at_work or not self._asleep:
            return
        self.now = self._asleep[0][0]
        while self._asleep and self._asleep[0][0] == self.now:
            self.at_work += 1
            heapq.heappop(self._asleep)[2].set()


class Counted(ThreadPoolExecutor):
    """Threads the time knows of: one is at work from the moment something is given to it, or waits for it, until it
    has nothing left to do."""

    def __init__(self, threads: int, clock: Time) -> None:
        super().__init__(threads)
        self._clock, self._threads_in_all, self._given = clock, threads, 0
        self._counting = threading.Lock()

    def submit(self, work: Callable[..., Any], /, *given: Any, **named: Any) -> Future[Any]:
        with self._counting:
            self._given += 1
            if self._given <= self._threads_in_all:
                self._clock.begin()

        def counted() -> Any:
            try:
                return work(*given, **named)
            finally:
                with self._counting:
                    self._given -= 1
                    if self._given < self._threads_in_all:
                        self._clock.end()

        return super().submit(counted)


@dataclass
class Slow:
    """A client every answer of which takes its time, or never comes (``hangs``)."""

    client: Any
    clock: Time
    hangs: bool = False

    def request(self, *given: Any, **named: Any) -> Any:
        if self.hangs:
            self.clock.sleep(HANGS_S)
            raise httpx.ReadTimeout("no answer")
        self.clock.sleep(SLOW_S)
        return self.client.request(*given, **named)


@pytest.fixture(scope="session")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """352 deliveries of eight stories on 44 accounts, all due at once."""
    return platforms_world.prepare(
        tmp_path_factory.mktemp("busy"), CHANNELS, stories=STORIES, matrix=province(UNITS), due=timedelta()
    )


@contextmanager
def at_work(prepared: Path, root: Path, hangs: str = "nobody") -> Iterator[tuple[PlatformsWorld, Time, ThreadEngine]]:
    """The world with production's engine, its threads on simulated time, every answer slow."""
    world, clock = platforms_world.build(prepared, root, CHANNELS), Time(NOW, at_work=1)
    for one in world.sandboxes.platforms.values():
        one.now = clock
    client = world.sandboxes.client(BASE)
    wires = replace(world.house.wires, dial=lambda one, secrets: Slow(
        httpx_at(client, secrets["base"]), clock, one.channel == hangs))  # fmt: skip
    world.house = replace(world.house, wires=wires)
    engine = ThreadEngine(world.house, clock)
    engine._pool = Counted(engine._threads, clock)
    try:
        yield world, clock, engine
    finally:
        engine._waiting.clear()
        clock.end()
        engine.close()


def shown(world: PlatformsWorld, made: Flashed) -> dict[str, datetime]:
    """When each account showed the flash, by account."""
    keys = {one.key for one in of(world, made).values()}
    return {one.account: one.at for one in world.copies() if one.key in keys}


@dataclass(frozen=True)
class Went:
    """A flash that went out beside the queue. ``took``: from its signature until each account showed it; ``finished``:
    how many ordinary deliveries each account finished from the signature until the flash was first taken up; ``left``:
    how many of the queue were not out yet when it was signed."""

    took: dict[str, timedelta]
    finished: Counter[str]
    left: int


def flash_beside(world: PlatformsWorld, clock: Time, engine: ThreadEngine, to: str, but: str = "nobody") -> Went:
    """The queue is under way when the flash is signed; the clock of the house ticks on until all accounts show it, but
    those on one channel."""
    made = announce(world, to=to)
    count, end, signed, left = len(of(world, made)), NOW + PATIENCE, NOW, 0
    count -= sum(account.startswith(f"{but}:") for account in of(world, made))
    while signed == NOW or len(shown(world, made)) < count:
        if signed == NOW and clock() >= NOW + SIGNED_AFTER:
            world.now = signed = clock()
            left = QUEUE - len(world.copies())
            sign(world, made)
        world.sandboxes.settle()
        pump(world.house, engine, clock())
        clock.sleep(TICK_S)
        assert clock() < end, "it never went out"
    took = {account: at - signed for account, at in shown(world, made).items()}
    return Went(took, _finished(world, made, signed), left)


def _finished(world: PlatformsWorld, made: Flashed, since: datetime) -> Counter[str]:
    with read_scope(world.house.engine) as session:
        its_own = select(Delivery.id).where(Delivery.release_id == made.release)
        first = session.exec(select(func.min(Attempt.began_at)).where(col(Attempt.delivery_id).in_(its_own))).one()
        query = select(Account.key).where(Attempt.delivery_id == Delivery.id, Delivery.account_id == Account.id)
        query = query.where(Attempt.step == "publish", Delivery.release_id != made.release)
        return Counter(session.exec(query.where(col(Attempt.ended_at) > since, col(Attempt.ended_at) <= first)))


@pytest.mark.slow
@pytest.mark.keeps("flash")
@pytest.mark.parametrize("to", ["channel=*", "unit=ganzi"])
def test_a_full_queue_does_not_keep_a_flash_waiting(busy: Path, tmp_path: Path, to: str) -> None:
    """To all the accounts, and to those of one unit, on which nobody is at work."""
    with at_work(busy, tmp_path / "w") as (world, clock, engine):
        went = flash_beside(world, clock, engine, to)
        assert went.left > 300
        assert max(went.took.values()) <= WITHIN, went.took
        assert went.finished.total() <= engine._threads
        assert all(count == 1 for count in went.finished.values())


@pytest.mark.slow
@pytest.mark.keeps("flash")
def test_a_platform_that_hangs_keeps_no_flash_from_the_others(busy: Path, tmp_path: Path) -> None:
    """Weibo never answers: half of the accounts, and more than there are workers."""
    with at_work(busy, tmp_path / "w", hangs="weibo") as (world, clock, engine):
        went = flash_beside(world, clock, engine, "channel=*", but="weibo")
        assert len(went.took) == UNITS and max(went.took.values()) <= WITHIN, went.took
