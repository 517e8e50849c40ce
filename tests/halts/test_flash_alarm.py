"""Who is called when the end of a flash is not said: nobody while it runs, somebody two hours after it ended."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from cms.db import read_scope, session_scope
from cms.releases import Remedy
from pipeline import recall_ours
from pipeline import recalls as press
from tests.halts.flashing import announce, end_of, everywhere, page, sign
from tests.halts.order import notices
from tests.ledger.platforms_world import PlatformsWorld

pytestmark = pytest.mark.keeps("flash")
LATE = "解除两小时后还没有写明“已解除”"


def calls(world: PlatformsWorld) -> list[str]:
    return [one for one in notices(world) if "两小时后" in one]


def go_on(world: PlatformsWorld, hours: float) -> None:
    """The clock of the worker strikes every half hour."""
    for _ in range(round(hours * 2)):
        world.run(hours=0.5)
        press.watch(world.house, world.now)


def full(*_: object) -> None:
    raise OSError(28, "No space left on device")


def test_a_flash_that_runs_is_nobodys_alarm(province: Path, tmp_path: Path) -> None:
    world = everywhere(province, tmp_path / "w")
    made = announce(world)
    sign(world, made)
    go_on(world, 12)
    assert "已解除" in page(world, "chengdu", made)
    assert calls(world) == []


@pytest.mark.parametrize("was_told", [False, True])
def test_an_end_that_fails_is_told_once_a_copy(
    province: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, was_told: bool
) -> None:
    """``was_told``: by an earlier version, while the flash still ran."""
    world = everywhere(province, tmp_path / "w")
    made = announce(world)
    sign(world, made)
    go_on(world, 5)
    assert made.expires_at is not None
    if was_told:
        with session_scope(world.house.engine) as session:
            for one in session.exec(select(Remedy)):
                one.alarmed_at = made.expires_at - timedelta(hours=3)
                session.add(one)
    with monkeypatch.context() as disk:
        disk.setattr(recall_ours, "sync", full)
        while world.now < made.expires_at + timedelta(hours=1.5):
            go_on(world, 0.5)
        assert calls(world) == []
        go_on(world, 4)
    told = calls(world)
    assert sorted(one[: one.index("）") + 1] for one in told) == [
        "成都科技（feed:chengdu）", "成都科技（site:chengdu）", "甘孜科技（feed:ganzi）", "甘孜科技（site:ganzi）",
    ]  # fmt: skip
    assert all(LATE in one and "No space left" in one and "yigao done" not in one for one in told)
    with read_scope(world.house.engine) as session:
        query = select(Remedy).where(col(Remedy.alarmed_at) >= made.expires_at + timedelta(hours=2))
        assert len(list(session.exec(query))) >= 4
    go_on(world, 3)
    assert {one.state for one in end_of(world)[1]} == {"done"} and len(calls(world)) == 4
