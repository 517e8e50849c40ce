"""Houses for the tests: what ``yigao init`` makes takes twenty migrations, so the same one is made once a process."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from cms.matrix import Matrix
from pipeline import house as real
from pipeline.house import DATABASE, House, open_house
from tests.pictures import pictures

_made: dict[tuple[object, ...], bytes] = {}


def build_house(
    root: Path, name: str, matrix: Matrix, channels: Sequence[str], now: datetime, *, demo: bool, base_url: str
) -> House:
    """``pipeline.house.build_house``, its database copied from the first made alike; key and store are its own."""
    if root.exists():  # a settings file may name another database, or there is a house already
        return real.build_house(root, name, matrix, channels, now, demo=demo, base_url=base_url)
    alike = (name, matrix, tuple(channels), now, demo, base_url)
    if alike not in _made:
        house = real.build_house(root, name, matrix, channels, now, demo=demo, base_url=base_url)
        house.engine.dispose()  # the last connection brings the log into the file
        _made[alike] = (root / DATABASE).read_bytes()
        return _quick(house)
    root.mkdir(parents=True)
    (root / DATABASE).write_bytes(_made[alike])
    return _quick(open_house(root))


def _quick(house: House) -> House:
    return replace(house, pictures=pictures(house.store))
