"""The number: a retraction at each of the 105 positions of a release: nothing starts afterwards, every copy is
withdrawn or named."""

import os
import shutil
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import func, select

from channels.making.sandbox import Fault
from cms.db import read_scope
from cms.matrix import built_in, load_matrix
from cms.releases import Attempt
from tests.ledger import platforms_world
from tests.ledger.platforms_world import PlatformsWorld
from tests.recalls import world as w
from tests.recalls.conftest import CHANNELS

pytestmark = pytest.mark.keeps("races")

SOAK = os.environ.get("YIGAO_SOAK") == "1"
ALL = 105
SOME = (0, 1, 21, 43, 60, 85, 104, 105)
STARTS = ("files.announced", "publish.announced", "handover.packed")
LOST = (
    Fault("accept_then_drop", method="freepublish/submit", per_mille=400, seed=3),
    Fault("accept_then_drop", method="statuses/share", per_mille=400, seed=4),
)
NAMED = ("handed_over", "withdraw_failed", "held")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One story for a whole province: 21 units, five channels."""
    root = tmp_path_factory.mktemp("whole")
    house = platforms_world.prepare(
        root, CHANNELS, stories=1, due=timedelta(hours=1), own=("site", "feed"), by_hand=("toutiao",),
        matrix=load_matrix(built_in()),
    )  # fmt: skip
    return house


@dataclass
class Interrupted:
    """Somebody takes the story back in the very moment in which the ``position``-th delivery starts."""

    world: PlatformsWorld
    position: int
    started: int = 0
    number: int = 0
    seen: int = 0

    def watch(self, name: str) -> None:
        if name in STARTS and not self.number:
            self.started += 1
            if self.started == self.position:
                self.take_back()

    def take_back(self) -> None:
        self.number = w.retract(self.world)
        self.seen = self.last_send()

    def last_send(self) -> int:
        with read_scope(self.world.house.engine) as session:
            query = select(func.max(Attempt.id)).where(Attempt.step == "publish")
            return session.exec(query).one() or 0

    def run(self) -> None:
        if self.position == 0:
            self.take_back()
        self.world.watch = self.watch  # type: ignore[method-assign]
        self.world.run(hours=12)
        if not self.number:  # the last position: everything is out
            self.take_back()
            self.world.run(hours=4)


def named_or_gone(case: Interrupted) -> None:
    """The promise of a retraction, copy by copy."""
    world = case.world
    assert case.last_send() == case.seen  # nothing started afterwards
    remedies = w.remedies(world, case.number)
    for account, (delivery,) in w.deliveries(world).items():
        if delivery.state in ("withdrawn", "cancelled", "failed"):
            continue
        remedy = remedies[account]
        assert delivery.state in NAMED, (account, delivery.state)
        assert remedy.state == "by_hand" and remedy.person and remedy.deadline and remedy.reason, account
    assert w.alive(world) == []
    assert {one.sentence for one in w.advisories(world)} <= {"本文不实，已撤回。"}
    assert world.breaches() == []


def at_position(whole: Path, root: Path, position: int) -> Interrupted:
    faults = LOST if position % 2 else ()
    case = Interrupted(platforms_world.build(whole, root, CHANNELS, *faults), position)
    case.run()
    named_or_gone(case)
    return case


@pytest.mark.slow
@pytest.mark.proves("I8", "F25", "F26")
@pytest.mark.parametrize("position", range(ALL + 1) if SOAK else SOME)
def test_a_retraction_at_each_position(whole: Path, tmp_path: Path, position: int) -> None:
    case = at_position(whole, tmp_path / "w", position)
    assert len(w.deliveries(case.world)) == ALL
    out = [one for rows in w.deliveries(case.world).values() for one in rows if one.state != "cancelled"]
    assert len(out) in (position - 1, position)  # a package that was written is out once somebody was given it
    case.world.house.engine.dispose()
    shutil.rmtree(tmp_path / "w")
