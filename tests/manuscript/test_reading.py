"""Reading: each block's written form, and what happens to what is not allowed."""

import pickle

import pytest

from channels.values import (
    Audio,
    Code,
    CorrectionNotice,
    Dialogue,
    Divider,
    FactBox,
    Figure,
    Footnote,
    FootnoteRef,
    Formula,
    Gallery,
    Heading,
    InlineFormula,
    KeyFigure,
    Line,
    List,
    LiveStream,
    LocalLead,
    LocalText,
    Mark,
    Paragraph,
    Picture,
    PolicyLink,
    Quote,
    RegionBlock,
    ResourceCard,
    Table,
    Text,
    Video,
)
from cms.manuscript import Parser, read
from cms.manuscript.worker import load, parse, parse_body

T = Text


def p(words: str) -> Paragraph:
    return Paragraph(text=(Text(words),))


def pic(src: str, alt: str = "") -> Picture:
    return Picture(src=src, alt=alt)


BLOCKS = [
    ("## 标题 #", Heading(level=2, text=(T("标题"),))),
    ("标题\n====", Heading(level=1, text=(T("标题"),))),
    ("第一行\n第二行 and\nthird", Paragraph(text=(T("第一行第二行 and third"),))),
    ("　　缩进的段落", p("缩进的段落")),
    (
        "**重点**，*着重*。",
        Paragraph(text=(T("重点", (Mark(kind="strong"),)), T("，"), T("着重", (Mark(kind="em"),)), T("。"))),
    ),
    ("10~20年，30~40人", p("10~20年，30~40人")),
    ("H~2~O", Paragraph(text=(T("H"), T("2", (Mark(kind="sub"),)), T("O")))),
    ("$ sudo ls\n$ pwd", p("$ sudo ls $ pwd")),
    ("花了 $5 和 $10 元", p("花了 $5 和 $10 元")),
    ("质能 $E=mc^2$ 式", Paragraph(text=(T("质能 "), InlineFormula("E=mc^2"), T(" 式")))),
    ("[生成]{ai}", Paragraph(text=(T("生成", (Mark(kind="ai"),)),))),
    ("[བོད]{lang=bo}", Paragraph(text=(T("བོད", (Mark(kind="lang", lang="bo"),)),))),
    ("$$\n\\frac{a}{b}\n$$", Formula(tex="\\frac{a}{b}")),
    (":::公式 alt=一半\n1/2\n:::", Formula(tex="1/2", alt="一半")),
    ("```python\n# 不是标题\n:::对白\n```", Code(text="# 不是标题\n:::对白", syntax="python")),
    ("---", Divider()),
    ("![说明](a.jpg)", Figure(picture=pic("a.jpg", "说明"))),
    (
        '![说明](a.jpg "图注"){focus=50,30 credit="王 明" licence=CC0 ai}',
        Figure(
            picture=Picture(src="a.jpg", alt="说明", credit="王 明", licence="CC0", focus_y=300, ai=True),
            caption=(T("图注"),),
        ),
    ),
    (
        ":::图集\n![](a.jpg)\n![](b.jpg)\n\n两张\n:::",
        Gallery(figures=(Figure(picture=pic("a.jpg")), Figure(picture=pic("b.jpg"))), caption=(T("两张"),)),
    ),
    (
        ":::dialogue\n小科：你好\n*大*\n张: 好\n:::",
        Dialogue(
            lines=(
                Line(speaker="小科", text=(T("你好"), T("大", (Mark(kind="em"),)))),
                Line(speaker="张", text=(T("好"),)),
            )
        ),
    ),
    (":::小知识 什么是 云\n一段\n:::", FactBox(title="什么是 云", blocks=(p("一段"),))),
    (
        ":::资源卡 电镜\n型号: X1\n网址: https://a.cn\n- 网址: 官网\n:::",
        ResourceCard(title="电镜", url="https://a.cn", fields=(("型号", "X1"), ("网址", "官网"))),
    ),
    (
        ":::政策 办法\n网址: https://a.cn\n文号: 川科〔2026〕1号\n日期: 2026-01-02\n:::",
        PolicyLink(title="办法", url="https://a.cn", number="川科〔2026〕1号", issued="2026-01-02"),
    ),
    (":::数字 428 万 注册 用户", KeyFigure(value="428", unit="万", label="注册 用户")),
    (":::key-figure 60% 占比\n:::", KeyFigure(value="60%", label="占比")),
    (":::地区 mianyang,zigong\n本地\n:::", RegionBlock(units=("mianyang", "zigong"), blocks=(p("本地"),))),
    (":::导语\nmianyang：绵阳讯\n:::", LocalLead(texts=(LocalText(unit="mianyang", text=(T("绵阳讯"),)),))),
    (
        ":::直播 https://a.cn 发射 state=直播中",
        LiveStream(url="https://a.cn", title="发射", state="live"),
    ),
    (
        ":::视频 https://a.cn/v.mp4 起飞 seconds=9\n![](p.jpg)\n\n说明\n:::",
        Video(src="https://a.cn/v.mp4", title="起飞", seconds=9, poster=pic("p.jpg"), caption=(T("说明"),)),
    ),
    (":::音频 https://a.cn/a.mp3\n逐字\n稿\n:::", Audio(src="https://a.cn/a.mp3", transcript="逐字\n稿")),
    (
        ":::更正 2026-11-22\n更正前: 甲\n更正为: 乙\n:::",
        CorrectionNotice(corrected="2026-11-22", was="甲", now="乙"),
    ),
    (":::引用 老子\n上善若水\n:::", Quote(blocks=(p("上善若水"),), cite="老子")),
    ("> 图注:某人", Quote(blocks=(p("图注:某人"),))),
    (
        ":::表格 产量\n| 甲 | 乙 |\n|:--|--:|\n| 1 | 2 |\n:::",
        Table(
            header=((T("甲"),), (T("乙"),)),
            rows=(((T("1"),), (T("2"),)),),
            aligns=("left", "right"),
            caption="产量",
        ),
    ),
    (":::with lang=bo ai\nབོད\n:::", Paragraph(text=(T("བོད"),), lang="bo", ai=True)),
    (":::标注 align=center\n居中\n:::", Paragraph(text=(T("居中"),), align="center")),
    (":::小知识 甲 ai\n乙\n::: 结束", FactBox(title="甲", blocks=(p("乙"),), ai=True)),
]


