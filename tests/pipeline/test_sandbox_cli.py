"""`yigao sandbox` and its console: what it prints, what it shows, what it refuses."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from werkzeug.test import Client, TestResponse

from channels import registry
from channels.making.sandbox import ACTIONS, Book
from channels.transport import Connected
from pipeline.sandbox_console import parse_fault, with_console
from pipeline.sandboxes import Sandboxes, SandboxServer, ask_for_account
from tests.pipeline.test_cli import yigao

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
EVIL = '<script>alert("x")</script>'


@pytest.fixture
def sandboxes() -> Sandboxes:
    found = Sandboxes(Book(), lambda: NOW, sleep=lambda seconds: None)
    with_console(found)
    return found


@pytest.fixture
def browse(sandboxes: Sandboxes) -> Client:
    return Client(sandboxes)


def token(browse: Client) -> str:
    page = browse.get("/").get_data(as_text=True)
    return page.partition('name="token" value="')[2].partition('"')[0]


def add(browse: Client, **form: str) -> TestResponse:
    return browse.post("/_faults", data={"token": token(browse), **form})


# --------------------------------------------------------------------------- the command


@pytest.fixture
def running(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "pipeline.cli", "sandbox", "--json", "--state", str(tmp_path / "kept")]
    started = subprocess.Popen(
        [*command, "--fault", "action=http_429 method=token nth=1"], stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONUNBUFFERED": ""},
    )  # fmt: skip
    yield started
    started.kill()
    started.wait()


def test_the_first_line_is_everything_a_client_needs(running: subprocess.Popen[str], tmp_path: Path) -> None:
    assert running.stdout is not None
    told = json.loads(running.stdout.readline())
    assert set(told) == {name for name, one in registry.all_channels().items() if isinstance(one, Connected)}
    for name, one in told.items():
        assert one["account"] == f"{name}:test" and one["base"].endswith(f"/{name}") and len(one) > 3
    address = told["wechat"]["base"].removesuffix("/wechat")
    page = httpx.get(f"{address}/", timeout=20).text
    assert "沙箱控制台" in page and "429 请求太多" in page and "wechat:test" in page
    assert ask_for_account(address, "wechat:chengdu")["base"] == told["wechat"]["base"]
    running.send_signal(signal.SIGTERM)
    assert running.wait(20) == 0
    book = Book(tmp_path / "kept" / "sandbox.db")
    assert "wechat:chengdu" in book.things("wechat", "name").values()
    book.close()


def test_a_taken_port_is_told(sandboxes: Sandboxes) -> None:
    with SandboxServer(sandboxes) as server:
        code, _, err = yigao("sandbox", "--port", server.address.rpartition(":")[2])
    assert code == 1 and "可能已被占用" in err


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("method=publish", "没有写是什么故障"),
        ("action=fire", "没有故障“fire”，可用的有：refuse"),
        ("action=slow when=now", "看不懂“when=now”"),
        ("action=slow nth=-1", "要写 0 或正整数"),
        ("action=slow per_mille=1001", "最大是 1000"),
        ("action=slow action=slow", "写了两次"),
    ],
)
def test_a_fault_not_understood_is_answered_with_the_form(said: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse_fault(said)
    code, _, err = yigao("sandbox", "--fault", said)
    assert code == 1 and words in err.replace("\n", "")


def test_a_fault_is_read_as_written() -> None:
    rule = parse_fault("action=accept_then_drop account=weibo:ganzi method=share nth=2 per_mille=7 seed=3")
    assert (rule.action, rule.account, rule.method) == ("accept_then_drop", "weibo:ganzi", "share")
    assert (rule.nth, rule.per_mille, rule.seed) == (2, 7, 3)


# --------------------------------------------------------------------------- the console


def test_readers_views_are_framed_and_nothing_of_them_runs(sandboxes: Sandboxes, browse: Client) -> None:
    sandboxes.connect("wechat:chengdu", "http://localhost")
    (appid,) = sandboxes.book.things("wechat", "name")
    more = {"title": EVIL, "body": EVIL, "position": 1}
    given = (NOW, NOW, EVIL, f"<p>{EVIL}</p>", EVIL, f"https://mp.example/{EVIL}", more)
    post = sandboxes.book.publish("wechat", appid, EVIL, *given)
    sandboxes.book.call("wechat", EVIL, EVIL, NOW, "accept_then_drop", EVIL)
    sandboxes.book.call("wechat", appid, "draft/add", NOW, "", "200")
    front, article = browse.get("/"), browse.get(f"/_posts/{post}")
    for answer in (front, article):
        assert answer.status_code == 200
        assert "<script" not in answer.get_data(as_text=True)
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "script-src" not in answer.headers["Content-Security-Policy"]
    assert "受理之后断线" in front.get_data(as_text=True)
    assert "<small>wechat:chengdu </small>" in front.get_data(as_text=True)  # a call, by our name
    assert f'<iframe sandbox src="/_posts/{post}/body"' in article.get_data(as_text=True)
    body = browse.get(f"/_posts/{post}/body")
    assert body.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert browse.get("/_posts/999").status_code == 404


def test_plain_words_keep_their_lines_and_stay_words(sandboxes: Sandboxes, browse: Client) -> None:
    more = {"title": "", "body": "甲", "position": 1}
    post = sandboxes.book.publish("weibo", "1", "1", NOW, NOW, "", "甲 <b>乙\n丙", "", "", more)
    body = browse.get(f"/_posts/{post}/body").get_data(as_text=True)
    assert "甲 &lt;b&gt;乙\n丙" in body and "pre-wrap" in body


def test_faults_are_struck_and_cleared_with_the_token_of_the_page(sandboxes: Sandboxes, browse: Client) -> None:
    assert browse.post("/_faults", data={"action": "slow"}).status_code == 400
    assert browse.post("/_faults/clear").status_code == 400
    assert sandboxes.faults.rules == []
    form = {"action": "list_down", "account": "weibo:ganzi", "method": "*", "nth": "2", "minutes": "5"}
    assert add(browse, **form).status_code == 303
    (rule,) = sandboxes.faults.rules
    assert (rule.action, rule.account, rule.nth) == ("list_down", "weibo:ganzi", 2)
    assert rule.start == NOW and rule.end is not None and (rule.end - NOW).total_seconds() == 300
    assert ACTIONS["list_down"] in browse.get("/").get_data(as_text=True)
    for wrong in ({"action": "fire"}, {"action": "slow", "minutes": "0"}, {"action": "slow", "nth": "x"}):
        answer = add(browse, **wrong)
        assert answer.status_code == 400 and 'role="alert"' in answer.get_data(as_text=True)
    browse.post("/_faults/clear", data={"token": token(browse)})
    assert sandboxes.faults.rules == []


def test_a_push_waits_for_the_administrators_yes(sandboxes: Sandboxes, browse: Client) -> None:
    sandboxes.connect("wechat:chengdu", "http://localhost")
    platform = sandboxes.platforms["wechat"]
    (action,) = platform.actions()
    assert "打开群发保护（wechat:chengdu）" in browse.get("/").get_data(as_text=True)
    form = {"platform": "wechat", "name": action.name}
    assert browse.post("/_actions", data=form).status_code == 400
    assert platform.actions()[0].label.startswith("打开")
    assert browse.post("/_actions", data={**form, "token": token(browse)}).status_code == 303
    assert platform.actions()[0].label.startswith("关闭")


def test_accounts_are_made_for_json_alone(browse: Client) -> None:
    assert browse.post("/_accounts", data={"account": "wechat:ganzi"}).status_code == 400
    assert browse.post("/_accounts", json={"account": 7}).status_code == 400
    unknown = browse.post("/_accounts", json={"account": "telegraph:ganzi"})
    assert unknown.status_code == 404 and "没有平台“telegraph”" in unknown.json["message"]
    made = browse.post("/_accounts", json={"account": "wechat:ganzi"}).json
    assert made["base"] == "http://localhost/wechat" and made["secret"]
    assert made["secret"] in browse.get("/").get_data(as_text=True)


def test_an_empty_platform_says_how_to_fill_it(browse: Client) -> None:
    assert "yigao accounts connect weibo:单位 --sandbox http://localhost" in browse.get("/").get_data(as_text=True)


def test_a_picture_uploaded_to_the_platform_is_shown_from_here(sandboxes: Sandboxes, browse: Client) -> None:
    png, host = b"\x89PNG\r\n\x1a\nrest", "http://mmbiz.qpic.cn/sandbox/"
    sandboxes.book.keep("wechat", "ab12", png)
    sandboxes.book.keep("wechat", "ee", b"<script>alert(1)</script>")
    body = f'<p><img src="{host}ab12/0"></p>'
    more = {"title": "题", "body": body, "position": 1}
    number = sandboxes.book.publish("wechat", "wx1", "1", NOW, NOW, "题", body, "", "", more)
    assert '<img src="/_uploads/wechat/ab12">' in browse.get(f"/_posts/{number}/body").get_data(as_text=True)
    shown = browse.get("/_uploads/wechat/ab12")
    assert shown.get_data() == png and shown.mimetype == "image/png"
    assert browse.get("/_uploads/wechat/none").status_code == 404
    assert browse.get("/_uploads/wechat/ee").status_code == 404, "what is no picture is not served"
