"""A WeChat article: what survives, what a reader must see, and how brands differ."""

import re
from dataclasses import replace

import pytest

import themes
from assets.pictures import Pictures
from channels.contract import StoryError
from channels.rendering import resolve
from channels.slots import marks
from channels.values import (
    Character,
    Dialogue,
    Figure,
    Formula,
    Line,
    List,
    ListItem,
    Manuscript,
    Mark,
    Paragraph,
    Picture,
    Profile,
    Rendition,
    Source,
    Text,
)
from channels.wechat import channel
from channels.wechat.dialogue import colours
from tests.contract import stories
from tests.wechat import survives
from themes.colour import contrast

ACCOUNT = stories.profile("wechat")


def rendered(manuscript: Manuscript, assets: Pictures, account: Profile = ACCOUNT) -> Rendition:
    return channel.render([resolve(manuscript, account)], account, themes.load(account.theme), assets)


def short(*texts: str, **changed: object) -> Manuscript:
    values = {"slug": "s", "headline": "标题", "blocks": tuple(stories.para(one) for one in texts)}
    return Manuscript(**{**values, **changed})  # type: ignore[arg-type]


@pytest.mark.parametrize("brand", themes.names())
def test_everything_in_the_article_survives_the_cleaner_in_every_brand(assets: Pictures, brand: str) -> None:
    account = stories.profile("wechat", brand)
    body = rendered(stories.all_kinds(assets), assets, account).parts[0].body
    assert survives.stripped(body) == []


def test_brands_share_the_words_and_differ_in_looks(assets: Pictures) -> None:
    manuscript = stories.all_kinds(assets)
    bodies = {
        brand: rendered(manuscript, assets, stories.profile("wechat", brand)).parts[0].body
        for brand in ("aba", "chengdu")
    }
    assert "#00788A" in bodies["aba"] and "#846500" in bodies["chengdu"]
    assert "阿坝科技" in bodies["aba"] and "「" in bodies["chengdu"] and "「" not in bodies["aba"]
    assert "\x04" not in "".join(bodies.values())


def test_a_unit_without_a_masthead_shows_its_own_name(assets: Pictures) -> None:
    account = stories.profile("wechat", "gaoxin", name="高新区科技局")
    assert "高新区科技局</span>" in rendered(short("正文"), assets, account).parts[0].body


def test_the_fields_of_a_draft(assets: Pictures) -> None:
    part = rendered(stories.all_kinds(assets), assets).parts[0]
    assert part.field("title") == "一篇用到每一种块的稿件"
    assert part.field("author") == "张三 李四"
    assert part.field("digest").startswith("这篇稿件用到了每一种块")
    assert part.field("content_source_url") == "\x02own_link\x03?k=\x02key\x03"
    assert part.field("need_open_comment") == "0"
    assert part.field("pic_crop_235_1") == "0_0_1_1"


def test_the_cover_and_the_share_square_are_cut_to_size(assets: Pictures) -> None:
    files = {one.role: one for one in rendered(stories.all_kinds(assets), assets).parts[0].files}
    assert (files["cover"].width, files["cover"].height) == (900, 383)
    assert (files["thumb"].width, files["thumb"].height) == (300, 300)
    assert files["thumb"].size < 64_000


def test_a_long_byline_keeps_the_first_name_whole(assets: Pictures) -> None:
    made = rendered(short("正文", byline=("欧阳修文", "司马相如", "诸葛孔明", "上官婉儿")), assets)
    assert made.parts[0].field("author") == "欧阳修文等"
    assert "上官婉儿" in made.parts[0].body
    assert any(one.what == "作者" for one in made.losses)


def test_a_digest_comes_from_the_first_sentences(assets: Pictures) -> None:
    made = rendered(short("第一句话说完。" * 30), assets)
    assert len(made.parts[0].field("digest")) <= 128
    assert made.parts[0].field("digest").endswith("。")


def test_outside_links_become_numbered_references(assets: Pictures) -> None:
    link = Mark(kind="link", href="https://example.org/a")
    block = Paragraph(text=(Text("见", ()), Text("这里", (link,)), Text("和", ()), Text("那里", (link,))), line=7)
    made = rendered(short(blocks=(block,)), assets)
    body = survives.text(made.parts[0].body)
    assert "参考链接" in body and body.count("https://example.org/a") == 1
    assert [one.line for one in made.losses if one.what == "链接"] == [7]


def test_a_link_over_several_marks_has_one_number(assets: Pictures) -> None:
    link = Mark(kind="link", href="https://example.org/a")
    block = Paragraph(text=(Text("半", (link,)), Text("粗", (link, Mark(kind="strong")))))
    assert rendered(short(blocks=(block,)), assets).parts[0].body.count("[1]") == 2


def test_links_to_wechat_articles_stay(assets: Pictures) -> None:
    link = Mark(kind="link", href="https://mp.weixin.qq.com/s/abc")
    body = rendered(short(blocks=(Paragraph(text=(Text("往期", (link,)),)),)), assets).parts[0].body
    assert '<a href="https://mp.weixin.qq.com/s/abc"' in body and "参考链接" not in body


