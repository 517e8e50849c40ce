"""停发: effective at once, for every state a delivery can be in; what is out is never touched."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from channels.making.sandbox import Fault
from cms import audit
from cms.db import read_scope, session_scope
from cms.matrix import Account
from cms.releases import Delivery, HaltedError, TargetError, freeze, move
from cms.releases.freeze import FreezeError, Scope
from pipeline import crash, ledger
from pipeline.engine import carry_out
from pipeline.house import open_house
from pipeline.volley import Volley
from tests.halts.order import DUE_IN, WHY, notices, retime, stop, thaw, wait
from tests.ledger.world import World, build
from tests.pipeline.conftest import NOW

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.keeps("freeze")


def reasons(world: World) -> set[str]:
    return {one.reason for one in world.deliveries() if one.state == "held"}


def ended_well(world: World) -> None:
    assert world.breaches() == []
    with read_scope(world.house.engine) as session:
        assert audit.verify(session) is None


# --------------------------------------------------------------------------- at once, in every state


def test_what_is_due_does_not_start_from_the_same_second_on(due: Path, tmp_path: Path) -> None:
    world = build(due, tmp_path / "w")
    number = stop(world)
    world.run(hours=3)
    assert world.neutral.sends() == [] and world.copies() == []
    assert world.states() == {"held": 6}
    (reason,) = reasons(world)
    assert reason.startswith(f"停发期间错过发布时间（停发 {number}：{WHY}）") and f"yigao thaw {number}" in reason
    assert reason in notices(world)
    ended_well(world)


def test_what_lies_in_place_stays_there(coming: Path, tmp_path: Path) -> None:
    world = build(coming, tmp_path / "w")
    world.run(hours=0.2)
    assert world.states() == {"staged": 6}
    stop(world)
    world.run(hours=3)
    assert world.copies() == [] and world.states() == {"held": 6}
    ended_well(world)


def test_nothing_is_put_in_place_either(coming: Path, tmp_path: Path) -> None:
    world = build(coming, tmp_path / "w")
    stop(world)
    world.run(hours=0.2)
    assert world.states() == {"ready": 6} and world.neutral.book.calls() == []


def test_a_freeze_between_claim_and_call_comes_in_time(due: Path, tmp_path: Path) -> None:
    """The worker has its claim already: the transaction that announces the send asks once more."""
    world = build(due, tmp_path / "w")

    with session_scope(world.house.engine) as session:
        account = session.exec(select(Account)).first()
        assert account
        claim = ledger.claim(session, account, "w", world.now)
    assert claim and len(claim.deliveries) == 3
    stop(world)
    with session_scope(world.house.engine) as session:
        row = session.get_one(Delivery, claim.deliveries[0].id)
        for step in ("stage", "send", "hand_over"):
            with pytest.raises(HaltedError):
                move(session, row, step, actor="w", now=world.now)
    world.now += timedelta(minutes=2)
    world.run()
    assert world.copies() == []


def test_in_the_middle_of_an_account_the_rest_is_set_down(due: Path, tmp_path: Path) -> None:
    """One of three is out when the freeze comes; the second is on its way to the platform, and stops there."""
    world = build(due, tmp_path / "w")
    seen = world.watch

    def watch(name: str) -> None:
        seen(name)
        if (name, world.passed[name]) == ("stage.answered", 2):
            stop(world)

    world.watch = watch  # type: ignore[method-assign]
    world.run(hours=3)
    assert len(world.copies()) == 1
    assert world.states() == {"published": 1, "held": 5}
    ended_well(world)


@pytest.mark.parametrize("point", ["publish.announced", "publish.answered"])
def test_what_was_being_sent_is_asked_about_and_never_sent_again(due: Path, tmp_path: Path, point: str) -> None:
    """A worker dies while it sends, then comes the freeze: look-ups go on under it, and decide."""
    world = build(due, tmp_path / "w")
    world.kill = (point, 1)
    crash.watch = world.watch
    world.turn()
    crash.watch = None
    assert world.deaths == 1 and world.states()["sending"] == 1
    stop(world)
    world.run(hours=6)
    out = 4 if point == "publish.answered" else 3  # the other account's three were quicker
    assert len(world.copies()) == out and world.states() == {"published": out, "held": 6 - out}
    ended_well(world)


def test_what_the_platform_took_is_confirmed(due: Path, tmp_path: Path) -> None:
    world = build(due, tmp_path / "w", asynchronous=True)
    world.turn()
    taken = world.states()["accepted"]
    assert taken
    stop(world)
    world.run(hours=3)
    assert world.states() == {"published": taken, **({"held": 6 - taken} if taken < 6 else {})}
    ended_well(world)


def test_what_waits_for_a_new_quota_does_not_go_on_by_itself(due: Path, tmp_path: Path) -> None:
    world = build(due, tmp_path / "w", Fault("quota_day", method="publish"))
    world.run(hours=1)
    assert set(world.states()) == {"held"} and any(one.next_at for one in world.deliveries())
    world.neutral.faults.clear()
    number = stop(world)
    world.run(hours=30)
    assert world.copies() == []
    assert all(one.frozen_by == number and one.next_at is None for one in world.deliveries())


def test_a_retry_does_not_slip_through(due: Path, tmp_path: Path) -> None:
    world = build(due, tmp_path / "w", Fault("http_429", method="publish"))
    world.turn()
    assert any(one.state == "ready" and one.attempts for one in world.deliveries())
    stop(world)
    world.run(hours=3)
    assert world.copies() == [] and world.states() == {"held": 6}


def test_with_a_person_already_they_are_told(due: Path, tmp_path: Path) -> None:
    world = build(due, tmp_path / "w")
    with session_scope(world.house.engine) as session:
        for row in session.exec(select(Delivery).limit(2)).all():
            person = {"person": "小王", "deadline": world.now + timedelta(hours=2)}
            move(session, row, "hand_over", actor="t", now=world.now, **person)
    stop(world)
    assert any("有 2 份已交人工代发" in one and "先不要发" in one for one in notices(world))


def test_no_package_is_handed_over(due: Path, tmp_path: Path) -> None:
    world = build(due, tmp_path / "w")
    with session_scope(world.house.engine) as session:
        for account in session.exec(select(Account)):
            account.transport = "handover"
            session.add(account)
    stop(world)
    world.run(hours=1)
    assert world.states() == {"held": 6}


# --------------------------------------------------------------------------- 齐发


def test_a_volley_waiting_for_its_second_drops_what_was_frozen(coming: Path, tmp_path: Path) -> None:
    world = build(coming, tmp_path / "w")
    world.run(hours=0.2)
    world.now = NOW + DUE_IN - timedelta(seconds=3)
    volley = Volley(world.house, "gunner", world.clock)
    shots = volley.aim()
    assert len(shots) == 2
    stop(world, unit="chengdu")
    world.now = NOW + DUE_IN
    going = volley.announce(shots)
    assert [one.claim.account.key for one in going] == ["wechat:ganzi"]
    volley.close()
    world.run()
    assert {one.account for one in world.copies()} == {"wechat:ganzi"}
    assert world.states() == {"published": 3, "held": 3}
    ended_well(world)


# --------------------------------------------------------------------------- scopes, two freezes


def test_a_unit_takes_everything_below_it(due: Path, tmp_path: Path) -> None:
    world = build(due, tmp_path / "w")
    stop(world, unit="sichuan")
    world.run(hours=1)
    assert world.copies() == []


@pytest.mark.parametrize(
    ("scope", "out"),
    [
        ({"unit": "chengdu"}, 3),
        ({"channel": "wechat"}, 0),
        ({"topic": "第一条"}, 4),
        ({"unit": "ganzi", "topic": "第一条"}, 5),
        ({"topic": "没有这个话题"}, 6),
    ],
)
def test_only_what_is_in_the_scope_stops(due: Path, tmp_path: Path, scope: dict[str, str], out: int) -> None:
    world = build(due, tmp_path / "w")
    stop(world, **scope)
    world.run(hours=1)
    assert len(world.copies()) == out and world.states().get("held", 0) == 6 - out
    ended_well(world)


def test_unknown_scopes_and_silence_are_refused(due: Path, tmp_path: Path) -> None:
    world = build(due, tmp_path / "w")
    for scope, reason, error in (
        (Scope(unit="beijing"), WHY, TargetError),
        (Scope(channel="fax"), WHY, TargetError),
        (Scope(), "  ", FreezeError),
    ):
        with session_scope(world.house.engine) as session, pytest.raises(error):
            freeze.freeze(session, scope, reason, "editor", world.now)


def test_thawing_one_freeze_leaves_the_other(due: Path, tmp_path: Path) -> None:
    world = build(due, tmp_path / "w")
    everything, one_unit = stop(world), stop(world, unit="chengdu")
    wait(world, 5)
    left = thaw(world, everything)
    assert len(left.stopped) == 3 and len(left.still) == 3
    assert {one.frozen_by for one in left.still} == {one_unit}
    for one in left.stopped:
        retime(world, one, world.now)
    world.run(hours=1)
    assert {one.account for one in world.copies()} == {"wechat:ganzi"} and len(world.copies()) == 3
    assert len(thaw(world, one_unit).stopped) == 3
    ended_well(world)


# --------------------------------------------------------------------------- restarts, other processes


def test_it_stands_after_a_restart_and_in_another_process(due: Path, tmp_path: Path) -> None:
    world = build(due, tmp_path / "w")
    command = [
        sys.executable, "-m", "pipeline.cli", "freeze", "--reason", WHY, "--by", "editor", "-w", str(tmp_path / "w"),
    ]  # fmt: skip
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env={**os.environ})
    assert done.returncode == 0, done.stderr
    assert world.turn() == 0 and world.copies() == []  # the worker that was running all the time
    world.house.engine.dispose()
    again = open_house(tmp_path / "w")
    with read_scope(again.engine) as session:
        accounts = list(session.exec(select(Account.id)))
        assert ledger.due_accounts(session, NOW + timedelta(minutes=1)) == []
    assert not any(carry_out(again, one, "new", world.clock) for one in accounts)
    again.engine.dispose()
