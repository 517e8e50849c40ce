"""The end of a flash (解除): it is said of what readers have, in the version they have, and brings nothing back."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from channels.making.sandbox import Fault
from cms import audit, recalls, releases, review
from cms.db import read_scope, session_scope
from cms.recalls import RecallError
from cms.releases import Delivery, Recall, Release, Remedy, flash
from cms.releases.freeze import FreezeError
from cms.stories import newest, story_named
from pipeline import recalls as press
from pipeline.flashes import Flashed
from tests.halts.flashing import (
    CHANNELS,
    announce,
    broken,
    end_of,
    everywhere,
    feed,
    left,
    left_to_people,
    nobody_posted,
    of,
    page,
    showing,
    sign,
    slug_of,
)
from tests.halts.order import notices, retime, stop, thaw, wait
from tests.ledger import platforms_world
from tests.ledger.platforms_world import PlatformsWorld
from tests.recalls import world as w

pytestmark = pytest.mark.keeps("flash")
HOUR = timedelta(hours=1)
WORDS, CORRECTED = "特大暴雨", "特大暴雨和九级大风"


def correct(world: PlatformsWorld, made: Flashed) -> int:
    """A correction of the flash's text, signed."""
    number = order(world, made)
    press.sign_correction(world.house, number, "yi", "同意", world.now)
    return number


def order(world: PlatformsWorld, made: Flashed) -> int:
    """A correction of the flash's text, which nobody has signed yet."""
    slug = slug_of(world, made)
    with read_scope(world.house.engine) as session:
        story = story_named(session, slug)
        assert story is not None
        last = newest(session, story)
        assert last is not None
        text = last.text.replace(WORDS, CORRECTED)
    notice = "文中漏写大风预警，特此更正。"
    return press.order_correction(
        world.house, slug, text, "漏写大风", notice, "editor", world.now, policy=review.REHEARSAL
    )


def stopped_in_chengdu(province: Path, root: Path) -> tuple[PlatformsWorld, Flashed, int]:
    """A flash of an hour, signed while 停发 stops flashes too in one of two units; the number of the freeze."""
    world = everywhere(province, root)
    number = stop(world, lets_flash=False, unit="chengdu")
    made = announce(world, expires_at=world.now + HOUR)
    sign(world, made)
    wait(world, 5)
    return world, made, number


def in_order(world: PlatformsWorld) -> bool:
    """Neither our own verifying nor the checker that reads our pages names anything."""
    return (left(world), broken(world)) == ([], [])


def test_what_a_freeze_kept_back_does_not_come_out_at_its_end(province: Path, tmp_path: Path) -> None:
    world, made, number = stopped_in_chengdu(province, tmp_path / "w")
    world.run(hours=3)
    assert {one.state for key, one in of(world, made).items() if key.endswith("chengdu")} == {"cancelled"}
    assert showing(world, "chengdu", WORDS) == []
    assert "已解除" in page(world, "ganzi", made)
    thaw(world, number)
    world.run(hours=2)
    assert showing(world, "chengdu", WORDS) == []
    nobody_posted(world)
    order, ends = end_of(world)
    assert {one.state for one in ends} == {"done", "off"} and order.state == "settled"
    assert in_order(world)


def retracted(world: PlatformsWorld, made: Flashed) -> None:
    w.retract(world, slug_of(world, made))


def cancelled(world: PlatformsWorld, made: Flashed) -> None:
    with session_scope(world.house.engine) as session:
        releases.cancel(session, session.get_one(Release, made.release), "yi", "不发了", world.now)


@pytest.mark.parametrize("taken_back", [retracted, cancelled])
@pytest.mark.parametrize("is_lifted", [False, True])
def test_what_was_taken_back_unsent_does_not_come_out_at_its_end(
    province: Path, tmp_path: Path, taken_back: object, *, is_lifted: bool
) -> None:
    world, made, number = stopped_in_chengdu(province, tmp_path / "w")
    assert callable(taken_back)
    taken_back(world, made)
    thaw(world, number)
    if is_lifted:
        world.run(hours=0.2)
        with session_scope(world.house.engine) as session:
            flash.lift(session, session.get_one(Release, made.release), "yi", "雨停了", world.now)
    world.run(hours=3)
    assert showing(world, "chengdu", WORDS) == []
    assert ("已解除" in page(world, "ganzi", made)) == (taken_back is cancelled)
    assert in_order(world)


