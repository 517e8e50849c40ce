"""Fixtures of the real services, for every room's tests (``tests/conftest.py`` hands them out)."""

from collections.abc import Iterator

import pytest

from assets.s3 import Bucket
from tests.services import buckets
from tests.services import postgres as servers
from tests.services.databases import KINDS, Databases, Files, Served
from tests.services.flaky import Door, door
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


@pytest.fixture(scope="session", params=buckets.SERVERS)
def s3(request: pytest.FixtureRequest) -> Iterator[Bucket]:
    """Every test that asks for it runs against both servers."""
    with buckets.running(request.param) as found:
        yield found


@pytest.fixture
def bucket(s3: Bucket) -> Bucket:
    """A new, empty bucket."""
    return buckets.fresh(s3)


@pytest.fixture
def gate(s3: Bucket) -> Iterator[Door]:
    """A door before the server, that can be made to fail."""
    with door(s3.endpoint) as found:
        yield found
