"""齐发: what lies in place on many accounts goes out together, and dies no worse than on the plain road."""

import contextlib
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from channels.making.sandbox import Fault
from cms import audit, releases
from cms.db import read_scope, session_scope
from cms.releases import Delivery
from pipeline import crash
from pipeline.volley import Volley
from tests.ledger.world import Died, World, build, prepare
from tests.pipeline.conftest import NOW

DUE = NOW + timedelta(minutes=20)


@pytest.fixture(scope="module")
def in_place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three stories on two accounts, due in twenty minutes."""
    return prepare(tmp_path_factory.mktemp("volley"), due=timedelta(minutes=20))


def staged(prepared: Path, root: Path, *faults: Fault) -> World:
    """A world three seconds before the time, everything in place."""
    world = build(prepared, root)
    world.run(hours=0.2)
    assert world.states() == {"staged": 6}
    world.now = DUE - timedelta(seconds=3)
    for one in faults:
        world.neutral.faults.add(one)
    return world


def fire(world: World) -> None:
    """One volley; the clock ticks whenever it is looked at. A death ends a thread, or the whole of it."""

    def ticking() -> datetime:
        world.now += timedelta(milliseconds=50)
        return world.now

    volley = Volley(world.house, "gunner", ticking)
    crash.watch = world.watch
    try:
        with contextlib.suppress(Died):
            for call in volley.fire():
                with contextlib.suppress(Died):
                    call.result()
    finally:
        crash.watch = None
        volley.close()


def test_the_first_of_every_account_goes_out_at_its_second(in_place: Path, tmp_path: Path) -> None:
    world = staged(in_place, tmp_path / "w")
    fire(world)
    assert world.states() == {"published": 2, "staged": 4}
    assert {one.account for one in world.copies()} == {"wechat:chengdu", "wechat:ganzi"}
    assert all(DUE <= one.at < DUE + timedelta(seconds=5) for one in world.copies())
    assert world.breaches() == []
    world.run()
    assert world.states() == {"published": 6}
    assert world.breaches() == []


@pytest.mark.parametrize("point", ["publish.announced", "publish.answered", "answer.kept", "trouble.kept"])
def test_a_death_in_a_volley_loses_and_doubles_nothing(in_place: Path, tmp_path: Path, point: str) -> None:
    fault = Fault("http_500_after_accept", method="publish", nth=1)
    world = staged(in_place, tmp_path / "w", *([fault] if point == "trouble.kept" else []))
    world.kill = (point, 1)
    fire(world)
    assert world.deaths == 1
    world.run()
    assert world.breaches() == []
    assert world.states() == {"published": 6}
    assert len(world.neutral.book.posts(state="live")) == 6


def test_what_a_person_stopped_in_the_last_seconds_is_not_sent(in_place: Path, tmp_path: Path) -> None:
    world = staged(in_place, tmp_path / "w")
    volley = Volley(world.house, "gunner", world.clock)
    shots = volley.aim()
    with session_scope(world.house.engine) as session:
        row = session.get_one(Delivery, shots[0].send.delivery.id)
        releases.hold(session, row, "editor", "先停一停", world.now)
    going = volley.announce(shots)
    assert [one.send.delivery.key for one in going] == [shots[1].send.delivery.key]
    with read_scope(world.house.engine) as session:
        assert audit.verify(session) is None
    volley.close()
    world.run()
    assert world.breaches() == []
    assert Counter(world.states()) == {"published": 5, "held": 1}


def test_a_platform_that_says_no_is_told_on_its_delivery_alone(in_place: Path, tmp_path: Path) -> None:
    world = staged(in_place, tmp_path / "w", Fault("reject_sensitive", method="publish", account="wechat:ganzi"))
    fire(world)
    assert world.states() == {"published": 1, "held": 1, "staged": 4}
    assert world.breaches() == []
