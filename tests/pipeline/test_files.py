"""Files appear whole or not at all, and never outside their root."""

from pathlib import Path

import pytest

from pipeline.files import link_or_copy, sync, write_atomic, write_many


def test_a_file_is_written_once_and_then_left_alone(tmp_path: Path) -> None:
    target = tmp_path / "s" / "a.html"
    assert write_atomic(target, b"one")
    stamp = target.stat().st_ino
    assert not write_atomic(target, b"one")
    assert target.stat().st_ino == stamp
    assert write_atomic(target, b"two")
    assert target.read_bytes() == b"two"
    assert [path.name for path in target.parent.iterdir()] == ["a.html"]


@pytest.mark.parametrize("path", ["../x", "/etc/x", "a/../../x", ""])
def test_a_path_outside_the_root_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(ValueError, match="越出"):
        write_many(tmp_path, {path: b"x"})


def test_a_link_shows_the_same_bytes(tmp_path: Path) -> None:
    source = tmp_path / "store"
    source.write_bytes(b"picture")
    link_or_copy(source, tmp_path / "site" / "p.jpg")
    link_or_copy(source, tmp_path / "site" / "p.jpg")
    assert (tmp_path / "site" / "p.jpg").read_bytes() == b"picture"


def test_syncing_names_the_folder_that_cannot_be_synced(tmp_path: Path) -> None:
    write_atomic(tmp_path / "s" / "a.html", b"there")
    sync(tmp_path, tmp_path / "s")
    with pytest.raises(OSError, match="nowhere"):
        sync(tmp_path / "nowhere")