@pytest.mark.parametrize("has_end", [True, False])
def test_the_corrected_version_says_so_where_the_first_never_went_out(
    province: Path, tmp_path: Path, *, has_end: bool
) -> None:
    world = everywhere(province, tmp_path / "w")
    number = stop(world, lets_flash=False, unit="chengdu")
    made = announce(world, expires_at=world.now + HOUR if has_end else None)
    sign(world, made)
    wait(world, 5)
    correct(world, made)
    wait(world, 3)
    thaw(world, number)
    wait(world, 3)
    for rows in w.deliveries(world, slug_of(world, made)).values():
        if rows[-1].state == "held":
            retime(world, rows[-1], world.now + timedelta(minutes=5))
    world.run(hours=0.3)
    assert CORRECTED in page(world, "chengdu", made) and "已解除" not in page(world, "chengdu", made)
    if not has_end:
        with session_scope(world.house.engine) as session:
            assert flash.lift(session, session.get_one(Release, made.release), "yi", "雨停了", world.now) == 4
    world.run(hours=3)
    for unit in ("chengdu", "ganzi"):
        assert CORRECTED in page(world, unit, made) and "更正" in page(world, unit, made)
        assert "已解除" in page(world, unit, made) and "【已解除】" in feed(world, unit)
        assert feed(world, unit).count("<item>") == 1
    nobody_posted(world)
    order, _ = end_of(world)
    assert order.state == "settled"
    assert in_order(world)


# --------------------------------------------------------------------------- its correction keeps its end


def signed(province: Path, root: Path, *faults: Fault, to: str = "channel=*") -> tuple[PlatformsWorld, Flashed]:
    """A flash of an hour, out everywhere."""
    world = platforms_world.build(province, root, CHANNELS, *faults)
    made = announce(world, to=to, expires_at=world.now + HOUR)
    sign(world, made)
    world.run(hours=0.1)
    return world, made


def started_late(world: PlatformsWorld, made: Flashed) -> list[str]:
    """What readers of a platform got of it after it was over."""
    assert made.expires_at is not None
    return [one.account for one in world.copies() if WORDS in one.body and one.at > made.expires_at]


def test_what_a_correction_sends_instead_is_over_with_the_flash(province: Path, tmp_path: Path) -> None:
    world, made, number = stopped_in_chengdu(province, tmp_path / "w")
    correct(world, made)
    wait(world, 3)
    thaw(world, number)
    held = {key: rows[-1] for key, rows in w.deliveries(world, slug_of(world, made)).items() if key.endswith("chengdu")}
    assert {one.expires_at for one in held.values()} == {made.expires_at}
    waiting = next(one for one in held.values() if one.state == "held")
    with pytest.raises(FreezeError, match="解除，不能再排到那之后"):
        retime(world, waiting, made.expires_at or world.now)
    world.run(hours=3)
    states = {key: rows[-1].state for key, rows in w.deliveries(world, slug_of(world, made)).items()}
    assert {state for key, state in states.items() if key.endswith("chengdu")} == {"cancelled"}
    assert showing(world, "chengdu", WORDS) == [] and started_late(world, made) == []
    assert CORRECTED in page(world, "ganzi", made) and "已解除" in page(world, "ganzi", made)
    assert in_order(world)


def test_what_is_not_out_again_by_the_end_stays_away(province: Path, tmp_path: Path) -> None:
    """A minute before the end, and the platform takes its time to delete: the old one goes, no news comes late."""
    late = Fault("delete_late", method="statuses/destroy", nth=1)
    world, made = signed(province, tmp_path / "w", late)
    world.run(hours=0.885)
    number = correct(world, made)
    (warning,) = [one for one in warnings(world, number) if "解除" in one]
    assert "到那时还没有发出的更正稿不再发" in warning
    world.run(hours=3)
    assert started_late(world, made) == []
    lines = {one.account: one for one in w.lines(world, number)}
    assert lines["weibo:chengdu"].remedy_state == "已处置" and "快讯已到解除时间" in lines["weibo:chengdu"].again
    weibo = {one.account: one.body for one in world.copies() if one.state == "live" and one.account.startswith("weibo")}
    assert list(weibo) == ["weibo:ganzi"] and CORRECTED in weibo["weibo:ganzi"]
    # Who has not posted it yet is not asked to post the corrected one any more either.
    assert "快讯已到解除时间" in lines["toutiao:chengdu"].again
    assert in_order(world)


def warnings(world: PlatformsWorld, number: int) -> list[str]:
    with read_scope(world.house.engine) as session:
        return recalls.warnings_of(session, session.get_one(Recall, number), world.now)


@pytest.mark.parametrize("when", ["ordered", "signed"])
def test_after_the_end_nothing_is_sent_anew(province: Path, tmp_path: Path, when: str) -> None:
    world, made = signed(province, tmp_path / "w")
    if when == "signed":
        number = order(world, made)
        world.run(hours=2)
        press.sign_correction(world.house, number, "yi", "同意", world.now)
    else:
        world.run(hours=2)
        number = order(world, made)
        assert any("已经解除" in one and "不再重发" in one for one in warnings(world, number))
        planned = {one.account: one for one in w.lines(world, number)}
        assert (planned["weibo:ganzi"].action, planned["weibo:ganzi"].again) == ("下架", "快讯已到解除时间，不再重发")
        press.sign_correction(world.house, number, "yi", "同意", world.now)
    world.run(hours=3)
    assert started_late(world, made) == []
    done = {one.account: one for one in w.lines(world, number)}
    for unit in ("chengdu", "ganzi"):
        assert (done[f"weibo:{unit}"].action, done[f"weibo:{unit}"].remedy_state) == ("下架", "已处置")
        assert done[f"weibo:{unit}"].again == "快讯已到解除时间，不再重发"
        assert CORRECTED in page(world, unit, made) and "已解除" in page(world, unit, made)
        assert "【已解除】" in feed(world, unit) and feed(world, unit).count("<item>") == 1
    assert not [one for one in world.copies() if one.state == "live" and one.account.startswith("weibo")]
    assert in_order(world)


