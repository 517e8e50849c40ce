"""快讯: from the signature to the text on 105 accounts, over real sockets, every answer taking 200 ms.

The real sandboxes of 公众号 and Weibo run in a process of their own, the clock wakes once a second as in production.
Two questions: how long it takes alone, and beside an ordinary release to the same 105 accounts that is under way when
the flash is signed. The yardstick makes the very same HTTP calls, recorded from a run of ours, plainly with 16 threads.
"""

import shutil
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
from sqlalchemy import func, update
from sqlmodel import col, select

from benchmarks.ratio import Measured, Row
from channels.making.sandbox import Book
from cms.db import read_scope, session_scope
from cms.matrix import Account
from cms.matrix.wires import keep_secrets
from cms.people import Person
from cms.releases import Delivery, Receipt, Target
from pipeline import flashes, press
from pipeline.engine import ThreadEngine, pump
from pipeline.house import DATABASE, KEY, House, build_house, open_house
from pipeline.sandboxes import Sandboxes, SandboxServer
from tests.ledger.campaign import PROCESSES, FastClock, province
from tests.ledger.platforms_world import kinds
from tests.ledger.world import release
from tests.people.house import empower
from tests.pipeline.conftest import NOW, PEOPLE

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

CHANNELS = ("wechat", "weibo")
ACCOUNTS = 105
ANSWERS_IN_S = 0.2
PLAIN_THREADS = 16
TICK_S = 1.0
HEAD_START_S = 2.0
PATIENCE_S = 180
TAKEN = ("accepted", "published")
WORDS = "今天夜间到明天白天有特大暴雨，请停止户外活动，远离河道和山体。"


# --------------------------------------------------------------------------- the platforms


class Slow(Sandboxes):
    """Every answer takes its time."""

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        time.sleep(ANSWERS_IN_S)
        return super().__call__(environ, start_response)


def _serve(book: Path, clock: FastClock, to: Any) -> None:
    with SandboxServer(Slow(Book(book), clock, platforms=kinds(CHANNELS))) as server:
        to.send(server.address)
        threading.Event().wait()


@contextmanager
def platforms(book: Path, clock: FastClock) -> Iterator[str]:
    """The sandboxes in a process of their own; their address."""
    ours, theirs = PROCESSES.Pipe()
    process = PROCESSES.Process(target=_serve, args=(book, clock, theirs))
    process.start()
    try:
        yield ours.recv()
    finally:
        process.kill()
        process.join()


# --------------------------------------------------------------------------- the house


@dataclass
class Call:
    """One request of an account, as it went out."""

    account: str
    method: str
    url: str
    options: Mapping[str, Any]


@dataclass
class Recorder:
    """A client that remembers what it was asked to send."""

    client: httpx.Client
    account: str
    calls: list[Call]

    def request(self, method: str, url: str, **options: Any) -> httpx.Response:
        self.calls.append(Call(self.account, method, url, options))
        return self.client.request(method, url, **options)


@dataclass
class Newsroom:
    """A copy of the prepared house at work against fresh platforms."""

    house: House
    clock: FastClock
    address: str
    calls: list[Call] = field(default_factory=list)

    def seconds(self, release_id: int, since: datetime) -> list[float]:
        """When each delivery of a release was taken by its platform."""
        with read_scope(self.house.engine) as session:
            query = select(func.min(Receipt.at)).where(Receipt.delivery_id == Delivery.id)
            query = query.where(Delivery.release_id == release_id, col(Receipt.state).in_(TAKEN))
            found = session.exec(query.group_by(col(Receipt.delivery_id))).all()
        return sorted((_aware(at) - since).total_seconds() for at in found)

    def work(self, *numbers: int, sign: int, after_s: float = 0.0) -> datetime:
        """Wake once a second until every delivery of these releases is taken; ``sign`` (a sealed set) is signed after
        so long. The moment it was signed."""
        engine = ThreadEngine(self.house, self.clock)
        began, signed = time.monotonic(), None
        try:
            while signed is None or any(len(self.seconds(one, signed)) < ACCOUNTS for one in numbers):
                if signed is None and time.monotonic() - began >= after_s:
                    signed = self.clock()
                    press.sign_release(self.house, sign, "yi", "属实，立即发出", signed)
                if time.monotonic() - began > PATIENCE_S:
                    raise SystemExit(f"not done in {PATIENCE_S} s: {self._states()}")
                pump(self.house, engine, self.clock())
                time.sleep(TICK_S)
            return signed
        finally:
            threading.Thread(target=engine.close).start()

    def _states(self) -> list[tuple[str, int]]:
        with read_scope(self.house.engine) as session:
            query = select(Delivery.state, func.count()).group_by(Delivery.state)
            return list(session.exec(query).all())


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=NOW.tzinfo)


