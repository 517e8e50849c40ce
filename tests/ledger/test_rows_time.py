"""Time on the road: results that never come, clocks that jump, events that come twice, shuffled, forged or never."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from channels.making.sandbox import Fault, Send
from cms.db import read_scope
from cms.people import unseen
from cms.releases import Attempt, Delivery, Receipt
from pipeline import outcome
from tests.ledger import platforms_world
from tests.ledger.world import World, build, prepare

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SUBMIT = "freepublish/submit"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One story on two accounts: two deliveries."""
    return prepare(tmp_path_factory.mktemp("small"), stories=1)


def stuck(world: World) -> Delivery:
    """The one delivery whose result does not come."""
    return next(one for one in world.deliveries() if one.state not in ("published", "failed"))


def asked(world: World) -> int:
    """How often the platform was asked after a job."""
    return sum(call[2] == "jobs" for call in world.neutral.book.calls())


# --------------------------------------------------------------------------- a result that never comes


@pytest.mark.proves("F06", "I2")
def test_a_result_that_never_comes_is_told_asked_for_hourly_and_given_up_after_two_days(
    small: Path, tmp_path: Path
) -> None:
    world = build(small, tmp_path / "w", Fault("async_never", method="publish", nth=1), asynchronous=True)
    world.run(hours=0.7)
    assert world.states() == {"held": 1, "published": 1}
    waiting = stuck(world)
    assert waiting.reason == outcome.STUCK and waiting.next_at is not None
    with read_scope(world.house.engine) as session:
        assert outcome.STUCK in {one.sentence for one in unseen(session)}
    before = asked(world)
    world.run(hours=5)
    assert asked(world) - before == 5
    world.now += timedelta(hours=41)  # the machine was off
    world.run(hours=1)
    assert stuck(world).reason == outcome.STUCK
    world.run(hours=2.5)
    given_up = stuck(world)
    assert (given_up.state, given_up.reason, given_up.next_at) == ("held", outcome.DROWNED, None)
    before = asked(world)
    world.run(hours=24)
    assert asked(world) == before and world.breaches() == []
    assert len(world.neutral.sends()) == 2


@pytest.mark.proves("F06")
def test_a_result_that_comes_after_five_hours_is_taken(small: Path, tmp_path: Path) -> None:
    world = build(small, tmp_path / "w", Fault("async_never", method="publish", nth=1), asynchronous=True)
    world.run(hours=5)
    job = stuck(world).remote_id
    book = world.neutral.book
    kind = next(f"job:{one}" for one in ("wechat:chengdu", "wechat:ganzi") if book.get("neutral", f"job:{one}", job))
    book.put("neutral", kind, job, {**book.get("neutral", kind, job), "at": world.now.isoformat()})
    world.run(hours=1.1)
    assert world.states() == {"published": 2} and world.breaches() == []


# --------------------------------------------------------------------------- clocks


JUMPS = {"an hour back": -HOUR, "a day on": DAY}


def jumps(world: World, point: str, by: timedelta) -> list[timedelta]:
    """The house's clock jumps when its worker first passes ``point``; what the platform's is behind by from then."""
    behind: list[timedelta] = []
    watch = world.watch

    def watched(name: str) -> None:
        watch(name)
        if name == point and not behind:
            world.now += by
            behind.append(by)

    world.watch = watched  # type: ignore[method-assign]
    return behind


def went_on(world: World, sends: Callable[[], Sequence[Send]]) -> None:
    """All is out once or waits for a person with its reason; no send without its intent. (By number: the platform's
    clock and ours disagree on when.)"""
    for _ in range(3):  # a jump may end a run early
        world.run(hours=1)
    assert [one for one in world.breaches() if not one.startswith("I3")] == []
    with read_scope(world.house.engine) as session:
        intents = session.exec(select(Attempt).where(Attempt.step == "publish")).all()
    assert len(intents) >= len(sends())
    left = [one for one in world.deliveries() if one.state != "published"]
    assert all(one.state == "held" and one.reason for one in left)


@pytest.mark.proves("F16")
@pytest.mark.parametrize("point", ["stage.kept", "publish.announced", "answer.kept"])
@pytest.mark.parametrize("jump", JUMPS)
def test_a_clock_that_jumps_sends_nothing_twice_or_early(small: Path, tmp_path: Path, point: str, jump: str) -> None:
    world = build(small, tmp_path / "w", Fault("accept_then_drop", method="publish", nth=1), asynchronous=True)
    behind = jumps(world, point, JUMPS[jump])
    world.neutral.now = lambda: world.now - sum(behind, timedelta())
    went_on(world, world.neutral.sends)
    assert behind


@pytest.mark.proves("F16")
@pytest.mark.parametrize(("channel", "call"), [("wechat", SUBMIT), ("weibo", "statuses/share")])
def test_what_was_sent_under_a_wrong_clock_is_found_by_the_platforms(tmp_path: Path, channel: str, call: str) -> None:
    made = platforms_world.prepare(tmp_path / "made", (channel,), stories=1)
    world = platforms_world.build(made, tmp_path / "w", (channel,), Fault("accept_then_drop", method=call))
    behind = jumps(world, "stage.answered", DAY - HOUR)
    world.platform(channel).now = lambda: world.now - sum(behind, timedelta())
    went_on(world, world.sandboxes.sends)
    assert world.all_states() == {"published": 1, "held": 1}, "found; and the other, by our clock too late, told"
    assert len(world.sandboxes.sends()) == len(world.copies()) == 1


# --------------------------------------------------------------------------- events


@pytest.mark.proves("F07", "I1")
def test_events_twice_shuffled_lost_and_forged_change_nothing(tmp_path: Path) -> None:
    made = platforms_world.prepare(tmp_path / "made", ("wechat",), stories=3)
    odd = ("async_dup", "async_reorder", "async_lost", "async_forged")
    strikes = [Fault(one, SUBMIT, nth=1) for one in odd]
    world = platforms_world.build(made, tmp_path / "w", ("wechat",), *strikes)
    platforms_world.hooked(world, "wechat")
    heard: list[tuple[str, int]] = []
    hear = world.platform("wechat").http
    hear.event_hooks = {"response": [lambda said: heard.append((str(said.url), said.status_code))]}
    world.run(hours=2)
    assert world.sandboxes.faults.struck == [1, 1, 1, 1]
    assert world.all_states() == {"published": 6} and world.breaches() == []
    assert len(world.sandboxes.sends()) == len(world.copies()) == 6
    with read_scope(world.house.engine) as session:
        receipts = session.exec(select(Receipt.delivery_id).where(col(Receipt.state) == "published")).all()
    assert len(receipts) == len(set(receipts)) == 6
    codes = [code for _, code in heard]
    assert codes.count(200) == 6 and codes.count(403) >= 1  # one twice, one never; a forgery is tried again
