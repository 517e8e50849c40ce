"""The looks on our own pages: what the signed part carries, what the frame makes of it, and the blocks' finer forms."""

import re

import pytest

import themes
from channels import slots
from channels import values as v
from channels.site import channel, forms, pages
from tests.site.sample import p, pictures, profile, story, t
from tests.site.test_site_body import only

FILLS = {"published_at": "2026-11-18 09:00", "signoff": "", "seal": ""}
CLASS = re.compile(r'<body class="([^"]*)"')


def part_of(**changes: object) -> v.Part:
    kept = pictures()
    made = channel.render([story(kept, **changes)], profile(), themes.load("chengdu"), kept)
    return slots.fill(made.parts[0], FILLS)


def classes(part: v.Part, brand: str = "chengdu") -> set[str]:
    found = CLASS.search(pages.story_page(part, pages.frame_for(profile(brand), themes.load(brand))))
    assert found
    return set(found[1].split())


@pytest.mark.parametrize("look", themes.LOOKS)
def test_a_story_page_wears_its_look_in_every_brand(look: str) -> None:
    part = part_of(look=look)
    assert part.field("look") == look
    for brand in themes.names():
        worn = themes.load(brand).worn(look)
        shapes = {f"{shape}-{worn.token(shape)}" for shape in ("strip", "head", "box", "divider", "quote")}
        assert classes(part, brand) == {"story-page", f"look-{look}", *shapes}


def test_a_story_of_a_column_wears_the_column_look_unless_it_says_otherwise() -> None:
    assert part_of().field("look") == "column"
    assert part_of(column="", column_slug="").field("look") == "news"
    assert part_of(look="policy").field("look") == "policy"


def test_the_look_is_in_the_signed_part_and_the_brand_is_not() -> None:
    kept = pictures()
    one = channel.render([story(kept)], profile(), themes.load("chengdu"), kept)
    other = channel.render([story(kept)], profile(), themes.load("zigong"), kept)
    plain = channel.render([story(kept, look="news")], profile(), themes.load("chengdu"), kept)
    assert one == other
    assert one.parts[0].body == plain.parts[0].body and one != plain


def test_pages_that_are_no_story_wear_no_look() -> None:
    html = pages.front_page([], pages.frame_for(profile(), themes.load("chengdu")))
    found = CLASS.search(html)
    assert found and found[1] == "front quote-corner"


@pytest.mark.parametrize(
    ("site_url", "root"),
    [("https://kj.example.cn", "/"), ("http://127.0.0.1:8000/sites/aba", "/sites/aba/"), ("https://a.cn/b/", "/b/")],
)
def test_the_missing_page_leads_home_wherever_the_site_lies(site_url: str, root: str) -> None:
    html = pages.not_found(pages.frame_for(profile(site_url=site_url, footer=()), themes.load("aba")))
    assert f'href="{root}index.html">回首页' in html and f'href="{root}yigao.' in html
    assert [one for one in re.findall(r'href="([^"]+)"', html) if one.startswith("http")] == []


# --------------------------------------------------------------------------- blocks


def said(*cast: v.Character) -> list[str]:
    lines = tuple(v.Line(speaker=one.key, text=(t("好。"),)) for one in cast)
    return re.findall(r'class="say \w+ (c\d)"', only(v.Dialogue(lines=lines), cast=cast))


def test_a_character_keeps_the_hue_nearest_its_colour() -> None:
    chosen = said(
        v.Character(key="a", name="甲", colour="#7a5600"),
        v.Character(key="b", name="乙"),
        v.Character(key="c", name="丙", colour="#5b4a94"),
    )
    assert [forms.HUES[int(one[1:])] for one in chosen] == [38, 193, 265]


def test_two_characters_of_one_colour_are_still_told_apart_and_a_ninth_has_a_hue() -> None:
    same = [v.Character(key=f"k{n}", name=f"角{n}", colour="#B03A78") for n in range(9)]
    chosen = said(*same)
    assert len(set(chosen[:8])) == 8 and len(chosen) == 9
    assert said(v.Character(key="g", name="灰", colour="#808080")) == ["c0"]


@pytest.mark.parametrize(
    ("state", "words", "way"),
    [
        ("upcoming", "预告", "届时"),
        ("live", "直播中", "进入直播"),
        ("ended", "已结束", "看回放"),
        ("odd", "预告", "届时"),
    ],
)
def test_a_live_stream_says_its_state_and_what_to_do(state: str, words: str, way: str) -> None:
    html = only(v.LiveStream(url="https://example.org/l", title="论坛", state=state, starts="11-28 09:30"))
    shown = state if state != "odd" else "upcoming"
    assert f'<div class="card live is-{shown}">' in html
    assert f'<b class="tag">{words}</b>' in html and way in html and "11-28 09:30 · " in html


def grid(columns: int, rows: int) -> str:
    row = tuple((t("数"),) for _ in range(columns))
    return only(v.Table(header=row, rows=tuple(row for _ in range(rows))))


def test_wide_and_long_tables_say_so_and_others_do_not() -> None:
    assert 'class="scroll" role' in grid(4, 15)
    assert 'class="scroll wide" role' in grid(5, 2)
    assert 'class="scroll long" role' in grid(3, 16)
    assert 'class="scroll wide long" role' in grid(9, 40)


def test_a_listing_names_its_language_and_can_be_reached_by_keyboard() -> None:
    html = only(v.Code(text="a < b", syntax='py"'), v.Code(text="x"))
    assert '<pre data-syntax="py&quot;" role="region" aria-label="代码 py&quot;" tabindex="0">' in html
    assert '<pre role="region" aria-label="代码" tabindex="0"><code>x' in html and "a &lt; b" in html


TURNS = {"ug": 1, "ug-CN": 1, "ug-Latn": 0, "ur": 1, "kk-Arab": 1, "kk": 0, "bo": 0, "ugx": 0}


@pytest.mark.parametrize(("lang", "is_rtl"), TURNS.items())
def test_a_language_written_from_the_right_says_so_on_block_and_span(lang: str, is_rtl: int) -> None:
    block = v.Paragraph(text=(t("ئۇيغۇر"),), lang=lang)
    span = v.Paragraph(text=(t("字"), v.Text("ئۇ", (v.Mark("lang", lang=lang),))))
    turn = ' dir="rtl"' if is_rtl else ""
    html = only(block, span)
    assert f'<p lang="{lang}"{turn}>' in html and f'<span lang="{lang}"{turn}>' in html


def test_a_whole_page_in_such_a_language_turns() -> None:
    part = part_of(lang="ug", blocks=(p("ئۇيغۇر"),))
    assert '<html lang="ug" dir="rtl">' in pages.story_page(part, pages.frame_for(profile(), themes.load("chengdu")))