@pytest.mark.parametrize(("text", "block"), BLOCKS, ids=[text[:24] for text, _ in BLOCKS])
def test_the_written_form_of_a_block(text: str, block: object) -> None:
    blocks, findings = parse_body(text + "\n")
    assert blocks == (block,)
    assert [f for f in findings if f.level == "block"] == []


def test_blocks_nest_with_any_number_of_colons() -> None:
    want = (RegionBlock(units=("a",), blocks=(FactBox(title="t", blocks=(p("x"),)), p("y"))),)
    for outer in (":::", "::::"):
        blocks, _ = parse_body(f"{outer}region a\n:::fact-box t\nx\n:::\ny\n{outer}\n")
        assert blocks == want


def test_an_inner_block_left_open_ends_with_its_outer_one() -> None:
    blocks, _ = parse_body("::::region a\n:::fact-box t\nx\n::::\n\ny\n")
    assert blocks == (RegionBlock(units=("a",), blocks=(FactBox(title="t", blocks=(p("x"),)),)), p("y"))


def test_footnotes_gather_at_the_end_in_the_order_of_reference() -> None:
    blocks, _ = parse_body("[^b]: 乙\n    再\n\n    第二段\n\n甲[^a]乙[^b]\n\n[^a]: 甲注\n")
    assert blocks == (
        Paragraph(text=(T("甲"), FootnoteRef("a"), T("乙"), FootnoteRef("b"))),
        Footnote(label="a", blocks=(p("甲注"),)),
        Footnote(label="b", blocks=(p("乙再"), p("第二段"))),
    )


def test_a_picture_in_a_sentence_moves_out_and_says_so() -> None:
    blocks, findings = parse_body("前文![图](a.jpg)后文\n")
    assert blocks == (p("前文"), Figure(picture=pic("a.jpg", "图")), p("后文"))
    assert [(f.level, f.rule) for f in findings] == [("info", "manuscript.picture.in_text")]


def test_a_listing_inside_a_list_entry_is_kept_to_the_letter() -> None:
    blocks, _ = parse_body("1. 步骤\n\n    ```sh\n    $ ls  *\n      -l\n    ```\n\n2. 再\n")
    assert isinstance(blocks[0], List)
    assert blocks[0].items[0].blocks == (p("步骤"), Code(text="$ ls  *\n  -l", syntax="sh"))
    assert len(blocks[0].items) == 2


