"""A real house with two units, and the archive of a site that was there before it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assets.fetch import Fetcher
from cms.db import session_scope
from cms.people import Person
from cms.stories import Column, weekly
from pipeline.archive_import import Importer, Order, Report
from pipeline.house import House
from tests.archive.server import Server, running
from tests.pipeline.conftest import two_units
from tests.pipeline.houses import build_house

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
SITE = "https://kj.old.test"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = build_house(
        tmp_path / "house",
        "测试厅",
        two_units(),
        ("site", "feed", "wechat"),
        NOW,
        demo=False,
        base_url="https://kj.test",
    )
    with session_scope(made.engine) as session:
        session.add_all([Person(login="wang", name="王归档"), Person(login="li", name="李编辑")])
        session.add(Column(slug="heikeji", title="四川黑科技", rhythm=weekly(2), hour=9, opened_at=NOW))
    yield made
    made.engine.dispose()


@pytest.fixture
def bring(house: House) -> Callable[..., Report]:
    """Import a source into the site of 成都, on 王归档's word."""

    def run(source: Path | str, fetcher: Fetcher | None = None, now: datetime = NOW, **order: object) -> Report:
        given = {"unit": "chengdu", "by": "wang", "reason": "旧站关停，依据川科办〔2026〕1号归档", **order}
        return Importer(house, Order(str(source), **given), lambda: now, fetcher or Fetcher()).run()  # type: ignore[arg-type]

    return run


@pytest.fixture
def server() -> Iterator[Server]:
    with running() as made:
        yield made


def jekyll(root: Path, count: int = 3, body: str = "正文第 {n} 篇。\n") -> Path:
    """A Jekyll folder of ``count`` posts, a day apart."""
    (root / "_posts").mkdir(parents=True)
    (root / "_config.yml").write_text("title: 旧站\npermalink: pretty\n", encoding="utf-8")
    for n in range(1, count + 1):
        month, day = 1 + n // 28 % 12, 1 + n % 28
        path = root / "_posts" / f"2015-{month:02}-{day:02}-post-{n}.md"
        text = f"---\ntitle: 第 {n} 篇\ndate: 2015-{month:02}-{day:02} 10:00:00 +0800\n---\n\n{body.format(n=n)}"
        path.write_text(text, encoding="utf-8")
    return root


FEED = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:atom="http://www.w3.org/2005/Atom"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>旧站</title><link>{site}/</link>{older}
{items}</channel></rss>"""
ITEM = """<item><title>旧闻 {n}</title><link>{site}/show.php?id={n}</link><guid>old-{n}</guid>
<pubDate>Mon, 02 Mar 2015 10:0{n}:00 +0800</pubDate><dc:creator>张三</dc:creator><category>科普</category>
<description>摘要</description><content:encoded><![CDATA[<p>{words}</p>]]></content:encoded></item>"""


def rss(numbers: range, older: str = "", words: str = "旧闻的正文。") -> bytes:
    """An RSS feed of these entries; ``older`` is the address of the next page."""
    items = "".join(ITEM.format(n=n, site=SITE, words=words) for n in numbers)
    link = f'<atom:link rel="next" href="{older}"/>' if older else ""
    return FEED.format(site=SITE, items=items, older=link).encode()
