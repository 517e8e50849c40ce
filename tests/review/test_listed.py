"""What 稿件 says of a story on its way through review."""

from collections.abc import Callable
from datetime import timedelta

from flask import Flask
from sqlmodel import select

from cms.db import read_scope, session_scope
from cms.people import EVERYWHERE, PeopleDesk
from cms.releases import Delivery, listing, submitting
from cms.releases.listing import Wanted
from cms.review import Submission
from cms.review.submissions import OVERTAKEN
from pipeline.house import House
from tests.people.house import NOON, signed_in
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


def test_what_was_changed_after_it_was_sent_waits_to_be_sent_again(
    app: Flask, people: PeopleDesk, sent: Send, crew: House
) -> None:
    sent()
    with session_scope(crew.engine) as session:
        for one in session.exec(select(Delivery)):
            one.due_at = NOON + timedelta(hours=20)
    write(crew, "这是改过的第一天")
    assert says(crew) == "overtaken"
    reader = signed_in(app, people, FIRST)
    page = reader.get("/stories").text
    assert f">{OVERTAKEN}</span>" in page and ">审稿中</span>" not in page
    assert "/write/chengdu-liangzi" in reader.get("/stories?state=overtaken").text
    assert "/write/chengdu-liangzi" not in reader.get("/stories?state=review").text
    line = reader.get("/review").text.partition("其他在审的")[2]
    assert f">{OVERTAKEN}</span>" in line and "等初审员" not in line, "nobody is asked"
    coming = reader.get("/").text.partition("24 小时内要发")[2]
    assert OVERTAKEN in coming and "送审后改过，还没有重新送审。" in coming and "还没签发" not in coming
    write(crew)
    assert says(crew) == "review", "changed back, it says what was sent"
    assert ">审稿中</span>" in reader.get("/stories").text and "份还没签发。" in reader.get("/").text
    write(crew, "这是又改过的第一天")
    sent()
    assert says(crew) == "review" and OVERTAKEN not in reader.get("/").text


def test_what_is_signed_waits_for_its_hour(sent: Send, crew: House) -> None:
    number = sent()
    sign(crew, number)
    assert says(crew) == "ready"


def sign(house: House, number: int) -> None:
    """All four steps, by whom they are for."""
    for login in (FIRST, SECOND, CHIEF, CHIEF):
        left = take(house, number, login)
    assert left == []
