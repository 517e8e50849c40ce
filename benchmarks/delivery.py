"""A release to 105 accounts over real sockets, against a platform that takes 200 ms for every answer.

Four questions (the issue's aims): from the first to the last acceptance when everything lies in place; from plan to
finished when nothing does; what one dead account costs the others; each beside a bare httpx loop that makes the same
calls with the same number of threads and keeps no account of anything. The platform runs in a process of its own.
"""

import shutil
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import httpx
from sqlmodel import select

from benchmarks.ratio import Measured, Row
from channels.making.sandbox import Book, Fault
from cms.db import read_scope
from cms.matrix import Account
from cms.releases import TERMINAL, Delivery
from pipeline.engine import ThreadEngine, pump
from pipeline.house import DATABASE, KEY, House
from tests.ledger.campaign import FastClock, connect, found_province, house_at, platform
from tests.neutral.platform import SECRET, Neutral
from tests.pipeline.conftest import NOW

ACCOUNTS = 105
ANSWERS_IN_S = 0.2
THREADS = 128
PLAIN_THREADS = 16
DUE = NOW + timedelta(minutes=20)
TICK_S = 0.2
DEAD = "wechat:chengdu"


class Clock:
    """The real clock, moved to where the release is."""

    def __init__(self, start: datetime) -> None:
        self.set(start)

    def set(self, start: datetime) -> None:
        self._clock = FastClock(start, time.monotonic(), 1.0)

    def __call__(self) -> datetime:
        return self._clock()


@dataclass
class Newsroom:
    """A fresh copy of the prepared house, its platform, its engine."""

    house: House
    clock: Clock
    book: Path
    base: str

    def until(self, states: frozenset[str], but: int = 0, patience_s: float = 180) -> float:
        """Pump until all deliveries but so many are in these states; the seconds it took."""
        began = time.perf_counter()
        engine = ThreadEngine(self.house, self.clock)
        try:
            while self._count(states) < ACCOUNTS - but:
                if time.perf_counter() - began > patience_s:
                    raise SystemExit(f"not done in {patience_s} s: {self._states()}")
                pump(self.house, engine, self.clock())
                time.sleep(TICK_S)
            return time.perf_counter() - began
        finally:
            threading.Thread(target=engine.close).start()

    def _count(self, states: frozenset[str]) -> int:
        return sum(count for state, count in self._states().items() if state in states)

    def _states(self) -> Counter[str]:
        with read_scope(self.house.engine) as session:
            return Counter(session.exec(select(Delivery.state)))

    def accepted_at(self) -> list[float]:
        """When the platform answered each publication, in its own seconds."""
        return sorted(one[3].timestamp() for one in Book(self.book).calls() if one[2] == "publish")


class Bench:
    """The prepared house, made once; each run works on a copy."""

    def __init__(self) -> None:
        self.root = Path(tempfile.mkdtemp())
        found_province(self.root / "house", ACCOUNTS, 1, DUE)

    @contextmanager
    def newsroom(self, *faults: Fault) -> Iterator[Newsroom]:
        root = Path(tempfile.mkdtemp(dir=self.root))
        for name in (DATABASE, KEY):
            shutil.copy(self.root / "house" / name, root / name)
        (root / "store").symlink_to(self.root / "house" / "store")
        clock = Clock(NOW)
        with platform(
            root / "book.db", FastClock(NOW, time.monotonic(), 1.0), faults, answers_in_s=ANSWERS_IN_S
        ) as address:
            house = house_at(root)
            connect(house, address)
            yield Newsroom(house, clock, root / "book.db", f"{address}/{Neutral.platform}")

    def close(self) -> None:
        shutil.rmtree(self.root, ignore_errors=True)


# --------------------------------------------------------------------------- the ways


def in_place(bench: Bench) -> tuple[float, float]:
    """First to last acceptance, and from the due second to the last row, everything lying in place before."""
    with bench.newsroom() as room:
        room.until(frozenset({"staged"}))
        room.clock.set(DUE - timedelta(seconds=6))
        took = room.until(TERMINAL) - 6
        at = room.accepted_at()
        return at[-1] - at[0], took


def from_nothing(bench: Bench) -> float:
    """From a signed plan to the last row, nothing prepared on the platform."""
    with bench.newsroom() as room:
        room.clock.set(DUE)
        return room.until(TERMINAL)


