"""The end of a flash (解除): it is said of what readers have, in the version they have, and brings nothing back."""

from datetime import timedelta
from pathlib import Path

import pytest

from cms import releases, review
from cms.db import read_scope, session_scope
from cms.releases import Release, flash
from cms.stories import newest, story_named
from pipeline import recalls as press
from pipeline.flashes import Flashed
from tests.halts.flashing import announce, broken, end_of, everywhere, feed, left, of, page, showing, sign, slug_of
from tests.halts.order import retime, stop, thaw, wait
from tests.ledger.platforms_world import PlatformsWorld
from tests.recalls import world as w

pytestmark = pytest.mark.keeps("flash")
HOUR = timedelta(hours=1)
WORDS, CORRECTED = "特大暴雨", "特大暴雨和九级大风"


def correct(world: PlatformsWorld, made: Flashed) -> int:
    """A correction of the flash's text, signed."""
    slug = slug_of(world, made)
    with read_scope(world.house.engine) as session:
        story = story_named(session, slug)
        assert story is not None
        last = newest(session, story)
        assert last is not None
        text = last.text.replace(WORDS, CORRECTED)
    notice = "文中漏写大风预警，特此更正。"
    number = press.order_correction(
        world.house, slug, text, "漏写大风", notice, "editor", world.now, policy=review.REHEARSAL
    )
    press.sign_correction(world.house, number, "yi", "同意", world.now)
    return number


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
    order, _ = end_of(world)
    assert order.state == "settled"
    assert in_order(world)
