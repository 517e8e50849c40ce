"""The command `yigao`: what a person types, what comes back, and what a wrong word answers."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select
from typer.testing import CliRunner

from cms.db import read_scope, session_scope
from cms.releases import Delivery, Release
from cms.stories import Column, weekly
from pipeline.cli import app
from pipeline.clock import wall_clock
from pipeline.house import open_house
from tests.pipeline.conftest import write_story

MATRIX = """
provinces:
  - name: 四川省
    slug: sichuan
    code: "510000"
    divisions:
      - {name: 成都市, short: 成都, slug: chengdu, code: "510100", kind: 地级市}
      - {name: 甘孜藏族自治州, short: 甘孜州, slug: ganzi, code: "513300", kind: 自治州}
"""


def yigao(*arguments: object) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, [str(one) for one in arguments])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.stdout, done.stderr


@pytest.fixture
def matrix(tmp_path: Path) -> Path:
    path = tmp_path / "matrix.yaml"
    path.write_text(MATRIX, encoding="utf-8")
    return path


def test_render_needs_no_database(tmp_path: Path, matrix: Path) -> None:
    story = write_story(tmp_path)
    code, out, _ = yigao("render", story, "--matrix", matrix, "--out", tmp_path / "out", "--json")
    report = json.loads(out)
    assert code == 0
    assert set(report["renditions"]) == {
        f"{channel}:{unit}"
        for channel in ("site", "feed", "wechat", "weibo", "toutiao")
        for unit in ("chengdu", "ganzi")
    }
    assert (tmp_path / "out" / "ganzi" / "wechat.html").is_file()
    assert not list(tmp_path.rglob("*.db"))


def test_render_takes_one_channel_and_one_unit(tmp_path: Path, matrix: Path) -> None:
    story = write_story(tmp_path)
    arguments = ("--channel", "weibo", "--unit", "ganzi", "--json")
    _, out, _ = yigao("render", story, "--matrix", matrix, "--out", tmp_path / "out", *arguments)
    assert set(json.loads(out)["renditions"]) == {"weibo:ganzi"}


BAD = {
    "a missing picture": ("正文。\n\n![红](pictures/none.png)\n", "bad.md:9：", "找不到图片"),
    "an unknown block": ("正文。\n\n:::galery\n:::\n", "bad.md:9：", "不认识的块"),
    "an unknown unit": ("正文。\n\n:::region units=nowhere\n只。\n:::\n", "bad.md:9：", "没有单位“nowhere”"),
    "a mangled text": ("內(nèi)容設(shè)備開(kāi)放服(fú)務(wù)內(nèi)外科(kē)技(jì)。\n" * 3, "bad.md:", "拼音"),
}


@pytest.mark.parametrize("what", BAD)
def test_a_blocking_finding_names_file_line_and_remedy_and_exits_1(tmp_path: Path, matrix: Path, what: str) -> None:
    body, place, words = BAD[what]
    story = tmp_path / "bad.md"
    story.write_text(f"---\nslug: bad\nheadline: 题\nbyline: 张三\n---\n\n{body}", encoding="utf-8")
    code, _, err = yigao("render", story, "--matrix", matrix, "--out", tmp_path / "out")
    flat = err.replace("\n", "")
    assert code == 1
    assert place in flat and words in flat


def test_a_title_too_long_for_a_channel_blocks_there(tmp_path: Path, matrix: Path) -> None:
    """The headline is fitted; what somebody wrote for a channel is theirs to shorten."""
    words = "很长的标题" * 14
    front = f"slug: long\nheadline: {words}\nshort_headlines: {{{{wechat: {words}, toutiao: {words}}}}}"
    story = write_story(tmp_path, text=f"---\n{front}\n---\n\n正文。\n")
    code, out, _ = yigao("render", story, "--matrix", matrix, "--out", tmp_path / "out", "--json")
    blocked = {one["channel"] for one in json.loads(out)["findings"] if one["level"] == "block"}
    assert code == 1
    assert blocked == {"wechat", "toutiao"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--unit", "nowhere"), "没有单位“nowhere”"),
        (("--channel", "telegraph"), "没有渠道“telegraph”"),
        (("--province", "mars"), "没有省份“mars”"),
    ],
)
def test_a_wrong_word_is_answered_with_the_known_ones(
    tmp_path: Path, matrix: Path, arguments: tuple[str, str], words: str
) -> None:
    code, _, err = yigao("render", write_story(tmp_path), "--matrix", matrix, "--out", tmp_path / "out", *arguments)
    assert code == 1
    assert words in err.replace("\n", "")


CREW = (("yi", "一审员", "审核"), ("er", "二审员", "审核"), ("san", "三审员", "签发"))


def test_from_init_to_export_by_hand(tmp_path: Path, matrix: Path) -> None:
    house, story = tmp_path / "house", write_story(tmp_path)
    at = ("--workspace", house)
    assert yigao("init", house, "--matrix", matrix, "--base-url", "https://kj.test")[0] == 0
    for login, name, role in CREW:
        assert yigao("person", "add", login, "--name", name, "--role", role, *at)[0] == 0
    assert yigao("import", story, *at)[0] == 0
    for login, step in (("yi", "初审"), ("er", "复审")):
        assert yigao("sign", "hong-tu", "--by", login, "--step", step, "--opinion", "通过", *at)[0] == 0
    code, out, _ = yigao("release", "hong-tu", "--to", "channel=site,feed,wechat unit=ganzi", "--json", *at)
    report = json.loads(out)
    assert code == 0 and (report["deliveries"], report["held"]) == (3, 0)
    _, out, _ = yigao("sign", report["release"], "--by", "san", "--step", "终审", "--opinion", "通过", "--json", *at)
    assert json.loads(out)["missing"] == ["签发"]
    assert json.loads(yigao("work", "--json", *at)[1]) == {"steps": 0, "next_at": None}
    _, out, _ = yigao(
        "sign", report["release"], "--by", "san", "--step", "签发", "--opinion", "同意", "--read", "--json", *at
    )
    assert json.loads(out)["missing"] == []
    yigao("work", *at)
    counted = json.loads(yigao("status", "--json", *at)[1])
    assert counted == {"feed": {"published": 1}, "site": {"published": 1}, "wechat": {"handed_over": 1}}
    assert yigao("export", "hong-tu", "--out", tmp_path / "out", *at)[0] == 0
    assert (tmp_path / "out" / "ganzi" / "wechat.html").is_file()
    assert (house / "sites" / "ganzi" / "s" / "hong-tu.html").is_file()


def test_a_release_waits_for_its_time(tmp_path: Path, matrix: Path) -> None:
    house, story = tmp_path / "house", write_story(tmp_path)
    yigao("init", house, "--matrix", matrix, "--demo")
    yigao("person", "add", "yi", "--name", "一审员", "-w", house)
    yigao("import", story, "-w", house)
    later = f"{datetime.now() + timedelta(days=300):%Y-%m-%d} 09:00"
    _, out, _ = yigao("release", "hong-tu", "--at", later, "--rehearsal", "--json", "-w", house)
    number = json.loads(out)["release"]
    assert yigao("sign", number, "--by", "yi", "--opinion", "演练", "-w", house)[0] == 0
    yigao("work", "--json", "-w", house)
    counted = json.loads(yigao("status", "--json", "-w", house)[1])
    assert {state for row in counted.values() for state in row} == {"ready"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("release", "none"), "没有稿件“none”"),
        (("release", "hong-tu", "--to", "channel=telegraph"), "没有渠道“telegraph”"),
        (("release", "hong-tu", "--to", "somewhere"), "看不懂“somewhere”"),
        (("release", "hong-tu", "--at", "soon"), "看不懂时间“soon”"),
        (("sign", "7", "--by", "yi", "--opinion", "x"), "没有可签的封存件"),
        (("export", "none", "--out", "x"), "没有稿件“none”"),
    ],
)
def test_a_wrong_order_says_what_to_do(tmp_path: Path, matrix: Path, arguments: tuple[str, ...], words: str) -> None:
    house, story = tmp_path / "house", write_story(tmp_path)
    yigao("init", house, "--matrix", matrix)
    yigao("person", "add", "yi", "--name", "一审员", "-w", house)
    yigao("import", story, "-w", house)
    code, _, err = yigao(*arguments, "-w", house)
    assert code == 1
    assert words in err.replace("\n", "")


def test_a_folder_that_is_no_workspace_is_named(tmp_path: Path) -> None:
    code, _, err = yigao("status", "-w", tmp_path)
    assert code == 1 and "yigao init" in err.replace("\n", "")


def test_a_workspace_is_never_made_over_another(tmp_path: Path, matrix: Path) -> None:
    assert yigao("init", tmp_path / "house", "--matrix", matrix)[0] == 0
    code, _, err = yigao("init", tmp_path / "house", "--matrix", matrix)
    assert code == 1 and "已经是一个工作区" in err.replace("\n", "")


def test_an_edit_after_a_signature_leads_back_to_a_release_and_not_into_a_wall(tmp_path: Path, matrix: Path) -> None:
    house, story = tmp_path / "house", write_story(tmp_path)
    at = ("-w", house)
    yigao("init", house, "--matrix", matrix, "--base-url", "https://kj.test")
    for login, name, role in CREW:
        yigao("person", "add", login, "--name", name, "--role", role, *at)
    yigao("import", story, *at)
    _, out, _ = yigao("release", "hong-tu", "--to", "unit=ganzi", "--json", *at)
    first = json.loads(out)["release"]
    story.write_text(story.read_text(encoding="utf-8") + "\n改了一处错字。\n", encoding="utf-8")
    yigao("import", story, *at)
    code, _, err = yigao("sign", first, "--by", "yi", "--step", "初审", "--opinion", "通过", *at)
    assert code == 1 and "yigao cancel" in err.replace("\n", "")
    code, _, err = yigao("release", "hong-tu", "--to", "unit=ganzi", *at)
    assert code == 1 and f"发布单 {first}" in err and "yigao cancel" in err.replace("\n", "")
    _, out, _ = yigao("cancel", first, "--by", "san", "--reason", "改错字", "--json", *at)
    assert json.loads(out)["cancelled"] == 7
    assert yigao("cancel", first, "--by", "san", "--reason", "再来", *at)[0] == 1
    code, out, _ = yigao("release", "hong-tu", "--to", "unit=ganzi", "--json", *at)
    second = json.loads(out)["release"]
    assert code == 0
    for login, step in (("yi", "初审"), ("er", "复审"), ("san", "终审"), ("san", "签发")):
        assert yigao("sign", second, "--by", login, "--step", step, "--opinion", "通过", "--read", *at)[0] == 0
    yigao("work", *at)
    assert "改了一处错字" in (house / "sites" / "ganzi" / "s" / "hong-tu.html").read_text(encoding="utf-8")


def test_an_export_is_the_signed_text_with_a_newer_one_beside_it(tmp_path: Path, matrix: Path) -> None:
    house, story = tmp_path / "house", write_story(tmp_path)
    at = ("-w", house)
    yigao("init", house, "--matrix", matrix, "--demo")
    yigao("person", "add", "yi", "--name", "一审员", *at)
    yigao("import", story, *at)
    _, out, _ = yigao("release", "hong-tu", "--to", "channel=wechat", "--rehearsal", "--json", *at)
    number = json.loads(out)["release"]
    yigao("sign", number, "--by", "yi", "--opinion", "演练", *at)
    yigao("work", *at)
    story.write_text(story.read_text(encoding="utf-8") + "\n没人签过的一句。\n", encoding="utf-8")
    yigao("import", story, *at)
    yigao("export", "hong-tu", "--out", tmp_path / "out", *at)
    kept = tmp_path / "out" / "story"
    assert "没人签过的一句" not in (kept / "hong-tu.md").read_text(encoding="utf-8")
    assert "没人签过的一句" in (kept / "最新存稿-未签发.txt").read_text(encoding="utf-8")


def test_an_address_that_leads_nowhere_is_not_signed(tmp_path: Path, matrix: Path) -> None:
    house, story = tmp_path / "house", write_story(tmp_path)
    yigao("init", house, "--matrix", matrix)
    yigao("import", story, "-w", house)
    code, _, err = yigao("release", "hong-tu", "-w", house)
    assert code == 1
    assert "读者打不开" in err and "yigao address" in err


def test_a_reprint_from_an_open_source_is_held_outside_a_demo(tmp_path: Path, matrix: Path) -> None:
    front = "slug: {slug}\nheadline: {headline}\nkind: reprint\nsource: {{outlet: 某报（待核实）, author: 甲}}"
    text = f"---\n{front}\n---\n\n正文。\n"
    story = write_story(tmp_path, text=text)
    for folder, demo, level in (("a", (), "block"), ("b", ("--demo",), "warn")):
        house = tmp_path / folder
        yigao("init", house, "--matrix", matrix, *demo)
        rows = json.loads(yigao("import", story, "--json", "-w", house)[1])
        found = [one["level"] for one in rows[0]["findings"] if one["rule"] == "story.source.open"]
        assert found == [level]


def test_a_step_left_out_and_a_time_gone_by_are_told(tmp_path: Path, matrix: Path) -> None:
    house, story = tmp_path / "house", write_story(tmp_path)
    yigao("init", house, "--matrix", matrix, "--base-url", "https://kj.test")
    yigao("person", "add", "yi", "--name", "一审员", "-w", house)
    yigao("import", story, "-w", house)
    code, _, err = yigao("release", "hong-tu", "--at", "2020-01-01 09:00", "-w", house)
    assert code == 1 and "已经过去" in err
    yigao("release", "hong-tu", "-w", house)
    code, _, err = yigao("sign", "1", "--by", "yi", "--opinion", "好", "-w", house)
    assert code == 1 and "--step" in err


def test_quotes_without_end_are_a_finding_and_not_a_traceback(tmp_path: Path, matrix: Path) -> None:
    story = tmp_path / "deep.md"
    story.write_text("---\nslug: deep\nheadline: 深\n---\n\n" + ">" * 3000 + " 底\n", encoding="utf-8")
    code, _, err = yigao("render", story, "--matrix", matrix, "--out", tmp_path / "out", "--unit", "ganzi")
    assert code == 1
    assert "减少层次" in err


def test_a_push_a_lead_and_a_missed_time_are_decided_with_the_release(tmp_path: Path, matrix: Path) -> None:
    house = tmp_path / "house"
    assert yigao("init", house, "--matrix", matrix, "--demo", "--base-url", "http://127.0.0.1:9/s")[0] == 0
    place = ("--workspace", house)
    yigao("person", "add", "editor", "--name", "编辑", *place)
    yigao("import", write_story(tmp_path), *place)
    slug = json.loads(yigao("import", write_story(tmp_path), *place, "--json")[1])[0]["slug"]
    secrets = tmp_path / "secrets.json"
    for unit in ("chengdu", "ganzi"):
        secrets.write_text(f'{{"appid": "wx-{unit}", "secret": "s", "base": "http://127.0.0.1:9"}}', encoding="utf-8")
        yigao("accounts", "connect", f"wechat:{unit}", "--from-file", secrets, *place)
    code, _, words = yigao("release", slug, "--to", "channel=wechat", "--lead", "wechat:nobody", *place)
    assert code == 1 and "首发账号“wechat:nobody”不在" in words
    code, _, words = yigao("release", slug, "--to", "channel=wechat", "--late", "never", *place)
    assert code == 1 and "send、ask、hold" in words
    code, out, _ = yigao(
        "release",
        slug,
        "--to",
        "channel=wechat",
        "--lead",
        "wechat:chengdu",
        "--push",
        "--late",
        "ask",
        *place,
        "--json",
    )
    report = json.loads(out)
    assert code == 0 and report["deliveries"] == 2
    pushes = {(one["account"], one["per"]): one["left"] for one in report["quota"] if "sendall" in one["call"]}
    assert {one for one, _ in pushes} == {"wechat:chengdu", "wechat:ganzi"} and {0, 89} >= set(pushes.values())
    with read_scope(open_house(house).engine) as session:
        lead, follower = session.exec(select(Delivery).order_by(col(Delivery.id)))
        assert session.get_one(Release, 1).late == "ask"
    assert follower.lead_id == lead.id and follower.due_at > lead.due_at and lead.push and follower.push


def test_a_column_chooses_how_it_goes_out(tmp_path: Path, matrix: Path) -> None:
    house = tmp_path / "house"
    yigao("init", house, "--matrix", matrix, "--demo")
    code, _, words = yigao("column", "heikeji", "--push", "--workspace", house)
    assert code == 1 and "没有栏目“heikeji”" in words
    with session_scope(open_house(house).engine) as session:
        session.add(Column(slug="heikeji", title="黑科技", rhythm=weekly(2), hour=9, opened_at=wall_clock()))
    code, out, _ = yigao("column", "heikeji", "--push", "--workspace", house)
    assert code == 0 and "群发" in out
    with read_scope(open_house(house).engine) as session:
        assert session.exec(select(Column)).one().push
