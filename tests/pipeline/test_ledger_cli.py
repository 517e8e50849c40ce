"""The ledger in a person's hands, against the real sandbox: why, hold, retry, adopt, cancel, verify, status."""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from channels.making.sandbox import Book, Fault
from pipeline.clock import wall_clock
from pipeline.house import DATABASE
from pipeline.sandbox_console import with_console
from pipeline.sandboxes import Sandboxes, SandboxServer
from tests.pipeline.conftest import write_story
from tests.pipeline.test_cli import MATRIX, yigao

WHO = ("--by", "yi", "--reason", "看过后台")


@pytest.fixture
def server() -> Iterator[SandboxServer]:
    sandboxes = Sandboxes(Book(), wall_clock, sleep=lambda seconds: None)
    with_console(sandboxes)
    with SandboxServer(sandboxes) as started:
        yield started


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo house, one release to two Weibo accounts signed and not yet sent; made once."""
    folder = tmp_path_factory.mktemp("prepared")
    house, story = folder / "house", write_story(folder)
    (folder / "matrix.yaml").write_text(MATRIX, encoding="utf-8")
    yigao("init", house, "--matrix", folder / "matrix.yaml", "--demo")
    yigao("person", "add", "yi", "--name", "一审员", "-w", house)
    yigao("import", story, "-w", house)
    yigao("release", "hong-tu", "--to", "channel=weibo", "--rehearsal", "-w", house)
    assert yigao("sign", 1, "--by", "yi", "--opinion", "演练", "-w", house)[0] == 0
    return house


@pytest.fixture
def root(prepared: Path, tmp_path: Path, server: SandboxServer) -> Path:
    """A copy of it, its accounts on this sandbox."""
    shutil.copytree(prepared, tmp_path / "house")
    for unit in ("chengdu", "ganzi"):
        code, _, err = yigao(
            "accounts", "connect", f"weibo:{unit}", "--sandbox", server.address, "-w", tmp_path / "house"
        )
        assert code == 0, err
    return tmp_path / "house"


def say(root: Path, *arguments: object) -> Any:
    code, out, err = yigao(*arguments, "--json", "-w", root)
    assert code == 0, err
    return json.loads(out)


def refused(root: Path, *arguments: object) -> str:
    code, _, err = yigao(*arguments, "-w", root)
    assert code == 1
    return err.replace("\n", "")


def silence(server: SandboxServer) -> None:
    """The platform takes the one in Chengdu, and its answer is lost; its lists are down."""
    for action, method in (("accept_then_drop", "statuses/share"), ("list_down", "*")):
        server.sandboxes.faults.add(Fault(action, account="weibo:chengdu", method=method))


def live(server: SandboxServer) -> list[str]:
    names = server.sandboxes.book.things("weibo", "name")
    return [names[one.account] for one in server.sandboxes.book.posts("weibo", state="live")]


@pytest.mark.proves("F04", "I1")
def test_lost_answer_told_held_and_adopted(root: Path, server: SandboxServer) -> None:
    silence(server)
    yigao("work", "-w", root)
    told = say(root, "why", 1)
    assert (told["state"], told["may_be_out"], told["account"]) == ("unknown", True, "weibo:chengdu")
    assert {one["kind"] for one in told["story"]} == {"step", "attempt"}
    assert "先核对" in yigao("why", told["key"][:8], "-w", root)[1]
    assert "还有 1 份投递没有结果" in refused(root, "accounts", "disconnect", "weibo:chengdu")
    say(root, "hold", 1, *WHO)
    assert "可能已经发出" in refused(root, "retry", 1, *WHO)
    assert "可能已经发出" in refused(root, "cancel", "--delivery", 1, *WHO)
    assert "不是网址" in refused(root, "adopt", 1, "somewhere", *WHO)
    told = say(root, "adopt", 1, "https://weibo.com/1/abc", *WHO)
    assert (told["state"], told["verified"], told["addresses"]) == ("published", False, ["https://weibo.com/1/abc"])
    assert sorted(live(server)) == ["weibo:chengdu", "weibo:ganzi"]
    assert "未核验" in yigao("why", 1, "-w", root)[1]


@pytest.mark.proves("F33")
def test_adopted_and_seen_by_the_platform_itself(root: Path, server: SandboxServer) -> None:
    silence(server)
    yigao("work", "-w", root)
    server.sandboxes.faults.clear()
    names = server.sandboxes.book.things("weibo", "name")
    posts = {names[one.account]: one for one in server.sandboxes.book.posts("weibo")}
    say(root, "hold", 1, *WHO)
    told = say(root, "adopt", 1, posts["weibo:chengdu"].address, *WHO)
    assert (told["state"], told["verified"]) == ("published", True)
    assert sorted(live(server)) == ["weibo:chengdu", "weibo:ganzi"]


@pytest.mark.proves("I4")
def test_a_person_who_looked_sends_it_again(root: Path, server: SandboxServer) -> None:
    server.sandboxes.faults.add(Fault("drop_before_accept", account="weibo:chengdu", method="statuses/share", nth=1))
    yigao("work", "-w", root)
    key = say(root, "hold", 1, *WHO)["key"]
    told = say(root, "retry", 1, "--not-published", *WHO)
    assert (told["state"], told["key"]) == ("ready", key)
    yigao("work", "-w", root)
    assert say(root, "why", 1)["state"] == "published"
    assert sorted(live(server)) == ["weibo:chengdu", "weibo:ganzi"]


@pytest.mark.proves("I1", "F35")
def test_a_person_who_looked_too_early_is_shown_where_it_is(root: Path, server: SandboxServer) -> None:
    silence(server)
    yigao("work", "-w", root)
    say(root, "hold", 1, *WHO)
    server.sandboxes.faults.clear()
    names = server.sandboxes.book.things("weibo", "name")
    posts = {names[one.account]: one.address for one in server.sandboxes.book.posts("weibo")}
    for words in (("retry", 1), ("cancel", "--delivery", 1)):
        said = refused(root, *words, "--not-published", *WHO)
        assert "平台上已经有这一份" in said and posts["weibo:chengdu"] in said and "yigao adopt" in said
    assert "不是您贴的地址" in refused(root, "adopt", 1, "https://weibo.com/999/wrong", *WHO)
    assert say(root, "adopt", 1, posts["weibo:chengdu"], *WHO)["verified"] is True
    yigao("work", "-w", root)
    assert sorted(live(server)) == ["weibo:chengdu", "weibo:ganzi"]


def test_held_cancelled_and_refused_in_words(root: Path, server: SandboxServer) -> None:
    say(root, "hold", 1, *WHO)
    assert yigao("work", "-w", root)[0] == 0
    status = say(root, "status", "--accounts")
    assert status["accounts"] == {"weibo:chengdu": {"held": 1}, "weibo:ganzi": {"published": 1}}
    assert [(one["account"], one["reason"]) for one in status["waiting"]] == [("weibo:chengdu", "看过后台")]
    assert status["lateness"]["published"] == 1
    assert say(root, "status") == {"weibo": {"held": 1, "published": 1}}
    assert "看过后台" in yigao("status", "-w", root)[1]
    assert say(root, "cancel", "--delivery", 1, *WHO)["state"] == "cancelled"
    assert "“已取消”的投递不能恢复发送" in refused(root, "retry", 1, *WHO)
    assert "没有投递“99”" in refused(root, "why", 99)
    assert "没有人员“nobody”" in refused(root, "hold", 2, "--by", "nobody", "--reason", "x")
    assert "只写一个" in refused(root, "cancel", 1, "--delivery", 2, *WHO)
    assert live(server) == ["weibo:ganzi"]


@pytest.mark.proves("I11")
def test_verify_names_the_first_broken_entry(root: Path) -> None:
    whole = say(root, "verify")
    assert whole["break"] is None and whole["entries"] > 5
    with sqlite3.connect(root / DATABASE) as raw:
        raw.execute("DROP TRIGGER wall_audit_entries_update")
        raw.execute("UPDATE audit_entries SET actor = 'nobody' WHERE id = 4")
    raw.close()
    code, out, _ = yigao("verify", "--json", "-w", root)
    assert code == 1 and json.loads(out)["break"]["number"] == 4
    assert "第 4 条断开" in yigao("verify", "-w", root)[1]
