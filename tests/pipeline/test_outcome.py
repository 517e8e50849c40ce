"""The pure decider: tables of values."""

from datetime import UTC, datetime, timedelta

import pytest

from channels.contract import AdministratorError, LaterError, StoryError, UnknownOutcome
from pipeline.outcome import BACK_OFF_S, after_error, missed

NOW = datetime(2026, 11, 18, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("error", "event"),
    [
        (StoryError("标题太长，请缩短。"), "hold"),
        (AdministratorError("请重新授权。"), "hold"),
        (UnknownOutcome("平台没有回答。"), "lose"),
        (LaterError("平台忙。"), "retry"),
        (RuntimeError("boom"), "hold"),
    ],
)
def test_the_event_follows_the_kind_of_error(error: Exception, event: str) -> None:
    verdict = after_error(error, tries=1, now=NOW)
    assert verdict.event == event
    assert verdict.reason


def test_back_off_grows_and_then_stays() -> None:
    waits = [after_error(LaterError("忙"), n, NOW).next_at for n in range(1, 9)]
    assert waits == [NOW + timedelta(seconds=s) for s in (*BACK_OFF_S, *[BACK_OFF_S[-1]] * 3)]


def test_a_missed_run_is_late_inside_the_window_and_missed_after_it() -> None:
    assert not missed(NOW, NOW + timedelta(hours=24), "send")
    assert "yigao retry" in missed(NOW, NOW + timedelta(hours=24, seconds=1), "send")
    assert "还发吗" in missed(NOW, NOW + timedelta(minutes=11), "ask")
    assert missed(NOW, NOW + timedelta(minutes=2), "hold")
