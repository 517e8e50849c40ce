"""头条与次条: several stories in one send, each with its own link, address and fate."""

from pathlib import Path

import pytest
from sqlmodel import col, select

from channels.making.sandbox import Fault
from cms import releases, review
from cms.db import read_scope, session_scope
from cms.releases import Item
from pipeline import ledger, press
from pipeline.house import open_house
from pipeline.intake import take_in
from tests.ledger.platforms_world import PlatformsWorld, build, prepare
from tests.pipeline.conftest import NOW, write_story

SLUGS = ("first-of-the-day", "second-of-the-day")


@pytest.fixture(scope="module", params=[False, True], ids=["发布", "群发"])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two stories in one delivery on each of two accounts."""
    root = tmp_path_factory.mktemp("push")
    prepared = prepare(root, ("wechat",), stories=0)
    house = open_house(prepared)
    for number, slug in enumerate(SLUGS):
        take_in(house, write_story(root / slug, slug, f"第{'一二'[number]}条消息"), "editor", NOW)
    with session_scope(house.engine) as session:
        chosen = ledger.newest_revisions(session, SLUGS)
        target = releases.parse_target("channel=wechat")
        policy = review.REHEARSAL
        number = releases.plan(session, chosen, target, NOW, "editor", policy, now=NOW, push=request.param).id
    press.render_release(house, number, NOW)
    sealed = press.seal_release(house, number, NOW)
    assert sealed is not None
    press.sign_release(house, sealed, "editor", "演练", NOW)
    house.engine.dispose()
    return prepared


def _items(world: PlatformsWorld) -> list[Item]:
    with read_scope(world.house.engine) as session:
        return list(session.exec(select(Item).order_by(col(Item.delivery_id), col(Item.position))))


@pytest.mark.proves("I1", "I6")
def test_each_story_of_a_push_has_its_own_link_and_fate(made: Path, tmp_path: Path) -> None:
    world = build(made, tmp_path / "w", ("wechat",))
    world.run(hours=1)
    assert world.all_states() == {"published": 2} and world.breaches() == []
    items = _items(world)
    assert [one.position for one in items] == [1, 2, 1, 2]
    for item, slug in zip(items, SLUGS * 2, strict=True):
        assert item.fate == "published" and item.fills["own_link"].endswith(f"/s/{slug}.html")
    carried = [one.carried for one in world.sandboxes.copies()]
    assert len(carried) == 4 and [sum(slug in one for one in carried) for slug in SLUGS] == [2, 2]


@pytest.mark.proves("F04")
@pytest.mark.parametrize("method", ["freepublish/submit", "message/mass/sendall"])
def test_a_push_whose_answer_was_lost_is_found_whole(made: Path, tmp_path: Path, method: str) -> None:
    accounts = ("wechat:chengdu", "wechat:ganzi")
    lost = [Fault("accept_then_drop", method=method, account=one, nth=1) for one in accounts]
    world = build(made, tmp_path / "w", ("wechat",), *lost)
    world.run(hours=3)
    assert world.all_states() == {"published": 2} and world.breaches() == []
    assert len(world.sandboxes.copies()) == 4
