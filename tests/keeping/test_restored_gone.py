"""A page that was retracted after the backup stays retracted in the restored house, where the lost one's own sites
still show it; where they are lost too, the words stay (F37)."""

import re
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from channels.contract import AdministratorError
from cms.db import read_scope
from cms.releases import restoring
from cms.releases.restored import restored
from cms.releases.restoring import Compared
from pipeline import sites
from pipeline.house import open_house
from pipeline.kept_gone import read_gone
from pipeline.rebuilt import rebuild
from pipeline.restore import Restoring, restore
from pipeline.serve import status_of
from pipeline.verify_sites import survivors
from tests.keeping.confirming import confirm
from tests.keeping.test_restored_gap import run
from tests.keeping.test_restored_own import CHANNELS, Kept
from tests.ledger import platforms_world
from tests.recalls.world import retract

pytestmark = [pytest.mark.keeps("backup"), pytest.mark.proves("F37")]
UNITS = ("chengdu", "ganzi")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    how: dict[str, Any] = {"stories": 2, "due": timedelta(hours=1), "own": ("site", "feed"), "by_hand": ("toutiao",)}
    return platforms_world.prepare(tmp_path_factory.mktemp("gone"), CHANNELS, **how)


@pytest.fixture
def world(prepared: Path, tmp_path: Path) -> Kept:
    made = platforms_world.build(prepared, tmp_path / "house", CHANNELS, kind=Kept)
    assert isinstance(made, Kept)
    return made


def lose(world: Kept, tmp_path: Path, *, sites_too: bool = False, is_out: bool = True) -> Restoring:
    """The backup with both stories out (or none yet); then one is retracted; then the house is lost, and restored."""
    if is_out:
        world.run(hours=2)
    world.keep(tmp_path / "kept")
    world.run(hours=3)
    retract(world, "story-0")
    world.run(hours=1)
    old, wires = world.house.root, world.house.wires
    assert statuses(world, "story-0") == {410}
    world.house.engine.dispose()
    if sites_too:
        shutil.rmtree(old / "sites")
        shutil.rmtree(old / "gone")
    done = restore(tmp_path / "kept", tmp_path / "again", "editor", "机器坏了", world.now, old / "yigao.key")
    house = open_house(tmp_path / "again")
    world.house = replace(house, wires=replace(house.wires, dial=wires.dial))
    rebuild(world.house, world.clock)
    return done


def statuses(world: Kept, slug: str) -> set[int]:
    return {status_of(world.house.sites, f"/sites/{unit}/s/{slug}.html") for unit in UNITS}


def told(root: Path) -> list[str]:
    """What the feeds of the house in ``root`` say of the retracted story."""
    feeds = [(root / "sites" / unit / "feed.xml").read_text("utf-8") for unit in UNITS]
    return [
        one for feed in feeds for one in re.findall(r"<item>.*?</item>", feed, re.DOTALL) if "s/story-0.html" in one
    ]


def compared(world: Kept) -> Compared:
    with read_scope(world.house.engine) as session:
        since = restored(session)
        assert since is not None
        return restoring.compared(session, since)


def wrong(world: Kept) -> list[str]:
    found = []
    for unit in UNITS:
        with sites.held(world.house, unit, world.now) as site:
            found += [one.sentence for one in survivors(world.house, site, world.now) if one.counts]
    return found


def test_it_stays_gone_with_the_notice_readers_had(world: Kept, tmp_path: Path) -> None:
    done = lose(world, tmp_path)
    assert done.is_old_known and done.kept_gone == 1
    assert statuses(world, "story-0") == {410} and statuses(world, "story-1") == {200}
    was = (tmp_path / "house" / "sites" / "chengdu" / "s/story-0.html").read_text("utf-8")
    assert (world.house.sites / "chengdu" / "s/story-0.html").read_text("utf-8") == was
    assert told(world.house.root) == told(tmp_path / "house") and len(told(world.house.root)) == 2
    assert not any("story-0" in (world.house.sites / unit / "index.html").read_text("utf-8") for unit in UNITS)
    assert len(compared(world).kept_gone) == 2 and compared(world).pages == ()
    rebuild(world.house, world.clock)  # no building brings it back
    assert statuses(world, "story-0") == {410} and wrong(world) == []


def test_after_the_confirmation_too_until_the_retraction_is_given_again(world: Kept, tmp_path: Path) -> None:
    lose(world, tmp_path)
    run(world, 1)
    confirm(world)
    run(world, 1)
    assert statuses(world, "story-0") == {410}
    retract(world, "story-0")
    run(world, 1)
    assert statuses(world, "story-0") == {410} and wrong(world) == []
    with read_scope(world.house.engine) as session:
        assert restoring.gone_pages(session) == []
    assert world.breaches() == []


def test_what_was_not_out_in_the_backup_is_held_for_a_person(world: Kept, tmp_path: Path) -> None:
    done = lose(world, tmp_path, is_out=False)
    assert done.kept_gone == 1
    run(world, 1)
    mine = [one for one in compared(world).stopped if one.key in {each.key for each in world.of("story-0").values()}]
    assert mine and all(one.gone for one in mine)
    confirm(world, goes_on=False)
    run(world, 3)
    left = world.of("story-0")
    assert {one.state for key, one in left.items() if key.startswith(("site", "feed", "toutiao"))} == {"held"}
    assert world.pages("story-0") == 0


def test_sent_on_by_a_person_our_own_page_is_the_notice_all_the_same(world: Kept, tmp_path: Path) -> None:
    lose(world, tmp_path, is_out=False)
    run(world, 1)
    confirm(world)
    run(world, 3)
    assert world.of("story-0")["site:chengdu"].state == "published" and statuses(world, "story-0") == {410}
    assert statuses(world, "story-1") == {200} and wrong(world) == []


def test_without_the_sites_of_the_lost_house_nobody_can_know(world: Kept, tmp_path: Path) -> None:
    done = lose(world, tmp_path, sites_too=True)
    assert not done.is_old_known and done.kept_gone == 0
    assert statuses(world, "story-0") == {200} and compared(world).kept_gone == ()


def test_what_a_folder_cannot_tell_is_said_before_anything_is_touched(world: Kept, tmp_path: Path) -> None:
    world.keep(tmp_path / "kept")
    (tmp_path / "empty").mkdir()
    with pytest.raises(AdministratorError, match="没有 sites 也没有 gone"):
        read_gone(tmp_path / "empty", world.now)
    (tmp_path / "old" / "gone").mkdir(parents=True)
    (tmp_path / "old" / "gone" / "chengdu.map").write_bytes(b"\xff\xfe\xff")
    key = world.house.root / "yigao.key"
    with pytest.raises(AdministratorError, match="读不出来"):
        restore(tmp_path / "kept", tmp_path / "new", "editor", "坏了", world.now, key, old=tmp_path / "old")
    assert not (tmp_path / "new").exists()
