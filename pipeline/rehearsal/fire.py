"""机器烧毁: one house of a storm is lost in the middle of a day, and the backup of some hours before is restored (F37).

The backup is taken while deliveries are under way, between two steps of one of them; the fire comes in the middle of
another. What the desks decided in between is in no row: they do it again, as the manual tells them to. What they did
on the platforms' own pages they remember.
"""

import random
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from sqlmodel import col, select

from cms.db import read_scope, session_scope
from cms.releases import Attempt, Delivery
from cms.releases.restoring import confirm, count_asked
from pipeline.backup import back_up
from pipeline.house import KEY
from pipeline.rebuilt import rebuild
from pipeline.rehearsal.desks import Desks, Later
from pipeline.rehearsal.editor import Editor
from pipeline.rehearsal.events import listen
from pipeline.rehearsal.script import DAY, Act, FreezeOrder, Publish, Retract, Script
from pipeline.rehearsal.stage import EDITOR, REBUILT, Stage, moved_to
from pipeline.rehearsal.weather import Died, Weather
from pipeline.restore import restore

HOURS = (9, 18)
"""Between these by Beijing the backup is taken: the middle of a day."""
LONGEST, SHORTEST = timedelta(hours=4), timedelta(minutes=30)
"""Between the backup and the fire."""
DOWN = timedelta(minutes=12)
"""Until another machine stands there and the backup is restored."""
QUIET = timedelta(minutes=5)
"""So long a step to die in is waited for."""
LOOKED = timedelta(hours=2)
"""So long after the restoring somebody may say that it is over, once nothing is being asked about."""
STEPS = 8
"""So many steps a unit may have taken of a release when it strikes."""
BEFORE_NIGHT = timedelta(hours=2)
REPEATED = (Retract, FreezeOrder)
"""What the desks may decide between backup and fire; other acts keep their distance."""
REASON = "演练：机器烧毁，用最近的备份恢复"
AGAIN = "平台上没有，恢复后补发"


class When(NamedTuple):
    """When the backup is taken and when the machine burns; each in the step after so many others."""

    kept_at: datetime
    burns_at: datetime
    steps: int


