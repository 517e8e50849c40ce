"""Backup, restore, restored, reconcile, report: as a person at the command line has them."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.pipeline.conftest import write_story
from tests.pipeline.test_cli import MATRIX, yigao

pytestmark = pytest.mark.keeps("backup")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo house with a story out on its own sites and feeds, and in the hands of people."""
    folder = tmp_path_factory.mktemp("kept")
    house, story = folder / "house", write_story(folder)
    (folder / "matrix.yaml").write_text(MATRIX, encoding="utf-8")
    for words in (
        ("init", house, "--matrix", folder / "matrix.yaml", "--demo", "--base-url", "http://127.0.0.1:9/sites"),
        ("person", "add", "yi", "--name", "一审员", "-w", house),
        ("import", story, "-w", house),
        ("release", "hong-tu", "--to", "channel=*", "--rehearsal", "-w", house),
        ("sign", 1, "--by", "yi", "--opinion", "演练", "-w", house),
        ("work", "-w", house),
    ):
        code, out, err = yigao(*words)
        assert code == 0, (words, out, err)
    return house


def say(root: Path, *arguments: object, code: int = 0) -> Any:
    found, out, err = yigao(*arguments, "--json", "-w", root)
    assert found == code, (out, err)
    return json.loads(out)


def test_kept_and_brought_back_with_its_pages_and_packages(root: Path, tmp_path: Path) -> None:
    file = tmp_path / "kept.tar.zst"
    code, out, err = yigao("backup", file, "--by", "yi", "-w", root)
    assert code == 0, err
    assert "密钥文件 yigao.key 不在备份里" in out
    words = ("restore", file, tmp_path / "again", "--by", "yi", "--reason", "演练恢复", "--key", root / "yigao.key")
    code, out, err = yigao(*words)
    assert code == 0, err
    for said in ("用时：核对", "台账", "素材", "网页", "待代发", "备份以后做过的撤稿", "yigao restored --done"):
        assert said in out
    again = tmp_path / "again"
    pages = sorted(one.relative_to(root) for one in (root / "sites").rglob("*.html"))
    assert pages
    assert pages == sorted(one.relative_to(again) for one in (again / "sites").rglob("*.html"))
    packages = sorted(one.name for one in (root / "handover").iterdir())
    assert packages == sorted(one.name for one in (again / "handover").iterdir())
    assert say(again, "build", "--verify")["survivors"] == []
    assert yigao("verify", "-w", again)[0] == 0
    left = say(again, "restored")
    assert len(left["packages"]) == len(packages) and left["asked"] == left["stopped"] == []
    assert "恢复后核对" in yigao("freeze", "--list", "-w", again)[1]
    for words, why in (
        (("restored", "--done"), "请写明是谁看过的"),
        (("restored", "--done", "--by", "yi"), "请写一句核对了什么"),
        (("thaw", 1, "--by", "yi", "--reason", "好了"), "yigao restored --done"),
    ):
        code, _, err = yigao(*words, "-w", again)
        assert (code, why in err) == (1, True), err
    assert say(again, "restored", "--done", "--by", "yi", "--reason", "逐份核对过")["done"] is True
    assert say(again, "restored")["restored"] is None
    assert say(again, "freeze", "--list") == []


def test_refusals_are_one_chinese_sentence(root: Path, tmp_path: Path) -> None:
    for words, said in (
        (("backup", tmp_path / "x.tar.zst", "--by", "nobody", "-w", root), "没有人员"),
        (("restore", tmp_path / "nothing", tmp_path / "again", "--by", "yi", "--reason", "x"), "没有"),
        (("restore", root, tmp_path / "again", "--by", "yi", "--reason", "x"), "没有备份"),
        (("report", 7, "-w", root), "没有第 7 号"),
        (("reconcile", "--account", "wechat:nowhere", "-w", root), "没有账号"),
    ):
        code, _, err = yigao(*words)
        assert (code, said in err) == (1, True), err


@pytest.mark.keeps("drift")
def test_a_page_changed_by_hand_is_found(root: Path) -> None:
    assert say(root, "reconcile")["drifts"] == 0
    page = next((root / "sites").rglob("s/hong-tu.html"))
    whole = page.read_text(encoding="utf-8")
    page.write_text(whole.replace("第一段", "第壹段"), encoding="utf-8")
    try:
        found = say(root, "reconcile", code=1)
        assert found["drifts"] == 1
        assert "与台账不符" in found["told"][0]
        assert say(root, "reconcile", code=1)["told"] == []  # told once
        assert "第壹段" in page.read_text(encoding="utf-8")  # and never repaired
    finally:
        page.write_text(whole, encoding="utf-8")
    assert say(root, "reconcile")["drifts"] == 0
