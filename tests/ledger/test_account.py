"""One account among others: it rests, waits for quota, stops with its cause; reprints wait; late is as decided."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from channels import registry
from channels.contract import AccountError
from channels.making.sandbox import Fault
from channels.transport import Allowance
from cms import releases
from cms.db import read_scope, session_scope
from cms.matrix import Account
from cms.people import unseen
from cms.releases import Attempt, Delivery, Item, Lane
from pipeline.house import open_house
from tests.ledger.world import NOW, World, build, prepare, release
from tests.neutral.transport import REFUSALS, NeutralTransport

CHENGDU = "wechat:chengdu"


def by_account(world: World) -> dict[str, list[Delivery]]:
    found: dict[str, list[Delivery]] = {}
    with read_scope(world.house.engine) as session:
        for one in session.exec(select(Delivery).order_by(col(Delivery.id))):
            found.setdefault(session.get_one(Account, one.account_id).key, []).append(one)
    return found


def sends(world: World, account: str) -> int:
    return sum(one.account == account for one in world.neutral.sends())


@pytest.mark.proves("F10", "F29", "I10")
def test_an_account_that_cannot_be_reached_rests_and_the_others_go_on(prepared: Path, tmp_path: Path) -> None:
    world = build(prepared, tmp_path / "w", Fault("refuse", account=CHENGDU))
    first, second = sorted(by_account(world))
    world.run(hours=1)
    calls = [one for one in world.neutral.book.calls() if one[1] == first]
    assert len(calls) < 15, "three deliveries in an hour of rests: not three times the back-off each"
    assert {one.state for one in by_account(world)[second]} == {"published"}
    with read_scope(world.house.engine) as session:
        lane = session.exec(select(Lane).where(col(Lane.failures) > 0)).one()
    assert lane.rests_until is not None and "连不上平台" in lane.reason
    world.neutral.faults.clear()
    world.run(hours=4)
    assert world.states() == {"published": 6} and world.breaches() == []


@pytest.mark.proves("F10")
def test_an_account_without_permission_stops_with_its_cause_at_once(
    prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(REFUSALS, "permission_missing", AccountError)
    world = build(prepared, tmp_path / "w", Fault("permission_missing", account=CHENGDU))
    first, second = sorted(by_account(world))
    world.run(hours=1)
    stopped = by_account(world)[first]
    assert {one.state for one in stopped} == {"held"}
    assert {one.reason for one in stopped} == {"平台拒绝：no permission。"}
    assert len([one for one in world.neutral.book.calls() if one[1] == first]) <= 2
    assert {one.state for one in by_account(world)[second]} == {"published"}
    with read_scope(world.house.engine) as session:
        assert {one.sentence for one in unseen(session)} == {"平台拒绝：no permission。"}


@pytest.mark.proves("F11", "I2")
def test_a_spent_quota_is_waited_for_shown_as_held_and_goes_on_by_itself(prepared: Path, tmp_path: Path) -> None:
    allowed = (Allowance(call="/publish", count=2, per="day", a_post=1),)
    world = build(prepared, tmp_path / "w", transport=NeutralTransport(allowed=allowed))
    world.run(hours=3)
    assert world.states() == {"held": 2, "published": 4}
    waiting = [one for one in world.deliveries() if one.state == "held"]
    assert all("今天的 2 次已经用完" in one.reason and one.next_at is not None for one in waiting)
    assert world.breaches() == []
    attempts = len(world.neutral.sends())
    world.run(hours=24)
    assert world.states() == {"published": 6} and world.breaches() == []
    assert attempts == 4 and len(world.neutral.sends()) == 6, "no call was burnt while waiting"


@pytest.mark.proves("F15")
@pytest.mark.parametrize(
    ("late", "behind", "states"),
    [
        ("send", timedelta(hours=20), {"published"}),
        ("send", timedelta(hours=25), {"held"}),
        ("ask", timedelta(minutes=9), {"published"}),
        ("ask", timedelta(minutes=11), {"held"}),
        ("hold", timedelta(minutes=2), {"held"}),
    ],
)
def test_a_missed_time_is_answered_as_the_release_says(
    prepared: Path, tmp_path: Path, late: str, behind: timedelta, states: set[str]
) -> None:
    world = build(prepared, tmp_path / "w")
    with session_scope(world.house.engine) as session:
        for one in session.exec(select(releases.Release)):
            one.late = late
            session.add(one)
    world.now += behind
    world.run(hours=1)
    assert {one.state for one in world.deliveries()} == states
    if states == {"held"}:
        assert all("晚" in one.reason for one in world.deliveries())
        with session_scope(world.house.engine) as session:
            for one in session.exec(select(Delivery)):
                releases.retry(session, one, "editor", "仍然有效", world.now)
        world.run(hours=1)
        assert world.states() == {"published": 6}
    assert world.breaches() == []


def test_what_failed_is_sent_again_under_the_next_generation(prepared: Path, tmp_path: Path) -> None:
    world = build(prepared, tmp_path / "w", Fault("async_fail", method="publish", nth=1), asynchronous=True)
    world.run(hours=1)
    (failed,) = [one for one in world.deliveries() if one.state == "failed"]
    with session_scope(world.house.engine) as session:
        again = releases.resend(session, session.get_one(Delivery, failed.id), "editor", "平台已恢复", world.now)
        assert again.generation == failed.generation + 1 and again.key != failed.key
    world.run(hours=1)
    assert world.states() == {"published": 6} and world.breaches() == []


def test_what_is_out_or_taken_back_is_not_sent_again(prepared: Path, tmp_path: Path) -> None:
    world = build(prepared, tmp_path / "w")
    world.run(hours=1)
    with session_scope(world.house.engine) as session:
        one = session.exec(select(Delivery)).first()
        assert one is not None
        with pytest.raises(releases.PlanError, match="已发布"):
            releases.resend(session, one, "editor", "再来一次", world.now)


# --------------------------------------------------------------------------- 首发与转载


@pytest.fixture(scope="session")
def reprints(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One story: the first account leads, the second reprints."""
    root = tmp_path_factory.mktemp("reprints")
    made = prepare(root, stories=0)
    house = open_house(made)
    with read_scope(house.engine) as session:
        lead = min(session.exec(select(Account.key)))
    release(house, root, "led", "有首发的一篇", NOW, lead=lead)
    house.engine.dispose()
    return made


