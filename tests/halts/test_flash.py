"""快讯: one signature sends it at once, before everything else; it ends in time, and is read again afterwards."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from channels.contract import StoryError
from cms import releases, review
from cms.db import read_scope, session_scope
from cms.people import Person
from cms.releases import Release, TargetError, flash, parse_target
from cms.releases.flash import FlashError
from cms.review import SignError
from pipeline import flashes, ledger, press
from pipeline.flashes import Flashed
from pipeline.intake import take_in
from pipeline.reconcile import reconcile
from tests.halts.flashing import (
    HOURS,
    announce,
    broken,
    end_of,
    everywhere,
    feed,
    left,
    nobody_posted,
    of,
    page,
    showing,
    sign,
)  # fmt: skip
from tests.halts.order import notices, stop, thaw, wait
from tests.ledger.world import World, build
from tests.pipeline.conftest import NOW, write_story

pytestmark = pytest.mark.keeps("flash")


def sent_first(world: World, made: Flashed) -> list[bool]:
    """The platform's publications in their order: which of them are the flash's."""
    keys = {one.key for one in of(world, made).values()}
    with read_scope(world.house.engine) as session:
        query = select(releases.Attempt).where(releases.Attempt.step == "publish").order_by(col(releases.Attempt.id))
        return [one.key in keys for one in session.exec(query)]


# --------------------------------------------------------------------------- out at once


def test_one_signature_sends_it_at_once_to_every_text_channel(province: Path, tmp_path: Path) -> None:
    world = everywhere(province, tmp_path / "w")
    made = announce(world)
    channels = {name.partition(":")[0] for name in of(world, made)}
    assert channels == {"site", "feed", "wechat", "weibo", "toutiao"}  # no clip is waited for
    world.now += timedelta(minutes=7)
    assert world.turn() == 0 and world.copies() == []  # unsigned: nothing at all
    assert sign(world, made) == []
    signed = world.now
    world.turn()
    found = of(world, made)
    assert {one.due_at for one in found.values()} == {signed}
    states = {name: one.state for name, one in found.items()}
    assert {state for name, state in states.items() if name.startswith(("site", "feed", "weibo"))} == {"published"}
    assert {states["toutiao:chengdu"], states["toutiao:ganzi"]} == {"handed_over"}
    assert states["wechat:chengdu"] in ("accepted", "published")
    world.run(hours=1)
    assert world.breaches() == []
    assert "特大暴雨" in page(world, "ganzi", made) and "已解除" not in page(world, "ganzi", made)


def test_a_story_in_a_file_is_a_flash_too(province: Path, tmp_path: Path) -> None:
    world = everywhere(province, tmp_path / "w")
    file = write_story(tmp_path / "desk", "yu-jing", "地质灾害预警")
    to = [parse_target("channel=weibo unit=ganzi")]
    made = flashes.announce(world.house, file, "", to, "editor", world.now)
    sign(world, made)
    world.turn()
    assert {name: one.state for name, one in of(world, made).items()} == {"weibo:ganzi": "published"}


def test_what_cannot_be_a_flash(province: Path, tmp_path: Path) -> None:
    world = everywhere(province, tmp_path / "w")
    with pytest.raises(TargetError, match="文字渠道"):
        announce(world, to="channel=shipinhao,douyin")
    with pytest.raises(TargetError, match="没有渠道"):
        announce(world, to="channel=fax")
    with pytest.raises(StoryError, match="标题和正文"):
        announce(world, title=" ")
    with pytest.raises(FlashError, match="已经过去"):
        announce(world, expires_at=world.now)


# --------------------------------------------------------------------------- overtaking


def test_it_overtakes_what_was_due_before_on_every_account(due: Path, tmp_path: Path) -> None:
    world = build(due, tmp_path / "w")
    made = announce(world)
    sign(world, made)
    world.run(hours=1)
    assert sent_first(world, made) == [True] * 2 + [False] * 6
    assert world.breaches() == []


def test_in_the_middle_of_a_queue_the_rest_lets_it_pass(due: Path, tmp_path: Path) -> None:
    """Signed while the first of three is on its way on the first account: it is the second there."""
    world = build(due, tmp_path / "w")
    made = announce(world)
    seen = world.watch

    def watch(name: str) -> None:
        seen(name)
        if (name, world.passed[name]) == ("publish.announced", 1):
            sign(world, made)

    world.watch = watch  # type: ignore[method-assign]
    world.run(hours=1)
    assert sent_first(world, made) == [False, True, True] + [False] * 5
    assert world.states() == {"published": 8} and world.breaches() == []


def test_accounts_with_a_flash_come_first(due: Path, tmp_path: Path) -> None:
    world = build(due, tmp_path / "w")
    sign(world, announce(world, to="unit=ganzi"))
    with read_scope(world.house.engine) as session:
        assert [one.key for one in ledger.due_accounts(session, world.now)] == ["wechat:ganzi", "wechat:chengdu"]
        assert ledger.in_place(session, world.now, timedelta(seconds=5))[1] == []


def test_it_passes_a_freeze_that_lets_flashes(due: Path, tmp_path: Path) -> None:
    world = build(due, tmp_path / "w")
    stop(world)
    sign(world, announce(world))
    world.run(hours=1)
    assert world.states() == {"published": 2, "held": 6}


def test_and_not_one_that_stops_them_too(province: Path, tmp_path: Path) -> None:
    world = everywhere(province, tmp_path / "w")
    number = stop(world, lets_flash=False)
    made = announce(world)
    sign(world, made)
    wait(world, 10)
    assert world.copies() == [] and world.all_states() == {"held": 10}
    thaw(world, number)
    world.run(hours=3)
    assert world.copies() == []
    world.run(hours=4)
    world.turn()  # its time is over: it is not even held any more
    assert {one.state for one in of(world, made).values()} == {"cancelled"}
    assert [showing(world, unit, "特大暴雨") for unit in ("chengdu", "ganzi")] == [[], []]


# --------------------------------------------------------------------------- who signs


def test_nobody_signs_their_own(due: Path, tmp_path: Path) -> None:
    world = build(due, tmp_path / "w")
    made = announce(world)
    with pytest.raises(SignError, match="不能自审"):
        sign(world, made, by="editor")
    with session_scope(world.house.engine) as session, pytest.raises(IntegrityError, match="不能自审"):
        editor = session.exec(select(Person).where(Person.login == "editor")).one()
        sealed = session.get_one(review.SealedSet, made.sealed_set)
        session.add(
            review.Signature(
                step="签发", signer_id=editor.id, subject_hash=sealed.hash, sealed_set_id=sealed.id, opinion="行",
                policy="flash", signed_at=world.now,
            )
        )  # fmt: skip
        session.flush()


def test_the_short_path_is_not_for_ordinary_stories(due: Path, tmp_path: Path) -> None:
    """The database itself: such a set is not completed, and a sealed release does not turn into a flash."""
    world = build(due, tmp_path / "w")
    taken = take_in(world.house, write_story(tmp_path / "desk", "plain", "普通稿件"), "editor", world.now)
    with session_scope(world.house.engine) as session:
        chosen = ledger.newest_revisions(session, [taken.slug])
        everywhere = parse_target("channel=*")
        number = releases.plan(session, chosen, everywhere, NOW, "editor", review.FLASH, now=NOW).id
    press.render_release(world.house, number, NOW)
    sealed = press.seal_release(world.house, number, NOW)
    assert sealed is not None
    with pytest.raises(IntegrityError, match="只用于更正和快讯"):
        press.sign_release(world.house, sealed, "yi", "同意", world.now)
    with session_scope(world.house.engine) as session, pytest.raises(IntegrityError, match="不能改成快讯"):
        session.get_one(Release, number).flash = True
        session.flush()


# --------------------------------------------------------------------------- read again afterwards


def later(world: World, made: Flashed, by: str, opinion: str = "属实", *, passed: bool = True) -> None:
    with session_scope(world.house.engine) as session:
        release = session.get_one(Release, made.release)
        flash.record_review(session, release, ledger.person(session, by), opinion, world.now, passed=passed)


def test_the_later_review_is_somebody_elses(due: Path, tmp_path: Path) -> None:
    world = build(due, tmp_path / "w")
    made = announce(world, expires_at=None)
    with pytest.raises(SignError, match="还没有签发"):
        later(world, made, "er")
    sign(world, made)
    for by in ("editor", "yi"):
        with pytest.raises(SignError, match="不能"):
            later(world, made, by)
    with pytest.raises(SignError, match="缺意见"):
        later(world, made, "er", " ")
    later(world, made, "er")
    with pytest.raises(FlashError, match="已经补审"):
        later(world, made, "san")
    with read_scope(world.house.engine) as session:
        kept = session.exec(select(review.Signature).where(review.Signature.step == "补审")).one()
        assert kept.opinion == "通过：属实" and session.get_one(Release, made.release).reviewed_at == world.now
        line = review.printed_line(session, session.get_one(review.SealedSet, made.sealed_set))
    assert line == "签发：一审员"


def test_a_missing_later_review_is_told_further_up_each_time(due: Path, tmp_path: Path) -> None:
    world = build(due, tmp_path / "w")
    made = announce(world, expires_at=None)
    world.now += timedelta(hours=1)
    sign(world, made)
    signed = world.now
    assert any("2026-11-19 10:00:00前要补审" in one for one in notices(world))
    told = []
    for hours in (1, 23.9, 24, 25, 26, 27, 48, 49, 90):
        world.now = signed + timedelta(hours=hours)
        told.append([one.partition("》")[2].partition("（")[0] for one in flashes.escalate(world.house, world.now)])
    assert told == [
        [], [], ["补审已超时"], [], ["补审超时两小时，请值班负责人督办"],
        [], ["补审超时一天，请省级管理员督办"], [], [],
    ]  # fmt: skip
    assert sum("补审超时一天" in one for one in notices(world)) == 1
    later(world, made, "er")
    world.now += timedelta(days=9)
    assert flashes.escalate(world.house, world.now) == []


def test_a_machine_that_was_off_tells_all_of_it_at_once(due: Path, tmp_path: Path) -> None:
    world = build(due, tmp_path / "w")
    sign(world, announce(world, expires_at=None))
    world.now += timedelta(days=5)
    assert len(flashes.escalate(world.house, world.now)) == 3


def test_a_review_that_fails_calls_for_a_retraction(due: Path, tmp_path: Path) -> None:
    world = build(due, tmp_path / "w")
    made = announce(world)
    sign(world, made)
    later(world, made, "er", "数字有误", passed=False)
    assert any("补审不通过（二审员：数字有误）" in one and "撤稿" in one for one in notices(world))


# --------------------------------------------------------------------------- over


def test_when_it_is_over_every_page_and_feed_says_so(province: Path, tmp_path: Path) -> None:
    world = everywhere(province, tmp_path / "w")
    made = announce(world)
    sign(world, made)
    order, remedies = end_of(world)
    assert (order.state, order.approved_by, len(remedies)) == ("approved", "yi", 4)
    assert {one.next_at for one in remedies} == {made.expires_at}
    world.run(hours=5.9)
    assert not any("已解除" in page(world, unit, made) + feed(world, unit) for unit in ("chengdu", "ganzi"))
    world.run(hours=0.5)
    for unit in ("chengdu", "ganzi"):
        assert "已解除" in page(world, unit, made) and "【已解除】" in feed(world, unit)
        assert "特大暴雨" in page(world, unit, made)  # the words stay, for whoever looks them up
    nobody_posted(world)
    order, remedies = end_of(world)
    assert {one.state for one in remedies} == {"done"} and order.state in ("settled", "closed")
    assert world.breaches() == []


def test_one_that_runs_is_no_difference_on_our_sites_until_its_end_is_missed(province: Path, tmp_path: Path) -> None:
    world = everywhere(province, tmp_path / "w")
    made = announce(world)
    sign(world, made)
    world.run(hours=1)
    done = reconcile(world.house, world.clock)
    assert (left(world), done.told, done.drifts) == ([], [], 0)
    world.now += HOURS  # its end is past, and no worker came by
    assert {(one.kind, "解除已签发" in one.sentence) for one in left(world)} == {("open", True)}
    assert "解除已签发" in "".join(reconcile(world.house, world.clock).told)
    world.run(hours=0.5)
    assert left(world) == []


def test_it_may_end_earlier(province: Path, tmp_path: Path) -> None:
    world = everywhere(province, tmp_path / "w")
    made = announce(world)
    sign(world, made)
    world.run(hours=1)
    with session_scope(world.house.engine) as session:
        assert flash.lift(session, session.get_one(Release, made.release), "yi", "雨停了", world.now) == 4
    world.run(hours=0.1)
    assert all("已解除" in page(world, unit, made) for unit in ("chengdu", "ganzi"))
    with session_scope(world.house.engine) as session, pytest.raises(FlashError, match="已经解除"):
        flash.lift(session, session.get_one(Release, made.release), "yi", "再来", world.now)


def test_one_without_an_end_is_lifted_by_a_person(province: Path, tmp_path: Path) -> None:
    world = everywhere(province, tmp_path / "w")
    made = announce(world, expires_at=None)
    with session_scope(world.house.engine) as session, pytest.raises(FlashError, match="还没有签发"):
        flash.lift(session, session.get_one(Release, made.release), "yi", "雨停了", world.now)
    sign(world, made)
    world.run(hours=1)
    with session_scope(world.house.engine) as session:
        assert flash.lift(session, session.get_one(Release, made.release), "yi", "雨停了", world.now) == 4
    world.run(hours=0.1)
    assert "【已解除】" in feed(world, "ganzi")


def test_what_had_not_gone_out_by_then_never_does(province: Path, tmp_path: Path) -> None:
    world = everywhere(province, tmp_path / "w")
    made = announce(world)
    stop(world, lets_flash=False)
    sign(world, made)
    world.run(hours=7)
    world.turn()
    assert {one.state for one in of(world, made).values()} == {"cancelled"}
    assert world.copies() == [] and broken(world) == []
    assert [showing(world, unit, "特大暴雨") for unit in ("chengdu", "ganzi")] == [[], []]


def test_it_is_not_signed_after_its_end(due: Path, tmp_path: Path) -> None:
    world = build(due, tmp_path / "w")
    made = announce(world)
    world.now += HOURS
    with pytest.raises(SignError, match="已到解除时间"):
        sign(world, made)
