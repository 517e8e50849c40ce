"""The tenth deletion of a day and the eleventh: it waits until midnight, shown with its time, and somebody is told."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from channels.making.sandbox import Fault
from cms import recalls, releases
from cms.db import read_scope, session_scope
from cms.matrix.wires import CallCount, window
from cms.releases import moment
from pipeline import recalls as press
from tests.ledger.platforms_world import PlatformsWorld, build, prepare
from tests.ledger.world import build as neutral
from tests.recalls import world as w

pytestmark = pytest.mark.keeps("order")

MIDNIGHT = datetime(2026, 11, 18, 16, 0, tzinfo=UTC)  # in Shanghai
DELETE = "freepublish/delete"


@pytest.fixture(scope="module")
def wechat(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepare(tmp_path_factory.mktemp("quota"), ("wechat",), stories=2)


def spend(world: PlatformsWorld, used: int) -> None:
    """So many deletions were made today already."""
    with session_scope(world.house.engine) as session:
        for account in (1, 2):
            since = window("day", world.now)
            session.merge(CallCount(account_id=account, call=f"{DELETE}:day", since=since, used=used))


@pytest.mark.proves("F11", "I2")
def test_the_eleventh_deletion_waits_until_midnight(wechat: Path, tmp_path: Path) -> None:
    world = build(wechat, tmp_path / "w", ("wechat",))
    world.run(hours=1)
    spend(world, 9)
    first, second = w.retract(world, "story-0"), w.retract(world, "story-1")
    world.run(hours=6)
    assert set(w.states(world, first).values()) == {"withdraw done"}
    assert set(w.states(world, second).values()) == {"withdraw due"}
    assert {one.next_at for one in w.remedies(world, second).values()} == {MIDNIGHT}
    assert set(w.by_account(world, "story-1").values()) == {"held"} and world.breaches() == []
    assert any(moment(MIDNIGHT) in one and "自动接着处置" in one for one in w.told(world, f"recall:{second}"))
    with read_scope(world.house.engine) as session:
        waits = recalls.unsettled(session)
        assert len(waits) == 2 and all(one.next_at == MIDNIGHT for one in waits)
        assert all("下架" in one.reason for one in releases.waiting(session))
    world.run(hours=12)
    assert set(w.states(world, second).values()) == {"withdraw done"} and w.alive(world) == []
    assert w.recall(world, second).state == "settled" and world.breaches() == []


def test_the_plan_says_what_it_costs_and_what_is_left(wechat: Path, tmp_path: Path) -> None:
    world = build(wechat, tmp_path / "w", ("wechat",))
    world.run(hours=1)
    spend(world, 10)
    number = press.order_retraction(world.house, "story-0", "不实", "已撤回。", "editor", world.now)
    line = w.lines(world, number)[0]
    assert (line.costs, line.left) == ({DELETE: 1}, {DELETE: 0})
    assert line.rule and line.remains and line.address.startswith("https://") and line.state == "已发布"
    with read_scope(world.house.engine) as session:
        warned = recalls.warnings_of(session, w.recall(world, number))
    assert any("只剩 0 次" in one for one in warned)


@pytest.mark.proves("I2")
def test_what_is_not_done_two_hours_after_the_order_is_told_once(prepared: Path, tmp_path: Path) -> None:
    world = neutral(prepared, tmp_path / "w")
    world.run(hours=2)
    world.neutral.faults.add(Fault("refuse", method="delete_posts"))
    number = w.retract(world)
    for _ in range(5):
        world.run(hours=1)
        press.watch(world.house, world.now)
    said = [one for one in w.told(world, f"recall:{number}") if "两小时后还没有处置完" in one]
    assert len(said) == 2 and all(one.alarmed_at for one in w.remedies(world, number).values())
    world.neutral.faults.clear()
    world.run(hours=2)
    assert w.alive(world) == [] and w.recall(world, number).state == "settled"
