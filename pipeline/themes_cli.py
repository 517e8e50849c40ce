"""What brands look like: `yigao theme preview`."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import track

import themes
from channels import canonical
from cms.matrix import built_in, known_slugs, load_matrix
from pipeline import proof
from pipeline.clock import wall_clock
from pipeline.shell import Json, MatrixFile, Province, app, err, once, say, show_findings, told
from pipeline.theme_page import PALETTE, Shown
from themes import LOOKS, ThemeError

theme_app = typer.Typer(no_args_is_help=True, help="主题：品牌的颜色、刊头与三种版式。")
app.add_typer(theme_app, name="theme")


@theme_app.callback()
def _group() -> None:
    """Commands stay below `theme` even while there is only one."""


@theme_app.command()
def preview(
    theme: Annotated[list[str] | None, typer.Option(help="只看这些主题；不写则全部")] = None,
    out_dir: Annotated[Path, typer.Option("--out", help="输出文件夹")] = Path("theme-preview"),
    matrix: MatrixFile = None,
    province: Province = "sichuan",
    as_json: Json = False,
) -> None:
    """把一篇含全部块的样张，按每套主题、三种版式排在一页上（index.html），附颜色与对比度；不用联网。

    矩阵文件里自己改了主题设置（theme.accent 等）的账号，排在主题后面。"""
    from pipeline import theme_sheet

    with told():
        source = matrix or built_in()
        pictures = proof.scratch()
        story = theme_sheet.specimen(known_slugs(source), pictures)
        wanted = theme_sheet.subjects(_names(theme), load_matrix(source, province))
        steps = track(wanted, "渲染", console=err, transient=True, disable=as_json)
        written = theme_sheet.write_preview(steps, story, pictures, wall_clock(), out_dir)
    if not as_json:
        show_findings(once([one for one in written.findings if one.level == "block"]))
    index = out_dir / theme_sheet.INDEX
    report = {
        "index": str(index),
        "files": written.files,
        "themes": [_report(one) for one in written.shown],
        "findings": [canonical.plain(one) for one in written.findings],
    }
    notes = [
        f"\n{one.title}：{one.theme.token('accent_note')}" for one in written.shown if one.theme.token("accent_note")
    ]
    say(as_json, report, f"{len(written.shown)} 套主题、{written.files} 个文件，打开 {index} 看。{''.join(notes)}")


def _names(asked: list[str] | None) -> tuple[str, ...]:
    known = themes.names()
    for name in asked or ():
        if name not in known:
            raise ThemeError(f"没有主题“{name}”，可用的有：{'、'.join(known)}。")
    return tuple(asked or known)


def _report(one: Shown) -> dict[str, Any]:
    """A theme for a machine: colours, what was darkened, every contrast by look, every page."""
    return {
        "theme": one.name,
        "title": one.title,
        "accent_note": one.theme.token("accent_note"),
        "palette": {f"{mode}{name}": one.theme.token(mode + name) for name in PALETTE for mode in ("", "dark_")},
        "contrast": {
            look: [{**asdict(pair), "ratio": round(pair.ratio, 2)} for pair in one.theme.worn(look).readings]
            for look in LOOKS
        },
        "frames": [asdict(frame) for frame in one.frames],
    }
