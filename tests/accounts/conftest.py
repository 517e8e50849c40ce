"""A house with two prefectures whose accounts can be given an interface, the sandbox platforms on a real port, and a
clock that a test moves."""

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlmodel import select

from channels.making.sandbox import Book
from cms.db import read_scope, session_scope
from cms.matrix import Account, Matrix, built_in, load_matrix
from cms.people import PeopleDesk
from cms.people.roles import ROLES
from cms.web import Desk, create_app
from pipeline.desk_press import HousePress
from pipeline.house import House, build_house, open_house
from pipeline.sandbox_console import with_console
from pipeline.sandboxes import Sandboxes, SandboxServer
from pipeline.serve import desk_of
from tests.people.house import NOON, hire

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
    root = tmp_path_factory.mktemp("accounts") / "house"
    whole = load_matrix(built_in())
    matrix = Matrix(tuple(one for one in whole.units if one.slug in ("sichuan", "chengdu", "ganzi")))
    house = build_house(root, "四川科技", matrix, CHANNELS, NOON, demo=False, base_url="https://kj.test")
    with session_scope(house.engine) as session:
        for slug in ("sichuan", "chengdu", "ganzi"):
            for number, role in enumerate(ROLES):
                hire(session, f"{slug}.{number}", f"{slug}{role}", role, slug, house.wires.vault)
    house.engine.dispose()
    return root


@pytest.fixture
def house(furnished: Path, tmp_path: Path) -> Iterator[House]:
    shutil.copytree(furnished, tmp_path / "house")
    house = open_house(tmp_path / "house")
    yield house
    house.engine.dispose()


@pytest.fixture
def clock() -> Moment:
    return Moment()


@pytest.fixture
def server(clock: Moment) -> Iterator[SandboxServer]:
    sandboxes = Sandboxes(Book(), clock, sleep=lambda seconds: None)
    with_console(sandboxes)
    with SandboxServer(sandboxes) as started:
        yield started


@pytest.fixture
def desk(house: House, clock: Moment) -> Desk:
    return desk_of(house, clock)


@pytest.fixture
def press(desk: Desk) -> HousePress:
    assert isinstance(desk.press, HousePress)
    return desk.press


@pytest.fixture
def people(desk: Desk) -> PeopleDesk:
    return desk.people


@pytest.fixture
def app(desk: Desk) -> Flask:
    return create_app(desk)


def number_of(people: PeopleDesk, key: str) -> int:
    with read_scope(people.engine) as session:
        return session.exec(select(Account.id).where(Account.key == key)).one()
