"""The index of our own accounts (账册): by it a site is what it would be built whole, and its size costs nothing."""

import random
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from channels.feed import build as feeds
from channels.making.entries import Entry, State
from channels.site import pages
from cms.db import session_scope
from cms.stories import Column, weekly
from pipeline import adding, crash, sites
from pipeline.engine import work_until_settled
from pipeline.house import _rendition
from pipeline.shelf import opened
from pipeline.shown import Shown
from tests.ledger.world import Died
from tests.pipeline.conftest import NOW
from tests.pipeline.sites_world import Town
from tests.pipeline.sites_world import made_once as made_once
from tests.pipeline.sites_world import town as town
from tests.site.test_site_pages import frame

TABS = (pages.Tab(slug="heikeji", name="四川黑科技"), pages.Tab(slug="kuaixun", name="科技快讯"))


DRESSED = replace(frame(), tabs=TABS)


def entry(number: int, chance: random.Random, state: State = "published") -> Entry:
    at = NOW - timedelta(hours=chance.randrange(24 * 90))
    return Entry(
        slug=f"s-{number}", path=f"s/s-{number}.html", headline=f"第 {number} 篇", digest="一句话", published_at=at,
        changed_at=at if state == "published" else at + timedelta(hours=30), guid=f"tag:{number}", state=state,
        notice="" if state == "published" else "说明", column="x",
        column_slug=chance.choice(("heikeji", "kuaixun", "")),
    )  # fmt: skip


def shown(one: Entry) -> Shown:
    return Shown(1, "k", "r", one.published_at, one.guid, "")


@pytest.mark.parametrize("seed", range(4))
def test_the_touched_lists_are_those_of_the_whole_site(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    states: tuple[State, ...] = ("published", "published", "published", "retracted", "corrected", "expired")
    those = {f"tag:{n}": entry(n, chance, chance.choice(states)) for n in range(95)}
    with opened(tmp_path / "s" / "shelf.db") as shelf:
        shelf.fill((one, shown(one)) for one in those.values())
        there = pages.render_site(list(those.values()), DRESSED)
        for number in [*range(95, 125), 7, 100]:  # two come once more, elsewhere
            new = entry(number, chance)
            old = shelf.place(new, shown(new))
            touched = [new, old] if old is not None else [new]
            there |= {path: text.encode() for path, text in adding.site_lists(shelf, touched, DRESSED).items()}
            those[new.guid] = new
            whole = pages.render_site(list(those.values()), DRESSED)
            assert {path: there[path] for path in whole} == whole


@pytest.mark.parametrize("column", ["", "heikeji"])
def test_a_feed_finds_all_it_shows_on_the_shelf(tmp_path: Path, column: str) -> None:
    chance = random.Random(5)
    states: tuple[State, ...] = ("published", "retracted", "corrected")
    those = {one.guid: one for one in (entry(n, chance, states[n % 3]) for n in range(200))}
    mine = [one for one in those.values() if not column or one.column_slug == column]
    with opened(tmp_path / "shelf.db") as shelf:
        shelf.fill((one, shown(one)) for one in those.values())
        found = [those[one.guid] for one in shelf.latest_shown(column, feeds.LAST, feeds.CHANGED)]
    assert len(found) < len(mine)
    assert feeds.column_feed(found, DRESSED, "c", "栏目") == feeds.column_feed(mine, DRESSED, "c", "栏目")


def as_built_whole(town: Town) -> dict[str, str]:
    for unit in ("ganzi", "chengdu"):
        sites.rebuild(town.house, unit, lambda: NOW)
    return town.all_texts()


def test_published_by_the_shelf_a_site_is_the_same_to_the_byte(town: Town) -> None:
    town.send("huang-tu", "黄色的山脊")
    town.send("bai-tu", "白色的雪线")
    by_shelf = town.all_texts()
    assert by_shelf == as_built_whole(town)
    town.retract("hong-tu")
    town.send("hei-tu", "黑色的岩石")  # the index does not fit what was called back: everything is built anew
    town.send("lv-tu", "绿色的草场")
    by_shelf = town.all_texts()
    assert "本稿" in by_shelf["s/hong-tu.html"] or "撤回" in by_shelf["s/hong-tu.html"]
    assert by_shelf == as_built_whole(town)


def reads(town: Town, slug: str, headline: str) -> int:
    """How many renditions were asked for to publish one story more on all sites."""
    _rendition.cache_clear()
    town.send(slug, headline)
    return sum(_rendition.cache_info()[:2])


def test_more_in_the_archive_is_no_more_work_for_the_pages(town: Town) -> None:
    first = "蓝白红黑黄绿青紫"
    site_only = [reads(town, f"tu-{n}", f"{first[n % 8]}色的第 {n} 座山") for n in range(22)]
    assert site_only[-1] == site_only[-2] == site_only[-3]  # the feed has its twenty, the site asks for none


@pytest.mark.parametrize("words", [b"", b"not a database at all, but long enough to be looked at" * 40])
def test_a_lost_or_broken_index_is_made_anew(town: Town, words: bytes) -> None:
    town.send("huang-tu", "黄色的山脊")
    for file in (town.house.sites.parent / "shelf").iterdir():
        file.write_bytes(words)
    town.send("bai-tu", "白色的雪线")
    assert town.all_texts() == as_built_whole(town)
    assert "黄色的山脊" in town.text("index.html") and "白色的雪线" in town.text("index.html")


def test_a_new_column_renews_every_page_lists_have(town: Town) -> None:
    with session_scope(town.house.engine) as session:
        session.add(Column(slug="xin", title="新开的栏目", rhythm=weekly(1), hour=9, opened_at=NOW))
    town.send("huang-tu", "黄色的山脊")
    assert "新开的栏目" in town.text("m/2026-11.html") and "新开的栏目" in town.text("404.html")
    by_shelf, whole = town.all_texts(), as_built_whole(town)
    lists = [path for path in whole if not path.startswith("s/")]
    assert [by_shelf[path] for path in lists] == [whole[path] for path in lists]


@pytest.mark.parametrize("point", ["site.page", "site.lists", "feed.files", "files.placed"])
def test_a_death_while_publishing_by_the_shelf_leaves_nothing_wrong(town: Town, point: str) -> None:
    town.send("huang-tu", "黄色的山脊")

    def die(name: str) -> None:
        if name == point:
            crash.watch = None
            raise Died(name)

    crash.watch = die
    with pytest.raises(Died):
        town.send("bai-tu", "白色的雪线")
    assert crash.watch is None
    later = NOW + timedelta(minutes=5)
    work_until_settled(town.house, "other", lambda: later)
    assert "白色的雪线" in town.text("index.html") and "白色的雪线" in town.text("feed.xml")
    assert town.all_texts() == as_built_whole(town)
