"""What every command shares: the app, the two consoles, options, and how results and errors are told."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from channels.contract import ChannelError
from channels.values import Finding
from cms.checks import OverrideError, WordListError
from cms.db import DatabaseError
from cms.library import LibraryError
from cms.matrix import MatrixError
from cms.people import PeopleError
from cms.recalls import RecallError
from cms.releases import CancelError, HandlingError, IllegalMove, LostRace, PlanError, TargetError
from cms.releases.flash import FlashError
from cms.releases.freeze import FreezeError
from cms.releases.moving import MoveError
from cms.review import SignError
from cms.stories import CalendarError, SaveError
from pipeline.intake import place
from themes import ThemeError

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, help="一稿 Yigao：一稿多发。")
out = Console(soft_wrap=True)
err = Console(stderr=True, soft_wrap=True)
LEVELS = {"block": ("red", "拦截"), "warn": ("yellow", "提醒"), "info": ("dim", "提示")}

Json = Annotated[bool, typer.Option("--json", help="输出 JSON")]
Place = Annotated[Path, typer.Option("--workspace", "-w", envvar="YIGAO_WORKSPACE", help="工作区文件夹")]
MatrixFile = Annotated[Path | None, typer.Option("--matrix", help="账号矩阵文件（YAML）；不写则用自带的四川矩阵")]
Province = Annotated[str, typer.Option(help="矩阵文件里的省份代号")]
KNOWN = (
    CalendarError,
    CancelError,
    ChannelError,
    DatabaseError,
    FlashError,
    FreezeError,
    HandlingError,
    IllegalMove,
    LibraryError,
    LostRace,
    MatrixError,
    MoveError,
    OverrideError,
    PeopleError,
    PlanError,
    RecallError,
    TargetError,
    ThemeError,
    SignError,
    SaveError,
    WordListError,
)


@contextmanager
def told() -> Iterator[None]:
    """Known errors as one Chinese sentence and exit code 1; anything else is a bug and shows itself."""
    try:
        yield
    except KNOWN as error:
        err.print(f"[red]{getattr(error, 'sentence', error)}[/]", highlight=False)
        raise typer.Exit(1) from error


def say(as_json: bool, value: Any, words: str) -> None:
    """``value`` as JSON, or ``words`` for a person."""
    if as_json:
        sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=1, default=str) + "\n")
    else:
        out.print(words, highlight=False)


def show_findings(findings: Sequence[Finding]) -> None:
    """The findings on the error stream, the worst first, equal ones once."""
    for one in sorted(dict.fromkeys(findings), key=lambda one: ("block", "warn", "info").index(one.level)):
        colour, word = LEVELS[one.level]
        where = f"[{one.account}] " if one.account else ""
        err.print(f"[{colour}]{word}[/] ", end="")
        err.print(f"{where}{place(one)}{one.message}", markup=False, highlight=False)


def once(findings: Sequence[Finding]) -> list[Finding]:
    """The same sentence for 21 accounts is told once, with the first account."""
    return list({(one.channel, one.rule, one.message, one.line): one for one in reversed(findings)}.values())[::-1]
