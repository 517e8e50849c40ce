"""One order follows every copy: our own pages, two interfaces, and people's hands."""

from pathlib import Path

import pytest

from tests.ledger.platforms_world import PlatformsWorld, build
from tests.recalls import world as w
from tests.recalls.conftest import CHANNELS


@pytest.fixture
def world(province: Path, tmp_path: Path) -> PlatformsWorld:
    made = build(province, tmp_path / "w", CHANNELS)
    made.run(hours=2)
    return made


def test_a_retraction_follows_every_copy(world: PlatformsWorld) -> None:
    number = w.retract(world)
    world.run(hours=1)
    assert w.states(world, number) == {
        "site:chengdu": "withdraw done",
        "site:ganzi": "withdraw done",
        "feed:chengdu": "withdraw done",
        "feed:ganzi": "withdraw done",
        "wechat:chengdu": "withdraw done",
        "wechat:ganzi": "withdraw done",
        "weibo:chengdu": "withdraw done",
        "weibo:ganzi": "withdraw done",
        "toutiao:chengdu": "by_hand by_hand",
        "toutiao:ganzi": "by_hand by_hand",
    }
    assert len(world.copies()) == 8 and len([one for one in world.copies() if one.state == "live"]) == 4
    assert world.breaches() == []


def test_a_correction_follows_every_copy(world: PlatformsWorld) -> None:
    number = w.correct(world)
    world.run(hours=1)
    print(w.states(world, number))
    print(w.by_account(world))
    print(w.alive(world, "更正过的"))
    print(world.breaches())
    assert 0
