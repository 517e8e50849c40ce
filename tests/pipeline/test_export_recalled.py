"""What is called back leaves the house as a text with a sheet that says so, never as a package to post."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.clock import wall_clock
from pipeline.export import NOT_TO_POST, export_story
from pipeline.house import open_house
from tests.pipeline.conftest import STORY
from tests.pipeline.test_cli import yigao
from tests.recalls.test_recall_cli import TOLD, ok, plan
from tests.recalls.test_recall_cli import root as root

pytestmark = pytest.mark.keeps("order")
PACKAGE = "toutiao.html"


def export(root: Path, slug: str = "hong-tu") -> tuple[int, str, set[str]]:
    """Exit code, what was said, and the files outside the story's own folder."""
    out = root.parent / "out"
    code, said, _ = yigao("export", slug, "--out", out, "-w", root)
    files = {one.relative_to(out).as_posix() for one in out.rglob("*") if one.is_file()}
    return code, re.sub(r"\s+", "", said), {one for one in files if not one.startswith("story/")}


def sheet(root: Path, folder: str) -> str:
    return (root.parent / "out" / folder / NOT_TO_POST).read_text(encoding="utf-8")


def test_a_retracted_story_has_no_package_and_says_so_at_every_step(root: Path) -> None:
    code, _, before = export(root)
    assert code == 0 and {f"chengdu/{PACKAGE}", f"ganzi/{PACKAGE}"} <= before
    ok(root, "retract", "hong-tu", "--reason", "不实", "--notice", "已撤回。", "--by", "editor")
    code, said, files = export(root)
    assert code == 1 and "没有导出的代发包2个" in said and "等批准" in said and "先不要发" in said
    assert files == {f"chengdu/{NOT_TO_POST}", f"ganzi/{NOT_TO_POST}"}  # those of the earlier export are gone too
    ok(root, "approve", 1, "--by", "yi", "--opinion", "同意")
    ok(root, "work")
    code, said, files = export(root)
    assert code == 1 and files == {f"chengdu/{NOT_TO_POST}", f"ganzi/{NOT_TO_POST}"}
    for folder in ("story", "chengdu"):
        assert "撤稿令 1 《红色的图》" in sheet(root, folder) and "不要再发到任何账号" in sheet(root, folder)
    for account in ("toutiao:chengdu", "toutiao:ganzi"):
        number = {one["account"]: one["remedy"] for one in plan(root)["plan"]}[account]
        ok(root, "done", number, "--by", "yi", "--note", "没有发过", "--not-posted")
    code, said, files = export(root)
    assert code == 1 and "不要再发：撤稿令1" in said and PACKAGE not in "".join(files)
    assert (root.parent / "out" / "story" / "hong-tu.md").is_file()
    code, out, _ = yigao("export", "hong-tu", "--out", root.parent / "out", "--json", "-w", root)
    told = json.loads(out)
    assert code == 1 and told["packages"] == 0 and "撤稿令 1" in told["against"][0]


def test_a_rejected_retraction_gives_the_packages_back(root: Path) -> None:
    ok(root, "retract", "hong-tu", "--reason", "不实", "--notice", "已撤回。", "--by", "editor")
    assert export(root)[0] == 1
    ok(root, "reject", 1, "--by", "yi", "--reason", "没有错")
    code, _, files = export(root)
    assert code == 0 and f"chengdu/{PACKAGE}" in files and NOT_TO_POST not in "".join(files)
    assert not (root.parent / "out" / "story" / NOT_TO_POST).exists()


def test_the_version_before_a_correction_is_not_offered_and_the_corrected_one_is(root: Path) -> None:
    mended = root.parent / "mended.md"
    text = STORY.format(slug="hong-tu", headline="红色的图").replace("第一段", "改正后的第一段")
    mended.write_text(text, "utf-8")
    ok(root, "correct", "hong-tu", mended, *TOLD)
    ok(root, "approve", 1, "--by", "yi", "--opinion", "同意")
    ok(root, "work")
    code, said, files = export(root)
    assert code == 1 and "没有更正的这一版不要再发" in said and PACKAGE not in "".join(files)
    for account in ("toutiao:chengdu", "toutiao:ganzi"):
        number = {one["account"]: one["remedy"] for one in plan(root)["plan"]}[account]
        ok(root, "done", number, "--by", "yi", "--note", "改好了", "--address", "https://www.toutiao.com/1")
    code, _, files = export(root)
    assert code == 0 and f"chengdu/{PACKAGE}" in files
    assert "改正后的第一段" in (root.parent / "out" / "chengdu" / PACKAGE).read_text(encoding="utf-8")


def test_a_flash_that_is_over_has_no_package(root: Path) -> None:
    said = ("--title", "暴雨", "--text", "今夜有暴雨。", "--by", "editor", "--to", "channel=toutiao", "--rehearsal")
    ok(root, "flash", *said, "--expires", "1h")
    ok(root, "sign", 2, "--by", "yi", "--opinion", "属实")
    ok(root, "work")
    slug = next(one.name for one in (root / "drafts").iterdir() if one.name.startswith("kuaixun"))
    code, _, files = export(root, slug)
    assert code == 0 and f"chengdu/{PACKAGE}" in files
    out = root.parent / "out"
    made = export_story(open_house(root), slug, out, wall_clock() + timedelta(hours=2))
    assert made.packages == 0 and {one.account for one in made.left_out} == {"toutiao:chengdu", "toutiao:ganzi"}
    assert "已经解除" in made.told[0] and "已经解除" in sheet(root, "story") and "已经解除" in sheet(root, "ganzi")
    assert not (out / "chengdu" / PACKAGE).exists()


def test_under_a_freeze_there_is_no_package_for_its_accounts(root: Path) -> None:
    assert export(root)[0] == 0
    ok(root, "freeze", "--unit", "chengdu", "--reason", "静默", "--by", "yi")
    code, said, files = export(root)
    assert code == 1 and files == {f"chengdu/{NOT_TO_POST}", *(one for one in files if one.startswith("ganzi/"))}
    assert f"ganzi/{PACKAGE}" in files and f"ganzi/{NOT_TO_POST}" not in files
    words = sheet(root, "chengdu")
    assert "toutiao:chengdu：暂停：停发 1（" in words and "静默，由" in words and "到有人解除为止" in words
    assert "没有导出的代发包1个：toutiao:chengdu" in said and "不要再发：暂停" not in said
    ok(root, "exempt", 1, "account=toutiao:chengdu", "--reason", "民生", "--by", "yi")
    code, _, files = export(root)
    assert code == 0 and f"chengdu/{PACKAGE}" in files and NOT_TO_POST not in "".join(files)
