"""停一期: a day the column does not come out on, with why; the numbers have no gap; taken back."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, select

from cms.audit import AuditEntry
from cms.db import migrate, open_engine, session_scope
from cms.people import EVERYWHERE, unseen
from cms.releases import agenda
from cms.stories import (
    Column,
    Issue,
    IssueError,
    fill,
    move_issue,
    next_due,
    open_issues,
    open_next_issue,
    skip,
    skipped,
    unskip,
    weekly,
)
from cms.stories.rows import Story
from cms.stories.workdays import Day, Workdays
from tests.cms.stories.test_columns import DUE, TUESDAY, column

WEEK = timedelta(days=7)
FIRST = date(2026, 11, 25)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    engine = open_engine(tmp_path / "yigao.db")
    migrate(engine)
    with session_scope(engine) as session:
        yield session
    engine.dispose()


@pytest.fixture
def kept(session: Session) -> Column:
    """A column of Wednesdays, its issue of the 25th open."""
    row = column()
    row.first_number = 128
    session.add(row)
    session.flush()
    open_next_issue(session, row, TUESDAY)
    return row


def dues(session: Session) -> list[tuple[int, datetime]]:
    return [(one.number, one.due_at) for one in session.exec(select(Issue).order_by(Issue.due_at))]  # type: ignore[arg-type]


def write(session: Session, issue: Issue) -> None:
    story = Story(slug=f"story-{issue.number}", headline="标题")
    session.add(story)
    fill(session, issue, story)


def test_the_issue_takes_the_next_day_under_its_number_and_comes_back(session: Session, kept: Column) -> None:
    moved = skip(session, kept, [FIRST], "国庆假期", "editor", TUESDAY)
    assert [one.number for one in moved] == [128] and dues(session) == [(128, DUE + WEEK)]
    assert [(one.day, one.at, one.reason) for one in skipped(session, DUE - WEEK, DUE + WEEK, EVERYWHERE)] == [
        (FIRST, DUE, "国庆假期")
    ]
    assert agenda.alarm(session, DUE - timedelta(hours=1)) == 0  # nothing waits for the day that is skipped
    write(session, open_issues(session, kept)[0])
    assert open_next_issue(session, kept, DUE + WEEK).number == 129
    assert dues(session) == [(128, DUE + WEEK), (129, DUE + 2 * WEEK)]


def test_what_was_told_about_the_day_is_over_and_the_new_one_is_told(session: Session, kept: Column) -> None:
    assert agenda.alarm(session, DUE - timedelta(hours=30)) == 1
    skip(session, kept, [FIRST], "国庆假期", "editor", TUESDAY)
    assert unseen(session) == []
    assert agenda.alarm(session, DUE + WEEK - timedelta(hours=30)) == 1
    assert ["12月2日 09:00" in one.sentence for one in unseen(session)] == [True]


def test_taken_back_the_issue_has_its_day_again(session: Session, kept: Column) -> None:
    skip(session, kept, [FIRST, FIRST + WEEK], "国庆假期", "editor", TUESDAY)
    assert dues(session) == [(128, DUE + 2 * WEEK)]
    unskip(session, kept, FIRST, "editor", TUESDAY)
    assert dues(session) == [(128, DUE)] and kept.skips == {"2026-12-02": "国庆假期"}
    assert next_due(kept, DUE) == DUE + 2 * WEEK
    logged = [(one.action, one.detail.get("reason")) for one in session.exec(select(AuditEntry))]
    assert logged == [
        ("issue.move", None), ("issue.skip", "国庆假期"), ("issue.move", None), ("issue.skip", "国庆假期"),
        ("issue.move", None), ("issue.unskip", None),
    ]  # fmt: skip


def test_a_far_day_is_skipped_before_its_issue_is_open(session: Session, kept: Column) -> None:
    far = FIRST + 3 * WEEK
    assert skip(session, kept, [far], "年终盘点", "editor", TUESDAY) == []
    now, numbers = TUESDAY, []
    for _ in range(4):
        issue = open_next_issue(session, kept, now)
        numbers.append((issue.number, issue.due_at))
        now = issue.due_at
    assert numbers == [(128, DUE), (129, DUE + WEEK), (130, DUE + 2 * WEEK), (131, DUE + 4 * WEEK)]


def test_a_day_a_holiday_moved_is_skipped_where_it_would_come_out(session: Session, kept: Column) -> None:
    free = Workdays({FIRST: Day("校庆", is_off=True)}, frozenset({2026}))
    kept.holiday = "after"
    assert next_due(kept, TUESDAY, free) == DUE + timedelta(days=1)
    kept.skips = {"2026-11-26": "校庆"}
    assert next_due(kept, TUESDAY, free) == DUE + WEEK
    kept.skips = {"2026-11-25": "校庆"}  # skipped before the holiday was known
    assert next_due(kept, TUESDAY, free) == DUE + WEEK


def test_a_daily_column_goes_on_behind_the_hole(session: Session, kept: Column) -> None:
    kept.rhythm = weekly(*range(7))
    open_next_issue(session, kept, TUESDAY)
    day = timedelta(days=1)
    assert [at for _, at in dues(session)] == [DUE, DUE + day]
    skip(session, kept, [FIRST], "停电", "editor", TUESDAY)
    assert dues(session) == [(128, DUE + day), (129, DUE + 2 * day)]
    unskip(session, kept, FIRST, "editor", TUESDAY)
    assert dues(session) == [(128, DUE), (129, DUE + day)]


def test_an_issue_moved_by_hand_is_skipped_with_its_slot(session: Session, kept: Column) -> None:
    issue = open_issues(session, kept)[0]
    move_issue(session, kept, issue, DUE + timedelta(days=1), "editor", TUESDAY)
    skip(session, kept, [FIRST + 2 * WEEK], "年会", "editor", TUESDAY)
    assert dues(session) == [(128, DUE + timedelta(days=1))]  # what lies before the hole stays where a person put it
    skip(session, kept, [FIRST], "国庆假期", "editor", TUESDAY)
    assert dues(session) == [(128, DUE + WEEK)] and issue.slot_at is None
    with pytest.raises(IssueError, match="那天停刊（国庆假期）"):
        move_issue(session, kept, issue, DUE + timedelta(hours=2), "editor", TUESDAY)


def test_an_issue_on_another_day_than_the_new_rhythms_is_skipped_too(session: Session, kept: Column) -> None:
    kept.rhythm = weekly(1)  # from now on Tuesdays; the open one stays on its Wednesday
    skip(session, kept, [FIRST], "国庆假期", "editor", TUESDAY)
    assert dues(session) == [(128, DUE + timedelta(days=6))]


@pytest.mark.parametrize(
    ("days", "reason", "said"),
    [
        ([FIRST], " ", "请写一句停刊的原因"),
        ([FIRST], "长" * 61, "最长 60 字"),
        ([], "国庆", "请选停哪一期"),
        ([FIRST + timedelta(days=1)], "国庆", "11月26日不出刊.*接下来的是：11月25日、12月2日、12月9日"),
        ([FIRST - WEEK], "国庆", "已经过了"),
        ([FIRST, FIRST + timedelta(days=1)], "国庆", "11月26日不出刊"),
    ],
)
def test_what_cannot_be_skipped_is_said_and_nothing_is(
    session: Session, kept: Column, days: list[date], reason: str, said: str
) -> None:
    with pytest.raises(IssueError, match=said):
        skip(session, kept, days, reason, "editor", TUESDAY)
    assert kept.skips == {} and dues(session) == [(128, DUE)]


def test_what_is_written_stands(session: Session, kept: Column) -> None:
    kept.rhythm = weekly(*range(7))
    open_next_issue(session, kept, TUESDAY)
    write(session, open_issues(session, kept)[1])
    with pytest.raises(IssueError, match="第 129 期（11月26日）已经有稿件，不能再停"):
        skip(session, kept, [FIRST + timedelta(days=1)], "停电", "editor", TUESDAY)
    with pytest.raises(IssueError, match="第 129 期（11月26日）已经有稿件，期号不能倒着走，11月25日这一期停不了"):
        skip(session, kept, [FIRST], "停电", "editor", TUESDAY)
    assert [at for _, at in dues(session)][:2] == [DUE, DUE + timedelta(days=1)]


def test_what_is_not_skipped_or_over_is_not_taken_back(session: Session, kept: Column) -> None:
    with pytest.raises(IssueError, match="11月25日没有停刊"):
        unskip(session, kept, FIRST, "editor", TUESDAY)
    skip(session, kept, [FIRST], "国庆假期", "editor", TUESDAY)
    with pytest.raises(IssueError, match="已经过了"):
        unskip(session, kept, FIRST, "editor", DUE)
    write(session, open_issues(session, kept)[0])
    with pytest.raises(IssueError, match="第 128 期（12月2日）已经有稿件，期号不能倒着走，11月25日这一期恢复不了"):
        unskip(session, kept, FIRST, "editor", TUESDAY)
    assert kept.skips == {"2026-11-25": "国庆假期"}
