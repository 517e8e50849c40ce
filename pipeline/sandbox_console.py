"""The sandboxes on a port with their console at ``/``: opened, announced, served until somebody ends it."""

import json
import sys
import tempfile
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from channels import registry
from channels.contract import AdministratorError
from channels.making.sandbox import ACTIONS, Book, Fault, Faults, Sandbox
from channels.making.sandbox.console import Console
from pipeline.clock import wall_clock
from pipeline.sandboxes import Sandboxes, SandboxServer
from pipeline.shell import out

BOOK = "sandbox.db"
TEST_UNIT = "test"
_WORDS = ("action", "account", "method")
_NUMBERS = ("nth", "per_mille", "seed")
_FORM = "action=accept_then_drop method=publish nth=2"


def open_sandbox(
    port: int,
    state: Path | None,
    faults: Sequence[Fault],
    as_json: bool,
    is_over: threading.Event,
    platforms: Sequence[type[Sandbox]] | None = None,
) -> None:
    """Serve until ``is_over``. ``platforms``: given ones instead of all the channels bring. AdministratorError when
    the port is taken."""
    with ExitStack() as kept:
        folder = state or Path(kept.enter_context(tempfile.TemporaryDirectory(prefix="yigao-sandbox-")))
        folder.mkdir(parents=True, exist_ok=True)
        book = Book(folder / BOOK)
        kept.callback(book.close)
        sandboxes = Sandboxes(book, wall_clock, Faults(tuple(faults)), platforms=platforms)
        with_console(sandboxes)
        server = kept.enter_context(serve_sandboxes(sandboxes, port))
        _announce(sandboxes, server.address, as_json)
        is_over.wait()


def serve_sandboxes(sandboxes: Sandboxes, port: int) -> SandboxServer:
    """The platforms on ``port`` (0 = any free one); AdministratorError when it is taken."""
    try:
        return SandboxServer(sandboxes, port=port)
    except (OSError, OverflowError, SystemExit) as error:  # werkzeug ends the process when a port is taken
        words = f"端口 {port} 打不开，可能已被占用；请换一个 --port，或写 0 自动选。"
        raise AdministratorError(words, str(error)) from error


def with_console(sandboxes: Sandboxes) -> Console:
    """Put the console at ``/`` of these sandboxes."""
    titles = {name: registry.get(name).title for name in sandboxes.platforms if name in registry.all_channels()}
    console = Console(sandboxes, titles, parse_fault)
    sandboxes.console = console
    return console


def _announce(sandboxes: Sandboxes, address: str, as_json: bool) -> None:
    accounts = {
        name: {"account": f"{name}:{TEST_UNIT}", **sandboxes.connect(f"{name}:{TEST_UNIT}", address)}
        for name in sandboxes.platforms
    }
    if as_json:
        sys.stdout.write(json.dumps(accounts, ensure_ascii=False) + "\n")
        sys.stdout.flush()
        return
    out.print(f"沙箱开了：[bold]{address}/[/]（浏览器打开看控制台；按 Ctrl+C 关闭）", highlight=False)
    for name, account in accounts.items():
        out.print(f"　{name:<8}{account['base']}", markup=False, highlight=False)
    for rule in sandboxes.faults.rules:
        words = f"　故障：{ACTIONS[rule.action]}（账号 {rule.account}，接口 {rule.method}）"
        out.print(words, markup=False, highlight=False)
    out.print(f"接入账号：yigao accounts connect 账号 --sandbox {address}", markup=False, highlight=False)
    sys.stdout.flush()


def parse_fault(text: str) -> Fault:
    """A fault as a person writes it: ``action=accept_then_drop method=publish nth=2``. ValueError in Chinese."""
    said: dict[str, Any] = {}
    for word in text.split():
        name, equals, value = word.partition("=")
        if not equals or not value or name not in (*_WORDS, *_NUMBERS):
            known = "、".join((*_WORDS, *_NUMBERS))
            raise ValueError(
                f"看不懂“{word}”，请写成 action=accept_then_drop method=publish nth=2 的形式，可写：{known}。"
            )
        if name in said:
            raise ValueError(f"“{name}”写了两次，请留一个。")
        said[name] = _number(name, value) if name in _NUMBERS else value
    if "action" not in said:
        raise ValueError(f"没有写是什么故障，请加 action=…，可用的有：{'、'.join(ACTIONS)}。")
    return Fault(**said)


def _number(name: str, value: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) < 10):
        raise ValueError(f"“{name}={value}”要写 0 或正整数。")
    if name == "per_mille" and int(value) > 1000:
        raise ValueError(f"“per_mille={value}”最大是 1000（每次都打中）。")
    return int(value)
