"""Where a rehearsal is played: in a folder of its own, in memory where it fits."""

from pathlib import Path

import pytest

from channels.contract import AdministratorError
from pipeline.rehearse_cli import MEMORY, _room


def test_what_fits_into_memory_is_played_there_and_what_does_not_on_the_disk() -> None:
    small, large = _room(None, 1), _room(None, 1 << 60)
    try:
        assert (small.parent == MEMORY) == MEMORY.is_dir()
        assert large.parent != MEMORY
        assert small != large and not any(small.iterdir())
    finally:
        small.rmdir()
        large.rmdir()


def test_a_named_folder_is_taken_only_when_it_is_empty(tmp_path: Path) -> None:
    assert _room(tmp_path / "new", 1 << 60) == tmp_path / "new"
    (tmp_path / "new" / "mine.txt").write_text("mine")
    with pytest.raises(AdministratorError, match="已经有东西"):
        _room(tmp_path / "new", 1)