def test_blocks_know_their_line() -> None:
    text = "---\nheadline: 题\n---\n\n## 甲\n\n一\n二\n\n![](a.jpg)\n\n:::小知识 t\n\n内\n:::\n\n<div>x</div>\n\n尾\n"
    draft = read(text)
    lines = text.split("\n")
    assert [block.line for block in draft.blocks] == [5, 7, 10, 12, 17, 19]
    box = draft.blocks[3]
    assert isinstance(box, FactBox) and lines[box.blocks[0].line - 1] == "内"


@pytest.mark.parametrize(
    ("text", "rule", "line", "words"),
    [
        ("一\n\n:::对百\n甲：乙\n:::\n", "block.unknown", 3, "是不是“对话”"),
        (":::小知识 t\n内\n", "block.unclosed", 1, ":::"),
        (":::对白\n没有名字\n:::\n", "block.no_speaker", 2, "名字：话"),
        (":::对白\n:::\n", "block.empty", 1, "名字：话"),
        (":::图集\n只有字\n:::\n", "block.no_picture", 1, "图片"),
        (":::资源卡 t\n没有标签\n:::\n", "block.no_label", 2, "标签: 值"),
        (":::政策 t\n:::\n", "block.no_url", 1, "网址"),
        (":::地区\n内\n:::\n", "region.no_units", 1, "单位"),
        ("甲[^1]\n\n[^1]: 一\n\n[^1]: 二\n", "footnote.twice", 5, "编号"),
        (":::小知识 a\n" * 20 + ":::\n" * 20, "block.too_deep", 13, "嵌套"),
        ("正文\n\n<div>\n<script>alert(1)\n", "html.unclosed", 0, "结束标签"),
    ],
)
def test_a_fault_in_the_body_blocks_with_line_and_remedy(text: str, rule: str, line: int, words: str) -> None:
    found = [f for f in read(text).findings if f.rule == f"manuscript.{rule}"]
    assert [(f.level, f.line) for f in found[:1]] == [("block", line)]
    assert words in found[0].message


@pytest.mark.parametrize(
    ("text", "rule", "words"),
    [
        ("甲\n\n:::\n", "block.stray_end", "删去"),
        (":::数字 1 个 人 x=2\n", "block.unknown_field", "x"),
        (":::直播 https://a.cn t state=也许\n", "live_stream.state", "直播中"),
        ("```\n没有结束\n", "code.unclosed", "```"),
        ("[甲](javascript:alert(1))", "link.unsafe", "https"),
    ],
)
def test_a_doubt_in_the_body_warns(text: str, rule: str, words: str) -> None:
    found = [f for f in read(text).findings if f.rule == f"manuscript.{rule}"]
    assert [f.level for f in found] == ["warn"] and words in found[0].message


HOSTILE = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//x.cn/x.js></SCRIPT>",
    "甲<script>alert(1)</script>乙",
    "<img src=x onerror=alert(1)>",
    '<a href="javascript:alert(1)">甲</a>',
    '<a href="JaVa&#x09;script:alert(1)">甲</a>',
    "[甲](javascript:alert(1))",
    "[甲](java\nscript:alert(1))",
    "[甲](<javascript:alert(1)>)",
    "[甲][x]\n\n[x]: javascript:alert(1)",
    "[甲](data:text/html;base64,PHNjcmlwdD4=)",
    "[甲](vbscript:msgbox(1))",
    "<javascript://%0aalert(1)>",
    "<iframe src=https://evil.cn></iframe>",
    "<object data=x></object><embed src=x>",
    "<svg onload=alert(1)><script>alert(1)</script></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<style>body{display:none}</style>",
    '<div style="background:url(javascript:alert(1))" onclick=alert(1)>甲</div>',
    "<p onmouseover=alert(1)>甲</p>",
    '<meta http-equiv=refresh content="0;url=//evil.cn">',
    "<base href=//evil.cn>",
    "<form action=//evil.cn><input name=a></form>",
    "<x-card title=甲 onclick=alert(1)></x-card>",
    '<a href="https://a.cn" onclick="alert(1)">甲</a>',
    "<b/onclick=alert(1)>甲</b>",
    "<!--<img src=--><script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<noscript><p title='</noscript><script>alert(1)</script>'>",
    "<textarea><script>alert(1)</script></textarea>",
    "&lt;script&gt;&#60;script&#62;",
    "`<script>alert(1)</script>`",
    "\x02yg" + "c:0\x03 \x02wzxhzdk:0\x03 \x02klzzwxh:0001\x03",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_outside_the_allow_list_survives(text: str) -> None:
    draft = read(f"---\nheadline: 题\n---\n\n前\n\n{text}\n\n后\n")
    for mark in marks_of(draft.blocks):
        assert mark.kind != "link" or mark.href.split(":")[0] in ("http", "https", "mailto", "tel")
    words = repr(draft.blocks)
    assert "onerror" not in words and "onclick" not in words and "evil.cn" not in words
    assert "alert" not in words or text.startswith(("`", "<!", "<java")) or "&lt;" in text


