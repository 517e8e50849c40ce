"""The shapes of an article: looks, the tight form, galleries, languages, and every loss with its place."""

import re
from dataclasses import replace

import pytest

import themes
from assets.pictures import Pictures
from channels.rendering import resolve
from channels.slots import blank
from channels.values import (
    Code,
    Figure,
    Formula,
    Gallery,
    Heading,
    List,
    ListItem,
    Loss,
    Manuscript,
    Mark,
    Paragraph,
    Part,
    Quote,
    Text,
)
from channels.wechat import channel
from tests.contract import stories
from tests.wechat import survives

ACCOUNT = stories.profile("wechat")


def story(*blocks: object, **changed: object) -> Manuscript:
    return Manuscript(**{"slug": "s", "headline": "标题", "blocks": blocks, **changed})  # type: ignore[arg-type]


def made(manuscript: Manuscript, assets: Pictures, own: tuple[tuple[str, str], ...] = ()) -> tuple[Part, list[Loss]]:
    rendition = channel.render([resolve(manuscript, ACCOUNT)], ACCOUNT, themes.load("chengdu", own), assets)
    return rendition.parts[0], list(rendition.losses)


def heading(text: str, level: int = 2) -> Heading:
    return Heading(level=level, text=(Text(text),))


PARTS = (heading("看见"), stories.para("甲"), heading("听见"), stories.para("乙"))


def test_the_three_looks_keep_the_words_and_change_the_shape(assets: Pictures) -> None:
    bodies = {look: made(story(*PARTS, look=look), assets)[0].body for look in themes.LOOKS}
    assert "3px double" in bodies["policy"] and "3px double" not in bodies["news"] + bodies["column"]
    assert "text-align:center;font-family:" in bodies["policy"] and "background-color:#846500" in bodies["column"]
    assert survives.text(bodies["news"]).split() == survives.text(bodies["policy"]).split()
    assert all(survives.stripped(body) == [] for body in bodies.values())


def test_an_account_overrides_the_shapes_of_its_look(assets: Pictures) -> None:
    plain, _ = made(story(*PARTS, look="column"), assets)
    own, _ = made(story(*PARTS, look="column"), assets, (("head", "rule"), ("radius", "3")))
    assert ">01<" in plain.body and ">01<" not in own.body
    assert "border-radius:3px" in own.body


def test_the_columns_tabs_count_unless_the_story_does(assets: Pictures) -> None:
    def numbers(*blocks: object) -> list[str]:
        return re.findall(r">(\d\d)</span>", made(story(*blocks, look="column"), assets)[0].body)

    assert numbers(*PARTS) == ["01", "02"]
    assert numbers(heading("一、看见"), heading("二、听见")) == []
    assert numbers(heading("只有一节")) == []


def test_an_article_that_fits_is_never_tightened(assets: Pictures) -> None:
    part, losses = made(story(*[stories.para("字" * 300)] * 20), assets)
    assert part.body.count("<p style=") >= 20 and not [one for one in losses if one.what == "排版"]


def test_an_article_too_long_by_its_markup_alone_is_tightened_and_says_so(assets: Pictures) -> None:
    link = Mark(kind="link", href="https://e.cn/a")
    blocks = [replace(stories.para(f"第{n}段，" + "字" * 30, line=n), align="") for n in range(1, 330)]
    blocks.append(Paragraph(text=(Text("链", (link,)),), line=400))
    part, losses = made(story(heading("节"), *blocks, Quote(blocks=(stories.para("引"),), cite="谁")), assets)
    assert len(blank(part.body, part.slots)) < 20_000
    assert all(f"第{n}段" in part.body for n in range(1, 330)) and survives.stripped(part.body) == []
    assert [one.what for one in losses].count("排版") == 1
    assert [one.line for one in losses if one.what == "链接"] == [400]


def test_formulas_of_a_long_article_become_pictures_with_their_words(assets: Pictures) -> None:
    formulas = [Formula(tex=rf"\int_0^{{{n}}} \frac{{e^{{-x^2}}}}{{1+x}} dx", line=n) for n in range(1, 16)]
    part, losses = made(story(*formulas), assets)
    pictures = [one for one in part.files if one.mime == "image/png"]
    assert len(pictures) == 15 and "<svg" not in part.body
    assert all(one.alt.startswith(r"\int") for one in pictures)
    assert [one.line for one in losses if one.what == "公式"] == list(range(1, 16))


