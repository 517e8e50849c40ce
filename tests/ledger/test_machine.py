"""Whatever happens in whatever order, the promise holds: a Hypothesis state machine over the simulated world.

After every step the checker reads the database and the platform's book; at the end all is quiet and every delivery
has ended, or waits for a person with its reason.
"""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlmodel import Session

from channels.making.sandbox import Fault
from cms import releases
from cms.db import session_scope
from cms.releases import Delivery, HandlingError
from pipeline import crash, remote
from tests.ledger.world import World, build

SOAK = os.environ.get("YIGAO_SOAK") == "1"
EXAMPLES, STEPS = (400, 60) if SOAK else (6, 20)
ACTIONS = (
    ("drop_before_accept", "*"),
    ("accept_then_drop", "publish"),
    ("http_500_after_accept", "publish"),
    ("http_429", "*"),
    ("json_truncated", "*"),
    ("token_expired", "*"),
    ("token_down", "token"),
    ("content_altered", "post_drafts"),
    ("manual_publish", "post_drafts"),
    ("visibility_delay", "publish"),
    ("list_down", "get_posts"),
    ("async_never", "publish"),
    ("async_late", "publish"),
    ("async_fail", "publish"),
    ("account_banned", "publish"),
    ("quota_day", "publish"),
    ("reject_sensitive", "publish"),
)
DAY = timedelta(hours=24)


class Newsroom(RuleBasedStateMachine):
    """Six deliveries, a platform, a clock, an editor who interferes."""

    prepared: Path

    def __init__(self) -> None:
        super().__init__()
        self.root = Path(tempfile.mkdtemp())
        self.world: World = build(self.prepared, self.root / "w")
        self.began = self.world.now

    def teardown(self) -> None:
        self.world.neutral.faults.clear()
        self.world.kill = None
        self.world.run(hours=72)
        assert self.world.breaches() == []
        rows = self.world.deliveries()
        assert len(rows) == 6
        assert all(one.state in releases.TERMINAL or (one.state == "held" and one.reason) for one in rows), rows
        self.world.house.engine.dispose()
        shutil.rmtree(self.root)

    # ----------------------------------------------------------------- time and workers

    @rule()
    def a_worker_takes_a_turn(self) -> None:
        crash.watch = self.world.watch
        try:
            self.world.turn()
        finally:
            crash.watch = None

    @rule(point=st.sampled_from(list(remote.known_points())))
    def the_next_worker_will_die(self, point: str) -> None:
        self.world.kill = (point, self.world.passed.get(point, 0) + 1)

    @rule(seconds=st.sampled_from((1, 10, 61, 150, 700, 2000)))
    @precondition(lambda self: self.world.now - self.began < DAY)
    def time_goes_by(self, seconds: int) -> None:
        self.world.now += timedelta(seconds=seconds)

    @rule(minutes=st.sampled_from((2, 20)))
    @precondition(lambda self: self.world.now - self.began < DAY)
    def everybody_works_for_a_while(self, minutes: int) -> None:
        self.world.run(hours=minutes / 60)

    # ----------------------------------------------------------------- the platform

    @rule(fault=st.sampled_from(ACTIONS), chance=st.sampled_from((300, 1000)), seed=st.integers(0, 9))
    def trouble_begins(self, fault: tuple[str, str], chance: int, seed: int) -> None:
        action, method = fault
        self.world.neutral.faults.add(Fault(action, method=method, per_mille=chance, seed=seed))

    @rule()
    def trouble_ends(self) -> None:
        self.world.neutral.faults.clear()

    @rule(slow=st.booleans())
    def publishing_becomes_a_task_or_not(self, slow: bool) -> None:
        self.world.neutral.asynchronous = slow

    @rule(seconds=st.sampled_from((0, 20)))
    def lists_become_late(self, seconds: int) -> None:
        self.world.neutral.visibility = timedelta(seconds=seconds)

    # ----------------------------------------------------------------- people

    @rule(number=st.integers(0, 5))
    def a_person_holds(self, number: int) -> None:
        self._decide(number, lambda session, row: releases.hold(session, row, "editor", "等一等", self.world.now))

    @rule(number=st.integers(0, 5))
    def a_person_retries_after_looking(self, number: int) -> None:
        def decide(session: Session, row: Delivery) -> Delivery:
            return releases.retry(session, row, "editor", "看过了", self.world.now, is_absent=self._is_absent(row))

        self._decide(number, decide)

    @rule(number=st.integers(0, 5))
    def a_person_cancels_after_looking(self, number: int) -> None:
        def decide(session: Session, row: Delivery) -> Delivery:
            return releases.cancel_one(session, row, "editor", "不发了", self.world.now, is_absent=self._is_absent(row))

        self._decide(number, decide)

    @rule(number=st.integers(0, 5))
    def a_person_adopts_what_is_there(self, number: int) -> None:
        posts = self.world.neutral.book.posts(state="live")

        def decide(session: Session, row: Delivery) -> Delivery | None:
            mine = [post.address for post in posts if row.key in post.carried]
            return releases.adopt(session, row, mine[:1], "editor", "平台上有", self.world.now) if mine else None

        self._decide(number, decide)

    def _is_absent(self, row: Delivery) -> bool:
        """What a person sees who looks in the platform's own console: posts, and tasks that still run."""
        book = self.world.neutral.book
        waits = [
            value["draft"]["key"]
            for account in {one.account for one in self.world.neutral.sends()}
            for value in book.things("neutral", f"job:{account}").values()
            if "state" not in value
        ]
        return row.key not in waits and not any(row.key in post.carried for post in book.posts(state="live"))

    def _decide(self, number: int, decide: Callable[[Session, Delivery], object]) -> None:
        """A decision the desk refuses changes nothing."""
        row = self.world.deliveries()[number]
        with contextlib.suppress(HandlingError), session_scope(self.world.house.engine) as session:
            decide(session, session.get_one(Delivery, row.id))

    # ----------------------------------------------------------------- always

    @invariant()
    def the_promise_holds(self) -> None:
        assert self.world.breaches() == []


@pytest.mark.slow
def test_no_order_of_events_breaks_the_promise(prepared: Path) -> None:
    class Ours(Newsroom):
        pass

    Ours.prepared = prepared
    run_state_machine_as_test(
        Ours,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=not SOAK,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
