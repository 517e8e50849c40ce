"""After a restoring, what no platform can be asked about: our own pages and feeds, and packages for people (F37)."""

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select, update

from cms.db import read_scope, session_scope
from cms.matrix import Account
from cms.people import Notice
from cms.releases import Delivery, restoring, retry
from cms.releases.restored import restored as restored_of
from pipeline import doubts, sites
from pipeline.backup import back_up
from pipeline.house import open_house
from pipeline.rebuilt import rebuild
from pipeline.reconcile import after_restoring, reconcile
from pipeline.restore import restore
from pipeline.verify_sites import PAGE_IN_DOUBT, survivors
from tests.halts.flashing import announce, end_of, feed, page, sign
from tests.keeping.confirming import confirm, exempt
from tests.ledger import platforms_world
from tests.ledger.platforms_world import PlatformsWorld
from tests.recalls.world import retract

pytestmark = [pytest.mark.keeps("backup"), pytest.mark.proves("F37")]
CHANNELS = ("site", "feed", "wechat", "weibo", "toutiao")
OWN = {"site:chengdu", "feed:chengdu"}
CASES: dict[str, tuple[str, ...]] = {"whole": CHANNELS, "alone": ("site", "feed", "toutiao")}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Two signed stories for two units, due in an hour; and the same where no account has an interface."""
    how: dict[str, Any] = {"stories": 2, "due": timedelta(hours=1), "own": ("site", "feed"), "by_hand": ("toutiao",)}
    return {
        name: platforms_world.prepare(tmp_path_factory.mktemp(name), channels, **how)
        for name, channels in CASES.items()
    }


class Kept(PlatformsWorld):
    """A world that asks by itself after a restoring, as the clock of a house does."""

    def turn(self) -> int:
        after_restoring(self.house, self.clock)
        return super().turn()

    def keep(self, target: Path) -> None:
        back_up(self.house, target, "editor", self.now)

    def restored(self, backup: Path, root: Path, *, lets: bool = False) -> None:
        """The backup in a new house before the very same platforms; ``lets``: everything exempt from its hold."""
        key, wires = self.house.root / "yigao.key", self.house.wires
        self.house.engine.dispose()
        restore(backup, root, "editor", "机器坏了", self.now, key)
        house = open_house(root)
        self.house = replace(house, wires=replace(house.wires, dial=wires.dial))
        rebuild(self.house, self.clock)
        if lets:
            exempt(self)

    def lose_sites(self) -> None:
        """Not even the sites are left of the house that is lost."""
        for name in ("sites", "gone"):
            shutil.rmtree(self.house.root / name)

    def of(self, slug: str) -> dict[str, Delivery]:
        """The deliveries of a story, by account."""
        with read_scope(self.house.engine) as session:
            rows = session.exec(select(Account.key, Delivery).where(Delivery.account_id == Account.id)).all()
        return {key: one for key, one in rows if one.stories[0][0] == slug}

    def pages(self, slug: str) -> int:
        """How many of our sites carry the story's page."""
        return len(list(self.house.sites.rglob(f"s/{slug}.html")))

    def later(self, *keys: str) -> None:
        """These accounts' deliveries come a day later."""
        with session_scope(self.house.engine) as session:
            mine = select(Account.id).where(col(Account.key).in_(keys))
            put_off = update(Delivery).where(col(Delivery.account_id).in_(mine))
            session.exec(put_off.values(due_at=self.now + timedelta(days=1)))

    def doubtful(self) -> list[str]:
        """What `yigao build --verify` says of pages a person has to decide about."""
        with sites.held(self.house, "chengdu", self.now) as site:
            return [
                one.story
                for one in survivors(self.house, site, self.now)
                if one.counts and one.sentence == PAGE_IN_DOUBT
            ]


@pytest.fixture
def world(prepared: dict[str, Path], tmp_path: Path, request: pytest.FixtureRequest) -> Kept:
    which = getattr(request, "param", "whole")
    made = platforms_world.build(prepared[which], tmp_path / "house", CASES[which], kind=Kept)
    assert isinstance(made, Kept)
    return made


def test_our_own_pages_go_out_after_every_platform_was_asked(world: Kept, tmp_path: Path) -> None:
    world.keep(tmp_path / "kept")
    world.now += timedelta(hours=1, minutes=2)
    world.restored(tmp_path / "kept", tmp_path / "again", lets=True)
    for _ in range(5):
        world.turn()
    before = world.of("story-0")
    assert {before[key].state for key in OWN} == {"ready"}
    assert {before[key].reason for key in OWN} == {doubts.SISTERS}
    assert before["wechat:chengdu"].state == "unknown" and world.pages("story-0") == 0
    world.run(hours=1)
    after = world.of("story-0")
    assert {key: (one.state, one.reason) for key, one in after.items() if "toutiao" not in key} == {
        key: ("published", "") for key in after if "toutiao" not in key
    }
    assert world.pages("story-0") == 2
    assert world.breaches() == []