class Bench:
    """The prepared house: one ordinary release signed for now, one flash sealed and waiting for its signature."""

    def __init__(self) -> None:
        self.root = Path(tempfile.mkdtemp())
        base = "http://127.0.0.1:9/s"
        house = build_house(self.root / "house", "测试", province(53), CHANNELS, NOW, demo=True, base_url=base)
        with session_scope(house.engine) as session:
            session.add_all([Person(login=login, name=name) for login, name in PEOPLE])
            empower(session)
            session.exec(update(Account).values(transport="api"))  # type: ignore[call-overload]
            last = session.exec(select(Account).order_by(col(Account.id).desc()).limit(1)).one()
            session.delete(last)  # 53 units on two channels are 106
        self.ordinary = release(house, self.root, "story", "一条普通的消息", NOW)
        made = flashes.announce(house, WORDS, "暴雨红色预警", [Target()], "editor", NOW)
        assert made.sealed_set is not None and len(made.made) == ACCOUNTS
        self.flash, self.sealed = made.release, made.sealed_set
        house.engine.dispose()

    @contextmanager
    def newsroom(self, *, alone: bool) -> Iterator[Newsroom]:
        root = Path(tempfile.mkdtemp(dir=self.root))
        for name in (DATABASE, KEY):
            shutil.copy(self.root / "house" / name, root / name)
        (root / "store").symlink_to(self.root / "house" / "store")
        clock = FastClock(NOW, time.monotonic(), 1.0)
        with platforms(root / "book.db", clock) as address:
            room = Newsroom(open_house(root), clock, address)
            self._connect(room, root / "book.db", alone=alone)
            client = httpx.Client(limits=_LIMITS)

            def dial(account: Account, secrets: Mapping[str, str]) -> Recorder:
                return Recorder(_Based(client, secrets["base"]), account.key, room.calls)  # type: ignore[arg-type]

            room.house = replace(room.house, wires=replace(room.house.wires, dial=dial))
            yield room
            room.house.engine.dispose()

    def _connect(self, room: Newsroom, book: Path, *, alone: bool) -> None:
        desk = Sandboxes(Book(book), room.clock, platforms=kinds(CHANNELS))
        with read_scope(room.house.engine) as session:
            accounts = list(session.exec(select(Account)))
        for one in accounts:
            keep_secrets(room.house.engine, room.house.wires.vault, one.id, desk.connect(one.key, room.address))
        if alone:
            later = update(Delivery).where(col(Delivery.release_id) == self.ordinary)
            with session_scope(room.house.engine) as session:
                session.exec(later.values(due_at=NOW + timedelta(days=1)))  # type: ignore[call-overload]

    def close(self) -> None:
        shutil.rmtree(self.root, ignore_errors=True)


@dataclass
class _Based:
    """A shared client, for one platform's address."""

    client: httpx.Client
    base: str

    def request(self, method: str, url: str, **options: Any) -> httpx.Response:
        return self.client.request(method, f"{self.base}/{url.lstrip('/')}", **options)


_LIMITS = httpx.Limits(max_connections=256, max_keepalive_connections=128)


# --------------------------------------------------------------------------- the ways


def plainly(bench: Bench, calls: list[Call]) -> float:
    """The recorded calls, account by account, with 16 threads and nothing else."""
    by_account: dict[str, list[Call]] = {}
    for one in calls:
        by_account.setdefault(one.account, []).append(one)

    def send(those: list[Call], address: str, client: httpx.Client) -> None:
        for one in those:
            base = f"{address}/{one.account.partition(':')[0]}"
            client.request(one.method, f"{base}/{one.url.lstrip('/')}", **one.options)

    with bench.newsroom(alone=True) as room, httpx.Client(limits=_LIMITS) as client:
        began = time.perf_counter()
        with ThreadPoolExecutor(PLAIN_THREADS) as pool:
            list(pool.map(lambda those: send(those, room.address, client), by_account.values()))
        return time.perf_counter() - began


def measure(runs: int) -> Measured:
    bench = Bench()
    runs = max(3, min(runs, 5))  # each run is a whole release
    times: dict[str, list[float]] = {}

    def note(name: str, seconds: float) -> None:
        times.setdefault(name, []).append(seconds)

    count = 0
    try:
        for _ in range(runs):
            with bench.newsroom(alone=True) as room:
                at = room.seconds(bench.flash, room.work(bench.flash, sign=bench.sealed))
                calls = list(room.calls)
            count = len(calls)
            note("the same calls plainly, 16 threads", plainly(bench, calls))
            note("flash: signed to first account", at[0])
            note("flash: signed to median account", at[len(at) // 2])
            note("flash: signed to last account", at[-1])
            with bench.newsroom(alone=False) as room:
                signed = room.work(bench.flash, bench.ordinary, sign=bench.sealed, after_s=HEAD_START_S)
                at, other = room.seconds(bench.flash, signed), room.seconds(bench.ordinary, signed)
            note("beside a release: signed to last flash", at[-1])
            note("beside a release: signed to its median", other[len(other) // 2])
    finally:
        bench.close()
    aims = {"flash: signed to last account": "<= 60 s", "beside a release: signed to last flash": "< its median"}
    rows = tuple(Row(name, tuple(seconds), aims.get(name, "")) for name, seconds in times.items())
    return Measured(rows, f"{ACCOUNTS} accounts, {count} calls, {ANSWERS_IN_S * 1000:.0f} ms an answer, real sockets")
