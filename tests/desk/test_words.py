"""The rooms' sentences on a screen: nothing one would have to type."""

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask, g

from cms.web.delivering.words import lasted
from cms.web.spoken import on_screen
from pipeline import outcome
from tests.people.house import NOON

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (
            "比原定时间晚了 3 小时：还发吗？要发请用 yigao retry，不发请用 yigao cancel。",
            "要发请用“再发”，不发请用“取消”。",
        ),
        ("请用 yigao thaw 3 逐份定新的时间或取消。", "请用“解除停发”逐份定新的时间或取消。"),
        ("取消发布要写明原因，请用 --reason 写一句。", "取消发布要写明原因，请写一句。"),
        ("没有投递“x”：请写投递编号（yigao status --accounts 可查）。", "没有投递“x”：请写投递编号。"),
        ("请用 yigao retry 12345678 --by 登录名 --reason 原因 接着发。", "请用“再发”接着发。"),
        ("再发：yigao retry x --not-published --by 登录名 --reason 依据", "再发：“再发”"),
        ("内容与台账不一致，请运行 yigao build", "内容与台账不一致，请在服务器上运行 yigao build"),
        ("这里还没有执行，请运行 yigao work", "请在服务器上运行 yigao work"),
        ("等批准：请批准（yigao approve 3）或驳回（yigao reject 3）。", "请批准或驳回。"),
    ],
)
def test_commands_become_what_the_page_calls_them(words: str, shown: str) -> None:
    assert on_screen(words).endswith(shown)


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("凉山科技（toutiao:liangshan）：请删除。", "凉山科技（今日头条）：请删除。"),
        ("凉山科技（elsewhere:liangshan）：请删除。", "凉山科技（elsewhere:liangshan）：请删除。"),
        ("已签发，2026-11-24 00:29:22前要补审", "已签发，2026年11月24日 00:29前要补审"),
        ("原定 2026-13-24 00:29:22。", "原定 2026-13-24 00:29:22。"),
        ("禁发到 2026-11-24 08:00。", "禁发到 2026-11-24 08:00。"),
    ],
)
def test_accounts_and_times_are_named_as_people_do(words: str, shown: str) -> None:
    with Flask(__name__).app_context():
        g.now = datetime(2027, 1, 1, tzinfo=UTC)
        assert on_screen(words) == shown == on_screen(shown)
        g.now = datetime(2026, 11, 22, tzinfo=UTC)
        assert on_screen(words) == shown.replace("2026年", "")


@pytest.mark.parametrize("words", [outcome.DOUBTFUL, outcome.BY_HAND, outcome.MANY, outcome.UNTRUSTED, outcome.SILENT])
def test_no_sentence_of_an_outcome_names_a_command(words: str) -> None:
    shown = on_screen(words)
    assert "yigao" not in shown and "--" not in shown and "（" not in shown


NIGHT = ("reconcile", "verify_sites", "strangers", "doubts", "later_checks", "outcome", "recall_acts", "notices")
"""The press room's modules whose sentences are told to people."""


def sentences() -> Iterator[str]:
    """Every Chinese sentence of the rooms below the web that names a command; what is filled in stands as 12."""
    told = [ROOT / "pipeline" / f"{name}.py" for name in NIGHT]
    for file in [*sorted((ROOT / "cms").rglob("*.py")), *told]:
        if "web" in file.relative_to(ROOT).parts:
            continue
        inside = set()
        for one in ast.walk(ast.parse(file.read_text("utf-8"))):
            words = ""
            if isinstance(one, ast.Call) and ast.unparse(one.func) == "re.compile":
                inside |= {id(part) for part in ast.walk(one)}  # a pattern is read by nobody
            elif isinstance(one, ast.JoinedStr):
                inside |= {id(part) for part in one.values}
                words = "".join(str(part.value) if isinstance(part, ast.Constant) else "12" for part in one.values)
            elif isinstance(one, ast.Constant) and isinstance(one.value, str) and id(one) not in inside:
                words = one.value
            if "yigao " in words and re.search("[一-鿿]", words):
                yield words


def test_every_command_a_room_names_has_its_name_on_a_page() -> None:
    told = list(sentences())
    assert len(told) > 30
    for words in told:
        shown = on_screen(words)
        assert "yigao" not in shown.replace("在服务器上运行 yigao", ""), shown
        assert on_screen(shown) == shown


def test_plain_words_stay_as_they_are() -> None:
    assert on_screen("封面太大，请换一张。") == "封面太大，请换一张。"


def test_time_in_the_unit_that_says_it() -> None:
    assert [lasted(NOON - NOON + (NOON - NOON.replace(hour=hour, minute=0))) for hour in (6, 3)] == ["2 分钟", "3 小时"]
