"""Our own sites after a correction, a retraction, an end: what readers and machines find, and what is left of it."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import feedparser
import pytest
from sqlmodel import col, select

from channels.site import redirects
from cms.db import read_scope, session_scope
from cms.matrix import Account
from cms.releases import Recall, Remedy
from pipeline import advised, build, crash, sites, traces
from pipeline.engine import work_until_settled
from tests.pipeline.conftest import NOW
from tests.pipeline.sites_world import LATER, RIGHT, WRONG, Town
from tests.pipeline.sites_world import made_once as made_once
from tests.pipeline.sites_world import town as town


def entries(town: Town, name: str = "feed.xml") -> dict[str, feedparser.FeedParserDict]:
    read = feedparser.parse((town.house.sites / "ganzi" / name).read_bytes())
    assert read.bozo == 0
    return {one.link.rsplit("/", 1)[1]: one for one in read.entries}


@pytest.mark.keeps("outputs")
def test_a_correction_keeps_address_and_guid_and_says_so_everywhere(town: Town) -> None:
    before = entries(town)["hong-tu.html"]
    town.correct("hong-tu", "红色的仪器上山记")
    page = town.text("s/hong-tu.html")
    assert RIGHT in page and "更正于" in page and "2026-11-18 12:00" in page and "职务和时间写错，已改正。" in page
    assert page.count(WRONG) == 1 and f"原文“{WRONG}”有误" in page
    for path in ("index.html", "c/heikeji.html", "m/2026-11.html"):
        assert town.text(path).count("（更正）") == 1, path
    for name in ("feed.xml", "atom.xml"):
        after = entries(town, name)["hong-tu.html"]
        assert (after.id, after.published) == (before.id, entries(town, name)["hong-tu.html"].published)
        assert after.title == "红色的仪器上山记（更正）" and after.updated == "2026-11-18T12:00:00+08:00"
        assert RIGHT in after.content[0].value
    assert "更正" not in town.text("s/lan-tu.html")
    assert town.survivors() == []


@pytest.mark.keeps("outputs")
def test_a_picture_that_was_wrong_goes_with_the_version_that_showed_it(town: Town) -> None:
    before = town.pictures()
    town.correct("hong-tu", "红色的仪器上山记", colour="#11aa55")
    assert before - town.pictures() and town.pictures() - before
    assert town.survivors() == []


@pytest.mark.keeps("outputs")
def test_a_retraction_leaves_the_notice_and_nothing_else(town: Town) -> None:
    before, guid = town.pictures(), entries(town)["hong-tu.html"].id
    town.retract("hong-tu")
    for path, text in town.all_texts().items():
        assert "红色的仪器" not in text and "王处长" not in text, path
    page = town.text("s/hong-tu.html")
    assert "数据来源存疑，予以撤回。" in page and "noindex" in page and "甘孜" in page
    assert "hong-tu" not in town.text("sitemap-2026-11.xml") + town.text("index.html") + town.text("m/2026-11.html")
    for name in ("feed.xml", "atom.xml"):
        one = entries(town, name)["hong-tu.html"]
        assert one.id == guid and "已撤稿" in one.title and "数据来源存疑" in one.content[0].value
    assert "deleted-entry" in town.text("atom.xml")
    assert before - town.pictures() and all(f"p/{one}" in "".join(town.all_texts().values()) for one in town.pictures())
    gone = redirects.read_map((town.house.root / "gone" / "ganzi.map").read_text(encoding="utf-8"))
    assert gone == {"/s/hong-tu.html": "410"}
    assert town.survivors() == [] == town.survivors("chengdu")


@pytest.mark.keeps("outputs")
def test_a_picture_another_story_shows_stays(town: Town) -> None:
    town.send("fen-tu", "用同一张图的另一篇", "第三篇稿件的第一段，又是一番话")
    town.retract("hong-tu")
    shown = set(re.findall(r"p/\w+\.\w+", town.text("s/fen-tu.html")))
    assert shown and shown <= {f"p/{one}" for one in town.pictures()}
    assert town.survivors() == []


@pytest.mark.keeps("outputs")
def test_a_flash_that_is_over_says_so_in_the_frame(town: Town) -> None:
    town.call_back("expired", "hong-tu", "暴雨预警信号已由市气象台解除。")
    town.publish("hong-tu")
    page = town.text("s/hong-tu.html")
    with read_scope(town.house.engine) as session:
        site = sites.read(session, "ganzi")
    half = site.half("site")
    assert half is not None
    signed = build.filled(town.house, half.profile, next(one for one in half.shown if one.state == "expired"))[0]
    assert signed.body in page and page.index("已解除") < page.index(signed.body)
    assert "【已解除】" in town.text("index.html") and "【已解除】" in entries(town)["hong-tu.html"].title
    assert town.survivors() == []


@pytest.mark.keeps("outputs")
def test_the_weightiest_word_counts_and_the_newest_of_equals(town: Town) -> None:
    town.call_back("corrected", "hong-tu", "第一次更正。")
    town.call_back("corrected", "hong-tu", "第二次更正。", LATER + timedelta(hours=1))
    town.call_back("expired", "lan-tu", "解除。")
    town.call_back("corrected", "lan-tu", "改了一个字。", LATER + timedelta(hours=1))
    with read_scope(town.house.engine) as session:
        account = session.exec(select(Account).where(Account.key == "site:ganzi")).one()
        said = {one.kind: one.sentence for one in advised.advisories_of(session, account.id).values()}
    assert said == {"corrected": "第二次更正。", "expired": "解除。"}
    town.retract("lan-tu", "撤。")
    with read_scope(town.house.engine) as session:
        states = sorted(one.state for one in advised.all_shown(session, account))
    assert states == ["corrected", "retracted"]


@pytest.mark.keeps("outputs")
def test_what_is_published_later_keeps_every_state(town: Town) -> None:
    town.retract("hong-tu")
    town.send("xin-gao", "后来才发的一篇新稿", "后来的第一段")
    work_until_settled(town.house, "test", lambda: LATER)
    assert town.survivors() == []


@pytest.mark.keeps("outputs")
def test_a_death_anywhere_leaves_a_whole_site_and_the_second_go_the_same_bytes(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Death(BaseException):
        pass

    for point in ("site.page", "site.lists", "feed.files"):
        other = f"gao-{point.replace('.', '-')}"
        town.send(other, f"要在{point}撤回的稿件", f"只有{point}这一篇才有的第一段话")
        town.call_back("retracted", other, "撤回。")

        def watch(name: str, wanted: str = point) -> None:
            if name == wanted:
                raise Death

        monkeypatch.setattr(crash, "watch", watch)
        with pytest.raises(Death):
            town.publish(other, ("ganzi",))
        monkeypatch.setattr(crash, "watch", None)
        folder = town.house.sites / "ganzi"
        assert all(one.stat().st_size for one in folder.rglob("*") if one.is_file())
        town.publish(other, ("ganzi",))
        once = {one: one.read_bytes() for one in folder.rglob("*") if one.is_file()}
        town.publish(other, ("ganzi",))
        assert {one: one.read_bytes() for one in folder.rglob("*") if one.is_file()} == once
        assert town.survivors() == []


# --------------------------------------------------------------------------- survivors, planted one by one


def kept(text: str) -> Callable[[Path], None]:
    def plant(file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    return plant


PLANTED = {
    "an old list": ("c/heikeji-9.html", "<ol><li><a>红色的仪器上山记</a></li></ol>", {"words", "stray"}),
    "words with marks inside": ("about.html", "<p>省科技厅王<b>处长</b>说，这台&#20202;器两年后</p>", {"words"}),
    "what an attribute says": ("about.html", '<img src="x.png" alt="一张红色的仪器上山记的图">', {"words"}),
    "a feed's escaped html": (
        "old/feed.xml",
        "<description>&lt;p&gt;红色的仪器上&lt;b&gt;山记</description>",
        {"words"},
    ),
    "escaped json": (
        "old/feed.json",
        '{"title": "' + "".join(f"\\u{ord(one):04x}" for one in "红色的仪器上山记") + '"}',
        {"words"},
    ),
    "a plain text": ("llms.txt", "红色的仪器 上山记\n", {"words"}),
    "a half-written file": ("s/.new-1-2", "红色的仪器上山记", {"half", "words"}),
    "a sitemap": ("sitemap-2026-11.xml", "<loc>https://x/s/hong-tu.html</loc>", {"altered", "listed"}),
    "the page itself": ("s/hong-tu.html", "<main ><p>红色的仪器上山记</p></main>", {"altered", "open", "words"}),
}


@pytest.mark.keeps("outputs")
@pytest.mark.parametrize("name", PLANTED)
def test_a_survivor_of_a_retraction_is_named(town: Town, name: str) -> None:
    path, text, kinds = PLANTED[name]
    town.retract("hong-tu")
    kept(text)(town.house.sites / "ganzi" / path)
    assert {one.kind for one in town.survivors()} == kinds
    assert {one.path for one in town.survivors()} == {path}


@pytest.mark.keeps("outputs")
def test_a_look_after_others_finds_what_a_first_one_finds(town: Town) -> None:
    """What was clean at the last look is compared with what came since alone: nothing may slip through in between."""

    def looked() -> dict[str, list[tuple[str, str]]]:
        with read_scope(town.house.engine) as session:
            site = sites.read(session, "ganzi")
        later, first = traces.Traces.of(town.house, site), traces.Memory().traces(town.house, site)
        assert (later.words, later.said, later.titles) == (first.words, first.said, first.titles)
        files = {path: text.encode() for path, text in town.all_texts().items()}
        found = {path: later.found_in(content) for path, content in files.items()}
        assert found == {path: first.found_in(content) for path, content in files.items()}
        return {path: those for path, those in found.items() if those}

    mirror = town.house.sites / "ganzi" / "about.html"
    kept(f"<p>{WRONG}</p>")(mirror)
    assert looked() == {}  # nobody has called it back
    town.correct("hong-tu", "红色的仪器上山记")
    assert looked().keys() == {"about.html"}
    kept(f"<p>原文“{WRONG}”有误，应为“{RIGHT}”。</p>")(mirror)
    assert looked() == {}  # what the authority says about it is no trace
    kept("<p>后来的第一段，谁也没有说过</p>")(mirror)
    town.send("xin-gao", "后来才发的一篇新稿", "后来的第一段，谁也没有说过")
    assert looked() == {}
    town.retract("xin-gao")
    assert looked() == {"about.html": [("xin-gao", "后来的第一段谁也没有说过")]}
    town.retract("hong-tu")
    assert looked().keys() == {"about.html"}
    mirror.unlink()
    assert looked() == {}


@pytest.mark.keeps("outputs")
def test_a_picture_that_survives_under_any_name_is_named(town: Town) -> None:
    folder = town.house.sites / "ganzi"
    before = {one.name: one.read_bytes() for one in (folder / "p").iterdir()}
    town.retract("hong-tu")
    gone = sorted(set(before) - town.pictures())
    (folder / "p" / gone[0]).write_bytes(before[gone[0]])
    (folder / "cache.bin").write_bytes(before[gone[0]])
    assert town.kinds() == {("picture", f"p/{gone[0]}"), ("stray", f"p/{gone[0]}"), ("picture", "cache.bin")}


@pytest.mark.keeps("outputs")
def test_an_address_that_answers_200_is_named(town: Town) -> None:
    town.retract("hong-tu")
    (town.house.root / "gone" / "ganzi.map").unlink()
    assert town.kinds() == {("open", "s/hong-tu.html"), ("altered", "gone/ganzi.map")}


@pytest.mark.keeps("outputs")
def test_words_an_older_version_had_are_named_outside_the_notice(town: Town) -> None:
    town.correct("hong-tu", "红色的仪器上山记")
    assert town.survivors() == []
    kept(f"<p>{WRONG}</p>")(town.house.sites / "ganzi" / "about.html")
    kept(f"<p>更正：原文“{WRONG}”有误，应为“{RIGHT}”。</p>")(town.house.sites / "ganzi" / "said.html")
    assert town.kinds() == {("words", "about.html")}
    assert "王处长" in town.survivors()[0].sentence


@pytest.mark.keeps("outputs")
def test_a_story_corrected_in_the_rows_alone_is_named_with_its_lists(town: Town) -> None:
    town.correct("hong-tu", "红色的仪器上山记")
    town.call_back("retracted", "hong-tu", "撤回。", LATER + timedelta(hours=1))
    paths = {path for _, path in town.kinds()}
    assert {"s/hong-tu.html", "index.html", "feed.xml", "atom.xml", "feed.json", "c/heikeji.html"} <= paths


@pytest.mark.keeps("outputs")
def test_what_is_missing_or_changed_is_named_and_a_build_puts_it_right(town: Town) -> None:
    folder = town.house.sites / "ganzi"
    (folder / "s" / "lan-tu.html").unlink()
    picture = sorted((folder / "p").iterdir())[0]
    picture.unlink()
    picture.write_bytes(b"another picture")
    kept("<main ></main>")(folder / "index.html")
    kept("old")(folder / "s" / "nobody.html")
    kept("half")(folder / ".new-7-7")
    kept("user-agent: me")(folder / "verification.txt")
    assert town.kinds() == {
        ("missing", "s/lan-tu.html"),
        ("altered", f"p/{picture.name}"),
        ("altered", "index.html"),
        ("stray", "s/nobody.html"),
        ("half", ".new-7-7"),
    }
    assert sites.rebuild(town.house, "ganzi", lambda: LATER) == 2
    assert town.survivors() == [] and (folder / "verification.txt").exists()


@pytest.mark.keeps("outputs")
def test_what_was_signed_and_not_carried_out_yet_is_named(town: Town) -> None:
    town.correct("hong-tu", "红色的仪器上山记")
    with session_scope(town.house.engine) as session:
        for recall in session.exec(select(Recall)):
            recall.state = "approved"
            session.add(recall)
        first = session.exec(select(Remedy).order_by(col(Remedy.id))).first()
        assert first is not None
        first.state = "acting"
        session.add(first)
        unit = session.get_one(Account, first.account_id).key.split(":")[1]
    assert [(one.kind, one.path) for one in town.survivors(unit)] == [("open", "s/hong-tu.html")]


@pytest.mark.keeps("outputs")
def test_a_page_in_an_older_frame_is_no_survivor(town: Town) -> None:
    page = town.house.sites / "ganzi" / "s" / "lan-tu.html"
    page.write_text(page.read_text(encoding="utf-8").replace("按月存档", "旧的存档"), encoding="utf-8")
    assert town.survivors() == []
    assert sites.rebuild(town.house, "ganzi", lambda: LATER) == 0
    assert "按月存档" in town.text("s/lan-tu.html")


@pytest.mark.keeps("outputs")
def test_a_build_from_rows_gives_the_bytes_the_publications_gave(town: Town) -> None:
    town.correct("hong-tu", "红色的仪器上山记")
    town.retract("lan-tu")
    once = {path: (town.house.sites / "ganzi" / path).read_bytes() for path in town.all_texts()}
    sites.rebuild(town.house, "ganzi", lambda: LATER)
    assert {path: (town.house.sites / "ganzi" / path).read_bytes() for path in town.all_texts()} == once


@pytest.mark.keeps("outputs")
def test_nobody_publishes_while_a_site_is_built(town: Town) -> None:
    with sites.held(town.house, "ganzi", NOW), pytest.raises(Exception, match="正在发布"):
        sites.rebuild(town.house, "ganzi", lambda: NOW)
    sites.rebuild(town.house, "ganzi", lambda: NOW)


def test_shown_is_plain_where_nothing_was_said(town: Town) -> None:
    with read_scope(town.house.engine) as session:
        account = session.exec(select(Account).where(Account.key == "site:ganzi")).one()
        shown = advised.all_shown(session, account)
    assert [one.state for one in shown] == ["published", "published"] and not any(one.former for one in shown)
    assert replace(shown[0], state="published") == shown[0]