def test_inner_lists_stand_behind_their_entry(assets: Pictures) -> None:
    inner = List(ordered=True, start=3, items=(ListItem(blocks=(stories.para("里"),)),))
    outer = List(items=(ListItem(blocks=(stories.para("外"), inner)), ListItem(blocks=(stories.para("末"),))))
    body = rendered(short(blocks=(outer,)), assets).parts[0].body
    assert "<ul" not in body and "• 外" in body and "3. 里" in body
    assert body.index("• 外") < body.index("3. 里") < body.index("• 末")


@pytest.mark.parametrize("colour", ["#FFFF00", "#E6BE5C", "#1C5F70", "not a colour"])
def test_a_speaker_can_always_be_read(colour: str) -> None:
    name, ground, _ = colours(colour)
    assert contrast(name, "#FFFFFF") >= 4.5
    assert contrast("#FFFFFF", ground) >= 4.5


def test_dialogue_stands_left_and_right_and_names_each_turn_once(assets: Pictures) -> None:
    cast = (Character(key="a", name="小科"), Character(key="b", name="大叔", side="right"))
    lines = tuple(Line(speaker=who, text=(Text(word),)) for who, word in (("a", "一"), ("a", "二"), ("b", "三")))
    body = rendered(short(blocks=(Dialogue(lines=lines),), cast=cast), assets).parts[0].body
    assert body.count("小科") == 1 and "text-align:right" in body


def test_a_reprint_always_says_where_it_is_from(assets: Pictures) -> None:
    source = Source(outlet="四川日报", author="赵六", url="https://s.example/a", title="原题目")
    body = survives.text(rendered(short("正文", source=source), assets).parts[0].body)
    for words in ("来源：四川日报", "作者：赵六", "原题：原题目", "原文：https://s.example/a"):
        assert words in body


def test_what_a_machine_made_is_labelled(assets: Pictures) -> None:
    kept = stories.taken(assets, stories.drawn_picture(), "图", ai=True)
    run = Paragraph(text=(Text("机器的话", (Mark(kind="ai"),)),))
    made = rendered(
        short(blocks=(Figure(picture=kept), run, replace(stories.para("全段"), ai=True)), ai_label="含机器内容"), assets
    )
    body = survives.text(made.parts[0].body)
    assert "含机器内容" in body and body.count("AI 生成") == 3


def test_han_characters_are_never_slanted(assets: Pictures) -> None:
    body = rendered(stories.all_kinds(assets), assets).parts[0].body
    assert "italic" not in body and '<em style="font-style:normal' in body


def test_every_slot_used_is_declared_and_the_other_way_round(assets: Pictures) -> None:
    part = rendered(stories.all_kinds(assets), assets).parts[0]
    used = set(marks(part.body + "".join(value for _, value in part.fields)))
    assert used == {slot.id for slot in part.slots}


def test_a_unit_without_a_site_has_no_source_link(assets: Pictures) -> None:
    part = rendered(short("正文"), assets, replace(ACCOUNT, site_url="")).parts[0]
    assert part.field("content_source_url") == "" and {slot.id for slot in part.slots} == {"signoff"}


def test_losses_name_the_line_even_when_an_equal_story_came_before(assets: Pictures) -> None:
    link = Mark(kind="link", href="https://example.org/a")
    lines = []
    for line in (3, 30):
        block = Paragraph(text=(Text("链", (link,)),), line=line)
        lines += [one.line for one in rendered(short(blocks=(block,)), assets).losses if one.what == "链接"]
    assert lines == [3, 30]


def test_a_formula_that_cannot_be_drawn_is_shown_as_written_and_listed(assets: Pictures) -> None:
    made = rendered(short(blocks=(Formula(tex="x^{<b", line=12),)), assets)
    assert "x^{&lt;b</code>" in made.parts[0].body
    lost = next(one for one in made.losses if one.what == "公式")
    assert lost.line == 12
    assert "写法有误" in lost.reason


def test_a_picture_never_taken_in_is_refused(assets: Pictures) -> None:
    with pytest.raises(StoryError, match="还没有收进素材库"):
        rendered(short(blocks=(Figure(picture=Picture(src="a.jpg")),)), assets)


def test_an_empty_story_is_refused(assets: Pictures) -> None:
    with pytest.raises(StoryError, match="正文是空的"):
        rendered(short(), assets)


def test_a_story_without_any_picture_gets_a_drawn_cover_that_lies_in_the_package(assets: Pictures) -> None:
    made = rendered(short("正文"), assets)
    files = {one.role: one for one in made.parts[0].files}
    assert (files["cover"].width, files["cover"].height) == (900, 383) and files["thumb"].size <= 64_000
    packed = {one.path for one in channel.package(made, ACCOUNT, {}, assets)}
    assert {f"pictures/{one.hash[:12]}.jpg" for one in files.values()} <= packed
    assert any(one.what == "封面" for one in made.losses)


def test_a_push_carries_several_articles(assets: Pictures) -> None:
    account = ACCOUNT
    push = channel.render([short("甲", slug="a"), short("乙", slug="b")], account, themes.load("chengdu"), assets)
    assert [part.story for part in push.parts] == ["a", "b"]


def test_long_articles_leave_room_for_words(assets: Pictures) -> None:
    """Forty plain paragraphs cost less than 100 characters of markup each."""
    made = rendered(short(*["字" * 100] * 40), assets).parts[0].body
    assert len(made) - 4000 < 40 * 40 + 4000
    assert re.search(r'<p style="margin:22px 0">字', made)
