"""When the next issue is due, on the column's own calendar; and issues that open by themselves."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from sqlmodel import Session

from cms.stories import Column, fill, next_due, open_next_issue
from cms.stories.rows import Story

WEDNESDAY = 2


def column(zone: str = "Asia/Shanghai", weekday: int = WEDNESDAY, hour: int = 9, minute: int = 0) -> Column:
    opened_at = datetime(2026, 1, 1, tzinfo=UTC)
    return Column(
        slug="heikeji",
        title="成都黑科技",
        weekday=weekday,
        hour=hour,
        minute=minute,
        zone=zone,
        opened_at=opened_at,
    )


@pytest.mark.parametrize(
    ("after", "due"),
    [
        # A Tuesday: tomorrow 09:00 in Shanghai is 01:00 UTC.
        ("2026-11-24T02:00+00:00", "2026-11-25T01:00+00:00"),
        # One second before, and exactly then: never the moment itself.
        ("2026-11-25T00:59:59+00:00", "2026-11-25T01:00+00:00"),
        ("2026-11-25T01:00+00:00", "2026-12-02T01:00+00:00"),
        # Wednesday already in Shanghai, Tuesday still in UTC.
        ("2026-11-24T17:00+00:00", "2026-11-25T01:00+00:00"),
        # Told from another zone.
        ("2026-11-24T21:00-05:00", "2026-12-02T01:00+00:00"),
        # Over New Year, and a New Year's Day that is no Wednesday; a leap day that is none either.
        ("2026-12-30T01:00+00:00", "2027-01-06T01:00+00:00"),
        ("2026-12-31T23:59+00:00", "2027-01-06T01:00+00:00"),
        ("2028-02-25T00:00+00:00", "2028-03-01T01:00+00:00"),
        # Spring Festival moves nothing: the office decides that, not the calendar.
        ("2027-02-05T00:00+00:00", "2027-02-10T01:00+00:00"),
    ],
)
def test_wednesday_nine_in_shanghai(after: str, due: str) -> None:
    assert next_due(column(), datetime.fromisoformat(after)) == datetime.fromisoformat(due)


@pytest.mark.parametrize(
    ("after", "due"),
    [
        # Berlin 2026: summer time ends on 25 October and began on 29 March; 09:00 stays 09:00 there.
        ("2026-10-20T00:00+00:00", "2026-10-21T07:00+00:00"),
        ("2026-10-22T00:00+00:00", "2026-10-28T08:00+00:00"),
        ("2026-03-26T00:00+00:00", "2026-04-01T07:00+00:00"),
    ],
)
@pytest.mark.proves("F16")
def test_clock_changes_elsewhere_keep_the_wall_clock_hour(after: str, due: str) -> None:
    there = column("Europe/Berlin")
    assert next_due(there, datetime.fromisoformat(after)) == datetime.fromisoformat(due)


@pytest.mark.proves("F16")
def test_a_year_of_wednesdays_has_no_gap_in_shanghai() -> None:
    at, dues = datetime(2026, 11, 24, tzinfo=UTC), []
    for _ in range(53):
        at = next_due(column(), at)
        dues.append(at)
    assert {later - earlier for earlier, later in pairwise(dues)} == {timedelta(days=7)}


def test_a_time_without_a_zone_and_an_eighth_weekday_are_refused() -> None:
    with pytest.raises(ValueError, match="没有时区"):
        next_due(column(), datetime(2026, 1, 1))
    with pytest.raises(ValueError, match="0 到 6"):
        next_due(column(weekday=7), datetime(2026, 1, 1, tzinfo=UTC))


@pytest.fixture
def kept(session: Session) -> Column:
    kept = column()
    kept.first_number = 128
    session.add(kept)
    session.flush()
    return kept


TUESDAY = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
DUE = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)


def test_the_first_issue_opens_with_the_column_s_number(session: Session, kept: Column) -> None:
    issue = open_next_issue(session, kept, TUESDAY)
    assert (issue.number, issue.due_at, issue.state) == (128, DUE, "open")


def test_opening_again_gives_the_open_issue(session: Session, kept: Column) -> None:
    first = open_next_issue(session, kept, TUESDAY)
    assert open_next_issue(session, kept, TUESDAY + timedelta(hours=3)).id == first.id


def test_the_next_issue_opens_once_the_time_has_passed(session: Session, kept: Column) -> None:
    first = open_next_issue(session, kept, TUESDAY)
    second = open_next_issue(session, kept, DUE)
    assert first.state == "closed"
    assert (second.number, second.due_at) == (129, DUE + timedelta(days=7))


def test_the_next_issue_opens_once_this_one_is_filled(session: Session, kept: Column) -> None:
    first = open_next_issue(session, kept, TUESDAY)
    story = Story(slug="quantum", headline="标题")
    session.add(story)
    fill(session, first, story)
    second = open_next_issue(session, kept, TUESDAY)
    assert (first.state, second.number, second.due_at) == ("filled", 129, DUE + timedelta(days=7))
    assert open_next_issue(session, kept, TUESDAY).id == second.id
    assert (story.issue_id, story.column_id) == (first.id, kept.id)


def test_after_weeks_away_the_next_issue_lies_ahead(session: Session, kept: Column) -> None:
    open_next_issue(session, kept, TUESDAY)
    issue = open_next_issue(session, kept, TUESDAY + timedelta(days=60))
    assert (issue.number, issue.due_at) == (129, datetime(2027, 1, 27, 1, 0, tzinfo=UTC))


def test_a_filled_issue_takes_no_second_story(session: Session, kept: Column) -> None:
    issue = open_next_issue(session, kept, TUESDAY)
    for slug in ("one", "two"):
        session.add(Story(slug=slug, headline=slug))
    session.flush()
    fill(session, issue, session.get_one(Story, 1))
    with pytest.raises(ValueError, match="不再收稿"):
        fill(session, issue, session.get_one(Story, 2))
