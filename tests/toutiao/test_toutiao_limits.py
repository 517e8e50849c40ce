"""Every Toutiao limit has a rendition that passes it."""

from dataclasses import replace
from datetime import date

from channels.toutiao import channel
from channels.values import Finding, Part, RenderedFile, Rendition
from tests.contract import stories

COVER = RenderedFile(role="cover", name="c.jpg", hash="0" * 64, mime="image/jpeg", size=1000, width=1320, height=880)
FINE = Part(story="s", manuscript="0" * 64, fields=(("title", "标题"),), body="<p>正文</p>", files=(COVER,))


def found(*parts: Part) -> list[Finding]:
    rendition = Rendition(channel="toutiao", account="toutiao:chengdu", mime="text/html", parts=parts, renderer="r")
    return channel.check(rendition, stories.profile("toutiao"), date(2026, 11, 22))


def rules(findings: list[Finding]) -> list[tuple[str, str]]:
    assert all(one.message.endswith("。") and "请" in one.message for one in findings)
    return [(one.rule, one.level) for one in findings]


def test_a_fine_article_has_no_findings() -> None:
    assert found(FINE) == []


def test_a_title_of_one_character_blocks() -> None:
    assert rules(found(replace(FINE, fields=(("title", "题"),)))) == [("toutiao.title.short", "block")]


def test_a_title_over_30_blocks() -> None:
    assert found(replace(FINE, fields=(("title", "题" * 30),))) == []
    assert rules(found(replace(FINE, fields=(("title", "题" * 31),)))) == [("toutiao.title.long", "block")]


def test_a_heavy_picture_blocks() -> None:
    heavy = replace(COVER, role="picture", size=12_000_001)
    assert rules(found(replace(FINE, files=(COVER, heavy)))) == [("toutiao.picture.heavy", "block")]


def test_a_picture_of_another_kind_blocks() -> None:
    bitmap = replace(COVER, role="picture", mime="image/bmp")
    assert rules(found(replace(FINE, files=(COVER, bitmap)))) == [("toutiao.picture.kind", "block")]


def test_a_small_cover_warns() -> None:
    small = replace(COVER, width=480, height=320)
    assert rules(found(replace(FINE, files=(small,)))) == [
        ("toutiao.cover.narrow", "warn"),
        ("toutiao.cover.low", "warn"),
    ]


def test_a_missing_cover_is_told() -> None:
    assert rules(found(replace(FINE, files=()))) == [("toutiao.cover.missing", "info")]


def test_covers_other_than_one_or_three_warn() -> None:
    assert found(replace(FINE, files=(COVER,) * 3)) == []
    assert rules(found(replace(FINE, files=(COVER,) * 2))) == [("toutiao.cover.many", "warn")]


def test_a_cover_of_another_shape_warns() -> None:
    assert found(replace(FINE, files=(replace(COVER, width=1280, height=720),))) == []
    square = replace(COVER, width=900, height=900)
    assert rules(found(replace(FINE, files=(square,)))) == [("toutiao.cover.shape", "warn")]


def test_an_empty_article_blocks() -> None:
    assert rules(found(replace(FINE, body="<p> </p>"))) == [("toutiao.body.empty", "block")]


def test_a_wide_table_warns() -> None:
    row = "<table><tbody><tr>{}</tr></tbody></table>"
    assert found(replace(FINE, body=row.format("<td>格</td>" * 4))) == []
    assert rules(found(replace(FINE, body=row.format("<th>格</th>" * 5)))) == [("toutiao.table.wide", "warn")]


def test_a_machine_without_its_declaration_blocks() -> None:
    said = replace(FINE, body="<p>一句（AI 生成）</p>")
    assert rules(found(said)) == [("toutiao.declaration.missing", "block")]
    assert found(replace(said, fields=(*FINE.fields, ("declaration", "引用AI")))) == []


def test_two_stories_block() -> None:
    assert rules(found(FINE, FINE)) == [("toutiao.stories.many", "block")]