def test_a_flash_that_runs_ends_at_its_time_and_not_at_the_restoring(world: Kept, tmp_path: Path) -> None:
    made = announce(world)
    sign(world, made)
    world.run(hours=1)
    world.keep(tmp_path / "kept")
    world.now += timedelta(minutes=5)
    world.restored(tmp_path / "kept", tmp_path / "again")
    world.run(hours=1)
    _, ends = end_of(world)
    assert {(one.state, one.next_at) for one in ends} == {("due", made.expires_at)}
    assert not any("已解除" in page(world, unit, made) + feed(world, unit) for unit in ("chengdu", "ganzi"))
    world.run(hours=4.5)
    assert all("已解除" in page(world, unit, made) + feed(world, unit) for unit in ("chengdu", "ganzi"))
    assert {one.state for one in end_of(world)[1]} == {"done"}


def test_a_page_of_a_story_called_back_since_does_not_go_out(world: Kept, tmp_path: Path) -> None:
    world.later("weibo:chengdu", "site:chengdu", "feed:chengdu", "toutiao:chengdu")
    world.run(hours=2)
    assert world.of("story-0")["wechat:chengdu"].state == "published"
    world.keep(tmp_path / "kept")
    retract(world, "story-0")
    world.run(hours=1)
    world.restored(tmp_path / "kept", tmp_path / "again", lets=True)
    world.run(hours=26)
    called_back, whole = world.of("story-0"), world.of("story-1")
    for key in (*OWN, "weibo:chengdu", "toutiao:chengdu"):
        assert (called_back[key].state, called_back[key].reason) == ("held", doubts.CALLED_BACK), key
    assert {whole[key].state for key in OWN} == {"published"}  # of this one nothing is gone
    assert not (world.house.sites / "chengdu" / "s" / "story-0.html").exists()
    with session_scope(world.house.engine) as session:  # a person looked: it was the platform that took it away
        for key in OWN:
            retry(session, session.get_one(Delivery, called_back[key].id), "yi", "不是撤稿，照发", world.now)
    world.run(hours=1)
    assert {world.of("story-0")[key].state for key in OWN} == {"published"}


def test_a_page_of_a_story_found_gone_is_put_before_a_person(world: Kept, tmp_path: Path) -> None:
    """Everything was out when the backup was taken; then the story was called back everywhere, and the order lost."""
    world.run(hours=2)
    world.keep(tmp_path / "kept")
    assert world.doubtful() == []
    retract(world, "story-0")
    world.run(hours=1)
    world.lose_sites()
    world.restored(tmp_path / "kept", tmp_path / "again")
    assert world.pages("story-0") == 2 and world.doubtful() == []  # nobody has looked yet
    told = reconcile(world.house, world.clock).told
    assert len([one for one in told if one.endswith(PAGE_IN_DOUBT)]) == 2
    assert world.doubtful() == ["story-0"]
    assert not any(one.endswith(PAGE_IN_DOUBT) for one in reconcile(world.house, world.clock).told)  # told once
    with read_scope(world.house.engine) as session:
        since = restored_of(session)
        assert since is not None and len(restoring.compared(session, since).pages) == 2
        words = [one.sentence for one in session.exec(select(Notice)) if one.sentence.endswith(PAGE_IN_DOUBT)]
        assert len(words) == 2 and all("story" not in one and "第一条消息" in one for one in words)
    retract(world, "story-0")
    world.run(hours=1)
    assert world.doubtful() == [] and world.breaches() == []


def test_a_person_may_say_that_nothing_was_called_back(world: Kept, tmp_path: Path) -> None:
    world.run(hours=2)
    world.keep(tmp_path / "kept")
    retract(world, "story-0")
    world.run(hours=1)
    world.lose_sites()
    world.restored(tmp_path / "kept", tmp_path / "again")
    reconcile(world.house, world.clock)
    assert world.doubtful() == ["story-0"]
    confirm(world)
    assert world.doubtful() == []


@pytest.mark.parametrize("world", ["alone"], indirect=True)
def test_what_nobody_can_be_asked_about_waits_for_a_person(world: Kept, tmp_path: Path) -> None:
    world.keep(tmp_path / "kept")
    world.now += timedelta(hours=1, minutes=2)
    world.restored(tmp_path / "kept", tmp_path / "again", lets=True)
    world.run(hours=0.5)
    assert {one.state for one in world.deliveries()} == {"ready"}
    assert {one.reason for one in world.deliveries()} == {doubts.NOBODY_TO_ASK}
    assert world.pages("story-0") == 0 and not list(world.house.handover.glob("*/*"))
    assert confirm(world) == []
    world.run(hours=0.2)
    assert world.all_states() == {"published": 8, "handed_over": 4}
    assert world.breaches() == []


@pytest.mark.parametrize("world", ["alone"], indirect=True)
def test_nobody_waits_in_silence(world: Kept, tmp_path: Path) -> None:
    world.keep(tmp_path / "kept")
    world.now += timedelta(hours=1, minutes=2)
    world.restored(tmp_path / "kept", tmp_path / "again", lets=True)
    world.run(hours=3)
    assert world.all_states() == {"held": 12}
    assert {one.reason for one in world.deliveries()} == {f"{doubts.NOBODY_TO_ASK}{doubts.WAITED}"}
    with session_scope(world.house.engine) as session:
        for one in session.exec(select(Delivery)).all():
            retry(session, one, "yi", "看过了，没有发过", world.now)
    world.run(hours=1)
    assert world.all_states() == {"published": 8, "handed_over": 4}
