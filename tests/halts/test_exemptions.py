"""豁免: what a freeze lets go all the same, one by one; at once, by who may order it, and for no one else."""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from cms import audit
from cms.db import read_scope, session_scope
from cms.matrix import Account
from cms.people import PeopleError
from cms.releases import Delivery, Exemption, HaltedError, TargetError, exempting, freeze, halted, move
from cms.releases.exempting import parse_exempt
from cms.releases.freeze import FreezeError
from pipeline import ledger
from pipeline.house import open_house
from pipeline.volley import Volley
from tests.halts.order import DUE_IN, WHY, notices, retime, stop, thaw, wait
from tests.ledger.world import World, build
from tests.pipeline.conftest import NOW

ROOT = Path(__file__).resolve().parents[2]
WHY_NOT = "民生信息照发"
pytestmark = pytest.mark.keeps("freeze")


def exempt(world: World, number: int, *wanted: str) -> list[int]:
    """The numbers of the exemptions."""
    with session_scope(world.house.engine) as session:
        row = freeze.find_freeze(session, number)
        made = freeze.exempt(session, row, [parse_exempt(one) for one in wanted], WHY_NOT, "editor", world.now)
        return [one.id for one in made]


def end(world: World, number: int, which: int) -> None:
    with session_scope(world.house.engine) as session:
        freeze.end_exemption(session, freeze.find_freeze(session, number), which, "不再需要", "editor", world.now)


def out(world: World) -> list[tuple[str, str]]:
    """What readers see: (account, title)."""
    return sorted((one.account, one.title) for one in world.copies())


FIRST = "第一条消息，编号0"
EXEMPTED: dict[str, Callable[[str, str], bool]] = {
    "account=wechat:chengdu": lambda account, title: account == "wechat:chengdu",
    "unit=ganzi": lambda account, title: account == "wechat:ganzi",
    "story=story-0": lambda account, title: title == FIRST,
    "topic=第一条": lambda account, title: title == FIRST,
}


@pytest.mark.parametrize("what", EXEMPTED)
@pytest.mark.parametrize("when", ["in the order", "later"])
def test_what_is_named_goes_and_nothing_else(coming: Path, tmp_path: Path, what: str, when: str) -> None:
    world = build(coming, tmp_path / "w")
    if when == "later":
        number = stop(world)
        wait(world, 10)
        exempt(world, number, what)
    else:
        with session_scope(world.house.engine) as session:
            lets = [parse_exempt(what)]
            row = freeze.freeze(session, freeze.Scope(), WHY, "editor", world.now, lets=lets, why_lets=WHY_NOT)
            number = row.id
    world.run(hours=3)
    seen = out(world)
    assert seen and all(EXEMPTED[what](*one) for one in seen)
    assert len(seen) == (3 if "=wechat" in what or what.startswith("unit") else 2)
    assert world.states() == {"published": len(seen), "held": 6 - len(seen)}
    assert all(one.at <= NOW + DUE_IN + timedelta(seconds=60) for one in world.copies())  # at its own time
    assert world.breaches() == []
    with read_scope(world.house.engine) as session:
        row = freeze.find_freeze(session, number)
        assert halted.went(session, row) == len(seen)
        said = [one for one in audit.history(session, f"freeze:{number}") if one.action == "freeze.exempt"]
        assert [(one.actor, one.detail["reason"]) for one in said] == [("editor", WHY_NOT)]
        assert audit.verify(session) is None


def test_a_unit_is_exempt_for_its_own_accounts_alone(coming: Path, tmp_path: Path) -> None:
    """The province speaks, those below it stay silent."""
    world = build(coming, tmp_path / "w")
    exempt(world, stop(world), "unit=sichuan")
    world.run(hours=3)
    assert out(world) == [] and world.states() == {"held": 6}


