"""The signed part of a page: every block has a form, and the HTML is clean."""

import re
from collections import Counter

import html5lib
import pytest

import themes
from channels import slots
from channels import values as v
from channels.contract import Channel, StoryError
from channels.rendering import resolve
from channels.site import channel
from tests.site.sample import p, pictures, profile, story, t

FILLS = {"published_at": "2026-11-18 09:00", "signoff": "初审 王一　复审 李二", "seal": "已签发"}


def body_of(manuscript: v.Manuscript, unit: str = "chengdu", kept: object = None) -> str:
    here = profile(unit)
    made = channel.render([resolve(manuscript, here)], here, themes.load(unit), kept or pictures())  # type: ignore[arg-type]
    return slots.fill(made.parts[0], FILLS).body


def only(*blocks: v.AnyBlock, **fields: object) -> str:
    fields = {"slug": "one", "headline": "题", "blocks": blocks, **fields}
    return body_of(v.Manuscript(**fields))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def whole() -> str:
    kept = pictures()
    return body_of(story(kept), "zigong", kept)


def test_the_channel_keeps_the_contract_and_has_a_form_for_every_block() -> None:
    assert isinstance(channel, Channel)
    assert set(channel.forms) == set(v.BLOCK_KINDS)


def test_the_sample_story_shows_every_kind_of_block() -> None:
    assert {block.kind for block in story(pictures()).blocks} == set(v.BLOCK_KINDS)


@pytest.mark.parametrize(
    "words",
    [
        ["第 1 期", "贴片机每小时"][1],
        '<span class="formula" role="img" aria-label="良率约等于',
        '<div class="keys">\n<p class="key"><strong>87<small>%</small></strong>',
        '<div class="say right c1">',
        '<div class="scroll" role="region" aria-label="三种封装路线比较" tabindex="0">',
        '<td class="right">0.38</td>',
        '<blockquote class="quote">',
        '<aside class="fact"',
        "for die in wafer:\n",
        '<div class="gallery two"',
        '<span>芯粒互连示意</span> <small class="ai-tag">AI 生成</small>',
        '<a href="https://example.org/film/1">',
        '<video controls preload="none" playsinline',
        '<audio controls preload="none"',
        '<b class="tag">预告</b>',
        "<dt>开放时间</dt><dd>工作日 9:00-17:00</dd>",
        "川办发〔2026〕12号 · 四川省人民政府办公厅 · 2026-06-01",
        "<hr>",
        'lang="bo"',
        '<p class="right">',
        "自贡的盐卤化工企业",
        'role="doc-endnotes"',
        "原文“0.42 pJ/bit”有误，应为“0.38 pJ/bit”",
        "责任编辑：陈一鸣",
        "初审 王一　复审 李二",
        "本文含人工智能生成的图片与段落",
        "来源：成都科技微站",
        "作者：周见山、何小满",
        '<time class="published">2026-11-18 09:00</time>',
        "<em>像搭积木一样</em>",
        "H<sub>2</sub>O",
        "<s>旧称</s>",
    ],
)
def test_each_form_appears(whole: str, words: str) -> None:
    assert words in whole


def test_the_body_parses_without_errors(whole: str) -> None:
    parser = html5lib.HTMLParser(strict=False)
    parser.parseFragment(whole, container="article")
    assert [error for error in parser.errors if error[1] != "expected-doctype-but-got-start-tag"] == []


def test_no_script_no_style_no_handler_no_mark_left(whole: str) -> None:
    assert not re.search(r"<(script|style|iframe|form|object|link)\b", whole)
    assert not re.search(r"<[^>]*\s(on\w+|style)=", whole)
    assert not re.search("[\x00-\x08\x0b-\x1f]", whole)


def test_ids_are_unique_and_every_note_leads_back(whole: str) -> None:
    ids = Counter(re.findall(r' id="([^"]+)"', whole))
    assert max(ids.values()) == 1
    assert set(re.findall(r'href="#([^"]+)"', whole)) <= set(ids)


