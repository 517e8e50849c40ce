"""The house the tests copy is the house ``yigao init`` makes."""

import sqlite3
from contextlib import closing
from pathlib import Path

from pipeline import house as real
from pipeline.house import DATABASE, KEY
from tests.pipeline.conftest import CHANNELS, NOW, two_units
from tests.pipeline.houses import build_house


def test_a_copied_house_is_the_one_that_would_have_been_made(tmp_path: Path) -> None:
    rows, made = [], []
    for name, build in (("first", build_house), ("copied", build_house), ("real", real.build_house)):
        house = build(tmp_path / name, "厅", two_units(), CHANNELS, NOW, demo=False, base_url="https://kj.test")
        house.engine.dispose()
        with closing(sqlite3.connect(tmp_path / name / DATABASE)) as there:
            rows.append([line for line in there.iterdump() if line.startswith("INSERT")])
            made.append(there.execute("SELECT type, name, tbl_name FROM sqlite_master ORDER BY 1, 2, 3").fetchall())
    assert rows[0] == rows[1] == rows[2]
    assert made[0] == made[1] == made[2]
    assert len({(tmp_path / name / KEY).read_bytes() for name in ("first", "copied", "real")}) == 3
