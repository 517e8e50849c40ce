"""Three looks over every brand: complete, readable, different, and refused in a sentence when they cannot be worn."""

from itertools import combinations
from pathlib import Path

import pytest

import themes
from tests.themes.test_themes import PREFECTURES, brand, house
from themes import LOOKS, ThemeError, contrast, load
from themes.tokens import NUMBERS, SHAPES, TOKENS, fault, unreadable

__all__ = ["house"]
PALE = "#F2B33D"
DERIVED = {"accent_note", "accent_soft", "accent_deep", "dark_accent", "dark_accent_soft", "dark_accent_deep"}


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("name", themes.names())
def test_every_look_of_every_brand_is_complete_and_keeps_to_what_tokens_may_hold(name: str, look: str) -> None:
    worn = load(name).worn(look)
    written = {token: value for token, value in worn.tokens if token not in DERIVED}
    assert set(written) == TOKENS
    assert {token: fault(token, value) for token, value in written.items()} == dict.fromkeys(TOKENS, "")
    assert written["look"] == look


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("name", themes.names())
def test_every_pair_our_pages_put_together_can_be_read_by_day_and_night(name: str, look: str) -> None:
    readings = load(name).worn(look).readings
    assert len(readings) >= 30
    for one in readings:
        token = load(name).worn(look).token
        assert one.ratio == contrast(token(one.text), token(one.ground))
        assert one.ratio >= (3 if "edge" in one.text else 4.5), one


def test_the_three_looks_of_the_house_differ_in_every_shape() -> None:
    worn = [load("sichuan").worn(look) for look in LOOKS]
    for shape in ("head", "box", "strip", "divider", "radius"):
        assert len({one.token(shape) for one in worn}) == 3, shape
    assert worn[2].token("head_font") == "serif" and worn[0].token("head_font") == "sans"


def test_a_brand_may_have_its_own_word_on_a_look_and_others_do_not_hear_it() -> None:
    assert load("deyang").worn("column").token("box") == "frame"
    assert load("deyang").worn("news").token("box") == "tint"
    assert load("chengdu").worn("column").token("box") == "card"
    assert load("liangshan").worn("news").token("divider") == "diamond"
    assert load("meishan").worn("column").token("head") == "tab"


@pytest.mark.parametrize("name", PREFECTURES)
def test_a_policy_paper_looks_the_same_kind_of_solemn_everywhere(name: str) -> None:
    worn = load(name).worn("policy")
    assert [worn.token(shape) for shape in ("head", "head_font", "box", "strip", "radius")] == [
        "centre", "serif", "frame", "official", "0",
    ]  # fmt: skip


def test_fingerprints_change_with_anything_a_look_changes(house: Path) -> None:
    brand(house, "one", '[looks.column]\nradius = "12"\n')
    brand(house, "two", '[looks.column]\nradius = "13"\n')
    prints = {load(name, folder=house).fingerprint for name in ("one", "two", "base")}
    assert len(prints) == 3
    worn = {load("chengdu").worn(look).fingerprint for look in LOOKS}
    assert len(worn) == 3
    assert load("chengdu", (("radius", "9"),)).fingerprint != load("chengdu").fingerprint


def test_an_account_speaks_last_in_every_look() -> None:
    own = (("accent", "#7A1F5C"), ("divider", "dots"), ("masthead", "蓉城科技"))
    theme = load("chengdu", own)
    assert theme.parents == ("sichuan", "base")
    for worn in (theme, *(theme.worn(look) for look in LOOKS)):
        assert [worn.token(name) for name, _ in own] == ["#7A1F5C", "dots", "蓉城科技"]
    assert theme.worn("policy").token("head") == "centre"
    assert "--accent:#7A1F5C;" in theme.css


def test_an_account_with_a_pale_accent_gets_a_darker_one_and_the_number() -> None:
    theme = load("chengdu", (("accent", PALE),))
    for worn in (theme, *(theme.worn(look) for look in LOOKS)):
        assert contrast(worn.token("accent"), worn.token("paper")) >= 4.5
        assert f"{contrast(PALE, '#FAF8F3'):.2f}:1" in worn.token("accent_note")


def test_an_accent_that_can_just_be_read_on_paper_is_deeper_on_its_own_tint() -> None:
    theme = load("base", (("accent", PALE),))
    assert contrast(theme.token("accent"), theme.token("accent_soft")) < 4.5
    assert contrast(theme.token("accent_deep"), theme.token("accent_soft")) >= 4.5


def test_an_accent_is_judged_on_the_darker_of_the_two_grounds(house: Path) -> None:
    brand(house, "grey", '[tokens]\nsurface = "#E4E0D6"\nedge = "#6B716D"\naccent = "#8C6A00"\n')
    theme = load("grey", folder=house)
    assert contrast(theme.token("accent"), "#E4E0D6") >= 4.5
    assert f"{contrast('#8C6A00', '#E4E0D6'):.2f}:1" in theme.token("accent_note")


