"""A death at every point of dealing with a copy, under every fault of the calls: no copy is left alive unnamed, none is
sent anew twice."""

import os
import shutil
from pathlib import Path

import pytest

from channels.making.sandbox import Fault
from pipeline import recall_acts
from tests.ledger.world import Died, World, build
from tests.recalls import world as w

pytestmark = pytest.mark.keeps("order")

SOAK = os.environ.get("YIGAO_SOAK") == "1"
DELETE = "delete_posts"
SWITCHES: dict[str, tuple[Fault, ...]] = {
    "none": (),
    **{
        action: (Fault(action, method=DELETE, per_mille=600, seed=11),)
        for action in (
            "refuse",
            "accept_then_drop",
            "accept_then_hang",
            "http_500_before",
            "http_500_after_accept",
            "http_429",
            "errcode_in_200",
            "html_page",
            "empty_200",
            "token_expired",
            "quota_day",
            "delete_fails",
            "delete_late",
        )
    },
    "always fails": (Fault("delete_fails", method=DELETE),),
    "no permission": (Fault("permission_missing", method=DELETE),),
}
KINDS = ("retraction", "correction")


def settled(world: World, number: int) -> None:
    """Every copy is gone, replaced once, or named with who has to do it."""
    world.neutral.settle()
    live = w.alive(world)
    assert len(live) == len(set(live)), "twice on an account"
    old = [one.account for one in world.copies() if one.state == "live" and w.CORRECTED not in one.body]
    for account, remedy in w.remedies(world, number).items():
        if account in old:
            assert remedy.state == "by_hand" and remedy.person and remedy.deadline and remedy.reason, remedy
            assert w.deliveries(world)[account][0].state == "withdraw_failed"
        else:
            assert remedy.state == "done"
            assert w.recall(world, number).kind == "retraction" or account in live
    assert world.breaches() == []


def case(prepared: Path, root: Path, switch: str, kind: str) -> tuple[World, int]:
    world = build(prepared, root)
    world.run(hours=2)
    world.passed.clear()
    for fault in SWITCHES[switch]:
        world.neutral.faults.add(fault)
    return world, w.retract(world) if kind == "retraction" else w.correct(world)


def cases() -> list[tuple[str, str]]:
    whole = [(switch, kind) for switch in SWITCHES for kind in KINDS]
    return whole if SOAK else whole[::3] + [(one, "correction") for one in ("none", "accept_then_drop", "delete_late")]


@pytest.mark.slow
@pytest.mark.parametrize(("switch", "kind"), cases())
@pytest.mark.proves("I1", "I3", "I8", "F01", "F02", "F04", "F05", "F11", "F12", "F13", "F26")
def test_a_fault_and_a_death_at_every_point(prepared: Path, tmp_path: Path, switch: str, kind: str) -> None:
    for point in ("", *recall_acts.known_points()):
        root = tmp_path / (point or "calm")
        world, number = case(prepared, root, switch, kind)
        world.kill = (point, 1)
        world.run(hours=30)
        assert world.deaths == (1 if point in world.passed else 0)
        settled(world, number)
        world.house.engine.dispose()
        shutil.rmtree(root)


@pytest.mark.proves("F28")
def test_a_copy_three_workers_died_of_is_a_persons(prepared: Path, tmp_path: Path) -> None:
    world, number = case(prepared, tmp_path / "w", "none", "retraction")

    def die(name: str) -> None:
        if name == "remedy.announced":
            world.deaths += 1
            raise Died(name)

    world.watch = die  # type: ignore[method-assign]
    world.run(hours=2)
    assert world.deaths == 6 and len(w.alive(world)) == 2
    settled(world, number)
