"""`yigao checks | override | original | words …`, and a list that changes under scheduled stories."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, select

from cms.db import session_scope
from cms.matrix import Unit
from cms.people import Person
from cms.people.roles import appoint
from cms.releases import Delivery
from pipeline.clock import wall_clock
from pipeline.house import open_house
from tests.pipeline.conftest import write_story
from tests.pipeline.test_cli import MATRIX, yigao

HEAD = "word,kind,severity,suggestion\n"
REPRINT = """---
slug: zhuan-zai
headline: 高原上的气象站
editor: 赵明
kind: reprint
source: {outlet: 某晚报, author: 陈晓, title: 原题, url: "https://a.cn/1"}
---

海拔4300米的垭口，风很大。
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "matrix.yaml").write_text(MATRIX, encoding="utf-8")
    root = tmp_path / "house"
    yigao("init", root, "--matrix", tmp_path / "matrix.yaml", "--base-url", "https://kj.test")
    with session_scope(open_house(root).engine) as session:
        session.add_all([Person(login="editor", name="编辑"), Person(login="zong", name="总编")])
        session.flush()
        top = session.exec(select(Unit.id).where(Unit.slug == "sichuan")).one()
        appoint(session, person(session, "zong"), "省级管理员", top, "system", wall_clock())
    return root


def person(session: Session, login: str) -> Person:
    return session.exec(select(Person).where(Person.login == login)).one()


