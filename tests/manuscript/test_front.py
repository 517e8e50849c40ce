"""Front matter: every field, every fault with its line and remedy, and the way back to YAML."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.values import Character, Finding, Picture, Source
from cms.manuscript import FrontMatter, read, write

FULL = """---
headline: “能源捕手”飞上天
short_headlines:
  weibo: 飞机上的能谱仪
  toutiao: 它在天上“闻”铀矿
subtitle: 第 12 期
digest: 一架飞机，一台仪器。
byline: [记者 王小明, 通讯员 李四]
editor: 张三
column: 成都黑科技
column_slug: heikeji
issue: 12
date: 2026-11-25
embargo: 2026-11-25T08:00:00+08:00
topics: 核技术、找矿
units: [chengdu, mianyang]
cover: {path: plane.jpg, focus: "50,30", credit: 王小明}
ai_label: 部分配图由人工智能生成
lang: zh-CN
slug: energy-catcher
cast:
  - {key: catcher, name: 能源捕手, side: 右, colour: "#aa3300", picture: catcher.png}
  - {name: 小科}
kind: 转载
source:
  outlet: 科技日报
  author: 赵五
  title: 原标题
  url: https://example.com/1
  published: 2026-11-20
ed_note: 同事看
---

正文。
"""


def findings(text: str, level: str = "") -> list[Finding]:
    return [f for f in read(text, "稿.md").findings if not level or f.level == level]


def only(text: str, rule: str) -> Finding:
    found = [f for f in findings(text) if f.rule == f"manuscript.{rule}"]
    assert len(found) == 1, found or findings(text)
    assert found[0].file == "稿.md" and found[0].message
    return found[0]


def test_every_field_is_read() -> None:
    front = read(FULL).front
    assert front == FrontMatter(
        headline="“能源捕手”飞上天",
        short_headlines=(("weibo", "飞机上的能谱仪"), ("toutiao", "它在天上“闻”铀矿")),
        subtitle="第 12 期",
        digest="一架飞机，一台仪器。",
        byline=("记者 王小明", "通讯员 李四"),
        editor="张三",
        kind="reprint",
        source=Source(
            outlet="科技日报", author="赵五", url="https://example.com/1", title="原标题", published="2026-11-20"
        ),
        column="成都黑科技",
        column_slug="heikeji",
        issue=12,
        cast=(
            Character(
                key="catcher",
                name="能源捕手",
                side="right",
                colour="#aa3300",
                picture=Picture(src="catcher.png", alt="能源捕手"),
            ),
            Character(key="小科", name="小科"),
        ),
        topics=("核技术", "找矿"),
        units=("chengdu", "mianyang"),
        cover=Picture(src="plane.jpg", focus_x=500, focus_y=300, credit="王小明"),
        ai_label="部分配图由人工智能生成",
        embargo="2026-11-25T08:00:00+08:00",
        published="2026-11-25",
        slug="energy-catcher",
        ed_note="同事看",
    )
    assert findings(FULL) == []


def test_written_front_matter_reads_back() -> None:
    draft = read(FULL)
    assert read(write(draft.front, draft.blocks)).front == draft.front


_words = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cf", "Zl", "Zp")), max_size=12).map(
    lambda text: " ".join(text.split())
)


@settings(max_examples=150, deadline=None)
@given(headline=_words.filter(bool), digest=_words, byline=st.lists(_words.filter(bool), max_size=2).map(tuple))
def test_any_words_survive_yaml(headline: str, digest: str, byline: tuple[str, ...]) -> None:
    front = FrontMatter(headline=headline, digest=digest, byline=byline)
    assert read(write(front, ())).front == front


@pytest.mark.parametrize(
    ("text", "rule", "line", "words"),
    [
        ("---\nheadline: a: b\n---\n正文", "front.bad_yaml", 2, "双引号"),
        ("---\nheadline：标题\nbyline: 某\n---\n正文", "front.bad_yaml", 2, "半角冒号"),
        ("---\nheadline: 题\nsource:\n\toutlet: 某报\n---\n正文", "front.tab", 4, "空格"),
        ("---\nheadline: 题\nbyline: 某\n\n正文", "front.unclosed", 1, "---"),
        ("---\nheadline: &a 题\nsubtitle: *a\n---\n正文", "front.alias", 3, "别名"),
        ("---\nheadline: 题\nheadline: 又一题\n---\n正文", "front.twice", 3, "两次"),
        ("---\n- 一\n- 二\n---\n正文", "front.bad_yaml", 2, "名称"),
        ("---\nheadline: 题\ncast: " + "[" * 12 + "]" * 12 + "\n---\n正文", "front.too_deep", 3, "嵌套"),
        ("---\nheadline: [题]\n---\n正文", "front.wrong_type", 2, "一行文字"),
        ("---\nheadline: 题\nissue: 十二\n---\n正文", "front.wrong_type", 3, "整数"),
        ("---\nheadline: 题\nbyline: {a: b}\n---\n正文", "front.wrong_type", 3, "列表"),
        ("---\nheadline: 题\nshort_headlines: 短\n---\n正文", "front.wrong_type", 3, "短标题"),
        ("---\nheadline: 题\nkind: copy\n---\n正文", "front.wrong_type", 3, "原创或转载"),
        ("---\nheadline: 题\ncast: 小科\n---\n正文", "front.wrong_type", 3, "角色"),
        ("---\nheadline: 题\ncast: [{side: left}]\n---\n正文", "front.wrong_type", 3, "key"),
        ("---\nheadline: 题\ncast: [{name: 甲, side: 上}]\n---\n正文", "front.wrong_type", 3, "left"),
        ("---\nheadline: 题\ncast: [{name: 甲, colour: red}]\n---\n正文", "front.wrong_type", 3, "#rrggbb"),
        ("---\nheadline: 题\ncover: {focus: '1,2'}\n---\n正文", "front.wrong_type", 3, "path"),
        ("---\nheadline: 题\ndate: 11月25日\n---\n正文", "front.wrong_type", 3, "2026-11-22"),
        ("---\nheadline: 题\nembargo: 明早八点\n---\n正文", "front.wrong_type", 3, "08:00"),
        ("---\nheadline: 题\nslug: 能源\n---\n正文", "front.wrong_type", 3, "小写字母"),
        ("---\nheadline: 题\nlang: 藏文\n---\n正文", "front.wrong_type", 3, "语言代码"),
        ("---\nheadline: " + "长" * 30_000 + "\n---\n正文", "front.too_long", 1, "64 KB"),
        ("---\nheadline: 题\nkind: reprint\n---\n正文", "source.no_outlet", 3, "outlet"),
        ("---\nheadline: 题\nsource: {outlet: 某报, url: 'https://a.cn'}\n---\n正文", "source.no_author", 3, "author"),
    ],
)
def test_a_fault_blocks_with_its_line_and_remedy(text: str, rule: str, line: int, words: str) -> None:
    draft = read(text, "稿.md")
    finding = only(text, rule)
    assert (finding.level, finding.line) == ("block", line)
    assert words in finding.message
    assert [block.kind for block in draft.blocks] == ["paragraph"], "the body is read all the same"


@pytest.mark.parametrize(
    ("text", "rule", "line", "words"),
    [
        ("---\nheadline: 题\nsubtitel: 副\n---\n正文", "front.unknown_key", 3, "subtitle"),
        ("---\nheadline: 题\ntitle: 又题\n---\n正文", "front.twice", 3, "重复"),
        ("---\ntitle: ''\nworking_title: 暂定\n---\n正文", "front.working_title", 3, "定题"),
        ("---\nheadline: 题\nsource: {outlet: 某报, author: 某}\n---\n正文", "source.no_url", 3, "url"),
        ("---\nheadline: 题\nkind: original\nsource: {outlet: 某报}\n---\n正文", "source.kind", 4, "reprint"),
        ("正文一句。第二句。", "front.no_headline", 1, "headline"),
    ],
)
def test_a_doubt_warns_with_its_line(text: str, rule: str, line: int, words: str) -> None:
    finding = only(text, rule)
    assert (finding.level, finding.line) == ("warn", line)
    assert words in finding.message


def test_the_first_level_one_heading_is_the_headline_and_leaves_the_body() -> None:
    draft = read("# 大 **标** 题\n\n正文。\n")
    assert draft.front.headline == "大 标 题"
    assert [block.kind for block in draft.blocks] == ["paragraph"]


def test_the_first_line_or_the_file_name_is_the_last_resort() -> None:
    assert read("第一句话。第二句话。").front.headline == "第一句话。"
    assert read("", "山 水 🛰️.md").front.headline == "山 水 🛰️"
    assert only("", "front.no_headline").level == "warn"
    assert read("").is_held


def test_a_divider_on_top_is_no_front_matter() -> None:
    draft = read("---\n\n正文。\n")
    assert [block.kind for block in draft.blocks] == ["divider", "paragraph"]


def test_a_headline_repeated_at_the_top_of_the_body_is_said_once() -> None:
    draft = read("---\nheadline: 题\n---\n\n# 题\n\n正文。\n")
    assert [block.kind for block in draft.blocks] == ["paragraph"]
