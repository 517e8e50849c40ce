"""Feeds: what readers parse, stability of the bytes, and equality with what feedgen alone would make."""

import json
import re
from dataclasses import replace
from datetime import datetime, timedelta

import feedparser
import pytest
from feedgen.feed import FeedGenerator
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

import themes
from channels.feed import build
from channels.making.entries import Enclosure, Entry
from channels.site import pages
from tests.site.sample import CST, entry, profile

SETTINGS = build.FeedSettings(
    title="成都科技", site_url="https://kj.example.cn", description="全文", author="成都市科技局", guid="tag:kj,2026:x"
)
ENTRIES = [entry(n) for n in range(25)]


def parsed(content: bytes) -> feedparser.FeedParserDict:
    read = feedparser.parse(content)
    assert read.bozo == 0, read.get("bozo_exception")
    return read


def test_rss_carries_the_last_twenty_newest_first() -> None:
    read = parsed(build.rss(ENTRIES, SETTINGS))
    assert [one.id for one in read.entries] == [entry(n).guid for n in range(24, 4, -1)]
    first = read.entries[0]
    assert first.title == entry(24).headline
    assert first.link == "https://kj.example.cn/s/story-24.html"
    assert first.summary == entry(24).digest
    assert first.content[0].value == entry(24).item_html
    assert first.author == "周见山" and first.tags[0].term == "成都黑科技"


def test_rss_keeps_the_rules_validators_check() -> None:
    root = etree.fromstring(build.rss(ENTRIES, SETTINGS))
    channel = root.find("channel")
    assert channel.findtext("link") == "https://kj.example.cn/"
    own = channel.find("{http://www.w3.org/2005/Atom}link")
    assert own.get("rel") == "self" and own.get("href") == "https://kj.example.cn/feed.xml"
    assert channel.findtext("language") == "zh-CN"
    for item in channel.findall("item"):
        assert item.find("guid").get("isPermaLink") == "false"
        assert item.find("guid").text.startswith("tag:")
        assert re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} [\d:]{8} \+0800", item.findtext("pubDate"))
        assert item.find("author") is None


def test_the_build_date_is_the_newest_change_not_the_clock() -> None:
    changed = replace(entry(3), changed_at=datetime(2026, 11, 2, 8, tzinfo=CST), state="corrected")
    read = parsed(build.rss([entry(1), changed], SETTINGS))
    assert read.feed.updated == "Mon, 02 Nov 2026 08:00:00 +0800"


@pytest.mark.parametrize("make", [build.rss, build.atom, build.json_feed])
def test_the_same_stories_give_the_same_bytes(make) -> None:
    first = make(ENTRIES, SETTINGS)
    for kept in (build._rss_item, build._atom_entry, build._json_item, build._skeleton):
        kept.cache_clear()
    assert make(ENTRIES[::-1], SETTINGS) == first


@pytest.mark.parametrize("make", [build.rss, build.atom, build.json_feed])
def test_an_empty_feed_is_a_feed_and_does_not_tell_the_time(make) -> None:
    content = make([], SETTINGS)
    build._skeleton.cache_clear()
    assert make([], SETTINGS) == content
    if make is not build.json_feed:
        assert parsed(content).entries == []


def whole_by_feedgen(entries: list[Entry], form: str) -> bytes:
    """The same feed made by feedgen alone, nothing kept, nothing spliced."""
    made = build._generator(SETTINGS)
    build._links(made, SETTINGS, "application/rss+xml" if form == "rss" else "application/atom+xml")
    made.lastBuildDate(max(one.changed_at for one in entries))
    made.updated(max(one.changed_at for one in entries))
    for one in sorted(entries, key=lambda each: each.published_at, reverse=True)[:20]:
        added = made.add_entry(order="append")
        build.fill_entry(added, one, SETTINGS.site_url)
        if form == "rss":
            added.author([], replace=True)
        added.content(build._html(one), type="CDATA" if form == "rss" else "html")
    assert isinstance(made, FeedGenerator)
    return made.rss_str() if form == "rss" else made.atom_str()