def listed(folder: Path, *rows: str, name: str = "cuo-min.csv") -> Path:
    path = folder / name
    path.write_text(HEAD + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return path


def imported(root: Path, tmp_path: Path, words: str = "一段正文。", slug: str = "hong-tu") -> None:
    story = write_story(tmp_path / slug, slug)
    story.write_text(story.read_text(encoding="utf-8").replace("第一段，", f"{words}第一段，"), encoding="utf-8")
    yigao("import", story, "-w", root)


def test_a_story_s_findings_with_place_and_remedy(root: Path, tmp_path: Path) -> None:
    imported(root, tmp_path, "联系电话13812345678。")
    code, out, err = yigao("checks", "hong-tu", "-w", root)
    flat = err.replace("\n", "")
    assert code == 1 and "138****5678" in flat and "13812345678" not in flat + out
    assert "blocks.0.text#0@4-15" in flat and "拦截 1 处" in out
    code, out, _ = yigao("checks", "hong-tu", "-w", root, "--json")
    assert [one["rule"] for one in json.loads(out)["findings"] if one["level"] == "block"] == ["checks.personal.mobile"]


def test_a_list_changes_and_scheduled_stories_are_told_and_held(root: Path, tmp_path: Path) -> None:
    later = f"{datetime.now() + timedelta(days=300):%Y-%m-%d} 09:00"
    imported(root, tmp_path, "说到云顶内幕。", "yi")
    imported(root, tmp_path, "别的事情。", "er")
    for slug in ("yi", "er"):
        code, _, err = yigao("release", slug, "--to", "channel=site unit=chengdu", "--at", later, "-w", root)
        assert code == 0, err
    path = listed(tmp_path, "云顶内幕,错敏词,block,")
    code, out, err = yigao("words", "diff", path, "-w", root, "--json")
    told = json.loads(out)
    assert code == 0 and [one["story"] for one in told["changed"]] == ["yi"], err
    assert json.loads(yigao("words", "list", "-w", root, "--json")[1]) == [], "diff changes nothing"
    code, out, err = yigao("words", "import", path, "--by", "zong", "-w", root)
    assert code == 0 and "1 篇结果有变，暂停了 1 份投递" in out, err
    with session_scope(open_house(root).engine) as session:
        states = {str(one.stories[0][0]): (one.state, one.reason) for one in session.exec(select(Delivery))}
    assert states["yi"][0] == "held" and "云顶内幕" in states["yi"][1] and states["er"][0] == "rendered"
    assert "云顶内幕" in yigao("notices", "-w", root)[1]
    assert "还没有" not in yigao("words", "list", "-w", root)[1]
    assert yigao("words", "import", path, "--by", "zong", "-w", root)[0] == 0, "the same again is nothing new"
    assert yigao("words", "retire", "cuo-min", "--by", "zong", "-w", root)[0] == 0
    assert yigao("checks", "yi", "-w", root)[0] == 0


def test_a_block_is_let_pass_by_the_role_and_the_release_goes_on(root: Path, tmp_path: Path) -> None:
    yigao("words", "import", listed(tmp_path, "云顶内幕,错敏词,block,"), "--by", "zong", "-w", root)
    imported(root, tmp_path, "说到云顶内幕。")
    code, _, err = yigao("override", "hong-tu", "checks.word.block", "--reason", "引文", "--by", "editor", "-w", root)
    assert code == 1 and "只有省级管理员能放行" in err
    code, out, err = yigao("override", "hong-tu", "checks.word.block", "--reason", "引文", "--by", "zong", "-w", root)
    assert code == 0 and "已记下 1 处" in out, err
    assert yigao("checks", "hong-tu", "-w", root)[0] == 0
    yigao("release", "hong-tu", "--to", "channel=site,wechat unit=chengdu", "-w", root)
    with session_scope(open_house(root).engine) as session:
        assert {one.state for one in session.exec(select(Delivery))} == {"rendered"}
    code, _, err = yigao("override", "hong-tu", "checks.word.block", "--reason", "再来", "--by", "zong", "-w", root)
    assert code == 1 and "没有“checks.word.block”这一处" in err.replace("\n", "")


def test_a_block_without_an_override_holds_the_release(root: Path, tmp_path: Path) -> None:
    imported(root, tmp_path, "说到云顶内幕。")
    yigao("words", "import", listed(tmp_path, "云顶内幕,错敏词,block,"), "--by", "zong", "-w", root)
    yigao("release", "hong-tu", "--to", "channel=site,wechat unit=chengdu", "-w", root)
    with session_scope(open_house(root).engine) as session:
        assert {(one.state, "云顶内幕" in one.reason) for one in session.exec(select(Delivery))} == {("held", True)}


def test_a_reprint_keeps_its_original_and_its_list(root: Path, tmp_path: Path) -> None:
    story = tmp_path / "zhuan-zai.md"
    story.write_text(REPRINT, encoding="utf-8")
    yigao("import", story, "-w", root)
    (tmp_path / "原文.txt").write_text("海拔4500米的垭口，风很大。", encoding="utf-8")
    code, out, err = yigao(
        "original", "zhuan-zai", tmp_path / "原文.txt", "--by", "editor", "--url", "https://a.cn/1", "-w", root
    )
    assert code == 0 and "已留存" in out, err
    _, out, _ = yigao("checks", "zhuan-zai", "-w", root, "--json")
    told = {one["rule"]: one["message"] for one in json.loads(out)["findings"]}
    assert "“5”改成“3”" in told["checks.reprint.changed"] and "checks.source.no_list" in told
    yigao("words", "import", listed(tmp_path, "四川科技报,稿源单位,,", name="outlets.csv"), "--by", "zong", "-w", root)
    assert "checks.source.unknown" in yigao("checks", "zhuan-zai", "-w", root, "--json")[1]
    assert yigao("override", "zhuan-zai", "all", "--reason", "勘误", "--by", "editor", "-w", root)[0] == 0
    assert "没有写理由" not in yigao("checks", "zhuan-zai", "-w", root)[1]


def test_a_bad_list_and_a_missing_one_answer_in_words(root: Path, tmp_path: Path) -> None:
    code, _, err = yigao("words", "import", tmp_path / "none.csv", "--by", "zong", "-w", root)
    assert code == 1 and "没有这个文件" in err.replace("\n", "")
    code, _, err = yigao("words", "import", listed(tmp_path, "甲,菜名,block,"), "--by", "zong", "-w", root)
    assert code == 1 and "不认识类别" in err.replace("\n", "")
    assert yigao("words", "retire", "none", "--by", "zong", "-w", root)[0] == 1
