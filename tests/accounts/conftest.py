"""A house with two prefectures whose accounts can be given an interface, the sandbox platforms on a real port, and a
clock that a test moves."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlmodel import select

from cms.db import read_scope, session_scope
from cms.matrix import Account
from cms.people import PeopleDesk
from cms.web import Desk
from pipeline.desk_press import HousePress
from pipeline.house import House
from pipeline.sandboxes import SandboxServer
from pipeline.serve import desk_of
from tests.people.house import NOON
from tests.people.newsroom import UNITS, copied, prefectures, staff
from tests.people.newsroom import app as app
from tests.people.newsroom import people as people
from tests.sandboxed import sandbox_server

CHANNELS = ("site", "wechat", "weibo", "shipinhao")


class Moment:
    """The clock of a test."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The house, made once."""
    house = prefectures(tmp_path_factory.mktemp("accounts") / "house", CHANNELS)
    with session_scope(house.engine) as session:
        staff(session, UNITS, house.wires.vault)
    house.engine.dispose()
    return house.root


@pytest.fixture
def house(furnished: Path, tmp_path: Path) -> Iterator[House]:
    with copied(furnished, tmp_path / "house") as house:
        yield house


@pytest.fixture
def clock() -> Moment:
    return Moment()


@pytest.fixture
def server(clock: Moment) -> Iterator[SandboxServer]:
    with sandbox_server(clock) as started:
        yield started


@pytest.fixture
def desk(house: House, clock: Moment) -> Desk:
    return desk_of(house, clock)


@pytest.fixture
def press(desk: Desk) -> HousePress:
    assert isinstance(desk.press, HousePress)
    return desk.press


def number_of(people: PeopleDesk, key: str) -> int:
    with read_scope(people.engine) as session:
        return session.exec(select(Account.id).where(Account.key == key)).one()
