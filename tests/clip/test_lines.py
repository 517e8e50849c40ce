"""Kinsoku: what may not begin or end a line, what stays whole, what a caption line drops."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.making.clip import lines


@pytest.mark.parametrize("mark", sorted("，。！？；：、）】》」』”’…—·％℃"))
def test_a_closing_mark_never_begins_a_line(mark: str) -> None:
    for length in range(3, 12):
        wrapped = lines.wrap("字" * length + mark + "字" * 6, 5, whole=True)
        assert not any(line.startswith(mark) for line in wrapped)


@pytest.mark.parametrize("mark", sorted("（【《「『“‘"))
def test_an_opening_mark_never_ends_a_line(mark: str) -> None:
    for length in range(3, 12):
        assert not any(line.endswith(mark) for line in lines.wrap("字" * length + mark + "字" * 6, 5))


@pytest.mark.parametrize(
    "whole",
    ["14.9%", "305.48亿元", "第128期", "-3.5℃", "4个小时", "18.5公斤", "GB 45438", "OpenAI", "120平方公里", "……"],
)
def test_numbers_with_units_and_latin_words_stay_whole(whole: str) -> None:
    for length in range(1, 9):
        wrapped = lines.wrap("字" * length + whole + "字" * 5, 9)
        kept = whole.split(" ") if " " in whole else [whole]
        assert all(any(part in line for line in wrapped) for part in kept)


def test_names_given_stay_whole() -> None:
    for length in range(1, 9):
        assert any(
            "航空伽马能谱仪" in line for line in lines.wrap("字" * length + "航空伽马能谱仪上天", 9, ["航空伽马能谱仪"])
        )


def test_a_caption_line_ends_without_comma_or_stop_but_keeps_question_and_quotes() -> None:
    assert lines.wrap("你飞那么高，怎么知道？", 6) == ("你飞那么高", "怎么知道？")
    assert lines.wrap("“每减一克都要讨价还价。”", 16) == ("“每减一克都要讨价还价。”",)
    assert lines.wrap("从本周起。", 16) == ("从本周起",)


def test_a_headline_keeps_its_comma() -> None:
    assert lines.wrap("会听心跳，飞起来了", 5, whole=True) == ("会听心跳，", "飞起来了")


def test_no_break_inside_a_short_quotation() -> None:
    assert lines.wrap("会“听”大地心跳的“能源捕手”，飞起来了", 10, whole=True) == (
        "会“听”大地心跳的",
        "“能源捕手”，",
        "飞起来了",
    )


def test_an_address_longer_than_a_line_is_cut_where_the_line_is_full() -> None:
    wrapped = lines.wrap("https" + "a" * 60, 10)
    assert all(lines.width(line) <= 11 for line in wrapped) and "".join(wrapped) == "https" + "a" * 60


@given(st.text(alphabet="字科技创新，。！？“”（）《》12.%abc 、…—", max_size=60), st.integers(6, 16))
def test_any_text_fits_and_loses_no_letter(text: str, em: int) -> None:
    wrapped = lines.wrap(text, em)
    silent = str.maketrans("", "", "，。、；,; ")
    assert "".join(wrapped).translate(silent) == text.translate(silent)
    assert all(line == line.strip() for line in wrapped)
