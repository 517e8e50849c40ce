"""Prepared houses, made once a worker and copied for every case."""

from pathlib import Path

import pytest

from tests.ledger.world import prepare


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three stories on two accounts: six deliveries."""
    return prepare(tmp_path_factory.mktemp("prepared"))
