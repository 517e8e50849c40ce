"""Prepared houses for recalls: made once a worker, copied for every case."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.ledger import platforms_world, world

CHANNELS = ("site", "feed", "wechat", "weibo", "toutiao")


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One story on two accounts of the neutral platform, due in an hour."""
    return world.prepare(tmp_path_factory.mktemp("neutral"), stories=1, due=timedelta(hours=1))


@pytest.fixture(scope="session")
def province(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two signed stories on the accounts of two units: own outputs, two interfaces, one by hand; due in an hour."""
    return platforms_world.prepare(
        tmp_path_factory.mktemp("province"), CHANNELS, stories=2, due=timedelta(hours=1), own=("site", "feed"),
        by_hand=("toutiao",),
    )  # fmt: skip
