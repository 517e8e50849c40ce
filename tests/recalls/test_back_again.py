"""A correction that is corrected back: what the first order began at a copy, or gave to a person, is not forgotten."""

from pathlib import Path

import pytest
from sqlmodel import col, select

from channels.making.sandbox import Fault
from cms import recalls
from cms.db import read_scope, session_scope
from cms.matrix import Account
from cms.recalls import SAME_WORDS, RecallError
from cms.releases import Delivery, Remedy, handling
from pipeline import packages
from tests.ledger.platforms_world import PlatformsWorld, build
from tests.recalls import world as w
from tests.recalls.conftest import CHANNELS

pytestmark = pytest.mark.keeps("races")
CALLS = ("statuses/destroy", "freepublish/delete")
WITH_INTERFACE = ["wechat:chengdu", "wechat:ganzi", "weibo:chengdu", "weibo:ganzi"]
BY_HAND = "toutiao:chengdu"
ADDRESS = "https://www.toutiao.com/article/7300000000000000001/"


@pytest.fixture
def world(province: Path, tmp_path: Path) -> PlatformsWorld:
    made = build(province, tmp_path / "w", CHANNELS)
    made.run(hours=2)
    return made


def back_at(world: PlatformsWorld, point: str, nth: int) -> int:
    """Corrected, and corrected back when ``point`` is passed for the ``nth`` time; the second order."""
    passed, second = 0, []

    def watch(name: str) -> None:
        nonlocal passed
        passed += name == point
        if passed == nth and not second:
            second.append(0)
            second[0] = w.back(world)

    w.correct(world)
    world.watch = watch  # type: ignore[method-assign]
    world.run(hours=6)
    del world.watch  # type: ignore[attr-defined]
    return second[0]


def first_copies(world: PlatformsWorld, number: int) -> dict[str, Remedy]:
    """What becomes of the copies that went out first, by account."""
    with read_scope(world.house.engine) as session:
        query = select(Account.key, Remedy).where(Remedy.account_id == Account.id, Remedy.recall_id == number)
        return dict(session.exec(query.order_by(col(Remedy.id).desc())).all())


def does(world: PlatformsWorld, number: int, account: str = BY_HAND) -> str:
    one = first_copies(world, number)[account]
    return f"{one.action} {one.state}"


def said(world: PlatformsWorld) -> dict[str, str]:
    """What readers of the accounts with an interface have of the story."""
    return {
        one.account: one.title + one.body
        for one in world.copies()
        if one.state in ("live", "pending") and "第一条" in one.title + one.body
    }


# --------------------------------------------------------------------------- at a platform


@pytest.mark.proves("F24", "I8")
@pytest.mark.parametrize(
    ("fault", "point"),
    [("", "remedy.announced"), ("", "remedy.answered"), ("accept_then_drop", "remedy.kept"),
     ("delete_late", "remedy.kept")],
)  # fmt: skip
def test_a_copy_that_is_being_deleted_is_not_called_unchanged(
    province: Path, tmp_path: Path, fault: str, point: str
) -> None:
    world = build(province, tmp_path / "w", CHANNELS, *(Fault(fault, method=one, nth=1) for one in CALLS if fault))
    world.run(hours=2)
    second = back_at(world, point, 5)
    assert sorted(said(world)) == WITH_INTERFACE and not any(w.CORRECTED in one for one in said(world).values())
    gone = [one for one in w.lines(world, second) if one.account in WITH_INTERFACE and one.state == "已下架"]
    assert len(gone) == 1 and gone[0].again_address  # it was deleted after all, and the right text went out instead
    assert w.by_account(world)[gone[0].account] == "published" and world.breaches() == []


@pytest.mark.parametrize("fault", ["refuse", "quota_day", "permission_missing"])
def test_what_the_platform_refused_to_delete_stays_and_nobody_is_asked(
    province: Path, tmp_path: Path, fault: str
) -> None:
    world = build(province, tmp_path / "w", CHANNELS, *(Fault(fault, method=one, nth=1) for one in CALLS))
    world.run(hours=2)
    second = back_at(world, "remedy.announced", 5)
    assert sorted(said(world)) == WITH_INTERFACE
    assert {first_copies(world, 1)[one].state for one in WITH_INTERFACE} == {"off"}
    again = [one for one in w.lines(world, second) if one.account in WITH_INTERFACE and one.action == "不用处置"]
    assert sorted(one.account for one in again) == WITH_INTERFACE and {one.state for one in again} == {"已发布"}
    assert world.breaches() == []


def test_what_was_not_begun_is_not_begun(world: PlatformsWorld) -> None:
    before = {one.account: one.key for one in world.copies() if one.account in WITH_INTERFACE}
    w.correct(world)
    second = w.back(world)
    world.run(hours=2)
    assert {one.account: one.key for one in world.copies() if one.account in WITH_INTERFACE} == before
    assert {does(world, second, one) for one in WITH_INTERFACE} == {"none done"} and world.breaches() == []


# --------------------------------------------------------------------------- with a person


def sheet(world: PlatformsWorld) -> str:
    """All that lies in the package of the first delivery."""
    folder = world.house.handover / w.deliveries(world)[BY_HAND][0].key
    files = [one for one in sorted(folder.rglob("*")) if one.suffix in (".html", ".txt")]
    return "".join(one.read_text(encoding="utf-8") for one in files)


