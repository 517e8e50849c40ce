"""Every row of the error table: the class it becomes, its sentence, when it is tried again."""

from datetime import UTC, datetime, timedelta

import pytest

from channels.contract import AdministratorError, ChannelError, LaterError, UnknownOutcome
from channels.douyin.errors import ROWS, TABLE, checked, error_for
from channels.transport import QuotaError

NOW = datetime(2026, 11, 18, 1, 20, tzinfo=UTC)
# code: (after a question, after a create): douyin.md §7
CLASSES: dict[int, tuple[type[ChannelError], type[ChannelError]]] = {
    **dict.fromkeys((2100004, 28001005, 28001006), (LaterError, UnknownOutcome)),
    **dict.fromkeys((2190001, 28003017, 28001052, 28003018), (QuotaError, QuotaError)),
    **dict.fromkeys(
        (
            *(2100005, 28001007, 2100007, 28001012, 28001014, 28001018, 2100009, 28001046),
            *(2190002, 2190003, 2190008, 10008, 28001008, 10010, 28001015),
            *(28001016, 28001019, 28001056, 28001020, 28001021),
        ),
        (AdministratorError, AdministratorError),
    ),
}


def answer(code: object) -> dict[str, object]:
    return {"data": {"error_code": code, "description": "…"}, "extra": {}}


def test_the_table_and_the_platforms_page_name_the_same_codes() -> None:
    assert set(TABLE) == set(CLASSES) and len(ROWS) == len(TABLE)


@pytest.mark.parametrize("code", CLASSES)
@pytest.mark.parametrize("changes", [False, True])
def test_a_code_is_told_in_one_sentence_with_what_to_do(code: int, changes: bool) -> None:
    with pytest.raises(ChannelError) as told:
        checked(answer(code), "item_id", NOW, changes=changes)
    assert type(told.value) is CLASSES[code][changes]
    sentence = told.value.sentence
    assert sentence.endswith("。") and str(code) in sentence
    assert any(word in sentence for word in ("请", "自动"))
    assert TABLE[code].source and TABLE[code].meaning


def test_a_quota_is_waited_for_and_risk_control_for_the_next_hour() -> None:
    day, hour = (error_for(code, answer(code), NOW, changes=True) for code in (28003017, 28003018))
    assert isinstance(day, QuotaError) and day.until == datetime(2026, 11, 18, 16, 0, tzinfo=UTC)
    assert isinstance(hour, QuotaError) and hour.until == NOW + timedelta(minutes=40)


@pytest.mark.parametrize("odd", [12345, None, "0", {"code": 1}])
def test_what_no_table_knows_is_never_taken_for_a_no(odd: object) -> None:
    assert isinstance(error_for(odd, answer(odd), NOW, changes=True), UnknownOutcome)
    assert isinstance(error_for(odd, answer(odd), NOW, changes=False), LaterError)


@pytest.mark.parametrize("cut", [{}, {"data": {}}, {"data": []}, {"data": {"error_code": 0}}])
def test_a_yes_without_what_was_asked_for_is_no_yes(cut: dict[str, object]) -> None:
    with pytest.raises(UnknownOutcome):
        checked(cut, "item_id", NOW, changes=True)
