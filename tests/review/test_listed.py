"""What 稿件 says of a story on its way through review."""

from collections.abc import Callable

from cms.db import read_scope, session_scope
from cms.people import EVERYWHERE
from cms.releases import listing, submitting
from cms.releases.listing import Wanted
from cms.review import Submission
from pipeline.house import House
from tests.people.house import NOON
from tests.review.conftest import AUTHOR, CHIEF, FIRST, SECOND, person, write
from tests.review.test_rooms import take

Send = Callable[..., int]


def says(house: House, slug: str = "chengdu-liangzi") -> str:
    with read_scope(house.engine) as session:
        rows, _ = listing.listed(session, EVERYWHERE, Wanted(words=slug))
        (one,) = [one for one in rows if one.slug == slug]
        found, _ = listing.listed(session, EVERYWHERE, Wanted(words=slug, state=one.state))
    assert slug in {one.slug for one in found}
    return one.state


def test_sent_returned_taken_back_and_signed(sent: Send, crew: House) -> None:
    write(crew)
    assert says(crew) == "draft"
    number = sent(drawn=False)
    assert says(crew) == "review", "the press room is still making it"
    with session_scope(crew.engine) as session:
        one, first = session.get_one(Submission, number), person(session, FIRST)
        submitting.send_back(session, one, first, ["错别字"], "第二段", NOON)
    assert says(crew) == "returned"
    write(crew, "这是第二天")
    assert says(crew) == "returned", "until it is sent again it is the author's turn"
    number = sent()
    assert says(crew) == "review"
    with session_scope(crew.engine) as session:
        submitting.pull(session, session.get_one(Submission, number), person(session, AUTHOR), NOON)
    assert says(crew) == "draft"
    number = sent()
    for login in (FIRST, SECOND):
        take(crew, number, login)
    assert says(crew) == "review"


def test_what_is_signed_waits_for_its_hour(sent: Send, crew: House) -> None:
    number = sent()
    sign(crew, number)
    assert says(crew) == "ready"


def sign(house: House, number: int) -> None:
    """All four steps, by whom they are for."""
    for login in (FIRST, SECOND, CHIEF, CHIEF):
        left = take(house, number, login)
    assert left == []
