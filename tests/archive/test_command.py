"""`yigao archive import` as a person types it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.house import House
from tests.archive.conftest import SITE, jekyll


def yigao(house: House, source: Path, *words: str) -> tuple[int, str, str]:
    given = ["archive", "import", str(source), "--unit", "chengdu", "-w", str(house.root), *words]
    done = CliRunner().invoke(app, given)
    return done.exit_code, done.stdout, done.stderr


def test_the_command_tells_what_it_did(house: House, tmp_path: Path) -> None:
    root = jekyll(tmp_path / "old")
    (root / "_posts" / "no-date.md").write_text("---\ntitle: 无日期\n---\n\n正文。\n", encoding="utf-8")
    word = ("--by", "wang", "--reason", "旧站关停", "--site-url", SITE)
    code, out, err = yigao(house, root, *word, "--dry-run")
    assert code == 0 and "试导，没有写任何东西" in out and "新收 3 篇" in out
    assert "_posts/no-date.md:1：没有写发布日期" in err.replace("\n", "")
    assert not house.sites.exists()
    code, out, _ = yigao(house, root, *word, "--json")
    said = json.loads(out)
    assert (code, said["added"], said["bad"], said["redirects"]) == (0, ["post-1", "post-2", "post-3"], 1, 3)
    assert json.loads(yigao(house, root, *word, "--json")[1])["same"] == 3


def test_a_thousand_equal_remarks_are_told_in_ten(house: House, tmp_path: Path) -> None:
    root = jekyll(tmp_path / "old", 15, "![图](https://pic.test/{n}.png)\n\n正文。\n")
    code, _, err = yigao(house, root, "--by", "wang", "--reason", "旧站关停", "--site-url", SITE)
    assert code == 0
    assert err.count("图片没有带来") == 10 and "同类还有 5 条" in err


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--by", "nobody", "--reason", "x"), "没有人员"),
        (("--by", "wang", "--reason", " "), "依据"),
        (("--by", "wang", "--reason", "x", "--column", "none"), "没有栏目"),
        (("--by", "wang", "--reason", "x", "--unit", "none"), "没有单位"),
    ],
)
def test_what_is_missing_is_said(house: House, tmp_path: Path, words: tuple[str, ...], why: str) -> None:
    code, _, err = yigao(house, jekyll(tmp_path / "old", 1), *words)
    assert code == 1 and why in err
