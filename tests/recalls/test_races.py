"""F24, F25: a correction or a retraction meets a delivery wherever that is, and other recalls."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from channels import registry
from channels.contract import Mend
from channels.making.sandbox import Fault
from channels.making.sandbox.book import Post
from channels.transport import Sent, SentItem
from cms import recalls
from cms.db import read_scope, session_scope
from cms.people import Notice, PeopleError, Person
from cms.people.notices import NoticeTarget
from cms.recalls import RecallError
from cms.releases import Delivery, Recall, adopt, resend, retry
from cms.stories import Revision, newest, story_named
from pipeline import recalls as press
from tests.ledger.world import World, build
from tests.recalls import world as w

pytestmark = pytest.mark.keeps("races")

CORRECTED = "更正过的"
AGAIN = "再次更正过的，这一次改动的地方超过二十个字，小修小改不够用"
OLD_LIVE = (Fault("accept_then_drop", method="publish"), Fault("list_down", method="get_posts"))


@pytest.fixture
def amending(monkeypatch: pytest.MonkeyPatch) -> None:
    """The neutral platform lets a publication be changed where it is."""
    mend = Mend(
        key="neutral.amend", action="amend", serves=("correction",), words="原地修改", remains="地址不变",
        source="tests/neutral", read_on="2026-11-22", confidence="ours", test=__file__,
    )  # fmt: skip
    remark = Mend(
        key="neutral.remark", action="remark", serves=("correction",), words="留言说明", remains="原文不动",
        source="tests/neutral", read_on="2026-11-22", confidence="ours", test=__file__,
    )  # fmt: skip
    channel = type(registry.get("wechat"))
    monkeypatch.setattr(channel, "mends", (mend, remark, *channel.mends))


def make(prepared: Path, root: Path, *faults: Fault, **platform: bool) -> World:
    return build(prepared, root / "w", *faults, **platform)


def until(world: World, point: str, nth: int, then: Callable[[], None], hours: float = 12) -> None:
    """Run, and do ``then`` in the moment of the n-th passage of ``point``."""
    passed = 0

    def watch(name: str) -> None:
        nonlocal passed
        passed += name == point
        if name == point and passed == nth:
            then()

    world.watch = watch  # type: ignore[method-assign]
    world.run(hours=hours)
    del world.watch  # type: ignore[attr-defined]
    assert passed >= nth, f"{point} was passed {passed} times"


# --------------------------------------------------------------------------- a correction meets a delivery


@pytest.mark.proves("F24")
def test_what_is_scheduled_goes_out_corrected_at_its_time(prepared: Path, tmp_path: Path) -> None:
    world = make(prepared, tmp_path)
    number = w.correct(world)
    assert w.states(world, number) == {"wechat:chengdu": "replace done", "wechat:ganzi": "replace done"}
    world.run(hours=3)
    assert len(w.alive(world)) == len(w.alive(world, CORRECTED)) == 2
    assert [one.state for one in w.deliveries(world)["wechat:chengdu"]] == ["superseded", "published"]
    assert world.breaches() == [] and w.recall(world, number).state == "settled"


@pytest.mark.proves("F24")
@pytest.mark.parametrize("point", ["stage.announced", "stage.answered", "stage.kept", "publish.announced",
                                   "publish.answered", "answer.kept"])  # fmt: skip
@pytest.mark.parametrize("asynchronous", [False, True])
def test_a_correction_in_the_middle_of_a_step(prepared: Path, tmp_path: Path, point: str, asynchronous: bool) -> None:
    world = make(prepared, tmp_path, asynchronous=asynchronous)
    until(world, point, 1, lambda: w.correct(world) and None)
    world.run(hours=12)
    assert len(w.alive(world)) == len(w.alive(world, CORRECTED)) == 2
    assert world.breaches() == [] and w.recall(world, 1).state == "settled"


@pytest.mark.proves("F24")
@pytest.mark.parametrize("nth", [1, 2])
def test_a_send_whose_outcome_is_lost_is_settled_first(prepared: Path, tmp_path: Path, nth: int) -> None:
    world = make(prepared, tmp_path, Fault("accept_then_drop", method="publish", nth=nth))
    until(world, "trouble.kept", 1, lambda: w.correct(world) and None)
    world.run(hours=12)
    assert len(w.alive(world)) == len(w.alive(world, CORRECTED)) == 2
    assert world.breaches() == [] and w.recall(world, 1).state == "settled"


@pytest.mark.proves("F24", "I6")
def test_amended_in_place_where_the_platform_allows_it(prepared: Path, tmp_path: Path, amending: None) -> None:
    world = make(prepared, tmp_path)
    world.run(hours=2)
    number = w.correct(world)
    world.run(hours=1)
    assert set(w.states(world, number).values()) == {"amend done"}
    assert set(w.by_account(world).values()) == {"amended"} and len(world.neutral.book.posts()) == 2
    assert len(w.alive(world, CORRECTED)) == 2 and world.breaches() == []


def test_an_amendment_the_platform_refuses_is_a_persons(prepared: Path, tmp_path: Path, amending: None) -> None:
    world = make(prepared, tmp_path, Fault("edit_unsupported", method="put_posts"))
    world.run(hours=2)
    number = w.correct(world)
    world.run(hours=1)
    assert set(w.states(world, number).values()) == {"amend by_hand"}
    assert set(w.by_account(world).values()) == {"published"} and world.breaches() == []


def test_a_person_may_choose_to_say_it_under_the_copy(prepared: Path, tmp_path: Path, amending: None) -> None:
    world = make(prepared, tmp_path)
    world.run(hours=2)
    number = w.correct(world, prefer={"wechat": "remark"})
    world.run(hours=1)
    assert set(w.states(world, number).values()) == {"remark done"}
    remarks = world.neutral.book.things("neutral", "remarks").values()
    assert [said for each in remarks for said in each] == [f"【更正】{w.NOTICE}"] * 2
    assert w.alive(world, CORRECTED) == [] and world.breaches() == []


def test_what_no_copy_allows_cannot_be_chosen(prepared: Path, tmp_path: Path) -> None:
    world = make(prepared, tmp_path)
    world.run(hours=2)
    with pytest.raises(RecallError, match="不能用“amend”"):
        w.order(world, prefer={"wechat": "amend"})


# --------------------------------------------------------------------------- recalls meet recalls


@pytest.mark.proves("F24")
@pytest.mark.parametrize("before", ["scheduled", "out", "half"])
def test_a_correction_of_a_correction(prepared: Path, tmp_path: Path, before: str) -> None:
    world = make(prepared, tmp_path)
    if before == "out":
        world.run(hours=2)
    first = w.correct(world, words="一次更正的")
    if before == "out":
        world.run(hours=1)
    if before == "half":
        until(world, "publish.answered", 1, lambda: w.correct(world, words=AGAIN) and None)
    else:
        w.correct(world, words=AGAIN)
    world.run(hours=6)
    assert len(w.alive(world)) == len(w.alive(world, AGAIN)) == 2
    assert w.recall(world, first).state == "settled" and w.recall(world, 2).state == "settled"
    assert w.recall(world, 2).replaces_id == first and world.breaches() == []


@pytest.mark.proves("F24")
@pytest.mark.parametrize("point", ["remedy.announced", "remedy.answered", "remedy.kept"])
def test_a_second_correction_while_the_first_is_under_way(prepared: Path, tmp_path: Path, point: str) -> None:
    world = make(prepared, tmp_path)
    world.run(hours=2)
    w.correct(world, words="一次更正的")
    until(world, point, 1, lambda: w.correct(world, words=AGAIN) and None)
    world.run(hours=6)
    assert len(w.alive(world)) == len(w.alive(world, AGAIN)) == 2
    assert {w.recall(world, one).state for one in (1, 2)} == {"settled"} and world.breaches() == []


@pytest.mark.proves("F24")
@pytest.mark.parametrize("point", ["remedy.announced", "remedy.answered", "remedy.kept"])
def test_a_correction_that_is_taken_back_while_it_is_put_in_place(
    prepared: Path, tmp_path: Path, amending: None, point: str
) -> None:
    world = make(prepared, tmp_path)
    world.run(hours=2)
    w.correct(world)
    until(world, point, 1, lambda: w.back(world) and None)
    world.run(hours=6)
    assert len(w.alive(world)) == 2 and w.alive(world, CORRECTED) == []
    assert sorted(w.states(world, 2).values()) == ["amend done", "none done"]  # the other had not been begun
    assert {w.recall(world, one).state for one in (1, 2)} == {"settled"} and world.breaches() == []


def test_a_copy_with_a_remark_under_it_is_not_as_it_was(prepared: Path, tmp_path: Path, amending: None) -> None:
    world = make(prepared, tmp_path)
    world.run(hours=2)
    w.correct(world, prefer={"wechat": "remark"})
    world.run(hours=1)
    second = w.back(world)
    world.run(hours=1)
    assert set(w.states(world, second).values()) == {"amend done"} and world.breaches() == []


@pytest.mark.proves("F25", "I8")
@pytest.mark.parametrize("point", ["remedy.announced", "remedy.answered", "remedy.kept", "publish.announced"])
def test_a_retraction_while_a_correction_is_under_way(prepared: Path, tmp_path: Path, point: str) -> None:
    world = make(prepared, tmp_path)
    world.run(hours=2)
    w.correct(world)
    until(world, point, 1, lambda: w.retract(world) and None)
    world.run(hours=6)
    assert w.alive(world) == [] and world.breaches() == []
    assert {w.recall(world, one).state for one in (1, 2)} == {"settled"}


@pytest.mark.proves("F25")
def test_a_retraction_over_a_correction_nobody_signed(prepared: Path, tmp_path: Path) -> None:
    world = make(prepared, tmp_path)
    world.run(hours=2)
    w.order(world)
    w.retract(world)
    world.run(hours=6)
    assert w.alive(world) == [] and world.breaches() == []
    assert [w.recall(world, one).state for one in (1, 2)] == ["rejected", "settled"]


# --------------------------------------------------------------------------- first stopped, then decided


@pytest.mark.proves("I8")
def test_a_retraction_stops_at_once_and_a_rejected_one_lets_go(prepared: Path, tmp_path: Path) -> None:
    world = make(prepared, tmp_path)
    number = press.order_retraction(world.house, "story-0", "待核", "正在核实。", "editor", world.now)
    world.run(hours=1.5)
    assert w.alive(world) == [] and world.neutral.book.posts() == []
    with session_scope(world.house.engine) as session:
        recalls.reject(session, session.get_one(Recall, number), "yi", "核实无误", world.now)
    world.run(hours=2)
    assert len(w.alive(world)) == 2 and world.breaches() == []
    assert set(w.states(world, number).values()) == {"cancel off"}


@pytest.mark.proves("I8")
def test_what_was_called_back_is_not_sent_again(prepared: Path, tmp_path: Path) -> None:
    world = make(prepared, tmp_path, Fault("reject_sensitive", method="publish", nth=1))
    world.run(hours=2)
    w.retract(world)
    world.run(hours=1)
    held = next(one for one in world.deliveries() if one.state in ("held", "failed", "cancelled"))
    with session_scope(world.house.engine) as session:
        row = session.get_one(Delivery, held.id)
        with pytest.raises(Exception, match=r"撤稿|不能"):
            (retry if row.state == "held" else resend)(session, row, "yi", "再发", world.now)
    assert w.alive(world) == [] and world.breaches() == []


@pytest.mark.proves("F25")
def test_what_nobody_could_tell_is_named_and_dealt_with_once_a_person_tells(prepared: Path, tmp_path: Path) -> None:
    world = make(prepared, tmp_path, *OLD_LIVE)
    world.run(hours=4)
    assert world.states() == {"held": 2}
    number = w.retract(world)
    assert set(w.states(world, number).values()) == {"wait by_hand"}
    world.neutral.faults.clear()
    with session_scope(world.house.engine) as session:
        for one in session.exec(select(Delivery)):
            post = next(each for each in world.neutral.book.posts() if each.account == world_account(world, one))
            adopt(session, one, [post.address], "yi", "后台看到", world.now, seen_of(post))
    world.run(hours=1)
    assert set(w.states(world, number).values()) == {"withdraw done"} and w.alive(world) == []
    assert world.breaches() == []


def world_account(world: World, delivery: Delivery) -> str:
    return next(key for key, rows in w.deliveries(world).items() if delivery.id in [one.id for one in rows])


def seen_of(post: Post) -> Sent:
    item = SentItem(position=1, remote_id=post.remote, address=post.address)
    return Sent(state="published", remote_id=post.remote, items=(item,))


def test_an_order_waits_for_somebody_else(prepared: Path, tmp_path: Path) -> None:
    world = make(prepared, tmp_path)
    number = press.order_retraction(world.house, "story-0", "待核", "正在核实。", "editor", world.now)
    with pytest.raises(PeopleError, match="没有人员“nobody”"):
        w.approve(world, number, "nobody")
    with pytest.raises(RecallError, match="已有撤稿令"):
        w.order(world)
    w.approve(world, number)
    with pytest.raises(RecallError, match=r"已批准|处置完"):
        w.approve(world, number)


# --------------------------------------------------------------------------- refused, and told


def test_a_correction_that_is_refused_leaves_the_story_as_it_was(prepared: Path, tmp_path: Path) -> None:
    """What everybody's text was it is again; the refused one is kept beside it and named."""
    world = make(prepared, tmp_path)
    world.run(hours=2)
    with read_scope(world.house.engine) as session:
        before = newest_of(session)
    with pytest.raises(RecallError, match="更正稿存作第 2 版，没有采用；稿件的最新一版仍是原来的内容"):
        text = w.corrected_text(world.house, "story-0", "更正过的").replace("pictures/red.png", "pictures/none.png")
        press.order_correction(world.house, "story-0", text, w.REASON, w.NOTICE, "editor", world.now)
    with read_scope(world.house.engine) as session:
        after = newest_of(session)
    assert (after.number, after.text, after.manuscript_hash) == (3, before.text, before.manuscript_hash)
    number = w.correct(world, words="这一次对的")
    world.run(hours=2)
    assert w.recall(world, number).state == "settled" and len(w.alive(world, "这一次对的")) == 2


def newest_of(session: Session) -> Revision:
    story = story_named(session, "story-0")
    assert story is not None
    found = newest(session, story)
    assert found is not None
    return found


def test_who_ordered_it_is_told_by_name_what_stays_out(prepared: Path, tmp_path: Path) -> None:
    world = make(prepared, tmp_path, Fault("permission_missing", method="delete_posts"))
    world.run(hours=2)
    w.retract(world)
    world.run(hours=2)
    with read_scope(world.house.engine) as session:
        meant = (NoticeTarget.person_id == Person.id, NoticeTarget.notice_id == Notice.id)
        query = select(Person.login).where(*meant, col(Notice.sentence).contains("yigao done"))
        assert set(session.exec(query)) == {"editor", "yi"}