def test_a_correction_that_could_only_take_away_is_refused(province: Path, tmp_path: Path) -> None:
    world, made = signed(province, tmp_path / "w", to="channel=weibo")
    world.run(hours=2)
    with pytest.raises(RecallError, match="已经解除：没有一个账号能原地改"):
        order(world, made)
    assert len([one for one in world.copies() if one.state == "live"]) == 2
    assert in_order(world)


def test_the_checker_names_a_correction_that_goes_on_after_the_end(province: Path, tmp_path: Path) -> None:
    world, made = signed(province, tmp_path / "w")
    world.run(hours=0.7)
    correct(world, made)
    world.run(hours=3)
    assert in_order(world)
    with session_scope(world.house.engine) as session:
        again = session.exec(
            select(Delivery).where(Delivery.id == Remedy.replacement_id, Delivery.state == "published")
        ).first()
        assert again is not None and again.release_id != made.release
        said = {"from": "ready", "to": again.state, "reason": "", "key": again.key}
        audit.record(session, "pipeline", "delivery.send", f"delivery:{again.id}", said, world.now)
        key = again.key
    assert [one for one in broken(world) if one.startswith("R20 flash")] == [
        f"R20 flash {made.release} started as {key} after it was over"
    ]


# --------------------------------------------------------------------------- what was left to people


def package(world: PlatformsWorld, delivery: Delivery) -> dict[str, str]:
    """The files that lie there for whoever posts it."""
    folder = world.house.handover / delivery.key
    return {one.name: one.read_text(encoding="utf-8") for one in folder.iterdir() if one.suffix in (".txt", ".html")}


def test_who_was_to_post_it_is_told_that_it_is_over_and_finds_nothing_to_post(province: Path, tmp_path: Path) -> None:
    """At its end the package is gone, and a person is asked: one never posted it, one did and says there that it is
    over, once its address is known."""
    world, made = signed(province, tmp_path / "w")
    handed = {key: one for key, one in of(world, made).items() if key.startswith("toutiao")}
    assert {one.state for one in handed.values()} == {"handed_over"}
    assert all(WORDS in "".join(package(world, one).values()) for one in handed.values())
    assert {one.state for one in left_to_people(world)} == {"due"}
    world.run(hours=1)
    for one in handed.values():
        (words,) = package(world, one).values()
        assert "还没有发的不要再发" in words and "可以照抄：【已解除】暴雨红色预警。" in words and WORDS not in words
    first, second = left_to_people(world)
    assert (first.state, second.state) == ("by_hand", "by_hand") and first.person and first.deadline
    assert sum("还没有发的不要再发" in one for one in notices(world)) == 2
    assert in_order(world)
    say(world, first, was_posted=False)
    with pytest.raises(RecallError, match="还没有登记发在哪里"):
        say(world, second)
    with session_scope(world.house.engine) as session:
        row = session.get_one(Delivery, second.delivery_id)
        releases.adopt(session, row, ["https://www.toutiao.com/article/7/"], "yi", "代发", world.now)
    say(world, second)
    states = {key: one.state for key, one in of(world, made).items() if key.startswith("toutiao")}
    assert sorted(states.values()) == ["cancelled", "published"]
    order, _ = end_of(world)
    assert order.state == "settled" and in_order(world)


def test_what_was_posted_by_then_has_its_word_to_be_posted_too(province: Path, tmp_path: Path) -> None:
    world, made = signed(province, tmp_path / "w", to="channel=toutiao unit=ganzi")
    (handed,) = of(world, made).values()
    with session_scope(world.house.engine) as session:
        row = session.get_one(Delivery, handed.id)
        releases.adopt(session, row, ["https://www.toutiao.com/article/8/"], "yi", "代发", world.now)
    world.run(hours=1)
    (asked,) = left_to_people(world)
    assert asked.state == "by_hand" and "再发一条“已解除”" in asked.reason and "不要再发" not in asked.reason
    assert "https://www.toutiao.com/article/8/" in package(world, handed)["解除说明.txt"]
    say(world, asked)
    assert end_of(world)[0].state == "settled" and in_order(world)


def say(world: PlatformsWorld, remedy: Remedy, *, was_posted: bool = True) -> None:
    """What the person did about it."""
    with session_scope(world.house.engine) as session:
        row = session.get_one(Remedy, remedy.id)
        recalls.done_by_hand(session, row, "yi", "办了", world.now, was_posted=was_posted)
