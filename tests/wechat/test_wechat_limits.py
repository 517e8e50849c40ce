"""Every WeChat limit has a rendition that passes it."""

from dataclasses import replace
from datetime import date

import pytest

from channels.making.measure import in_force
from channels.values import Finding, Part, RenderedFile, Rendition
from channels.wechat import channel
from channels.wechat.limits import LIMITS
from tests.contract import stories

TODAY = date(2026, 11, 22)
ACCOUNT = stories.profile("wechat")
COVER = RenderedFile(role="cover", name="c.jpg", hash="0" * 64, mime="image/jpeg", size=1000)
FINE = Part(
    story="s",
    manuscript="0" * 64,
    fields=(("title", "标题"), ("author", "张三"), ("digest", "摘要"), ("content_source_url", "https://e.cn")),
    body="<p>正文</p>",
    files=(COVER,),
)


def found(*parts: Part) -> list[Finding]:
    rendition = Rendition(channel="wechat", account="wechat:chengdu", mime="text/html", parts=parts, renderer="r")
    return channel.check(rendition, ACCOUNT, TODAY)


def having(part: Part, name: str, value: str) -> Part:
    return replace(part, fields=tuple({**dict(part.fields), name: value}.items()))


def only(findings: list[Finding], rule: str, level: str = "block") -> None:
    assert [(one.rule, one.level) for one in findings] == [(rule, level)]
    assert findings[0].message.endswith("。") and "请" in findings[0].message


def test_a_fine_article_has_no_findings() -> None:
    assert found(FINE) == []


def test_a_title_over_32_warns() -> None:
    assert found(having(FINE, "title", "字" * 32)) == []
    only(found(having(FINE, "title", "字" * 33)), "wechat.title.advised", "warn")


def test_a_title_over_64_blocks() -> None:
    only(found(having(FINE, "title", "字" * 65)), "wechat.title.long")
    assert "short_headlines: wechat:" in found(having(FINE, "title", "字" * 65))[0].message


def test_an_empty_title_blocks() -> None:
    only(found(having(FINE, "title", "")), "wechat.title.empty")


def test_a_long_author_blocks() -> None:
    only(found(having(FINE, "author", "字" * 17)), "wechat.author.long")


def test_a_long_digest_blocks() -> None:
    only(found(having(FINE, "digest", "字" * 129)), "wechat.digest.long")


def test_a_long_body_blocks() -> None:
    assert found(replace(FINE, body="字" * 20_000)) == []
    only(found(replace(FINE, body="字" * 20_001)), "wechat.body.characters")


def test_a_heavy_body_blocks() -> None:
    rules = {one.rule for one in found(replace(FINE, body="字" * 333_334))}
    assert rules == {"wechat.body.characters", "wechat.body.bytes"}


def test_a_long_source_address_blocks() -> None:
    only(found(having(FINE, "content_source_url", "https://e.cn/" + "x" * 1020)), "wechat.source_url.long")


def test_nine_articles_block() -> None:
    plain = having(FINE, "digest", "")
    assert found(*[plain] * 8) == []
    only(found(*[plain] * 9), "wechat.articles.many")


def test_a_digest_in_a_push_of_two_is_not_shown() -> None:
    only(found(FINE, FINE), "wechat.digest.single", "info")


def test_a_small_cover_warns() -> None:
    assert found(replace(FINE, files=(replace(COVER, width=900, height=383),))) == []
    small = found(replace(FINE, files=(replace(COVER, width=899, height=382),)))
    assert [(one.rule, one.level) for one in small] == [("wechat.cover.narrow", "warn"), ("wechat.cover.low", "warn")]


@pytest.mark.parametrize("written", ["0_0_1.2_1", "0.5_0_0.5_1", "0_0.2_1_0.1", "整张", "0_0_1", "nan_0_1_1"])
@pytest.mark.parametrize("name", ["pic_crop_235_1", "pic_crop_1_1"])
def test_a_crop_outside_the_picture_blocks(name: str, written: str) -> None:
    only(found(having(FINE, name, written)), "wechat.crop.form")


def test_a_crop_of_another_shape_blocks() -> None:
    wide = replace(FINE, files=(replace(COVER, width=900, height=383),))
    fine = having(having(wide, "pic_crop_235_1", "0_0_1_1"), "pic_crop_1_1", "0.2872_0_0.7128_1")
    assert found(fine) == []
    only(found(having(fine, "pic_crop_235_1", "0_0_0.9_1")), "wechat.crop.wide")
    only(found(having(fine, "pic_crop_1_1", "0_0_1_1")), "wechat.crop.square")


def test_a_body_the_platform_would_change_blocks() -> None:
    body = '<section><p style="display:grid;margin:0">两栏</p><p style="display:grid">并排</p></section>'
    (finding,) = found(replace(FINE, body=body))
    assert (finding.rule, finding.level, finding.excerpt) == ("wechat.clean.grid", "block", "两栏 并排")
    assert "display:grid" in finding.message and "2 处" in finding.message and finding.message.endswith("。")


def test_a_heavy_picture_blocks() -> None:
    heavy = replace(COVER, role="picture", size=1_000_001)
    only(found(replace(FINE, files=(COVER, heavy))), "wechat.picture.heavy")


def test_a_picture_of_another_kind_blocks() -> None:
    webp = replace(COVER, role="picture", mime="image/webp")
    only(found(replace(FINE, files=(COVER, webp))), "wechat.picture.kind")


def test_a_missing_cover_blocks() -> None:
    only(found(replace(FINE, files=())), "wechat.cover.missing")


def test_a_heavy_cover_blocks() -> None:
    only(found(replace(FINE, files=(replace(COVER, size=10_000_001),))), "wechat.cover.heavy")


def test_a_heavy_thumb_blocks() -> None:
    only(found(replace(FINE, files=(COVER, replace(COVER, role="thumb", size=64_001)))), "wechat.thumb.heavy")


def test_slots_count_at_their_longest() -> None:
    from channels.making.frame import SIGNOFF_SLOT

    body = "字" * 19_950 + "\x02signoff\x03"
    only(found(replace(FINE, body=body, slots=(SIGNOFF_SLOT,))), "wechat.body.characters")


@pytest.mark.parametrize(("day", "value"), [(date(2026, 1, 1), 10), (date(2026, 6, 1), 10), (date(2027, 1, 1), 20)])
def test_the_latest_reading_known_on_the_day_is_in_force(day: date, value: int) -> None:
    first = replace(LIMITS[0], key="k", value=10, read_on="2026-05-01")
    later = replace(first, value=20, read_on="2026-12-01")
    assert in_force((later, first), day)["k"].value == value
