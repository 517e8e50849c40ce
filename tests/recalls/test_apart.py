"""单独编辑 and corrections: readers of every channel are told; a text of its own is not left wrong in silence."""

from pathlib import Path

import pytest

from cms import recalls, review
from cms.db import read_scope
from cms.recalls import RecallError
from cms.releases import Recall
from cms.stories import newest, story_named, texts_of
from pipeline import own_texts as room
from pipeline import recalls as press
from pipeline.intake import take_in, take_in_text
from tests.ledger.platforms_world import PlatformsWorld, build
from tests.ledger.world import release
from tests.pipeline.conftest import write_story
from tests.recalls import world as w
from tests.recalls.conftest import CHANNELS

SLUG, HEADLINE = "story-9", "单独编辑的一条消息"
OWN = "---\nheadline: 微博自己的题\ndigest: 副厅长说了一句话。\n---\n\n副厅长说了一句话。\n"
TOLD = "微博用的是单独版本，这次没有改到"


@pytest.fixture
def world(province: Path, tmp_path: Path) -> PlatformsWorld:
    """A story whose 微博 says it its own way, out everywhere."""
    world = build(province, tmp_path / "w", CHANNELS)
    take_in(world.house, write_story(tmp_path / "desk", SLUG, HEADLINE), "editor", world.now)
    room.cut(world.house, SLUG, "weibo", "editor", world.now)
    room.write(world.house, SLUG, "weibo", OWN, "editor", world.now, None)
    release(world.house, tmp_path, SLUG, HEADLINE, world.now)
    world.run(hours=3)
    assert len(w.alive(world, "副厅长说了一句话")) == 2
    return world


def order(world: PlatformsWorld, text: str) -> int:
    return press.order_correction(
        world.house, SLUG, text, w.REASON, w.NOTICE, "editor", world.now, policy=review.REHEARSAL
    )


def warnings(world: PlatformsWorld, number: int) -> list[str]:
    with read_scope(world.house.engine) as session:
        return recalls.warnings_of(session, session.get_one(Recall, number))


def own(world: PlatformsWorld) -> str:
    with read_scope(world.house.engine) as session:
        story = story_named(session, SLUG)
        assert story
        return texts_of(session, story)["weibo"].text


def main(world: PlatformsWorld) -> str:
    with read_scope(world.house.engine) as session:
        story = story_named(session, SLUG)
        last = newest(session, story) if story else None
    assert last
    return last.text


def test_the_plan_says_that_a_channels_own_text_was_not_corrected(world: PlatformsWorld) -> None:
    number = order(world, main(world).replace("第一段", "更正过的第一段"))
    assert [one for one in warnings(world, number) if TOLD in one]
    assert w.NOTICE in own(world) and w.NOTICE in main(world)  # readers of each are told


def test_corrected_in_both_nothing_is_left_to_say_and_both_go_out(world: PlatformsWorld) -> None:
    room.write(world.house, SLUG, "weibo", OWN.replace("副厅长", "厅长"), "editor", world.now, None)
    number = order(world, main(world).replace("第一段", "更正过的第一段"))
    assert not [one for one in warnings(world, number) if TOLD in one]
    assert press.sign_correction(world.house, number, "yi", "同意", world.now) == []
    world.run(hours=3)
    assert not w.alive(world, "副厅长说了一句话")
    assert len([one for one in w.alive(world, "厅长说了一句话") if one.startswith("weibo:")]) == 2
    assert {words for key, words in w.states(world, number).items() if key.startswith("weibo:")} == {"reissue done"}
    assert world.breaches() == []


def test_only_a_channels_own_text_corrected_leaves_the_others_alone(world: PlatformsWorld) -> None:
    room.write(world.house, SLUG, "weibo", OWN.replace("副厅长", "厅长"), "editor", world.now, None)
    number = order(world, main(world))
    states = w.states(world, number)
    assert {words.split()[0] for key, words in states.items() if key.startswith("wechat:")} == {"none"}
    assert {words.split()[0] for key, words in states.items() if key.startswith("weibo:")} == {"reissue"}
    assert not [one for one in warnings(world, number) if TOLD in one]


def test_a_refused_correction_puts_every_text_back(world: PlatformsWorld) -> None:
    before = main(world)
    with pytest.raises(RecallError, match="没有采用"):
        order(world, before.replace("第一段", "第一段[^没有这条]"))
    assert main(world) == before and own(world) == OWN


def test_the_plan_before_the_order_says_it_too(world: PlatformsWorld) -> None:
    text = main(world).replace("第一段", "更正过的第一段")
    take_in_text(world.house, text, f"{SLUG}.md", world.house.drafts / SLUG, "editor", world.now, slug=SLUG)
    seen = recalls.foresee(world.house.engine, SLUG, "correction", "editor", world.now)
    assert [one for one in seen.warnings if TOLD in one]
