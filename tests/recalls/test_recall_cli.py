"""更正与撤稿 from the command line, in Chinese, against a demo house that is not connected to anything."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.pipeline.conftest import STORY, write_story
from tests.pipeline.test_cli import MATRIX, yigao

pytestmark = pytest.mark.keeps("order")

TOLD = ("--reason", "职务写错", "--notice", "“副厅长”应为“厅长”", "--by", "editor")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A demo house with one story out on the units' own sites and in people's hands."""
    house, story = tmp_path / "house", write_story(tmp_path)
    (tmp_path / "matrix.yaml").write_text(MATRIX, encoding="utf-8")
    yigao("init", house, "--matrix", tmp_path / "matrix.yaml", "--demo")
    for login in ("editor", "yi"):
        yigao("person", "add", login, "--name", login, "-w", house)
    yigao("import", story, "-w", house)
    yigao("release", "hong-tu", "--to", "channel=site,toutiao", "--rehearsal", "-w", house)
    assert yigao("sign", 1, "--by", "yi", "--opinion", "演练", "-w", house)[0] == 0
    assert yigao("work", "-w", house)[0] == 0
    return house


def ok(root: Path, *arguments: object) -> str:
    code, out, err = yigao(*arguments, "-w", root)
    assert code == 0, err
    return out


def says_no(root: Path, *arguments: object) -> str:
    code, _, err = yigao(*arguments, "-w", root)
    assert code == 1
    return err


def plan(root: Path, number: int = 1) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(ok(root, "recall", number, "--json"))
    return found


def test_a_retraction_from_order_to_done(root: Path) -> None:
    shown = ok(root, "retract", "hong-tu", "--reason", "不实", "--notice", "已撤回。", "--by", "editor")
    assert "撤稿令 1" in shown and "下架" in shown and "yigao approve 1" in shown
    ok(root, "approve", 1, "--by", "yi", "--opinion", "同意")
    ok(root, "work")
    rows = {one["account"]: one for one in plan(root)["plan"]}
    assert rows["site:chengdu"]["remedy_state"] == "已处置"
    by_hand = rows["toutiao:chengdu"]
    assert by_hand["remedy_state"] == "待人工处置" and by_hand["person"] and by_hand["deadline"]
    assert "撤稿令" in ok(root, "status") and by_hand["delivery"][:8] in ok(root, "status")
    assert "转人工" in ok(root, "why", by_hand["delivery"][:8])
    assert "不等人处理" in says_no(root, "done", rows["site:chengdu"]["remedy"], "--by", "yi", "--note", "删了")
    for account in ("toutiao:chengdu", "toutiao:ganzi"):
        ok(root, "done", rows[account]["remedy"], "--by", "yi", "--note", "没有发过", "--not-posted")
    assert plan(root)["state"] == "settled" and "已处置，复查中" in ok(root, "recalls")


def test_a_correction_from_order_to_done(root: Path, tmp_path: Path) -> None:
    mended = tmp_path / "mended.md"
    mended.write_text(STORY.format(slug="hong-tu", headline="红色的图").replace("第一段", "改正后的第一段"), "utf-8")
    assert "更正令 1" in ok(root, "correct", "hong-tu", mended, *TOLD)
    assert {one["action"] for one in plan(root)["plan"]} == {"原地更正", "人工到后台处理"}
    assert "已批准" in ok(root, "approve", 1, "--by", "yi", "--opinion", "同意")
    ok(root, "work")
    rows = {one["account"]: one for one in plan(root)["plan"]}
    assert rows["site:ganzi"]["state"] == "已更正"
    ok(
        root,
        "done",
        rows["toutiao:ganzi"]["remedy"],
        "--by",
        "yi",
        "--note",
        "改好了",
        "--address",
        "https://www.toutiao.com/1",
    )
    ok(root, "done", rows["toutiao:chengdu"]["remedy"], "--by", "yi", "--note", "改不了", "--cannot")
    states = {one["account"]: one["remedy_state"] for one in plan(root)["plan"]}
    assert states["toutiao:ganzi"] == "已处置" and states["toutiao:chengdu"] == "没能处置"


