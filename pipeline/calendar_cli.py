"""The schedule by hand: `yigao calendar`, `yigao reschedule`."""

from pathlib import Path
from typing import Annotated

import typer

from cms.db import read_scope, session_scope
from cms.releases import Release
from cms.releases.moving import MoveError, look, on_the_clock
from cms.releases.moving import reschedule as move_release
from cms.stories import import_year, workdays
from pipeline.clock import wall_clock
from pipeline.house import open_house
from pipeline.intake import read_text
from pipeline.ledger_cli import By
from pipeline.shell import Json, Place, app, out, say, told
from pipeline.times import parse_time


@app.command()
def calendar(
    file: Annotated[
        Path | None, typer.Argument(metavar="放假安排", help="当年的 JSON（holiday-cn 的格式）；不写就列出已知的")
    ] = None,
    by: By = "editor",
    workspace: Place = Path(),
    as_json: Json = False,
) -> None:
    """放假和调休：导入国务院当年的安排，或列出已经知道的年份；排期时按它提醒，栏目按它改期。"""
    with told():
        house = open_house(workspace)
        if file is None:
            with read_scope(house.engine) as session:
                known = workdays(session)
            days = {day.isoformat(): known.words(day) for day in sorted(known.named)}
            if not as_json:
                for day, words in days.items():
                    out.print(f"{day}　{words}", markup=False, highlight=False)
            years = sorted(known.years)
            say(as_json, {"years": years, "days": days}, f"已知年份：{'、'.join(map(str, years))}。")
            return
        text = read_text(file)
        with session_scope(house.engine) as session:
            year, count = import_year(session, text, by, wall_clock())
    say(as_json, {"year": year, "days": count}, f"已导入 {year} 年的放假安排，共 {count} 天。")


@app.command()
def reschedule(
    release: Annotated[int, typer.Argument(metavar="发布单")],
    to: Annotated[str, typer.Argument(metavar="时间", help="北京时间，例如 '2026-11-25 09:00'")],
    by: By,
    reason: Annotated[str, typer.Option(help="原因；已经签发的必须写")] = "",
    workspace: Place = Path(),
    as_json: Json = False,
) -> None:
    """改期：整张发布单挪到另一个时间；已经开始发的不动。撞车、夜里、放假会先说。"""
    now = wall_clock()
    with told(), session_scope(open_house(workspace).engine) as session:
        row = session.get(Release, release)
        if row is None:
            raise MoveError(f"没有发布单 {release}，请用 yigao status 查看。")
        found = look(session, row, parse_time(to, now), workdays(session), now)
        move_release(session, row, found.to, by, reason, now)
    if not as_json:
        for words in found.warnings:
            out.print(f"注意　{words}", markup=False, highlight=False)
    report = {"release": release, "due_at": found.to, "warnings": found.warnings}
    say(as_json, report, f"发布单 {release} 已改到 {on_the_clock(found.to)}。")
