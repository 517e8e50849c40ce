"""Every limit of 视频号 has a rendition that trips it."""

from datetime import date

import pytest

from channels.shipinhao import channel
from channels.values import Finding, Part, RenderedFile, Rendition
from tests.clip import sample


def findings(title: str = "能源捕手飞起来了", size: int = 1000) -> list[Finding]:
    clip = RenderedFile(role="clip", name="clip.mp4", hash="0" * 64, mime="video/mp4", size=size)
    part = Part(story="s", manuscript="0" * 64, fields=(("title", title),), body="", files=(clip,))
    whole = Rendition(channel="shipinhao", account="a", mime="video/mp4", parts=(part,), renderer="r")
    return channel.check(whole, sample.profile(), date(2026, 11, 22))


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
