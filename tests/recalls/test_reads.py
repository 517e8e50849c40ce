"""阅读数 in a plan: the platform's number with its day, a person's with their name, or why there is none."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from channels.making.sandbox import Fault
from cms import recalls, review
from cms.db import read_scope, session_scope
from cms.people import PeopleError
from cms.recalls import Line, RecallError
from cms.releases import ReadCount, Recall, Remedy
from pipeline import recalls as press
from pipeline.reading import ask_reads
from pipeline.recall_report import gather
from tests.ledger import platforms_world
from tests.ledger.platforms_world import PlatformsWorld

CHANNELS = ("site", "feed", "wechat", "weibo", "toutiao")
pytestmark = pytest.mark.keeps("order")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return platforms_world.prepare(
        tmp_path_factory.mktemp("reads"), CHANNELS, stories=1, own=("site", "feed"), by_hand=("toutiao",)
    )


def retracted(prepared: Path, root: Path, *faults: Fault, days: float = 1) -> PlatformsWorld:
    """A story that was out so long, and an order over it nobody decided yet."""
    world = platforms_world.build(prepared, root, CHANNELS, *faults)
    world.run(hours=1)
    world.now += timedelta(days=days)
    press.order_retraction(world.house, "story-0", "数据有误", "已撤回。", "editor", world.now, policy=review.REHEARSAL)
    return world


def plan(world: PlatformsWorld) -> dict[str, Line]:
    with read_scope(world.house.engine) as session:
        lines = recalls.plan_of(session, session.get_one(Recall, 1), world.now)
    return {one.account: one for one in lines}


def note(world: PlatformsWorld, remedy: int, count: int, by: str = "editor") -> None:
    with session_scope(world.house.engine) as session:
        recalls.note_reads(session, session.get_one(Remedy, remedy), count, by, world.now)


def warned(world: PlatformsWorld) -> str:
    with read_scope(world.house.engine) as session:
        return "".join(recalls.warnings_of(session, session.get_one(Recall, 1), world.now))


def test_each_copy_says_its_number_or_why_there_is_none(prepared: Path, tmp_path: Path) -> None:
    world = retracted(prepared, tmp_path / "w")
    assert "提出以后去问平台" in plan(world)["wechat:chengdu"].reads
    assert ask_reads(world.house, world.clock) == 2  # the 公众号 of both units
    assert ask_reads(world.house, world.clock) == 0  # asked once
    said = {account: one.reads for account, one in plan(world).items()}
    day = f"{world.now + timedelta(hours=8) - timedelta(days=1):%m-%d}"
    assert " 人读过（平台统计到 " + day in said["wechat:chengdu"] and said["wechat:chengdu"][0].isdigit()
    assert said["weibo:chengdu"] == "阅读数未知：一稿没有接这个平台的阅读数接口"
    assert said["toutiao:chengdu"] == "阅读数未知：这个账号没有接口，平台不告诉一稿"
    assert said["site:chengdu"] == said["feed:chengdu"] == "阅读数未知：自家的页面和订阅不统计阅读"
    assert "微博：还有不知道阅读数的" in warned(world) and "微信公众号" not in warned(world).partition("还有不知道")[0]


def test_a_number_seen_in_the_back_office_is_kept_with_who_and_when(prepared: Path, tmp_path: Path) -> None:
    world = retracted(prepared, tmp_path / "w")
    lines = plan(world)
    for account in ("weibo:chengdu", "weibo:ganzi", "toutiao:chengdu", "toutiao:ganzi"):
        note(world, lines[account].remedy, 500)
    note(world, lines["weibo:chengdu"].remedy, 518)
    ask_reads(world.house, world.clock)
    note(world, lines["wechat:chengdu"].remedy, 7)
    said = plan(world)
    assert said["weibo:chengdu"].reads.startswith("阅读数 518（") and "在后台看到" in said["weibo:chengdu"].reads
    assert " 人读过" in said["wechat:chengdu"].reads and "阅读数 7（" in said["wechat:chengdu"].reads
    assert "还有不知道阅读数的" not in warned(world)
    press.approve_retraction(world.house, 1, "yi", "同意", world.now)
    world.run(hours=1)
    with read_scope(world.house.engine) as session:
        copies = {one.key: one for one in gather(session, 1, world.now).copies}
        assert len(session.exec(select(ReadCount)).all()) == 8
    assert "阅读数 518（" in copies["weibo:chengdu"].reads  # in the report too, after it is gone


def test_what_is_no_number_and_what_stays_is_refused(prepared: Path, tmp_path: Path) -> None:
    world = retracted(prepared, tmp_path / "w")
    lines = plan(world)
    with pytest.raises(RecallError, match="写一个整数"):
        note(world, lines["weibo:chengdu"].remedy, -1)
    with pytest.raises(PeopleError, match="没有人员“nobody”"):
        note(world, lines["weibo:chengdu"].remedy, 5, "nobody")
    with session_scope(world.house.engine) as session:
        row = session.get_one(Remedy, lines["weibo:chengdu"].remedy)
        row.action = "none"
    with pytest.raises(RecallError, match="不删这一份"):
        note(world, lines["weibo:chengdu"].remedy, 5)


def test_a_platform_that_refuses_is_quoted_and_asked_again_later(prepared: Path, tmp_path: Path) -> None:
    refused = Fault("permission_missing", method="datacube/getarticletotaldetail")
    world = retracted(prepared, tmp_path / "w", refused)
    assert ask_reads(world.house, world.clock) == 2
    words = plan(world)["wechat:chengdu"].reads
    assert words.startswith("阅读数未知：") and len(words) > 12 and "提出以后" not in words
    world.now += timedelta(minutes=20)
    assert ask_reads(world.house, world.clock) == 0
    for one in world.sandboxes.platforms.values():
        one.faults.clear()
    world.now += timedelta(minutes=15)
    assert ask_reads(world.house, world.clock) == 2
    assert " 人读过" in plan(world)["wechat:chengdu"].reads


def test_of_what_came_out_today_it_says_that_the_number_comes_tomorrow(prepared: Path, tmp_path: Path) -> None:
    world = retracted(prepared, tmp_path / "w", days=0)
    ask_reads(world.house, world.clock)
    assert plan(world)["wechat:chengdu"].reads == "阅读数未知：今天发的，微信第二天才给阅读人数"
    press.approve_retraction(world.house, 1, "yi", "同意", world.now)
    world.now += timedelta(hours=1)
    assert ask_reads(world.house, world.clock) == 0  # nobody waits for a number any more
