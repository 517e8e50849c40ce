"""When the next issue is due, on the column's own calendar; and issues that open by themselves."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from sqlmodel import Session, col, select

from cms.stories import (
    Column,
    Issue,
    IssueError,
    Rhythm,
    begin_with,
    fill,
    follow_rhythm,
    may_number,
    move_issue,
    next_due,
    next_number,
    open_issues,
    open_next_issue,
    parse_rhythm,
    weekly,
)
from cms.stories.rows import Story
from cms.stories.workdays import Day, Workdays

WEDNESDAY = 2
TUESDAY = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


def column(zone: str = "Asia/Shanghai", when: Rhythm = weekly(WEDNESDAY), hour: int = 9, minute: int = 0) -> Column:
    opened_at = datetime(2026, 1, 1, tzinfo=UTC)
    return Column(
        slug="heikeji",
        title="成都黑科技",
        rhythm=when,
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


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="没有时区"):
        next_due(column(), datetime(2026, 1, 1))


@pytest.mark.parametrize(
    ("words", "days"),
    [
        ("每周三、五", ["11-25", "11-27", "12-02"]),
        ("每两周的周三", ["11-25", "12-09", "12-23"]),
        ("每月1日、15日", ["12-01", "12-15", "01-01"]),
        ("每月最后一天", ["11-30", "12-31", "01-31"]),
        ("每月第一、三个周三", ["12-02", "12-16", "01-06"]),
        ("每月最后一个周五", ["11-27", "12-25", "01-29"]),
    ],
)
def test_the_next_three_of_each_rhythm(words: str, days: list[str]) -> None:
    since = date(2026, 11, 23) if "两周" in words else None
    at, dues = TUESDAY, []
    for _ in days:
        at = next_due(column(when=parse_rhythm(words, since)), at)
        dues.append(f"{at:%m-%d}")
    assert dues == days


def test_days_that_move_onto_one_another_are_one_issue_and_the_next_lies_after_it() -> None:
    # 1 to 7 October 2026 are free: all three days of the week come out on Thursday the 8th.
    busy = column(when=weekly(0, 2, 4))
    busy.holiday = "after"
    eighth = next_due(busy, datetime(2026, 9, 30, 2, tzinfo=UTC))
    assert f"{eighth:%m-%d}" == "10-08" and f"{next_due(busy, eighth):%m-%d}" == "10-09"


def test_a_calendar_without_a_working_day_says_so() -> None:
    idle = column()
    idle.holiday = "skip"
    first = date(2026, 11, 1)
    free = Workdays({first + timedelta(days=one): Day("假", True) for one in range(400)})
    with pytest.raises(IssueError, match="五个月里没有一天能出刊"):
        next_due(idle, TUESDAY, free)


@pytest.fixture
def kept(session: Session) -> Column:
    kept = column()
    kept.first_number = 128
    session.add(kept)
    session.flush()
    return kept


DUE = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)


def test_the_first_issue_opens_with_the_column_s_number(session: Session, kept: Column) -> None:
    issue = open_next_issue(session, kept, TUESDAY)
    assert (issue.number, issue.due_at, issue.state) == (128, DUE, "open")


def test_what_waits_is_renumbered_and_no_past_number_is_given_again(session: Session, kept: Column) -> None:
    kept.rhythm = weekly(2, 3)
    open_next_issue(session, kept, TUESDAY)
    assert next_number(session, kept) == 128
    begin_with(session, kept, 129, "chief", TUESDAY)
    assert [one.number for one in open_issues(session, kept)] == [129, 130]
    open_next_issue(session, kept, DUE)  # nobody wrote the first
    with pytest.raises(IssueError, match="从第 130 期或以后开始"):
        begin_with(session, kept, 129, "chief", DUE)
    begin_with(session, kept, 200, "chief", DUE)
    assert open_issues(session, kept)[0].number == 200 and kept.first_number == 200
    story = Story(slug="quantum", headline="标题")
    session.add(story)
    fill(session, open_issues(session, kept)[0], story)
    assert not may_number(session, kept)
    with pytest.raises(IssueError, match="不能再改从第几期开始"):
        begin_with(session, kept, 300, "chief", DUE)


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


def test_a_daily_column_has_every_issue_of_the_next_two_days_open(session: Session, kept: Column) -> None:
    kept.rhythm = weekly(*range(7))
    first = open_next_issue(session, kept, TUESDAY)
    numbers = [(one.number, f"{one.due_at:%d}") for one in open_issues(session, kept)]
    assert numbers == [(128, "25"), (129, "26")] and first.number == 128
    story = Story(slug="early", headline="早写的")
    session.add(story)
    fill(session, open_issues(session, kept)[1], story)
    later = open_next_issue(session, kept, DUE + timedelta(hours=1))
    states = [one.state for one in session.exec(select(Issue).order_by(col(Issue.number)))]
    assert (later.number, states) == (130, ["closed", "filled", "open"])


def test_one_issue_moves_alone_and_the_next_keeps_its_day(session: Session, kept: Column) -> None:
    issue = open_next_issue(session, kept, TUESDAY)
    early = DUE - timedelta(hours=3)
    move_issue(session, kept, issue, early, "editor", TUESDAY)
    assert (issue.due_at, issue.slot_at) == (early, DUE)
    following = open_next_issue(session, kept, early)
    assert (following.number, following.due_at) == (129, DUE + timedelta(days=7))
    move_issue(session, kept, following, DUE + timedelta(days=9), "editor", early)
    assert open_next_issue(session, kept, DUE + timedelta(days=9)).due_at == DUE + timedelta(days=14)


@pytest.mark.parametrize(
    ("to", "said"),
    [
        (TUESDAY, "已经过了"),
        (datetime(2026, 12, 2, 1, tzinfo=UTC), "要早于再下一期的时间（12月2日 09:00）"),
    ],
)
def test_an_issue_does_not_move_past_its_neighbours(session: Session, kept: Column, to: datetime, said: str) -> None:
    issue = open_next_issue(session, kept, TUESDAY)
    with pytest.raises(IssueError, match=said):
        move_issue(session, kept, issue, to, "editor", TUESDAY)


def test_an_issue_stays_after_the_one_before_and_a_begun_one_moves_like_any_other(
    session: Session, kept: Column
) -> None:
    first = open_next_issue(session, kept, TUESDAY)
    story = Story(slug="quantum", headline="标题")
    session.add(story)
    fill(session, first, story)
    second = open_next_issue(session, kept, TUESDAY)
    with pytest.raises(IssueError, match="要晚于第 128 期的时间（11月25日 09:00）"):
        move_issue(session, kept, second, DUE, "editor", TUESDAY)
    move_issue(session, kept, first, DUE + timedelta(hours=1), "editor", TUESDAY)
    assert (first.state, first.due_at, first.slot_at) == ("filled", DUE + timedelta(hours=1), DUE)
    with pytest.raises(IssueError, match="要早于再下一期的时间（12月2日 09:00）"):
        move_issue(session, kept, first, second.due_at, "editor", TUESDAY)


def test_an_issue_that_is_over_and_was_never_written_does_not_move(session: Session, kept: Column) -> None:
    missed = open_next_issue(session, kept, TUESDAY)
    open_next_issue(session, kept, DUE + timedelta(hours=1))
    with pytest.raises(IssueError, match="没有人写，不能再改"):
        move_issue(session, kept, missed, DUE + timedelta(days=1), "editor", DUE + timedelta(hours=1))


def test_open_issues_follow_a_new_rhythm_and_written_ones_do_not(session: Session, kept: Column) -> None:
    kept.rhythm = weekly(*range(7))
    open_next_issue(session, kept, TUESDAY)
    story = Story(slug="quantum", headline="标题")
    session.add(story)
    fill(session, open_issues(session, kept)[0], story)
    open_next_issue(session, kept, TUESDAY + timedelta(hours=23))
    kept.rhythm = weekly(4, 5, 6)  # what was Thursday's takes Friday, Friday's takes Saturday
    moved = follow_rhythm(session, kept, "editor", TUESDAY)
    assert [(one.number, f"{one.due_at:%d}") for one in moved] == [(129, "27"), (130, "28")]
    assert follow_rhythm(session, kept, "editor", TUESDAY) == []
    kept.rhythm = weekly(3)
    moved = follow_rhythm(session, kept, "editor", TUESDAY)
    assert [(one.number, f"{one.due_at:%m-%d}") for one in moved] == [(129, "11-26"), (130, "12-03")]
    assert session.get_one(Issue, 1).due_at == DUE
