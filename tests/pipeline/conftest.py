"""A small real house: real SQLite, real files, two prefectures, a story with a picture."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from cms.db import session_scope
from cms.matrix import Matrix, built_in, load_matrix
from cms.people import Person
from cms.stories import Column, weekly
from pipeline.house import House
from tests.people.house import empower
from tests.pipeline.houses import build_house

NOW = datetime(2026, 11, 18, 1, 0, tzinfo=UTC)
CHANNELS = ("site", "feed", "wechat", "weibo", "toutiao")
STORY = """---
slug: {slug}
headline: {headline}
digest: 一句话说清楚。
byline: 记者 张三
column: 四川黑科技
column_slug: heikeji
cover: pictures/red.png
published: 2026-11-18
---

第一段，说明这是一篇{headline}。

![一张红色的图](pictures/red.png "图注"){{credit="本社"}}

:::region units=ganzi
只有甘孜读者看得到这一段。
:::
"""


def write_story(folder: Path, slug: str = "hong-tu", headline: str = "红色的图", text: str = STORY) -> Path:
    (folder / "pictures").mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (1200, 800), "#aa3322").save(folder / "pictures" / "red.png")
    path = folder / f"{slug}.md"
    path.write_text(text.format(slug=slug, headline=headline), encoding="utf-8")
    return path


def two_units() -> Matrix:
    matrix = load_matrix(built_in())
    return Matrix(tuple(unit for unit in matrix.units if unit.slug in ("sichuan", "chengdu", "ganzi")))


@pytest.fixture
def make_house(tmp_path: Path) -> Iterator[Callable[..., House]]:
    made: list[House] = []

    def make(demo: bool = True, channels: tuple[str, ...] = CHANNELS, root: Path = tmp_path / "house") -> House:
        base_url = "http://127.0.0.1:9/sites" if demo else "https://kj.test"
        house = build_house(root, "测试", two_units(), channels, NOW, demo=demo, base_url=base_url)
        with session_scope(house.engine) as session:
            session.add_all([Person(login=login, name=name) for login, name in PEOPLE])
            empower(session)
            session.add(Column(slug="heikeji", title="四川黑科技", rhythm=weekly(2), hour=9, opened_at=NOW))
        made.append(house)
        return house

    yield make
    for house in made:
        house.engine.dispose()


PEOPLE = (("editor", "编辑"), ("yi", "一审员"), ("er", "二审员"), ("san", "三审员"))


@pytest.fixture
def house(make_house: Callable[..., House]) -> House:
    return make_house()


@pytest.fixture
def story(tmp_path: Path) -> Path:
    return write_story(tmp_path / "desk")
