"""What is done about a copy: one table of cases, and the one table of steps."""

from typing import Any

import pytest

from channels import registry
from channels.contract import Mend
from cms.recalls import REMEDY_STATES, REMEDY_STEPS, Action, Change, RecallError, change_size, decide
from cms.recalls.deciding import IN_DOUBT, still_fits
from cms.recalls.steps import after
from cms.releases import STATE_NAMES

pytestmark = pytest.mark.keeps("order")


def mend(action: Any, *serves: Any, **more: Any) -> Mend:
    return Mend(
        key=more.pop("key", f"p.{action}"), action=action, serves=serves or ("correction", "retraction"), words="做",
        remains="留", source="tests", read_on="2026-11-22", confidence="ours", test=__file__, **more,
    )  # fmt: skip


AMEND = mend("amend", "correction", within_days=14, most=20)
REISSUE = mend("reissue", "correction", calls={"delete": 1})
WITHDRAW = mend("withdraw", "retraction")
COMMENT = mend("by_hand", "correction", key="p.comment")
CONSOLE = mend("by_hand", "correction", "retraction", key="p.console")
ALL = (AMEND, REISSUE, COMMENT, WITHDRAW, CONSOLE)
UNSENT = ("planned", "rendered", "ready", "staged", "held")
FLYING = ("sending", "accepted", "confirming", "unknown", "reconciling", IN_DOUBT)
OUT = ("published", "amended", "withdraw_failed")
GONE = ("failed", "cancelled", "superseded", "removed", "withdrawn")


@pytest.mark.parametrize("state", UNSENT)
def test_what_is_unsent_is_cancelled_or_replaced(state: str) -> None:
    assert decide("retraction", state, ALL, 0, Change()) == Action("cancel")
    assert decide("correction", state, ALL, 0, Change(5)) == Action("replace")


@pytest.mark.parametrize("state", FLYING)
def test_what_is_under_way_is_settled_first(state: str) -> None:
    assert (
        decide("retraction", state, ALL, 0, Change())
        == decide("correction", state, ALL, 0, Change(5))
        == Action("wait")
    )


@pytest.mark.parametrize("state", GONE)
def test_what_is_gone_needs_nothing_but_what_may_come_back(state: str) -> None:
    wanted = Action("watch" if state == "removed" else "none")
    assert decide("retraction", state, ALL, 0, Change()) == decide("correction", state, ALL, 0, Change(5)) == wanted


CASES: list[tuple[Any, int, int, str, Action]] = [
    ("correction", 1, 5, "", Action("amend", "p.amend")),
    ("correction", 14, 5, "", Action("reissue", "p.reissue", {"delete": 1})),  # too late
    ("correction", 1, 21, "", Action("reissue", "p.reissue", {"delete": 1})),  # too much
    ("correction", 1, 5, "reissue", Action("reissue", "p.reissue", {"delete": 1})),
    ("correction", 1, 5, "comment", Action("by_hand", "p.comment")),
    ("correction", 30, 5, "amend", Action("reissue", "p.reissue", {"delete": 1})),  # chosen, and not allowed
    ("retraction", 30, 0, "", Action("withdraw", "p.withdraw")),
    ("retraction", 30, 0, "amend", Action("withdraw", "p.withdraw")),
]


@pytest.mark.parametrize("state", OUT)
@pytest.mark.parametrize(("kind", "days", "size", "prefer", "expected"), CASES)
def test_what_is_out_by_the_first_rule_that_allows_it(
    state: str, kind: Any, days: int, size: int, prefer: str, expected: Action
) -> None:
    assert decide(kind, state, ALL, days, Change(size), prefer) == expected


def test_what_a_person_may_have_posted_is_theirs() -> None:
    assert decide("correction", "handed_over", ALL, 0, Change(5)) == Action("by_hand", "p.console")
    assert decide("retraction", "handed_over", ALL, 0, Change(5)) == Action("by_hand", "p.console")
    assert decide("retraction", "published", (), 0, 0) == Action("by_hand")


def test_every_state_of_a_delivery_has_an_answer() -> None:
    for state in (*STATE_NAMES, IN_DOUBT):
        for kind in ("correction", "retraction"):
            for channel in registry.all_channels().values():
                action = decide(kind, state, channel.mends, 3, Change(30))  # type: ignore[arg-type]
                assert still_fits(action.name, state), (channel.name, state, action)


def test_the_size_of_a_change_counts_what_is_put_in_taken_out_or_exchanged() -> None:
    assert change_size("副厅长出席", "厅长出席") == 1
    assert change_size("一二三", "一二三四五") == 2
    assert change_size("甲乙", "丙丁") == 2
    assert change_size("同", "同") == 0


def test_the_table_of_steps_is_closed_and_every_state_is_reached_and_left() -> None:
    assert {state for state, _ in REMEDY_STEPS} | set(REMEDY_STEPS.values()) == set(REMEDY_STATES)
    assert {before for before, _ in REMEDY_STEPS} == set(REMEDY_STATES)
    assert {event for before, event in REMEDY_STEPS if before == "off"} == {"ask_again"}
    assert all(after != "planned" for (before, _), after in REMEDY_STEPS.items() if before != "planned")


def test_a_refused_step_is_said_in_the_words_of_the_page() -> None:
    with pytest.raises(RecallError) as refused:
        after("done", "fail")
    assert str(refused.value) == "这一份已处置，不能登记办不了；现在可以再自动办一次。"
    with pytest.raises(RecallError, match="请看这张令"):
        after("off", "arm")
