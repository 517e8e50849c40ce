"""A draft of a delivery that was taken back or superseded does not stay in the platform's box for anybody to see."""

from pathlib import Path

import pytest
from sqlmodel import col, select

from channels.making.sandbox import Fault
from channels.wechat.sandbox.base import appid_of
from cms.db import read_scope, session_scope
from cms.releases import Attempt, Delivery, Receipt, cancel_one, why
from pipeline import crash, discards
from tests.ledger.platforms_world import PlatformsWorld, build
from tests.ledger.world import Died
from tests.recalls import world as w
from tests.recalls.conftest import CHANNELS

pytestmark = [pytest.mark.keeps("races"), pytest.mark.proves("I3")]
OURS, THEIRS = "wechat:chengdu", "wechat:ganzi"
DELETE = "draft/delete"


@pytest.fixture
def world(province: Path, tmp_path: Path) -> PlatformsWorld:
    """Both stories lie in both draft boxes; nothing is out."""
    made = build(province, tmp_path / "w", CHANNELS)
    w.wait(made, minutes=40)
    while made.turn():
        pass
    assert [len(box(made, one)) for one in (OURS, THEIRS)] == [2, 2]
    return made


def box(world: PlatformsWorld, account: str) -> list[str]:
    """The titles in an account's draft box."""
    found = world.platform("wechat").book.things("wechat", f"draft:{appid_of(account)}")
    return [one["articles"][0]["title"] for one in found.values()]


def deletions(world: PlatformsWorld) -> int:
    return sum(one[2] == DELETE for one in world.platform("wechat").book.calls("wechat"))


def attempts(world: PlatformsWorld) -> list[Attempt]:
    with read_scope(world.house.engine) as session:
        return list(session.exec(select(Attempt).where(Attempt.step == "discard").order_by(col(Attempt.id))))


def sweep(world: PlatformsWorld, minutes: float = 0) -> int:
    w.wait(world, minutes)
    return discards.discard(world.house, world.clock)


def test_of_a_retracted_story_no_draft_is_left(world: PlatformsWorld) -> None:
    w.retract(world)
    assert [len(box(world, one)) for one in (OURS, THEIRS)] == [2, 2]
    assert sweep(world) == 2
    assert [[("编号1" in title) for title in box(world, one)] for one in (OURS, THEIRS)] == [[True], [True]]
    assert {(one.outcome, one.ended_at) for one in attempts(world)} == {("discarded", world.now)}
    with read_scope(world.house.engine) as session:
        delivery = next(one for one in world.deliveries() if one.id == attempts(world)[0].delivery_id)
        receipt = session.exec(select(Receipt).where(Receipt.delivery_id == delivery.id)).one()
        told = why(session, delivery)
    assert (receipt.state, receipt.note) == ("discarded", "平台回答：草稿已删除")
    assert any("丢弃草稿" in line for line in told)
    assert (sweep(world, minutes=60), deletions(world)) == (0, 2)  # once
    world.run(hours=6)
    assert world.breaches() == []


def test_of_a_corrected_story_only_the_corrected_draft_is_left(world: PlatformsWorld) -> None:
    w.correct(world)
    world.run(hours=0.1)
    assert sweep(world) == 2
    assert len(box(world, OURS)) == 2  # the corrected one, and the other story
    world.run(hours=4)
    assert len([one for one in w.alive(world, w.CORRECTED) if "wechat" in one]) == 2
    assert (box(world, OURS), world.breaches()) == ([], [])


def test_what_a_person_cancelled_is_discarded_too(world: PlatformsWorld) -> None:
    with session_scope(world.house.engine) as session:
        first = next(one for one in world.deliveries() if one.state == "staged")
        cancel_one(session, session.get_one(Delivery, first.id), "editor", "不发了", world.now)
    assert (sweep(world), len(box(world, OURS)) + len(box(world, THEIRS))) == (1, 3)


@pytest.mark.parametrize("fault", ["accept_then_drop", "drop_before_accept", "errcode_in_200"])
def test_a_lost_answer_is_asked_again_and_what_is_gone_is_done(world: PlatformsWorld, fault: str) -> None:
    w.retract(world)
    world.sandboxes.faults.add(Fault(fault, method=DELETE, account=OURS, nth=1))
    assert sweep(world) == 2
    assert sweep(world) == 0  # it rests first
    assert sweep(world, minutes=10) == 1
    assert len(box(world, OURS)) == 1
    last = "not_there" if fault == "accept_then_drop" else "discarded"
    assert [one.outcome for one in attempts(world)][-1] == last
    world.run(hours=2)
    assert (sweep(world, minutes=60), world.breaches()) == (0, [])


def test_one_somebody_published_in_between_is_told_with_its_address(world: PlatformsWorld) -> None:
    w.retract(world)
    wechat = world.platform("wechat")
    media, draft = next(iter(wechat.book.things("wechat", f"draft:{appid_of(OURS)}").items()))
    assert "编号0" in draft["articles"][0]["title"]
    wechat.publish_by_hand(appid_of(OURS), media)
    assert sweep(world) == 2
    (post,) = wechat.book.posts("wechat", state="live")
    (words,) = [one for one in w.told(world) if "在平台后台发布了" in one]
    assert (post.address in words, "请到后台删除" in words) == (True, True)
    assert sorted(one.outcome for one in attempts(world)) == ["by_hand", "discarded"]
    assert sweep(world, minutes=600) == 0


def test_a_draft_whose_answer_never_came_is_found_by_its_key(province: Path, tmp_path: Path) -> None:
    """The worker died between the platform's yes and the row: the row knows of no draft."""
    made = build(province, tmp_path / "w", CHANNELS)
    w.wait(made, minutes=40)
    made.kill = ("stage.answered", 1)
    crash.watch = made.watch
    try:
        made.turn()
    finally:
        crash.watch = None
    lost = [one for one in made.deliveries() if not one.staged]
    before = sum(len(box(made, one)) for one in (OURS, THEIRS))
    assert before > 0 and lost
    made.now += made.house.lease
    w.retract(made, "story-0")
    w.retract(made, "story-1")
    sweep(made)
    assert [box(made, one) for one in (OURS, THEIRS)] == [[], []]


@pytest.mark.parametrize("point", discards.known_points())
def test_a_death_anywhere_leaves_one_deletion(world: PlatformsWorld, point: str) -> None:
    w.retract(world)
    world.kill = (point, 1)
    crash.watch = world.watch
    try:
        with pytest.raises(Died):
            sweep(world)
    finally:
        crash.watch = None
    sweep(world, minutes=6)
    sweep(world, minutes=6)
    assert [len(box(world, one)) for one in (OURS, THEIRS)] == [1, 1]
    world.run(hours=2)
    assert (sweep(world, minutes=60), world.breaches()) == (0, [])
    assert {one.outcome for one in attempts(world)} <= {"died", "discarded", "not_there"}


def test_what_cannot_be_deleted_is_a_persons_in_the_end(world: PlatformsWorld) -> None:
    w.retract(world)
    world.sandboxes.faults.add(Fault("permission_missing", method=DELETE, account=OURS))
    for _ in range(discards.TRIES + 2):
        sweep(world, minutes=60)
    mine = [one for one in attempts(world) if one.outcome not in ("discarded",)]
    assert ([one.outcome for one in mine][-1], len(mine)) == ("given_up", discards.TRIES)
    (words,) = [one for one in w.told(world) if "没有删成" in one]
    assert "草稿箱里删除" in words
