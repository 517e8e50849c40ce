"""Real orders, carried out by real workers: nothing of what was called back is left on our own sites."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from cms.db import read_scope
from cms.releases import RemedyCheck
from pipeline import sites
from pipeline.later_checks import look_again
from pipeline.verify_sites import Survivor, survivors
from tests.ledger import platforms_world
from tests.ledger.platforms_world import PlatformsWorld
from tests.recalls import world as w

CHANNELS = ("site", "feed")
UNITS = ("chengdu", "ganzi")


@pytest.fixture
def world(tmp_path: Path) -> PlatformsWorld:
    made = platforms_world.prepare(tmp_path / "made", CHANNELS, stories=2, due=timedelta(hours=1), own=CHANNELS)
    built = platforms_world.build(made, tmp_path / "w", CHANNELS)
    built.run(hours=2)
    return built


def left(world: PlatformsWorld) -> list[Survivor]:
    found = []
    for unit in UNITS:
        with read_scope(world.house.engine) as session:
            site = sites.read(session, unit)
        found += [one for one in survivors(world.house, site, world.now) if one.counts]
    return found


def content(world: PlatformsWorld) -> dict[str, bytes]:
    folder = world.house.sites
    return {one.relative_to(folder).as_posix(): one.read_bytes() for one in folder.rglob("*") if one.is_file()}


@pytest.mark.keeps("outputs")
def test_nothing_survives_corrections_of_corrections_and_a_retraction(world: PlatformsWorld) -> None:
    assert left(world) == []
    w.correct(world, words="第一次更正后的")
    world.run(hours=1)
    assert left(world) == []
    page = (world.house.sites / "ganzi" / "s" / "story-0.html").read_text(encoding="utf-8")
    assert "第一次更正后的" in page and "更正于" in page and w.NOTICE.split("，")[0] in page
    w.correct(world, words="第二次更正后的")
    world.run(hours=1)
    assert left(world) == [] and b"\xe7\xac\xac\xe4\xb8\x80\xe6\xac\xa1" not in b"".join(content(world).values())
    w.retract(world, "story-1")
    world.run(hours=1)
    assert left(world) == []
    w.retract(world, "story-0")
    world.run(hours=1)
    assert left(world) == []
    assert "第一篇稿件还在路上" in (world.house.sites / "ganzi" / "index.html").read_text(encoding="utf-8")
    before = content(world)
    for unit in UNITS:
        assert sites.rebuild(world.house, unit, lambda: world.now) == 0
    assert content(world) == before


@pytest.mark.keeps("outputs")
def test_until_a_worker_came_by_it_is_named(world: PlatformsWorld) -> None:
    w.retract(world)
    found = left(world)
    assert {(one.unit, one.kind, one.path) for one in found} == {(unit, "open", "s/story-0.html") for unit in UNITS}
    assert "撤稿已签发，这里还没有执行" in found[0].sentence


@pytest.mark.keeps("order")
def test_a_later_look_is_about_its_own_story_alone(world: PlatformsWorld) -> None:
    """What is wrong with another story, or still to be done about it, is no matter of this order."""
    signed = (world.house.sites / "ganzi" / "s" / "story-0.html").read_bytes()
    w.retract(world, "story-0")
    world.run(hours=0.5)
    w.retract(world, "story-1")  # approved, and nobody came by yet
    (world.house.sites / "ganzi" / "index.html").write_bytes(b"<html>")
    world.now += timedelta(hours=1)
    assert look_again(world.house, world.clock) == 4
    assert outcomes(world) == {"as_it_should"}
    elsewhere = world.house.sites / "ganzi" / "m" / "notes.html"
    elsewhere.parent.mkdir(exist_ok=True)
    elsewhere.write_bytes(signed)
    world.now += timedelta(days=1)
    look_again(world.house, world.clock)
    assert "altered" in outcomes(world)


def outcomes(world: PlatformsWorld) -> set[str]:
    with read_scope(world.house.engine) as session:
        return {one.outcome for one in session.exec(select(RemedyCheck)) if one.outcome}
