"""A house whose two sites have stories out, and what a worker does to them when one is called back."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image
from sqlmodel import col, select

from cms.db import read_scope, session_scope
from cms.matrix import Account, profiles_of
from cms.people import Person
from cms.releases import Advisory, Delivery, Item, Recall, Remedy
from cms.stories import Column, story_named, weekly
from pipeline import advised, build, press, sites
from pipeline.engine import work_until_settled
from pipeline.house import House, open_house
from pipeline.intake import take_in
from pipeline.tabs import tabs_of
from pipeline.verify_sites import Survivor, survivors
from tests.people.house import empower
from tests.pipeline.conftest import NOW, PEOPLE, two_units, write_story
from tests.pipeline.houses import build_house
from tests.pipeline.test_path import plan

LATER = NOW + timedelta(hours=3)
WRONG = "省科技厅王处长说，这台仪器两年后投入运行"
RIGHT = "省科技厅王副处长说，这台仪器三年后投入运行"
TEXT = """---
slug: {slug}
headline: {headline}
digest: {headline}，一句话说清楚来龙去脉。
byline: 记者 张三
column: 四川黑科技
column_slug: heikeji
cover: pictures/red.png
---

{first}

![一张{headline}的图](pictures/red.png "图注"){{credit="本社"}}

这一段讲的是{headline}的来历，谁也没有改过它。
"""


@dataclass(frozen=True)
class Town:
    """A house with two prefectures' sites and feeds, and what a test does to them."""

    house: House
    desk: Path

    def send(self, slug: str, headline: str, first: str = WRONG, colour: str = "#aa3322") -> None:
        imported = take_in(self.house, self.written(slug, headline, first, colour), "editor", NOW)
        release = plan(self.house, imported)
        press.render_release(self.house, release, NOW)
        sealed = press.seal_release(self.house, release, NOW)
        assert sealed is not None
        press.sign_release(self.house, sealed, "editor", "演练", NOW)
        work_until_settled(self.house, "test", lambda: NOW)

    def written(self, slug: str, headline: str, first: str, colour: str) -> Path:
        path = write_story(self.desk, slug, headline, TEXT.replace("{first}", first))
        Image.new("RGB", (1200, 800), colour).save(self.desk / "pictures" / "red.png")
        return path

    def call_back(self, kind: str, slug: str, sentence: str, at: datetime = LATER, manuscript: str = "") -> None:
        """The rows of a recall as they stand once it is carried out on our own accounts."""
        with session_scope(self.house.engine) as session:
            story = story_named(session, slug)
            assert story is not None
            recall = Recall(
                kind={"corrected": "correction", "retracted": "retraction", "expired": "expiry"}[kind],
                origin_id=story.id, reason="核实有误", notice=sentence, policy="correction", state="settled",
                proposed_by="editor", created_at=at, approved_by="san", approved_at=at,
            )  # fmt: skip
            session.add(recall)
            session.flush()
            mine = (Item.origin_id == story.id, Item.account_id == Account.id, col(Account.channel).in_(advised.OURS))
            for item, account in session.exec(select(Item, Account).where(*mine)).all():
                said = {"origin_id": story.id, "account_id": account.id, "recall_id": recall.id, "kind": kind}
                session.add(Advisory(**said, sentence=sentence, at=at))
                if manuscript:
                    session.add(self.amended(session, recall, item, account, manuscript))
                elif kind == "retracted":
                    item.fate = "withdrawn"
                    session.add(item)

    def amended(self, session, recall: Recall, item: Item, account: Account, manuscript: str) -> Remedy:  # type: ignore[no-untyped-def]
        profile = profiles_of(session, [account.id])[account.id]
        made, _ = press.render_job(
            press.Job(0, profile, (self.house.manuscript(manuscript),)), self.house.pictures, LATER
        )
        assert made is not None
        return Remedy(
            recall_id=recall.id, item_id=item.id, delivery_id=item.delivery_id, account_id=account.id, action="amend",
            state="done", rendition_hash=self.house.keep(made), changed_at=LATER,
        )  # fmt: skip

    def correct(self, slug: str, headline: str, first: str = RIGHT, colour: str = "#aa3322") -> None:
        notice = f"\n:::correction\n更正日期: 2026-11-18\n更正前: {WRONG}\n更正为: {RIGHT}\n:::\n"
        path = self.written(slug, headline, notice + "\n" + first, colour)
        imported = take_in(self.house, path, "editor", LATER)
        assert not imported.is_blocked, imported.findings
        self.call_back("corrected", slug, "职务和时间写错，已改正。", manuscript=imported.manuscript)
        self.publish(slug)

    def retract(self, slug: str, sentence: str = "数据来源存疑，予以撤回。") -> None:
        self.call_back("retracted", slug, sentence)
        self.publish(slug)

    def publish(self, slug: str, units: tuple[str, ...] = ("sichuan", "chengdu", "ganzi")) -> None:
        """What a worker does with our own accounts, site first."""
        for unit in units:
            for channel in advised.OURS:
                self.publish_one(f"{channel}:{unit}", slug)

    def publish_one(self, key: str, slug: str) -> list[build.Placed]:
        with read_scope(self.house.engine) as session:
            account = session.exec(select(Account).where(Account.key == key)).one_or_none()
            if account is None:
                return []
            rows = advised.shown_items(session, account.id)
            concerned = [one for item, one in rows if session.get_one(Delivery, one.id).stories[0][0] == slug]
            new = advised.shown(session, account, concerned)
            old = advised.all_shown(session, account, but=concerned)
            profile, tabs = profiles_of(session, [account.id])[account.id], tabs_of(session)
        return build.publish(self.house, profile, tabs, new, old)

    def text(self, path: str, unit: str = "ganzi") -> str:
        return (self.house.sites / unit / path).read_text(encoding="utf-8")

    def all_texts(self, unit: str = "ganzi") -> dict[str, str]:
        folder = self.house.sites / unit
        return {
            one.relative_to(folder).as_posix(): one.read_text(encoding="utf-8")
            for one in folder.rglob("*")
            if one.is_file() and one.parent.name != "p"
        }

    def pictures(self, unit: str = "ganzi") -> set[str]:
        return {one.name for one in (self.house.sites / unit / "p").iterdir()}

    def survivors(self, unit: str = "ganzi") -> list[Survivor]:
        with read_scope(self.house.engine) as session:
            site = sites.read(session, unit)
        return [one for one in survivors(self.house, site, NOW) if one.counts]

    def kinds(self, unit: str = "ganzi") -> set[tuple[str, str]]:
        return {(one.kind, one.path) for one in self.survivors(unit)}


def founded(root: Path) -> Town:
    """Two stories out on the sites and feeds of two prefectures."""
    house = build_house(
        root / "house", "测试", two_units(), ("site", "feed"), NOW, demo=True, base_url="http://127.0.0.1:9/sites"
    )
    with session_scope(house.engine) as session:
        session.add_all([Person(login=login, name=name) for login, name in PEOPLE])
        empower(session)
        session.add(Column(slug="heikeji", title="四川黑科技", rhythm=weekly(2), hour=9, opened_at=NOW))
    made = Town(house, root / "desk")
    made.send("lan-tu", "蓝色的图谱与它的主人", "另一篇稿件的第一段，和别的都不一样", "#2233aa")
    made.send("hong-tu", "红色的仪器上山记")
    return made


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The town, founded once."""
    root = tmp_path_factory.mktemp("town")
    founded(root).house.engine.dispose()
    return root


@pytest.fixture
def town(made_once: Path, tmp_path: Path) -> Iterator[Town]:
    """A copy of the town for each test."""
    shutil.copytree(made_once / "house", tmp_path / "house")
    house = open_house(tmp_path / "house")
    yield Town(house, tmp_path / "desk")
    house.engine.dispose()
