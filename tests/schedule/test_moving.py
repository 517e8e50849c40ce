"""改期: what may move and what may not, what is told first, and that the log keeps both times."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session, col, select

from cms import releases, review
from cms.audit import AuditEntry
from cms.db import read_scope, session_scope
from cms.people import EVERYWHERE, Notice, Person, Workspace
from cms.releases import Delivery, Release, ReleaseStory, agenda
from cms.releases.moving import MoveError, look, reschedule
from cms.stories import Column, open_next_issue, weekly, workdays
from pipeline.house import House
from tests.people.house import NOON
from tests.schedule.conftest import Plan

DAY = timedelta(days=1)
MONDAY_NINE = datetime(2026, 11, 23, 1, tzinfo=UTC)


def row(session: Session, number: int) -> Release:
    return session.get_one(Release, number)


def test_all_of_it_moves_by_as_much_and_the_log_keeps_both_times(house: House, plan: Plan) -> None:
    number = plan("a", MONDAY_NINE)
    with session_scope(house.engine) as session:
        reschedule(session, row(session, number), MONDAY_NINE + DAY, "sichuan.3", "领导出差", NOON)
    with read_scope(house.engine) as session:
        assert row(session, number).due_at == MONDAY_NINE + DAY
        assert {one.due_at for one in session.exec(select(Delivery))} == {MONDAY_NINE + DAY}
        kept = session.exec(select(AuditEntry).where(AuditEntry.action == "release.move")).one()
        assert kept.detail["from"] == MONDAY_NINE.isoformat() and kept.detail["reason"] == "领导出差"
        assert len(list(session.exec(select(AuditEntry).where(AuditEntry.action == "delivery.retime")))) == 2


def sign(session: Session, number: int) -> list[Delivery]:
    """Render, seal and sign it as a rehearsal: its deliveries, ready."""
    session.get_one(Workspace, 1).demo = True
    release = row(session, number)
    release.policy = review.REHEARSAL.name
    mine = list(session.exec(select(Delivery).where(Delivery.release_id == number)))
    for one in mine:
        releases.move(session, one, "render", actor="x", now=NOON, rendition_hash="f" * 64)
    sealed = releases.seal(session, release, {one.id: "f" * 64 for one in mine}, [], review.REHEARSAL, NOON)
    person = session.exec(select(Person).where(Person.login == "sichuan.3")).one()
    review.sign_all(session, sealed, person, "同意", NOON)
    releases.let_through(session, sealed, "x", NOON)
    return mine


@pytest.mark.parametrize(
    ("events", "said"),
    [
        (("send", "accept", "publish"), "已发布.*不能改期"),
        (("send",), "发送中.*不能改期"),
        (("hold",), "暂停.*不能改期"),
        (("cancel",), "没有要发的投递"),
    ],
)
def test_what_has_begun_or_is_over_does_not_move(house: House, plan: Plan, events: list[str], said: str) -> None:
    number = plan("a", MONDAY_NINE, channels=("site",))
    with session_scope(house.engine) as session:
        one = sign(session, number)[0]
        for event in events:
            one = releases.move(session, one, event, actor="x", now=NOON, reason="因")
        with pytest.raises(MoveError, match=said):
            look(session, row(session, number), MONDAY_NINE + DAY, workdays(session), NOON)


def test_what_is_signed_moves_with_a_reason_and_stays_signed(house: House, plan: Plan) -> None:
    number = plan("a", MONDAY_NINE)
    with session_scope(house.engine) as session:
        sign(session, number)
        assert look(session, row(session, number), MONDAY_NINE + DAY, workdays(session), NOON).signed
        with pytest.raises(MoveError, match="写明原因"):
            reschedule(session, row(session, number), MONDAY_NINE + DAY, "sichuan.3", " ", NOON)
        reschedule(session, row(session, number), MONDAY_NINE + DAY, "sichuan.3", "让路", NOON)
        assert {(one.state, one.due_at) for one in session.exec(select(Delivery))} == {("ready", MONDAY_NINE + DAY)}


def test_what_is_sealed_and_in_review_is_not_called_signed(house: House, plan: Plan) -> None:
    number = plan("a", MONDAY_NINE)
    with session_scope(house.engine) as session:
        release = row(session, number)
        mine = list(session.exec(select(Delivery).where(Delivery.release_id == number)))
        for one in mine:
            releases.move(session, one, "render", actor="x", now=NOON, rendition_hash="f" * 64)
        releases.seal(session, release, {one.id: "f" * 64 for one in mine}, [], review.LAWFUL, NOON)
        carried = session.exec(select(ReleaseStory).where(ReleaseStory.release_id == number)).one()
        sent = review.Submission(
            story_id=carried.story_id, revision_id=carried.revision_id, manuscript_hash=carried.manuscript_hash,
            release_id=number, unit_id=1, grade="A", policy="lawful", sender_id=session.exec(select(Person.id)).first(),
            sent_at=NOON, due_at=release.due_at, alarmed_at=NOON, state="reviewing",
        )  # fmt: skip
        session.add(sent)
        session.flush()
        assert not look(session, release, MONDAY_NINE + DAY, workdays(session), NOON).signed
        reschedule(session, release, MONDAY_NINE + DAY, "sichuan.3", "", NOON)  # nobody has to say why
        assert (sent.due_at, sent.alarmed_at) == (MONDAY_NINE + DAY, None)


def test_never_into_the_past(house: House, plan: Plan) -> None:
    number = plan("a", MONDAY_NINE)
    with read_scope(house.engine) as session, pytest.raises(MoveError, match="已经过去"):
        look(session, row(session, number), NOON - timedelta(hours=1), workdays(session), NOON)


@pytest.mark.parametrize(
    ("to", "said"),
    [
        (datetime(2026, 11, 24, 14, 30, tzinfo=UTC), "夜间静默"),  # 22:30
        (datetime(2026, 11, 23, 22, 59, tzinfo=UTC), "夜间静默"),  # 06:59
        (datetime(2026, 11, 28, 1, tzinfo=UTC), "周末"),
        (datetime(2027, 3, 2, 1, tzinfo=UTC), "2027 年的放假安排还没有导入"),
    ],
)
def test_nights_and_free_days_are_told(house: House, plan: Plan, to: datetime, said: str) -> None:
    number = plan("a", MONDAY_NINE)
    with read_scope(house.engine) as session:
        found = look(session, row(session, number), to, workdays(session), NOON)
        assert any(said in one for one in found.warnings)
        edge = look(session, row(session, number), datetime(2026, 11, 23, 23, tzinfo=UTC), workdays(session), NOON)
        assert edge.warnings == ()  # 07:00 of a Tuesday


def test_a_collision_is_told_and_ten_minutes_are_none(house: House, plan: Plan) -> None:
    number = plan("a", MONDAY_NINE)
    plan("b", MONDAY_NINE + DAY)
    with read_scope(house.engine) as session:
        near = look(session, row(session, number), MONDAY_NINE + DAY + timedelta(minutes=9), workdays(session), NOON)
        assert ["挨着发出" in one for one in near.warnings] == [True]
        apart = look(session, row(session, number), MONDAY_NINE + DAY + timedelta(minutes=10), workdays(session), NOON)
        assert apart.warnings == ()


def test_the_agenda_shows_sums_slots_and_only_what_is_in_scope(house: House, plan: Plan) -> None:
    first, _ = plan("a", MONDAY_NINE), plan("b", MONDAY_NINE + DAY, unit="ganzi")
    with session_scope(house.engine) as session:
        column = Column(slug="lan", title="黑科技", rhythm=weekly(2), hour=9, opened_at=NOON)
        session.add(column)
        session.flush()
        open_next_issue(session, column, NOON)
        one = session.exec(select(Delivery).where(Delivery.release_id == first)).first()
        assert one is not None
        releases.move(session, one, "hold", actor="x", now=NOON, reason="等一等")
        wanted = agenda.Wanted(EVERYWHERE)
        shown = agenda.entries(session, NOON, NOON + 9 * DAY, wanted)
        assert [(one.title, one.sum, one.is_movable, one.deliveries) for one in shown] == [
            ("a的题", "failed", False, 2), ("b的题", "draft", True, 2),
        ]  # fmt: skip
        only = agenda.entries(session, NOON, NOON + 9 * DAY, agenda.Wanted(EVERYWHERE, unit="ganzi", channel="site"))
        assert [one.title for one in only] == ["b的题"]
        assert agenda.entries(session, NOON, NOON + 9 * DAY, agenda.Wanted(EVERYWHERE, sum="out")) == []
        assert [one.column for one in agenda.slots(session, NOON, NOON + 9 * DAY, EVERYWHERE)] == ["黑科技"]


def test_an_issue_nobody_writes_is_told_two_days_a_day_and_two_hours_ahead(house: House) -> None:
    with session_scope(house.engine) as session:
        column = Column(slug="lan", title="黑科技", rhythm=weekly(2), hour=9, opened_at=NOON)
        session.add(column)
        session.flush()
        issue = open_next_issue(session, column, NOON)
        assert agenda.alarm(session, issue.due_at - timedelta(hours=48, seconds=1)) == 0
        assert agenda.alarm(session, issue.due_at - timedelta(hours=48)) == 1
        assert agenda.alarm(session, issue.due_at - timedelta(hours=25)) == 0
        told = session.exec(select(Notice).where(col(Notice.subject).startswith("issue:"))).one()
        assert "《黑科技》第 1 期 11月25日 09:00 出刊，还没有稿件" in told.sentence
        near = [agenda.alarm(session, issue.due_at - timedelta(hours=one)) for one in (24, 3, 2, 1)]
        assert near == [1, 0, 1, 0]
