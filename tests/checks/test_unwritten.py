"""Words to be written over that nobody wrote over: found where they stand, and nothing else is."""

from datetime import date
from pathlib import Path

import pytest

from assets.pictures import Pictures
from assets.store import MemoryStore
from cms.checks.standards import Standards
from cms.manuscript import read
from cms.manuscript.freezing import freeze
from cms.manuscript.skeletons import PHRASES, SKELETONS, Skeleton
from cms.web.skeletons import first_page
from tests.checks.making import findings, story

RULE = "text.skeleton"
STANDARDS = Standards()


def test_an_untouched_first_page_is_blocked_with_each_place(tmp_path: Path) -> None:
    made = freeze(read(first_page("gao-1", date(2026, 11, 22)), "gao-1.md"), Pictures(MemoryStore()), tmp_path)
    assert made.manuscript is not None
    found = findings(made.manuscript, STANDARDS, RULE)
    assert {(one.level, one.excerpt) for one in found} == {
        ("block", "请写标题"), ("block", "一两句话，说清这篇写了什么。"), ("block", "从这里开始写正文。"),
    }  # fmt: skip
    [start] = [one for one in found if one.excerpt == "从这里开始写正文。"]
    assert start.place.startswith("blocks.0") and start.line == 10


def test_what_was_typed_beside_them_does_not_hide_them() -> None:
    made = story("成都的量子网络今天开通。从这里开始写正文。", digest="今天开通。一两句话，说清这篇写了什么。")
    assert {one.excerpt for one in findings(made, STANDARDS, RULE)} == {
        "一两句话，说清这篇写了什么。", "从这里开始写正文。",
    }  # fmt: skip


@pytest.mark.parametrize("block", [one for one in SKELETONS if any(said in one.text for said in PHRASES)])
def test_an_untouched_block_is_blocked(block: Skeleton, tmp_path: Path) -> None:
    words = [one for one in PHRASES if one in block.text]
    made = [findings(story(one), STANDARDS, RULE) for one in words]
    assert [[each.excerpt for each in one] for one in made] == [[one] for one in words]


def test_a_line_of_a_dialogue_without_words_is_blocked_wherever_it_stands(tmp_path: Path) -> None:
    cast = "cast:\n- {key: a, name: 小科}\n- {key: b, name: 捕手}\n"
    talk = ":::对白\n小科：在吗？\n捕手：\n小科：&nbsp;\n:::\n"
    text = f"---\nslug: a\nheadline: 题\n{cast}---\n\n{talk}\n::::小知识 一\n{talk}::::\n"
    made = freeze(read(text, "a.md"), Pictures(MemoryStore()), tmp_path)
    assert made.manuscript is not None, made.findings
    found = findings(made.manuscript, STANDARDS, "text.silent")
    assert [(one.level, one.excerpt, one.line) for one in found] == [
        ("block", "捕手", 9), ("block", "小科", 9), ("block", "捕手", 16), ("block", "小科", 16),
    ]  # fmt: skip
    assert found[0].place == "blocks.0.lines.1.text#0"


def test_every_phrase_is_still_one_of_a_block() -> None:
    texts = "\n".join(one.text for one in SKELETONS)
    assert [one for one in PHRASES if one not in texts] == []


@pytest.mark.parametrize(
    "words", ["文件标题要写全称。", "视频的标题是《一稿》。", "请写标题的人站出来。", "他说：一句说明。就够了。"]
)
def test_the_same_words_in_a_sentence_are_somebody_s_own(words: str) -> None:
    assert findings(story(words), STANDARDS, RULE) == []
