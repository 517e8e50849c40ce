"""The newsroom over a house, for tests of its pages: the house made once and copied, everybody in it, and its app."""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from sqlmodel import Session

from cms.matrix import Matrix, built_in, load_matrix
from cms.matrix.wires import Vault
from cms.people import PeopleDesk
from cms.people.roles import ROLES
from cms.web import Desk, create_app
from pipeline.house import House, build_house, open_house
from tests.people.house import NOON, hire

UNITS = ("sichuan", "chengdu", "ganzi")


def prefectures(root: Path, channels: tuple[str, ...]) -> House:
    """A house of one province and two prefectures, with accounts on these channels and nobody in it yet."""
    matrix = Matrix(tuple(one for one in load_matrix(built_in()).units if one.slug in UNITS))
    return build_house(root, "四川科技", matrix, channels, NOON, demo=False, base_url="https://kj.test")


def staff(session: Session, units: Iterable[str], vault: Vault) -> None:
    """One person a role in each of these units: chengdu.0 is called chengdu记者."""
    for unit in units:
        for number, role in enumerate(ROLES):
            hire(session, f"{unit}.{number}", f"{unit}{role}", role, unit, vault)


@contextmanager
def copied(made: Path, root: Path) -> Iterator[House]:
    """A copy of a house that was made once, for one test."""
    shutil.copytree(made, root)
    house = open_house(root)
    yield house
    house.engine.dispose()


@pytest.fixture
def people(desk: Desk) -> PeopleDesk:
    """The people of the ``desk`` a conftest gives."""
    return desk.people


@pytest.fixture
def app(desk: Desk) -> Flask:
    """The pages of the ``desk`` a conftest gives."""
    return create_app(desk)
