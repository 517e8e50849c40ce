"""The schedule by hand: `yigao calendar`, `yigao column`, `yigao reschedule`."""

import re
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session, select

from cms import audit
from cms.db import read_scope, session_scope
from cms.releases import PlanError, Release
from cms.releases.moving import MoveError, look, on_the_clock
from cms.releases.moving import reschedule as move_release
from cms.stories import (
    Column,
    IssueError,
    Rhythm,
    RhythmError,
    follow_rhythm,
    parse_rhythm,
    rhythm_words,
    skip,
    skipped_of,
    take_year,
    unskip,
    upcoming,
    workdays,
)
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
            year, count, moved = take_year(session, text, by, wall_clock())
            told_of = [f"{one.title} 第 {issue.number} 期改到 {on_the_clock(issue.due_at)}" for one, issue in moved]
    if not as_json:
        for words in told_of:
            out.print(words, markup=False, highlight=False)
    report = {"year": year, "days": count, "moved": told_of}
    say(as_json, report, f"已导入 {year} 年的放假安排，共 {count} 天。")


@app.command()
def column(
    slug: str,
    rhythm: Annotated[
        str,
        typer.Option(metavar="节奏", help="例如 每周三、每周一至五、每两周的周三、每月1日、每月第一、三个周三"),
    ] = "",
    since: Annotated[str, typer.Option(metavar="日期", help="每两周出一期时，从哪一天的那一周算起")] = "",
    at: Annotated[str, typer.Option(metavar="钟点", help="几点出刊（北京时间），例如 09:00")] = "",
    also_open: Annotated[bool, typer.Option("--also-open", help="已经开着、还没写的那一期也按新的节奏")] = False,
    push: Annotated[
        bool | None, typer.Option("--push/--no-push", help="这个栏目的公众号文章用群发（推给粉丝），还是发布到主页")
    ] = None,
    skipped: Annotated[
        list[str] | None, typer.Option("--skip", metavar="日期", help="停这一天的一期，例如 2026-10-07；可以写几次")
    ] = None,
    reason: Annotated[str, typer.Option(metavar="原因", help="为什么停，例如 国庆假期")] = "",
    resumed: Annotated[
        list[str] | None, typer.Option("--unskip", metavar="日期", help="恢复停了的这一期；可以写几次")
    ] = None,
    by: By = "editor",
    workspace: Place = Path(),
    as_json: Json = False,
) -> None:
    """栏目：改它的节奏和钟点，停一期，定公众号用群发还是发布（群发有次数限制）；什么也不写就看它接下来几期。"""
    now = wall_clock()
    with told(), session_scope(open_house(workspace).engine) as session:
        found = _column(session, slug)
        before = (found.rhythm, found.hour, found.minute)
        if rhythm or since:
            found.rhythm = _rhythm(rhythm or found.rhythm.words, since)
        if at:
            found.hour, found.minute = _clock(at)
        found.push = found.push if push is None else push
        session.add(found)
        if push is not None or before != (found.rhythm, found.hour, found.minute):
            detail = {"rhythm": found.rhythm.plain, "clock": f"{found.hour:02}:{found.minute:02}", "push": found.push}
            audit.record(session, by, "column.change", f"column:{slug}", detail, now)
        moved = follow_rhythm(session, found, by, now) if also_open else []
        try:
            if skipped:
                moved += skip(session, found, [_day(one) for one in skipped], reason, by, now)
            for one in resumed or ():
                moved += unskip(session, found, _day(one), by, now)
            dues = upcoming(found, now, workdays(session))
        except IssueError as error:
            raise PlanError(str(error)) from error
    report = {"column": slug, "push": found.push, "rhythm": found.rhythm.plain, "words": rhythm_words(found)}
    report |= {"next": dues, "moved": sorted({one.number for one in moved}), "skips": found.skips}
    days = "、".join(on_the_clock(one) for one in dues)
    way = "群发" if found.push else "发布"
    holes = [f"{one.day.isoformat()}（{one.reason}）" for one in skipped_of(found) if one.at > now]
    days += f"。停刊：{'、'.join(holes)}" if holes else ""
    say(as_json, report, f"栏目 {slug}：{rhythm_words(found)}，公众号用{way}。接下来：{days}。")


def _column(session: Session, slug: str) -> Column:
    found = session.exec(select(Column).where(Column.slug == slug)).one_or_none()
    if found is None:
        known = "、".join(session.exec(select(Column.slug))) or "（还没有）"
        raise PlanError(f"没有栏目“{slug}”，已有的：{known}。")
    return found


def _rhythm(words: str, since: str) -> Rhythm:
    try:
        return parse_rhythm(words, _day(since) if since else None)
    except RhythmError as error:
        raise PlanError(str(error).replace("请写明从哪一天", "请用 --since 写明从哪一天")) from error


def _day(said: str) -> date:
    try:
        return date.fromisoformat(said)
    except ValueError as error:
        raise PlanError(f"看不懂日期“{said}”，请写成 2026-11-25 的样子。") from error


def _clock(at: str) -> tuple[int, int]:
    found = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", at)
    if found is None:
        raise PlanError(f"看不懂钟点“{at}”，请写成 09:00 的样子（北京时间）。")
    return int(found[1]), int(found[2])


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
        due_at = parse_time(to, now)
        found = look(session, row, due_at, workdays(session), now)
        move_release(session, row, due_at, by, reason, now)
    if not as_json:
        for words in found.warnings:
            out.print(f"注意　{words}", markup=False, highlight=False)
    report = {"release": release, "due_at": due_at, "warnings": found.warnings}
    say(as_json, report, f"发布单 {release} 已改到 {on_the_clock(due_at)}。")
