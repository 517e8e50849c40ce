"""The plan of a correction knows which copies stay before it is ordered, by the function the order decides with."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cms import recalls, review
from cms.db import read_scope
from cms.recalls import SAME_WORDS, Foreseen, RecallError
from cms.stories import newest, story_named
from pipeline import recalls as press
from pipeline.comparing import Comparing
from pipeline.desk_press import HousePress
from pipeline.intake import take_in_text
from tests.ledger.platforms_world import PlatformsWorld, build
from tests.recalls import world as w
from tests.recalls.conftest import CHANNELS

pytestmark = [pytest.mark.keeps("order"), pytest.mark.proves("F24")]


@pytest.fixture
def world(province: Path, tmp_path: Path) -> PlatformsWorld:
    made = build(province, tmp_path / "w", CHANNELS)
    made.run(hours=2)
    return made


@pytest.fixture
def room(world: PlatformsWorld) -> Iterator[HousePress]:
    made = HousePress(world.house, world.clock)
    yield made
    made.comparing.wait()


def saved(world: PlatformsWorld, text: str) -> str:
    """The corrected text lies saved at the desk, as an editor left it."""
    folder = world.house.drafts / "story-0"
    take_in_text(world.house, text, "story-0.md", folder, "editor", world.now, slug="story-0")
    return text


def foreseen(world: PlatformsWorld, room: HousePress, **prefer: str) -> Foreseen:
    room.compare("story-0")
    room.comparing.wait()
    known = room.compare("story-0")
    assert known.is_over
    return recalls.foresee(world.house.engine, "story-0", "correction", "editor", world.now, prefer, known.same)


def plan(lines: tuple[recalls.Line, ...] | list[recalls.Line]) -> dict[str, tuple[str, str, dict[str, int]]]:
    return {one.account: (one.action, one.rule, one.costs) for one in lines}


@pytest.mark.parametrize("change", ["body", "digest"])
def test_what_is_foreseen_is_what_is_ordered(world: PlatformsWorld, room: HousePress, change: str) -> None:
    make = w.same_digest if change == "body" else w.corrected_text
    text = saved(world, make(world.house, "story-0", w.CORRECTED))
    before = foreseen(world, room)
    stays = {one.account for one in before.lines if one.reason == SAME_WORDS}
    assert stays == ({"weibo:chengdu", "weibo:ganzi"} if change == "body" else set())
    number = press.order_correction(
        world.house, "story-0", text, w.REASON, w.NOTICE, "editor", world.now, policy=review.REHEARSAL
    )
    assert plan(before.lines) == plan(w.lines(world, number))
    assert world.breaches() == []


def test_a_channel_on_which_a_person_chose_is_not_left_out(world: PlatformsWorld, room: HousePress) -> None:
    text = saved(world, w.same_digest(world.house, "story-0", w.CORRECTED))
    before = foreseen(world, room, weibo="remark")
    mine = {one.action for one in before.lines if one.account.startswith("weibo:")}
    assert mine == {"留言说明更正"}
    number = press.order_correction(
        world.house, "story-0", text, w.REASON, w.NOTICE, "editor", world.now, {"weibo": "remark"},
        policy=review.REHEARSAL, prefer_why="转发很多，不能删",
    )  # fmt: skip
    assert plan(before.lines) == plan(w.lines(world, number))
    with read_scope(world.house.engine) as session:
        ((channel, words, why),) = recalls.chosen(session, w.recall(world, number))
    assert (channel, why) == ("微博", "转发很多，不能删")
    assert words in {one.words for one in before.ways[-1].options}


def test_it_is_drawn_once_and_again_where_the_text_changed(
    world: PlatformsWorld, room: HousePress, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved(world, w.same_digest(world.house, "story-0", w.CORRECTED))
    assert (room.compare("story-0").done, room.compare("story-0").total) != (6, 0)
    foreseen(world, room)
    first = dict(room.comparing._known)
    foreseen(world, room)
    assert dict(room.comparing._known) == first and len(first) == 6  # own pages are not compared
    saved(world, w.same_digest(world.house, "story-0", "又改了一处"))
    again = room.compare("story-0")
    assert (again.done, again.total) == (0, 6)
    room.comparing.wait()
    monkeypatch.setattr("pipeline.comparing.KEPT", 4)
    saved(world, w.same_digest(world.house, "story-0", "第三次"))
    room.compare("story-0")
    room.comparing.wait()
    assert len(room.comparing._known) == 4  # what is remembered has an end


def test_each_channel_says_its_ways_in_the_order_of_the_rules(world: PlatformsWorld, room: HousePress) -> None:
    saved(world, w.corrected_text(world.house, "story-0", w.CORRECTED))
    found = {one.channel: one for one in foreseen(world, room).ways}
    assert {"wechat", "weibo"} <= set(found) and not {"site", "feed"} & set(found)
    wechat = found["wechat"]
    assert (wechat.copies, wechat.options[0].name, wechat.options[-1].name) == (2, "reissue", "comment")
    assert "删除文章 1 次" in wechat.options[0].cost
    with pytest.raises(RecallError, match="可以用"):
        foreseen(world, room, wechat="amend")


def test_a_story_nobody_knows_has_nothing_to_compare(world: PlatformsWorld) -> None:
    nothing = Comparing().of(world.house, "nobody", world.now)
    assert (nothing.done, nothing.total, nothing.is_over) == (0, 0, True)
    with read_scope(world.house.engine) as session:
        story = story_named(session, "story-0")
        assert story is not None and newest(session, story) is not None
    same = Comparing().of(world.house, "story-0", world.now)
    assert same.total == 0  # its newest text is what stands there