@pytest.mark.parametrize("name", ["p2.png", "pictures/red.png"])
def test_a_corrected_picture_lies_beside_the_file(root: Path, tmp_path: Path, name: str) -> None:
    """Another name in the text, or other bytes under the old name; what is not there lies with the draft, as the cover
    does."""
    desk = tmp_path / "desk"
    (desk / name).parent.mkdir(parents=True)
    Image.new("RGB", (1200, 800), "#2233aa").save(desk / name)
    text = STORY.format(slug="hong-tu", headline="红色的图").replace(
        "![一张红色的图](pictures/red.png", f"![图]({name}"
    )
    (desk / "apic.md").write_text(text, "utf-8")
    before = pictures(root)
    ok(root, "correct", "hong-tu", desk / "apic.md", *TOLD)
    ok(root, "approve", 1, "--by", "yi", "--opinion", "同意")
    ok(root, "work")
    assert pictures(root) and pictures(root) != before
    ok(root, "build")  # the feeds, to which nothing was sent
    assert json.loads(ok(root, "build", "--verify", "--json"))["survivors"] == []
    (desk / "again.md").write_text(text.replace(name, "../secret.png"), "utf-8")
    Image.new("RGB", (1200, 800), "#22aa33").save(tmp_path / "secret.png")
    assert "图片路径超出" in says_no(root, "correct", "hong-tu", desk / "again.md", *TOLD)
    (desk / "again.md").write_text(text.replace(name, "none.png"), "utf-8")
    assert "找不到图片 none.png" in says_no(root, "correct", "hong-tu", desk / "again.md", *TOLD)


def pictures(root: Path) -> set[str]:
    """The pictures the story's page in one unit shows."""
    page = (root / "sites" / "chengdu" / "s" / "hong-tu.html").read_text(encoding="utf-8")
    return set(re.findall(r"<img[^>]* src=\"([^\"]+)\"", page))


def test_wrong_input_is_answered_with_what_to_do(root: Path, tmp_path: Path) -> None:
    assert "没有稿件“nothing”" in says_no(root, "retract", "nothing", *TOLD)
    assert "没有这个文件" in says_no(root, "correct", "hong-tu", tmp_path / "none.md", *TOLD)
    mended = tmp_path / "mended.md"
    mended.write_text(STORY.format(slug="other", headline="红色的图"), "utf-8")
    assert "改成一致" in says_no(root, "correct", "hong-tu", mended, *TOLD)
    mended.write_text(STORY.format(slug="hong-tu", headline="红色的图"), "utf-8")
    assert "写成 渠道=做法" in says_no(root, "correct", "hong-tu", mended, *TOLD, "--use", "wechat")
    assert "不能用“fly”" in says_no(root, "correct", "hong-tu", mended, *TOLD, "--use", "site=fly")
    assert "没有第 9 号" in says_no(root, "recall", 9)
    assert "没有处置 9" in says_no(root, "done", 9, "--by", "yi", "--note", "删了")
    ok(root, "retract", "hong-tu", *TOLD)
    assert "已有撤稿令" in says_no(root, "retract", "hong-tu", *TOLD)
    assert "没有人员“nobody”" in says_no(root, "approve", 1, "--by", "nobody", "--opinion", "同意")
    assert "驳回要写明原因" in says_no(root, "reject", 1, "--by", "yi", "--reason", " ")
    assert "已驳回" in ok(root, "reject", 1, "--by", "yi", "--reason", "核实无误")


@pytest.mark.keeps("outputs")
def test_a_house_that_published_nothing_yet_has_nothing_to_miss(tmp_path: Path) -> None:
    house = tmp_path / "house"
    (tmp_path / "matrix.yaml").write_text(MATRIX, encoding="utf-8")
    yigao("init", house, "--matrix", tmp_path / "matrix.yaml", "--demo")
    yigao("person", "add", "yi", "--name", "一审员", "-w", house)
    assert "0 处残留" in ok(house, "build", "--verify")
    ok(house, "grey", "on", "--by", "yi", "--reason", "哀悼日")  # it stands in every folder from now on
    assert "0 处残留" in ok(house, "build", "--verify")
    stray = house / "sites" / "chengdu" / "s" / "left.html"
    stray.parent.mkdir(parents=True, exist_ok=True)
    stray.write_text("从前的稿件", encoding="utf-8")
    code, out, _ = yigao("build", "--verify", "-w", house)
    assert code == 1 and "s/left.html" in out and "应有的文件不在" not in out
    stray.unlink()
    ok(house, "build")
    (house / "sites" / "chengdu" / "index.html").unlink()  # once it was built, what is missing is named
    code, out, _ = yigao("build", "--verify", "-w", house)
    assert code == 1 and "chengdu/index.html" in out and "应有的文件不在" in out
