"""A backup carries the library whole; and the commands on the machine."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from cms.db import read_scope, session_scope
from cms.library import Added, Asset, AssetUse, By, LibraryDesk, listed
from cms.library.search import Wanted
from cms.library.uploads import append
from cms.people import EVERYWHERE
from cms.stories import NamedDate
from pipeline.backup import back_up
from pipeline.house import House, open_house
from pipeline.restore import restore
from tests.library.conftest import OWN
from tests.library.photos import film, photo
from tests.library.test_room import write
from tests.library.test_uploads import start
from tests.people.house import NOON
from tests.pipeline.test_cli import yigao


def test_a_restored_house_has_its_library_with_bytes_and_days(
    house: House, shelf: LibraryDesk, hold: Callable[..., Added], by: Callable[..., By], tmp_path: Path
) -> None:
    one = hold(1, facts=replace(OWN, until=NOON.date() + timedelta(days=5))).asset
    write(house, one.hash)
    begun = start(shelf, photo(2), by())
    append(shelf, begun.id, 0, photo(2)[:100], by())
    with session_scope(house.engine) as session:
        session.add(NamedDate(day=NOON.date(), notice=2026, name="元旦", is_off=True))
    kept = back_up(house, tmp_path / "kept.tar.gz", "editor", NOON)
    assert kept.missing == () and {one.hash, one.thumb} <= set(kept.manifest.objects)
    restore(tmp_path / "kept.tar.gz", tmp_path / "again", "editor", "试恢复", NOON, house.root / "yigao.key")
    again = open_house(tmp_path / "again")
    with read_scope(again.engine) as session:
        row = session.exec(select(Asset)).one()
        assert row.model_dump() == one.model_dump()
        assert session.exec(select(AssetUse).where(AssetUse.asset_hash == one.hash)).one()
        assert session.exec(select(NamedDate.day)).one() == NOON.date()
    assert again.store.get(one.hash) == house.store.get(one.hash)
    assert start(again.library, photo(2), by()).here == 0  # what was on its way begins anew
    again.engine.dispose()


def test_a_backup_names_a_picture_that_is_lost(house: House, hold: Callable[..., Added], tmp_path: Path) -> None:
    one = hold(1).asset
    house.store.delete(one.hash)
    assert back_up(house, tmp_path / "kept.tar.gz", "editor", NOON).missing == (one.hash,)


def test_the_commands_add_find_and_show(house: House, tmp_path: Path) -> None:
    (tmp_path / "雪山.jpg").write_bytes(photo(1))
    (tmp_path / "开幕.mp4").write_bytes(film(tmp_path))
    files = (tmp_path / "雪山.jpg", tmp_path / "开幕.mp4")
    told = ("--licence", "自有", "--author", "李编辑", "--unit", "chengdu", "-w", house.root)
    assert "已收好，第 1 号" in yigao("library", "add", *files, *told)[1]
    again = json.loads(yigao("library", "add", files[0], *told, "--json")[1])
    assert [(one["number"], one["is_new"]) for one in again] == [(1, False)]
    with read_scope(house.engine) as session:
        assert listed(session, EVERYWHERE, Wanted(unit="chengdu"), NOON.date())[1] == 2
        one = session.get_one(Asset, 1)
    write(house, one.hash)
    found = json.loads(yigao("library", "list", "雪山", "-w", house.root, "--json")[1])
    assert found["total"] == 1 and found["assets"][0]["used"] == 1 and found["assets"][0]["unit"] == "成都"
    shown = yigao("library", "show", "1", "-w", house.root)[1]
    assert "sichuan-star" in shown and "李编辑" in shown


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("show", "77"), "没有第 77 号"),
        (("add", "nothing.jpg"), "没有文件"),
        (("add", "nothing.jpg", "--unit", "atlantis"), "没有单位"),
    ],
)
def test_the_commands_say_what_is_wrong(house: House, args: tuple[str, ...], said: str) -> None:
    code, _, err = yigao("library", *args, "-w", house.root)
    assert code == 1 and said in err
