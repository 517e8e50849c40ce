"""The library, on the command line: `yigao library list | add | show`."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from sqlmodel import Session, select

from cms import library
from cms.db import read_scope
from cms.library import KIND_NAMES, LICENCES, STATE_NAMES, UNVERIFIED, Asset, By, LibraryError, Wanted
from cms.matrix import Unit
from cms.people import EVERYWHERE
from cms.people.roles import tree
from cms.releases import moment
from cms.releases.carrying import releases_carrying
from pipeline.clock import wall_clock
from pipeline.house import House, open_house
from pipeline.shell import Json, Place, app, out, say, told

OPERATOR = "cli"
library_app = typer.Typer(no_args_is_help=True, help="素材库：找、加、看一件素材。")
app.add_typer(library_app, name="library")
Words = Annotated[str, typer.Argument(metavar="[词]", help="名称、画面内容、关键词、作者、来源里的词，空格隔开")]


@library_app.command(name="list")
def list_(
    words: Words = "",
    licence: Annotated[str, typer.Option(help=f"许可：{'、'.join(LICENCES)}")] = "",
    unit: Annotated[str, typer.Option(help="单位代号，例如 chengdu")] = "",
    state: Annotated[
        str, typer.Option(help="、".join(f"{name} {said}" for name, said in STATE_NAMES.items() if name))
    ] = "",
    page: Annotated[int, typer.Option(min=1, help="第几页")] = 1,
    workspace: Place = Path(),
    as_json: Json = False,
) -> None:
    """找素材，新加的在前。"""
    with told():
        house = open_house(workspace)
        wanted = Wanted(words=words, licence=licence, unit=unit, state=state, page=page)
        with read_scope(house.engine) as session:
            rows, total = library.listed(session, EVERYWHERE, wanted, wall_clock().date())
            units = dict(session.exec(select(Unit.id, Unit.short)).all())
            used = library.use_counts(session, [one.hash for one in rows])
    if as_json:
        say(True, {"total": total, "assets": [_told(one, units, used.get(one.hash, 0)) for one in rows]}, "")
        return
    table = Table("号", "名称", "类型", "许可", "到期", "作者", "单位", "用于", box=None)
    for one in rows:
        until = one.until.isoformat() if one.until else ""
        cells = (str(one.id), one.name, KIND_NAMES[one.kind], one.licence, until, one.author, units[one.unit_id])
        table.add_row(*cells, f"{used.get(one.hash, 0)} 篇")
    out.print(table if rows else "没有这样的素材。")
    if total > len(rows):
        out.print(f"共 {total} 件，这是第 {page} 页。")


@library_app.command()
def add(
    files: Annotated[list[Path], typer.Argument(metavar="文件...", help="图片或 MP4")],
    licence: Annotated[str, typer.Option(help=f"许可：{'、'.join(LICENCES)}")] = UNVERIFIED,
    author: Annotated[str, typer.Option(help="作者")] = "",
    source: Annotated[str, typer.Option(help="来源")] = "",
    until: Annotated[str, typer.Option(help="授权到哪天，例如 2027-01-31；没有期限就不写")] = "",
    keywords: Annotated[str, typer.Option(help="关键词，空格隔开")] = "",
    unit: Annotated[str, typer.Option(help="单位代号；不写则为全省")] = "",
    workspace: Place = Path(),
    as_json: Json = False,
) -> None:
    """加素材，一个或多个文件。已有同一张图的，说是哪一张，不再存一份。"""
    given = {"licence": licence, "author": author, "source": source, "until": until, "keywords": keywords}
    made: list[dict[str, Any]] = []
    with told():
        house = open_house(workspace)
        by = _operator(house, unit)
        for file in files:
            if not file.is_file():
                raise LibraryError(f"没有文件 {file}，请检查路径。")
            facts = library.facts_of(given, library.plain_name(file.name))
            added = library.add(house.library, file.read_bytes(), facts, by, file.name)
            made.append({"file": str(file), "number": added.asset.id, "is_new": added.is_new})
            if not as_json:
                said = "已收好" if added.is_new else "已有同一张图"
                out.print(f"{file.name}：{said}，第 {added.asset.id} 号", markup=False, highlight=False)
    if as_json:
        say(True, made, "")


@library_app.command()
def show(
    number: Annotated[int, typer.Argument(metavar="号")], workspace: Place = Path(), as_json: Json = False
) -> None:
    """一件素材：说明、授权、用在哪里、像哪几张。"""
    with told():
        house = open_house(workspace)
        with read_scope(house.engine) as session:
            value = _shown(session, number)
    if as_json:
        say(True, value, "")
        return
    for name, said in value.items():
        words = "、".join(map(str, said)) if isinstance(said, list) else str(said)
        if words:
            out.print(f"{name}　{words}", markup=False, highlight=False)


def _shown(session: Session, number: int) -> dict[str, Any]:
    one = library.find(session, EVERYWHERE, number)
    if one is None:
        raise LibraryError(f"没有第 {number} 号素材，请用 yigao library list 看有哪些。")
    units = dict(session.exec(select(Unit.id, Unit.short)).all())
    stories, _ = library.stories_using(session, EVERYWHERE, one.hash)
    releases = releases_carrying(session, EVERYWHERE, one.hash)
    return {
        **_told(one, units, len(stories)),
        "stories": [each.slug for each in stories],
        "releases": [f"{each.title}（{moment(each.due_at)}，已发 {each.out}/{each.accounts}）" for each in releases],
        "alike": [each.asset.id for each in library.alike(session, EVERYWHERE, one)],
    }


def _told(one: Asset, units: dict[int, str], used: int) -> dict[str, Any]:
    told = one.model_dump(exclude={"sent_hash", "thumb", "likeness", "unit_id"})
    return {**told, "unit": units.get(one.unit_id, ""), "used": used}


def _operator(house: House, unit: str) -> By:
    with read_scope(house.engine) as session:
        units = tree(session)
    found = units.top if not unit else next((one for one, slug, _ in units.rows if slug == unit), None)
    if found is None:
        raise LibraryError(f"没有单位“{unit}”，请用账号矩阵里的代号，例如 chengdu。")
    return By(OPERATOR, EVERYWHERE, found, wall_clock())
