"""Accounts with an interface, on the command line: `yigao accounts connect | disconnect | check | list`."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table
from sqlmodel import col, select

from channels.contract import AdministratorError
from channels.transport import Connected, SecretField
from cms.db import read_scope
from cms.matrix import Account
from cms.releases import moment
from pipeline import accounts as desk
from pipeline.accounts import Checked
from pipeline.clock import wall_clock
from pipeline.house import House, open_house
from pipeline.shell import Json, Place, app, err, out, say, told

TRANSPORTS = {"files": "自家微站和订阅", "handover": "人工代发", "api": "接口"}
WINDOWS = {"minute": "这分钟", "hour": "这小时", "day": "今天", "month": "本月"}
accounts_app = typer.Typer(no_args_is_help=True, help="账号：接入平台接口、断开、发布前检查。")
app.add_typer(accounts_app, name="accounts")
Which = Annotated[str, typer.Argument(metavar="账号", help="例如 wechat:chengdu")]
By = Annotated[str, typer.Option(help="经办人的登录名，记入审计")]


@accounts_app.command()
def connect(
    account: Which,
    sandbox: Annotated[str, typer.Option(help="接到沙箱：yigao sandbox 显示的地址；凭据自动取来")] = "",
    from_file: Annotated[str, typer.Option(help="从 JSON 文件读凭据，- 为标准输入；不写则逐项询问，不显示")] = "",
    base: Annotated[str, typer.Option(help="平台接口的地址；不写则用平台的正式地址")] = "",
    by: By = "editor",
    workspace: Place = Path(),
    as_json: Json = False,
) -> None:
    """给账号接上平台接口：此后到时间自动发，不再人工代发。凭据加密保存，不出现在命令行里。"""
    with told():
        house = open_house(workspace)
        found = desk.account_named(house, account)
        channel = desk.connected_channel(found)
        secrets = _test_secrets(sandbox, account) if sandbox else _given(channel, from_file, base)
        desk.connect(house, found, secrets, by, wall_clock())
        checked = desk.check(house, [desk.account_named(house, account)], wall_clock)
    if as_json:
        say(True, asdict(checked[0]), "")
    else:
        out.print(f"已接入：{escape(found.name)}（{account}），{secrets['base']}", highlight=False)
        _show(checked)
    raise typer.Exit(1 if checked[0].troubles else 0)


def _test_secrets(address: str, account: str) -> dict[str, str]:
    from pipeline.sandboxes import ask_for_account  # brings a web server: only when one is wanted

    return ask_for_account(address, account)


def _given(channel: Connected, from_file: str, base: str) -> dict[str, str]:
    """The secrets from a file or asked for one by one, and the platform's address."""
    said = _read(from_file) if from_file else {one.name: _ask(one) for one in channel.secret_fields}
    return desk.given(channel, said, base)


def _ask(one: SecretField) -> str:
    """What a person types; what is secret is not shown. Some may stay empty: the check tells which may not."""
    label = one.label if one.default else f"{one.label}，可留空"
    if one.choices:
        label = f"{label}：{'，'.join(f'{value} {word}' for value, word in one.choices)}"
    asked = typer.prompt(label, default=one.default, show_default=bool(one.default), hide_input=one.is_secret, err=True)
    return str(asked)


def _read(from_file: str) -> dict[str, str]:
    try:
        text = sys.stdin.read() if from_file == "-" else Path(from_file).read_text(encoding="utf-8")
        said = json.loads(text)
    except (OSError, ValueError) as error:
        raise AdministratorError(f"读不了凭据 {from_file}，请给一个 JSON 对象。", str(error)) from error
    if not isinstance(said, dict) or not all(isinstance(value, str) for value in said.values()):
        raise AdministratorError(f"凭据 {from_file} 要是一个 JSON 对象，每一项都是文字。")
    return said


