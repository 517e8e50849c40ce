"""Every limit of 视频号 has a rendition that trips it."""

from dataclasses import replace
from datetime import date

import pytest

from channels.shipinhao import channel
from channels.values import Finding, Part, RenderedFile, Rendition
from tests.clip import sample

CLIP = RenderedFile(role="clip", name="clip.mp4", hash="0" * 64, mime="video/mp4", size=1000, width=1080, height=1920)
FINE = Part(story="s", manuscript="0" * 64, fields=(("title", "能源捕手飞起来了"),), body="", files=(CLIP,))


def checked(part: Part) -> list[Finding]:
    whole = Rendition(channel="shipinhao", account="a", mime="video/mp4", parts=(part,), renderer="r")
    return channel.check(whole, sample.profile(), date(2026, 11, 22))


def findings(title: str = "能源捕手飞起来了", size: int = 1000) -> list[Finding]:
    return checked(replace(FINE, fields=(("title", title),), files=(replace(CLIP, size=size),)))


def only(part: Part, rule: str, level: str) -> None:
    (found,) = checked(part)
    assert (found.rule, found.level) == (f"shipinhao.{rule}", level)
    assert found.message.endswith("。") and "请" in found.message


def test_a_mark_the_page_refuses_warns() -> None:
    only(replace(FINE, fields=(("title", "能源捕手（飞）起来了"),)), "title.marks", "warn")


def test_a_package_without_a_clip_blocks() -> None:
    only(replace(FINE, files=()), "clip.missing", "block")


def test_a_clip_of_another_kind_blocks() -> None:
    only(replace(FINE, files=(replace(CLIP, mime="video/webm"),)), "clip.kind", "block")


def test_a_clip_that_would_be_cropped_warns() -> None:
    for width, height in ((1080, 1920), (1920, 1080), (1080, 1080), (1080, 1260)):
        assert checked(replace(FINE, files=(replace(CLIP, width=width, height=height),))) == []
    only(replace(FINE, files=(replace(CLIP, width=1080, height=1440),)), "clip.shape", "warn")
    only(replace(FINE, files=(replace(CLIP, width=2560, height=1080),)), "clip.shape", "warn")


def test_a_clip_over_an_hour_warns() -> None:
    assert checked(replace(FINE, fields=(*FINE.fields, ("seconds", "3600.0")))) == []
    only(replace(FINE, fields=(*FINE.fields, ("seconds", "3601.0"))), "clip.lasting", "warn")


def test_a_machine_without_its_label_blocks() -> None:
    said = replace(FINE, body="标题\n（含 AI 生成内容）")
    only(said, "declaration.missing", "block")
    assert checked(replace(said, fields=(*FINE.fields, ("declaration", "内容由 AI 生成")))) == []


@pytest.mark.parametrize(
    ("title", "rule"), [("五个字标题", "shipinhao.title.short"), ("十七" * 8 + "字", "shipinhao.title.long")]
)
def test_a_title_outside_six_to_sixteen_warns_with_the_remedy(title: str, rule: str) -> None:
    (found,) = findings(title)
    assert (found.rule, found.level) == (rule, "warn") and "short_headlines" in found.message


@pytest.mark.parametrize("title", ["六个字的标题", "十六" * 8])
def test_titles_at_the_limits_pass(title: str) -> None:
    assert findings(title) == []


@pytest.mark.parametrize(
    ("size", "rule", "level"),
    [(10_000_001, "shipinhao.clip.article", "info"), (4_000_000_001, "shipinhao.clip.large", "block")],
)
def test_a_file_too_large_is_found(size: int, rule: str, level: str) -> None:
    (found,) = findings(size=size)
    assert (found.rule, found.level) == (rule, level) and "standard" in found.message


def test_files_at_the_limits_pass() -> None:
    assert findings(size=10_000_000) == []


def test_limits_are_dated_and_sourced() -> None:
    assert all(one.source and one.read_on == "2026-11-22" and one.test for one in channel.limits)
