"""A story rendered for 视频号: its files, its words, its package."""

import json
from dataclasses import replace
from datetime import date

import pytest

import themes
from assets.pictures import Pictures
from assets.store import MemoryStore
from channels.contract import Channel, StoryError
from channels.making.clip.storyboard import PREVIEW
from channels.shipinhao import channel
from channels.shipinhao.render import description, losses_of, short_title, storyboard
from channels.values import BLOCK_KINDS, Figure, Manuscript, Rendition, Table
from tests.clip import sample

SET = (("clip", "preview"),)


@pytest.fixture(scope="module")
def assets() -> Pictures:
    return Pictures(MemoryStore())


@pytest.fixture(scope="module")
def story(assets: Pictures) -> Manuscript:
    """Two pictures and a number: quick to encode, and every kind of file is made."""
    whole = sample.story(assets)
    figures = [block for block in whole.blocks if isinstance(block, Figure)]
    table = Table(header=(), rows=((),), line=31)
    kept = tuple(block for block in whole.blocks if block.kind == "key_figure")
    return replace(whole, digest="", blocks=(figures[0], sample.paragraph("它飞了4个小时。"), *kept, table))


@pytest.fixture(scope="module")
def rendition(story: Manuscript, assets: Pictures) -> Rendition:
    return channel.render([story], sample.profile(settings=SET), themes.load("chengdu"), assets)


def test_the_channel_keeps_the_contract_and_leaves_no_kind_of_block_open() -> None:
    assert isinstance(channel, Channel)
    assert set(channel.forms) == set(BLOCK_KINDS) and all(form.form for form in channel.forms.values())
    assert channel.transports == ("handover",) and channel.group_limit == 1


def test_a_rendition_has_every_file_in_the_store(rendition: Rendition, assets: Pictures) -> None:
    files = {one.role: one for one in rendition.parts[0].files}
    assert set(files) == {"clip", "srt", "vtt", "cover", "thumb", "transcript"}
    assert all(len(assets.read(one.hash)) == one.size for one in files.values())
    assert (files["clip"].width, files["clip"].height) == (PREVIEW.width, PREVIEW.height)


def test_rendering_again_gives_the_same_rendition(story: Manuscript, rendition: Rendition, assets: Pictures) -> None:
    again = channel.render([story], sample.profile(settings=SET), themes.load("chengdu"), assets)
    assert again == rendition


def test_what_has_no_form_is_listed_with_its_line(rendition: Rendition) -> None:
    found = {one.what: one for one in rendition.losses}
    assert found["表格"].line == 31 and "片长" in found["正文"].reason


def test_a_person_gets_clip_captions_cover_and_the_sheet(rendition: Rendition, assets: Pictures) -> None:
    files = {one.path: one.content for one in channel.package(rendition, sample.profile(), {}, assets)}
    assert set(files) == {"clip.mp4", "clip.srt", "clip.vtt", "cover.jpg", "shipinhao.json", "shipinhao-代发.html"}
    assert files["clip.mp4"][4:8] == b"ftyp" and files["clip.vtt"].startswith(b"WEBVTT")
    sheet = json.loads(files["shipinhao.json"])
    assert sheet["title"] == "“能源捕手”飞起来了" and "#航空伽马能谱仪" in sheet["description"]
    assert sheet["steps"] and sheet["console"].startswith("https://channels.weixin.qq.com/")


def test_an_ai_story_asks_for_the_declaration_and_says_so(story: Manuscript, assets: Pictures) -> None:
    flagged = replace(story, ai_label="AI生成")
    assert "（含 AI 生成内容）" in description(flagged)
    assert storyboard(flagged, sample.profile(), themes.load("chengdu"), assets).ai == "AI生成"


def test_the_short_title_keeps_only_the_marks_the_page_takes(story: Manuscript) -> None:
    titled = replace(story, short_headlines=(("shipinhao", "你好，《科技》——4℃：真的？（上）"),))
    assert short_title(titled) == "你好 《科技》 4℃：真的？ 上"


def test_a_headline_over_sixteen_is_fitted_never_inside_a_word_and_listed(story: Manuscript, assets: Pictures) -> None:
    long = replace(story, headline="四川这座大科学装置正式投用，可在百亿分之一秒内看清材料", short_headlines=())
    assert short_title(long) == "四川这座大科学装置正式投用"
    other = replace(long, short_headlines=(("weibo", "大科学装置投用了"),))
    assert short_title(other) == "大科学装置投用了"
    lost = losses_of(long, storyboard(long, sample.profile(), themes.load("chengdu"), assets))
    assert [(one.kind, one.reason[:7]) for one in lost if one.what == "短标题"] == [("dropped", "短标题最多 1")]


def test_two_stories_in_one_clip_are_refused(story: Manuscript, assets: Pictures) -> None:
    with pytest.raises(StoryError, match="一次只能发一个"):
        channel.render([story, story], sample.profile(), themes.load("chengdu"), assets)


def test_an_unknown_grade_is_named_with_the_known_ones(story: Manuscript, assets: Pictures) -> None:
    with pytest.raises(StoryError, match="master"):
        storyboard(story, sample.profile(settings=(("clip", "8k"),)), themes.load("chengdu"), assets)


def test_a_good_rendition_has_no_findings(rendition: Rendition) -> None:
    assert channel.check(rendition, sample.profile(), date(2026, 11, 22)) == []
