"""演练: play a script on simulated time, with everything real but the platforms and the clock, and check the promise.

The clock jumps to whatever comes next: an act of the desks, a delivery's time, a platform's own doings, a visit of the
person on duty. At the end of each day the checker reads the rows and the sandboxes' book; what it finds is a breach of
the promise, whatever the press room believes.
"""

import contextlib
import gc
import random
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import bindparam
from sqlmodel import col, func, select

from channels.making.sandbox import Faults, Send
from cms.db import UtcTime, ask, read_scope
from cms.matrix import Account
from cms.releases import Delivery, nights
from pipeline import crash, flashes, ledger
from pipeline.checkup import check_ahead
from pipeline.discards import discard
from pipeline.engine import carry_out
from pipeline.later_checks import look_again
from pipeline.reconcile import after_restoring, ask_again, nightly
from pipeline.rehearsal import fire
from pipeline.rehearsal import script as scripts
from pipeline.rehearsal import weather as weathers
from pipeline.rehearsal.desks import Desks
from pipeline.rehearsal.editor import Editor
from pipeline.rehearsal.events import listen
from pipeline.rehearsal.fire import Fire
from pipeline.rehearsal.played import Asked, Played
from pipeline.rehearsal.promises import Looks, looks
from pipeline.rehearsal.script import DAY
from pipeline.rehearsal.stage import build, leaves, province
from pipeline.rehearsal.weather import Deaths, Died

_AHEAD = select(func.min(Delivery.due_at)).where(
    Delivery.state == "ready", col(Delivery.due_at) > bindparam("ahead", type_=UtcTime())
)
SECOND_S = timedelta(seconds=1)
HOUR = timedelta(hours=1)
NIGHT = timedelta(hours=nights.HOUR.hour, minutes=nights.HOUR.minute)


SWEEPS = (10_000, 20, 50)

Watch = Callable[[Played], None]


def rehearse(asked: Asked, root: Path, watch: Watch = lambda played: None) -> Played:
    """Play it in the empty folder ``root``. ``watch`` is told at the end of each day."""
    matrix = province(asked.units)
    script = scripts.write(asked.wanted, leaves(matrix), asked.seed)
    channels = asked.wanted.channels
    stage = build(root, matrix, script, channels, Faults(weathers.faults(asked.weather, script, channels)))
    listen(stage)
    deaths = weathers.deaths(asked.weather, asked.seed)
    editor = Editor(stage, random.Random(f"editor {asked.seed}"))
    desks = Desks(stage)
    burning = Fire(stage, desks, editor, fire.plan(asked.weather, script))
    played = Played(asked, script, stage, editor, desks, deaths, burning)
    crash.watch = _struck(burning, deaths)
    try:
        with _unswept(), looks(_left_to_play(asked)) as checks:
            Run(played, watch, checks).play()
    finally:
        crash.watch = None
        stage.house.engine.dispose()
    return played


def _left_to_play(asked: Asked) -> int:
    """How many days of a unit are played while others are looked at."""
    return asked.units * (asked.wanted.days - 1) if asked.is_checked_daily else 0


