"""Copies found gone from their platform: they stand in every order, are looked for, and dealt with once back."""

from datetime import timedelta
from pathlib import Path

import pytest

from cms import releases, review
from cms.db import read_scope, session_scope
from cms.recalls import ABSENT
from cms.releases import Delivery, Release, Remedy, moment
from cms.releases.sightings import SIGHTING_NAMES
from pipeline import ledger, press, recall_report
from pipeline.later_checks import look_again
from pipeline.reconcile import Reconciled, reconcile
from tests.ledger.platforms_world import PlatformsWorld, build
from tests.recalls import world as w
from tests.recalls.conftest import CHANNELS

pytestmark = pytest.mark.keeps("order")
STORY = "编号0"
LOST = ("wechat:chengdu", "weibo:chengdu")


@pytest.fixture
def world(province: Path, tmp_path: Path) -> PlatformsWorld:
    """The platforms took away two copies of the first story, and the night found it."""
    made = build(province, tmp_path / "house", CHANNELS)
    made.run(hours=2)
    book = made.sandboxes.book
    for platform in ("wechat", "weibo"):
        first = next(one for one in book.posts(state="live") if one.platform == platform)
        book.change(first.id, "removed")
    told = night(made).told
    assert {one.partition("）")[0] for one in told} == {"“成都科技”（微信公众号", "“成都科技”（微博"}  # which account
    assert {made_of(made, one).state for one in LOST} == {"removed"}
    return made


def made_of(world: PlatformsWorld, key: str) -> Delivery:
    return w.deliveries(world)[key][-1]


def night(world: PlatformsWorld) -> Reconciled:
    world.now += timedelta(days=1)
    return reconcile(world.house, world.clock)


def give_back(world: PlatformsWorld) -> None:
    """The appeal went well."""
    for one in world.sandboxes.book.posts(state="removed"):
        world.sandboxes.book.change(one.id, "live")


def test_a_copy_that_was_found_gone_has_its_line_and_its_looks(world: PlatformsWorld) -> None:
    number = w.retract(world)
    world.run(hours=1)
    lost = {key: one for key, one in w.remedies(world, number).items() if key in LOST}
    assert {(one.action, one.state) for one in lost.values()} == {("watch", "done")}
    found = {key: moment(made_of(world, key).changed_at) for key in LOST}
    for line in w.lines(world, number):
        if line.account in LOST:
            assert (line.remedy_state, line.state) == (ABSENT, "被平台删除")
            assert "盯着" in line.rule
    with read_scope(world.house.engine) as session:
        report = recall_report.gather(session, number, world.now)
    told = {one.key: one for one in report.copies}
    assert set(LOST) <= set(told)
    assert all(told[key].evidence == f"平台上已不见，{found[key]} 发现" for key in LOST)
    assert ("平台上已不见", "2 份") in report.sums
    assert len(told[LOST[0]].checks) == 3


def test_given_back_it_is_seen_at_the_next_look_and_taken_away(world: PlatformsWorld) -> None:
    number = w.retract(world)
    world.run(hours=0.5)
    give_back(world)
    assert w.alive(world, STORY) == list(LOST)
    world.now += timedelta(hours=1)
    look_again(world.house, world.clock)
    world.run(hours=1)
    assert w.alive(world, STORY) == []
    assert {w.remedies(world, number)[key].action for key in LOST} == {"withdraw"}
    assert sum("又能看到了" in one for one in w.told(world, f"recall:{number}")) == 2
    assert world.breaches() == []


def test_given_back_after_the_order_was_closed_the_night_sees_it(world: PlatformsWorld) -> None:
    number = w.retract(world)
    for key in ("toutiao:chengdu", "toutiao:ganzi"):
        with session_scope(world.house.engine) as session:
            remedy = session.get_one(Remedy, w.remedies(world, number)[key].id)
            w.recalls.cannot_be_done(session, remedy, "yi", "后台打不开", world.now)
    world.run(hours=1)
    for later in (timedelta(hours=1), timedelta(days=1), timedelta(days=7)):
        world.now += later
        look_again(world.house, world.clock)
    assert w.recall(world, number).state == "closed"
    give_back(world)
    done = night(world)
    assert len([one for one in done.told if f"撤稿令 {number} 马上接着处置" in one]) == 2
    assert w.recall(world, number).state == "approved"
    world.run(hours=1)
    assert w.alive(world, STORY) == []
    assert world.breaches() == []


def test_what_was_found_gone_is_not_looked_for_for_ever(world: PlatformsWorld) -> None:
    world.now += timedelta(days=31)
    give_back(world)
    assert reconcile(world.house, world.clock).counts["back"] == 0


def test_a_correction_deals_with_it_as_with_any_copy_that_is_out(world: PlatformsWorld) -> None:
    number = w.correct(world)
    world.run(hours=1)
    assert {w.remedies(world, number)[key].action for key in LOST} == {"watch"}
    give_back(world)
    night(world)
    world.run(hours=1)
    remedies = {key: w.remedies(world, number)[key] for key in LOST}
    assert {one.action for one in remedies.values()} == {"reissue"}
    assert not set(LOST) & set(w.alive(world, STORY))  # nobody reads the old text
    with read_scope(world.house.engine) as session:
        waiting = {session.get_one(Delivery, one.replacement_id).release_id for one in remedies.values()}
    for one in waiting:  # what goes out instead was signed by nobody yet
        sign(world, one)
    world.run(hours=2)
    assert set(LOST) <= set(w.alive(world, STORY))
    assert world.breaches() == []


def test_without_an_order_the_ledger_says_it_is_out_again(world: PlatformsWorld) -> None:
    give_back(world)
    done = night(world)
    assert sum("台账已改回" in one for one in done.told) == 2
    assert done.counts["back"] == 2 and done.counts.keys() <= SIGHTING_NAMES.keys()  # what the command prints
    assert {made_of(world, key).state for key in LOST} == {"published"}
    assert night(world).told == []
    assert world.breaches() == []


def test_beside_another_copy_of_the_story_it_is_one_too_many(world: PlatformsWorld) -> None:
    """Given back after somebody had released the story anew there: the retraction takes both away."""
    with session_scope(world.house.engine) as session:
        chosen = ledger.newest_revisions(session, ["story-0"])
        target = releases.parse_target("channel=weibo unit=chengdu")
        release = releases.plan(session, chosen, target, world.now, "editor", review.REHEARSAL, now=world.now).id
    sign(world, release)
    world.run(hours=1)
    assert "weibo:chengdu" in w.alive(world, STORY)
    give_back(world)
    done = night(world)
    assert sum("到平台后台删掉一份" in one for one in done.told) == 1
    assert night(world).told == []
    w.retract(world)
    world.run(hours=1)
    night(world)
    world.run(hours=1)
    assert w.alive(world, STORY) == []
    assert world.breaches() == []


def sign(world: PlatformsWorld, release: int) -> None:
    with read_scope(world.house.engine) as session:
        state = session.get_one(Release, release).state
    if state == "planned":
        press.render_release(world.house, release, world.now)
        press.seal_release(world.house, release, world.now)
    with read_scope(world.house.engine) as session:
        sealed = ledger.sealed_set_of(session, release)
    press.sign_release(world.house, sealed, "yi", "同意", world.now)
