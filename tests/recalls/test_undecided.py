"""An order nobody decides: what it keeps back says so, and those who may decide hear of it until they do."""

from pathlib import Path

import pytest

from cms import recalls, releases
from cms.db import read_scope, session_scope
from cms.people import notices
from cms.releases import Delivery
from pipeline import recalls as press
from tests.ledger.platforms_world import build
from tests.recalls import world as w
from tests.recalls.conftest import CHANNELS

pytestmark = pytest.mark.keeps("order")
AGAIN = "一直没有人批准或驳回"


@pytest.fixture
def waiting(province: Path, tmp_path: Path) -> w.World:
    """A retraction ordered after the micro-site has the story, before the platforms do; nobody decides."""
    world = build(province, tmp_path / "w", CHANNELS)
    press.order_retraction(world.house, "story-0", "待核", "正在核实。", "editor", world.now)
    return world


def later(world: w.World, hours: float) -> list[str]:
    """What is told of the order in these hours."""
    before = {(one.id, one.count) for one in _notices(world)}
    for _ in range(round(hours * 4)):
        world.run(hours=0.25)
        press.watch(world.house, world.now)
    return [one.sentence for one in _notices(world) if (one.id, one.count) not in before]


def _notices(world: w.World) -> list[notices.Notice]:
    with read_scope(world.house.engine) as session:
        return [one for one in notices.unseen(session) if one.subject == "recall:1"]


def read(world: w.World) -> None:
    with session_scope(world.house.engine) as session:
        notices.see_about(session, "recall:1", "zhou", world.now)


def test_it_is_told_again_though_the_last_word_was_read_until_somebody_decides(waiting: w.World) -> None:
    read(waiting)
    assert later(waiting, 1.75) == []
    (first,) = later(waiting, 0.5)
    assert AGAIN in first
    assert later(waiting, 1.5) == []  # not at every look
    read(waiting)
    (second,) = later(waiting, 0.5)
    assert AGAIN in second
    w.approve(waiting, 1)
    assert not any(AGAIN in one.sentence for one in _notices(waiting))  # it has been decided: nobody need read it
    assert not any(AGAIN in one for one in later(waiting, 5))


def test_what_it_keeps_back_says_so(waiting: w.World) -> None:
    later(waiting, 3)
    (one,) = w.deliveries(waiting)["wechat:chengdu"]
    with read_scope(waiting.house.engine) as session:
        row = session.get_one(Delivery, one.id)
        assert [order.id for order in releases.undecided(session, row)] == [1]
        assert [order.id for order, _ in recalls.undecided(session)] == [1]
    w.approve(waiting, 1)
    with read_scope(waiting.house.engine) as session:
        assert recalls.undecided(session) == []
        assert releases.undecided(session, session.get_one(Delivery, one.id)) == []


def test_the_words_say_how_many_readers_still_see(province: Path, tmp_path: Path) -> None:
    world = build(province, tmp_path / "w", CHANNELS)
    world.run(hours=2)
    press.order_retraction(world.house, "story-0", "待核", "正在核实。", "editor", world.now)
    live = sum(one.state == "published" for many in w.deliveries(world).values() for one in many)
    assert live > 0
    with read_scope(world.house.engine) as session:
        ((_, words),) = recalls.undecided(session)
    assert f"读者还看得到 {live} 份" in words
    later(world, 3)
    assert any(f"读者还看得到 {live} 份" in one.sentence for one in _notices(world))
