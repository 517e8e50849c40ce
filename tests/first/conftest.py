"""An empty machine, and a browser in front of it."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from sqlmodel import select
from werkzeug.test import Client, TestResponse

from cms.db import read_scope, session_scope
from cms.people import Person, beginning
from cms.web import Desk
from pipeline.clock import wall_clock
from pipeline.house import House, empty_house
from pipeline.serve import Opening, desk_of, first_address
from tests.people.asking import hidden

PASSWORD = "每周三上午九点发稿子"
GIVEN = {
    "house": "成都市科学技术局",
    "units": "one",
    "slug": "kejiju",
    "name": "李敏",
    "login": "limin",
    "password": PASSWORD,
    "again": PASSWORD,
}
COLUMN = {"title": "成都黑科技", "slug": "heikeji", "weekday": "2", "clock": "09:00"}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = empty_house(tmp_path / "house", wall_clock())
    yield house
    house.engine.dispose()


@pytest.fixture
def desk(house: House) -> Desk:
    return desk_of(house)


@pytest.fixture
def first(house: House) -> str:
    """Where the terminal says to begin."""
    return first_address(house, "")


@pytest.fixture
def served(house: House) -> Opening:
    return Opening(house)


@pytest.fixture
def client(served: Opening) -> Client:
    return Client(served)


def fill(client: Client, page: str, action: str = "", **words: object) -> TestResponse:
    """Fill in the form at ``page``, as a person would."""
    action = action or page
    return client.post(action, data={**hidden(client.get(page).text, action), **words})


def picture(width: int = 480, height: int = 160, kind: str = "PNG") -> io.BytesIO:
    content = io.BytesIO()
    Image.new("RGB", (width, height), "#1c5f70").save(content, kind)
    content.seek(0)
    return content


def furnished(client: Client, first: str) -> None:
    """The three steps taken, up to the editor."""
    assert fill(client, first, **GIVEN).headers["Location"] == "/start/column"
    assert fill(client, "/start/column", **COLUMN).headers["Location"] == "/start/write"
    assert fill(client, "/start/write").headers["Location"] == "/write/heikeji-001"


def people(house: House) -> list[str]:
    with read_scope(house.engine) as session:
        return sorted(session.exec(select(Person.login)))


def new_key(house: House) -> str:
    with session_scope(house.engine) as session:
        return beginning.make_key(session, wall_clock())
