"""An order names the title readers saw, and the one it brings, whatever is saved under the story's name afterwards."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.pipeline.conftest import STORY
from tests.recalls.test_recall_cli import TOLD, ok, plan
from tests.recalls.test_recall_cli import root as root

pytestmark = pytest.mark.keeps("order")
FIRST, SECOND, THIRD, LATER = "红色的图", "紫色的图", "蓝色的图", "后来起的标题"


def report(root: Path, number: int) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(ok(root, "report", number, "--json"))
    return found


def correct(root: Path, headline: str, number: int) -> None:
    """A correction of the headline, ordered, signed and carried out as far as it can be by itself."""
    mended = root.parent / f"{number}.md"
    mended.write_text(STORY.format(slug="hong-tu", headline=headline), "utf-8")
    ok(root, "correct", "hong-tu", mended, *TOLD)
    ok(root, "approve", number, "--by", "yi", "--opinion", "同意")
    ok(root, "work")


def save(root: Path, headline: str) -> None:
    """A new version that goes nowhere."""
    later = root.parent / "hong-tu.md"
    later.write_text(STORY.format(slug="hong-tu", headline=headline), "utf-8")
    ok(root, "import", later)


def titles(root: Path, number: int) -> set[tuple[str, str, str]]:
    return {(one["story"], one["version"], one["corrected"]) for one in report(root, number)["copies"]}


def test_a_corrected_headline_is_told_beside_the_one_readers_saw(root: Path) -> None:
    correct(root, SECOND, 1)
    assert titles(root, 1) == {(FIRST, "第 1 版", f"《{SECOND}》第 2 版")}
    assert (report(root, 1)["headline"], report(root, 1)["corrected"]) == (FIRST, SECOND)
    page = root.parent / "report.html"
    shown = ok(root, "report", 1, "--html", page, "--pdf", root.parent / "report.pdf")
    assert f"《{FIRST}》改为《{SECOND}》" in shown
    html = page.read_text(encoding="utf-8")
    assert f"<dt>原文</dt><dd>《{FIRST}》第 1 版" in html and f"<dt>改为</dt><dd>《{SECOND}》第 2 版" in html
    assert f"更正令 1　《{FIRST}》改为《{SECOND}》" in ok(root, "recall", 1)
    assert f"《{FIRST}》改为《{SECOND}》" in ok(root, "recalls")
    assert {one["story"] for one in plan(root)["plan"]} == {FIRST}


def test_a_correction_of_a_correction_names_what_each_copy_bore_then(root: Path) -> None:
    correct(root, SECOND, 1)
    rows = {one["account"]: one["remedy"] for one in plan(root)["plan"]}
    ok(
        root,
        "done",
        rows["toutiao:chengdu"],
        "--by",
        "yi",
        "--note",
        "改好了",
        "--address",
        "https://www.toutiao.com/1",
    )
    ok(root, "done", rows["toutiao:ganzi"], "--by", "yi", "--note", "改不了", "--cannot")
    correct(root, THIRD, 2)
    bore = {(one["key"], one["story"], one["version"]) for one in report(root, 2)["copies"]}
    assert bore == {
        *((key, SECOND, "第 2 版") for key in ("site:chengdu", "site:ganzi", "toutiao:chengdu")),
        ("toutiao:ganzi", FIRST, "第 1 版"),
        ("toutiao:ganzi", SECOND, "第 2 版"),  # the corrected package, not handed over any more
    }
    assert (report(root, 2)["headline"], report(root, 2)["corrected"]) == (SECOND, THIRD)
    assert titles(root, 1) == {
        (FIRST, "第 1 版", f"《{SECOND}》第 2 版")
    }  # the first order's copies are what they were


def test_a_headline_saved_afterwards_changes_no_order(root: Path) -> None:
    ok(root, "retract", "hong-tu", "--reason", "不实", "--notice", "已撤回。", "--by", "editor")
    ok(root, "approve", 1, "--by", "yi", "--opinion", "同意")
    ok(root, "work")
    before = report(root, 1)
    asked = ok(root, "recall", 1), ok(root, "recalls"), {one["story"] for one in plan(root)["plan"]}
    save(root, LATER)
    after = report(root, 1)
    for one in (before, after):
        del one["made"], one["audit_head"], one["audit_length"]
    assert after == before and before["headline"] == FIRST and before["corrected"] == ""
    assert (ok(root, "recall", 1), ok(root, "recalls"), {one["story"] for one in plan(root)["plan"]}) == asked
    assert LATER not in "".join(asked[:2])


def test_a_correction_that_keeps_the_headline_says_it_once(root: Path) -> None:
    mended = root.parent / "mended.md"
    text = STORY.format(slug="hong-tu", headline=FIRST).replace("第一段", "改正后的第一段")
    mended.write_text(text, "utf-8")
    ok(root, "correct", "hong-tu", mended, *TOLD)
    assert report(root, 1)["corrected"] == "" and titles(root, 1) == {(FIRST, "第 1 版", "")}
    assert "改为" not in ok(root, "recalls")


def test_a_channel_with_a_headline_of_its_own_is_named_by_that(root: Path) -> None:
    short = "short_headlines:\n  toutiao: 头条上的红色的图\n"
    mended = root.parent / "mended.md"
    text = STORY.format(slug="hong-tu", headline=SECOND)
    mended.write_text(text.replace(f"headline: {SECOND}\n", f"headline: {SECOND}\n{short}"), "utf-8")
    ok(root, "correct", "hong-tu", mended, *TOLD)
    brought = {one["key"]: one["corrected"] for one in report(root, 1)["copies"]}
    assert (
        brought["toutiao:chengdu"] == "《头条上的红色的图》第 2 版"
        and brought["site:chengdu"] == f"《{SECOND}》第 2 版"
    )
