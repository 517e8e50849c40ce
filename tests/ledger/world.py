"""A small province on a simulated clock, with the neutral platform behind its WeChat accounts."""

import contextlib
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import event, update
from sqlmodel import col, select

from channels.making.sandbox import Book, Fault, Faults, InProcess
from cms import recalls, releases, review
from cms.db import read_scope, session_scope
from cms.matrix import Account
from cms.matrix.wires import keep_secrets
from cms.people import Person
from cms.releases import Delivery, Lane, Remedy
from pipeline import checker, crash, ledger, press
from pipeline.engine import carry_out
from pipeline.flashes import tend
from pipeline.house import House, open_house
from pipeline.intake import take_in
from tests.neutral.platform import SECRET, Neutral
from tests.neutral.transport import NeutralTransport
from tests.people.house import empower
from tests.pipeline.conftest import NOW, PEOPLE, two_units, write_story
from tests.pipeline.houses import build_house
from tests.services.databases import copy_house, settle_on

CHANNELS = ("wechat",)


class Died(BaseException):
    """The worker is dead: nothing after this line runs."""


@dataclass
class World:
    """House, platform, clock. ``kill``: (point, n) at which the worker dies once."""

    house: House
    neutral: Neutral
    now: datetime
    passed: dict[str, int] = field(default_factory=dict)
    deaths: int = 0
    kill: tuple[str, int] | None = None

    def clock(self) -> datetime:
        return self.now

    def watch(self, name: str) -> None:
        self.passed[name] = self.passed.get(name, 0) + 1
        if self.kill == (name, self.passed[name]):
            self.deaths += 1
            raise Died(name)

    # ----------------------------------------------------------------- running

    def turn(self) -> int:
        """One look at the ledger: every account with due work takes its step; how many did."""
        tend(self.house, self.now)
        with read_scope(self.house.engine) as session:
            due = [one.id for one in ledger.due_accounts(session, self.now)]
        done = 0
        for account in due:
            with contextlib.suppress(Died):
                done += carry_out(self.house, account, f"worker-{self.deaths}", self.clock)
        return done

    def run(self, hours: float = 6) -> None:
        """Until nothing is left to do, or ``hours`` have gone by; the clock jumps to what comes next."""
        end = self.now + timedelta(hours=hours)
        crash.watch = self.watch
        try:
            while self.now < end:
                if self.turn():
                    continue
                nearest = self._next()
                if nearest is None or nearest > end:
                    break
                self.now = max(nearest, self.now + timedelta(seconds=1))
        finally:
            crash.watch = None
        self.now = max(self.now, end)
        with session_scope(self.house.engine) as session:
            recalls.alarm_late(session, self.now)  # as the clock does every minute
            recalls.settle_reissued(session, self.now)

    def _next(self) -> datetime | None:
        """The next moment at which a row may become due."""
        with read_scope(self.house.engine) as session:
            rows = session.exec(select(Delivery).where(col(Delivery.state).not_in(releases.TERMINAL)))
            moments = [at for row in rows for at in (row.next_at, row.due_at, row.lease_until) if at]
            lanes = session.exec(select(Lane))
            moments += [at for lane in lanes for at in (lane.until, lane.rests_until) if at]
            due = session.exec(select(Remedy).where(col(Remedy.state).in_(("due", "unknown"))))
            moments += [one.next_at for one in due if one.next_at]
        return min((at for at in moments if at > self.now), default=None)

    # ----------------------------------------------------------------- looking

    def copies(self) -> list[checker.Copy]:
        return [checker.Copy.of(one) for one in self.neutral.copies()]

    def breaches(self) -> list[str]:
        with read_scope(self.house.engine) as session:
            return checker.breaches(session, self.copies(), self.neutral.sends(), self.house.rendition, self.now)

    def states(self) -> dict[str, int]:
        with read_scope(self.house.engine) as session:
            return releases.counts(session)["wechat"]

    def deliveries(self) -> list[Delivery]:
        with read_scope(self.house.engine) as session:
            return list(session.exec(select(Delivery)))


def prepare(root: Path, stories: int = 3, due: timedelta = timedelta(), database: str = "") -> Path:
    """A house with two accounts and ``stories`` signed stories, 2 × ``stories`` deliveries ready: made once,
    copied for every case. ``database``: an address, else SQLite."""
    settle_on(root / "house", database)
    house = build_house(root / "house", "测试", two_units(), CHANNELS, NOW, demo=True, base_url="http://127.0.0.1:9/s")
    with session_scope(house.engine) as session:
        session.add_all([Person(login=login, name=name) for login, name in PEOPLE])
        empower(session)
        session.exec(update(Account).values(transport="api"))  # type: ignore[call-overload]
        accounts = [one.id for one in session.exec(select(Account))]
    for account in accounts:
        keep_secrets(house.engine, house.wires.vault, account, {"secret": SECRET, "base": "http://neutral"})
    for number in range(stories):
        release(house, root, f"story-{number}", f"第{'一二三四五六七八九'[number % 9]}条消息，编号{number}", NOW + due)
    house.engine.dispose()  # the last connection brings the log into the file
    return root / "house"


def build(
    prepared: Path, root: Path, *faults: Fault, transport: NeutralTransport | None = None, **platform: Any
) -> World:
    """A world over a copy of the prepared house: same rows, same store, a fresh platform."""
    copy_house(prepared, root)
    house = open_house(root)
    if house.engine.dialect.name == "sqlite":
        event.listen(house.engine, "connect", _unsynced)
    world = World(house=house, neutral=None, now=NOW)  # type: ignore[arg-type]
    neutral = Neutral(Book(), world.clock, faults=Faults(faults), sleep=lambda seconds: None, **platform)
    client = httpx.Client(transport=InProcess(neutral), base_url="http://neutral")
    wires = replace(
        house.wires, dial=lambda account, secrets: client, transports={"wechat": transport or NeutralTransport()}
    )
    world.house, world.neutral = replace(house, wires=wires), neutral
    return world


def _unsynced(connection: Any, _record: Any) -> None:
    """A played death loses no page of the system's cache, so these worlds need not wait for the disk."""
    connection.execute("PRAGMA synchronous=OFF")


def release(house: House, root: Path, slug: str, headline: str, due: datetime, **planned: Any) -> int:
    """One story to every account, signed in rehearsal. ``planned``: as for ``releases.plan``."""
    taken = take_in(house, write_story(root / "desk", slug, headline), "editor", NOW)
    with session_scope(house.engine) as session:
        chosen = ledger.newest_revisions(session, [taken.slug])
        targets = [releases.parse_target("channel=*")]
        number = releases.plan(session, chosen, targets, due, "editor", review.REHEARSAL, now=NOW, **planned).id
    press.render_release(house, number, NOW)
    sealed = press.seal_release(house, number, NOW)
    assert sealed is not None
    press.sign_release(house, sealed, "editor", "演练", NOW)
    return number
