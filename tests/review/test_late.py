"""签发 after the slot: whoever gives the last signature is told that it sends at once, and says so, or moves it."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import col, select

from cms.db import read_scope, session_scope
from cms.people import Notice
from cms.releases import Delivery, Release, late, submitting
from cms.releases.moving import reschedule
from cms.review import SignError, Submission
from pipeline.house import House
from tests.people.house import NOON
from tests.review.conftest import CHIEF, FIRST, SECOND, person
from tests.review.test_rooms import Send, take


@pytest.fixture
def number(sent: Send, crew: House) -> int:
    """All but the last signature is there; the slot is a day after NOON, 12:00 in Beijing."""
    made = sent()
    for login in (FIRST, SECOND, CHIEF):
        take(crew, made, login)
    return made


def sign(house: House, number: int, now: datetime, *, at_once: bool = False) -> list[str]:
    with session_scope(house.engine) as session:
        one, me = session.get_one(Submission, number), person(session, CHIEF)
        return submitting.take_step(session, one, me, "同意。", now, at_once=at_once)


def slot(house: House, number: int) -> datetime:
    with read_scope(house.engine) as session:
        return session.get_one(Submission, number).due_at


def told(house: House) -> list[str]:
    with read_scope(house.engine) as session:
        return [one.sentence for one in session.exec(select(Notice).order_by(col(Notice.id)))]


def states(house: House) -> set[str]:
    with read_scope(house.engine) as session:
        return set(session.exec(select(Delivery.state)))


def test_in_time_and_in_the_page_s_grace_nothing_is_asked(number: int, crew: House) -> None:
    assert sign(crew, number, slot(crew, number) + late.GRACE) == []
    assert "已经过时，现在就发" in told(crew)[-1], "never a time that is over as if it were to come"


def test_later_it_must_be_said(number: int, crew: House) -> None:
    at = slot(crew, number) + timedelta(hours=2)
    with pytest.raises(SignError, match="已过 2 小时：签齐后立即发布。这一次没有签：确定现在发"):
        sign(crew, number, at)
    assert states(crew) == {"rendered"}
    assert sign(crew, number, at, at_once=True) == []
    assert states(crew) == {"ready"}
    assert "现在就发" in told(crew)[-1]


def test_at_night_even_a_minute_must_be_said(number: int, crew: House) -> None:
    with session_scope(crew.engine) as session:
        one = session.get_one(Submission, number)
        night = NOON.replace(hour=15, minute=30)  # 23:30 in Beijing
        reschedule(session, session.get_one(Release, one.release_id), night, CHIEF, "", NOON)
    with pytest.raises(SignError, match="现在 23:31，是夜间静默时段"):
        sign(crew, number, night + timedelta(minutes=1))
    assert sign(crew, number, night + timedelta(minutes=1), at_once=True) == []


def test_what_would_not_go_out_any_more_is_not_signed(number: int, crew: House) -> None:
    at = slot(crew, number) + timedelta(hours=30)
    for at_once in (False, True):
        with pytest.raises(SignError, match="已过 30 小时：现在签了也不会自动发出，请先改到将来的时间再签"):
            sign(crew, number, at, at_once=at_once)
    with session_scope(crew.engine) as session:
        one = session.get_one(Submission, number)
        reschedule(session, session.get_one(Release, one.release_id), at + timedelta(hours=1), CHIEF, "", at)
    assert sign(crew, number, at) == []


def test_the_steps_before_the_last_send_nothing_and_are_signed(sent: Send, crew: House) -> None:
    made = sent()
    with session_scope(crew.engine) as session:
        one, at = session.get_one(Submission, made), slot(crew, made) + timedelta(hours=3)
        me = person(session, FIRST)
        submitting.take_step(session, one, me, "同意。", at)
    assert "已过 3 小时：签齐后立即发布" in told(crew)[-1], "whoever is next hears of it"
