"""Every limit of 抖音 has a rendition that trips it."""

from dataclasses import replace
from datetime import date

import pytest

from channels.douyin import channel
from channels.values import Finding, Part, RenderedFile, Rendition
from tests.contract import stories

CLIP = RenderedFile(role="clip", name="clip.mp4", hash="0" * 64, mime="video/mp4", size=1000, width=1080, height=1920)
FINE = Part(story="s", manuscript="0" * 64, fields=(("title", "能源捕手飞起来了"),), body="文案", files=(CLIP,))


def checked(part: Part) -> list[Finding]:
    whole = Rendition(channel="douyin", account="a", mime="video/mp4", parts=(part,), renderer="r")
    return channel.check(whole, stories.profile("douyin"), date(2026, 11, 22))


def only(part: Part, rule: str, level: str) -> None:
    (found,) = checked(part)
    assert (found.rule, found.level) == (f"douyin.{rule}", level)
    assert found.message.endswith("。") and "请" in found.message


def filmed(**changed: object) -> Part:
    return replace(FINE, files=(replace(CLIP, **changed),))  # type: ignore[arg-type]


def test_a_fine_post_has_no_findings() -> None:
    assert checked(FINE) == []


def test_a_title_over_thirty_warns() -> None:
    assert checked(replace(FINE, fields=(("title", "字" * 30),))) == []
    only(replace(FINE, fields=(("title", "字" * 31),)), "title.long", "warn")


def test_a_text_over_a_thousand_blocks() -> None:
    assert checked(replace(FINE, body="字" * 1000)) == []
    only(replace(FINE, body="字" * 1001), "text.long", "block")


def test_a_post_without_words_blocks() -> None:
    only(replace(FINE, body=" \n"), "text.empty", "block")


def test_a_post_without_a_clip_blocks() -> None:
    only(replace(FINE, files=()), "clip.missing", "block")


def test_a_clip_of_another_kind_blocks() -> None:
    assert checked(filmed(mime="video/webm")) == []
    only(filmed(mime="video/quicktime"), "clip.kind", "block")


def test_a_clip_over_a_quarter_of_an_hour_blocks() -> None:
    assert checked(replace(FINE, fields=(*FINE.fields, ("seconds", "900.0")))) == []
    only(replace(FINE, fields=(*FINE.fields, ("seconds", "901.0"))), "clip.lasting", "block")


def test_a_clip_too_large_blocks() -> None:
    assert checked(filmed(size=4_000_000_000)) == []
    only(filmed(size=4_000_000_001), "clip.large", "block")


def test_a_clip_under_720_warns() -> None:
    assert checked(filmed(width=720, height=1280)) == []
    only(filmed(width=540, height=960), "clip.narrow", "warn")


def test_a_clip_lying_down_warns() -> None:
    only(filmed(width=1920, height=1080), "clip.wide", "warn")


def test_a_cover_too_large_blocks() -> None:
    cover = RenderedFile(role="cover", name="cover.jpg", hash="1" * 64, mime="image/jpeg", size=20_000_000)
    assert checked(replace(FINE, files=(CLIP, cover))) == []
    only(replace(FINE, files=(CLIP, replace(cover, size=20_000_001))), "cover.large", "block")


def test_a_machine_without_its_label_blocks() -> None:
    said = replace(FINE, body="标题\n（含 AI 生成内容）")
    only(said, "declaration.missing", "block")
    assert checked(replace(said, fields=(*FINE.fields, ("declaration", "内容由 AI 生成")))) == []


@pytest.mark.parametrize("limit", channel.limits, ids=lambda one: one.key)
def test_every_limit_names_its_source_and_its_day(limit: object) -> None:
    assert getattr(limit, "source") and getattr(limit, "read_on") == "2026-11-22"  # noqa: B009