def register(world: PlatformsWorld, number: int, note: str, *, posted: bool = True) -> Remedy:
    with session_scope(world.house.engine) as session:
        row = session.get_one(Remedy, number)
        return recalls.done_by_hand(session, row, "yi", note, world.now, "", posted)


def refuse(world: PlatformsWorld, number: int, note: str) -> Remedy:
    with session_scope(world.house.engine) as session:
        return recalls.cannot_be_done(session, session.get_one(Remedy, number), "yi", note, world.now)


def adopt(world: PlatformsWorld, delivery: Delivery) -> None:
    with session_scope(world.house.engine) as session:
        handling.adopt(session, session.get_one(Delivery, delivery.id), [ADDRESS], "yi", "代发", world.now)


def in_hand(world: PlatformsWorld, *, posted: bool) -> tuple[Remedy, int]:
    """A person has the copy to change, and the correction is corrected back: what they have, and the second order."""
    if posted:
        adopt(world, w.deliveries(world)[BY_HAND][0])
    first = w.correct(world)
    world.run(hours=1)
    assert w.CORRECTED in sheet(world)
    second = w.back(world)
    world.run(hours=1)
    assert does(world, second) == "by_hand due"  # it waits for their word
    return first_copies(world, first)[BY_HAND], second


@pytest.mark.parametrize("posted", [True, False])
def test_who_has_the_first_correction_is_told_not_to_follow_it(world: PlatformsWorld, posted: bool) -> None:
    asked, second = in_hand(world, posted=posted)
    assert asked.state == "by_hand" and asked.person and "不要再照它办" in asked.reason
    assert w.CORRECTED not in sheet(world) and "更正令 1已由更正令 2改回" in sheet(world)
    assert ("没有可以发的稿件" in sheet(world)) is not posted
    told = [one for one in w.told(world, "recall:1") if "改回" in one]
    assert len(told) == 2 and all("yigao done" in one for one in told)  # one in each prefecture
    line = next(one for one in w.lines(world, second) if one.account == BY_HAND)
    assert f"先等更正令 1 的处置 {asked.id} 有结果" in line.reason
    world.run(hours=5)
    assert world.breaches() == []


@pytest.mark.proves("F24")
def test_who_had_changed_it_is_asked_to_change_it_back(world: PlatformsWorld) -> None:
    asked, second = in_hand(world, posted=True)
    assert register(world, asked.id, "收到改回之前已经改好").state == "done"
    world.run(hours=0.5)
    now = first_copies(world, second)[BY_HAND]
    assert (now.state, now.action) == ("by_hand", "by_hand") and "更正令 2" in sheet(world)
    assert w.CORRECTED not in sheet(world) and "请整篇照它改" in sheet(world)
    assert register(world, now.id, "改回来了").state == "done"
    world.run(hours=0.5)
    old = w.deliveries(world)[BY_HAND][0]
    assert (old.state, old.rendition_hash) == ("amended", now.rendition_hash) and world.breaches() == []


def test_who_had_not_touched_it_leaves_it(world: PlatformsWorld) -> None:
    asked, second = in_hand(world, posted=True)
    assert refuse(world, asked.id, "没有动过").state == "off"
    world.run(hours=0.5)
    assert does(world, second) == "none done"
    assert first_copies(world, second)[BY_HAND].evidence == SAME_WORDS
    assert w.deliveries(world)[BY_HAND][0].state == "published" and world.breaches() == []


def test_who_had_not_posted_it_posts_the_right_one(world: PlatformsWorld) -> None:
    asked, _ = in_hand(world, posted=False)
    assert register(world, asked.id, "还没有发", posted=False).state == "done"
    world.run(hours=0.5)
    rows = w.deliveries(world)[BY_HAND]
    assert [one.state for one in rows] == ["superseded", "superseded", "handed_over"]
    package = "".join(one.read_text(encoding="utf-8") for one in (world.house.handover / rows[-1].key).rglob("*.html"))
    assert "第一段" in package and w.CORRECTED not in package and world.breaches() == []


def test_who_keeps_the_first_package_finds_it_whole_again(world: PlatformsWorld) -> None:
    before = sheet(world)
    asked, second = in_hand(world, posted=False)
    assert "不要再照它办" in sheet(world) and packages.wrong(world.house, world.now)[1] == []
    refuse(world, asked.id, "没有动过，马上发")
    world.run(hours=0.5)
    assert packages.wrong(world.house, world.now)[1] == []  # nor would a restoring put anything else there
    assert sheet(world) == before and does(world, second) == "none done"
    assert w.deliveries(world)[BY_HAND][0].state == "handed_over" and world.breaches() == []


def test_what_is_done_after_all_is_put_right_by_the_order_that_stands(world: PlatformsWorld) -> None:
    """They said it could not be done; the correction was taken back; then it was done all the same."""
    adopt(world, w.deliveries(world)[BY_HAND][0])
    first = w.correct(world)
    world.run(hours=1)
    asked = first_copies(world, first)[BY_HAND]
    refuse(world, asked.id, "后台打不开")
    second = w.back(world)
    world.run(hours=1)
    assert does(world, second) == "none done"
    register(world, asked.id, "同事刚才改好了")
    world.run(hours=0.5)
    assert does(world, second) == "by_hand by_hand" and w.recall(world, second).state == "approved"
    with pytest.raises(RecallError, match="不等人处理"):
        register(world, asked.id, "再登记一次")