def test_a_reprint_waits_for_its_lead_and_carries_the_address(reprints: Path, tmp_path: Path) -> None:
    world = build(reprints, tmp_path / "w")
    world.run(hours=1)
    assert world.states() == {"published": 2} and world.breaches() == []
    lead, follower = sorted(world.deliveries(), key=lambda one: one.lead_id or 0)
    with read_scope(world.house.engine) as session:
        address = session.exec(select(Item.address).where(Item.delivery_id == lead.id)).one()
        fills = session.exec(select(Item.fills).where(Item.delivery_id == follower.id)).one()
        staged = session.exec(select(Attempt.began_at).where(Attempt.delivery_id == follower.id)).first()
        out = session.exec(select(releases.Receipt.at).where(releases.Receipt.delivery_id == lead.id)).one()
    assert fills["lead_link"] == address and address.startswith("https://")
    assert staged is not None and staged >= out
    assert follower.due_at == lead.due_at + timedelta(minutes=10)
    bodies = [one.body for one in world.neutral.copies()]
    assert [address in body for body in bodies] == [False, True]


@pytest.mark.parametrize(
    ("fault", "words"),
    [("reject_sensitive", "等首发稿的链接：首发稿现在是“暂停”"), ("async_fail", "首发稿没有发出（失败）")],
)
def test_a_reprint_of_nothing_is_held_and_says_why(reprints: Path, tmp_path: Path, fault: str, words: str) -> None:
    world = build(reprints, tmp_path / "w", Fault(fault, nth=1), asynchronous=fault == "async_fail")
    world.run(hours=4)
    follower = next(one for one in world.deliveries() if one.lead_id)
    assert follower.state == "held" and words in follower.reason and world.breaches() == []
    with read_scope(world.house.engine) as session:
        account = session.get_one(Account, follower.account_id).key
    assert sends(world, account) == 0, "a reprint of nothing is not even tried"