@pytest.mark.parametrize(("form", "make"), [("rss", build.rss), ("atom", build.atom)])
def test_spliced_items_parse_as_if_feedgen_had_made_the_whole(form: str, make) -> None:
    ours, theirs = parsed(make(ENTRIES, SETTINGS)), parsed(whole_by_feedgen(ENTRIES, form))
    assert ours.feed == theirs.feed
    assert ours.entries == theirs.entries
    assert ours.namespaces == theirs.namespaces


def test_atom_says_when_and_by_whom() -> None:
    read = parsed(build.atom(ENTRIES, replace(SETTINGS, path="atom.xml")))
    assert read.version == "atom10" and read.feed.id == SETTINGS.guid
    first = read.entries[0]
    assert first.author == "周见山" and first.content[0].value == entry(24).item_html
    assert first.published.endswith("+08:00")


def test_json_feed_has_what_version_1_1_asks() -> None:
    said = json.loads(build.json_feed([entry(1, cover="p/a.jpg")], replace(SETTINGS, path="feed.json")))
    assert said["version"] == "https://jsonfeed.org/version/1.1"
    assert said["feed_url"] == "https://kj.example.cn/feed.json"
    one = said["items"][0]
    assert one["id"] == entry(1).guid and one["content_html"] == entry(1).item_html
    assert one["image"] == "https://kj.example.cn/p/a.jpg" and one["date_published"].endswith("+08:00")


@settings(max_examples=60, deadline=None)
@given(st.text(min_size=1, max_size=30))
def test_whatever_characters_come_the_feed_is_well_formed(words: str) -> None:
    strange = entry(
        1, headline=f"题{words}", digest=f"摘{words}", item_html=f"<p>{words.replace('<', '')}</p>", byline=(words,)
    )
    etree.fromstring(build.rss([strange], SETTINGS))
    etree.fromstring(build.atom([strange], SETTINGS))
    json.loads(build.json_feed([strange], SETTINGS))


def test_what_xml_forbids_is_taken_out() -> None:
    assert build.clean("a\x00b\x0bc\ufffed\ud800e\t\n") == "abcde\t\n"


def test_the_end_of_a_cdata_section_in_the_text_ends_nothing() -> None:
    html = "<p>a]]>b]]>]]></p>"
    read = parsed(build.rss([entry(1, item_html=html)], SETTINGS))
    assert read.entries[0].content[0].value.count("]]&gt;") == 3


GONE_AT = datetime(2026, 11, 20, 10, 5, tzinfo=CST)
WORDS = {"headline": "写错了职务的标题", "digest": "写错了的摘要", "byline": ("写错的人",), "cover": "p/wrong.jpg"}


def changed(number: int, state: str, **more: object) -> Entry:
    return entry(number, **{"state": state, "changed_at": GONE_AT, "notice": "数据来源存疑。", **more})


@pytest.mark.keeps("outputs")
def test_a_retracted_story_is_replaced_by_its_notice_under_the_same_guid() -> None:
    gone = changed(2, "retracted", **WORDS)
    for make in (build.rss, build.atom):
        content = make([gone, entry(1)], SETTINGS)
        one = next(each for each in parsed(content).entries if each.id == gone.guid)
        assert one.title == "【已撤稿】《成都黑科技》2026-01-13 发布的一篇稿件"
        assert "数据来源存疑" in one.content[0].value and one.updated == "2026-11-20T10:05:00+08:00"
        assert not re.search("写错|wrong|第 2 篇", content.decode())
    said = json.loads(build.json_feed([gone], SETTINGS))["items"][0]
    assert said["id"] == gone.guid and said["summary"] == "数据来源存疑。"
    assert not {"image", "authors", "attachments"} & said.keys()


@pytest.mark.keeps("outputs")
def test_atom_buries_what_was_retracted() -> None:
    root = etree.fromstring(build.atom([changed(2, "retracted"), entry(1)], SETTINGS))
    found = root.findall("{http://purl.org/atompub/tombstones/1.0}deleted-entry")
    assert [(one.get("ref"), one.get("when")) for one in found] == [(entry(2).guid, "2026-11-20T10:05:00+08:00")]
    assert found[0][0].text == "数据来源存疑。"
    children = [etree.QName(one).localname for one in root]
    assert children.index("deleted-entry") < children.index("entry")


