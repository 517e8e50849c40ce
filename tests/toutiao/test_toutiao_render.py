"""A Toutiao article: plain tags, no style, pictures in slots, the declaration."""

import re

import themes
from assets.pictures import Pictures
from channels.rendering import resolve
from channels.slots import marks
from channels.toutiao import channel
from channels.values import List, ListItem, Manuscript, Mark, Paragraph, Part, Source
from tests.contract import stories
from tests.wechat.survives import elements, text

ACCOUNT = stories.profile("toutiao")
TAGS = {"p", "h1", "h2", "h3", "strong", "em", "blockquote", "ul", "ol", "li", "img", "br"}
TAGS |= {"table", "tbody", "tr", "th", "td"}


def rendered(manuscript: Manuscript, assets: Pictures) -> Part:
    made = channel.render([resolve(manuscript, ACCOUNT)], ACCOUNT, themes.load("chengdu"), assets)
    return made.parts[0]


def story(**changed: object) -> Manuscript:
    values: dict[str, object] = {"slug": "s", "headline": "标题", "blocks": (stories.para("正文。"),)}
    return Manuscript(**{**values, **changed})  # type: ignore[arg-type]


def test_only_plain_tags_without_any_style(assets: Pictures) -> None:
    body = rendered(stories.all_kinds(assets), assets).body
    found = {str(one.tag) for one in elements(body)} - {"DOCUMENT_FRAGMENT"}
    assert found <= TAGS
    assert {key for one in elements(body) for key in one.attrib} == {"src", "alt"}


def test_the_cover_is_three_to_two_and_wide_enough(assets: Pictures) -> None:
    cover = next(one for one in rendered(stories.all_kinds(assets), assets).files if one.role == "cover")
    assert cover.width * 2 == cover.height * 3 and cover.width >= 660


def test_a_machine_asks_for_the_declaration(assets: Pictures) -> None:
    assert rendered(stories.all_kinds(assets), assets).field("declaration") == "引用AI"
    assert rendered(story(), assets).field("declaration") == ""
    flagged = stories.Paragraph(text=(stories.t("机器写的"),), ai=True)
    assert rendered(story(blocks=(flagged,)), assets).field("declaration") == "引用AI"


def test_a_reprint_always_says_where_it_is_from(assets: Pictures) -> None:
    source = Source(outlet="四川日报", author="赵六", url="https://s.example/a")
    body = text(rendered(story(source=source), assets).body)
    assert "来源：四川日报" in body and "作者：赵六" in body and "原文：https://s.example/a" in body


def test_links_are_words_with_their_address_at_the_end(assets: Pictures) -> None:
    body = rendered(stories.all_kinds(assets), assets).body
    assert "<a" not in body and "[1] https://example.org/a?b=1&amp;c=2" in body


def test_marks_without_a_tag_there_are_spelled_out(assets: Pictures) -> None:
    runs = (stories.t("10"), stories.t("-6", Mark(kind="sup")), stories.t("旧", Mark(kind="strike")))
    assert "10^-6（删去：旧）" in rendered(story(blocks=(Paragraph(text=runs),)), assets).body


def test_lists_inside_lists_are_laid_flat(assets: Pictures) -> None:
    inner = List(items=(ListItem(blocks=(stories.para("里"),)),))
    outer = List(items=(ListItem(blocks=(stories.para("外"), inner)),), ordered=True)
    body = rendered(story(blocks=(outer,)), assets).body
    assert not re.search(r"<li>[^/]*<[uo]l", body) and "1. 外" in body and "里" in body


def test_every_slot_used_is_declared(assets: Pictures) -> None:
    part = rendered(stories.all_kinds(assets), assets)
    assert set(marks(part.body)) == {slot.id for slot in part.slots}