def test_a_reprint_goes_on_by_itself_once_its_lead_is_out(reprints: Path, tmp_path: Path) -> None:
    world = build(reprints, tmp_path / "w", Fault("reject_sensitive", nth=1))
    world.run(hours=1)
    with session_scope(world.house.engine) as session:
        lead = next(one for one in session.exec(select(Delivery)) if one.lead_id is None)
        releases.retry(session, lead, "editor", "改过平台设置", world.now)
    world.run(hours=1)
    assert world.states() == {"published": 2} and world.breaches() == []


# --------------------------------------------------------------------------- what is left


def test_what_is_left_is_told_before_scheduling(
    prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    allowed = (Allowance(call="post", count=4, per="day", reserve=1, a_post=1),)
    monkeypatch.setattr(registry.get("wechat"), "transport", NeutralTransport(allowed=allowed))
    world = build(prepared, tmp_path / "w")
    with session_scope(world.house.engine) as session:
        found = [releases.room(session, one) for one in session.exec(select(releases.Release))]
    assert [one.needed for one in found[0]] == [1, 1] and [one.planned for one in found[0]] == [2, 2]
    assert all(one.left == 0 and "还剩 0 次" in one.sentence for row in found for one in row)
    number = release(world.house, tmp_path, "one-more", "再多一篇", NOW)
    with read_scope(world.house.engine) as session:
        short = releases.room(session, session.get_one(releases.Release, number))
    assert all(one.left == -1 and "不够" in one.sentence and "请改期" in one.sentence for one in short)


def test_a_reprint_whose_lead_went_to_a_person_says_so_and_goes_on_when_it_is_posted(
    reprints: Path, tmp_path: Path
) -> None:
    world = build(reprints, tmp_path / "w")
    with session_scope(world.house.engine) as session:
        lead = next(one for one in session.exec(select(Delivery)) if one.lead_id is None)
        session.get_one(Account, lead.account_id).transport = "handover"
    world.run(hours=1)
    follower = next(one for one in world.deliveries() if one.lead_id)
    assert follower.state == "held" and "首发稿现在是“待代发”" in follower.reason and follower.next_at is not None
    with session_scope(world.house.engine) as session:
        row = session.get_one(Delivery, lead.id)
        releases.adopt(session, row, ["https://mp.weixin.qq.com/s/lead"], "editor", "代发好了", world.now)
    world.run(hours=7)
    assert next(one for one in world.deliveries() if one.lead_id).state == "published"


def test_a_reprint_does_not_wait_for_ever(reprints: Path, tmp_path: Path) -> None:
    world = build(reprints, tmp_path / "w", Fault("reject_sensitive", method="publish", nth=1))
    world.run(hours=60)
    follower = next(one for one in world.deliveries() if one.lead_id)
    assert follower.state == "held" and "首发稿两天没有链接" in follower.reason and follower.next_at is None
    with read_scope(world.house.engine) as session:
        steps = releases.why(session, follower)
    assert len(steps) < 80, "it asked seldom"


# --------------------------------------------------------------------------- a person's word


def test_what_was_with_a_person_stays_in_doubt_when_held(prepared: Path, tmp_path: Path) -> None:
    world = build(prepared, tmp_path / "w")
    with session_scope(world.house.engine) as session:
        for account in session.exec(select(Account)):
            account.transport = "handover"
    world.run(hours=1)
    with session_scope(world.house.engine) as session:
        row = session.exec(select(Delivery)).first()
        assert row is not None and row.state == "handed_over"
        row = releases.hold(session, row, "editor", "等一等", world.now)
        with pytest.raises(releases.HandlingError, match="可能已经发出"):
            releases.cancel_one(session, row, "editor", "不发了", world.now)
        with pytest.raises(releases.HandlingError, match="可能已经发出"):
            releases.retry(session, row, "editor", "接着发", world.now)
        assert releases.cancel_one(session, row, "editor", "看过没发", world.now, is_absent=True).state == "cancelled"
