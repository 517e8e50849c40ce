"""Pieces, seen from the room: quotas, leftovers, a full disk, a death before the end."""

import hashlib
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from cms.db import read_scope, session_scope
from cms.library import Added, Asset, AssetUpload, By, Facts, LibraryDesk, LibraryError, Limits
from cms.library.uploads import OffsetError, Progress, append, begin, progress, sweep
from pipeline.house import House
from pipeline.wake import shelve
from tests.library.photos import film, photo
from tests.people.house import NOON

Who = Callable[..., By]
FACTS = Facts(name="一张")


def start(desk: LibraryDesk, content: bytes, by: By, name: str = "a.jpg") -> Progress:
    return begin(desk, name, len(content), hashlib.sha256(content).hexdigest(), FACTS, by)


def lying(desk: LibraryDesk) -> list[str]:
    return sorted(one.name for one in desk.spool.glob("*") if not one.name.startswith("."))


def test_one_person_has_only_so_much_under_way(shelf: LibraryDesk, by: Who) -> None:
    few = replace(shelf, limits=Limits(under_way=2))
    start(few, photo(1), by())
    start(few, photo(1), by())  # the same one goes on: it is no second
    start(few, photo(2), by())
    with pytest.raises(LibraryError, match="最多同时 2 个"):
        start(few, photo(3), by())
    assert start(few, photo(3), by("chengdu")).here == 0  # somebody else
    little = replace(shelf, limits=Limits(unfinished=len(photo(1)) + len(photo(2)) + 10))
    with pytest.raises(LibraryError, match="加起来超过"):
        start(little, photo(4), by())


def test_what_a_day_cannot_take_is_not_begun(shelf: LibraryDesk, by: Who, hold: Callable[..., Added]) -> None:
    hold(1)
    with pytest.raises(LibraryError, match="明天再传"):
        start(replace(shelf, limits=Limits(daily=1000)), photo(2), by())


def test_nobody_sends_for_another_unit(shelf: LibraryDesk, by: Who) -> None:
    with pytest.raises(LibraryError, match="不能给这个单位"):
        start(shelf, photo(1), replace(by("ganzi"), unit_id=by("chengdu").unit_id))


def test_leftovers_are_forgotten_after_a_day(shelf: LibraryDesk, by: Who, house: House) -> None:
    old = start(shelf, photo(1), by())
    append(shelf, old.id, 0, photo(1)[:500], by())
    (shelf.spool / "nobodys").write_bytes(b"x")
    young = replace(by(), at=NOON + timedelta(hours=20))
    new = start(shelf, photo(2), young)
    append(shelf, new.id, 0, photo(2)[:500], young)
    assert lying(shelf) == sorted([old.id, new.id])  # what had no row is gone at once
    shelve(house, NOON + timedelta(hours=25))
    assert lying(shelf) == [new.id]
    with pytest.raises(LibraryError, match="过期"):
        append(shelf, old.id, 500, photo(1)[500:], by())
    assert sweep(shelf, NOON + timedelta(hours=25)) == 0


def test_bytes_that_are_not_the_file_are_thrown_away(shelf: LibraryDesk, by: Who) -> None:
    content = photo(1)
    one = start(shelf, content, by())
    with pytest.raises(LibraryError, match="不一样"):
        append(shelf, one.id, 0, content[:-1] + b"x", by())
    two = start(shelf, content, by())
    assert two.here == 0 and two.id != one.id
    with pytest.raises(LibraryError, match="不一样"):  # more than was announced
        append(shelf, two.id, 0, content + b"x", by())
    assert lying(shelf) == []
    with read_scope(shelf.engine) as session:
        assert session.exec(select(Asset)).all() == []


def test_a_death_between_the_last_byte_and_the_asset_is_made_good(shelf: LibraryDesk, by: Who) -> None:
    content = photo(1)
    one = start(shelf, content, by())
    append(shelf, one.id, 0, content[:-1], by())
    (shelf.spool / one.id).open("ab").write(content[-1:])  # it was written, and nothing after it
    assert progress(shelf, one.id, by()).here == len(content)
    done = append(shelf, one.id, len(content), b"", by()).done
    assert done is not None and done.is_new
    again = append(shelf, one.id, len(content), b"", by()).done
    assert again is not None and again.asset.id == done.asset.id


def test_a_spool_that_is_gone_starts_anew(shelf: LibraryDesk, by: Who) -> None:
    """As after a restored backup: the row is there, the bytes are not."""
    content = photo(1)
    one = start(shelf, content, by())
    append(shelf, one.id, 0, content[:100], by())
    (shelf.spool / one.id).unlink()
    with pytest.raises(OffsetError) as told:
        append(shelf, one.id, 100, content[100:], by())
    assert told.value.here == 0
    assert append(shelf, one.id, 0, content, by()).done is not None


def test_a_piece_that_was_half_written_is_taken_back(
    shelf: LibraryDesk, by: Who, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = photo(1)
    one = start(shelf, content, by())
    append(shelf, one.id, 0, content[:100], by())

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(LibraryError, match="磁盘写不进去"):
        append(shelf, one.id, 100, content[100:200], by())
    monkeypatch.undo()
    assert progress(shelf, one.id, by()).here == 100
    assert append(shelf, one.id, 100, content[100:], by()).done is not None


def test_a_film_comes_in_pieces_too(shelf: LibraryDesk, by: Who, tmp_path: object) -> None:
    content = film(tmp_path)  # type: ignore[arg-type]
    one = start(shelf, content, by(), "开幕.mp4")
    here = 0
    while here < len(content):
        made = append(shelf, one.id, here, content[here : here + 2000], by())
        here = made.here
    assert made.done is not None and made.done.asset.kind == "video"
    with session_scope(shelf.engine) as session:
        assert session.exec(select(AssetUpload.asset_id)).one() == made.done.asset.id
