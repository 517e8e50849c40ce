"""The one path: a file becomes a story, a release, signed renditions, published pages and packages."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import feedparser
import pytest
from sqlmodel import Session, select

from channels import canonical, slots
from channels.contract import StoryError
from channels.values import Finding
from cms import releases, review
from cms.db import read_scope, session_scope
from cms.manuscript import import_story
from cms.matrix import Account
from cms.releases import Attempt, Delivery, Item, Receipt, Target
from cms.stories import Revision, newest, story_named
from pipeline import ledger, press
from pipeline.engine import work_until_settled
from pipeline.export import Exported, export_story
from pipeline.house import House
from pipeline.intake import Imported, take_in, take_in_text
from tests.pipeline.conftest import NOW, write_story


def plan(house: House, imported: Imported, policy: review.Policy = review.REHEARSAL, **target: object) -> int:
    with session_scope(house.engine) as session:
        revision = session.get_one(Revision, imported.revision_id)
        return releases.plan(session, [revision], Target(**target), NOW, "editor", policy, now=NOW).id  # type: ignore[arg-type]


def send(house: House, imported: Imported) -> int:
    release = plan(house, imported)
    press.render_release(house, release, NOW)
    sealed = press.seal_release(house, release, NOW)
    assert sealed is not None
    press.sign_release(house, sealed, "editor", "演练", NOW)
    work_until_settled(house, "test", lambda: NOW)
    return release


def states(house: House, release: int | None = None) -> dict[str, dict[str, int]]:
    with read_scope(house.engine) as session:
        return releases.counts(session, release)


def deliveries(session: Session, channel: str) -> list[Delivery]:
    query = select(Delivery).where(Delivery.account_id == Account.id, Account.channel == channel)
    return list(session.exec(query))


def test_a_story_reaches_every_account(house: House, story: Path) -> None:
    send(house, take_in(house, story, "editor", NOW))
    assert states(house) == {
        "feed": {"published": 2},
        "site": {"published": 2},
        "toutiao": {"handed_over": 2},
        "wechat": {"handed_over": 2},
        "weibo": {"handed_over": 2},
    }
    page = (house.sites / "ganzi" / "s" / "hong-tu.html").read_text(encoding="utf-8")
    assert "只有甘孜读者看得到这一段" in page
    assert "2026-11-18 09:00" in page
    assert "签发：编辑" in page
    assert "只有甘孜读者" not in (house.sites / "chengdu" / "s" / "hong-tu.html").read_text(encoding="utf-8")
    for name in ("index.html", "c/heikeji.html", "m/2026-11.html"):
        assert "红色的图" in (house.sites / "ganzi" / name).read_text(encoding="utf-8")


def test_the_feed_names_the_page_that_is_there(house: House, story: Path) -> None:
    send(house, take_in(house, story, "editor", NOW))
    feed = feedparser.parse((house.sites / "chengdu" / "feed.xml").read_bytes())
    assert feed.bozo == 0
    entry = feed.entries[0]
    assert entry.link == "http://127.0.0.1:9/sites/chengdu/s/hong-tu.html"
    assert entry.id == "tag:127.0.0.1,2026:chengdu/hong-tu"
    for picture in [word.split('"')[0] for word in entry.content[0].value.split('src="')[1:]]:
        assert (house.sites / "chengdu" / picture.split("/sites/chengdu/")[1]).is_file()


@pytest.mark.proves("I6")
def test_what_was_sent_is_what_was_signed(house: House, story: Path) -> None:
    send(house, take_in(house, story, "editor", NOW))
    with read_scope(house.engine) as session:
        for delivery in deliveries(session, "site"):
            part = house.rendition(delivery.rendition_hash).parts[0]
            item = session.exec(select(Item).where(Item.delivery_id == delivery.id)).one()
            page = (house.sites / item.guid.split(":")[2].split("/")[0] / slots.story_path("hong-tu")).read_text()
            assert slots.fill_text(part.body, part.slots, item.fills) in page
            signed = session.get_one(review.SealedRendition, (delivery.sealed_set_id, delivery.id))
            stored = canonical.digest(house.rendition(delivery.rendition_hash))
            assert signed.rendition_hash == delivery.rendition_hash == stored


@pytest.mark.proves("I3")
def test_every_send_has_its_intent_and_its_receipt(house: House, story: Path) -> None:
    send(house, take_in(house, story, "editor", NOW))
    with read_scope(house.engine) as session:
        published = [*deliveries(session, "site"), *deliveries(session, "feed")]
        attempts = {one.delivery_id: one for one in session.exec(select(Attempt))}
        receipts = {one.delivery_id: one for one in session.exec(select(Receipt))}
    for delivery in published:
        assert attempts[delivery.id].outcome == "published"
        assert attempts[delivery.id].request_hash == delivery.rendition_hash
        assert receipts[delivery.id].address.endswith("/s/hong-tu.html")
        assert delivery.lease_owner == "" and delivery.verified


def test_the_lawful_path_needs_three_people_in_order(make_house: Callable[..., House], story: Path) -> None:
    house = make_house(demo=False)
    imported = take_in(house, story, "editor", NOW)
    release = plan(house, imported, review.LAWFUL)
    press.render_release(house, release, NOW)
    sealed = press.seal_release(house, release, NOW)
    assert sealed is not None
    steps = [("yi", "初审"), ("er", "复审"), ("san", "终审"), ("san", "签发")]
    with pytest.raises(review.SignError):
        press.sign_release(house, sealed, "editor", "自己审自己", NOW, "初审")
    for place, (login, step) in enumerate(steps, 1):
        if step == review.ISSUE:
            with pytest.raises(review.SignError, match="还没有通读"):
                press.sign_release(house, sealed, login, "没看就签", NOW, step)
            with session_scope(house.engine) as session:
                review.read_all(session, session.get_one(review.SealedSet, sealed), ledger.person(session, login), NOW)
        assert work_until_settled(house, "test", lambda: NOW) == 0
        missing = press.sign_release(house, sealed, login, f"{step}通过", NOW, step)
        assert missing == [step for _, step in steps[place:]]
    work_until_settled(house, "test", lambda: NOW)
    assert states(house)["site"] == {"published": 2}


def test_a_rehearsal_is_refused_outside_a_demo(make_house: Callable[..., House], story: Path) -> None:
    house = make_house(demo=False)
    release = plan(house, take_in(house, story, "editor", NOW))
    press.render_release(house, release, NOW)
    with pytest.raises(review.SignError, match="演示工作区"):
        press.seal_release(house, release, NOW)


@pytest.mark.proves("I7", "F15")
def test_nothing_goes_out_before_its_time_nor_long_after(house: House, story: Path) -> None:
    imported = take_in(house, story, "editor", NOW)
    release = plan(house, imported)
    press.render_release(house, release, NOW)
    sealed = press.seal_release(house, release, NOW)
    assert sealed is not None
    press.sign_release(house, sealed, "editor", "演练", NOW)
    assert work_until_settled(house, "test", lambda: NOW - timedelta(seconds=1)) == 0
    work_until_settled(house, "test", lambda: NOW + timedelta(hours=25))
    assert states(house)["site"] == {"held": 2}
    with read_scope(house.engine) as session:
        assert "错过" in deliveries(session, "wechat")[0].reason


@pytest.mark.parametrize(
    ("embargo", "state"), [("2026-11-18T09:00:01+08:00", "held"), ("2026-11-18T09:00:00", "rendered")]
)
@pytest.mark.proves("I14")
def test_nothing_goes_out_under_embargo(house: House, tmp_path: Path, embargo: str, state: str) -> None:
    text = f"---\nslug: jin-fa\nheadline: 禁发的稿件\nembargo: {embargo}\n---\n\n正文。\n"
    imported = take_in_text(house, text, "jin-fa.md", tmp_path, "editor", NOW)
    release = plan(house, imported)
    press.render_release(house, release, NOW)
    assert {found for row in states(house, release).values() for found in row} == {state}


def test_a_dirty_text_is_held_everywhere_and_a_clean_copy_offered(house: House, tmp_path: Path) -> None:
    text = "內(nèi)容是科(kē)技(jì)服(fú)務(wù)，內(nèi)蒙古自治區(qū)的設(shè)備開(kāi)放。\n" * 8
    text = f"---\nslug: zang\nheadline: 脏稿\n---\n\n{text}"
    imported = take_in_text(house, text, "zang.md", tmp_path, "editor", NOW)
    assert imported.is_blocked
    assert imported.cleaned is not None
    assert "nèi" not in imported.cleaned.read_text(encoding="utf-8")
    release = plan(house, imported)
    press.render_release(house, release, NOW)
    assert press.seal_release(house, release, NOW) is None
    assert {state for row in states(house, release).values() for state in row} == {"held"}
    with read_scope(house.engine) as session:
        assert "拼音" in deliveries(session, "site")[0].reason


def test_a_file_that_is_no_text_is_refused_with_its_line(house: House, tmp_path: Path) -> None:
    bad = tmp_path / "gbk.md"
    bad.write_bytes("第一行\n第二行".encode() + "国".encode("gbk"))
    with pytest.raises(StoryError, match=r"gbk\.md:2：文件不是 UTF-8"):
        take_in(house, bad, "editor", NOW)
    with pytest.raises(StoryError, match="没有这个文件"):
        take_in(house, tmp_path / "none.md", "editor", NOW)


def test_an_unknown_unit_blocks_at_its_line(house: House, tmp_path: Path) -> None:
    path = write_story(tmp_path, text=STORY_FOR_NOBODY)
    found = [one for one in take_in(house, path, "editor", NOW).findings if one.rule == "matrix.unit.unknown"]
    assert [(one.level, one.line, one.excerpt) for one in found] == [("block", 7, "chengd")]
    assert "是不是“chengdu”" in found[0].message


STORY_FOR_NOBODY = """---
slug: {slug}
headline: {headline}
---

