"""Figures: one form for one statement, and contradictions within a story and in the house."""

import re
from decimal import Decimal

import pytest

from channels.values import KeyFigure
from cms.checks import figures
from cms.checks.passages import read
from cms.checks.standards import Standards, Surroundings
from tests.checks.making import findings, rules, story, table
from tests.checks.planting import DAY


def stated(*words: str, slug: str = "shi-yan", **given: object) -> list[figures.Stated]:
    return figures.stated(read(story(*words, slug=slug, **given)), DAY)


@pytest.mark.parametrize(
    ("words", "value", "unit"),
    [
        ("2100亿元", "210000000000", "元"),
        ("1.3万台", "13000.0", "台"),
        ("3,216项", "3216", "项"),
        ("12.5%", "12.5", "%"),
        ("10万余人", "100000", "人"),
        ("5亿美元", "500000000", "美元"),
    ],
)
def test_a_number_in_plain_units(words: str, value: str, unit: str) -> None:
    found = figures.NUMBER.search(words)
    assert found
    size = figures.quantity(found)
    assert (size.value, size.unit) == (Decimal(value), unit)
    assert size.is_about == ("余" in words)


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("2025年，全省技术合同成交额达2100亿元。", "全省技术合同成交额|元|2025"),
        ("截至2026年9月底，全省中试平台共86个。", "全省中试平台|个|2026-09"),
        ("去年我省技术合同成交额为2100亿元。", "全省技术合同成交额|元|2025"),
        ("2026年上半年，高新技术企业超过1.9万家。", "高新技术企业|家|2026上半年"),
        ("2026年1—6月高新技术企业1.9万家。", "高新技术企业|家|2026上半年"),
    ],
)
def test_a_statement_s_subject_unit_and_time(words: str, key: str) -> None:
    assert [one.key for one in stated(words)] == [key]


def test_a_figure_of_no_known_time_is_not_compared() -> None:
    assert stated("全省技术合同成交额达2100亿元。") == []


def test_the_same_figure_elsewhere_disagrees(standards: Standards) -> None:
    others = stated("2025年，全省技术合同成交额达2200亿元。", slug="ling-yi", headline="另一篇")
    (one,) = findings(
        story("据统计，去年我省技术合同成交额为2100亿元。"), standards, "figure.elsewhere", Surroundings(figures=others)
    )
    assert "另一篇" in one.message and "2100亿元" in one.message and "2200亿元" in one.message
    assert re.match(r"blocks\.0\.text#0@\d+-\d+", one.place)


@pytest.mark.parametrize("words", ["2099.8亿元", "2100亿元", "约2080亿元", "2,100亿元", "21000000万元"])
def test_a_rounded_figure_agrees_with_what_it_rounds(words: str, standards: Standards) -> None:
    others = stated(f"2025年，全省技术合同成交额达{words}。", slug="ling-yi")
    assert others
    around = Surroundings(figures=others)
    assert "figure.elsewhere" not in rules(story("2025年全省技术合同成交额达2100亿元。"), standards, around)


def test_the_whole_province_and_one_city_are_two_statements() -> None:
    (one,) = stated("2025年，全市高新技术企业达到300家。", units=("chengdu",))
    (other,) = stated("2025年，全市高新技术企业达到300家。", units=("mianyang",))
    assert one.key != other.key


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        ("企业、高校、院所分别占72.5%、15.3%和12.2%。", False),
        ("企业、高校、院所分别占72.5%、25.3%和12.2%。", True),
        ("电子信息占31%，先进制造占24%，其余占45%。", False),
        ("电子信息占31%，先进制造占24%，其余占35%。", True),
        ("电子信息占31%，先进制造占24%。", False),
        ("企业占80%，其中中小企业占70%。", False),
    ],
)
def test_shares_of_a_whole(words: str, wrong: bool, standards: Standards) -> None:
    assert ("figure.shares" in rules(story(words), standards)) == wrong


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        ("从1405.0亿元增至1580.6亿元，增长12.5%。", False),
        ("从1405.0亿元增至1580.6亿元，增长15.2%。", True),
        ("由2023年的100家增加到2025年的80家，下降20%。", False),
        ("由100家减少到80家，下降25%。", True),
        ("成交额120亿元，同比增长20%，上年同期为100亿元。", False),
        ("成交额120亿元，同比增长30%，上年同期为100亿元。", True),
        ("从1万家增至1.2万家，增长约18%。", False),
    ],
)
def test_a_growth_fits_its_own_numbers(words: str, wrong: bool, standards: Standards) -> None:
    assert ("figure.growth" in rules(story(words), standards)) == wrong


def test_tables_add_up(standards: Standards) -> None:
    good = table("类别|数量（个）|占比", "高校|15|35.7%", "院所|9|21.4%", "企业|18|42.9%", "合计|42|100%")
    assert "figure.shares" not in rules(story(good), standards)
    bad = table("类别|数量（个）|占比", "高校|15|35.7%", "院所|9|21.4%", "企业|18|42.9%", "合计|43|100%")
    (one,) = findings(story(bad), standards, "figure.shares")
    assert one.place == "blocks.0.rows.3.1#0" and "42" in one.message
    assert "figure.shares" in rules(story(table("类别|占比", "甲|60%", "乙|50%")), standards)
    assert "figure.shares" not in rules(story(table("年份|增长率", "2024|60%", "2025|50%")), standards)


def test_a_key_figure_says_where_it_comes_from(standards: Standards) -> None:
    bare = KeyFigure(value="1580.6", label="成交额")
    whole = KeyFigure(value="1580.6", unit="亿元", label="成交额", note="来源：省科技厅，截至2026年9月30日")
    assert "figure.bare" in rules(story(bare), standards)
    assert "figure.bare" not in rules(story(whole), standards)