def test_what_missed_its_time_before_waits_for_a_person_as_ever(due: Path, tmp_path: Path) -> None:
    world = build(due, tmp_path / "w")
    number = stop(world)
    wait(world, 5)
    exempt(world, number, "account=wechat:chengdu")
    world.run(hours=2)
    assert out(world) == [] and world.states() == {"held": 6}
    with read_scope(world.house.engine) as session:
        free = freeze.let_go(session, freeze.find_freeze(session, number))
        rest = [one for one in freeze.stopped(session, freeze.find_freeze(session, number)) if one not in free]
    assert len(free) == len(rest) == 3
    for one in free:
        retime(world, one, world.now + timedelta(minutes=5))
    with pytest.raises(FreezeError, match="还在停发 1 里：请先解除停发，或给它豁免"):
        retime(world, rest[0], world.now)
    world.run(hours=1)
    assert {account for account, _ in out(world)} == {"wechat:chengdu"} and len(out(world)) == 3
    assert len(thaw(world, number).stopped) == 3
    retime(world, rest[0], world.now)
    world.run(hours=1)
    assert len(out(world)) == 4
    assert world.breaches() == []


def test_ended_it_stops_again_between_claim_and_call(due: Path, tmp_path: Path) -> None:
    world = build(due, tmp_path / "w")
    number = stop(world)
    (which,) = exempt(world, number, "account=wechat:chengdu")
    with session_scope(world.house.engine) as session:
        account = session.exec(select(Account).where(Account.key == "wechat:chengdu")).one()
        claim = ledger.claim(session, account, "w", world.now)
    assert claim and len(claim.deliveries) == 3
    end(world, number, which)
    with session_scope(world.house.engine) as session:
        row = session.get_one(Delivery, claim.deliveries[0].id)
        for step in ("stage", "send", "hand_over"):
            with pytest.raises(HaltedError):
                move(session, row, step, actor="w", now=world.now)
    world.now += timedelta(minutes=2)
    world.run()
    assert out(world) == []
    assert world.breaches() == []


def test_a_volley_takes_what_is_exempt(coming: Path, tmp_path: Path) -> None:
    world = build(coming, tmp_path / "w")
    world.run(hours=0.2)
    exempt(world, stop(world), "story=story-0")
    world.now = NOW + DUE_IN - timedelta(seconds=3)
    volley = Volley(world.house, "gunner", world.clock)
    shots = volley.aim()
    assert [str(one.claim.deliveries[0].stories[0][0]) for one in shots] == ["story-0", "story-0"]
    world.now = NOW + DUE_IN
    assert len(volley.announce(shots)) == 2
    volley.close()
    world.run()
    assert {title for _, title in out(world)} == {FIRST}
    assert world.states() == {"published": 2, "held": 4}


def test_another_freeze_stops_it_all_the_same(due: Path, tmp_path: Path) -> None:
    world = build(due, tmp_path / "w")
    exempt(world, stop(world), "account=wechat:chengdu")
    stop(world, unit="chengdu")
    world.run(hours=1)
    assert out(world) == []


def test_of_a_frozen_topic_one_story_goes(due: Path, tmp_path: Path) -> None:
    world = build(due, tmp_path / "w")
    exempt(world, stop(world, topic="条消息"), "story=story-0")
    world.run(hours=1)
    assert [title for _, title in out(world)] == [FIRST, FIRST] and world.states() == {"published": 2, "held": 4}
    assert world.breaches() == []


def test_who_holds_it_already_is_told_that_they_may_post_and_when_not(due: Path, tmp_path: Path) -> None:
    world = build(due, tmp_path / "w")
    with session_scope(world.house.engine) as session:
        for row in session.exec(select(Delivery)).all():
            person = {"person": "小王", "deadline": world.now + timedelta(hours=2)}
            move(session, row, "hand_over", actor="t", now=world.now, **person)
    number = stop(world)
    (which,) = exempt(world, number, "account=wechat:chengdu")
    assert any("豁免的有 3 份在代发人手里" in one and "可以照发" in one for one in notices(world))
    end(world, number, which)
    assert any("收回豁免，有 3 份已交人工代发" in one and "先不要发" in one for one in notices(world))


