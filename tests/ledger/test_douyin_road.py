"""Six deliveries on two 抖音 accounts, the real transport against the sandbox, under a dozen telling switches."""

from pathlib import Path

import pytest

from channels.making.sandbox import Fault
from tests.douyin.world import Douyin, build, prepare

CREATE = {"method": "create_video", "seed": 7}
# what is struck, and what becomes of six deliveries: seeds make it the same every time
SWITCHES: dict[str, tuple[tuple[Fault, ...], dict[str, int]]] = {
    "answers lost, texts altered, lists late": (
        (
            Fault("accept_then_drop", per_mille=500, **CREATE),
            Fault("content_altered", **CREATE),
            Fault("visibility_delay", **CREATE),
        ),
        {"published": 6},
    ),
    "requests lost, lists unstable": (
        (Fault("drop_before_accept", per_mille=500, **CREATE), Fault("list_unstable", method="video_list", nth=1)),
        {"published": 6},
    ),
    "500 after accepting, lists down": (
        (Fault("http_500_after_accept", per_mille=500, **CREATE), Fault("list_down", method="video_list", nth=1)),
        {"published": 6},
    ),
    "busy where nothing happened": (
        (Fault("errcode_in_200", per_mille=500, **CREATE), Fault("html_page", method="video_data", per_mille=300)),
        {"published": 6},
    ),
    "uploads fail or go unanswered": (
        (
            Fault("upload_response_lost", method="upload_video", per_mille=500),
            Fault("upload_fail_nth", method="upload_image", nth=2),
            Fault("http_429", method="upload_image", nth=3),
            Fault("media_dedup", method="upload_video"),
        ),
        {"published": 6},
    ),
    "tokens die": (
        (Fault("token_expired", per_mille=200), Fault("token_down", method="refresh_token", per_mille=500)),
        {"published": 6},
    ),
    "quotas are used up": (
        (Fault("quota_day", nth=2, **CREATE), Fault("quota_minute", nth=5, **CREATE)),
        {"published": 6},
    ),
    "uploads expire, an account is banned": (
        (Fault("media_expired", nth=1, **CREATE), Fault("account_banned", nth=3, **CREATE)),
        {"published": 4, "held": 2},
    ),
    "reviews say no, or late": (
        (Fault("reject_sensitive", nth=2, **CREATE), Fault("async_late", nth=4, **CREATE)),
        {"published": 5, "failed": 1},
    ),
    "a review never ends": ((Fault("async_never", nth=1, **CREATE),), {"published": 5, "held": 1}),
}


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepare(tmp_path_factory.mktemp("douyin"))


def settled(world: Douyin) -> None:
    assert world.breaches() == []
    assert sum(world.states().values()) == 6
    assert set(world.states()) <= {"published", "held", "failed"}
    assert all(one.reason for one in world.deliveries() if one.state in ("held", "failed"))


def test_a_release_goes_out_once_and_is_public_after_its_review(ready: Path, tmp_path: Path) -> None:
    world = build(ready, tmp_path / "w")
    world.run()
    settled(world)
    assert world.states() == {"published": 6}
    assert {one.state for one in world.copies()} == {"live"} and len(world.copies()) == 6


@pytest.mark.parametrize("switch", SWITCHES)
@pytest.mark.proves("I1", "I3", "I4", "I6")
def test_a_switch_breaks_nothing(ready: Path, tmp_path: Path, switch: str) -> None:
    faults, states = SWITCHES[switch]
    world = build(ready, tmp_path / "w", *faults)
    world.run(hours=16 if "quotas" in switch else 3)  # past the midnight that brings new quotas
    settled(world)
    assert all(world.neutral.faults.struck)
    assert world.states() == states


@pytest.mark.proves("I4")
def test_a_list_nobody_vouches_for_never_allows_a_second_send(ready: Path, tmp_path: Path) -> None:
    """Lost on the way there: held for a person. Lost on the way back: found by its words."""
    there, back = Fault("drop_before_accept", nth=1, **CREATE), Fault("accept_then_drop", nth=3, **CREATE)
    world = build(ready, tmp_path / "w", there, back, list_trusted=False)
    world.run()
    settled(world)
    assert world.states() == {"published": 5, "held": 1}
    (held,) = [one for one in world.deliveries() if one.state == "held"]
    assert "没有可靠的查询接口" in held.reason and len(world.copies()) == 5


@pytest.mark.proves("F01")
def test_a_worker_that_died_with_the_answer_in_its_hand_is_made_good(ready: Path, tmp_path: Path) -> None:
    world = build(ready, tmp_path / "w")
    world.kill = ("publish.answered", 2)
    world.run()
    settled(world)
    assert world.deaths == 1 and world.states() == {"published": 6} and len(world.copies()) == 6
