"""What makes a new version with one click says before whose signatures it loses, and does nothing without a word."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select

from cms.db import read_scope
from cms.people import PeopleDesk
from cms.releases import Delivery
from pipeline.house import House
from tests.people.asking import fill
from tests.people.house import signed_in
from tests.review.conftest import AUTHOR, CHIEF, FIRST, SECOND, write
from tests.review.test_apart import apart
from tests.review.test_rooms import take

Send = Callable[..., int]
WRITE = "/write/chengdu-liangzi"
ON = f"{WRITE}/on/wechat"


def states(house: House) -> set[tuple[str, bool]]:
    """The state of each delivery, and whether an edit voided it."""
    with read_scope(house.engine) as session:
        return {(one.state, one.voided_by is not None) for one in session.exec(select(Delivery))}


def signed(crew: House, sent: Send) -> None:
    number = sent()
    for login in (FIRST, SECOND, CHIEF, CHIEF):
        take(crew, number, login)
    assert states(crew) == {("ready", False)}


@pytest.fixture
def author(app: Flask, people: PeopleDesk) -> FlaskClient:
    return signed_in(app, people, AUTHOR)


def behind(crew: House) -> None:
    """公众号 has two states of its own text, and the main one went on since."""
    write(crew)
    apart(crew, long="全长四万米")
    apart(crew, daily="每天讲解四次")
    write(crew, "这是第二天")


def history(crew: House) -> None:
    write(crew, "这是最早的一天")
    write(crew)


@pytest.mark.parametrize(
    ("before", "page", "action"),
    [
        (history, f"{WRITE}/history?from=2&to=1", f"{WRITE}/restore"),
        (behind, f"{ON}/follow", f"{ON}/follow"),
        (behind, f"{ON}/main", f"{ON}/main"),
        (behind, f"{ON}/history?number=2", f"{ON}/restore"),
    ],
)
def test_signatures_are_lost_only_to_somebody_who_was_told(
    crew: House, sent: Send, author: FlaskClient, before: Callable[[House], None], page: str, action: str
) -> None:
    before(crew)
    signed(crew, sent)
    stands = re.search(r'id="standing"[^>]*><p>([^<]+)</p>', author.get(WRITE).text)
    shown = author.get(page).text
    assert stands and stands[1] in shown, "the sentence of 写与看"
    for words in ("初审 初审员", "2 份", "重新送审"):
        assert words in stands[1]
    assert 'name="void" value="yes" required' in shown
    chosen = dict.fromkeys(re.findall(r'name="(choice-\d+)"', shown), "main")
    refused = fill(author, page, action, **chosen)
    assert refused.status_code == 422 and "仍要改，请勾选" in refused.text and "初审 初审员" in refused.text
    assert states(crew) == {("ready", False)}, "nothing was done"
    assert fill(author, page, action, void="yes", **chosen).status_code == 303
    assert states(crew) == {("held", True)}


def test_where_nobody_signed_nothing_is_asked(crew: House, sent: Send, author: FlaskClient) -> None:
    history(crew)
    sent()
    page = f"{WRITE}/history?from=2&to=1"
    assert 'name="void"' not in author.get(page).text
    assert fill(author, page, f"{WRITE}/restore").status_code == 303
