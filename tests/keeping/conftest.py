"""Prepared houses, made once a worker and copied for every case."""

from pathlib import Path

import pytest

from tests.keeping.world import prepare


@pytest.fixture(scope="session")
def village(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two accounts, two stories: four deliveries, ready and due."""
    return prepare(tmp_path_factory.mktemp("village"), units=2, stories=2)
