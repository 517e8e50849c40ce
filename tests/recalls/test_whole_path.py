"""One order follows every copy: our own pages, two interfaces, and people's hands."""

from pathlib import Path

import pytest
from sqlmodel import col, select

from cms import recalls
from cms.db import read_scope, session_scope
from cms.releases import Receipt, Remedy
from tests.ledger.platforms_world import PlatformsWorld, build
from tests.recalls import world as w
from tests.recalls.conftest import CHANNELS

pytestmark = pytest.mark.keeps("order")


@pytest.fixture
def world(province: Path, tmp_path: Path) -> PlatformsWorld:
    made = build(province, tmp_path / "w", CHANNELS)
    made.run(hours=2)
    return made


def report(world: PlatformsWorld, account: str, number: int, address: str = "", *, was_posted: bool = True) -> None:
    """A person tells what they did by hand."""
    remedy = w.remedies(world, number)[account]
    with session_scope(world.house.engine) as session:
        row = session.get_one(Remedy, remedy.id)
        recalls.done_by_hand(session, row, "yi", "已在后台处理", world.now, address, was_posted)


@pytest.mark.proves("I8", "F25", "F26")
def test_a_retraction_follows_every_copy(world: PlatformsWorld) -> None:
    number = w.retract(world)
    world.run(hours=1)
    done = ["feed", "site", "wechat", "weibo"]
    both = [f"{name}:{unit}" for name in done for unit in ("chengdu", "ganzi")]
    by_hand = {"toutiao:chengdu": "by_hand by_hand", "toutiao:ganzi": "by_hand by_hand"}
    assert w.states(world, number) == {**dict.fromkeys(both, "withdraw done"), **by_hand}
    assert w.alive(world, "编号0") == [] and len(w.alive(world, "编号1")) == 4
    assert {one.kind for one in w.advisories(world)} == {"retracted"} and len(w.advisories(world)) == 4
    page = (world.house.sites / "chengdu" / "s" / "story-0.html").read_text(encoding="utf-8")
    assert "本文不实，已撤回。" in page and "第一段" not in page
    assert w.recall(world, number).state == "approved"
    assert world.breaches() == []

    named = [one for one in w.lines(world, number) if one.remedy_state == "待人工处置"]
    assert [one.person for one in named] == [named[0].person] * 2 and all(one.deadline for one in named)
    assert named[0].person.startswith("编辑（") and "签发，没有登记手机" in named[0].person
    assert all("不要再发" in one.reason for one in named)
    folder = world.house.handover / w.deliveries(world)["toutiao:chengdu"][0].key
    assert [one.name for one in folder.iterdir()] == ["处置说明.txt"]
    report(world, "toutiao:chengdu", number)
    report(world, "toutiao:ganzi", number, was_posted=False)
    assert w.by_account(world)["toutiao:chengdu"] == "withdrawn"
    assert w.by_account(world)["toutiao:ganzi"] == "cancelled"
    assert w.recall(world, number).state == "settled"
    with read_scope(world.house.engine) as session:
        notes = set(session.exec(select(Receipt.note).where(col(Receipt.note).contains("人工处置"))))
    assert notes == {"人工处置（一审员）：已在后台处理"}  # by name, not by login


@pytest.mark.proves("F24", "I6")
def test_a_correction_follows_every_copy(world: PlatformsWorld) -> None:
    number = w.correct(world)
    world.run(hours=1)
    expected = {"site": "amend done", "feed": "amend done", "wechat": "reissue done", "weibo": "reissue done"}
    assert w.states(world, number) == {
        f"{name}:{unit}": expected.get(name, "by_hand by_hand") for name in CHANNELS for unit in ("chengdu", "ganzi")
    }
    assert w.alive(world, "更正过的") == ["wechat:chengdu", "wechat:ganzi"]
    assert len(w.alive(world)) == 8 and world.breaches() == []
    assert {one.kind for one in w.advisories(world)} == {"corrected"}
    page = (world.house.sites / "ganzi" / "s" / "story-0.html").read_text(encoding="utf-8")
    assert "更正过的" in page and w.NOTICE in page

    folder = world.house.handover / w.deliveries(world)["toutiao:ganzi"][0].key
    assert "更正过的" in "".join(one.read_text(encoding="utf-8") for one in folder.rglob("*.html"))
    report(world, "toutiao:chengdu", number, "https://toutiao.example/1")
    report(world, "toutiao:ganzi", number)
    assert {w.deliveries(world)[f"toutiao:{unit}"][0].state for unit in ("chengdu", "ganzi")} == {"amended"}
    assert w.items(world, "toutiao:chengdu")[0].address == "https://toutiao.example/1"
    assert w.recall(world, number).state == "settled"
    assert world.breaches() == []
