"""The newsroom over a real house: two prefectures, a county, another province, a story and people in each."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from cms.db import session_scope
from cms.matrix import Matrix, Unit, built_in, load_matrix
from cms.people import PeopleDesk
from cms.people.roles import ROLES, tree
from cms.stories import save
from cms.web import Desk, create_app
from pipeline.house import House, build_house, open_house
from pipeline.serve import desk_of
from tests.people.house import NOON, hire

TEXT = "---\nslug: {slug}\nheadline: {headline}\ndigest: 一句话。\nbyline: 记者 张三\n---\n\n正文一段。\n"
CHANNELS = ("site", "wechat", "shipinhao")


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The house, made once."""
    root = tmp_path_factory.mktemp("people") / "house"
    whole = load_matrix(built_in())
    matrix = Matrix(tuple(one for one in whole.units if one.slug in ("sichuan", "chengdu", "ganzi")))
    house = build_house(root, "四川科技", matrix, CHANNELS, NOON, demo=False, base_url="https://kj.test")
    with session_scope(house.engine) as session:
        chengdu = next(one for one, slug, _ in tree(session).rows if slug == "chengdu")
        session.add(Unit(slug="yunnan", name="云南省科学技术厅", short="云南"))
        session.add(Unit(slug="wuhou", name="武侯区科学技术局", short="武侯", parent_id=chengdu))
        session.flush()
        for unit_id, slug, _ in tree(session).rows:
            text = TEXT.format(slug=f"{slug}-one", headline=f"{slug}的稿件")
            save(session, f"{slug}-one", text, f"{slug}的稿件", "somebody", NOON, unit_id=unit_id)
            for number, role in enumerate(ROLES):
                hire(session, f"{slug}.{number}", f"{slug}{role}", role, slug, house.wires.vault)
    house.engine.dispose()
    return root


@pytest.fixture
def house(built: Path, tmp_path: Path) -> Iterator[House]:
    shutil.copytree(built, tmp_path / "house")
    house = open_house(tmp_path / "house")
    yield house
    house.engine.dispose()


@pytest.fixture
def desk(house: House) -> Desk:
    return desk_of(house, lambda: NOON)


@pytest.fixture
def people(desk: Desk) -> PeopleDesk:
    return desk.people


@pytest.fixture
def app(desk: Desk) -> Flask:
    return create_app(desk)
