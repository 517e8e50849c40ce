"""A draft that somebody published in the platform's console before its time (F35), and then a recall: it is out,
whatever the rows believed, so it is dealt with as what is out."""

from pathlib import Path

import pytest

from channels.making.sandbox import Fault
from tests.ledger.platforms_world import PlatformsWorld, build
from tests.recalls import world as w
from tests.recalls.conftest import CHANNELS

pytestmark = [pytest.mark.keeps("races"), pytest.mark.proves("F35", "I1", "I8")]
OURS, THEIRS = "wechat:chengdu", "wechat:ganzi"


@pytest.fixture
def world(province: Path, tmp_path: Path) -> PlatformsWorld:
    """Both drafts lie in place; of one account somebody published it at once."""
    made = build(province, tmp_path / "w", CHANNELS, Fault("manual_publish", account=OURS, nth=1))
    w.wait(made, minutes=40)
    while made.turn():
        pass
    assert w.by_account(made)[OURS] == "staged" and w.alive(made, "编号0") == [OURS]
    return made


def test_a_correction_takes_the_draft_published_by_hand_away(world: PlatformsWorld) -> None:
    number = w.correct(world)
    assert w.states(world, number)[OURS] == "wait due" and w.states(world, number)[THEIRS] == "replace done"
    world.run(hours=4)
    assert w.states(world, number)[OURS] == "reissue done"
    assert [one for one in w.alive(world, w.CORRECTED) if "wechat" in one] == [OURS, THEIRS]
    assert len([one for one in w.alive(world, "编号0") if "wechat" in one]) == 2
    assert world.breaches() == []


def test_a_retraction_takes_the_draft_published_by_hand_away(world: PlatformsWorld) -> None:
    number = w.retract(world)
    world.run(hours=4)
    assert w.states(world, number)[OURS] == "withdraw done" and w.states(world, number)[THEIRS] == "cancel done"
    assert [one for one in w.alive(world, "编号0") if "wechat" in one] == []
    assert world.breaches() == []
