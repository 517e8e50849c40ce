"""`yigao sandbox`: every platform's stand-in on one port, with a console for people."""

import signal
import threading
from pathlib import Path
from typing import Annotated

import typer

from channels.contract import AdministratorError
from pipeline.shell import Json, app, told

FAULT_HELP = '开局就有的故障，可写多个，例如 "action=accept_then_drop method=publish nth=2"'


@app.command()
def sandbox(
    port: Annotated[int, typer.Option(help="端口；0 为自动选一个")] = 0,
    state: Annotated[Path | None, typer.Option(help="台账放在哪个文件夹，重启后还在；不写则用临时文件夹")] = None,
    fault: Annotated[list[str] | None, typer.Option(help=FAULT_HELP)] = None,
    as_json: Json = False,
) -> None:
    """开一个沙箱：各平台的替身，只在本机，什么也不会真的发出去；浏览器打开地址看控制台。

    --json 的第一行是一个 JSON 对象：每个平台的接口地址和一个测试账号的凭据。"""
    from pipeline import sandbox_console  # brings a web server: only when one is wanted

    is_over = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: is_over.set())
    with told():
        try:
            rules = [sandbox_console.parse_fault(one) for one in fault or ()]
        except ValueError as error:
            raise AdministratorError(str(error)) from error
        sandbox_console.open_sandbox(port, state, rules, as_json, is_over)