def test_it_holds_after_a_restart_and_for_a_worker_that_was_running(coming: Path, tmp_path: Path) -> None:
    """Given by a command in another process: the worker that runs all the time looks at the rows, not at a copy."""
    world = build(coming, tmp_path / "w")
    number = stop(world)
    assert world.turn() == 0
    house = ("--by", "editor", "--reason", WHY_NOT, "-w", str(tmp_path / "w"))
    command = [sys.executable, "-m", "pipeline.cli", "exempt", str(number), "account=wechat:chengdu", *house]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env={**os.environ})
    assert done.returncode == 0, done.stderr
    world.now = NOW + DUE_IN - timedelta(minutes=1)
    assert world.turn() == 1  # put in place: only what is exempt
    assert {one.state for one in world.deliveries()} == {"staged", "ready"}
    world.house.engine.dispose()
    again = open_house(tmp_path / "w")
    with read_scope(again.engine) as session:
        due = [one.key for one in ledger.due_accounts(session, NOW + DUE_IN)]
        (row,) = session.exec(select(Exemption)).all()
        assert exempting.named(session, row).endswith("（wechat:chengdu）")
        assert f"{WHY_NOT}，由 " in exempting.sentence(session, row)
    assert due == ["wechat:chengdu"]
    again.engine.dispose()
    world.run(hours=1)
    assert {account for account, _ in out(world)} == {"wechat:chengdu"} and world.states() == {
        "published": 3,
        "held": 3,
    }


@pytest.mark.parametrize(
    ("scope", "what", "words"),
    [
        ({}, "unit=beijing", "停发范围里没有单位“beijing”，可用的有"),
        ({}, "account=fax:chengdu", "停发范围里没有账号“fax:chengdu”"),
        ({"unit": "ganzi"}, "account=wechat:chengdu", "停发范围里没有账号"),
        ({"unit": "ganzi"}, "unit=chengdu", "停发范围里没有单位“chengdu”"),
        ({}, "story=nothing", "没有稿件“nothing”"),
        ({}, "fax=chengdu", "看不懂豁免“fax=chengdu”"),
        ({}, "story=", "看不懂豁免"),
        ({}, "chengdu", "看不懂豁免"),
    ],
)
def test_what_is_not_there_or_not_stopped_is_refused(
    due: Path, tmp_path: Path, scope: dict[str, str], what: str, words: str
) -> None:
    world = build(due, tmp_path / "w")
    number = stop(world, **scope)
    with pytest.raises(TargetError, match=words):
        exempt(world, number, what)


def test_it_is_given_once_with_a_reason_and_while_the_freeze_stands(due: Path, tmp_path: Path) -> None:
    world = build(due, tmp_path / "w")
    number = stop(world)
    (which,) = exempt(world, number, "unit=ganzi")
    with pytest.raises(FreezeError, match="已经豁免了"):
        exempt(world, number, "unit=ganzi")
    with pytest.raises(FreezeError, match="请写明豁免什么"):
        exempt(world, number)
    lets = [parse_exempt("unit=chengdu")]
    with session_scope(world.house.engine) as session:
        row = freeze.find_freeze(session, number)
        with pytest.raises(FreezeError, match="豁免要写明原因"):
            freeze.exempt(session, row, lets, " ", "editor", world.now)
        with pytest.raises(FreezeError, match="收回豁免要写明原因"):
            freeze.end_exemption(session, row, which, " ", "editor", world.now)
        with pytest.raises(PeopleError, match="没有人员“nobody”"):
            freeze.exempt(session, row, lets, WHY_NOT, "nobody", world.now)
    end(world, number, which)
    with pytest.raises(FreezeError, match=rf"没有正在生效的豁免 {which}，生效的有：（没有）"):
        end(world, number, which)
    thaw(world, number)
    with pytest.raises(FreezeError, match="已经解除，用不着豁免"):
        exempt(world, number, "unit=ganzi")


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM exemptions",
        "UPDATE exemptions SET unit_id = NULL, topic = '消息'",
        "UPDATE exemptions SET reason = '别的', ended_by = 'editor', ended_at = '2026-01-01 00:00:00'",
        "UPDATE exemptions SET freeze_id = 2",
    ],
)
def test_the_database_lets_nobody_change_it(due: Path, tmp_path: Path, change: str) -> None:
    world = build(due, tmp_path / "w")
    number, _ = stop(world), stop(world)
    exempt(world, number, "unit=ganzi")
    with pytest.raises(DBAPIError, match="豁免不能改动或删除"), session_scope(world.house.engine) as session:
        session.connection().execute(text(change))