@accounts_app.command()
def disconnect(
    account: Which,
    reason: Annotated[str, typer.Option(help="为什么断开，记入审计")] = "",
    by: By = "editor",
    workspace: Place = Path(),
    as_json: Json = False,
) -> None:
    """断开接口，凭据删除，改回人工代发。"""
    with told():
        house = open_house(workspace)
        found = desk.account_named(house, account)
        if found.transport != "api":
            raise AdministratorError(f"“{found.name}”没有接入接口，现在是{TRANSPORTS[found.transport]}。")
        transport = desk.disconnect(house, found, by, wall_clock(), reason)
    words = f"已断开：{found.name}（{account}），凭据已删除，改回{TRANSPORTS[transport]}。"
    say(as_json, {"account": account, "transport": transport}, escape(words))


@accounts_app.command()
def check(
    account: Annotated[list[str] | None, typer.Argument(metavar="账号", help="不写则检查全部已接入的账号")] = None,
    workspace: Place = Path(),
    as_json: Json = False,
) -> None:
    """发布前检查：令牌、次数、权限、IP 白名单、账号主体；有问题逐条给出办法，返回 1。"""
    with told():
        house = open_house(workspace)
        chosen = [desk.account_named(house, one) for one in account or ()] or _all(house, "api")
        for one in chosen:
            if one.transport != "api":
                raise AdministratorError(f"“{one.name}”没有接入接口，请先 yigao accounts connect {one.key}。")
        checked = desk.check(house, chosen, wall_clock)
    if as_json:
        say(True, [asdict(one) for one in checked], "")
    else:
        _show(checked)
    raise typer.Exit(1 if any(one.troubles for one in checked) else 0)


def _all(house: House, transport: str = "") -> list[Account]:
    query = select(Account).order_by(col(Account.id))
    with read_scope(house.engine) as session:
        return list(session.exec(query.where(Account.transport == transport) if transport else query))


def _show(checked: Sequence[Checked]) -> None:
    if not checked:
        out.print("还没有接入接口的账号；接入用 yigao accounts connect 账号。", highlight=False)
        return
    table = Table(title="账号检查")
    for name in ("账号", "名称", "主体", "还能调用", "结果"):
        table.add_column(name, overflow="fold")
    for one in checked:
        verdict = "[red]有问题[/]" if one.troubles else "[green]正常[/]"
        table.add_row(one.account, escape(one.name), escape(one.subject or "平台不提供"), _left(one.left), verdict)
    out.print(table)
    for one in checked:
        for trouble in one.troubles:
            err.print(f"[red]{one.account}[/]　{escape(trouble)}", highlight=False)


def _left(left: Mapping[str, int]) -> str:
    """The scarcest first; a full list is in --json."""
    scarce = sorted(left.items(), key=lambda one: one[1])[:3]
    return "\n".join(_call(call, count) for call, count in scarce) or "不限"


def _call(name: str, count: int) -> str:
    call, _, per = name.partition(":")
    return escape(f"{call} {WINDOWS.get(per, '')}{count} 次")


@accounts_app.command(name="list")
def list_(workspace: Place = Path(), as_json: Json = False) -> None:
    """全部账号：怎么发、是否在暂歇、这一段还能调用几次。只看台账，不问平台。"""
    with told():
        house = open_house(workspace)
        found = desk.standings(house, _all(house), wall_clock)
    rows: list[dict[str, Any]] = [asdict(one) for one in found]
    if as_json:
        say(True, rows, "")
        return
    table = Table(title="账号")
    for name in ("账号", "名称", "怎么发", "还能调用", "说明"):
        table.add_column(name, overflow="fold")
    for one in found:
        rest = f"暂歇到 {moment(one.rests_until)}　" if one.rests_until else ""
        left = _left(one.left) if one.transport == "api" else ""
        table.add_row(one.account, escape(one.name), TRANSPORTS[one.transport], left, escape(rest + one.reason))
    out.print(table)
