"""A site that was half dressed when the server was killed is dressed whole by the next; and one thread's manners."""

import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from channels.contract import LaterError
from cms.db import session_scope
from cms.matrix import Account, Unit, looks
from pipeline import sites
from pipeline.house import open_house
from pipeline.one_thread import OneThread
from pipeline.relooking import Relooking, catch_up, late
from tests.pipeline.conftest import NOW
from tests.pipeline.sites_world import Town
from tests.pipeline.sites_world import made_once as made_once
from tests.pipeline.sites_world import town as town
from tests.pipeline.test_crash import ROOT

BUILD = """
import sys
from datetime import datetime
from pathlib import Path
from pipeline.house import open_house
from pipeline.relooking import Relooking
house, made = open_house(Path(sys.argv[1])), Relooking()
made.begin(house, ["ganzi"], lambda: datetime.fromisoformat(sys.argv[2]))
made.wait()
"""
HEAD = "格桑科技"


def give_look(town: Town, masthead: str = HEAD, base: int = 0) -> None:
    with session_scope(town.house.engine) as session:
        unit_id = session.exec(select(Unit.id).where(Unit.slug == "ganzi")).one()
        looks.save(session, unit_id, {"masthead": masthead} if masthead else {}, base, "editor", "换刊头", NOW)


def dressed(town: Town, head: str = HEAD) -> set[bool]:
    """Whether the pages of 甘孜 wear this head: all, none, or both kinds."""
    pages = (town.house.sites / "ganzi" / "s").glob("*.html")
    return {head in one.read_text(encoding="utf-8") for one in pages}


@pytest.mark.parametrize("point", ["site.page:1", "site.lists:1"])
def test_a_server_killed_while_it_dresses_a_site_finishes_it_when_it_is_back(town: Town, point: str) -> None:
    assert late(town.house) == frozenset() and catch_up(town.house, lambda: NOW) == []
    give_look(town)
    assert late(town.house) == {"ganzi"} and dressed(town) == {False}
    killed = subprocess.run(
        [sys.executable, "-c", BUILD, str(town.house.root), NOW.isoformat()],
        cwd=ROOT, env={**os.environ, "YIGAO_CRASH_AT": point}, timeout=120, check=False,
    )  # fmt: skip
    assert killed.returncode == -signal.SIGKILL
    if point == "site.page:1":
        assert dressed(town) == {True, False}
    again = open_house(town.house.root)
    assert late(again) == {"ganzi"}
    assert catch_up(again, lambda: NOW + timedelta(minutes=1)) == []  # the dead one's lease is still running
    after = NOW + sites.LEASE + timedelta(seconds=1)
    assert catch_up(again, lambda: after) == ["ganzi"]
    assert dressed(town) == {True} and HEAD in town.text("index.html") and late(again) == frozenset()
    assert catch_up(again, lambda: after) == [] and town.survivors() == []


def test_a_look_that_was_saved_and_never_begun_is_put_on_and_taken_off(town: Town) -> None:
    give_look(town)
    assert catch_up(town.house, lambda: NOW) == ["ganzi"] and dressed(town) == {True}
    give_look(town, "", base=1)
    assert late(town.house) == {"ganzi"}
    assert catch_up(town.house, lambda: NOW) == ["ganzi"] and dressed(town) == {False}


def test_another_logo_is_a_look_of_every_site_and_of_none_that_is_not_there(town: Town) -> None:
    with session_scope(town.house.engine) as session:
        _set_logo(session, town.house.store.put(b"x"))
    there = {one.name for one in town.house.sites.iterdir() if one.is_dir()}
    assert late(town.house) == there and "ganzi" in there
    (town.house.sites / "ganzi").rename(town.house.root / "elsewhere")
    assert late(town.house) == there - {"ganzi"}


def _set_logo(session: Session, digest: str) -> None:
    for account in session.exec(select(Account).where(col(Account.channel) == "site")):
        account.settings = {**account.settings, "logo": f"{digest} 40 20"}


def test_a_look_saved_while_the_site_is_dressed_is_put_on_after(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    give_look(town)
    real = sites.read

    def read(session: Session, unit: str) -> sites.Site:
        found = real(session, unit)
        monkeypatch.setattr(sites, "read", real)
        give_look(town, "雪山科技", base=1)
        return found

    monkeypatch.setattr(sites, "read", read)
    made = Relooking()
    made.begin(town.house, ["ganzi", "nowhere"], lambda: NOW)
    made.wait()
    assert dressed(town, HEAD) == {True} and late(town.house) == {"ganzi"}
    assert catch_up(town.house, lambda: NOW) == ["ganzi"] and dressed(town, "雪山科技") == {True}


def test_a_site_that_is_publishing_waits_and_one_in_trouble_stops_no_other(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    with session_scope(town.house.engine) as session:
        _set_logo(session, town.house.store.put(b"x"))
    tried: list[str] = []

    def rebuild(house: object, unit: str, now: object) -> None:
        tried.append(unit)
        raise LaterError("正在发布") if unit == "chengdu" else OSError("no room")

    monkeypatch.setattr(sites, "rebuild", rebuild)
    assert catch_up(town.house, lambda: NOW) == [] and tried == sorted(late(town.house)) and len(tried) > 1


def test_one_thread_does_each_once_in_order_and_outlives_what_fails() -> None:
    gate, done = threading.Event(), []

    def work(task: str) -> None:
        gate.wait(10)
        done.append(task)
        if task == "b":
            raise ValueError(task)

    made = OneThread("test", work)
    made.begin({})
    made.wait()
    made.begin({"a": "a", "b": "b"})
    made.begin({"b": "b", "c": "c"})
    gate.set()
    made.wait()
    assert done == ["a", "b", "c"]
    made.begin({"a": "again"})
    made.wait()
    assert done[-1] == "again"
