"""Brands: inheritance, colours that can be read, and what a unit without a theme gets."""

from itertools import combinations
from pathlib import Path

import pytest

import themes
from themes import Theme, ThemeError, contrast, load
from themes.colour import luminance, mix, reach

PREFECTURES = [
    "chengdu",
    "zigong",
    "panzhihua",
    "luzhou",
    "deyang",
    "mianyang",
    "guangyuan",
    "suining",
    "neijiang",
    "leshan",
    "nanchong",
    "meishan",
    "yibin",
    "guangan",
    "dazhou",
    "yaan",
    "bazhong",
    "ziyang",
    "aba",
    "ganzi",
    "liangshan",
]
SHARED_TOKENS = [
    "accent",
    "accent_soft",
    "accent_note",
    "paper",
    "surface",
    "ink",
    "ink2",
    "line",
    "danger",
    "warn",
    "ok",
    "quote",
    "masthead",
    "serif",
    "sans",
    "text_size",
    "line_height",
    "dark_paper",
    "dark_surface",
    "dark_ink",
    "dark_ink2",
    "dark_line",
    "dark_accent",
]


def brand(folder: Path, name: str, words: str) -> Path:
    (folder / name).mkdir(parents=True)
    (folder / name / "theme.toml").write_text(words, encoding="utf-8")
    return folder


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A folder with a copy of the house style, to put brands beside."""
    base = Path(themes.__file__).parent / "base" / "theme.toml"
    return brand(tmp_path, "base", base.read_text(encoding="utf-8"))


def test_there_is_a_theme_for_the_province_and_each_of_the_21_prefectures() -> None:
    assert set(themes.names()) == {"base", "sichuan", *PREFECTURES}


@pytest.mark.parametrize("name", themes.names())
def test_every_accent_can_be_read_on_paper_by_day_and_night(name: str) -> None:
    theme = load(name)
    assert contrast(theme.token("accent"), theme.token("paper")) >= 4.5
    assert contrast(theme.token("accent"), theme.token("surface")) >= 4.5
    assert contrast(theme.token("accent"), theme.token("accent_soft")) >= 4
    assert contrast(theme.token("dark_accent"), theme.token("dark_paper")) >= 7
    assert contrast(theme.token("ink2"), theme.token("accent_soft")) >= 4.5


@pytest.mark.parametrize("name", themes.names())
def test_every_state_and_text_colour_can_be_read(name: str) -> None:
    theme = load(name)
    for token in ("ink", "ink2", "danger", "warn", "ok"):
        assert contrast(theme.token(token), theme.token("paper")) >= 5.85  # the table of the house style rounds to 5.9
        assert contrast(theme.token("dark_" + token), theme.token("dark_paper")) >= 7.3


def test_no_two_prefectures_share_an_accent_and_none_is_the_red_of_failures() -> None:
    accents = {name: load(name).token("accent") for name in PREFECTURES}
    accents["danger"] = load("base").token("danger")

    def apart(one: str, other: str) -> int:
        pairs = zip(themes.colour.channels_of(one), themes.colour.channels_of(other), strict=True)
        return sum(abs(a - b) for a, b in pairs)

    close = [(a, b) for a, b in combinations(accents, 2) if apart(accents[a], accents[b]) < 24]
    assert close == []


@pytest.mark.parametrize("name", PREFECTURES)
def test_a_prefecture_inherits_the_province_and_says_who_it_is(name: str) -> None:
    theme = load(name)
    assert theme.parents == ("sichuan", "base")
    assert theme.token("masthead").endswith("科技")
    assert theme.token("accent_meaning")
    assert theme.token("quote") in themes.QUOTES
    assert all(isinstance(theme.token(token), str) for token in SHARED_TOKENS)


def test_a_unit_without_a_theme_gets_the_house_style_and_a_steady_accent() -> None:
    one, again, other = load("huhehaote"), load("huhehaote"), load("eerduosi")
    assert one is again
    assert one.parents == ("base",)
    assert one.token("masthead") == ""
    assert contrast(one.token("accent"), one.token("paper")) >= 4.5
    assert one.token("accent") != other.token("accent")


def test_a_name_that_is_no_slug_never_leaves_the_folder() -> None:
    assert load("../../etc").parents == ("base",)


def test_an_accent_too_pale_for_text_is_darkened_and_the_number_told(house: Path) -> None:
    brand(house, "pale", '[tokens]\naccent = "#F2B33D"\n')
    theme = load("pale", folder=house)
    assert theme.token("accent") != "#F2B33D"
    assert contrast(theme.token("accent"), theme.token("paper")) >= 4.5
    assert "#F2B33D" in theme.token("accent_note")
    assert f"{contrast('#F2B33D', theme.token('paper')):.2f}:1" in theme.token("accent_note")


@pytest.mark.parametrize("name", themes.names())
def test_our_own_accents_need_no_darkening(name: str) -> None:
    assert load(name).token("accent_note") == ""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("[tokens]\naccent = 'green'\n", "六位十六进制"),
        ("[tokens]\naccent = '#GGGGGG'\n", "六位十六进制"),
        ("[tokens]\nquote = 'cloud'\n", "引文样式"),
        ("[tokens]\ntext_size = 17\n", "带引号"),
        ("[tokens\n", "写法有误"),
        ("parent = 'nobody'\n", "没有主题"),
        ("parent = 'bad'\n", "绕成了圈"),
    ],
)
def test_a_theme_file_with_a_fault_is_refused_with_the_remedy(house: Path, words: str, said: str) -> None:
    brand(house, "bad", words)
    with pytest.raises(ThemeError, match=said):
        load("bad", folder=house)


def test_a_token_no_theme_has_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        load("base").token("glitter")


def test_the_fingerprint_follows_the_look() -> None:
    assert load("chengdu").fingerprint != load("zigong").fingerprint
    assert load("chengdu").fingerprint == load("chengdu").fingerprint
    theme = load("chengdu")
    assert Theme(theme.name, theme.parents, theme.tokens, theme.css + " ").fingerprint != theme.fingerprint


def test_the_style_sheet_needs_nothing_from_elsewhere() -> None:
    for name in themes.names():
        css = load(name).css
        assert "url(" not in css and "@import" not in css and "@font-face" not in css
        assert "gradient(" not in css
        assert css.count("{") == css.count("}")
        assert f"--accent:{load(name).token('accent')};" in css


def test_contrast_agrees_with_wcag_examples() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)
    assert contrast("#FFFFFF", "#777777") == contrast("#777777", "#FFFFFF")
    assert luminance("#FFFFFF") == pytest.approx(1)


def test_mixing_and_reaching() -> None:
    assert mix("#000000", "#FFFFFF", 100) == "#000000"
    assert mix("#000000", "#FFFFFF", 0) == "#FFFFFF"
    assert reach("#1C5F70", "#FAF8F3", "#000000", 4.5) == "#1C5F70"
    assert reach("#808080", "#808080", "#000000", 30) == "#000000"