@pytest.mark.keeps("outputs")
@pytest.mark.parametrize(
    ("state", "title", "words"),
    [
        ("corrected", f"{entry(2).headline}（更正）", "<p>更正于 2026-11-20 10:05。数据来源存疑。</p>"),
        ("expired", f"【已解除】{entry(2).headline}", "<p><strong>【已解除】2026-11-20 10:05</strong>"),
    ],
)
def test_an_item_says_what_became_of_it_above_its_text(state: str, title: str, words: str) -> None:
    one = changed(2, state)
    for make in (build.rss, build.atom):
        read = parsed(make([one], SETTINGS)).entries[0]
        assert (read.id, read.title, read.updated) == (one.guid, title, "2026-11-20T10:05:00+08:00")
        assert read.content[0].value.startswith(words) and read.content[0].value.endswith(one.item_html)
    said = json.loads(build.json_feed([one], SETTINGS))["items"][0]
    assert (said["title"], said["date_modified"]) == (title, "2026-11-20T10:05:00+08:00")


@pytest.mark.keeps("outputs")
def test_what_changed_stays_beyond_the_twenty_for_a_reader_has_its_own_copy() -> None:
    entries = [changed(n, "retracted") if n in (0, 2) else entry(n) for n in range(25)]
    ids = [one.id for one in parsed(build.atom(entries, SETTINGS)).entries]
    assert ids == [entry(n).guid for n in (*range(24, 4, -1), 2, 0)]
    many = [changed(n, "corrected", changed_at=GONE_AT + timedelta(days=n)) for n in range(60)]
    kept = [one.id for one in parsed(build.rss(many, SETTINGS)).entries]
    assert kept == [entry(n).guid for n in range(59, 19, -1)]


def test_a_new_headline_or_address_keeps_the_guid() -> None:
    moved = replace(entry(2), headline="新题", path="s/elsewhere.html", state="corrected")
    assert parsed(build.rss([moved], SETTINGS)).entries[0].id == entry(2).guid


def test_nothing_from_the_future_appears() -> None:
    now = entry(3).published_at
    assert len(parsed(build.rss(ENTRIES, SETTINGS, now)).entries) == 4
    assert len(parsed(build.rss(ENTRIES, SETTINGS, now - timedelta(seconds=1))).entries) == 3


def test_an_enclosure_has_its_real_length_or_is_refused() -> None:
    sound = Enclosure("https://kj.example.cn/p/a.mp3", 4321, "audio/mpeg")
    one = parsed(build.rss([entry(1, enclosure=sound)], SETTINGS)).entries[0]
    assert one.enclosures[0].length == "4321"
    said = json.loads(build.json_feed([entry(1, enclosure=sound)], SETTINGS))
    assert said["items"][0]["attachments"][0]["size_in_bytes"] == 4321
    for url, length in (("p/a.mp3", 1), ("https://kj.example.cn/a.mp3", 0)):
        with pytest.raises(ValueError, match="完整网址"):
            Enclosure(url, length, "audio/mpeg")


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="时区"):
        entry(1, published_at=datetime(2026, 1, 1))


def test_a_site_has_a_feed_for_all_and_one_for_each_column() -> None:
    frame = pages.frame_for(profile(), themes.load("chengdu"), (pages.Tab(slug="kepu", name="科普问答"),))
    files = build.files(ENTRIES, frame)
    assert set(files) == {"feed.xml", "atom.xml", "feed.json", "c/hei-keji.xml", "c/kepu.xml"}
    assert parsed(files["c/kepu.xml"]).entries == []
    assert parsed(files["c/hei-keji.xml"]).feed.title == "成都科技微站 · 成都黑科技"


def test_a_feed_with_a_logo_names_itself() -> None:
    root = etree.fromstring(build.rss(ENTRIES, replace(SETTINGS, logo="https://kj.example.cn/logo.png")))
    assert root.findtext("channel/image/title") == root.findtext("channel/title")
