"""体检: before its time an account is asked whether it works and whose it is."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from channels.making.sandbox import Fault
from cms.db import read_scope
from cms.people import Notice
from pipeline.checkup import check_ahead
from tests.ledger.platforms_world import PlatformsWorld, build, prepare

CHANNELS = ("weibo", "wechat")
DUE = timedelta(hours=14)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepare(tmp_path_factory.mktemp("checkup"), CHANNELS, stories=1, due=DUE)


@pytest.fixture
def world(prepared: Path, tmp_path: Path) -> PlatformsWorld:
    return build(prepared, tmp_path / "house", CHANNELS)


def notices(world: PlatformsWorld) -> list[str]:
    with read_scope(world.house.engine) as session:
        return [one.sentence for one in session.exec(select(Notice))]


def test_nobody_is_asked_long_before_and_everybody_once(world: PlatformsWorld) -> None:
    assert check_ahead(world.house, world.clock) == []
    world.now += DUE - timedelta(hours=1)
    found = check_ahead(world.house, world.clock)
    assert len(found) == 4 and all(one.troubles == () for one in found)
    world.now += timedelta(minutes=30)
    assert check_ahead(world.house, world.clock) == []


@pytest.mark.proves("F34")
def test_nothing_goes_out_under_a_strangers_name(world: PlatformsWorld) -> None:
    world.now += timedelta(hours=12, minutes=30)
    assert all(not one.is_another for one in check_ahead(world.house, world.clock))
    world.now += timedelta(hours=12, minutes=1)  # the machine slept: the release is late, its check is stale
    world.sandboxes.faults.add(Fault("identity_changed", account="weibo:chengdu"))
    changed = [one.account for one in check_ahead(world.house, world.clock) if one.is_another]
    assert changed == ["weibo:chengdu"]
    assert any("主体变了" in one for one in notices(world))
    world.run()
    assert world.all_states() == {"held": 1, "published": 3}
    assert world.breaches() == []


@pytest.mark.proves("F10")
def test_trouble_is_told_while_there_is_time(world: PlatformsWorld) -> None:
    world.sandboxes.faults.add(Fault("ip_denied", account="wechat:ganzi"))
    world.now += DUE - timedelta(hours=2)
    check_ahead(world.house, world.clock)
    assert any("IP" in one and "甘孜" in one for one in notices(world))
    world.sandboxes.faults.clear()  # somebody acted on it
    world.run(hours=4)
    assert world.all_states() == {"published": 4}
