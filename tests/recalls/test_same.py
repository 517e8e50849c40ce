"""A correction that changes nothing of what an account's readers see leaves that copy alone, and says why."""

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from cms import review
from cms.recalls import SAME_WORDS, RecallError
from pipeline import recalls as press
from tests.ledger import platforms_world
from tests.ledger.platforms_world import PlatformsWorld, build
from tests.recalls import world as w
from tests.recalls.conftest import CHANNELS

pytestmark = pytest.mark.keeps("order")
UNITS = ("chengdu", "ganzi")


@pytest.fixture
def world(province: Path, tmp_path: Path) -> PlatformsWorld:
    return build(province, tmp_path / "w", CHANNELS)


def order(world: PlatformsWorld, text: str, **given: Any) -> int:
    """A correction to ``text``, ordered."""
    return press.order_correction(
        world.house, "story-0", text, w.REASON, w.NOTICE, "editor", world.now, policy=review.REHEARSAL, **given
    )


def sign(world: PlatformsWorld, number: int) -> None:
    assert press.sign_correction(world.house, number, "yi", "同意", world.now) == []


def body_only(world: PlatformsWorld) -> str:
    """The mistake stood in the story, not in its headline, digest or picture: a short post never had it."""
    return w.same_digest(world.house, "story-0", w.CORRECTED)


def of(world: PlatformsWorld, number: int, channel: str) -> set[str]:
    return {words for account, words in w.states(world, number).items() if account.startswith(f"{channel}:")}


@pytest.mark.proves("F24")
def test_a_post_whose_words_stay_is_neither_deleted_nor_sent_again(world: PlatformsWorld) -> None:
    world.run(hours=2)
    before = {one.key: one.body for one in world.copies() if one.account.startswith("weibo:")}
    number = order(world, body_only(world))
    planned = [one for one in w.lines(world, number) if one.account.startswith("weibo:")]
    assert {(one.action, one.reason, tuple(one.costs)) for one in planned} == {("不用处置", SAME_WORDS, ())}
    assert len(planned) == 2 and all("照旧" in one.reason and "没有变" in one.rule for one in planned)
    sign(world, number)
    world.run(hours=1)
    assert of(world, number, "weibo") == {"none done"} and of(world, number, "wechat") == {"by_hand by_hand"}
    assert of(world, number, "site") == {"amend done"}
    after = {one.key: one.body for one in world.copies() if one.account.startswith("weibo:")}
    assert after == before and len(w.alive(world)) == 8
    assert {one.evidence for key, one in w.remedies(world, number).items() if key.startswith("weibo:")} == {SAME_WORDS}
    assert {rows[-1].state for key, rows in w.deliveries(world).items() if key.startswith("weibo:")} == {"superseded"}
    assert world.breaches() == []


def test_a_picture_that_the_post_does_not_show_is_no_change_of_the_post(world: PlatformsWorld) -> None:
    """A second picture of the story was the wrong one: Weibo shows the first."""
    world.run(hours=2)
    text = w.same_digest(world.house, "story-0", "").replace(
        ":::region", '![另一张](pictures/blue.png "图注"){credit="本社"}\n\n:::region', 1
    )
    Image.new("RGB", (1200, 800), "#2233aa").save(world.house.drafts / "story-0" / "pictures" / "blue.png")
    number = order(world, text)
    assert of(world, number, "weibo") == {"none planned"} and of(world, number, "wechat") == {"reissue planned"}


def test_what_the_post_itself_said_wrong_is_sent_anew(world: PlatformsWorld) -> None:
    world.run(hours=2)
    number = w.correct(world)
    world.run(hours=1)
    assert of(world, number, "weibo") == {"reissue done"}


def test_what_a_person_chose_is_done(world: PlatformsWorld) -> None:
    """They want a remark under the post, although the post is right."""
    world.run(hours=2)
    number = order(world, body_only(world), prefer={"weibo": "comment"})
    assert of(world, number, "weibo") == {"remark planned"}


def test_what_was_on_its_way_is_left_alone_once_it_is_out(world: PlatformsWorld) -> None:
    """Ordered before the posts are out, signed after: what came out meanwhile says nothing wrong."""
    number = order(world, body_only(world))
    assert of(world, number, "weibo") == {"replace planned"}
    world.run(hours=2)
    sign(world, number)
    world.run(hours=1)
    assert of(world, number, "weibo") == {"none done"} and of(world, number, "wechat") == {"reissue done"}
    assert len([one for one in w.alive(world) if one.startswith("weibo:")]) == 4
    assert world.breaches() == []


def test_what_is_not_out_goes_out_corrected(world: PlatformsWorld) -> None:
    number = order(world, body_only(world))
    sign(world, number)
    assert of(world, number, "weibo") == {"replace done"}


def test_a_correction_of_nothing_anybody_sees_is_refused(tmp_path: Path) -> None:
    """Where the story is on Weibo alone, and the post stays as it is, there is nothing to correct."""

    prepared = platforms_world.prepare(tmp_path / "p", ("weibo",), stories=1)
    world = platforms_world.build(prepared, tmp_path / "w", ("weibo",))
    world.run(hours=1)
    with pytest.raises(RecallError, match="没有改到任何账号上读者看到的文字和图片"):
        order(world, body_only(world))