@pytest.mark.parametrize(
    ("token", "value", "way"),
    [
        ("ink", "#999999", "调深"),
        ("ink2", "#9AA5A0", "调深"),
        ("danger", "#F28B7D", "调深"),
        ("warn", "#E6BE5C", "调深"),
        ("ok", "#86C99D", "调深"),
        ("edge", "#DFDBD1", "调深"),
        ("dark_ink", "#555555", "调亮"),
        ("dark_danger", "#B0342A", "调亮"),
    ],
)
def test_another_colour_that_cannot_be_read_is_refused_with_the_number(token: str, value: str, way: str) -> None:
    ground = "dark_paper" if token.startswith("dark_") else "paper"
    ratio = contrast(value, load("base").token(ground))
    with pytest.raises(ThemeError) as told:
        load("chengdu", ((token, value),))
    assert f"{token} {value}" in str(told.value) and f"{ratio:.2f}:1" in str(told.value) and way in str(told.value)


def test_a_ground_that_swallows_its_text_is_refused_too() -> None:
    with pytest.raises(ThemeError, match=r"在纸色 paper #1E2422 上的对比度只有 1.00:1，低于 4.5:1"):
        load("base", (("paper", "#1E2422"),))


@pytest.mark.parametrize(
    ("token", "value", "said"),
    [
        ("glitter", "gold", "不认识“glitter”，可用的有：accent、"),
        ("accent_soft", "#FFFFFF", "不认识“accent_soft”"),
        ("look", "news", "由稿件决定"),
        ("head", "wavy", "小标题样式 head 写成了“wavy”，可用：rule、tab、centre。"),
        ("radius", "6px", "可用：0 到 24 的整数"),
        ("radius", "60", "可用：0 到 24 的整数"),
        ("radius", "-1", "可用：0 到 24 的整数"),
        ("text_size", "16.5", "可用：15 到 22 的整数"),
        ("line_height", "9", "可用：1.5 到 2.2 的数"),
        ("line_height", "1,8", "可用：1.5 到 2.2 的数"),
        ("serif", "Song;}body{display:none", "请只写字体名"),
        ("sans", "url(https://x.example/f)", "请只写字体名"),
        ("masthead", "一二三四五六七八九十一二三", "不超过 12 字"),
        ("motto", "一行\n两行", "写成一行"),
        ("dark_line", "#12345", "夜间细线色 dark_line 写成了“#12345”"),
    ],
)
def test_a_token_badly_written_is_refused_with_what_is_allowed(token: str, value: str, said: str) -> None:
    with pytest.raises(ThemeError) as told:
        load("chengdu", ((token, value),))
    assert said in str(told.value)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            '[tokens]\nhead = "wavy"\n',
            r"bad/theme.toml \[tokens\]：小标题样式 head 写成了“wavy”，可用：rule、tab、centre",
        ),
        (
            '[looks.column]\nbox = "round"\n',
            r"bad/theme.toml \[looks.column\]：知识框样式 box .*可用：tint、card、frame",
        ),
        ("[looks.column]\nradius = 9\n", r"bad/theme.toml \[looks.column\] 的 radius 要写成带引号"),
        ('[looks.gala]\nbox = "card"\n', "bad/theme.toml 里没有版式“gala”，可用的有：news、column、policy"),
        ('[tokens]\nacent = "#000000"\n', "不认识“acent”"),
        ('[token]\naccent = "#000000"\n', "里不认识“token”，可用的有：parent、tokens、looks"),
        ('[looks.policy]\nink = "#AAAAAA"\n', "主题 bad（policy 版式）：正文色 ink #AAAAAA"),
    ],
)
def test_a_theme_file_is_refused_with_file_place_token_and_what_is_allowed(house: Path, words: str, said: str) -> None:
    brand(house, "bad", words)
    with pytest.raises(ThemeError, match=said):
        load("bad", folder=house)


def test_every_allowed_shape_and_both_ends_of_every_number_can_be_worn() -> None:
    for shape, allowed in SHAPES.items():
        for value in allowed if shape != "look" else ():
            assert load("base", ((shape, value),)).worn("news").token(shape) == value
    for name, (low, high) in NUMBERS.items():
        for number in (low, high):
            assert load("base", ((name, f"{number:g}"),)).token(name) == f"{number:g}"


def test_the_style_sheet_holds_every_look_and_a_colour_of_a_look_by_night_as_well(house: Path) -> None:
    brand(house, "two-tone", '[looks.column]\naccent = "#7A1F5C"\n')
    css = load("two-tone", folder=house).css
    day, night = css.split("@media", 1)
    assert ".look-column{--accent:#7A1F5C;" in day
    assert f"--accent:{load('two-tone', folder=house).worn('column').token('dark_accent')};" in night
    for name in themes.names():
        assert ".look-policy{" in load(name).css
    assert ".look-column{" in load("chengdu").css


def test_the_style_sheet_stays_small() -> None:
    assert max(len(load(name).css.encode()) for name in themes.names()) < 32_000


def test_looks_that_say_the_same_are_the_same_sheet_for_every_reader() -> None:
    apart = [(a, b) for a, b in combinations(PREFECTURES, 2) if load(a).css == load(b).css]
    assert apart == []


def test_unreadable_says_nothing_of_colours_that_can_be_read() -> None:
    assert unreadable(dict(load("chengdu").tokens)) == ""
