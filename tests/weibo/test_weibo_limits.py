"""Every Weibo limit has a rendition that passes it."""

from dataclasses import replace
from datetime import date

from channels.values import Finding, Part, RenderedFile, Rendition, Slot
from channels.weibo import channel
from tests.contract import stories

LINK = Slot(id="own_link", kind="own_link", max_length=60, escape="text")
PICTURE = RenderedFile(role="picture", name="p.jpg", hash="0" * 64, mime="image/jpeg", size=1000)
FINE = Part(
    story="s",
    manuscript="0" * 64,
    fields=(("text", "【标题】正文 \x02own_link\x03"), ("link", "\x02own_link\x03")),
    body="【标题】正文 \x02own_link\x03",
    slots=(LINK,),
    files=(PICTURE,),
)


def found(*parts: Part) -> list[Finding]:
    rendition = Rendition(channel="weibo", account="weibo:chengdu", mime="text/plain", parts=parts, renderer="r")
    return channel.check(rendition, stories.profile("weibo"), date(2026, 11, 22))


def only(findings: list[Finding], rule: str, level: str = "block") -> None:
    assert [(one.rule, one.level) for one in findings] == [(rule, level)]
    assert findings[0].message.endswith("。") and "请" in findings[0].message


def test_a_fine_text_has_no_findings() -> None:
    assert found(FINE) == []


def test_a_long_text_blocks() -> None:
    assert found(replace(FINE, body="字" * 110 + "\x02own_link\x03")) == []
    only(found(replace(FINE, body="字" * 111 + "\x02own_link\x03")), "weibo.text.long")


def test_an_empty_text_blocks() -> None:
    only(found(replace(FINE, body="【】 \x02own_link\x03")), "weibo.text.empty")


def test_a_topic_blocks() -> None:
    only(found(replace(FINE, body="#话题# 正文 \x02own_link\x03")), "weibo.topic.refused")


def test_a_missing_link_warns() -> None:
    only(found(replace(FINE, body="正文", fields=(("link", ""),))), "weibo.link.missing", "warn")


def test_two_pictures_block() -> None:
    only(found(replace(FINE, files=(PICTURE, PICTURE))), "weibo.pictures.many")


def test_a_heavy_picture_blocks() -> None:
    only(found(replace(FINE, files=(replace(PICTURE, size=5_000_001),))), "weibo.picture.heavy")


def test_a_picture_of_another_kind_blocks() -> None:
    only(found(replace(FINE, files=(replace(PICTURE, mime="image/webp"),))), "weibo.picture.kind")


def test_two_stories_block() -> None:
    only(found(FINE, FINE), "weibo.stories.many")
