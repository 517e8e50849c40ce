"""The room of review: a submission from the author's desk to ready deliveries, and every refusal on the way."""

from collections.abc import Callable

from sqlmodel import select

from cms import review
from cms.db import session_scope
from cms.releases import Delivery, submitting
from cms.review import FINAL, ISSUE, Submission, submissions
from cms.review import SECOND as FU
from pipeline.house import House
from tests.people.house import NOON
from tests.review.conftest import CHIEF, FIRST, SECOND, person, state

Send = Callable[..., int]


def take(house: House, number: int, login: str, read: tuple[str, ...] = ("site", "wechat")) -> list[str]:
    """One step by one person, as their page does it."""
    with session_scope(house.engine) as session:
        one, me = session.get_one(Submission, number), person(session, login)
        turn, sealed = submissions.turn_of(session, one), submissions.sealed_of(session, one)
        if turn is not None and turn.step in review.MANUSCRIPT_STEPS:
            review.proof_next(session, one.manuscript_hash, me, NOON)
        elif sealed is not None:
            for channel in read:
                review.read_channel(session, sealed, channel, me, NOON)
        return submitting.take_step(session, one, me, "同意。", NOON)


def test_the_whole_way_of_an_ordinary_story(sent: Send, crew: House) -> None:
    number = sent()
    assert state(crew, number) == "reviewing"
    assert take(crew, number, FIRST) == [FU, FINAL, ISSUE]
    assert take(crew, number, SECOND) == [FINAL, ISSUE]
    assert take(crew, number, CHIEF) == [ISSUE]
    assert take(crew, number, CHIEF) == []
    assert state(crew, number) == "signed"
    with session_scope(crew.engine) as session:
        release = session.get_one(Submission, number).release_id
        assert {one.state for one in session.exec(select(Delivery).where(Delivery.release_id == release))} == {"ready"}
