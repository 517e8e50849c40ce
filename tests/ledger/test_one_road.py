"""The ledger against the neutral platform: the plain road, then every fault, then every fault with a death."""

import os
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from channels.making.sandbox import Fault
from pipeline import remote
from tests.ledger.world import World, build

SOAK = os.environ.get("YIGAO_SOAK") == "1"
# switch: (the fault and the calls it strikes, how the platform works)
SWITCHES: dict[str, tuple[Fault, dict[str, Any]]] = {
    "none": (Fault("slow", method="nothing"), {}),
    "asynchronous": (Fault("slow", method="nothing"), {"asynchronous": True}),
    "late list": (Fault("accept_then_drop", method="publish", nth=2), {"visibility": timedelta(seconds=25)}),
    **{
        f"{action} on {method}": (Fault(action, method=method, per_mille=300, seed=7), {})
        for action in (
            "refuse",
            "drop_before_accept",
            "reset_mid_body",
            "accept_then_drop",
            "accept_then_hang",
            "slow",
            "http_500_before",
            "http_500_after_accept",
            "http_429",
            "tls_error",
            "errcode_in_200",
            "html_page",
            "json_truncated",
            "empty_200",
            "wrong_type",
            "extra_fields",
        )
        for method in ("post_drafts", "publish", "*")
    },
    **{
        action: (Fault(action, method=method, per_mille=chance, seed=3), {})
        for action, method, chance in (
            ("token_expired", "*", 200),
            ("token_invalidate_on_refresh", "token", 1000),
            ("token_rotate_during_request", "publish", 400),
            ("token_down", "token", 400),
            ("ip_denied", "*", 50),
            ("permission_missing", "publish", 300),
            ("quota_minute", "*", 200),
            ("quota_day", "publish", 300),
            ("too_long", "post_drafts", 300),
            ("reject_sensitive", "publish", 300),
            ("reject_duplicate", "publish", 300),
            ("upload_fail_nth", "upload", 400),
            ("media_expired", "post_drafts", 300),
            ("media_dedup", "upload", 1000),
            ("content_altered", "post_drafts", 1000),
            ("manual_publish", "post_drafts", 300),
            ("visibility_delay", "publish", 1000),
            ("list_unstable", "get_posts", 500),
            ("list_down", "get_posts", 500),
            ("account_banned", "publish", 200),
        )
    },
    **{
        action: (Fault(action, method="publish", per_mille=500, seed=5), {"asynchronous": True})
        for action in ("async_never", "async_late", "async_fail")
    },
}


def _some(passed: dict[str, int], switch: str) -> list[tuple[str, int]]:
    """Every point in the soak, a sixth of them otherwise; together the switches still kill at each of them."""
    turn = list(SWITCHES).index(switch) % 6
    return [one for at, one in enumerate(passed.items()) if SOAK or at % 6 == turn]


def settled(world: World) -> None:
    """Every delivery ended, or waits for a person with its reason; nothing lost, nothing twice."""
    assert world.breaches() == []
    assert sum(world.states().values()) == 6
    assert set(world.states()) <= {"published", "held", "failed"}
    assert all(one.reason for one in world.deliveries() if one.state in ("held", "failed"))


@pytest.mark.proves("I1", "I3", "I5", "I6", "I7", "I11")
def test_a_release_goes_out_once_and_is_as_signed(prepared: Path, tmp_path: Path) -> None:
    world = build(prepared, tmp_path / "w")
    world.run()
    assert world.states() == {"published": 6}
    settled(world)
    assert len(world.neutral.book.posts()) == 6


@pytest.mark.slow
@pytest.mark.parametrize("switch", SWITCHES)
@pytest.mark.proves(
    "I1",
    "I2",
    "I3",
    "I4",
    "I5",
    "I6",
    "I7",
    "I11",
    "F01",
    "F02",
    "F04",
    "F05",
    "F06",
    "F12",
    "F13",
    "F30",
    "F31",
    "F33",
    "F35",
)
def test_a_fault_and_a_death_at_every_point(prepared: Path, tmp_path: Path, switch: str) -> None:
    fault, platform = SWITCHES[switch]
    calm = build(prepared, tmp_path / "calm", fault, **platform)
    calm.run(hours=16)  # past the midnight that brings new quotas
    settled(calm)
    for point, passed in _some(calm.passed, switch):
        for nth in {1, passed} if SOAK else {1}:
            root = tmp_path / f"{point}-{nth}"
            world = build(prepared, root, fault, **platform)
            world.kill = (point, nth)
            world.run(hours=16)
            assert world.deaths == 1, (point, nth)
            settled(world)
            world.house.engine.dispose()
            shutil.rmtree(root)


def test_every_point_of_the_road_is_reached(prepared: Path, tmp_path: Path) -> None:
    reached: set[str] = set()
    for number, switch in enumerate(("asynchronous", "accept_then_drop on publish", "list_down", "http_429 on *")):
        fault, platform = SWITCHES[switch]
        world = build(prepared, tmp_path / str(number), fault, **platform)
        world.run()
        reached |= set(world.passed)
    assert reached >= set(remote.known_points())