@pytest.mark.parametrize(("count", "rows"), [(2, [2]), (3, [2]), (4, [2, 2]), (5, [2, 3]), (7, [3, 3]), (9, [3, 3, 3])])
def test_a_gallery_fills_its_rows(assets: Pictures, count: int, rows: list[int]) -> None:
    picture = stories.taken(assets, stories.drawn_picture(), "图", credit="张三")
    block = Gallery(figures=tuple(Figure(picture=picture) for _ in range(count)), line=5)
    part, losses = made(story(block), assets)
    assert [row.count("<td") for row in re.findall(r"<tr>.*?</tr>", part.body)] == rows
    assert part.body.count("<img") == count and part.body.count("图源：张三") == 1
    assert [one.line for one in losses if one.what == "图集"] == [5]


def test_a_gallery_of_pictures_in_shape_loses_nothing(assets: Pictures) -> None:
    picture = stories.taken(assets, stories.drawn_picture(size=(800, 600)), "图")
    _, losses = made(story(Gallery(figures=(Figure(picture=picture),) * 4)), assets)
    assert not [one for one in losses if one.what == "图集"]


FONTS = {"bo": "Tibetan", "ii": "Sans Yi", "mn": "Sans Mongolian", "ug": "UKIJ"}


@pytest.mark.parametrize(("lang", "font"), FONTS.items())
def test_each_language_has_its_fonts_as_block_and_as_run(assets: Pictures, lang: str, font: str) -> None:
    blocks = (
        Paragraph(text=(Text("一段"),), lang=lang),
        Paragraph(text=(Text("汉语"), Text("一词", (Mark(kind="lang", lang=lang),)))),
        List(items=(ListItem(blocks=(stories.para("一条"),)),), lang=lang),
    )
    body = made(story(*blocks), assets)[0].body
    assert body.count(font) == 3 and survives.stripped(body) == []


def test_letters_from_the_right_are_isolated_and_set_right(assets: Pictures) -> None:
    part, losses = made(story(Paragraph(text=(Text("ئۇيغۇر ABC!"),), lang="ug", line=4)), assets)
    assert "\u2067ئۇيغۇر ABC!\u2069" in part.body and "text-align:right" in part.body
    assert [one.line for one in losses if one.what == "从右到左的文字"] == [4]


def test_every_changed_list_is_named_at_its_entry(assets: Pictures) -> None:
    inner = List(items=(ListItem(blocks=(stories.para("里", 8),)),), line=8)
    entries = (ListItem(blocks=(stories.para("外", 7), inner)), ListItem(blocks=(stories.para("末", 9),)))
    counted = List(ordered=True, start=3, items=(ListItem(blocks=(stories.para("三", 20),)),), line=20)
    _, losses = made(story(List(items=entries, line=7), counted), assets)
    assert [(one.line, one.excerpt) for one in losses if one.what == "列表"] == [(8, "外"), (20, "三")]


def test_a_headline_cut_to_fit_is_listed(assets: Pictures) -> None:
    long = "省里出台方案，推动科技资源开放共享，" * 6
    part, losses = made(story(stories.para("正文"), headline=long), assets)
    assert len(part.field("title")) <= 64 and part.field("title").endswith("…")
    assert [one.what for one in losses if one.what == "标题"] == ["标题"]


def test_no_loss_is_told_twice_for_one_place(assets: Pictures) -> None:
    _, losses = made(stories.all_kinds(assets), assets)
    places = [(one.what, one.reason, one.line, one.excerpt) for one in losses]
    assert len(places) == len(set(places))


def test_code_keeps_its_spaces_and_lines(assets: Pictures) -> None:
    body = made(story(Code(text='if x:\n    y = "z"')), assets)[0].body
    assert 'if x:<br>&nbsp;&nbsp;&nbsp;&nbsp;y = "z"</pre>' in body
