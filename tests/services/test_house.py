"""A whole workspace on PostgreSQL and S3, chosen by its settings file: made, opened, released, through an outage."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlmodel import select

from assets.s3 import Bucket
from assets.store import MirroredStore
from channels.contract import AdministratorError
from cms import audit, releases
from cms.db import read_scope, session_scope
from cms.people import Person
from cms.releases import Delivery
from cms.stories import Column, weekly
from pipeline.engine import work_until_settled
from pipeline.house import DATABASE, House, build_house, open_house
from pipeline.intake import take_in
from pipeline.wake import carry
from tests.people.house import empower
from tests.pipeline.conftest import NOW, PEOPLE, two_units, write_story
from tests.pipeline.test_path import plan, press
from tests.services import postgres as servers
from tests.services.flaky import Door
from tests.services.postgres import Postgres

DONE = {"site": {"published": 2}, "feed": {"published": 2}, "wechat": {"handed_over": 2}}


def settle(root: Path, database: str, bucket: Bucket) -> None:
    root.mkdir(parents=True)
    (root / "yigao.toml").write_text(
        f'[database]\nurl = "{database}"\n[store]\nkind = "s3"\nbucket = "{bucket.name}"\n'
        f'endpoint = "{bucket.endpoint}"\n',
        encoding="utf-8",
    )


def furnish(root: Path) -> House:
    house = build_house(root, "测试", two_units(), tuple(DONE), NOW, demo=True, base_url="http://127.0.0.1:9/sites")
    with session_scope(house.engine) as session:
        session.add_all([Person(login=login, name=name) for login, name in PEOPLE])
        empower(session)
        session.add(Column(slug="heikeji", title="四川黑科技", rhythm=weekly(2), hour=9, opened_at=NOW))
    return house


def sign(house: House, story: Path) -> None:
    release = plan(house, take_in(house, story, "editor", NOW))
    press.render_release(house, release, NOW)
    sealed = press.seal_release(house, release, NOW)
    assert sealed is not None
    press.sign_release(house, sealed, "editor", "演练", NOW)


def states(house: House) -> dict[str, dict[str, int]]:
    with read_scope(house.engine) as session:
        return releases.counts(session)


@pytest.fixture
def place(postgres: Postgres, bucket: Bucket, gate: Door, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("YIGAO_STORE__ACCESS_KEY", bucket.access_key)
    monkeypatch.setenv("YIGAO_STORE__SECRET_KEY", bucket.secret_key)
    settle(tmp_path / "one", servers.text(postgres.create()), replace(bucket, endpoint=gate.url))
    return tmp_path / "one"


@pytest.mark.proves("F20")
def test_a_release_goes_out_while_the_bucket_is_down(place: Path, gate: Door, tmp_path: Path) -> None:
    gate.strike("down")
    house = furnish(place)
    sign(house, write_story(tmp_path / "desk"))
    work_until_settled(house, "test", lambda: NOW)
    assert states(house) == DONE
    assert isinstance(house.store, MirroredStore)
    waiting = house.store.waiting()
    assert waiting and carry(house) == 0
    gate.strike("")
    assert carry(house) == len(waiting) and house.store.waiting() == []
    with read_scope(house.engine) as session:
        assert audit.verify(session) is None
    house.engine.dispose()


@pytest.mark.proves("F20")
def test_a_second_machine_shares_rows_and_bytes(place: Path, gate: Door, tmp_path: Path) -> None:
    house = furnish(place)
    sign(house, write_story(tmp_path / "desk"))
    carry(house)
    other_root = tmp_path / "two"
    other_root.mkdir()
    for name in ("yigao.toml", "yigao.key"):
        (other_root / name).write_bytes((place / name).read_bytes())
    other = open_house(other_root)
    gate.strike("down")
    work_until_settled(other, "two", lambda: NOW)
    with read_scope(other.engine) as session:
        rows = session.exec(select(Delivery)).all()
        assert {one.state for one in rows} == {"ready"}
        assert all("稍后会自动重试" in one.reason and one.next_at for one in rows)
    gate.strike("")
    later = max(one.next_at for one in rows if one.next_at)
    work_until_settled(other, "two", lambda: later)
    assert states(other) == DONE
    house.engine.dispose()
    other.engine.dispose()


def test_a_workspace_is_known_by_its_settings(place: Path) -> None:
    with pytest.raises(AdministratorError, match="还没有工作区，请先运行 yigao init"):
        open_house(place)
    house = furnish(place)
    assert not (place / DATABASE).exists()
    with pytest.raises(AdministratorError, match="已经是一个工作区"):
        furnish(place)
    again = open_house(place)
    assert states(again) == states(house) == {}
    house.engine.dispose()
    again.engine.dispose()
