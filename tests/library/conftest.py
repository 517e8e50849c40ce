"""The library over a real house: the newsroom of tests/people, with real photos."""

from collections.abc import Callable
from pathlib import Path

import pytest

from cms.db import read_scope
from cms.library import Added, By, Facts, LibraryDesk, add
from cms.people import PeopleDesk, Scope
from cms.people.roles import tree
from cms.web import Desk
from pipeline.house import House
from tests.library.photos import photo
from tests.people.conftest import app as app
from tests.people.conftest import built as built
from tests.people.conftest import desk as desk
from tests.people.conftest import house as house
from tests.people.conftest import people as people
from tests.people.house import NOON

OWN = Facts(name="高原天文台", alt="雪山下的圆顶", author="李编辑", licence="自有")


@pytest.fixture
def shelf(house: House, desk: Desk) -> LibraryDesk:
    assert desk.library is not None
    return desk.library


@pytest.fixture
def by(people: PeopleDesk) -> Callable[..., By]:
    """Who acts: an editor of a unit, reaching it and those below."""

    def one(unit: str = "sichuan", login: str = "") -> By:
        with read_scope(people.engine) as session:
            units = tree(session)
        own = next(number for number, slug, _ in units.rows if slug == unit)
        mine = tuple((number, slug) for number, slug, _ in units.rows if number in units.below(own))
        return By(login or f"{unit}.1", Scope(mine), own, NOON)

    return one


@pytest.fixture
def hold(shelf: LibraryDesk, by: Callable[..., By]) -> Callable[..., Added]:
    """Have a unit hold a photo."""

    def one(seed: int = 1, unit: str = "sichuan", facts: Facts = OWN) -> Added:
        return add(shelf, photo(seed), facts, by(unit), "照片.jpg")

    return one


@pytest.fixture
def spool(shelf: LibraryDesk) -> Path:
    return shelf.spool