def bare_in_place(bench: Bench) -> float:
    """First to last acceptance of a bare loop: a token and a draft each beforehand, then one call each."""
    with bench.newsroom() as room, httpx.Client(base_url=room.base, limits=_LIMITS) as client:
        calls = [(client, _token(client, account)) for account in _accounts(room)]
        drafts = list(_each(PLAIN_THREADS, lambda one: _draft(*one), calls))
        _each(THREADS, lambda one: _publish(*one), drafts)
        at = room.accepted_at()
        return at[-1] - at[0]


def bare_from_nothing(bench: Bench) -> float:
    """The same calls as ours from nothing, in a bare loop."""

    def all_of(account: str) -> None:
        _publish(*_draft(client, _token(client, account)))

    with bench.newsroom() as room, httpx.Client(base_url=room.base, limits=_LIMITS) as client:
        accounts, began = _accounts(room), time.perf_counter()
        _each(PLAIN_THREADS, all_of, accounts)
        return time.perf_counter() - began


def p95(bench: Bench, *, is_dead: bool) -> float:
    """How late 95 in a hundred of the other accounts are accepted, from nothing; one account hangs, or none."""
    hangs = [Fault("accept_then_hang", method="publish", account=DEAD)] if is_dead else []
    with bench.newsroom(*hangs) as room:
        room.clock.set(DUE)
        room.until(TERMINAL, but=1)
        with read_scope(room.house.engine) as session:
            accounts = {one.id: one.key for one in session.exec(select(Account))}
            rows = [one for one in session.exec(select(Delivery)) if accounts[one.account_id] != DEAD]
        late = sorted((one.changed_at - DUE).total_seconds() for one in rows)
        return late[int(0.95 * len(late))]


_LIMITS = httpx.Limits(max_connections=256, max_keepalive_connections=128)
_Call = tuple[httpx.Client, dict[str, str]]


def _accounts(room: Newsroom) -> list[str]:
    with read_scope(room.house.engine) as session:
        return list(session.exec(select(Account.key)))


def _each(threads: int, work: Callable[..., object], over: list) -> list:  # type: ignore[type-arg]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, over))


def _token(client: httpx.Client, account: str) -> dict[str, str]:
    said = client.post("/token", json={"account": account, "secret": SECRET}).json()
    return {"Authorization": f"Bearer {said['token']}"}


def _draft(client: httpx.Client, headers: dict[str, str]) -> tuple[httpx.Client, dict[str, str], str]:
    """As ours: a look at the drafts, a picture, a draft."""
    client.get("/drafts", headers=headers)
    client.post("/upload", headers=headers, content=b"x" * 60_000)
    said = {"key": "k" * 20, "title": "题", "body": "文" * 2000}
    return client, headers, client.post("/drafts", headers=headers, json=said).json()["draft"]


def _publish(client: httpx.Client, headers: dict[str, str], draft: str) -> None:
    assert "post" in client.post("/publish", headers=headers, json={"draft": draft}).json()


def measure(runs: int) -> Measured:
    bench = Bench()
    runs = max(3, min(runs, 5))  # each run is a whole release
    times: dict[str, list[float]] = {}

    def note(name: str, seconds: float) -> None:
        times.setdefault(name, []).append(seconds)

    try:
        for _ in range(runs):
            note("bare loop, in place: first to last accepted", bare_in_place(bench))
            spread, took = in_place(bench)
            note("Yigao, in place: first to last accepted", spread)
            note("Yigao, in place: due second to last row", took)
            note("bare loop, from nothing", bare_from_nothing(bench))
            note("Yigao, from nothing: plan to finished", from_nothing(bench))
            note("Yigao, p95 of the others, none dead", p95(bench, is_dead=False))
            note("Yigao, p95 of the others, one dead", p95(bench, is_dead=True))
    finally:
        bench.close()
    aims = {"Yigao, in place: first to last accepted": "<= 1 s", "Yigao, from nothing: plan to finished": "<= 60 s",
            "Yigao, p95 of the others, one dead": "< 1.1 x none dead"}  # fmt: skip
    rows = tuple(Row(name, tuple(seconds), aims.get(name, "")) for name, seconds in times.items())
    return Measured(rows, f"{ACCOUNTS} accounts, {ANSWERS_IN_S * 1000:.0f} ms an answer, real sockets, SQLite")
