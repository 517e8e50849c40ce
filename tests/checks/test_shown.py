"""The checks once more on what readers see: every channel's visible words, and captions."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assets.pictures import Pictures
from assets.store import MemoryStore
from channels.values import Manuscript, Mark, Paragraph, Part, Profile, RenderedFile, Rendition, Text
from cms.checks.accounts import ELSEWHERE, Measure, of_rendition
from cms.checks.rules import RULES
from cms.checks.shown import captions, examine_rendition, visible
from cms.checks.standards import Standards, examine
from cms.matrix import built_in, load_matrix
from pipeline.press import Job, render_job
from tests.checks.making import paragraph, said, story, table

CHANNELS = ("site", "feed", "wechat", "weibo", "toutiao")
NOW = datetime(2026, 11, 25, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def profiles() -> list[Profile]:
    return load_matrix(built_in()).profiles(CHANNELS, ["chengdu"])


def rendered(made: Manuscript, profile: Profile) -> Rendition:
    rendition, findings = render_job(Job(0, profile, (made,)), Pictures(MemoryStore()), NOW)
    assert rendition is not None, findings
    return rendition


def part(body: str, **given: object) -> Part:
    return Part(
        story="shi-yan", manuscript="m", fields=(("title", "题目"), ("pic_crop", "0_0_1_1")), body=body, **given
    )  # type: ignore[arg-type]


def page(body: str) -> Rendition:
    return Rendition(channel="site", account="site:chengdu", mime="text/html", parts=(part(body),), renderer="r")


def test_visible_words_are_those_a_reader_meets() -> None:
    html = (
        "<style>p{color:red}</style><p>一&amp;二<strong>三</strong></p><!-- 四 -->"
        '<img src="https://a.cn/13812345678" alt="五"><p>\x02key\x03六</p>'
    )
    assert visible(part(html), "text/html") == ["题目", "五", "一&二三", "六"]


def test_a_block_in_the_story_is_not_told_again_for_every_account(
    standards: Standards, profiles: list[Profile]
) -> None:
    made = story("联系人电话13812345678。")
    own = [one for one in examine(made, standards) if one.level == "block"]
    assert [one.rule for one in own] == ["checks.personal.mobile"]
    for profile in profiles:
        assert examine_rendition(rendered(made, profile), [made], profile, standards, own) == []
        again = examine_rendition(rendered(made, profile), [made], profile, standards)
        assert [(one.rule, one.account) for one in again] == [("checks.personal.mobile", profile.account)], (
            profile.channel
        )


def test_what_only_the_rendition_makes_is_found(standards: Standards, profiles: list[Profile]) -> None:
    """Two harmless runs that read as one word only where a channel joins them."""
    profile = next(one for one in profiles if one.channel == "site")
    (one,) = examine_rendition(page("<p>云顶<em>内幕</em></p>"), [], profile, standards)
    assert one.rule == "checks.word.block" and one.place.startswith("shi-yan:")


@pytest.mark.parametrize(
    ("shown", "said", "line"),
    [
        ("【云顶内幕】今天", "云顶【内】幕", 3),
        ("电话：138-1234-5678（办公室）", "138 1234 5678", 3),
        ("请打13812345678", "2013年有81人、38辆车，12345热线，678项", None),
        ("请打13812345678", "别的话", None),
        ("这里的长句被裁开，云顶内幕在后半", "前面还有很多话，这里的长句被裁开，云顶·内幕在后半句里说", 3),
    ],
)
def test_its_words_are_traced_to_the_passage_they_come_from(
    shown: str, said: str, line: int | None, standards: Standards, profiles: list[Profile]
) -> None:
    """By letters and figures, for marks and spaces change; what no passage says is mended at the account."""
    made = story(replace(paragraph("前一段。"), line=1), replace(paragraph(said), line=3))
    rendition = page(f"<p>{shown}</p>")
    by = Measure(standards)
    ((found, spot),) = of_rendition(rendition, [made], profiles[0], by, (), MemoryStore().get)
    assert (spot.line if spot.words else None) == line
    assert found.message.endswith(ELSEWHERE) == (line is None)
    assert spot.words in said


def test_the_account_s_own_contact_is_no_private_number(standards: Standards, profiles: list[Profile]) -> None:
    profile = replace(profiles[0], contact="13712345678")
    rendition = page("<p>联系我们：13712345678</p>")
    assert examine_rendition(rendition, [], profile, standards) == []
    assert examine_rendition(rendition, [], profiles[0], standards) != []


def test_captions_are_read_too(standards: Standards, profiles: list[Profile]) -> None:
    store = MemoryStore()
    digest = store.put("WEBVTT\n\n1\n00:00:01.000 --> 00:00:03.000\n请打13812345678\n".encode())
    file = RenderedFile(role="vtt", name="clip.vtt", hash=digest, mime="text/vtt", size=1)
    made = part("画面", files=(file,))
    assert captions(made, store.get) == ["请打13812345678"]
    rendition = Rendition(channel="shipinhao", account="a", mime="video/mp4", parts=(made,), renderer="r")
    assert [one.rule for one in examine_rendition(rendition, [], profiles[0], standards, load=store.get)] == [
        "checks.personal.mobile"
    ]


@pytest.mark.parametrize("how", ["whole", "block", "span"])
def test_every_channel_shows_the_ai_label(how: str, standards: Standards, profiles: list[Profile]) -> None:
    span = Paragraph(text=(*said("这一段里，"), Text("这句话是机器写的", (Mark("ai"),)), *said("。")))
    block = Paragraph(text=said("整段都是机器写的。"), ai=True)
    made = {
        "whole": story("正文。", ai_label="本文由人工智能辅助生成"),
        "block": story(block),
        "span": story(span),
    }[how]
    for profile in profiles:
        assert examine_rendition(rendered(made, profile), [made], profile, standards) == [], profile.channel


def test_a_rendition_without_the_label_is_blocked(standards: Standards, profiles: list[Profile]) -> None:
    made = story(Paragraph(text=said("整段都是机器写的。"), ai=True))
    bare = page("<p>整段都是机器写的。</p>")
    (one,) = examine_rendition(bare, [made], profiles[0], standards)
    assert (one.rule, one.level) == ("checks.ai.unlabelled", "block")
    left_out = page("<p>别的。</p>")
    assert examine_rendition(left_out, [made], profiles[0], standards) == []


def test_our_own_page_states_every_rule() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "checks.md").read_text(encoding="utf-8")
    for rule in RULES.values():
        row = f"| `{rule.key}` | {rule.level} | {rule.law} | {rule.words} | {rule.override or '—'} |"
        assert row in page, f"docs/checks.md lacks: {row}"


def test_a_rule_s_level_is_the_finding_s(standards: Standards) -> None:
    made = story(
        "我们的的生活，13812345678，2026年2月30日。", table("类别|占比", "甲|60%", "乙|60%"), paragraph("行业第一品牌")
    )
    for one in examine(made, standards):
        assert one.level == RULES[one.rule].level, one
