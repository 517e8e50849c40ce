"""What a plan says before of freezes and of accounts that do not work just now: what readers have meanwhile."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from cms import recalls
from cms.db import read_scope, session_scope
from cms.matrix import Account
from cms.matrix.health import keep
from cms.releases import Lane, Recall
from pipeline import recalls as press
from tests.halts.order import WHY, stop, thaw
from tests.ledger.platforms_world import PlatformsWorld, build
from tests.recalls import world as w
from tests.recalls.conftest import CHANNELS

pytestmark = pytest.mark.keeps("order")


@pytest.fixture
def world(province: Path, tmp_path: Path) -> PlatformsWorld:
    made = build(province, tmp_path / "house", CHANNELS)
    made.run(hours=2)
    return made


def warned(world: PlatformsWorld, number: int) -> str:
    with read_scope(world.house.engine) as session:
        return "\n".join(recalls.warnings_of(session, session.get_one(Recall, number), world.now))


def test_a_freeze_is_in_the_plan_with_what_readers_have_meanwhile(world: PlatformsWorld) -> None:
    freeze = stop(world, channel="weibo")
    number = w.order(world)
    said = warned(world, number)
    assert f"停发 {freeze}：{WHY}" in said and "什么也看不到" in said
    assert "“成都科技”（微博）、“甘孜科技”（微博）正在停发" in said
    assert said.count("正在停发") == 1 and "微信公众号）正在停发" not in said
    press.sign_correction(world.house, number, "yi", "同意", world.now)
    world.run(hours=5)
    (line,) = [one for one in w.lines(world, number) if one.account == "weibo:chengdu"]
    assert line.remedy_state == recalls.AWAITED
    assert f"停发 {freeze}" in line.again and "起可发" not in line.again
    thaw(world, freeze)
    (line,) = [one for one in w.lines(world, number) if one.account == "weibo:chengdu"]
    assert "起可发" not in line.again  # a person gives it a time


def test_without_a_freeze_nothing_is_said_of_one(world: PlatformsWorld) -> None:
    thaw(world, stop(world, channel="weibo"))
    assert "停发" not in warned(world, w.order(world))


def test_an_account_that_rests_or_does_not_work_is_in_the_plan(world: PlatformsWorld) -> None:
    with session_scope(world.house.engine) as session:
        accounts = {one.key: one.id for one in session.exec(select(Account))}
        lane = session.get(Lane, accounts["weibo:ganzi"]) or Lane(account_id=accounts["weibo:ganzi"])
        lane.rests_until = world.now + timedelta(hours=1)
        session.add(lane)
        keep(session, accounts["wechat:chengdu"], world.now, "", ["IP 不在白名单。"], [], None)
    said = warned(world, press.order_retraction(world.house, "story-0", "不实", "已撤回。", "editor", world.now))
    assert "“甘孜科技”（微博）连着失败，歇到" in said
    assert "“成都科技”（微信公众号）上次检查没有通过（IP 不在白名单）" in said
