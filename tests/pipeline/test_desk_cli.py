"""`yigao notices` and `yigao preview`: what has to be known, and the bytes on one phone."""

import json
from pathlib import Path

import pytest

from channels.making.sandbox import Fault
from pipeline.desk_cli import named
from pipeline.sandboxes import SandboxServer
from tests.pipeline.conftest import write_story
from tests.pipeline.test_cli import MATRIX, yigao
from tests.sandboxed import server as server


@pytest.fixture
def house(tmp_path: Path, server: SandboxServer) -> Path:
    """A demo house with one 公众号 on the sandbox, and a release that is not signed yet."""
    root = tmp_path / "house"
    (tmp_path / "matrix.yaml").write_text(MATRIX, encoding="utf-8")
    base = ("--base-url", "http://127.0.0.1:9/s")
    yigao("init", root, "--matrix", tmp_path / "matrix.yaml", "--demo", *base)
    yigao("person", "add", "yi", "--name", "一审员", "-w", root)
    yigao("import", write_story(tmp_path), "-w", root)
    yigao("accounts", "connect", "wechat:chengdu", "--sandbox", server.address, "-w", root)
    yigao("release", "hong-tu", "--to", "channel=wechat,toutiao unit=chengdu", "--rehearsal", "-w", root)
    return root


def test_a_preview_reaches_one_phone_and_nobody_else(house: Path, server: SandboxServer) -> None:
    code, out, err = yigao("preview", 2, "--to", "wang-bianji", "-w", house)
    assert code == 0 and "wang-bianji" in out, err
    wechat = server.sandboxes.platforms["wechat"]
    appid = next(iter(wechat.book.things("wechat", "name")))
    (shown,) = wechat.book.things("wechat", f"preview:{appid}").values()
    assert shown["to"] == "wang-bianji" and wechat.copies() == []
    yigao("sign", 1, "--by", "yi", "--opinion", "演练", "-w", house)
    assert yigao("work", "-w", house)[0] == 0
    server.sandboxes.settle()
    assert len(wechat.sends()) == 1, "the preview's draft is not taken for the delivery's"


def test_a_platform_without_preview_says_where_to_look(house: Path) -> None:
    code, _, err = yigao("preview", 1, "--to", "wang", "-w", house)
    assert code == 1 and "没有接入接口" in err and "写与看" in err


def test_what_stopped_is_told_once_counted_and_marked_as_seen(house: Path, server: SandboxServer) -> None:
    assert "没有新的提醒" in yigao("notices", "-w", house)[1]
    server.sandboxes.faults.add(Fault("reject_sensitive", method="draft/add"))
    yigao("sign", 1, "--by", "yi", "--opinion", "演练", "-w", house)
    yigao("work", "-w", house)
    (told,) = json.loads(yigao("notices", "--json", "-w", house)[1])
    assert told["subject"] == "release:1" and told["count"] == 1 and "请编辑核查后改稿" in told["sentence"]
    assert "发布单 1" in yigao("notices", "--seen-by", "yi", "-w", house)[1]
    assert "没有新的提醒" in yigao("notices", "-w", house)[1]


def test_a_notice_is_named_by_what_it_is_about() -> None:
    said = [named(one) for one in ("release:3", "freeze:7", "recall:2", "account:wechat:chengdu", "restored")]
    assert said == ["发布单 3", "停发 7", "更正或撤稿令 2", "账号 wechat:chengdu", "restored"]
