"""What real articles taught the reader, each as its smallest case."""

import pytest

from channels.values import Code, Formula, Paragraph
from cms.manuscript.worker import parse_body
from tests.corpus import seen


def test_listings_fenced_inside_an_indented_one_are_kept() -> None:
    tabs = [
        f'    === "{name}"\n        ```{name}\n        {code}\n        ```'
        for name, code in (("c", "int a;"), ("py", "a = 1"))
    ]
    text = '!!! note "甲"\n' + "\n\n".join(tabs) + "\n"
    codes = [block for block in parse_body(text)[0] if isinstance(block, Code)]
    assert [(code.text, code.syntax) for code in codes] == [
        ("int a;", "c"),
        ('=== "py"', ""),
        ("a = 1", "py"),
    ]


def test_formulas_indented_like_code_are_formulas() -> None:
    blocks, _ = parse_body("前文。\n\n    一行\n\n    $$\n    a+b\n    $$\n\n后文。\n")
    assert [type(block) for block in blocks] == [Paragraph, Code, Formula, Paragraph]
    assert isinstance(blocks[2], Formula) and blocks[2].tex == "a+b"


def test_a_listing_in_raw_html_is_kept() -> None:
    blocks, findings = parse_body("<pre>\n```\nx < y\n```\n</pre>\n")
    assert blocks == (Code(text="x < y"),) and findings == ()


@pytest.mark.parametrize("around", ["<!-- @ -->", "<script>@</script>"])
def test_a_listing_that_finds_no_place_is_told(around: str) -> None:
    _, findings = parse_body(
        f"话。\n\n{around.replace('@', chr(10) + '```' + chr(10) + 'x = 1' + chr(10) + '```' + chr(10))}\n"
    )
    assert ("manuscript.code.unplaced", 4) in [(one.rule, one.line) for one in findings]


def test_a_picture_in_a_spoken_line_is_told() -> None:
    _, findings = parse_body(":::对白\n甲：看 ![图](a.png) 这里\n:::\n")
    assert [(one.level, one.rule) for one in findings] == [("block", "manuscript.block.misplaced")]


def test_a_listing_under_a_brief_block_stands_after_it() -> None:
    blocks, findings = parse_body(":::数字 428 万 用户\n```\nx = 1\n```\n:::\n")
    assert [block.kind for block in blocks] == ["key_figure", "code"]
    assert [one.rule for one in findings] == ["manuscript.block.stray_end"]


def test_a_shell_path_is_no_formula() -> None:
    (paragraph,) = parse_body("使用 arch/$ARCH/configs/${PLATFORM}_defconfig 的值，$x$ 才是。\n")[0]
    assert isinstance(paragraph, Paragraph)
    assert [inline.kind for inline in paragraph.text] == ["text", "inline_formula", "text"]


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("<p>一<sup>[3]</sup>二<script>三</script></p><p>四</p>", "一二\n\n四"),
        ('<p>a<sup><a href="#n">1</a></sup>b<sup>2</sup></p>', "ab2"),
        ("<svg><text>一</text></svg>二<!-- 三 -->", "二"),
    ],
)
def test_visible_words_are_what_a_reader_sees(html: str, words: str) -> None:
    assert seen.text_of(html).strip() == words


def test_the_words_of_a_source_hold_its_listings_and_none_of_its_formulas() -> None:
    listing = "- 项目\n    ```c\n    int a;\n    ```\n"
    text = f"---\nheadline: 甲乙\n---\n# 题目\n\n设有 $x$ 为元，则 $$y$$ 是它。[链接][1]\n\n{listing}\n[1]: https://ok.example/\n"
    assert list(seen.sentences(seen.source_text(text))) == [
        "题目",
        "设有",
        "为元，则",
        "是它。",
        "链接",
        "项目",
        "int a;",
    ]


def test_marks_on_words_do_not_matter_to_the_comparison() -> None:
    assert seen.letters("“一 二”——A[12]b[注3]") == "一二ab"
