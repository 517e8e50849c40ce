"""`yigao archive`: what a unit published long ago, on its site, with its dates and old addresses."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from assets.fetch import Fetcher
from channels import canonical
from channels.contract import StoryError
from channels.values import Finding
from pipeline.archive_import import Importer, Order, Report
from pipeline.archive_source import MAX_PAGES
from pipeline.clock import wall_clock
from pipeline.house import open_house
from pipeline.shell import Json, Place, app, err, once, say, show_findings, told

SHOWN = 10
archive = typer.Typer(no_args_is_help=True, help="旧档：把从前发布的文章连同日期、旧网址收进微站的存档。")
app.add_typer(archive, name="archive")


@archive.callback()
def _group() -> None:
    """旧档：把从前发布的文章连同日期、旧网址收进微站的存档。"""


@archive.command(name="import")
def import_(
    source: Annotated[str, typer.Argument(help="文件夹（md、html、docx），或订阅（文件或 https 网址）")],
    unit: Annotated[str, typer.Option(help="单位代号：只进这个单位的微站")],
    by: Annotated[str, typer.Option(help="归档核准人的登录名")],
    reason: Annotated[str, typer.Option(help="归档的依据，记入审计")],
    column: Annotated[str, typer.Option(help="归入的栏目代号")] = "",
    site_url: Annotated[str, typer.Option(help="旧站网址，如 https://kj.old.cn：旧路径从这里算")] = "",
    permalink: Annotated[str, typer.Option(help="旧站网址的格式，如 /:year/:month/:title/；不写则按生成器的设置")] = "",
    pages: Annotated[int, typer.Option(help="订阅最多取多少页")] = MAX_PAGES,
    fetch_pictures: Annotated[bool, typer.Option("--fetch-pictures", help="把网上的图片也取来")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只看会怎样，什么都不写")] = False,
    workspace: Place = Path(),
    as_json: Json = False,
) -> None:
    """导入旧档：保留原日期，旧网址转到新页；再导一次不会重复，改过的成为新版。"""
    order = Order(
        source, unit, by, reason.strip(), column, site_url.rstrip("/"), permalink, pages, fetch_pictures, dry_run
    )
    with told():
        if not order.reason:
            raise StoryError("归档要写明依据，请用 --reason 写一句。")
        report = Importer(open_house(workspace), order, wall_clock, Fetcher()).run()
    if not as_json:
        _show(report.findings)
    say(as_json, _plain(report, order), _words(report, order))
    raise typer.Exit(1 if report.bad and not report.added and not report.same and not report.changed else 0)


def _show(findings: Sequence[Finding]) -> None:
    """What did not come in, each; of the rest (a picture each may be thousands) the first of a kind."""
    by_rule: dict[tuple[str, str], list[Finding]] = {}
    for one in once(findings):
        by_rule.setdefault((one.level, one.rule), []).append(one)
    for (level, _), those in by_rule.items():
        some = those if level == "block" else those[:SHOWN]
        show_findings(some)
        if len(some) < len(those):
            err.print(f"　同类还有 {len(those) - len(some)} 条，加 --json 看全部。", highlight=False)


def _plain(report: Report, order: Order) -> dict[str, Any]:
    return {
        "added": report.added,
        "changed": report.changed,
        "same": report.same,
        "held": report.held,
        "bad": report.bad,
        "redirects": report.redirects,
        "dry_run": order.dry_run,
        "findings": [canonical.plain(one) for one in report.findings],
    }


def _words(report: Report, order: Order) -> str:
    head = "试导，没有写任何东西：会" if order.dry_run else ""
    parts = [f"新收 {len(report.added)} 篇", f"更新 {len(report.changed)} 篇", f"没有变化 {report.same} 篇"]
    parts += [f"其中 {len(report.held)} 篇有拦截级问题，暂不上站"] if report.held else []
    parts += [f"{report.bad} 条没有收进来"] if report.bad else []
    return f"{head}{'，'.join(parts)}；旧网址 {report.redirects} 个。"
