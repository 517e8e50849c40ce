"""工作日: the notice of the year, imported ones over it, and issues that move for a holiday."""

import json
from datetime import UTC, date, datetime

import pytest

from cms.db import session_scope
from cms.stories import CalendarError, Column, import_year, next_due, weekly, workdays
from cms.stories.workdays import built_in
from pipeline.house import House
from tests.people.house import NOON


def a_column(weekday: int, holiday: str) -> Column:
    return Column(slug="a", title="甲", rhythm=weekly(weekday), hour=9, opened_at=NOON, holiday=holiday)


@pytest.mark.parametrize(
    ("day", "is_off", "words"),
    [
        (date(2026, 10, 1), True, "国庆节休"),
        (date(2026, 10, 8), False, ""),
        (date(2026, 10, 10), False, "国庆节调休，上班"),  # a Saturday that is worked
        (date(2026, 2, 23), True, "春节休"),
        (date(2026, 11, 21), True, ""),  # a Saturday like any other
        (date(2026, 11, 23), False, ""),
    ],
)
def test_days_are_free_or_worked_as_the_notice_says(day: date, is_off: bool, words: str) -> None:
    assert (built_in().is_off(day), built_in().words(day)) == (is_off, words)


@pytest.mark.parametrize(
    ("holiday", "due"),
    [
        ("keep", "2026-10-07T01:00+00:00"),
        ("before", "2026-09-30T01:00+00:00"),  # on the eve, as an issue of its own
        ("after", "2026-10-08T01:00+00:00"),
        ("skip", "2026-10-14T01:00+00:00"),
    ],
)
def test_an_issue_in_a_holiday_goes_where_the_column_says(holiday: str, due: str) -> None:
    wednesday = a_column(2, holiday)
    after = datetime(2026, 9, 30, 0, 30, tzinfo=UTC) if holiday == "before" else datetime(2026, 10, 1, tzinfo=UTC)
    assert next_due(wednesday, after) == datetime.fromisoformat(due)


def test_a_column_of_saturdays_comes_out_on_saturdays() -> None:
    assert next_due(a_column(5, "after"), NOON) == datetime(2026, 11, 28, 1, tzinfo=UTC)


def test_an_imported_year_holds_in_place_of_what_was_known(house: House) -> None:
    named = [
        {"name": "元旦", "date": "2026-12-31", "isOffDay": True},
        {"name": "元旦", "date": "2027-01-01", "isOffDay": True},
        {"name": "元旦", "date": "2027-01-03", "isOffDay": False},
    ]
    document = json.dumps({"year": 2027, "papers": ["https://www.gov.cn/x"], "days": named})
    with session_scope(house.engine) as session:
        assert 2027 not in workdays(session).years
        assert import_year(session, document, "editor", NOON) == (2027, 3)
        known = workdays(session)
        assert (
            known.is_off(date(2027, 1, 1)) and not known.is_off(date(2027, 1, 3)) and known.is_off(date(2026, 12, 31))
        )
        assert known.is_off(date(2026, 10, 1))  # the other year is as it was
        other = {"name": "元旦补休", "date": "2026-12-31", "isOffDay": True}  # a day both notices name: the later wins
        import_year(session, json.dumps({"year": 2026, "papers": {}, "days": [other]}), "editor", NOON)
        assert workdays(session).words(date(2026, 12, 31)) == "元旦补休休"
        shorter = json.dumps({"year": 2027, "papers": [], "days": named[:1]})
        import_year(session, shorter, "editor", NOON)
        assert not workdays(session).is_off(date(2027, 1, 1))


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", '{"year": 2027}', '{"year": 2027, "days": []}', '{"year": 2027, "days": [{"date": "x"}]}',
        '{"year": 2027, "days": [{"name": "a", "date": "1999-01-01", "isOffDay": true}]}',
        "[" * 60_000, '{"year": 1e999, "days": []}', '{"year": 2027, "days": 5}', "x" * 70_000, "null", '"2027"',
        '{"year": 2027, "days": [{"name": "a", "date": "2027-01-01", "isOffDay": "false"}]}',
        '{"year": 2027, "days": [{"name": {"x": 1}, "date": "2027-01-01", "isOffDay": true}]}',
        '{"year": 2027, "days": [{"name": "' + "长" * 21 + '", "date": "2027-01-01", "isOffDay": true}]}',
        '{"year": 2027, "days": [{"name": "a\\u202e", "date": "2027-01-01", "isOffDay": true}]}',
    ],
)  # fmt: skip
def test_what_is_no_notice_is_refused_in_words(house: House, text: str) -> None:
    with session_scope(house.engine) as session, pytest.raises(CalendarError, match="放假安排"):
        import_year(session, text, "editor", NOON)
