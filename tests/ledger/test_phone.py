"""群发保护: a push that waits for the administrator's phone is told in time, and again before it runs out."""

from pathlib import Path

import pytest
from sqlmodel import col, select

from cms import releases, review
from cms.db import read_scope, session_scope
from cms.people import Notice
from pipeline import ledger, press
from pipeline.house import open_house
from pipeline.intake import take_in
from tests.ledger.platforms_world import PlatformsWorld, build, prepare
from tests.pipeline.conftest import NOW, write_story

KEY = "wechat:chengdu"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One story to be pushed on two accounts."""
    root = tmp_path_factory.mktemp("phone")
    prepared = prepare(root, ("wechat",), stories=0)
    house = open_house(prepared)
    take_in(house, write_story(root / "first", "first", "第一条消息"), "editor", NOW)
    with session_scope(house.engine) as session:
        chosen = ledger.newest_revisions(session, ("first",))
        target = releases.parse_target("channel=wechat")
        policy = review.REHEARSAL
        number = releases.plan(session, chosen, target, NOW, "editor", policy, now=NOW, push=True).id
    press.render_release(house, number, NOW)
    sealed = press.seal_release(house, number, NOW)
    assert sealed is not None
    press.sign_release(house, sealed, "editor", "演练", NOW)
    house.engine.dispose()
    return prepared


def told(world: PlatformsWorld) -> list[tuple[str, bool]]:
    """What was told of phones: the kind and whether it is over."""
    with read_scope(world.house.engine) as session:
        query = select(Notice).where(col(Notice.subject).startswith("phone")).order_by(col(Notice.id))
        return [(one.subject.partition(":")[0], one.seen_at is not None) for one in session.exec(query)]


def test_it_is_told_in_time_and_again_and_over_once_the_phone_said_yes(made: Path, tmp_path: Path) -> None:
    world = build(made, tmp_path / "w", ("wechat",))
    world.platform("wechat").change(KEY, is_protected=True)
    world.run(hours=1 / 60)
    assert world.all_states() == {"confirming": 1, "published": 1} and told(world) == []
    world.run(hours=10 / 60)
    assert told(world) == [("phone", False)]
    with read_scope(world.house.engine) as session:
        words = session.exec(select(Notice.sentence).where(col(Notice.subject).startswith("phone"))).one()
    assert "《第一条消息》" in words and "打开手机微信确认" in words and "前没有确认就作废" in words
    world.run(hours=12 / 60)
    assert told(world) == [("phone", False), ("phone-late", False)]
    can = {one.label: one.do for one in world.platform("wechat").actions()}
    next(do for label, do in can.items() if "管理员确认群发" in label)()
    world.run(hours=1)
    assert world.all_states() == {"published": 2} and world.breaches() == []
    assert told(world) == [("phone", True), ("phone-late", True)]


def test_what_nobody_agreed_to_ends_with_the_reason(made: Path, tmp_path: Path) -> None:
    world = build(made, tmp_path / "w", ("wechat",))
    world.platform("wechat").change(KEY, is_protected=True)
    world.run(hours=2)
    assert world.all_states() == {"failed": 1, "published": 1}
    assert told(world) == [("phone", True), ("phone-late", True)]
    failed = next(one for one in world.deliveries() if one.state == "failed")
    assert "管理员没在半小时内确认" in failed.reason