def marks_of(value: object) -> list[Mark]:
    if isinstance(value, Text):
        return list(value.marks)
    if isinstance(value, tuple):
        return [mark for part in value for mark in marks_of(part)]
    names = getattr(value, "__dataclass_fields__", {})
    return [mark for name in names for mark in marks_of(getattr(value, name))]


def test_a_hang_costs_one_story_and_says_what_to_do() -> None:
    parser = Parser(seconds=1)
    hang = "[" * 60_000 + "x"
    draft = read(f"---\nheadline: 题\n---\n\n{hang}\n", "卡住.md", parser)
    (finding,) = [f for f in draft.findings if f.rule == "manuscript.text.unparsable"]
    assert (finding.level, finding.line, finding.file) == ("block", 4, "卡住.md")
    assert "1 秒" in finding.message and "删去" in finding.message
    assert draft.front.headline == "题"
    assert read("好稿。", parser=parser).blocks == (p("好稿。"),)


def test_deep_nesting_is_a_finding_not_a_crash() -> None:
    for text in ("> " * 5000 + "深", "<div>" * 5000 + "深", "<b>" * 5000 + "深", "- " * 3000 + "深"):
        draft = read(text)
        assert draft.is_held or "深" in repr(draft.blocks)


def test_a_body_over_the_limit_is_refused() -> None:
    draft = read("字" * 1_000_001)
    assert any(f.rule == "manuscript.text.unparsable" and "万字" in f.message for f in draft.findings)


def test_a_text_is_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    parser = Parser()
    first = read("同一篇。", parser=parser)
    parser._child.close()
    monkeypatch.setattr(parser, "_child", None)
    assert read("同一篇。", parser=parser).blocks == first.blocks


def test_the_child_cannot_send_code() -> None:
    with pytest.raises(pickle.UnpicklingError):
        load(pickle.dumps(print))
    assert load(parse(b'{"text": "a", "first_line": 1}')) == ((p("a"),), ())


def test_line_ends_marks_and_hidden_characters_do_not_matter() -> None:
    dirty = read("\ufeff# 题\r\n\r\n正\u200b文\u202e。\r\n")
    assert dirty.front.headline == "题" and dirty.blocks == (p("正文。"),)
    assert [f.rule for f in dirty.findings] == ["manuscript.text.hidden_characters"]


def test_joiners_stay_where_a_script_needs_them() -> None:
    words = "👩🏽\u200d🔬 ᠮᠣ\u200dᠩ می\u200cخواهم"
    assert read(f"# 题\n\n甲\u200d乙 {words}\n").blocks == (p(f"甲乙 {words}"),)


def test_metadata_as_reference_definitions_is_no_text() -> None:
    text = (
        '[#]: subject: "Edit audio"\n[#]: via: "https://a.cn"\n\n标题\n======\n\n见 [这里][1]。\n\n[1]: https://b.cn\n'
    )
    draft = read(text)
    assert draft.front.headline == "标题"
    assert draft.blocks == (Paragraph(text=(T("见 "), T("这里", (Mark(kind="link", href="https://b.cn"),)), T("。"))),)


def test_a_very_long_article_is_read() -> None:
    text = "# 长文\n\n" + "\n\n".join(f"第 {n} 段，**重点**与[链接](https://a.cn/{n})。" for n in range(2500))
    assert len(text) > 60_000 and len(read(text).blocks) == 2500


def test_a_table_keeps_each_columns_own_alignment() -> None:
    (table,) = read("---\nheadline: 表\n---\n\n| 甲 | 乙 | 丙 |\n|---|---:|:-:|\n| 1 | 2 | 3 |\n").blocks
    assert isinstance(table, Table)
    assert table.aligns == ("", "right", "center")


def test_a_formula_may_touch_the_words_around_it() -> None:
    (paragraph,) = read("---\nheadline: 式\n---\n\n公式$E=mc^2$在行内，售价$5元，另有$6元。\n").blocks
    assert isinstance(paragraph, Paragraph)
    assert [one.tex for one in paragraph.text if isinstance(one, InlineFormula)] == ["E=mc^2"]
