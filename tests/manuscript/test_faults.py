"""Damaged text: found, held, and offered back cleaned; sound text is left in peace."""

from pathlib import Path

import pytest

from cms.manuscript import clean_copy, read
from cms.manuscript.faults import GAP, damages, look_for

SEEDS = Path(__file__).resolve().parents[2] / "../shared/corpus/seeds"
STORY = "目前,平臺正逐步建立。《中共廣東省委關於科技資源開放共享的意見》提出,中共廣東省委支持開放共享。"


def lose_a_byte(text: str, mark: str) -> str:
    """``text`` as it looks when the first byte of ``mark`` was lost in GBK and shown as ``?``."""
    head, tail = text.split(mark, 1)
    shifted = (mark + tail).encode("gbk")[1:].decode("gbk", "ignore")
    return f"{head}?{shifted}"


@pytest.mark.parametrize(
    ("text", "words", "guess"),
    [
        ("人民日报�报道", "�", ""),
        ("他说锟斤拷锟斤拷,完了", "锟斤拷锟斤拷", ""),
        ("标题:" + "中国科学".encode().decode("latin-1"), None, "中国科学"),
        ("标题:" + "中国科学".encode().decode("cp1252", "ignore"), None, None),
        ("标题:" + "中国科学院".encode("gbk").decode("latin-1"), None, "中国科学院"),
        ("标题:" + "科学技术成果".encode().decode("gbk", "ignore"), None, None),
    ],
)
def test_wrong_decodings_are_found(text: str, words: str | None, guess: str | None) -> None:
    found = damages(text)
    assert found
    assert words is None or found[0].words == words
    assert guess is None or found[0].guess == guess


def test_a_lost_byte_is_found_and_the_words_are_guessed() -> None:
    damaged = lose_a_byte(STORY, "。《中共")
    (finding,) = look_for(damaged + STORY)
    assert (finding.level, finding.rule) == ("block", "manuscript.text.mojibake")
    assert "。《中共" in finding.message
    cleaned, told = clean_copy(damaged + STORY)
    assert GAP in cleaned and [f.level for f in told] == ["block"]


@pytest.mark.parametrize(
    "text",
    [
        "什么?!就是这样。什么?！“就是这样”,他说。就是,这样。",
        "Café, naïve, Ångström, São Paulo, ÀÉÎÕÜ und Größe",
        "文本会变成“锟斤拷”或“烫烫烫”。",
        "我在联通营业厅,移动、电信都在。",
        "犇(bēn)、羴(shān)、鱻(xiān)三字。",
        "人名用字:𠮷、㛃(jié)、䶮。ꆈꌠꉙ བོད་ཡིག",
    ],
)
def test_sound_text_is_not_held(text: str) -> None:
    assert [f for f in look_for(text) if f.level == "block"] == []


def test_readings_left_by_a_converter_hold_and_are_removed() -> None:
    text = "# 题\n\n" + "內(nèi)蒙古設(shè)施開發(fā)。" * 3
    assert [(f.level, f.rule) for f in look_for(text)] == [("block", "manuscript.text.readings")]
    assert "9 处" in look_for(text)[0].message
    cleaned, told = clean_copy(text)
    assert cleaned == "# 题\n\n" + "內蒙古設施開發。" * 3
    assert [f.rule for f in told] == ["manuscript.clean.readings"]
    assert not read(cleaned).is_held


def test_whole_wrong_decodings_are_undone_in_the_copy() -> None:
    cleaned, told = clean_copy("# 题\n\n" + "中国科学".encode().decode("latin-1"))
    assert cleaned == "# 题\n\n中国科学"
    assert [(f.level, f.rule) for f in told] == [("warn", "manuscript.clean.redecoded")]


def test_private_use_characters_only_warn() -> None:
    assert [(f.level, f.rule) for f in look_for("图标\ue0a0")] == [("warn", "manuscript.text.private_use")]


def test_lines_without_empty_lines_become_paragraphs_in_the_copy() -> None:
    cleaned, told = clean_copy("\n".join(["这是很长的一段话，" * 8] * 3))
    assert cleaned.count("\n\n") == 2 and [f.rule for f in told] == ["manuscript.clean.paragraphs"]


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the corpus is not beside the project")
def test_the_damaged_seed_is_held_and_the_others_are_not() -> None:
    held = {}
    for file in sorted(SEEDS.glob("*.md")):
        held[file.name[:3]] = read(file.read_text(encoding="utf-8"), file.name).is_held
    assert held == {"000": False, "001": True, "002": False, "003": False, "004": False}


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the corpus is not beside the project")
def test_the_damaged_seed_is_explained() -> None:
    text = next(SEEDS.glob("001*")).read_text(encoding="utf-8")
    messages = {f.rule: f.message for f in look_for(text)}
    assert "738 处" in messages["manuscript.text.readings"]
    assert "3 处" in messages["manuscript.text.mojibake"] and "。《中共廣" in messages["manuscript.text.mojibake"]
    cleaned, _ = clean_copy(text)
    assert cleaned.count(GAP) == 3 and "(nèi)" not in cleaned


def test_a_gap_nobody_filled_still_blocks() -> None:
    found = read(f"---\nheadline: 题\n---\n\n{GAP}之后的话。\n").findings
    assert [(one.level, one.rule, one.line) for one in found if one.rule.endswith("gaps")] == [
        ("block", "manuscript.text.gaps", 5)
    ]