正文。
:::region units=chengd
只给没有的单位。
:::
"""


def test_saving_the_same_text_again_is_the_same_revision(house: House, story: Path) -> None:
    first = take_in(house, story, "editor", NOW)
    again = take_in(house, story, "editor", NOW)
    assert (first.revision_id, first.manuscript) == (again.revision_id, again.manuscript)
    assert all(isinstance(one, Finding) for one in again.findings)


def test_an_export_comes_back_as_the_same_manuscript(house: House, story: Path, tmp_path: Path) -> None:
    imported = take_in(house, story, "editor", NOW)
    send(house, imported)
    out = tmp_path / "out"
    assert export_story(house, "hong-tu", out, NOW) == Exported(6)
    again = import_story(out / "story" / "hong-tu.md", house.pictures)
    assert again.manuscript is not None
    assert canonical.digest(again.manuscript) == imported.manuscript
    for unit in ("chengdu", "ganzi"):
        names = {path.name for path in (out / unit).iterdir()}
        assert {"wechat.html", "wechat.json", "weibo.json", "toutiao.html", "toutiao.json"} <= names
        fields = json.loads((out / unit / "wechat.json").read_text(encoding="utf-8"))
        assert fields["title"] == "红色的图"


def test_the_drafts_keep_their_pictures_for_the_next_edit(house: House, story: Path) -> None:
    imported = take_in(house, story, "editor", NOW)
    text = story.read_text(encoding="utf-8") + "\n又添一句。\n"
    later = take_in_text(house, text, "hong-tu.md", house.drafts / "hong-tu", "editor", NOW)
    assert later.number == imported.number + 1
    assert not later.is_blocked
    with read_scope(house.engine) as session:
        found = story_named(session, "hong-tu")
        assert found is not None
        last = newest(session, found)
        assert last is not None and last.manuscript_hash == later.manuscript != imported.manuscript
