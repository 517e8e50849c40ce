"""`yigao build` and `yigao grey`: our own sites and people's packages from the rows, checked against them; and without
colour."""

from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.progress import track

from channels.contract import StoryError
from cms.db import read_scope
from pipeline import grey as greyed
from pipeline import ledger, packages, sites
from pipeline.clock import wall_clock
from pipeline.house import House, open_house
from pipeline.shell import Json, Place, app, err, out, say, told
from pipeline.verify_sites import Survivor, survivors


@app.command()
def build(
    unit: Annotated[str, typer.Option(help="只做这个单位的微站和代发包；不写则全部")] = "",
    verify: Annotated[bool, typer.Option("--verify", help="只核对，不重建：已撤稿、已更正的内容有没有留下")] = False,
    workspace: Place = Path(),
    as_json: Json = False,
) -> None:
    """按台账重建微站、订阅和代发包；--verify 逐个文件核对，有留下的就列出来并返回 1。"""
    with told():
        house = open_house(workspace)
        with read_scope(house.engine) as session:
            units = sites.names(session, unit)
        steps = track(units, "核对" if verify else "重建", console=err, transient=True, disable=as_json)
        if verify:
            found = [one for each in steps for one in _verify(house, each)]
            count, wrong = packages.wrong(house, wall_clock(), unit)
            _told_of([*found, *wrong], len(units), count, as_json)
            return
        gone = sum(sites.rebuild(house, one, wall_clock) for one in steps)
        count = packages.rebuild(house, wall_clock, unit)
    words = f"重建了 {_named(len(units), count)}" + (f"，清掉 {gone} 个没有登记的文件。" if gone else "。")
    say(as_json, {"sites": units, "packages": count, "removed": gone}, words)


def _named(sites_count: int, packages_count: int) -> str:
    return f"{sites_count} 个微站" + (f"、{packages_count} 个代发包" if packages_count else "")


def _verify(house: House, unit: str) -> list[Survivor]:
    now = wall_clock()
    with sites.held(house, unit, now) as site:
        return survivors(house, site, now)


def _told_of(found: list[Survivor], sites_count: int, packages_count: int, as_json: bool) -> None:
    counted = [one for one in found if one.counts]
    dressed = Counter(one.unit for one in found if one.kind == "frame")
    aged = [one for one in found if one.kind == "aged"]
    if not as_json:
        for one in counted:
            out.print(f"[red]{one.unit}/{one.path}[/]　{one.sentence}", highlight=False)
        for unit, number in dressed.items():
            out.print(f"[dim]{unit}：{number} 个文件的外框是早先的版式，内容无误；要换新请运行 yigao build。[/]")
        for one in aged:
            out.print(f"[yellow]{one.unit}/{one.path}[/]　{one.sentence}", highlight=False)
    words = f"核对了 {_named(sites_count, packages_count)}："
    words += f"{len(counted)} 处与台账不符。" if counted else "0 处残留。"
    found_in = {
        "sites": sites_count,
        "packages": packages_count,
        "older": dressed,
        "aged": [asdict(one) for one in aged],
    }
    say(as_json, {**found_in, "survivors": [asdict(one) for one in counted]}, words)
    raise typer.Exit(1 if counted else 0)


@app.command()
def grey(
    mode: Annotated[Literal["on", "off"], typer.Argument(help="on 全部微站转灰度，off 恢复")],
    by: Annotated[str, typer.Option(help="决定人的登录名")],
    reason: Annotated[str, typer.Option(help="依据，记入审计")],
    workspace: Place = Path(),
    as_json: Json = False,
) -> None:
    """全部微站转为灰度，或恢复彩色：立即生效，不用重建。由省级管理员来办。"""
    with told():
        if not reason.strip():
            raise StoryError("请写明依据（--reason），它会记入审计。")
        house = open_house(workspace)
        with read_scope(house.engine) as session:
            person = ledger.person(session, by)
        changed = greyed.switch(house, mode == "on", person, reason, wall_clock())
    words = f"全部微站已{'转为灰度' if mode == 'on' else '恢复彩色'}（改了 {changed} 个文件）。"
    say(as_json, {"grey": mode == "on", "files": changed}, words)
