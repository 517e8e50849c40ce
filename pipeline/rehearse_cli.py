"""`yigao rehearse`: a province's week in minutes, before anybody trusts us with a real one."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from channels.contract import AdministratorError
from pipeline.files import write_atomic
from pipeline.shell import Json, app, err, out, say, told

if TYPE_CHECKING:
    from pipeline.rehearsal.played import Asked, Played

MOST_DAYS, MOST_STORIES = 366, 20
MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
UNIT_A_DAY = 4 << 20
"""More bytes than a day of a unit leaves behind."""


@app.command()
def rehearse(
    days: Annotated[int, typer.Option(help="演几天")] = 7,
    units: Annotated[int, typer.Option(help="几个单位（市州）")] = 14,
    stories_per_day: Annotated[int, typer.Option(help="每天几篇稿件")] = 3,
    faults: Annotated[
        str, typer.Option(help="故障：none 没有，mild 百分之一，storm 十分之一，平台停摆、进程死亡、机器烧毁")
    ] = "mild",
    seed: Annotated[int, typer.Option(help="种子：同一个种子，演出来一模一样")] = 1,
    report: Annotated[Path | None, typer.Option(help="把报告写成网页，例如 演练.html")] = None,
    keep: Annotated[Path | None, typer.Option(help="演练用的工作区留在这个文件夹；不写则演完删除")] = None,
    as_json: Json = False,
) -> None:
    """演练：在模拟时间里对着沙箱演一个省的几天：栏目、发布、群发、更正、撤稿、停发、快讯、故障、从备份恢复，最后逐条核对承诺。

    什么也不会真的发出去，您的工作区也不会动。有承诺被打破时返回 1。"""
    # Brings the sandboxes, and with them a web server: only when a rehearsal is wanted.
    from pipeline.rehearsal import table
    from pipeline.rehearsal.figures import figures
    from pipeline.rehearsal.page import page
    from pipeline.rehearsal.stage import relock
    from pipeline.rehearse import rehearse as play

    with told():
        asked = _asked(days, units, stories_per_day, faults, seed)
        root = _room(keep, days * units * UNIT_A_DAY)
        began = time.monotonic()
        try:
            played = play(asked, root, lambda so_far: _say_day(so_far, quiet=as_json))
            found = figures(played, time.monotonic() - began)
        finally:
            if keep is None:
                shutil.rmtree(root, ignore_errors=True)
            else:
                relock(root)
    if report is not None:
        write_atomic(report, page(found).encode())
    if as_json:
        say(True, found, "")
    else:
        table.show(found, out)
        if report is not None:
            out.print(f"报告：{report}", highlight=False)
    raise typer.Exit(0 if found["is_well"] else 1)


def _asked(days: int, units: int, stories: int, faults: str, seed: int) -> Asked:
    from pipeline.rehearsal.played import Asked
    from pipeline.rehearsal.script import Wanted
    from pipeline.rehearsal.weather import WEATHERS

    weather = next((one for one in WEATHERS if one == faults), None)
    if weather is None:
        raise AdministratorError(f"--faults 请写 {'、'.join(WEATHERS)} 之一，不是“{faults}”。")
    if not 1 <= days <= MOST_DAYS:
        raise AdministratorError(f"--days 请写 1 到 {MOST_DAYS} 之间的数。")
    if not 1 <= stories <= MOST_STORIES:
        raise AdministratorError(f"--stories-per-day 请写 1 到 {MOST_STORIES} 之间的数。")
    return Asked(units=units, weather=weather, seed=seed, wanted=Wanted(days=days, stories_per_day=stories))


def _room(keep: Path | None, size: int) -> Path:
    """An empty folder: the one that was named; or a new one, in memory where there is room for ``size`` bytes: what is
    thrown away need not reach a disk."""
    if keep is None:
        in_memory = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > size
        return Path(tempfile.mkdtemp(prefix="yigao-rehearsal-", dir=MEMORY if in_memory else None))
    if keep.exists() and (not keep.is_dir() or any(keep.iterdir())):
        raise AdministratorError(f"{keep} 里已经有东西，演练不会动它；--keep 请另写一个空文件夹。")
    keep.mkdir(parents=True, exist_ok=True)
    return keep


def _say_day(played: Played, *, quiet: bool) -> None:
    if not quiet:
        found = f"，发现 {len(played.breaches)} 处打破承诺" if played.breaches else ""
        err.print(f"第 {played.days} 天演完{found}。", style="dim", highlight=False)
