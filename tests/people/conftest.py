"""The newsroom over a real house: two prefectures, a county, another province, a story and people in each."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cms.db import session_scope
from cms.matrix import Unit
from cms.people.roles import tree
from cms.stories import save
from cms.web import Desk
from pipeline.house import House
from pipeline.serve import desk_of
from tests.people.house import NOON
from tests.people.newsroom import app as app
from tests.people.newsroom import copied, prefectures, staff
from tests.people.newsroom import people as people

TEXT = "---\nslug: {slug}\nheadline: {headline}\ndigest: 一句话。\nbyline: 记者 张三\n---\n\n正文一段。\n"
CHANNELS = ("site", "wechat", "shipinhao")


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The house, made once."""
    house = prefectures(tmp_path_factory.mktemp("people") / "house", CHANNELS)
    with session_scope(house.engine) as session:
        chengdu = next(one for one, slug, _ in tree(session).rows if slug == "chengdu")
        session.add(Unit(slug="yunnan", name="云南省科学技术厅", short="云南"))
        session.add(Unit(slug="wuhou", name="武侯区科学技术局", short="武侯", parent_id=chengdu))
        session.flush()
        for unit_id, slug, _ in tree(session).rows:
            text = TEXT.format(slug=f"{slug}-one", headline=f"{slug}的稿件")
            save(session, f"{slug}-one", text, f"{slug}的稿件", "somebody", NOON, unit_id=unit_id)
        staff(session, [slug for _, slug, _ in tree(session).rows], house.wires.vault)
    house.engine.dispose()
    return house.root


@pytest.fixture
def house(built: Path, tmp_path: Path) -> Iterator[House]:
    with copied(built, tmp_path / "house") as house:
        yield house


@pytest.fixture
def desk(house: House) -> Desk:
    return desk_of(house, lambda: NOON)