def test_pictures_come_in_three_widths_and_keep_their_place(whole: str) -> None:
    figure = re.search(r'<figure class="figure"><img [^>]*alt="洁净室里的贴片机正在放置芯粒"[^>]*>', whole)
    assert figure
    assert re.findall(r" (\d+)w", figure[0]) == ["480", "960", "1440"]
    assert 'loading="lazy"' in figure[0] and re.search(r'width="\d+" height="\d+"', figure[0])


def test_a_picture_made_by_ai_carries_its_mark_in_the_pixels() -> None:
    from tests.site.sample import drawn

    kept = pictures()
    stored = kept.take_in(drawn(800, 500, "#1C5F70"), "s.jpg")
    names = [
        set(re.findall(r"p/\w+\.jpg", only_with(kept, v.Picture(src=f"asset:{stored.hash}", alt="图", ai=ai))))
        for ai in (False, True)
    ]
    assert names[0] and not names[0] & names[1]


def only_with(kept: object, shown: v.Picture) -> str:
    return body_of(v.Manuscript(slug="one", headline="题", blocks=(v.Figure(picture=shown),)), kept=kept)


def test_a_face_made_by_ai_is_marked_beside_the_name() -> None:
    from tests.site.sample import drawn

    kept = pictures()
    stored = kept.take_in(drawn(300, 300, "#1C5F70"), "s.jpg")
    face = v.Picture(src=f"asset:{stored.hash}", ai=True)
    talk = v.Dialogue(lines=(v.Line(speaker="xin", text=(t("喂"),)),))
    cast = (v.Character(key="xin", name="芯芯", picture=face),)
    html = body_of(v.Manuscript(slug="one", headline="题", blocks=(talk,), cast=cast), kept=kept)
    assert "AI 形象</small>" in html


def test_a_small_picture_is_never_enlarged() -> None:
    from tests.site.sample import drawn

    kept = pictures()
    stored = kept.take_in(drawn(300, 200, "#1C5F70"), "s.jpg")
    figure = v.Figure(picture=v.Picture(src=f"asset:{stored.hash}", alt="小图"))
    html = body_of(v.Manuscript(slug="one", headline="题", blocks=(figure,)), kept=kept)
    assert "srcset" not in html and 'width="300" height="200"' in html


def test_every_file_the_body_names_belongs_to_the_rendition(whole: str) -> None:
    kept = pictures()
    here = profile()
    part = channel.render([resolve(story(kept), here)], here, themes.load("chengdu"), kept).parts[0]
    named = set(re.findall(r"\.\./(p/[0-9a-f]{24}\.\w+)", part.body))
    assert named <= {one.name for one in part.files}
    assert {part.field("cover"), part.field("share")} <= {one.name for one in part.files}
    assert all(kept.store.exists(one.hash) for one in part.files)


def test_a_region_block_shows_only_to_its_units() -> None:
    kept = pictures()
    manuscript = story(kept)
    assert "高原测试场" not in body_of(manuscript, "chengdu", kept)
    assert "高原测试场" in body_of(manuscript, "ganzi", kept)
    closed = channel.render([manuscript], profile(), themes.load("chengdu"), kept).parts[0].body
    assert "高原测试场" not in closed and "盐卤" not in closed


def test_all_accounts_share_one_body_but_for_the_source() -> None:
    kept = pictures()
    manuscript = story(kept, blocks=(p("同一段话。"),))
    one, other = (
        channel.render([manuscript], profile(unit, name=name), themes.load(unit), kept).parts[0].body
        for unit, name in (("chengdu", "成都局"), ("zigong", "自贡局"))
    )
    assert one != other and one.replace("成都局", "自贡局") == other


