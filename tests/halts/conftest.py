"""Prepared houses, made once a worker and copied for every case."""

from pathlib import Path

import pytest

from tests.halts.flashing import CHANNELS
from tests.halts.order import DUE_IN
from tests.ledger import platforms_world
from tests.ledger.world import prepare


@pytest.fixture(scope="session")
def due(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three stories on two accounts, signed and due now."""
    return prepare(tmp_path_factory.mktemp("due"))


@pytest.fixture(scope="session")
def coming(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, due in twenty minutes."""
    return prepare(tmp_path_factory.mktemp("coming"), due=DUE_IN)


@pytest.fixture(scope="session")
def province(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two units on every channel: our own outputs, interfaces, by hand; no story yet."""
    return platforms_world.prepare(
        tmp_path_factory.mktemp("flash"), CHANNELS, stories=0, own=("site", "feed"), by_hand=("toutiao", "shipinhao"),
    )  # fmt: skip