@contextlib.contextmanager
def _unswept() -> Iterator[None]:
    """What stands by now (modules, tables, compiled statements) is not walked through again and again for what could be
    thrown away; what comes meanwhile is, if less often."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(*SWEEPS)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def _struck(burning: Fire, deaths: Deaths) -> Callable[[str], None]:
    """What a passage of a crash point may bring."""

    def watch(name: str) -> None:
        burning.passed(name)
        if not burning.is_calm:
            deaths.watch(name)

    return watch


class Run:
    """One rehearsal under way."""

    def __init__(self, played: Played, watch: Watch, checks: Looks) -> None:
        self.played, self.watch, self.checks = played, watch, checks
        self.stage, self.script, self.desks, self.fire = played.stage, played.script, played.desks, played.fire
        self.acts = list(self.script.acts)
        self.visit_at = played.editor.next_visit(self.stage.now)
        self.day_ends = self.script.start + DAY
        self.night_at = self.script.start + NIGHT
        self.check_at = self.script.start + HOUR

    def play(self) -> None:
        """Until the last day is over."""
        clock = self.stage.clock
        while clock.now < self.script.end:
            self._burn()
            self._act()
            with self._timed("平台"):
                self.stage.sandboxes.settle()
            if self.stage.now >= self.visit_at:
                self._visit()
            if self.stage.now >= self.night_at:
                self._night()
            if self.stage.now >= self.check_at:
                self._check()
            with self._timed("投递"):
                done = flashes.tend(self.stage.house, self.stage.now) + self._turn()
            if done:
                continue
            clock.now = min(max(self._next(), clock.now + SECOND_S), self.script.end)
            if clock.now >= self.day_ends:
                self._end_day()

    # ----------------------------------------------------------------- time

    def _next(self) -> datetime:
        """The next moment at which anything may have to be done."""
        now = self.stage.now
        with read_scope(self.stage.house.engine) as session:
            first: datetime | None = ask(session, _AHEAD, ahead=now + ledger.AHEAD).scalar()
            comes = ledger.next_moment(session, now)
        moments = [
            comes,
            first and first - ledger.AHEAD,
            self.stage.sandboxes.next_at(),
            self.day_ends,
            self.visit_at,
            self.night_at,
            self.check_at,
            self.fire.wakes_at(),
            self.acts[0].at if self.acts else None,
            *(at for at, _ in self.desks.later),
        ]
        return min(at for at in moments if at is not None and at > now)

    def _turn(self) -> int:
        """One look at the ledger: every account with due work takes its step; how many did."""
        now = self.stage.now
        with read_scope(self.stage.house.engine) as session:
            due = [one.id for one in ledger.due_accounts(session, now)]
        done, self.fire.is_at_work = 0, True
        for account in due:
            if self.fire.is_burning:
                break
            try:
                done += carry_out(self.stage.house, account, f"worker-{self.played.deaths.count}", self.stage.clock)
            except Died as death:
                self._bury(account, str(death))
        self.fire.is_at_work = False
        return done

    def _bury(self, account_id: int, where: str) -> None:
        """A worker died with this account in hand: until its lease runs out nobody else takes it."""
        with read_scope(self.stage.house.engine) as session:
            key = session.get_one(Account, account_id).key
        self.played.died.append(Send(key, where, self.stage.now))

    def _burn(self) -> None:
        """The backup, the fire and the other machine, each when its time has come."""
        with self._timed("备份与恢复"):
            self.fire.overdue()
            if self.fire.is_burning:
                self.fire.restore()

    def _end_day(self) -> None:
        self.played.days += 1
        self.day_ends += DAY
        is_last = self.played.days == self.script.days
        if self.played.asked.is_checked_daily or is_last:
            with self._timed("核对"):
                for at, found in self.checks.look(self.stage, self.played.died, is_last=is_last):
                    for breach in found.breaches:
                        self.played.breaches.setdefault(breach, at)
                    self.played.paces = found.paces
        self.watch(self.played)

    @contextlib.contextmanager
    def _timed(self, what: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self.played.seconds[what] = self.played.seconds.get(what, 0.0) + time.perf_counter() - began

    # ----------------------------------------------------------------- the desks

    def _act(self) -> None:
        """What the desks have to do by now, in the order of its time."""
        while self.acts and self.acts[0].at <= self.stage.now:
            act = self.acts.pop(0)
            self.fire.performed.append(act)
            with self._timed("编采"):
                self.desks.perform(act)
        due = [one for one in self.desks.later if one[0] <= self.stage.now]
        for one in due:
            self.desks.later.remove(one)
            with self._timed("编采"):
                self.desks.finish(one[1])

    def _visit(self) -> None:
        """The person on duty comes by, and whatever waits for signatures gets them."""
        with self._timed("值班"):
            self.desks.sign_rest()
            self.played.editor.visit()
            flashes.escalate(self.stage.house, self.stage.now)
            look_again(self.stage.house, self.stage.clock)
            with contextlib.suppress(Died):
                discard(self.stage.house, self.stage.clock)
            after_restoring(self.stage.house, self.stage.clock)
            self.fire.see_to()
        self.visit_at = self.played.editor.next_visit(self.stage.now)

    def _night(self) -> None:
        """What the clock does while nobody is there: what readers see against the receipts."""
        self.night_at += DAY
        with self._timed("夜间核对"):
            nightly(self.stage.house, self.stage.clock)
            look_again(self.stage.house, self.stage.clock)

    def _check(self) -> None:
        """What has something due is asked ahead whether it works; one after the other, as a seed wants it."""
        self.check_at += HOUR
        with self._timed("体检"):
            check_ahead(self.stage.house, self.stage.clock, at_once=1)
        with self._timed("夜间核对"):
            ask_again(self.stage.house, self.stage.clock)
