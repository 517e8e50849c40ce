"""What renderings look like and rest on: `yigao sheet`, `yigao compare`, `yigao limits`."""

import sys
from collections import Counter
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table
from rich.text import Text

from channels import canonical, registry
from channels.contract import Channel, StoryError
from channels.values import Profile
from cms.matrix import MatrixError, built_in, known_slugs, load_matrix
from cms.releases import PlanError
from pipeline import compare as comparing
from pipeline import limits_table, proof
from pipeline.clock import wall_clock
from pipeline.intake import blocks
from pipeline.press import SHANGHAI
from pipeline.shell import Json, MatrixFile, Province, app, err, once, out, say, show_findings, told

WIDTH = 100
SHOWN = 60  # characters of a difference in the table; --json has them all
FILMED = frozenset({"shipinhao", "douyin"})


@app.command()
def sheet(
    story: Path,
    out_dir: Annotated[Path, typer.Option("--out", help="输出文件夹")],
    matrix: MatrixFile = None,
    province: Province = "sichuan",
    channel: Annotated[list[str] | None, typer.Option(help="只做这些渠道；不写则为全部图文渠道")] = None,
    unit: Annotated[list[str] | None, typer.Option(help="只做这些单位及其下级")] = None,
    as_json: Json = False,
) -> None:
    """把一篇稿件在全部账号上的样子排在一页上（index.html），不用联网、不用服务就能看。"""
    from pipeline.sheet import INDEX, write_sheet

    now = wall_clock()
    with told():
        source = matrix or built_in()
        profiles = load_matrix(source, province).profiles(_shown(channel), unit)
        pictures = proof.scratch()
        manuscript, found = proof.read_story(story, known_slugs(source), pictures)
        if manuscript is None:
            show_findings(found)
            raise typer.Exit(1)
        steps = track(profiles, "渲染", console=err, transient=True, disable=as_json)
        made = [proof.proof(manuscript, one, pictures, now) for one in steps]
        written = write_sheet(manuscript, made, pictures, now, out_dir)
    findings = [*found, *(one for each in made for one in each.findings)]
    if not as_json:
        show_findings(once(findings))
    report = {
        "index": str(out_dir / INDEX),
        **asdict(written),
        "renditions": {one.profile.account: one.hash for one in made if one.rendition},
        "findings": [canonical.plain(one) for one in findings],
    }
    size = f"{written.size / 1_000_000:.1f} MB"
    say(as_json, report, f"{written.screens} 个成品，{written.files} 个文件，共 {size}。请打开 {out_dir / INDEX}")
    raise typer.Exit(1 if blocks(findings) else 0)


def _shown(asked: list[str] | None) -> list[str]:
    names = [registry.get(one).name for one in asked or proof.TEXT_CHANNELS]
    if FILMED & set(names):
        raise StoryError("短视频排不进一览，请用 yigao render --channel 做出片子来看。")
    return names


@app.command()
def compare(
    story: Path,
    one: Annotated[str, typer.Argument(help="账号，例如 wechat:chengdu")],
    other: Annotated[str, typer.Argument(help="同一渠道的另一个账号，例如 wechat:mianyang")],
    matrix: MatrixFile = None,
    province: Province = "sichuan",
    as_json: Json = False,
) -> None:
    """比较一篇稿件在两个账号上的成品：每处不同都说出原因；有说不出原因的，返回 1。"""
    with told():
        source = matrix or built_in()
        accounts = [_account(name, source, province) for name in (one, other)]
        pictures = proof.scratch()
        manuscript, found = proof.read_story(story, known_slugs(source), pictures)
        if manuscript is None:
            show_findings(found)
            raise typer.Exit(1)
        differences = comparing.compare(manuscript, accounts[0], accounts[1], pictures)
    undeclared = [each for each in differences if not each.is_declared]
    if as_json:
        say(True, {"differences": [asdict(each) for each in differences], "undeclared": len(undeclared)}, "")
    else:
        _show(_differences(differences, accounts))
        out.print(_verdict(differences, undeclared), highlight=False)
    raise typer.Exit(1 if undeclared else 0)


def _account(name: str, source: Path, province: str) -> Profile:
    channel, _, unit = name.partition(":")
    profiles = load_matrix(source, province).profiles([registry.get(channel).name], [unit])
    if [each.unit for each in profiles] != [unit]:
        raise MatrixError(f"“{name}”不是一个账号，请写成“渠道:单位”，例如 wechat:chengdu。")
    return profiles[0]


def _verdict(differences: list[comparing.Difference], undeclared: list[comparing.Difference]) -> str:
    if undeclared:
        return f"[red]有 {len(undeclared)} 种不同说不出原因，渠道的渲染有毛病，请报给开发者。[/]"
    if not differences:
        return "两个成品完全相同。"
    counted = Counter[str]()
    for each in differences:
        counted[each.reason] += each.times
    return "都有原因：" + "，".join(f"{reason} {count} 处" for reason, count in counted.items()) + "。"


def _differences(differences: list[comparing.Difference], accounts: list[Profile]) -> Table:
    table = limits_table.plain_table("", ("原因",), ("处",), ("位置", accounts[0].account, accounts[1].account))
    for each in differences:
        reason = each.reason if each.is_declared else f"[red]{comparing.UNDECLARED}（{each.reason}）[/]"
        if each.reason == comparing.UNDECLARED:
            reason = f"[red]{each.reason}[/]"
        table.add_row(reason, str(each.times), each.place, *map(_shortened, (each.one, each.other)))
    return table


def _shortened(words: str) -> Text:
    """The beginning of ``words``, never read as markup."""
    return Text(words if len(words) <= SHOWN else words[: SHOWN - 1] + "…")


@app.command()
def limits(
    channel: Annotated[str, typer.Argument(help="渠道代号；不写则每个渠道一行")] = "",
    on: Annotated[str, typer.Option(help="按哪一天的读数，例如 2026-11-22；不写则今天")] = "",
    as_json: Json = False,
) -> None:
    """各渠道的限制、清理规则，发出后能怎样更正和撤稿：数值、出处、哪天读到、哪个测试守着它。"""
    with told():
        on_date = _day(on)
        every = registry.all_channels()
        chosen = [registry.get(channel)] if channel else [every[name] for name in sorted(every)]
    if as_json:
        say(True, [limits_table.rows(each, on_date) for each in chosen], "")
        return
    if channel:
        _show_limits(chosen[0], on_date)
    else:
        _show(limits_table.summary(chosen, on_date))
    for sentence in filter(None, (limits_table.warning(each, on_date) for each in chosen)):
        err.print(f"[yellow]提醒[/] {sentence}", highlight=False)


def _show_limits(channel: Channel, on_date: date) -> None:
    """The tables of one channel, then the sources they number."""
    sources: list[str] = []
    _show(limits_table.limits_table(channel, on_date, sources))
    if channel.cleaning_rules:
        _show(limits_table.cleaning_table(channel, on_date, sources))
    else:
        out.print(f"{channel.title}不清理正文。")
    _show(limits_table.mends_table(channel, on_date, sources))
    _show(limits_table.grounds(channel, sources))


def _show(table: Table) -> None:
    """A table as wide as the terminal; at a width that reads well where there is none."""
    Console(width=None if sys.stdout.isatty() else WIDTH).print(table)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text) if text else wall_clock().astimezone(SHANGHAI).date()
    except ValueError as error:
        raise PlanError(f"看不懂日期“{text}”，请写成 2026-11-22 的形式。") from error
