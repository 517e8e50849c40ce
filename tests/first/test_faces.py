"""Who else has a story open: seen while they say so, by whoever writes there, and nobody else."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import func, select

from cms.db import read_scope, session_scope
from cms.people import PeopleDesk, Person
from cms.stories import presence, story_named
from cms.stories.presence import HERE, WINDOWS
from cms.stories.rows import Presence
from cms.web import Desk, create_app
from pipeline.house import House
from tests.people.conftest import built as built
from tests.people.conftest import desk as desk
from tests.people.conftest import house as house
from tests.people.conftest import people as people
from tests.people.house import NOON, login_of, signed_in

EDITOR, REPORTER, ABOVE = login_of("编辑", "chengdu"), login_of("记者", "chengdu"), login_of("编辑", "sichuan")


def at(desk: Desk, now: datetime = NOON) -> Flask:
    app = create_app(replace(desk, now=lambda: now))
    app.config["WTF_CSRF_ENABLED"] = False
    return app


def says(client: FlaskClient, pane: str, slug: str = "chengdu-one", **more: object) -> tuple[list[str], bool]:
    """This window says that it is open; whose faces it is shown, and whether its own person is there twice."""
    headers = {"Accept": "application/json"}
    answer = client.post(f"/write/{slug}/here", json={"pane": pane * 16, **more}, headers=headers).json
    assert answer is not None
    return [f"{one['initial']}|{one['name']}" for one in answer["others"]], answer["twice"]


def test_each_sees_the_other_and_nobody_sees_themselves(desk: Desk, people: PeopleDesk) -> None:
    app = at(desk)
    one, other = signed_in(app, people, EDITOR), signed_in(app, people, ABOVE)
    assert says(one, "a") == ([], False)
    assert says(other, "b") == (["C|chengdu编辑"], False)
    assert says(one, "a") == (["S|sichuan编辑"], False)
    assert says(one, "c") == (["S|sichuan编辑"], True)  # their own other window: words, no face
    assert says(other, "b") == (["C|chengdu编辑"], False)  # one face, however many windows


def test_who_is_silent_is_gone_after_forty_seconds_and_who_leaves_at_once(desk: Desk, people: PeopleDesk) -> None:
    says(signed_in(at(desk), people, EDITOR), "a")
    soon = NOON + HERE - timedelta(seconds=1)
    assert says(signed_in(at(desk, soon), people, ABOVE, soon), "b")[0] == ["C|chengdu编辑"]
    late = NOON + HERE
    assert says(signed_in(at(desk, late), people, REPORTER, late), "c")[0] == ["S|sichuan编辑"]
    says(signed_in(at(desk, late), people, ABOVE, late), "b", left=True)
    assert says(signed_in(at(desk, late), people, REPORTER, late), "c")[0] == []


def test_faces_are_of_this_story_and_of_those_who_reach_it(desk: Desk, people: PeopleDesk) -> None:
    app = at(desk)
    says(signed_in(app, people, ABOVE), "a", "sichuan-one")
    assert says(signed_in(app, people, EDITOR), "b") == ([], False)
    for slug in ("ganzi-one", "no-such-story"):
        answer = signed_in(app, people, EDITOR).post(f"/write/{slug}/here", json={"pane": "b" * 16})
        assert answer.status_code == 404
    with read_scope(people.engine) as session:
        assert session.exec(select(func.count()).select_from(Presence)).one() == 2


@pytest.mark.parametrize("pane", ["", "short", "z" * 20, "a" * 41, 7])
def test_a_window_without_a_proper_mark_is_not_taken(desk: Desk, people: PeopleDesk, pane: object) -> None:
    answer = signed_in(at(desk), people, EDITOR).post("/write/chengdu-one/here", json={"pane": pane})
    assert answer.status_code == 400


def test_nobody_fills_the_table_with_windows(house: House) -> None:
    with session_scope(house.engine) as session:
        story, person = story_named(session, "chengdu-one"), session.exec(select(Person.id)).first()
        assert story is not None and person is not None
        for number in range(WINDOWS + 5):
            presence.stay(session, story.id, person, f"{number:016x}", NOON + timedelta(milliseconds=number))
            session.flush()
        panes = set(session.exec(select(Presence.pane)))
    assert panes == {f"{number:016x}" for number in range(5, WINDOWS + 5)}
