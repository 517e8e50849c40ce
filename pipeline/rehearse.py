"""演练: play a script on simulated time, with everything real but the platforms and the clock, and check the promise.

The clock jumps to whatever comes next: an act of the desks, a delivery's time, a platform's own doings, a visit of the
person on duty. At the end of each day the checker reads the rows and the sandboxes' book; what it finds is a breach of
the promise, whatever the press room believes.
"""

import contextlib
import random
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from sqlmodel import col, func, select

from channels.making.sandbox import Faults
from cms import releases, review
from cms.db import read_scope, session_scope
from cms.people import Person
from cms.releases import Delivery, Target
from cms.stories import Column, Revision, fill, open_next_issue, story_named
from pipeline import checker, crash, ledger, press
from pipeline.engine import carry_out
from pipeline.intake import take_in_text
from pipeline.rehearsal import script as scripts
from pipeline.rehearsal import weather as weathers
from pipeline.rehearsal.editor import Editor
from pipeline.rehearsal.script import DAY, Act, Publish, Script, Wanted
from pipeline.rehearsal.stage import AUTHOR, CHIEF, FIRST, SECOND, Stage, build, leaves, province
from pipeline.rehearsal.weather import Deaths, Died, Weather

OPINION = "演练：逐字核对，同意。"
SECOND_S = timedelta(seconds=1)


@dataclass(frozen=True)
class Asked:
    """What is rehearsed."""

    units: int = 14
    weather: Weather = "mild"
    seed: int = 1
    wanted: Wanted = field(default_factory=Wanted)
    is_checked_daily: bool = True


@dataclass
class Played:
    """What came of it: the stage as it was left, and what was seen on the way. ``breaches``: by the day they were
    first seen on; ``seconds``: by part of the work, of the real clock."""

    asked: Asked
    script: Script
    stage: Stage
    editor: Editor
    deaths: Deaths
    breaches: dict[str, datetime] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    days: int = 0


Watch = Callable[[Played], None]


def rehearse(asked: Asked, root: Path, watch: Watch = lambda played: None) -> Played:
    """Play it in the empty folder ``root``. ``watch`` is told at the end of each day."""
    matrix = province(asked.units)
    script = scripts.write(asked.wanted, leaves(matrix), asked.seed)
    channels = asked.wanted.channels
    stage = build(root, matrix, script, channels, Faults(weathers.faults(asked.weather, script, channels)))
    deaths = weathers.deaths(asked.weather, asked.seed)
    editor = Editor(stage, random.Random(f"editor {asked.seed}"))
    played = Played(asked, script, stage, editor, deaths)
    crash.watch = deaths.watch
    try:
        Run(played, watch).play()
    finally:
        crash.watch = None
        stage.house.engine.dispose()
    return played


class Run:
    """One rehearsal under way."""

    def __init__(self, played: Played, watch: Watch) -> None:
        self.played, self.watch = played, watch
        self.stage, self.script = played.stage, played.script
        self.acts = list(self.script.acts)
        self.visit_at = played.editor.next_visit(self.stage.now)
        self.day_ends = self.script.start + DAY

    def play(self) -> None:
        """Until the last day is over."""
        clock = self.stage.clock
        while clock.now < self.script.end:
            self._act()
            with self._timed("平台"):
                self.stage.sandboxes.settle()
            if self.stage.now >= self.visit_at:
                with self._timed("值班"):
                    self.played.editor.visit()
                self.visit_at = self.played.editor.next_visit(self.stage.now)
            with self._timed("投递"):
                done = self._turn()
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
            ahead = select(func.min(Delivery.due_at)).where(
                Delivery.state == "ready", col(Delivery.due_at) > now + ledger.AHEAD
            )
            first = session.exec(ahead).one()
            comes = ledger.next_moment(session, now)
        moments: list[datetime | None] = [
            comes, first and first - ledger.AHEAD, self.stage.sandboxes.next_at(), self.day_ends, self.visit_at,
            self.acts[0].at if self.acts else None,
        ]  # fmt: skip
        return min(at for at in moments if at is not None and at > now)

    def _turn(self) -> int:
        """One look at the ledger: every account with due work takes its step; how many did."""
        now = self.stage.now
        with read_scope(self.stage.house.engine) as session:
            due = [one.id for one in ledger.due_accounts(session, now)]
        done = 0
        for account in due:
            with contextlib.suppress(Died):
                done += carry_out(self.stage.house, account, f"worker-{self.played.deaths.count}", self.stage.clock)
        return done

    def _end_day(self) -> None:
        self.played.days += 1
        self.day_ends += DAY
        if self.played.asked.is_checked_daily or self.played.days == self.script.days:
            with self._timed("核对"):
                for breach in breaches(self.stage):
                    self.played.breaches.setdefault(breach, self.stage.now)
        self.watch(self.played)

    @contextlib.contextmanager
    def _timed(self, what: str):  # type: ignore[no-untyped-def]
        began = time.perf_counter()
        yield
        self.played.seconds[what] = self.played.seconds.get(what, 0.0) + time.perf_counter() - began

    # ----------------------------------------------------------------- the desks

    def _act(self) -> None:
        while self.acts and self.acts[0].at <= self.stage.now:
            act = self.acts.pop(0)
            with self._timed("编采"):
                self._perform(act)

    def _perform(self, act: Act) -> None:
        if isinstance(act, Publish):
            self._publish(act)

    def _publish(self, act: Publish) -> None:
        house, now = self.stage.house, self.stage.now
        taken = take_in_text(house, act.draft.text, f"{act.story}.md", self.stage.desk, AUTHOR, now)
        with session_scope(house.engine) as session:
            if act.column:
                column = session.exec(select(Column).where(Column.slug == act.column)).one()
                story = story_named(session, taken.slug)
                assert story is not None
                fill(session, open_next_issue(session, column, now), story)
            revision = session.get_one(Revision, taken.revision_id)
            lead = f"wechat:{act.lead}" if act.lead and "wechat" in act.channels else ""
            number = releases.plan(
                session, [revision], Target(channels=act.channels), act.due_at, AUTHOR, review.LAWFUL, now=now, lead=lead
            ).id
        self._through(number)

    def _through(self, release: int) -> None:
        """Rendered, sealed, and signed by everybody whose turn it is."""
        house, now = self.stage.house, self.stage.now
        press.render_release(house, release, now)
        sealed = press.seal_release(house, release, now)
        if sealed is None:
            return
        for step, who in (("初审", FIRST), ("复审", SECOND), ("终审", CHIEF), ("签发", CHIEF)):
            press.sign_release(house, sealed, who, OPINION, now, step)


def breaches(stage: Stage) -> list[str]:
    """What the checker finds now."""
    copies = [checker.Copy.of(one) for one in stage.sandboxes.copies()]
    with read_scope(stage.house.engine) as session:
        return checker.breaches(session, copies, stage.sandboxes.sends(), stage.house.rendition, stage.now)
