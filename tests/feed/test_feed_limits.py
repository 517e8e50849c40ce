"""Every further limit of a feed item has a rendition that trips it, and readers never slant 汉字."""

from dataclasses import replace
from datetime import date

import pytest

import themes
from assets.pictures import Pictures
from assets.store import MemoryStore
from channels.feed import channel
from channels.values import Finding, InlineFormula, Manuscript, Mark, Paragraph, Part, Profile, Quote, Rendition, Text
from tests.contract import stories

HERE = stories.profile("feed")
PLAIN = (stories.para("正文。"),)


def made(headline: str = "题", blocks: tuple[Paragraph | Quote, ...] = PLAIN) -> Rendition:
    story = Manuscript(slug="s", headline=headline, digest="摘要", blocks=blocks)
    return channel.render([story], HERE, themes.load("chengdu"), Pictures(MemoryStore()))


def found(rendition: Rendition, profile: Profile = HERE) -> list[tuple[str, str]]:
    findings: list[Finding] = channel.check(rendition, profile, date(2026, 11, 22))
    assert all(one.message.endswith("。") and "请" in one.message for one in findings)
    return [(one.rule, one.level) for one in findings]


def with_part(**changed: object) -> Rendition:
    whole = made()
    return replace(whole, parts=(replace(whole.parts[0], **changed),))  # type: ignore[arg-type]


def fields(part: Part, **changed: str) -> tuple[tuple[str, str], ...]:
    return tuple({**dict(part.fields), **changed}.items())


def test_a_fine_item_has_no_findings() -> None:
    assert found(made()) == []


def test_an_item_without_a_guid_blocks() -> None:
    assert found(with_part(fields=fields(made().parts[0], guid=""))) == [("feed.guid.missing", "block")]


@pytest.mark.parametrize("address", ["", "//kj.example.cn", "kj.example.cn"])
def test_an_account_without_a_whole_address_blocks(address: str) -> None:
    assert found(made(), replace(HERE, site_url=address)) == [("feed.address.relative", "block")]


@pytest.mark.parametrize("bad", ["\x01", "\x1b", "\ud800", "\uffff"])
def test_a_character_no_xml_may_hold_blocks(bad: str) -> None:
    assert found(with_part(body=f"<p>正{bad}文</p>")) == [("feed.characters.illegal", "block")]


def test_a_character_no_xml_may_hold_never_comes_out_of_a_rendering() -> None:
    assert found(made("题\x01", (stories.para("正\x1b\uffff文。"),))) == []


def test_a_tag_in_a_title_warns() -> None:
    assert found(made("用 <b>标签</b> 写标题")) == [("feed.title.markup", "warn")]
    assert found(made("3 < 5 的证明")) == []


def test_two_stories_in_one_item_block() -> None:
    one = made()
    assert found(replace(one, parts=one.parts * 2)) == [("feed.stories.many", "block")]


def test_no_word_is_slanted() -> None:
    said = Paragraph(text=(Text("着重", (Mark(kind="em"),)), Text("<em>原文</em>")))
    body = made(blocks=(said, Quote(blocks=PLAIN, cite="一位读者"))).parts[0].body
    assert "<strong>着重</strong>&lt;em&gt;原文&lt;/em&gt;" in body and "—— 一位读者" in body
    assert "<em>" not in body and "<cite>" not in body


def test_a_simple_formula_in_a_line_flows_as_text() -> None:
    body = made(blocks=(Paragraph(text=(Text("即 "), InlineFormula("E=mc^2"), Text("。"))),)).parts[0].body
    assert "<p>即 E=mc²。</p>" in body
    assert "<img" in made(blocks=(Paragraph(text=(InlineFormula(r"\frac{a}{b}"),)),)).parts[0].body
