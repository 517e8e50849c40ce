"""Fitting a text: whole sentences first, never half a word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.making import words
from channels.values import Code, FactBox, LineBreak, Mark, Paragraph, Table, Text


@pytest.mark.parametrize(
    ("text", "limit", "kept"),
    [
        ("短。", 10, "短。"),
        ("第一句。第二句。第三句。", 9, "第一句。第二句。"),
        ("他说：“好！”然后走了。", 8, "他说：“好！”"),
        ("没有句号但有逗号，后面还有很长", 12, "没有句号但有逗号…"),
        ("没有任何标点的一句很长的话", 6, "没有任何标…"),
        ("internationalization works", 22, "internationalization…"),
        ("internationalization", 10, ""),
        ("版本 v2.10 已发布，性能提升。", 7, "版本…"),
    ],
)
def test_it_ends_where_a_reader_can_stop(text: str, limit: int, kept: str) -> None:
    assert words.fit(text, limit) == kept


@given(st.text(alphabet="甲乙。，！ab c-9“”\n", max_size=80), st.integers(0, 40))
def test_what_is_kept_fits_and_begins_the_text(text: str, limit: int) -> None:
    kept = words.fit(text, limit)
    assert len(kept) <= limit
    assert text.strip().startswith(kept.removesuffix("…").strip()) or kept == text


@pytest.mark.parametrize(
    ("names", "credit"),
    [
        (("张三",), "张三"),
        (("张三", "李四"), "张三 李四"),
        (("欧阳修文", "司马相如", "诸葛孔明", "上官婉儿"), "欧阳修文等"),
        (("一个特别特别长的单位名称联合课题组全体成员",), ""),
        ((), ""),
    ],
)
def test_a_byline_never_ends_in_the_middle_of_a_name(names: tuple[str, ...], credit: str) -> None:
    assert words.credit(names, 16) == credit


def test_sentences_keep_their_closing_quotes() -> None:
    assert words.sentences("他说：“好！”走了。再见") == ["他说：“好！”", "走了。", "再见"]


def test_the_words_of_a_block_come_in_order() -> None:
    inner = Paragraph(text=(Text("一"), LineBreak(), Text("二")))
    assert words.of_block(FactBox(title="小知识", blocks=(inner, Code(text="x=1")))).split() == [
        "小知识",
        "一",
        "二",
        "x=1",
    ]


def test_marks_never_tear_a_sentence_apart_and_aligns_are_no_words() -> None:
    runs = (Text("良率达到 "), Text("99.9%", (Mark(kind="strong"),)), Text("。"))
    assert words.of_block(Paragraph(text=runs)) == "良率达到 99.9%。"
    cell = (Text("甲"),)
    assert words.of_block(Table(header=(cell, cell), rows=(), aligns=("", "right"))) == "甲 甲"


def test_control_characters_are_dropped_and_markup_is_escaped() -> None:
    assert words.escape("a\x02<b>\x05\"'&\ud800") == "a&lt;b&gt;&quot;&#x27;&amp;"


@pytest.mark.parametrize(
    ("raised", "plain"), [("2", "10²"), ("-6", "10^-6"), ("n", "10^n"), ("12", "10¹²"), ("45", "10^45"), ("注", "10注")]
)
def test_a_power_stays_a_power_in_plain_words(raised: str, plain: str) -> None:
    assert words.plain((Text("10"), Text(raised, (Mark(kind="sup"),)))) == plain


def test_a_struck_text_never_reads_as_if_it_stood() -> None:
    assert words.plain((Text("共"), Text("3", (Mark(kind="strike"),)), Text("5 家"))) == "共（删去：3）5 家"


def test_an_excerpt_is_one_short_line() -> None:
    assert words.excerpt("一 二\n三", 10) == "一 二 三"
    assert words.excerpt("字" * 30, 5) == "字字字字字…"


def test_an_address_alone_is_no_sentence_of_a_digest() -> None:
    blocks = (Paragraph(text=(Text("http://www.tfkjy.cn"),)), Paragraph(text=(Text("正文第一句。"),)))
    assert list(words.paragraphs(blocks)) == ["正文第一句。"]
