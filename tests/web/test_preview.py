"""The preview is what is published: same renditions, slots filled with plain words."""

import html
import re
from datetime import date

import pytest

import themes
from channels import registry
from channels.rendering import render_and_check
from channels.slots import fill, unfill_matches
from cms.manuscript import freeze, read
from cms.web import Desk
from cms.web.preview import Kept, Preview, Previewer, fills_for, headline_of

SLUG = "lhaaso-haizishan"


@pytest.fixture
def previewer(desk: Desk) -> Previewer:
    return Previewer(desk)


def document(previewer: Previewer, seen: Preview, channel: str) -> str:
    shown = next(one for one in seen.channels if one.name == channel)
    sheet = previewer.frame(shown.frame, ("sichuan", "chengdu", "ganzi"))
    assert sheet is not None, shown.problem
    return sheet.document


def test_the_sample_shows_on_every_channel_without_a_finding(previewer: Previewer, sample: str) -> None:
    seen = previewer.preview(sample, "chengdu", SLUG)
    assert [one.name for one in seen.channels][:6] == ["site", "wechat", "weibo", "toutiao", "feed", "shipinhao"]
    assert [one.problem for one in seen.channels if one.problem] == []
    assert [one.message for one in seen.findings if one.level == "block"] == []


@pytest.mark.parametrize("channel", ["site", "wechat", "weibo", "toutiao"])
def test_a_frame_holds_the_published_body_with_its_slots_filled(
    previewer: Previewer, desk: Desk, sample: str, channel: str
) -> None:
    """Rendered here the way the press room does, not by the previewer."""
    manuscript = freeze(read(sample, f"{SLUG}.md"), desk.pictures, desk.folder("")).manuscript
    assert manuscript is not None
    profile = next(one for one in desk.accounts("chengdu") if one.channel == channel)
    rendition, _ = render_and_check(
        [manuscript], profile, themes.load(profile.theme), desk.pictures, date(2026, 11, 22)
    )
    part = rendition.parts[0]
    fills = fills_for(part, profile, desk.shown_to("chengdu"))
    sent = fill(part, fills).body
    assert unfill_matches(part.body, sent, part.slots, fills)
    shown = document(previewer, previewer.preview(sample, "chengdu", SLUG), channel)
    if channel == "weibo":
        sent = html.escape(sent.split("https://")[0])
    assert sent in shown


def test_units_show_their_own_brand_and_words(previewer: Previewer, sample: str) -> None:
    chengdu = document(previewer, previewer.preview(sample, "chengdu"), "wechat")
    ganzi = document(previewer, previewer.preview(sample, "ganzi"), "wechat")
    assert "从成都出发" in chengdu and "怎么去看看" not in chengdu
    assert "家门口" in ganzi and "怎么去看看" in ganzi
    assert themes.load("chengdu").token("accent").lower() in chengdu.lower()


def test_counters_come_from_the_channels_limits(previewer: Previewer, sample: str) -> None:
    limits = {one.key: one.value for one in registry.get("wechat").limits}
    seen = previewer.preview(sample, "chengdu", SLUG)
    title = next(one for one in seen.channels if one.name == "wechat").counters[0]
    assert (title.warn, title.block) == (limits["wechat.title.advised"], limits["wechat.title.long"])
    assert title.count == len("黑科技｜海拔4410米，接住宇宙“来信”")


def test_bad_front_matter_names_the_line_and_the_rest_still_shows(previewer: Previewer, sample: str) -> None:
    bad = sample.replace("issue: 1", "issue: 第一", 1)
    seen = previewer.preview(bad, "chengdu", SLUG)
    line = bad.splitlines().index("issue: 第一") + 1
    assert line in [one.line for one in seen.findings if one.level in ("block", "warn")]
    assert "接住宇宙" in document(previewer, seen, "wechat")


def test_a_missing_picture_blocks_with_its_line_and_the_frame_goes_on(previewer: Previewer, sample: str) -> None:
    seen = previewer.preview(f"{sample}\n![没有](pictures/none.jpg)\n", "chengdu", SLUG)
    said = next(one for one in seen.findings if one.level == "block")
    assert "none.jpg" in said.message and said.line > 100
    assert document(previewer, seen, "site")


def test_a_text_with_no_headline_says_so_on_every_phone(previewer: Previewer) -> None:
    seen = previewer.preview("", "chengdu")
    assert {one.problem for one in seen.channels} == {"稿件还不能成稿，请先改好“检查”里的红色各条。"}
    assert seen.findings[0].level == "block"


def test_another_slug_than_the_pages_is_told(previewer: Previewer, sample: str) -> None:
    seen = previewer.preview(sample, "chengdu", "other")
    said = next(one for one in seen.findings if one.rule == "desk.slug")
    assert said.line == 2 and SLUG in said.message


def test_what_a_channel_finds_is_located_by_its_words(previewer: Previewer, sample: str) -> None:
    bare = re.sub(r"!\[哈勃[^\]]*\]", "![]", sample)
    said = next(one for one in previewer.preview(bare, "chengdu", SLUG).findings if one.rule == "site.alt.missing")
    assert "![](pictures/hubble" in bare.splitlines()[said.line - 1]


def test_losses_are_listed_with_channel_and_place(previewer: Previewer, sample: str) -> None:
    losses = previewer.preview(sample, "chengdu", SLUG).losses
    assert any(title == registry.get("toutiao").title and one.line for title, one in losses)


def test_the_same_text_gives_the_same_frames_and_words_another(previewer: Previewer, sample: str) -> None:
    first = previewer.preview(sample, "chengdu", SLUG)
    again = previewer.preview(sample, "chengdu", SLUG)
    other = previewer.preview(sample.replace("晴朗的夜里", "多云的夜里"), "chengdu", SLUG)
    keys = [[one.frame for one in seen.channels if one.name == "wechat"] for seen in (first, again, other)]
    assert keys[0] == keys[1] != keys[2]


def test_old_frames_make_room() -> None:
    kept = Kept(2)
    for number in range(3):
        kept.put(number, str(number))
    assert [kept.get(number) for number in range(3)] == [None, "1", "2"]


@pytest.mark.parametrize(
    ("text", "headline"),
    [("---\nheadline: 甲\n---\n", "甲"), ("headline: 甲", ""), ("---\nslug: a\n---\nheadline: 乙", ""), ("", "")],
)
def test_the_headline_is_read_only_from_the_front_matter(text: str, headline: str) -> None:
    assert headline_of(text) == headline