def plan(weather: Weather, script: Script) -> When | None:
    """A backup at the due time of some release and a fire hours later, while another goes out where one does; by the
    seed. None in other weather than a storm, or when no day leaves room."""
    if weather != "storm":
        return None
    dice = random.Random(f"fire {script.seed}")
    due = sorted(one.due_at for one in script.acts if isinstance(one, Publish))
    fixed = sorted(one.at for one in script.acts if not isinstance(one, REPEATED))
    found: list[tuple[bool, datetime, datetime]] = []
    for kept in sorted({one for one in due if HOURS[0] <= (one + timedelta(hours=8)).hour < HOURS[1]}):
        midnight = script.start + ((kept - script.start) // DAY + 1) * DAY
        comes = next((one for one in fixed if one > kept), midnight)
        end = min(kept + LONGEST, comes - DOWN, midnight - BEFORE_NIGHT)
        while_sending = [one for one in due if kept + SHORTEST <= one <= end]
        if end - kept >= SHORTEST:
            found.append((bool(while_sending), kept, while_sending[-1] if while_sending else end))
    best = [one for one in found if one[0]] or found
    return When(*dice.choice(best)[1:], dice.randrange(4, 4 + STEPS * len(script.units))) if best else None


@dataclass(frozen=True)
class Burnt:
    """What a loss came to. ``doubted``: under way or due, asked about at once; ``redone``: what the desks decided
    again; ``over_at``: when a person said that everything was looked at."""

    kept_at: datetime
    lost_at: datetime
    back_at: datetime
    doubted: int
    handed_over: int
    remedies: int
    redone: tuple[str, ...]
    over_at: datetime | None = None


@dataclass(frozen=True)
class Memory:
    """What the people had in their heads, and on their lists, when the backup was taken."""

    performed: int
    later: tuple[Later, ...]
    tries: dict[int, int]
    works: int


@dataclass
class Fire:
    """The loss of a rehearsal's machine. ``performed``: the acts of the desks so far, in order."""

    stage: Stage
    desks: Desks
    editor: Editor
    when: When | None
    performed: list[Act] = field(default_factory=list)
    is_at_work: bool = False
    is_burning: bool = False
    is_calm: bool = False
    burnt: Burnt | None = None
    _kept: Memory | None = None
    _passed: int = 0

    def next_at(self) -> datetime | None:
        """When something of it is due."""
        if self.when is None or self.burnt is not None:
            return None
        return self.when.burns_at if self._kept else self.when.kept_at

    def wakes_at(self) -> datetime | None:
        """When it must be seen to: at its time, or once no step came in which it could strike."""
        at = self.next_at()
        return at if at is None or self.stage.now < at else at + QUIET

    def passed(self, _: str) -> None:
        """For ``pipeline.crash``: the step in which the backup is taken, and the one that is the last."""
        at = self.next_at()
        if not self.is_at_work or self.is_burning or at is None or self.when is None or self.stage.now < at:
            return
        self._passed += 1
        if self._passed > self.when.steps:
            self._strike()

    def overdue(self) -> None:
        """No step came: the backup is taken between two, the machine burns idle."""
        at = self.next_at()
        if at is not None and self.stage.now >= at + QUIET:
            try:
                self._strike()
            except Died:
                return

    def _strike(self) -> None:
        self._passed = 0
        if self._kept is not None:
            self.is_burning = True
            raise Died("fire")
        back_up(self.stage.house, self._folder, EDITOR, self.stage.now)
        self._kept = Memory(
            len(self.performed), tuple(self.desks.later), dict(self.editor.tries), len(self.editor.works)
        )

    @property
    def _folder(self) -> Path:
        return self.stage.house.root.parent / "backup"

    # ----------------------------------------------------------------- another machine

    def restore(self) -> None:
        """The newest backup in a new house before the very same platforms; then what people do next."""
        stage, memory = self.stage, self._kept
        if memory is None or self.when is None:
            return
        lost_at, old = stage.now, stage.house
        old.engine.dispose()
        stage.clock.now = lost_at + DOWN
        root = old.root.parent / REBUILT
        done = restore(self._folder, root, EDITOR, REASON, stage.now, old.root / KEY)
        moved_to(stage, root)
        self.is_calm = True  # somebody stands beside the command, and would give it again
        rebuild(stage.house, stage.clock)
        self.is_calm = False
        listen(stage)
        self.is_burning = False
        self.burnt = Burnt(
            done.manifest.at, lost_at, stage.now, done.doubted, done.handed_over, done.remedies, self._again(memory)
        )

    def _again(self, memory: Memory) -> tuple[str, ...]:
        """What was decided since the backup is decided again; what was done by hand is remembered."""
        lost = self.performed[memory.performed :]
        self.desks.later = list(memory.later)
        self.editor.tries = dict(memory.tries)
        since = self.editor.works[memory.works :]
        self.editor.to_enter = {work.account for work in since if work.what == "重新授权"}
        redone = []
        for act in lost:
            if isinstance(act, FreezeOrder) and act.until <= self.stage.now:
                continue
            self.desks.perform(act)
            redone.append(f"撤稿 {act.story}" if isinstance(act, Retract) else "停发")
        return tuple(redone)

    def see_to(self) -> None:
        """The person on duty says that it is over once nothing is being asked about any more, and gives what fell due
        meanwhile new times."""
        if self.burnt is None or self.burnt.over_at is not None or self.stage.now < self.burnt.back_at + LOOKED:
            return
        with session_scope(self.stage.house.engine) as session:
            if count_asked(session):
                return
            done = confirm(session, EDITOR, REASON, self.stage.now, is_said=True)
        self.editor.pushes = {one.id for one in done.stopped if one.push}
        self.desks.send_again([one for one in done.stopped if not one.push], AGAIN)
        self.burnt = replace(self.burnt, over_at=self.stage.now)


def fates(stage: Stage, burnt: Burnt) -> dict[str, int]:
    """What became of the deliveries that were asked about because of the restoring, in Chinese."""
    found: dict[str, int] = {}
    with read_scope(stage.house.engine) as session:
        sent = set(
            session.exec(select(Attempt.delivery_id).where(Attempt.step == "publish", Attempt.began_at > burnt.back_at))
        )
        # Before the person on duty said that it was over: what fell due meanwhile has a new time since.
        during = Attempt.began_at >= burnt.back_at, Attempt.began_at <= (burnt.over_at or stage.now)
        asked = select(Attempt.delivery_id).where(Attempt.step == "look_up", *during)
        query = select(Delivery).where(col(Delivery.id).in_(asked))
        for one in session.exec(query.order_by(col(Delivery.id))):
            words = _fate(one, is_sent=one.id in sent)
            found[words] = found.get(words, 0) + 1
    return found


def _fate(one: Delivery, *, is_sent: bool) -> str:
    if is_sent:
        return "核对没有，才发出"
    return "平台上已有，认领" if one.state in ("published", "amended", "withdrawn", "removed") else "还在核对或等人"
