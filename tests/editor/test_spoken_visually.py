"""Nobody who writes visually is told of front matter or of Markdown's signs: sentences name the fields they see, and
what Markdown calls them stands beside in （Markdown：…）."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from cms.manuscript.draft import FrontMatter
from cms.manuscript.front import LABELS, parse
from cms.web.spoken import on_screen

ROOT = Path(__file__).resolve().parents[2]
HAN = re.compile("[\u4e00-\u9fff]")
ASIDE = re.compile(r"（Markdown：[^（）]*）")
KEYS = "|".join({*FrontMatter.__dataclass_fields__, "credit", "licence", "outlet", "note", "summary"} - {"slug"})
RAW = re.compile(rf"(?<![\w/.=?\"-])(?:{KEYS})(?![\w\".=-])|!\[|\[\^|:::|\{{ai\}}")
ROOMS = ["cms/checks", "cms/arrivals", "cms/manuscript", "cms/web", "channels"]
# What only somebody sees who has the Markdown before them, and what is no sentence.
THEIRS = {
    "cms/manuscript/yaml_front.py", "cms/manuscript/dialect.py", "cms/manuscript/skeletons.py", "cms/checks/words.py",
    "cms/arrivals/shaping.py", "cms/arrivals/feed.py", "cms/arrivals/docx/styles.py", "channels/weibo/errors.py",
}  # fmt: skip


def sentences(file: Path) -> Iterator[str]:
    """The Chinese strings of a module, what is filled in later as {}; its docstrings and patterns are not read."""
    tree = ast.parse(file.read_text("utf-8"))
    parts, quiet = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts.update(map(id, node.values))
        if isinstance(node, ast.Expr):
            quiet.add(id(node.value))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "re.compile":
            quiet.update(id(one) for each in node.args for one in ast.walk(each))
    for node in ast.walk(tree):
        if id(node) in parts | quiet:
            continue
        words = ""
        if isinstance(node, ast.JoinedStr):
            words = "".join(str(one.value) if isinstance(one, ast.Constant) else "{}" for one in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            words = node.value
        if HAN.search(words) and "<" not in words:
            yield words


@pytest.mark.parametrize("room", ROOMS)
def test_no_sentence_speaks_markdown_but_beside_the_label(room: str) -> None:
    files = [one for one in (ROOT / room).rglob("*.py") if str(one.relative_to(ROOT)) not in THEIRS]
    raw = [
        f"{one.relative_to(ROOT)}: {words}"
        for one in files
        if "sandbox" not in one.parts
        for words in sentences(one)
        if RAW.search(ASIDE.sub("", words))
    ]
    assert files
    assert raw == []


def test_a_field_of_the_wrong_kind_is_named_as_the_editor_names_it() -> None:
    _, _, found = parse("published: 昨天\nissue: 三\nshort_headlines:\n  weibo: [一]\n期号: 4\n")
    said = [one.message for one in found]
    assert said[0] == "稿头的“日期”应当是日期，写成 2026-11-22，请改正（Markdown：published）"
    assert said[1] == "稿头的“第几期”应当是整数，请改正（Markdown：issue）"
    assert said[2] == "稿头的“各渠道短标题”里的“weibo”应当是一行文字，请改正（Markdown：short_headlines.weibo）"
    assert [on_screen(one) for one in said[:2]] == [
        "稿头的“日期”应当是日期，写成 2026-11-22，请改正",
        "稿头的“第几期”应当是整数，请改正",
    ]


def test_every_label_stands_in_the_visual_editor() -> None:
    page = (ROOT / "cms/web/templates/partials/fields.html").read_text("utf-8")
    missing = {name: label for name, label in LABELS.items() if label not in page}
    assert missing == {}


def test_only_who_writes_markdown_is_told_its_words() -> None:
    words = "对白里的“捕手”不在角色表里，请在稿头的“角色”里加上，或改正名字（Markdown：cast）。"
    assert on_screen(words) == "对白里的“捕手”不在角色表里，请在稿头的“角色”里加上，或改正名字。"
    assert on_screen(words, markdown=True) == words
