"""Names, titles and their order."""

import pytest

from cms.checks.standards import Standards
from tests.checks.making import findings, rules, story


@pytest.mark.parametrize(
    "words",
    [
        "省科技厅厅长陈示例出席并讲话。", "省科技厅党组书记、省科技厅厅长陈示例，省科技厅副厅长林样本参加。",
        "陈示例厅长说，林样本副厅长补充道。", "陈示例、林样本、周虚构参加了省科技厅的活动，厅长陈示例主持。",
        "时任市科技局局长陈示例在2020年的会上说。",
        "省科技厅厅长陈示例与省科技厅副厅长林样本、总工程师周虚构座谈。",
    ],
)  # fmt: skip
def test_what_is_right_is_let_through(words: str, standards: Standards) -> None:
    assert [one for one in rules(story(words), standards) if one.startswith("name.") and one != "name.untitled"] == []


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ("省科技厅副厅长陈示例出席。", "name.title"),
        ("市科技局局长陈示例出席。", "name.title"),
        ("厅长林样本说。", "name.title"),
        ("林样本厅长说。", "name.title"),
        ("省科技厅 厅长 周虚构说。", "name.title"),
        ("省科技厅厅长陈示列，出席。", "name.spelling"),
        ("林样本、陈示例出席会议。", "name.order"),
        ("副厅长林样本、厅长陈示例出席会议。", "name.order"),
        ("陈示例在调研时说。", "name.untitled"),
    ],
)
def test_what_is_wrong_is_told(words: str, rule: str, standards: Standards) -> None:
    assert rule in rules(story(words), standards)


def test_the_sentence_says_the_right_title_and_who_holds_the_wrong_one(standards: Standards) -> None:
    (one,) = findings(story("省科技厅厅长林样本出席。"), standards, "name.title")
    assert "省科技厅副厅长" in one.message and "陈示例" in one.message
    assert one.place == "blocks.0.text#0@0-9"


def test_a_title_is_asked_for_once_and_only_where_it_is_missing(standards: Standards) -> None:
    assert rules(story("陈示例说。", "陈示例又说。"), standards).count("name.untitled") == 1
    assert "name.untitled" not in rules(story("省科技厅厅长陈示例说。", "陈示例又说。"), standards)


def test_a_short_place_name_needs_its_full_name_somewhere(standards: Standards) -> None:
    assert "place.full" in rules(story("记者来到阿坝州。"), standards)
    assert "place.full" not in rules(story("记者来到阿坝藏族羌族自治州。", "阿坝州的天很蓝。"), standards)
