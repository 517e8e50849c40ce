"""`yigao accounts`: connected by sandbox, file or prompt; checked before the time; disconnected without a trace."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import select
from typer.testing import CliRunner

from channels.making.sandbox import Fault
from cms import audit
from cms.db import read_scope, session_scope
from cms.matrix import Account
from cms.matrix.wires import Secret, StoredToken, Upload
from cms.releases import Lane
from pipeline.accounts import account_named
from pipeline.cli import app
from pipeline.clock import wall_clock
from pipeline.house import House
from pipeline.sandboxes import SandboxServer
from tests.pipeline.test_cli import yigao
from tests.sandboxed import server as server


@pytest.fixture
def house(make_house: Callable[..., House]) -> House:
    return make_house(channels=("site", "wechat", "weibo"))


def accounts(house: House, *arguments: object) -> tuple[int, Any, str]:
    code, out, err = yigao("accounts", *arguments, "--json", "-w", house.root)
    return code, json.loads(out) if out else None, err.replace("\n", "")


def test_connected_to_the_sandbox_checked_and_disconnected(house: House, server: SandboxServer) -> None:
    code, checked, _ = accounts(house, "connect", "weibo:ganzi", "--sandbox", server.address)
    assert (code, checked["troubles"]) == (0, []) and checked["subject"]
    assert account_named(house, "weibo:ganzi").transport == "api"
    code, (again,), _ = accounts(house, "check")
    assert (code, again["account"], again["subject"]) == (0, "weibo:ganzi", checked["subject"])
    _, listed, _ = accounts(house, "list")
    rows = {one["account"]: one for one in listed}
    assert rows["weibo:ganzi"]["transport"] == "api" and rows["weibo:ganzi"]["left"]
    assert (rows["weibo:chengdu"]["transport"], rows["site:ganzi"]["transport"]) == ("handover", "files")
    code, gone, _ = accounts(house, "disconnect", "weibo:ganzi")
    assert (code, gone["transport"]) == (0, "handover")
    with read_scope(house.engine) as session:
        assert [session.exec(select(kind)).all() for kind in (Secret, StoredToken, Upload)] == [[], [], []]
        actions = [one.action for one in audit.history(session, "account:weibo:ganzi")]
    assert actions == ["account.connect", "account.disconnect"]


@pytest.mark.proves("I12")
def test_secrets_are_shown_nowhere_and_kept_sealed(house: House, server: SandboxServer, tmp_path: Path) -> None:
    given = server.sandboxes.connect("wechat:ganzi", server.address)
    (tmp_path / "secrets.json").write_text(json.dumps(given), encoding="utf-8")
    code, out, err = yigao(
        "accounts", "connect", "wechat:ganzi", "--from-file", tmp_path / "secrets.json", "-w", house.root
    )
    assert code == 0, err
    _, listed, _ = yigao("accounts", "list", "--json", "-w", house.root)
    kept = b"".join(one.read_bytes() for one in house.root.glob("yigao.db*"))
    for name in ("secret", "callback_token", "callback_aes_key"):
        if given[name]:
            assert given[name] not in out + err + listed
            assert given[name].encode() not in kept


def test_asked_for_one_by_one_and_not_echoed(house: House, server: SandboxServer) -> None:
    given = server.sandboxes.connect("wechat:ganzi", server.address)
    typed = "\n".join(given[name] for name in ("appid", "secret", "kind", "callback_token", "callback_aes_key")) + "\n"
    arguments = ["accounts", "connect", "wechat:ganzi", "--base", given["base"], "-w", str(house.root), "--json"]
    done = CliRunner().invoke(app, arguments, input=typed)
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout[done.stdout.index("{") :])["troubles"] == []
    assert given["secret"] not in done.output


@pytest.mark.proves("F10")
def test_trouble_is_told_with_its_remedy_before_the_time(house: House, server: SandboxServer) -> None:
    for unit in ("chengdu", "ganzi"):
        assert accounts(house, "connect", f"wechat:{unit}", "--sandbox", server.address)[0] == 0
    server.sandboxes.faults.add(Fault("ip_denied", account="wechat:ganzi"))
    code, checked, _ = accounts(house, "check")
    troubles = {one["account"]: one["troubles"] for one in checked}
    assert code == 1 and troubles["wechat:chengdu"] == []
    assert len(troubles["wechat:ganzi"]) == 1 and "IP" in troubles["wechat:ganzi"][0]
    assert accounts(house, "check", "wechat:chengdu")[0] == 0
    code, _, err = yigao("accounts", "check", "-w", house.root)
    assert code == 1 and "wechat:ganzi" in err


@pytest.mark.proves("F34")
def test_another_subject_behind_the_account_is_noticed(house: House, server: SandboxServer) -> None:
    assert accounts(house, "connect", "weibo:ganzi", "--sandbox", server.address)[0] == 0
    server.sandboxes.faults.add(Fault("identity_changed"))
    code, (checked,), _ = accounts(house, "check")
    assert code == 1 and any("主体变了" in one or "不是" in one for one in checked["troubles"])
    server.sandboxes.faults.clear()
    assert accounts(house, "check")[0] == 0


@pytest.mark.proves("F38")
def test_one_account_of_the_platform_is_connected_once(house: House, server: SandboxServer, tmp_path: Path) -> None:
    given = tmp_path / "secrets.json"
    given.write_text(json.dumps(server.sandboxes.connect("wechat:ganzi", f"{server.address}")), encoding="utf-8")
    assert accounts(house, "connect", "wechat:ganzi", "--from-file", given)[0] == 0
    assert accounts(house, "connect", "wechat:ganzi", "--from-file", given)[0] == 0, "the same once more is no other"
    code, _, err = accounts(house, "connect", "wechat:chengdu", "--from-file", given)
    assert code == 1 and "wechat:ganzi" in err and "yigao accounts disconnect" in err
    chengdu = account_named(house, "wechat:chengdu")
    assert (chengdu.transport, chengdu.subject) == ("handover", None)
    with read_scope(house.engine) as session:
        assert session.get(Secret, chengdu.id) is None, "nothing of the refused connection is kept"
    accounts(house, "disconnect", "wechat:ganzi")
    assert accounts(house, "connect", "wechat:chengdu", "--from-file", given)[0] == 0


@pytest.mark.proves("F38")
def test_who_it_is_may_be_learnt_by_asking(house: House, server: SandboxServer, tmp_path: Path) -> None:
    given = {**server.sandboxes.connect("weibo:ganzi", server.address), "uid": ""}
    (tmp_path / "secrets.json").write_text(json.dumps(given), encoding="utf-8")
    for account in ("weibo:ganzi", "weibo:chengdu"):
        accounts(house, "connect", account, "--from-file", tmp_path / "secrets.json")
    code, checked, _ = accounts(house, "check")
    assert code == 1 and [any("发两遍" in one for one in each["troubles"]) for each in checked].count(True) == 1
    subjects = {account_named(house, account).subject for account in ("weibo:ganzi", "weibo:chengdu")}
    assert None in subjects and len(subjects) == 2


@pytest.mark.proves("F38")
def test_the_database_keeps_one(house: House) -> None:
    with pytest.raises(IntegrityError), session_scope(house.engine) as session:
        for row in session.exec(select(Account).where(Account.channel == "weibo").limit(2)):
            row.subject = "1234567890"


def test_an_account_at_rest_says_until_when_and_why(house: House, server: SandboxServer) -> None:
    assert accounts(house, "connect", "weibo:ganzi", "--sandbox", server.address)[0] == 0
    with session_scope(house.engine) as session:
        account = session.exec(select(Account).where(Account.key == "weibo:ganzi")).one()
        session.add(Lane(account_id=account.id, rests_until=wall_clock().replace(year=2099), reason="连续失败"))
    _, listed, _ = accounts(house, "list")
    assert [(one["account"], one["reason"]) for one in listed if one["rests_until"]] == [("weibo:ganzi", "连续失败")]


def test_a_wrong_order_says_what_to_do(house: House) -> None:
    for arguments, words in (
        (("connect", "weibo:nowhere"), "没有账号“weibo:nowhere”，例如：weibo:chengdu"),
        (("connect", "site:ganzi"), "没有接口，只能人工代发；有接口的是"),
        (("connect", "weibo:ganzi", "--sandbox", "nowhere"), "不是网址"),
        (("connect", "weibo:ganzi", "--sandbox", "http://127.0.0.1:9"), "没有沙箱在听"),
        (("connect", "weibo:ganzi", "--from-file", "none.json"), "读不了凭据"),
        (("disconnect", "weibo:ganzi"), "没有接入接口"),
        (("check", "weibo:ganzi"), "请先 yigao accounts connect weibo:ganzi"),
    ):
        code, _, err = accounts(house, *arguments)
        assert code == 1 and words in err, arguments


def test_a_file_of_secrets_is_read_strictly(house: House, tmp_path: Path) -> None:
    path = tmp_path / "s.json"
    for text, words in (("[]", "JSON 对象"), ('{"password": "x"}', "没有“password”这一项"), ("{}", "没有给出凭据")):
        path.write_text(text, encoding="utf-8")
        code, _, err = accounts(house, "connect", "weibo:ganzi", "--from-file", path)
        assert code == 1 and words in err, text
    assert account_named(house, "weibo:ganzi").transport == "handover"


def test_nothing_connected_says_how(house: House) -> None:
    code, out, _ = yigao("accounts", "check", "-w", house.root)
    assert code == 0 and "yigao accounts connect" in out
