"""`yigao freeze | thaw | flash | sign | review | lift`, as a person types them."""

import json
import shutil
import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from cms.db import open_engine, read_scope, session_scope
from cms.matrix import Account
from cms.people import Person
from cms.releases import Delivery, moment
from pipeline.clock import wall_clock
from pipeline.house import DATABASE
from tests.people.house import empower
from tests.pipeline.conftest import PEOPLE, write_story
from tests.pipeline.test_cli import MATRIX, yigao

WHO = ("--by", "yi", "--reason", "接到通知")
FREEZE, FLASH = pytest.mark.keeps("freeze"), pytest.mark.keeps("flash")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo house, one story released to sites and feeds of two units in an hour; made once."""
    folder = tmp_path_factory.mktemp("made")
    house = folder / "house"
    (folder / "matrix.yaml").write_text(MATRIX, encoding="utf-8")
    yigao("init", house, "--matrix", folder / "matrix.yaml", "--demo")
    with session_scope(open_engine(house / DATABASE)) as session:
        session.add_all([Person(login=login, name=name) for login, name in PEOPLE])
        empower(session)
    story = write_story(folder)
    yigao("import", story, "-w", house)
    at = moment(wall_clock() + timedelta(hours=1))
    yigao("release", "hong-tu", "--to", "channel=site,feed", "--at", at, "--rehearsal", "-w", house)
    assert yigao("sign", 1, "--by", "yi", "--opinion", "演练", "-w", house)[::2] == (0, "")
    return house


@pytest.fixture
def root(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "house")
    return tmp_path / "house"


def say(root: Path, *arguments: object) -> Any:
    code, out, err = yigao(*arguments, "--json", "-w", root)
    assert code == 0, err
    return json.loads(out)


def refused(root: Path, *arguments: object) -> str:
    code, _, err = yigao(*arguments, "-w", root)
    assert code == 1
    return err


def in_hours(hours: float) -> str:
    return moment(wall_clock() + timedelta(hours=hours))


def a_key(root: Path) -> str:
    waiting = say(root, "thaw", 1, *WHO)["waiting"]
    return waiting[0]["key"]  # type: ignore[no-any-return]


@FREEZE
def test_a_freeze_is_told_listed_shown_and_thawed(root: Path) -> None:
    code, out, _ = yigao("freeze", "--unit", "chengdu", *WHO, "-w", root)
    assert code == 0 and "停发 1 已生效：成都市" in out and "还没发出的 2 份都不会发出" in out
    assert say(root, "freeze", "--list")[0]["coming"] == 2
    line = yigao("freeze", "--list", "-w", root)[1]
    assert "停发中：接到通知，由 一审员 于" in line and "没到时间的 2 份" in line
    assert "停发中：接到通知，由 一审员 于" in yigao("status", "-w", root)[1]
    assert any("停发中：接到通知" in one for one in say(root, "status", "--accounts")["freezes"])
    assert "停发中：接到通知" in yigao("why", 1, "-w", root)[1]
    code, out, _ = yigao("thaw", 1, *WHO, "--all", "--original", "-w", root)
    assert code == 0 and "时间没到的 2 份照原定时间发" in out
    assert "没有停发" in yigao("freeze", "--list", "-w", root)[1]


@FREEZE
def test_what_is_exempt_is_named_with_the_order_and_afterwards(root: Path) -> None:
    lets = ("--exempt", "account=site:ganzi", "--exempt-reason", "民生信息照发")
    code, out, _ = yigao("freeze", *WHO, *lets, "-w", root)
    assert code == 0 and "还没发出的 3 份都不会发出" in out and "（site:ganzi），照发" in out
    code, out, _ = yigao("exempt", 1, "unit=chengdu", *WHO, "-w", root)
    assert code == 0 and "停发 1 还停着 1 份；生效的豁免 2 项" in out and "由 一审员 于" in out
    (told,) = say(root, "freeze", "--list")
    assert told["exemptions"][0]["what"].endswith("（site:ganzi）")
    assert "豁免 2　成都市本级的账号：接到通知，由" in yigao("freeze", "--list", "-w", root)[1]
    assert say(root, "exempt", 1, "--end", 2, *WHO)["coming"] == 3
    for given, words in (
        (("unit=beijing",), "没有单位“beijing”"),
        (("site:ganzi",), "看不懂豁免“site:ganzi”"),
        ((), "请写明豁免什么"),
        (("--end", 2), "没有正在生效的豁免 2，生效的有：1"),
        (("unit=ganzi", "--end", 1), "要单独做"),
    ):
        assert words in refused(root, "exempt", 1, *given, *WHO)
    assert "没有停发 9" in refused(root, "exempt", 9, "unit=ganzi", *WHO)
    assert "豁免要写明原因" in refused(root, "freeze", *WHO, "--exempt", "unit=ganzi")


@FREEZE
def test_what_missed_its_time_is_given_one_once_it_is_exempt(root: Path) -> None:
    with sqlite3.connect(root / "yigao.db") as rows:
        rows.execute("UPDATE deliveries SET due_at = '2026-01-02 00:00:00'")
    say(root, "freeze", *WHO)
    yigao("work", "-w", root)
    found = say(root, "exempt", 1, "account=site:ganzi", *WHO)
    (one,) = found["waiting"]
    assert one["account"] == "site:ganzi" and found["stopped"] == 4
    assert "yigao exempt 1" in yigao("why", one["key"], "-w", root)[1]
    at = in_hours(1)
    assert say(root, "exempt", 1, *WHO, "--delivery", one["key"], "--at", at)["moved"] == [one["key"]]
    assert "一起写" in refused(root, "exempt", 1, *WHO, "--delivery", one["key"])


@FREEZE
def test_what_a_person_may_have_meant_is_asked(root: Path) -> None:
    assert "没有单位“beijing”" in refused(root, "freeze", "--unit", "beijing", *WHO)
    assert "原因" in refused(root, "freeze", "--by", "yi")
    assert "没有人员" in refused(root, "freeze", "--by", "nobody", "--reason", "x")
    assert "没有停发 9" in refused(root, "thaw", 9, *WHO)
    say(root, "freeze", *WHO)
    for given, words in (
        (("--all",), "--all 要写明时间"),
        (("--at", in_hours(1)), "一起写"),
        (("--delivery", 1), "一起写"),
        (("--original", "--delivery", 1), "不能同时写"),
        (("--all", "--delivery", 1, "--at", in_hours(1)), "只写一种"),
        (("--all", "--at", in_hours(1), "--at", in_hours(2)), "只能写一个"),
        (("--delivery", 1, "--at", in_hours(1), "--at", in_hours(2)), "一样多"),
        (("--all", "--at", "明天"), "看不懂时间"),
    ):
        assert words in refused(root, "thaw", 1, *WHO, *given)
    assert say(root, "freeze", "--list")  # a refused thaw thaws nothing


@FREEZE
def test_overdue_ones_get_their_times_one_by_one(made: Path, tmp_path: Path) -> None:
    root = tmp_path / "house"
    shutil.copytree(made, root)
    story = write_story(tmp_path, "second", "第二条消息")
    yigao("import", story, "-w", root)
    say(root, "freeze", *WHO)
    yigao("release", "second", "--to", "channel=site,feed", "--rehearsal", "-w", root)  # due now, under the freeze
    yigao("sign", 2, "--by", "yi", "--opinion", "演练", "-w", root)
    yigao("work", "-w", root)
    assert say(root, "status")["site"] == {"ready": 2, "held": 2}
    found = say(root, "thaw", 1, *WHO)
    assert len(found["waiting"]) == 4 and found["ahead"] == 4
    words = yigao("thaw", 1, *WHO, "-w", root)[1]
    assert "停发期间错过时间、要人决定的（4 份）" in words and "《第二条消息》　原定" in words
    first, second, third, fourth = (one["key"] for one in found["waiting"])
    assert "yigao thaw 1" in yigao("why", first[:8], "-w", root)[1]
    at = in_hours(1)
    found = say(
        root, "thaw", 1, *WHO, "--delivery", first, "--at", at, "--delivery", second[:8], "--at", in_hours(30),
        "--cancel", third,
    )  # fmt: skip
    assert found["moved"] == [first, second] and found["cancelled"] == [third]
    assert [one["key"] for one in found["waiting"]] == [fourth]
    assert len(found["collisions"]) == 1 and "前后十分钟内有 2 份" in found["collisions"][0]
    code, out, _ = yigao("thaw", 1, *WHO, "--all", "--at", at, "-w", root)
    assert code == 0 and "按新时间发的 1 份" in out and "撞期" in out


@FREEZE
def test_a_retry_under_a_freeze_says_that_it_waits(root: Path) -> None:
    say(root, "freeze", "--unit", "chengdu", *WHO)
    with read_scope(open_engine(root / DATABASE)) as session:
        keys = dict(session.exec(select(Account.key, Delivery.key).where(Delivery.account_id == Account.id)).all())
    for key in (keys["site:chengdu"], keys["site:ganzi"]):
        say(root, "hold", key, *WHO)
    frozen, free = (yigao("retry", keys[one], *WHO, "-w", root)[1] for one in ("site:chengdu", "site:ganzi"))
    assert "待发" in frozen and "停发中：接到通知" in frozen and "解除以前不会发出" in frozen
    assert "待发" in free and "停发" not in free


@FREEZE
def test_an_embargo_holds_for_a_new_time_too(made: Path, tmp_path: Path) -> None:
    root = tmp_path / "house"
    shutil.copytree(made, root)
    story = write_story(tmp_path, "third", "第三条消息")
    at = wall_clock() + timedelta(hours=2)
    text = story.read_text(encoding="utf-8").replace("published:", f"embargo: {moment(at)[:16]}\npublished:")
    story.write_text(text, encoding="utf-8")
    yigao("import", story, "-w", root)
    say(root, "freeze", *WHO)
    code, _, err = yigao("release", "third", "--to", "channel=site", "--at", in_hours(3), "--rehearsal", "-w", root)
    assert code == 0, err
    yigao("sign", 2, "--by", "yi", "--opinion", "演练", "-w", root)
    with sqlite3.connect(root / "yigao.db") as rows:  # three hours go by
        rows.execute("UPDATE deliveries SET due_at = '2026-01-02 00:00:00' WHERE release_id = 2")
    key = a_key(root)
    assert "禁发到" in refused(root, "thaw", 1, *WHO, "--delivery", key, "--at", in_hours(1))
    assert say(root, "thaw", 1, *WHO, "--delivery", key, "--at", in_hours(4))["moved"] == [key]


@FLASH
def test_a_flash_from_words_to_its_end(root: Path) -> None:
    words = ("--text", "请停止户外活动。", "--title", "暴雨红色预警", "--by", "yi", "--expires", "6h")
    code, out, _ = yigao("flash", *words, "--to", "channel=site,feed", "-w", root)
    assert code == 0 and "快讯 2：4 个投递，其中 0 个暂停" in out and "yigao sign 2" in out
    assert "不能自审" in refused(root, "sign", 2, "--by", "yi", "--opinion", "行")
    assert yigao("sign", 2, "--by", "er", "--opinion", "属实", "-w", root)[0] == 0
    yigao("work", "-w", root)
    assert say(root, "status", "--release", 2)["site"] == {"published": 2}
    assert "不能自己补审" in refused(root, "review", 2, "--by", "er", "--opinion", "行")
    code, out, _ = yigao("review", 2, "--by", "san", "--opinion", "雨量写错", "--rejected", "-w", root)
    assert code == 0 and "撤稿：yigao retract kuaixun-" in out
    assert "不是快讯" in refused(root, "lift", 1, *WHO)
    code, out, _ = yigao("lift", 2, *WHO, "-w", root)
    assert code == 0 and "4 处标明“已解除”" in out
    yigao("work", "-w", root)
    (page,) = (root / "sites" / "ganzi").rglob("*kuaixun-*.html")
    assert "已解除" in page.read_text(encoding="utf-8")
    assert "【已解除】" in (root / "sites" / "ganzi" / "feed.xml").read_text(encoding="utf-8")


@FLASH
def test_what_of_a_flash_is_not_understood(root: Path) -> None:
    words = ("--text", "请停止户外活动。", "--title", "暴雨红色预警", "--by", "yi")
    assert "看不懂时间" in refused(root, "flash", *words, "--expires", "傍晚")
    assert "看不懂补审期限" in refused(root, "flash", *words, "--review-within", "明天")
    assert "只给一种" in refused(root, "flash", root / "x.md", *words)
    assert "没有人员" in refused(root, "flash", *words[:4], "--by", "nobody")
    assert "标题和正文" in refused(root, "flash", "--by", "yi")
    assert "没有发布单 9" in refused(root, "review", 9, "--by", "er", "--opinion", "行")


@FLASH
def test_the_order_over_its_end_is_told_as_one_that_waits(root: Path) -> None:
    """Nothing is being dealt with while a flash runs; after its end something is."""
    words = ("--text", "请停止户外活动。", "--title", "暴雨红色预警", "--by", "yi", "--expires", "6h")
    say(root, "flash", *words, "--to", "channel=site,feed")
    assert yigao("sign", 2, "--by", "er", "--opinion", "属实", "-w", root)[0] == 0
    line = yigao("recalls", "-w", root)[1]
    assert "解除令 1　《暴雨红色预警》　快讯有效中，" in line and " 解除" in line and "处置中" not in line
    assert say(root, "report", 1)["state"].startswith("快讯有效中，")
    yigao("lift", 2, *WHO, "-w", root)
    assert "快讯有效中" not in yigao("recalls", "-w", root)[1]
