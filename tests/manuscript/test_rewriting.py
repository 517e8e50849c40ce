"""A text changed from outside keeps every line that was not changed, and always says exactly what was asked."""

from dataclasses import replace

from hypothesis import HealthCheck, given, settings

from channels.values import Blocks, FactBox, Heading, Paragraph, Text
from cms.manuscript.rewriting import Told, places, rewritten, told
from cms.manuscript.tree import blocks_of, tree_of
from tests.manuscript import trees

TEXT = """\
---
# 这一行是编辑自己的备注
headline: 标题
byline: 记者 张三
x_own: 别处的系统要用
digest: "一句话：有冒号"
---

开头一段，*着重* 用的是星号。

* 星号列表
* 第二条

<!-- 排版说明 -->

## 小标题

末一段 &mdash; 实体。
"""


def para(words: str) -> Paragraph:
    return Paragraph(text=(Text(words),))


def test_what_says_the_same_is_the_same_text() -> None:
    now = told(TEXT)
    assert rewritten(TEXT, now.front, blocks_of(tree_of(now.blocks))) == TEXT


def test_one_changed_paragraph_leaves_every_other_line_alone() -> None:
    now = told(TEXT)
    blocks = (*now.blocks[:-1], para("改过的末一段。"))
    assert rewritten(TEXT, now.front, blocks) == TEXT.replace("末一段 &mdash; 实体。", "改过的末一段。")


def test_a_new_block_stands_between_its_neighbours() -> None:
    now = told(TEXT)
    blocks = (*now.blocks[:1], FactBox(title="甲", blocks=(para("乙"),)), *now.blocks[1:])
    assert "星号。\n\n:::fact-box 甲\n乙\n:::\n\n* 星号列表" in rewritten(TEXT, now.front, blocks)


def test_one_changed_field_leaves_every_other_line_alone() -> None:
    now = told(TEXT)
    made = rewritten(TEXT, replace(now.front, headline="新标题", topics=("云", "光")), now.blocks)
    assert made == TEXT.replace("headline: 标题", "headline: 新标题").replace(
        '有冒号"\n', '有冒号"\ntopics:\n- 云\n- 光\n'
    )


def test_an_emptied_field_leaves() -> None:
    now = told(TEXT)
    assert rewritten(TEXT, replace(now.front, byline=()), now.blocks) == TEXT.replace("byline: 记者 张三\n", "")


def test_a_guessed_headline_is_not_written_down() -> None:
    assert told("只有正文的一段。\n").front.headline == ""
    assert told("# 标题\n\n正文\n").front.headline == "标题"


def test_a_text_without_front_matter_is_written_whole() -> None:
    now = told("一段。\n")
    made = rewritten("一段。\n", replace(now.front, headline="有了"), (para("二段。"),))
    assert made == "---\nheadline: 有了\n---\n\n二段。\n"


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(trees.stories, trees.stories)
def test_whatever_is_asked_is_said(before: Blocks, after: Blocks) -> None:
    now = told(TEXT)
    text = rewritten(TEXT, now.front, before)
    mixed = (*before[: len(before) // 2], *after)
    again = rewritten(text, replace(now.front, digest="新"), mixed)
    assert told(again) == Told(replace(now.front, digest="新"), blocks_of(tree_of(blocks_of(tree_of(mixed)))))


def test_each_line_leads_to_the_place_of_its_node() -> None:
    blocks = told(TEXT).blocks
    tree = blocks_of(tree_of(blocks))
    found = places(blocks, tree)
    heading = next(one for one in blocks if isinstance(one, Heading))
    assert TEXT.splitlines()[heading.line - 1] == "## 小标题"
    assert dict(found)[heading.line] == next(one for one in tree if isinstance(one, Heading)).line
    assert places(blocks, tree[1:]) == []
