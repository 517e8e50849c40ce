"""Every code of the error table, over the wire: the class of our error, a sentence with its remedy, what is done."""

import re
from datetime import UTC, datetime

import pytest

from channels.contract import AdministratorError, ChannelError, LaterError, StoryError, UnknownOutcome
from channels.making.refusals import ErrorRow, raised, reset_after
from channels.transport import QuotaError
from channels.wechat.errors import BY_CODE, ROWS
from channels.wechat.wire import TOKEN_CODES, call
from tests.wechat.wired import NAME, Wire, error_of

KINDS: dict[str, type[ChannelError]] = {
    "later": LaterError,
    "token": AdministratorError,
    "quota": QuotaError,
    "story": StoryError,
    "admin": AdministratorError,
    "bug": AdministratorError,
    "success": UnknownOutcome,
    "look": UnknownOutcome,
}
REMEDY = re.compile(r"请|重试|再试|重新|继续|核对")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row.code))
@pytest.mark.proves("F12")
def test_every_code_becomes_its_error(wired: Wire, row: ErrorRow) -> None:
    assert isinstance(row.code, int)
    wired.sandbox.said = row.code
    wired.fault("errcode_in_200", "draft/count")
    made = wired.sandbox.book.calls("wechat")
    error = error_of(call, wired.credential, "draft/count", {}, changes=True)
    asked = [one[2] for one in wired.sandbox.book.calls("wechat")[len(made) :]]
    assert type(error) is KINDS[row.kind]
    assert error.sentence.endswith(f"（平台代码 {row.code}）。") and REMEDY.search(row.sentence.split("，", 1)[-1])
    assert error.cause.startswith(str(row.code))
    # A refused token is renewed once, then by force; nothing else is asked twice.
    renewed = row.code in TOKEN_CODES
    assert asked.count("draft/count") == (3 if renewed else 1)
    assert asked.count("stable_token") >= (2 if renewed else 0)
    if isinstance(error, QuotaError):
        assert error.until == reset_after(wired.world.now, row.per)


def test_the_table_is_the_one_of_the_facts() -> None:
    assert len(BY_CODE) == len(ROWS) >= 75
    assert {row.code for row in ROWS if row.kind == "token"} == set(TOKEN_CODES)
    assert all(row.source and row.confidence in ("doc", "client", "unverified") for row in ROWS)


def test_a_code_nobody_knows_is_never_taken_for_a_no(wired: Wire) -> None:
    wired.sandbox.said = 99999
    wired.fault("errcode_in_200", "draft/count")
    assert type(error_of(call, wired.credential, "draft/count", {}, changes=True)) is UnknownOutcome
    assert type(error_of(call, wired.credential, "draft/count", {})) is LaterError


def test_a_refused_token_that_is_good_again_goes_unnoticed(wired: Wire) -> None:
    wired.sandbox.said = 40001
    wired.fault("errcode_in_200", "draft/count", nth=1)
    assert call(wired.credential, "draft/count", {})["total_count"] == 0


def test_a_service_account_waits_for_the_next_month(wired: Wire) -> None:
    wired.sandbox.said = 45028
    wired.fault("errcode_in_200", "draft/count")
    wired.change(kind="service")
    error = error_of(call, wired.credential, "draft/count", {})
    assert isinstance(error, QuotaError) and error.until == reset_after(wired.world.now, "month")
    wired.change(kind="subscription")
    assert wired.sandbox.open_account(NAME)["kind"] == "subscription"


def test_windows_end_by_the_clock_of_shanghai() -> None:
    now = datetime(2026, 12, 31, 15, 59, 30, tzinfo=UTC)  # 23:59:30 there
    new_year = datetime(2026, 12, 31, 16, tzinfo=UTC)
    assert {reset_after(now, per) for per in ("minute", "hour", "day", "month")} == {new_year}
    morning = datetime(2026, 1, 31, 2, 30, 15, tzinfo=UTC)
    assert reset_after(morning, "minute") == datetime(2026, 1, 31, 2, 31, tzinfo=UTC)
    assert reset_after(morning, "hour") == datetime(2026, 1, 31, 3, tzinfo=UTC)
    assert reset_after(morning, "month") == datetime(2026, 1, 31, 16, tzinfo=UTC)


def test_a_code_that_says_nothing_after_a_change_is_looked_up() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    row = ErrorRow(
        code="x", meaning="m", kind="later", sentence="请稍后再试", source="s", confidence="doc", is_unclear=True
    )
    assert type(raised(row, now, "", changes=True)) is UnknownOutcome
    assert type(raised(row, now, "", changes=False)) is LaterError
