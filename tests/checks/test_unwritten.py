"""Words to be written over that nobody wrote over: found where they stand, and nothing else is."""

import json
from datetime import date
from pathlib import Path

import pytest
from PIL import Image

from assets.pictures import Pictures
from assets.store import MemoryStore
from channels.values import CorrectionNotice, Heading, LiveStream, Manuscript, PolicyLink
from cms.checks import passages
from cms.checks.standards import Standards
from cms.checks.unwritten import begun
from cms.manuscript import read
from cms.manuscript.freezing import freeze
from cms.manuscript.skeletons import SKELETONS, Skeleton
from cms.manuscript.tree import blocks_of
from cms.web.skeletons import documents, first_page
from tests.checks.making import figure, findings, said, story

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


CAST = "cast:\n- {key: a, name: 甲}\n- {key: b, name: 乙}\n"
MAY_GO_OUT = {"公式", "分隔线"}
"""What is whole as it is inserted: a formula, a line across the page."""
KEPT = {"地点", "1"}
"""The name of a field of a card, the number of a note: no words to be written over."""


def frozen(block: Skeleton, folder: Path) -> Manuscript:
    """A story that is written but for this block, in which nothing was touched."""
    (folder / "pictures").mkdir()
    for name in ("一", "二"):
        Image.new("RGB", (900, 600), (30, 90, 120)).save(folder / "pictures" / f"{name}.jpg")
    note = "[^1]" if block.name == "脚注" else ""
    text = f"---\nslug: a\nheadline: 题目\ndigest: 今天开通。\n{CAST}---\n\n今天开通了{note}。\n\n{block.text}\n"
    made = freeze(read(text, "a.md"), Pictures(MemoryStore()), folder)
    assert made.manuscript is not None, made.findings
    return made.manuscript


@pytest.mark.parametrize("block", SKELETONS, ids=lambda one: one.name)
def test_of_a_block_nobody_touched_every_word_is_found(block: Skeleton, tmp_path: Path) -> None:
    """Each by itself, so that it is found too when all the others were written over."""
    made = frozen(block, tmp_path)
    found = findings(made, STANDARDS, RULE)
    texts = [one for one in passages.read(made).passages if one.path.startswith(("blocks.", "footnotes."))]
    own = {one.path: one.text for one in texts}
    assert own.pop("blocks.0.text").startswith("今天开通了")
    assert {one.strip() for one in own.values()} - {one.excerpt for one in found} <= KEPT
    assert all(one.level == "block" and one.line for one in found)
    assert bool(found) is (block.name not in MAY_GO_OUT)
    dates = {"直播": "2000-01-01 10:00", "更正": "2000-01-01"}
    assert block.name not in dates or dates[block.name] in {one.excerpt for one in found}
    addresses = {one.address for one in passages.read(made).links}
    assert addresses == {one.excerpt for one in found if one.excerpt.startswith("http")}


def test_the_visual_editor_inserts_the_same_words() -> None:
    for block, document in documents():
        visual = blocks_of(json.loads(document))
        there = Manuscript(slug="a", headline="a", blocks=visual)
        words = {one.text.strip() for one in passages.read(there).passages if one.path.startswith("blocks.")} - KEPT
        assert words <= {said for *_, said in begun().spots}, block.name


@pytest.mark.parametrize("words", ["录音的标题", "这里写第一句话。", "写给成都读者的导语。"])
def test_what_says_write_here_is_found_wherever_it_stands_alone(words: str) -> None:
    [found] = findings(story(words), STANDARDS, RULE)
    assert (found.level, found.excerpt) == ("block", words)


def test_a_short_word_is_a_block_s_own_only_in_its_place() -> None:
    assert findings(story("小标题", "文号", "所在地", "000"), STANDARDS, RULE) == []
    heading = Heading(level=2, text=said("小标题"))
    policy = PolicyLink(title="意见", url="https://www.sc.gov.cn/1", number="文号")
    assert [one.excerpt for one in findings(story(heading, policy), STANDARDS, RULE)] == ["小标题", "文号"]


def test_a_picture_whose_rights_nobody_wrote_is_blocked() -> None:
    """They stand there, so the check of rights is silent."""
    left = figure(credit="图片的作者或来源", licence="写明许可或授权")
    assert findings(story(left), STANDARDS, "picture.rights") == []
    assert [one.excerpt for one in findings(story(left), STANDARDS, RULE)] == ["图片的作者或来源", "写明许可或授权"]
    assert findings(story(figure()), STANDARDS, RULE) == []


def test_dates_and_addresses_of_their_own_are_let_through() -> None:
    live = LiveStream(title="开幕", url="https://live.example.cn/1", state="upcoming", starts="2026-12-01 10:00")
    mended = CorrectionNotice(corrected="2026-11-22", was="十米", now="十一米")
    assert findings(story("正文。", live, mended), STANDARDS, RULE) == []


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


@pytest.mark.parametrize(
    "words",
    [
        "文件标题要写全称。",
        "视频的标题是《一稿》。",
        "请写标题的人站出来。",
        "他说：一句说明。就够了。",
        "问得好！",
        "作者",
    ],
)
def test_the_same_words_in_a_sentence_are_somebody_s_own(words: str) -> None:
    assert findings(story(words), STANDARDS, RULE) == []
