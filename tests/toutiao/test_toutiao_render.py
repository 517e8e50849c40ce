"""A Toutiao article: plain tags, no style, pictures in slots, the declaration."""

import io
import re

from PIL import Image

import themes
from assets.pictures import Pictures
from channels.rendering import resolve
from channels.slots import marks
from channels.toutiao import channel
from channels.values import (
    Formula,
    InlineFormula,
    List,
    ListItem,
    Manuscript,
    Mark,
    Paragraph,
    Part,
    Rendition,
    Source,
    Table,
    Text,
)
from tests.contract import stories
from tests.wechat.survives import elements, text

ACCOUNT = stories.profile("toutiao")
TAGS = {"p", "h1", "h2", "h3", "strong", "em", "blockquote", "ul", "ol", "li", "img", "br"}
TAGS |= {"table", "tbody", "tr", "th", "td"}


def whole(manuscript: Manuscript, assets: Pictures) -> Rendition:
    return channel.render([resolve(manuscript, ACCOUNT)], ACCOUNT, themes.load("chengdu"), assets)


def rendered(manuscript: Manuscript, assets: Pictures) -> Part:
    return whole(manuscript, assets).parts[0]


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


def test_a_headline_too_long_is_fitted_and_listed(assets: Pictures) -> None:
    long = story(headline="四川省科学技术厅发布今年第一批重点研发项目，成都、绵阳、德阳三市合计占去七成")
    title = rendered(long, assets).field("title")
    assert title == "四川省科学技术厅发布今年第一批重点研发项目，成都、绵阳…" and len(title) <= 30
    (lost,) = [one for one in whole(long, assets).losses if one.what == "大标题"]
    assert lost.kind == "dropped" and "short_headlines: toutiao:" in lost.reason
    english = story(headline="Internationalization engineering matters")
    assert rendered(english, assets).field("title") == "Internationalization…"


def test_a_short_headline_stays_and_one_of_another_channel_is_taken(assets: Pictures) -> None:
    assert rendered(story(), assets).field("title") == "标题" and whole(story(), assets).losses == ()
    long = story(headline="长" * 40, short_headlines=(("weibo", "给微博写的短标题"),))
    assert rendered(long, assets).field("title") == "给微博写的短标题"


def cells(*said: str) -> tuple[tuple[Text, ...], ...]:
    return tuple((stories.t(one),) for one in said)


def test_a_narrow_table_stays_and_a_wide_one_is_told_row_by_row(assets: Pictures) -> None:
    heads = ("市州", "企业", "人员", "专利", "合同")
    wide = Table(
        header=cells(*heads), rows=(cells("绵阳", "1", "2", "3", "4"), cells("德阳", "5", "", "7", "8")), line=7
    )
    made = whole(story(blocks=(wide,)), assets)
    assert "<table>" not in made.parts[0].body
    assert "<p><strong>市州：绵阳</strong><br>企业：1<br>人员：2<br>专利：3<br>合同：4</p>" in made.parts[0].body
    assert [(one.what, one.line, one.kind) for one in made.losses] == [("表格", 7, "changed")]
    narrow = Table(header=cells(*heads[:4]), rows=(cells("绵阳", "1", "2", "3"),))
    assert "<table><tbody><tr><th>市州</th>" in rendered(story(blocks=(narrow,)), assets).body


def test_a_formula_words_would_spoil_is_a_picture_of_the_pages_width(assets: Pictures) -> None:
    hard = Formula(tex=r"\frac{a}{b} = \sqrt{x^2 + 1}", alt="甲比乙", line=3)
    made = whole(story(blocks=(hard,)), assets)
    (picture,) = made.parts[0].files
    assert (picture.role, picture.mime, picture.width, picture.alt) == ("picture", "image/png", 1080, "甲比乙")
    assert re.search('<p><img src="\x02pic-[0-9a-f]{12}\x03" alt="甲比乙"></p>', made.parts[0].body)
    assert [(one.what, one.line, one.reason) for one in made.losses] == [("公式", 3, "头条不收矢量图，公式改为图片")]
    with Image.open(io.BytesIO(assets.read(picture.hash))) as drawn:
        assert drawn.width == 1080 and drawn.getextrema()[0] < 100


def test_a_formula_text_can_say_stays_text(assets: Pictures) -> None:
    part = rendered(story(blocks=(Formula(tex=r"E = mc^2"),)), assets)
    assert "E = mc²" in part.body and part.files == ()


def test_a_hard_formula_in_a_line_follows_its_paragraph_as_a_picture(assets: Pictures) -> None:
    line = Paragraph(text=(stories.t("由"), InlineFormula(r"\frac{a}{b}"), stories.t("与"), InlineFormula("x^2")))
    body = rendered(story(blocks=(line,)), assets).body
    assert re.match(r"<p>由\\frac\{a\}\{b\}与x²</p><p><img ", body)


def test_a_formula_nobody_can_draw_stays_in_words(assets: Pictures) -> None:
    made = whole(story(blocks=(Formula(tex=r"\begin{matrix}a\end{matrix}", alt="一个矩阵"),)), assets)
    assert "<p>一个矩阵</p>" in made.parts[0].body and "写成文字" in made.losses[0].reason


def test_every_change_is_listed_once_with_its_line(assets: Pictures) -> None:
    made = whole(resolve(stories.all_kinds(assets), ACCOUNT), assets)
    seen = [(one.what, one.reason, one.line, one.excerpt) for one in made.losses]
    assert len(seen) == len(set(seen))
    lines = {block.line: block.kind for block in resolve(stories.all_kinds(assets), ACCOUNT).blocks}
    changed = {lines[one.line] for one in made.losses if one.line}
    told = {kind for kind, form in channel.forms.items() if not form.native}
    assert changed >= told & set(lines.values())


def test_marks_and_languages_that_do_not_survive_are_listed(assets: Pictures) -> None:
    runs = (stories.t("H"), stories.t("2", Mark(kind="sub")), stories.t("O", Mark(kind="em")))
    blocks = (Paragraph(text=runs, line=4), Paragraph(text=(stories.t("བོད"),), lang="bo", line=5))
    made = whole(story(blocks=blocks), assets)
    assert "<p>H₂<strong>O</strong></p>" in made.parts[0].body and "lang=" not in made.parts[0].body
    assert [(one.what, one.line) for one in made.losses] == [("下标", 4), ("着重", 4), ("语种", 5)]


def test_every_slot_used_is_declared(assets: Pictures) -> None:
    part = rendered(stories.all_kinds(assets), assets)
    assert set(marks(part.body)) == {slot.id for slot in part.slots}