def test_the_same_input_gives_the_same_bytes_whatever_the_theme() -> None:
    kept = pictures()
    first = channel.render([story(kept)], profile(), themes.load("chengdu"), kept)
    again = channel.render([story(kept)], profile(), themes.load("zigong"), kept)
    assert first == again


def test_a_reprint_always_says_where_it_comes_from() -> None:
    source = v.Source(
        outlet="科技日报", author="王某", url="https://example.org/a", title="原题", published="2026-10-01"
    )
    html = only(p("文"), source=source)
    for words in ("转载自", "科技日报", "原作者：王某", "原题：《原题》", "https://example.org/a", "2026-10-01"):
        assert words in html


def test_the_editors_text_is_never_markup() -> None:
    html = only(
        p("<script>alert(1)</script>"),
        v.Code(text="</code><b>"),
        v.ResourceCard(title='"><img>', fields=(("<i>", "<u>"),), url="javascript:alert(1)"),
        headline="<b>题</b> & 题",
        byline=("<i>名</i>",),
    )
    assert not re.search(r"<(script|b|i|u|img)>", html)
    assert "javascript:" not in html


def test_headings_close_up_below_the_headline() -> None:
    html = only(v.Heading(level=2, text=(t("甲"),)), v.Heading(level=5, text=(t("乙"),)))
    assert "<h2>甲</h2>" in html and "<h3>乙</h3>" in html


def test_a_formula_that_cannot_be_drawn_is_still_there_in_words() -> None:
    assert '<code class="tex">\\nosuch{x}</code>' in only(v.Formula(tex=r"\nosuch{x}"))


def test_formulas_grow_with_the_text_and_carry_no_style() -> None:
    html = only(v.Paragraph(text=(v.InlineFormula(r"\frac{a}{b}"),)))
    assert re.search(r'<svg [^>]*width="[\d.]+em"', html) and 'class="dip-' in html and "style=" not in html


def test_a_note_nobody_points_to_is_not_lost() -> None:
    assert "独立的注" in only(v.Footnote(label="x", blocks=(p("独立的注"),)))


def test_a_speaker_outside_the_cast_keeps_the_name() -> None:
    assert '<p class="who">路人</p>' in only(v.Dialogue(lines=(v.Line(speaker="路人", text=(t("喂"),)),)))


def test_a_picture_never_taken_in_is_the_storys_fault() -> None:
    with pytest.raises(StoryError, match="还没有入库"):
        only(v.Figure(picture=v.Picture(src="a.jpg", alt="甲")))


def test_a_sound_outside_the_manuscript_is_refused() -> None:
    with pytest.raises(StoryError, match="素材清单"):
        only(v.Audio(src=f"asset:{'0' * 64}"))


def test_two_stories_in_one_delivery_are_refused() -> None:
    kept = pictures()
    with pytest.raises(StoryError, match="一篇"):
        channel.render([story(kept), story(kept)], profile(), themes.load("chengdu"), kept)


def test_the_package_opens_from_a_folder() -> None:
    kept = pictures()
    here = profile()
    made = channel.render([story(kept)], here, themes.load("chengdu"), kept)
    files = {one.path: one.content for one in channel.package(made, here, {made.parts[0].story: FILLS}, kept)}
    page = files["s/xinli-pinban.html"].decode()
    for path in re.findall(r'(?:src|href|poster)="\.\./([^"#]+)"', page):
        if path.startswith(("p/", "yigao")):
            assert path in files


def test_no_word_of_a_story_can_look_like_a_slot_or_a_brand_mark() -> None:
    bad = "甲\x02own_link\x03乙\x04unit\x05\x00"
    manuscript = v.Manuscript(slug="one", headline=bad, digest=bad, blocks=(p(bad),))
    part = channel.render([manuscript], profile(), themes.load("chengdu"), pictures()).parts[0]
    assert set(slots.marks(part.body)) == {"published_at", "seal", "signoff"}
    assert part.field("headline") == "甲own_link乙unit"
