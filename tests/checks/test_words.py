"""Word lists: how a file is read, and what is found however it is written."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.checks import folding
from cms.checks.matching import Matcher
from cms.checks.passages import of_words
from cms.checks.standards import Standards
from cms.checks.words import Entry, Lexicon, WordListError, changes, dump, parse
from tests.checks.planting import DAY

HEAD = "word,kind,severity,suggestion,note,valid_from,valid_to,source,exceptions\n"


def found(text: str, *entries: Entry, day: date = DAY) -> list[tuple[str, str]]:
    return [(one.rule, one.excerpt) for one in Lexicon(entries, day).findings(of_words("p", text))]


def word(text: str, **given: object) -> Entry:
    return Entry(**{"word": text, "kind": "sensitive", "severity": "block", **given})  # type: ignore[arg-type]


@given(
    st.text("甲乙丙丁ab", max_size=40),
    st.lists(st.text("甲乙丙ab", min_size=1, max_size=4), min_size=1, max_size=9, unique=True),
)
def test_every_place_of_every_word_is_found(text: str, words: list[str]) -> None:
    slow = {
        (at, at + len(one), n) for n, one in enumerate(words) for at in range(len(text)) if text.startswith(one, at)
    }
    assert {(hit.start, hit.end, hit.word) for hit in Matcher(words).find(text)} == slow


@pytest.mark.parametrize(
    "written",
    [
        "云顶内幕",
        "雲頂內幕",
        "云 顶内 幕",
        "云\u200b顶\u2060内幕",
        "云*顶*内*幕",
        "云·顶内幕",
        "云\u3000顶\u00ad内幕",
        "云_顶|内幕",
    ],
)
def test_a_word_is_found_however_it_is_dressed(written: str) -> None:
    (one,) = found(f"有人说{written}如何", word("云顶内幕"))
    assert one[0] in ("checks.word.block", "checks.word.hidden")


@pytest.mark.parametrize("written", ["ＡＢＣ平台", "abc平台", "AbC平台", "𝐀𝐁𝐂平台"])
def test_width_and_capitals_do_not_matter(written: str) -> None:
    assert found(f"上了{written}。", word("ABC平台")) == [("checks.word.block", written)]


def test_the_place_is_the_very_characters() -> None:
    text = "第一句。第二句有云\u200b顶内幕在里面。"
    (one,) = Lexicon([word("云顶内幕")], DAY).findings(of_words("blocks.3.text", text))
    assert one.place == "blocks.3.text#1@8-13" and text[8:13] == "云\u200b顶内幕"
    assert one.excerpt == "云\\u200b顶内幕", "what cannot be seen is written out"


def test_overlapping_words_are_found_and_inner_ones_left_out() -> None:
    words = [word("甲乙丙"), word("丙丁"), word("乙")]
    assert [one for _, one in found("甲乙丙丁", *words)] == ["甲乙丙", "丙丁"]


def test_exceptions_of_a_word_and_of_the_house_excuse_it() -> None:
    own = word("法轮", exceptions=("齿轮", "水法轮机"))
    assert found("法轮与齿轮", own) == []
    assert found("法轮", own) != []
    general = Entry(word="反复盖章", kind="exception")
    assert found("文件反复盖章。复盖", word("复盖", severity="warn"), general) == [("checks.word.warn", "复盖")]


def test_words_hold_only_on_their_days() -> None:
    early = word("旧词", valid_to="2026-11-24")
    late = word("新词", valid_from="2026-11-25")
    assert found("旧词新词", early, late, day=date(2026, 11, 24)) == [("checks.word.block", "旧词")]
    assert found("旧词新词", early, late, day=date(2026, 11, 25)) == [("checks.word.block", "新词")]


def test_a_latin_word_counts_whole() -> None:
    assert found("Adobe 和 read", word("ad")) == []
    assert found("一则 AD 广告", word("ad")) == [("checks.word.block", "AD")]


def test_a_variant_as_the_fault_itself_counts_to_the_letter() -> None:
    entry = word("乾净", kind="misused", severity="warn", suggestion="干净")
    assert found("打扫干净", entry) == []
    assert found("打扫乾净", entry) == [("checks.word.warn", "乾净")]


def test_spaces_between_latin_words_and_across_marks_hide_nothing() -> None:
    assert found("a b c 平台", word("abc平台")) == []
    assert found("高空的云，顶层设计", word("云顶")) == []


@pytest.mark.parametrize("ending", ["csv", "tsv", "toml"])
def test_the_same_list_from_every_kind_of_file(ending: str) -> None:
    text = {
        "csv": HEAD + "布署,错别字,提醒,部署,,2026-01-01,,样例,部署处|布署局\n",
        "tsv": HEAD.replace(",", "\t") + "布署\t错别字\t提醒\t部署\t\t2026-01-01\t\t样例\t部署处|布署局\n",
        "toml": '[[word]]\nword="布署"\nkind="错别字"\nseverity="提醒"\nsuggestion="部署"\n'
        'valid_from="2026-01-01"\nsource="样例"\nexceptions=["部署处","布署局"]\n',
    }[ending]
    (entry,) = parse(text.encode(), f"words.{ending}").entries
    assert entry == Entry(
        word="布署", kind="misused", severity="warn", suggestion="部署", valid_from="2026-01-01", source="样例",
        exceptions=("布署局", "部署处"),
    )  # fmt: skip


def test_a_dumped_list_reads_back_equal() -> None:
    made = parse((HEAD + "甲,错敏词,block,,,,,,\n乙,人名,,,,,,,\n").encode(), "a.csv")
    again = parse(dump(made.entries).encode(), "a.tsv")
    assert again.entries == made.entries and again.hash == made.hash


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"\xff\xfe", "a.csv", "UTF-8"),
        (HEAD.encode(), "a.csv", "一个词也没有"),
        (b"", "a.csv", "空表"),
        ((HEAD + "甲,菜名,block,,,,,,\n").encode(), "a.csv", "a.csv:2：不认识类别“菜名”"),
        ((HEAD + "甲,错敏词,严重,,,,,,\n").encode(), "a.csv", "不认识级别“严重”"),
        ((HEAD + "甲,错敏词,block,,,2026-13-01,,,\n").encode(), "a.csv", "2026-11-25 的样子"),
        ((HEAD + ",错敏词,block,,,,,,\n").encode(), "a.csv", "没有写词"),
        ((HEAD + "\u200b,错敏词,block,,,,,,\n").encode(), "a.csv", "没有写词"),
        ((HEAD + "长" * 61 + ",错敏词,block,,,,,,\n").encode(), "a.csv", "超过 60 字"),
        (b"x", "a.xlsx", ".csv、.tsv 或 .toml"),
        (b"[[word]", "a.toml", "TOML 写法有误"),
        (b"word = 1", "a.toml", "[[word]]"),
    ],
)
def test_a_bad_file_is_refused_with_the_line_and_the_remedy(content: bytes, name: str, words: str) -> None:
    with pytest.raises(WordListError) as told:
        parse(content, name)
    assert words in str(told.value)
    assert "请" in str(told.value) or "可用" in str(told.value)


def test_what_changes_between_two_versions() -> None:
    old, new = (
        parse((HEAD + rows).encode(), "a.csv") for rows in ("甲,,,,,,,,\n乙,,,,,,,,\n", "乙,,,,,,,,\n丙,,,,,,,,\n")
    )
    come, gone = changes(old, new)
    assert ([one.word for one in come], [one.word for one in gone]) == (["丙"], ["甲"])
    assert {one.word for one in changes(None, new)[0]} == {"乙", "丙"}


def test_standards_hash_follows_what_could_change_a_finding() -> None:
    made = parse((HEAD + "甲,,,,,2026-11-25,,,\n").encode(), "a.csv")
    before, on, after = (Standards((made,), date(2026, 11, day)) for day in (24, 25, 26))
    assert before.hash != on.hash == after.hash
    assert Standards((made,), date(2026, 11, 25), is_rehearsal=True).hash != on.hash


def test_folding_never_changes_a_length() -> None:
    text = "".join(
        chr(code)
        for code in (*range(0x20, 0x2FF), *range(0x370, 0x530), *range(0x2000, 0x3400), *range(0x4E00, 0xA000))
    )
    text += "".join(chr(code) for code in (*range(0xF900, 0xFB00), *range(0xFF01, 0xFFEF), *range(0x1D400, 0x1D800)))
    assert len(folding.fold(text)) == len(text)
    assert len(folding.fold("İSTANBUL ŉ ß")) == len("İSTANBUL ŉ ß")
