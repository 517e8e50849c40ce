"""The number: a retraction at each of the 105 positions of a release: nothing starts afterwards, every copy is
withdrawn or named.

The release goes out once. At the k-th start its process forks, and the child is the world in which somebody takes the
story back in that very moment; the parent waits, puts the folder back as it was, and goes on to the next position.
"""

import os
import shutil
import tempfile
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from multiprocessing import Pipe
from multiprocessing.connection import Connection
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
SOME = (0, 1, *range(6, ALL, 5), ALL)
STARTS = ("files.announced", "publish.announced", "handover.packed")
LOST = (
    Fault("accept_then_drop", method="freepublish/submit", per_mille=400, seed=3),
    Fault("accept_then_drop", method="statuses/share", per_mille=400, seed=4),
)
NAMED = ("handed_over", "withdraw_failed", "held")


@dataclass
class Interrupted:
    """Somebody takes the story back in the very moment in which the ``position``-th delivery starts."""

    world: PlatformsWorld
    position: int
    number: int = 0
    seen: int = 0

    def take_back(self) -> None:
        self.number = w.retract(self.world)
        self.seen = self.last_send()

    def last_send(self) -> int:
        with read_scope(self.world.house.engine) as session:
            query = select(func.max(Attempt.id)).where(Attempt.step == "publish")
            return session.exec(query).one() or 0

    def check(self) -> None:
        """The promise of a retraction, copy by copy."""
        world = self.world
        assert self.last_send() == self.seen  # nothing started afterwards
        remedies, deliveries = w.remedies(world, self.number), w.deliveries(world)
        assert len(deliveries) == ALL
        for account, (delivery,) in deliveries.items():
            if delivery.state in ("withdrawn", "cancelled", "failed"):
                continue
            remedy = remedies[account]
            assert delivery.state in NAMED, (account, delivery.state)
            assert remedy.state == "by_hand" and remedy.person and remedy.deadline and remedy.reason, account
        assert w.alive(world) == []
        assert {one.sentence for one in w.advisories(world)} <= {"本文不实，已撤回。"}
        assert world.breaches() == []
        out = [one for rows in deliveries.values() for one in rows if one.state != "cancelled"]
        assert len(out) in (self.position - 1, self.position)  # a package is out once somebody was given it


@dataclass
class Release:
    """The release on its way in a process of its own, forked at each position it is asked for (ascending, any of
    them: a runner may deal the others to another worker). One answer comes back each: "" or what was wrong there."""

    world: PlatformsWorld
    folder: Path
    pipe: Connection
    wanted: int
    started: int = 0
    is_child: bool = False
    case: Interrupted | None = None

    def run(self) -> None:
        self.fork_if_wanted(0)
        if not self.is_child:
            self.world.watch = self.watch  # type: ignore[method-assign]
        self.world.run(hours=12)
        if self.case is not None:
            self.case.check()

    def watch(self, name: str) -> None:
        if name in STARTS and not self.is_child:
            self.started += 1
            self.fork_if_wanted(self.started)

    def fork_if_wanted(self, position: int) -> None:
        if position != self.wanted:
            return
        before = self.folder.with_name(f"{self.folder.name}-before")
        self.world.house.engine.dispose()  # no connection lives in two processes
        shutil.copytree(self.folder, before, symlinks=True)
        if child := os.fork():
            os.waitpid(child, 0)
            shutil.rmtree(self.folder)
            before.rename(self.folder)
            self.wanted = self.pipe.recv()
            return
        self.is_child = True
        self.case = Interrupted(self.world, position)
        self.case.take_back()


def go_out(whole: Path, root: Path, pipe: Connection) -> None:
    """The whole life of the forked processes: told is what went wrong, never returns."""
    try:
        wanted = pipe.recv()
        faults = LOST if wanted % 2 else ()
        one = Release(platforms_world.build(whole, root, CHANNELS, *faults), root, pipe, wanted)
        one.run()
        said = "" if one.is_child else f"never reached: {one.wanted}"
    except EOFError:
        os._exit(0)  # no more is asked for
    except BaseException:
        said = traceback.format_exc()
    try:
        pipe.send(said)
    finally:
        os._exit(0)


@dataclass
class Releases:
    """The release without faults (even positions) and the one that loses answers (odd ones)."""

    whole: Path
    root: Path
    under_way: dict[int, tuple[Connection, int]] = field(default_factory=dict)
    reached: dict[int, int] = field(default_factory=dict)

    def at(self, position: int) -> str:
        """Position by position; asked for an earlier one, the release goes out anew."""
        odd = position % 2
        if position <= self.reached.get(odd, -1):
            self._end(*self.under_way.pop(odd))
        if odd not in self.under_way:
            self.under_way[odd] = self._start(position)
        self.reached[odd], pipe = position, self.under_way[odd][0]
        pipe.send(position)
        return str(pipe.recv())

    def _start(self, position: int) -> tuple[Connection, int]:
        ours, theirs = Pipe()
        child = os.fork()
        if not child:
            ours.close()
            for pipe, _ in self.under_way.values():
                pipe.close()  # or the other release would never see its end
            go_out(self.whole, Path(tempfile.mkdtemp(prefix=f"{position}-", dir=self.root)) / "house", theirs)
        theirs.close()
        return ours, child

    def end(self) -> None:
        for pipe, child in self.under_way.values():
            self._end(pipe, child)

    def _end(self, pipe: Connection, child: int) -> None:
        pipe.close()
        os.waitpid(child, 0)


POSITIONS = range(ALL + 1) if SOAK else SOME


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Releases]:
    """One story for a whole province: 21 units, five channels."""
    root = tmp_path_factory.mktemp("whole")
    house = platforms_world.prepare(
        root, CHANNELS, stories=1, due=timedelta(hours=1), own=("site", "feed"), by_hand=("toutiao",),
        matrix=load_matrix(built_in()),
    )  # fmt: skip
    going = Releases(house, root)
    yield going
    going.end()


@pytest.mark.slow
@pytest.mark.proves("I8", "F25", "F26")
@pytest.mark.parametrize("position", POSITIONS)
def test_a_retraction_at_each_position(out: Releases, position: int) -> None:
    assert out.at(position) == ""


def test_positions_may_be_dealt_and_asked_for_in_any_order(out: Releases) -> None:
    """As where a runner deals the tests of this file to several workers."""
    assert [out.at(one) for one in (0, 4, 2)] == ["", "", ""]
