"""The feed item as a rendition: full text any reader can show."""

import re
from dataclasses import replace
from datetime import date

import feedparser
import html5lib
import pytest

import themes
from channels import slots
from channels import values as v
from channels.contract import Channel, StoryError
from channels.feed import channel
from channels.rendering import resolve
from tests.site.sample import p, pictures, profile, story

FILLS = {"published_at": "2026-11-18 09:00", "own_link": "https://kj.zigong.example.cn/s/xinli-pinban.html"}
TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def made() -> v.Rendition:
    kept = pictures()
    here = profile("zigong", "feed")
    return channel.render([resolve(story(kept), here)], here, themes.load("zigong"), kept)


def rendered(**fields: object) -> v.Rendition:
    whole = {"slug": "one", "headline": "题", "digest": "摘要", "blocks": (p("文"),), **fields}
    return channel.render([v.Manuscript(**whole)], profile(channel="feed"), themes.load("chengdu"), pictures())  # type: ignore[arg-type]


def test_the_channel_keeps_the_contract_and_has_a_form_for_every_block() -> None:
    assert isinstance(channel, Channel)
    assert set(channel.forms) == set(v.BLOCK_KINDS)


def test_the_text_is_clean_and_every_address_whole(made: v.Rendition) -> None:
    html = slots.fill(made.parts[0], FILLS).body
    parser = html5lib.HTMLParser(strict=False)
    parser.parseFragment(html)
    assert parser.errors == []
    assert not re.search(r"<(script|style|iframe|svg|video|audio)\b|\s(class|style|id|on\w+|data-\w+)=", html)
    addresses = re.findall(r'(?:src|href)="([^"]+)"', html)
    assert addresses and all(one.startswith("https://") for one in addresses)
    assert channel.check(made, profile(), TODAY) == []


@pytest.mark.parametrize(
    "words",
    [
        "<strong>芯芯：</strong>我是一颗芯粒",
        "<table><caption>三种封装路线比较</caption>",
        "观看视频：走进洁净室（1:36）</a>",
        "收听音频：工程师口述（3:05）</a>",
        "直播预告：",
        "那天夜里第一片亮了",
        "<strong>87 %</strong> · 封装后良率（拆分前 46%）",
        "政策原文：",
        "更正（2026-11-20）",
        "（AI 生成）",
        "图源：受访单位供图",
        "<sup>[1]</sup>",
        "<small>[1] 良率数据",
        "自贡的盐卤化工企业",
        'alt="良率约等于一除以一加面积乘缺陷密度"',
        'lang="bo"',
        'href="https://kj.zigong.example.cn/s/xinli-pinban.html">在微站阅读</a>',
        "2026-11-18 09:00 发布",
    ],
)
def test_each_form_appears(made: v.Rendition, words: str) -> None:
    assert words in slots.fill(made.parts[0], FILLS).body


def test_every_picture_belongs_to_the_rendition(made: v.Rendition) -> None:
    named = set(re.findall(r'src="https://kj\.zigong\.example\.cn/(p/[^"]+)"', made.parts[0].body))
    assert named and named <= {one.name for one in made.parts[0].files}


def test_all_accounts_share_one_text_but_for_the_address() -> None:
    kept = pictures()
    manuscript = story(kept, blocks=story(kept).blocks[9:10])
    one, other = (
        channel.render([manuscript], profile(unit, "feed"), themes.load(unit), kept).parts[0].body
        for unit in ("chengdu", "zigong")
    )
    assert one.replace("kj.chengdu", "kj.zigong") == other != one


def test_the_guid_is_the_accounts_and_the_storys_alone(made: v.Rendition) -> None:
    guid = made.parts[0].field("guid")
    assert guid == "tag:kj.zigong.example.cn,2026:zigong/xinli-pinban"
    kept = pictures()
    changed = story(kept, headline="改过的题", digest="改过的摘要")
    again = channel.render([changed], profile("zigong", "feed"), themes.load("chengdu"), kept)
    assert again.parts[0].field("guid") == guid


def test_a_reprint_says_so_at_the_top() -> None:
    made = rendered(source=v.Source(outlet="科技日报", author="王某", url="https://example.org/a"))
    assert made.parts[0].body.startswith("<p><small>转载自 <a")
    assert made.parts[0].field("source_outlet") == "科技日报"


def test_the_package_is_a_feed_with_one_item(made: v.Rendition) -> None:
    (file,) = channel.package(made, profile("zigong", "feed"), {made.parts[0].story: FILLS}, pictures())
    read = feedparser.parse(file.content)
    assert read.bozo == 0 and len(read.entries) == 1
    assert read.entries[0].published == "Wed, 18 Nov 2026 09:00:00 +0800"


@pytest.mark.parametrize(
    ("key", "fields"),
    [
        ("feed.title.missing", {"headline": " "}),
        ("feed.digest.missing", {"digest": ""}),
        ("feed.item.heavy", {"blocks": (p("长" * 70_000),)}),
    ],
)
def test_every_limit_is_tripped_by_a_story(key: str, fields: dict[str, object]) -> None:
    found = channel.check(rendered(**fields), profile(), TODAY)
    assert [one.rule for one in found] == [key] and found[0].message.endswith("。")
    assert channel.check(rendered(**fields), profile(), date(2026, 11, 21)) == []


@pytest.mark.parametrize(
    "html",
    [
        "<script>1</script>",
        '<p style="x">a</p>',
        '<img src="a.jpg">',
        '<a href="javascript:x">a</a>',
        '<p onclick="x">',
    ],
)
def test_a_text_readers_refuse_is_blocked(html: str) -> None:
    clean = rendered()
    dirty = replace(clean, parts=(replace(clean.parts[0], body=html),))
    assert [one.rule for one in channel.check(dirty, profile(), TODAY)] == ["feed.html.forbidden"]


def test_two_stories_in_one_item_are_refused() -> None:
    kept = pictures()
    with pytest.raises(StoryError, match="一篇"):
        channel.render([story(kept)] * 2, profile(), themes.load("chengdu"), kept)
