"""A correction whose post differs in nothing but its picture: the platform refuses the words it has just been sent."""

from pathlib import Path

import pytest
from PIL import Image
from sqlmodel import col, select

from cms import review
from cms.db import read_scope, session_scope
from cms.matrix import Account
from cms.releases import Attempt, Delivery, retry
from pipeline import outcome
from pipeline import recalls as press
from tests.ledger.platforms_world import PlatformsWorld, build
from tests.recalls import world as w
from tests.recalls.conftest import CHANNELS

pytestmark = [pytest.mark.keeps("order"), pytest.mark.proves("F31", "I4")]
OURS = "weibo:chengdu"


@pytest.fixture
def world(province: Path, tmp_path: Path) -> PlatformsWorld:
    """Out, corrected once by another picture (the post says 更正 now), and again by a third: every word as it was."""
    made = build(province, tmp_path / "w", CHANNELS)
    made.run(hours=1.2)
    for name, colour in (("blue", "#2233aa"), ("green", "#22aa33")):
        text = w.same_digest(made.house, "story-0", "").replace("pictures/red.png", f"pictures/{name}.png")
        Image.new("RGB", (1200, 800), colour).save(made.house.drafts / "story-0" / "pictures" / f"{name}.png")
        number = press.order_correction(
            made.house, "story-0", text, w.REASON, w.NOTICE, "editor", made.now, policy=review.REHEARSAL
        )
        assert {one.action for key, one in w.remedies(made, number).items() if key == OURS} == {"reissue"}
        assert press.sign_correction(made.house, number, "yi", "同意", made.now) == []
        if name == "blue":
            made.run(hours=0.2)
            assert replacement(made).state == "published"
    return made


def replacement(world: PlatformsWorld) -> Delivery:
    return w.deliveries(world)[OURS][-1]


def posts(world: PlatformsWorld) -> int:
    sends = [one for one in world.platform("weibo").book.calls("weibo") if one[2].endswith("statuses/share")]
    return sum(one[1] == world.platform("weibo").book.posts("weibo")[0].account for one in sends)


def test_it_is_told_after_two_look_ups_and_not_tried_for_hours(world: PlatformsWorld) -> None:
    world.run(hours=0.5)
    held = replacement(world)
    assert (held.state, held.reason) == ("held", outcome.REPEATED)
    assert "换了配图也不行" in held.reason and "请改几个字" in held.reason and "网页上发出" in held.reason
    with read_scope(world.house.engine) as session:
        query = select(Attempt).where(Attempt.delivery_id == held.id).order_by(col(Attempt.id))
        steps = [(one.step, one.outcome) for one in session.exec(query) if one.step != "stage"]
    looks = [one for step, one in steps if step == "look_up"]
    assert [one for step, one in steps if step == "publish"] == ["RepeatedError", "RepeatedError"]
    assert looks == ["absent", "absent"]
    assert any(outcome.REPEATED in one for one in w.told(world, f"release:{held.release_id}"))
    calls = posts(world)
    world.run(hours=12)
    assert (posts(world), replacement(world).state) == (calls, "held")
    assert world.breaches() == []


def test_a_person_may_send_it_on_when_the_platform_has_forgotten(world: PlatformsWorld) -> None:
    world.run(hours=3)
    with session_scope(world.house.engine) as session:
        row = session.get_one(Delivery, replacement(world).id)
        retry(session, row, "editor", "到微博看过，没有", world.now, is_absent=True)
    world.run(hours=1)
    assert replacement(world).state == "published"
    with read_scope(world.house.engine) as session:
        account = session.exec(select(Account).where(Account.key == OURS)).one()
    assert account.id == replacement(world).account_id
    assert world.breaches() == []
