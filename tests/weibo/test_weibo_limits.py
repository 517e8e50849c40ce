"""Every limit of every Weibo route has a rendition that passes it."""

from dataclasses import replace
from datetime import date

import pytest

from channels.values import Finding, Part, RenderedFile, Rendition, Slot
from channels.weibo import channel, routes
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


def on(name: str, **fields: str) -> Part:
    """A fine part of another route, some of its fields changed."""
    if name != "article":
        return replace(FINE, fields=(*FINE.fields, ("route", name)))
    values = {"title": "标题", "summary": "导语", "post": FINE.body, "link": "\x02own_link\x03", **fields}
    cover = replace(PICTURE, role="cover")
    return replace(FINE, fields=(*values.items(), ("route", name)), body="<p>正文</p>", files=(cover,))


def found(*parts: Part, **settings: str) -> list[Finding]:
    rendition = Rendition(channel="weibo", account="weibo:chengdu", mime="text/plain", parts=parts, renderer="r")
    account = stories.profile("weibo", settings=tuple(settings.items()))
    return channel.check(rendition, account, date(2026, 11, 22))


def only(findings: list[Finding], rule: str, level: str = "block") -> None:
    assert [(one.rule, one.level) for one in findings] == [(rule, level)]
    assert findings[0].message.endswith("。") and "请" in findings[0].message


EVERY = pytest.mark.parametrize("name", routes.ROUTES)
POSTS = pytest.mark.parametrize("name", [one for one in routes.ROUTES if one != "article"])


def rule(name: str, what: str) -> str:
    return f"weibo.{what}" if name == "share" else f"weibo.{name}.{what}"


@EVERY
def test_a_fine_part_of_every_route_has_no_findings(name: str) -> None:
    assert found(on(name)) == []


def test_every_limit_has_one_key_and_belongs_to_one_route() -> None:
    keys = [one.key for one in channel.limits]
    assert len(keys) == len(set(keys)) == sum(len(one.limits) for one in routes.ROUTES.values())


def test_a_fine_text_has_no_findings() -> None:
    assert found(FINE) == []


@POSTS
def test_a_long_text_blocks(name: str) -> None:
    most = {"share": 140, "advanced": 140, "longtext": 2000}[name]
    assert found(replace(on(name), body="字" * (most - 30) + "\x02own_link\x03")) == []
    only(found(replace(on(name), body="字" * (most - 29) + "\x02own_link\x03")), rule(name, "text.long"))


@POSTS
def test_an_empty_text_blocks(name: str) -> None:
    only(found(replace(on(name), body="【】 \x02own_link\x03")), rule(name, "text.empty"))


def test_a_topic_blocks() -> None:
    topic = "#话题# 正文 \x02own_link\x03"
    only(found(replace(FINE, body=topic)), "weibo.topic.refused")
    assert found(replace(on("longtext"), body=topic)) == []


@EVERY
def test_a_missing_link_warns(name: str) -> None:
    bare = tuple((key, "" if key == "link" else value) for key, value in on(name).fields)
    only(found(replace(on(name), fields=bare)), rule(name, "link.missing"), "warn")


def test_a_link_outside_the_safe_domain_blocks() -> None:
    assert found(FINE, safe_domain="example.gov.cn") == found(FINE, safe_domain="KJT.example.gov.cn") == []
    only(found(FINE, safe_domain="ample.gov.cn"), "weibo.link.unsafe")
    (said,) = found(FINE, safe_domain="other.cn")
    assert "kjt.example.gov.cn" in said.message and "other.cn" in said.message and "safe_domain" in said.message
    assert found(on("longtext"), safe_domain="other.cn") == []


@POSTS
def test_a_picture_too_many_blocks(name: str) -> None:
    most = {"share": 1, "advanced": 9, "longtext": 9}[name]
    assert found(replace(on(name), files=(PICTURE,) * most)) == []
    only(found(replace(on(name), files=(PICTURE,) * (most + 1))), rule(name, "pictures.many"))


@EVERY
def test_a_heavy_picture_blocks(name: str) -> None:
    part = on(name)
    assert found(replace(part, files=(replace(part.files[0], size=4_999_999),))) == []
    only(found(replace(part, files=(replace(part.files[0], size=5_000_000),))), rule(name, "picture.heavy"))


@EVERY
def test_a_picture_of_another_kind_blocks(name: str) -> None:
    part = on(name)
    only(found(replace(part, files=(replace(part.files[0], mime="image/webp"),))), rule(name, "picture.kind"))


@EVERY
def test_two_stories_block(name: str) -> None:
    only(found(on(name), on(name)), rule(name, "stories.many"))


def test_an_article_without_a_title_blocks() -> None:
    only(found(on("article", title="")), "weibo.article.title.missing")


def test_an_article_title_over_32_blocks() -> None:
    assert found(on("article", title="a" * 32)) == []
    only(found(on("article", title="a" * 33)), "weibo.article.title.long")


def test_an_article_over_90000_blocks() -> None:
    assert found(replace(on("article"), body="字" * 90_000)) == []
    only(found(replace(on("article"), body="字" * 90_001)), "weibo.article.content.long")


def test_a_tag_no_article_needs_blocks() -> None:
    only(found(replace(on("article"), body="<p>正文</p><table></table>")), "weibo.article.content.tags")


def test_an_article_without_a_cover_blocks() -> None:
    only(found(replace(on("article"), files=())), "weibo.article.cover.missing")


def test_a_long_summary_warns() -> None:
    assert found(on("article", summary="字" * 44)) == []
    only(found(on("article", summary="字" * 45)), "weibo.article.summary.long", "warn")


def test_an_attached_post_over_1900_blocks() -> None:
    assert found(on("article", post="字" * 1900)) == []
    only(found(on("article", post="字" * 1901)), "weibo.article.post.long")


def test_an_empty_attached_post_blocks() -> None:
    only(found(on("article", post="【】 \x02own_link\x03")), "weibo.article.post.empty")
