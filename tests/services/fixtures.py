"""Fixtures of the real services, for every room's tests (``tests/conftest.py`` hands them out)."""

from collections.abc import Iterator

import pytest

from tests.services import postgres as servers
from tests.services.databases import KINDS, Databases, Files, Served
from tests.services.postgres import Postgres


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A real server, one a test process."""
    with servers.running() as server:
        yield server


@pytest.fixture(scope="session", params=KINDS)
def databases(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Databases:
    """Every test that asks for it runs on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        return Files(tmp_path_factory.mktemp("databases"))
    return Served(request.getfixturevalue("postgres"))
