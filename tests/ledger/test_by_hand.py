"""Somebody publishes our draft in the platform's console, and we never heard that the draft was made (F35, F04).

Found by a campaign of random kills: the draft was looked for, was not there any more, and was made again.
"""

from pathlib import Path

import pytest

from channels.making.sandbox import Fault
from pipeline import outcome
from tests.ledger.world import build


@pytest.mark.parametrize("silence", ["reset_mid_body", "http_500_after_accept", "accept_then_drop"])
def test_a_draft_published_by_hand_is_not_made_again(prepared: Path, tmp_path: Path, silence: str) -> None:
    world = build(
        prepared,
        tmp_path / "w",
        Fault("manual_publish", method="post_drafts", nth=1),
        Fault(silence, method="post_drafts", nth=1),
    )
    world.run()
    assert world.breaches() == []
    assert len(world.neutral.book.posts(state="live")) == 6
    assert world.states() == {"published": 5, "held": 1}
    assert [one.reason for one in world.deliveries() if one.state == "held"] == [outcome.BY_HAND]


def test_a_death_after_making_it_is_no_excuse_either(prepared: Path, tmp_path: Path) -> None:
    world = build(prepared, tmp_path / "w", Fault("manual_publish", method="post_drafts", nth=1))
    world.kill = ("stage.answered", 1)
    world.run()
    assert world.deaths == 1
    assert world.breaches() == []
    assert len(world.neutral.book.posts(state="live")) == 6
    assert world.states() == {"published": 5, "held": 1}
