"""公众号后台的“修改”: twenty characters of a body, once, without the notice 更正, planned where it can be done."""

from pathlib import Path

import pytest
from PIL import Image

from channels.making.sandbox.book import Post
from cms import recalls, review
from cms.db import session_scope
from cms.releases import Recall, Remedy
from pipeline import recalls as press
from pipeline.reconcile import reconcile
from tests.ledger.platforms_world import PlatformsWorld, build
from tests.recalls import world as w
from tests.recalls.conftest import CHANNELS

pytestmark = pytest.mark.keeps("order")
OURS = "wechat:chengdu"
SMALL, ANEW = ("by_hand", "wechat.small_edit"), ("reissue", "wechat.reissue")


@pytest.fixture
def world(province: Path, tmp_path: Path) -> PlatformsWorld:
    made = build(province, tmp_path / "w", CHANNELS)
    made.run(hours=2)
    return made


def text(world: PlatformsWorld, old: str = "", new: str = "") -> str:
    found = w.same_digest(world.house, "story-0", "")
    assert old in found
    return found.replace(old, new)


def order(world: PlatformsWorld, words: str, **given: object) -> int:
    return press.order_correction(
        world.house,
        "story-0",
        words,
        w.REASON,
        w.NOTICE,
        "editor",
        world.now,
        policy=review.REHEARSAL,
        **given,  # type: ignore[arg-type]
    )


def way(world: PlatformsWorld, number: int) -> tuple[str, str]:
    remedy = w.remedies(world, number)[OURS]
    return remedy.action, remedy.rule


def post(world: PlatformsWorld) -> Post:
    """What lies on the platform of the story."""
    address = w.items(world, OURS)[0].address
    (found,) = [one for one in world.platform("wechat").book.posts("wechat") if one.address == address]
    return found


def test_one_character_is_changed_once_and_readers_are_told_on_our_own_pages(world: PlatformsWorld) -> None:
    number = order(world, text(world, "第一段，说明", "第二段，说明"))
    assert way(world, number) == SMALL
    line = next(one for one in w.lines(world, number) if one.account == OURS)
    assert "更正说明写在自家网站" in line.remains and "只能改一次" in line.remains
    assert press.sign_correction(world.house, number, "yi", "同意", world.now) == []
    world.run(hours=0.2)
    remedy = w.remedies(world, number)[OURS]
    assert remedy.state == "by_hand"
    (folder,) = world.house.handover.glob(f"{w.deliveries(world)[OURS][0].key}")
    said = "".join(one.read_text(encoding="utf-8") for one in folder.rglob("*.txt"))
    assert "第一段，说明这是”改成“" in said and "第二段，说明这是”。别处不动" in said and "整篇照它改" not in said
    there = post(world)
    edited = world.platform("wechat").edit_by_hand(there, there.title, there.body.replace("第一段", "第二段"))
    assert edited == ""  # no more than the platform lets be changed
    with session_scope(world.house.engine) as session:
        recalls.done_by_hand(session, session.get_one(Remedy, remedy.id), "yi", "改好了", world.now)
    drifts = [
        one for one in reconcile(world.house, world.clock, account=OURS).told if "story-0" in one or "编号0" in one
    ]
    assert drifts == []  # what lies there is what was signed
    assert w.NOTICE in (world.house.sites / "chengdu" / "s" / "story-0.html").read_text(encoding="utf-8")

    number = order(world, text(world, "第一段，说明", "第三段，说明"), prefer={"wechat": "small_edit"})
    assert way(world, number) == ANEW  # once is all the platform allows, whatever a person asks for
    other = w.remedies(world, number)["wechat:ganzi"]
    assert (other.action, other.rule) == SMALL  # which nobody has changed yet


BEYOND = {
    "another picture": ("![一张红色的图](pictures/red.png", "![一张红色的图](pictures/blue.png"),
    "the summary": ("一句话说清楚", "两句话说清楚"),
    "too much": ("第一段，说明", "这一段新写了很多很多很多很多很多很多很多很多话，说明"),
    "other bytes under the picture's name": ("第一段，说明", "第二段，说明"),
}


def test_what_it_cannot_do_is_not_planned(world: PlatformsWorld) -> None:
    for what, (old, new) in BEYOND.items():
        words = text(world, old, new)
        name = "red.png" if "bytes" in what else "blue.png"
        Image.new("RGB", (1200, 800), "#2233aa").save(world.house.drafts / "story-0" / "pictures" / name)
        number = order(world, words)
        assert way(world, number) == ANEW, what
        with session_scope(world.house.engine) as session:
            recalls.reject(session, session.get_one(Recall, number), "yi", "再看看", world.now)
