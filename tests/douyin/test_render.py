"""A story rendered for 抖音: the clip of 视频号, its own words, its package."""

import json
from dataclasses import replace
from datetime import date

import pytest

import themes
from assets.pictures import Pictures
from assets.store import MemoryStore
from channels import registry
from channels.contract import StoryError
from channels.douyin import channel
from channels.douyin.render import description, losses_of, storyboard, title_of
from channels.values import Figure, Manuscript, Profile, Rendition
from tests.clip import sample

SET = (("clip", "preview"),)


def profile() -> Profile:
    return replace(sample.profile(settings=SET), account="douyin:chengdu", channel="douyin")


@pytest.fixture(scope="module")
def assets() -> Pictures:
    return Pictures(MemoryStore())


@pytest.fixture(scope="module")
def story(assets: Pictures) -> Manuscript:
    """One picture and a sentence: the quickest clip there is."""
    whole = sample.story(assets)
    figure = next(block for block in whole.blocks if isinstance(block, Figure))
    return replace(whole, blocks=(figure, sample.paragraph("它飞了4个小时。")))


@pytest.fixture(scope="module")
def rendition(story: Manuscript, assets: Pictures) -> Rendition:
    return channel.render([story], profile(), themes.load("chengdu"), assets)


def test_the_clip_is_the_one_of_shipinhao(rendition: Rendition, story: Manuscript, assets: Pictures) -> None:
    other = registry.get("shipinhao").render([story], sample.profile(settings=SET), themes.load("chengdu"), assets)
    assert other.parts[0].files == rendition.parts[0].files
    assert other.account != rendition.account


def test_the_text_has_headline_digest_and_topics(rendition: Rendition) -> None:
    (part,) = rendition.parts
    assert part.body.startswith("会“听”大地心跳的“能源捕手”，飞起来了\n成都理工大学研发")
    assert part.body.endswith("#航空伽马能谱仪 #成都理工大学") and part.slots == ()


def test_a_person_gets_files_that_lie_beside_those_of_other_channels(rendition: Rendition, assets: Pictures) -> None:
    files = {one.path: one.content for one in channel.package(rendition, profile(), {}, assets)}
    named = {f"douyin-{name}" for name in ("clip.mp4", "clip.srt", "clip.vtt", "cover.jpg", "代发.html")}
    assert set(files) == named | {"douyin.json"}
    sheet = json.loads(files["douyin.json"])
    assert sheet["files"]["clip"] == "douyin-clip.mp4" and any("douyin-clip.mp4" in step for step in sheet["steps"])
    assert sheet["console"].startswith("https://creator.douyin.com/") and sheet["description"]


def test_an_ai_story_says_so_and_asks_for_the_declaration(story: Manuscript, assets: Pictures) -> None:
    flagged = replace(story, ai_label="AI生成")
    assert "（含 AI 生成内容）" in description(flagged)
    made = channel.render([flagged], profile(), themes.load("chengdu"), assets)
    assert made.parts[0].field("declaration") == "内容由 AI 生成"
    assert [one for one in channel.check(made, profile(), date(2026, 11, 22)) if one.level == "block"] == []


def test_a_headline_over_thirty_is_fitted_never_inside_a_word_and_listed(story: Manuscript, assets: Pictures) -> None:
    headline = "四川这座大科学装置正式投用，可在百亿分之一秒内看清材料内部正在发生的变化"
    long = replace(story, headline=headline, short_headlines=())
    assert title_of(long) == "四川这座大科学装置正式投用…"
    lost = losses_of(long, storyboard(long, profile(), themes.load("chengdu"), assets))
    assert [one.kind for one in lost if one.what == "标题"] == ["dropped"]


def test_two_stories_in_one_clip_are_refused(story: Manuscript, assets: Pictures) -> None:
    with pytest.raises(StoryError, match="抖音一次只能发一个"):
        channel.render([story, story], profile(), themes.load("chengdu"), assets)
