"""The command `yigao`: settings in, objects wired, commands. Every one takes --json."""

import atexit
import gc
import os
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.progress import track

from channels import canonical, registry
from channels.contract import StoryError
from channels.values import Finding, Profile
from cms import releases, review
from cms.db import read_scope, session_scope
from cms.matrix import built_in, known_slugs, load_matrix
from cms.recalls.posting import PAUSED
from cms.releases import Room, parse_target, submitting
from pipeline import accounts_cli as accounts_cli  # their commands join the app
from pipeline import archive as archive
from pipeline import calendar_cli as calendar_cli
from pipeline import checks_cli as checks_cli
from pipeline import desk_cli as desk_cli
from pipeline import due, ledger, loss_report, press, proof
from pipeline import halts_cli as halts_cli
from pipeline import keep_cli as keep_cli
from pipeline import ledger_cli as ledger_cli
from pipeline import library_cli as library_cli
from pipeline import looks_cli as looks_cli
from pipeline import people_cli as people_cli
from pipeline import recall_cli as recall_cli
from pipeline import rehearse_cli as rehearse_cli
from pipeline import sandbox_cli as sandbox_cli
from pipeline import settings_cli as settings_cli
from pipeline import sites_cli as sites_cli
from pipeline import themes_cli as themes_cli
from pipeline.clock import wall_clock
from pipeline.engine import work_until_settled
from pipeline.export import export_story
from pipeline.flashes import tend
from pipeline.house import House, build_house, empty_house, open_house
from pipeline.intake import Imported, blocks, bring_in
from pipeline.ledger_cli import status
from pipeline.shell import Json, MatrixFile, Place, Province, app, err, once, out, say, show_findings, told
from pipeline.submissions import draw
from pipeline.times import parse_time

SITES = "微站的网址前缀，各单位的站在它下面；由 yigao serve 提供时写 http://主机:端口/sites"
Port = Annotated[int, typer.Option(help="端口")]
Host = Annotated[str, typer.Option(help="监听地址")]
EXCERPT = 80  # characters of a list shown on screen; --json has all
atexit.register(gc.freeze)  # what is left at the end goes with the process: walking through it costs up to a second


@app.command()
def render(
    story: Path,
    out_dir: Annotated[Path, typer.Option("--out", help="输出文件夹")],
    matrix: MatrixFile = None,
    province: Province = "sichuan",
    channel: Annotated[
        list[str] | None, typer.Option(help="只做这些渠道；不写则为全部图文渠道，短片用 shipinhao")
    ] = None,
    unit: Annotated[list[str] | None, typer.Option(help="只做这些单位及其下级")] = None,
    as_json: Json = False,
) -> None:
    """把一篇稿件做成各账号的成品。不用数据库；有拦截级问题时返回 1。"""
    with told():
        source = matrix or built_in()
        profiles = load_matrix(source, province).profiles(_channels(channel), unit)
        found, made = _render(story, profiles, known_slugs(source), quiet=as_json)
    count = proof.write_proofs(made, out_dir)
    findings = [*found, *(one for each in made for one in each.findings)]
    report: dict[str, Any] = {
        "renditions": {one.profile.account: one.hash for one in made if one.rendition},
        "losses": {
            one.profile.account: [asdict(loss) for loss in one.rendition.losses] for one in made if one.rendition
        },
        "findings": [canonical.plain(one) for one in findings],
        "files": count,
    }
    if not as_json:
        show_findings(once(findings))
        for line in loss_report.report(made):
            out.print(line, markup=False, highlight=False)
    say(as_json, report, f"{len(report['renditions'])} 个成品、{count} 个文件，在 {out_dir}")
    raise typer.Exit(1 if blocks(findings) else 0)


def _channels(asked: list[str] | None) -> list[str]:
    return [registry.get(one).name for one in asked or proof.TEXT_CHANNELS]


def _render(
    story: Path, profiles: Sequence[Profile], units: Sequence[str], quiet: bool
) -> tuple[list[Finding], list[proof.Proof]]:
    pictures = proof.scratch()
    manuscript, found = proof.read_story(story, units, pictures)
    if manuscript is None:
        return found, []
    now = wall_clock()
    steps = track(profiles, "渲染", console=err, transient=True, disable=quiet)
    return found, [made for one in steps for made in proof.proofs(manuscript, [one], pictures, now)]


@app.command()
def init(
    folder: Path,
    name: Annotated[str, typer.Option(help="单位名称")] = "四川省科技厅",
    matrix: MatrixFile = None,
    province: Province = "sichuan",
    demo: Annotated[bool, typer.Option("--demo", help="演示工作区：允许一人演练签发")] = False,
    base_url: Annotated[str, typer.Option(help=SITES)] = "",
    as_json: Json = False,
) -> None:
    """建立工作区：数据库、素材库、全部单位和账号。"""
    with told():
        units = load_matrix(matrix or built_in(), province)
        names = sorted(registry.all_channels())
        build_house(folder, name, units, names, wall_clock(), demo=demo, base_url=base_url)
    count = len(units.profiles(names))
    say(as_json, {"workspace": str(folder), "accounts": count}, f"工作区建好了：{folder}，共 {count} 个账号。")


@app.command(name="import")
def import_(
    files: list[Path],
    workspace: Place = Path(),
    author: Annotated[str, typer.Option(help="作者的登录名")] = "editor",
    as_json: Json = False,
) -> None:
    """收稿：.md、.docx、.html，连同图片的 .zip 或文件夹。没有带过来的逐条列出；有问题的稿件也会留下。"""
    with told():
        house = open_house(workspace)
    taken, refused = _bring_in(house, files, author)
    for one in taken:
        if not as_json:
            show_findings(one.findings)
            out.print(
                f"{one.slug}　{one.headline}　第 {one.number} 版" + ("　[red]有拦截级问题[/]" if one.is_blocked else "")
            )
            if one.cleaned:
                out.print(f"　已备好清理后的副本：{one.cleaned}")
            _show_left(one)
            if one.draft:
                out.print(f"　转成的稿件在 {one.draft}，图片放在它旁边；改好后再 yigao import 这个文件。")
    if as_json:
        rows = [
            {
                "slug": one.slug,
                "headline": one.headline,
                "revision": one.number,
                "manuscript": one.manuscript,
                "findings": [canonical.plain(found) for found in one.findings],
                "cleaned": one.cleaned,
                "left": [canonical.plain(found) for found in one.left],
                "draft": one.draft,
            }
            for one in taken
        ]
        say(True, rows, "")
    raise typer.Exit(1 if refused or any(one.is_blocked for one in taken) else 0)


def _bring_in(house: House, files: list[Path], author: str) -> tuple[list[Imported], int]:
    """What came of every file, and how many could not be taken in: those are told, the others go on."""
    taken: list[Imported] = []
    refused = 0
    for one in files:
        try:
            taken += bring_in(house, one, author, wall_clock())
        except StoryError as error:
            err.print(f"[red]{error.sentence}[/]", highlight=False)
            refused += 1
    return taken, refused


def _show_left(taken: Imported) -> None:
    """What did not come along with a story, each with its words."""
    if taken.left:
        out.print(f"　没有带过来或有改动的（{len(taken.left)} 条）：")
    for one in taken.left:
        words = one.excerpt if len(one.excerpt) <= EXCERPT else f"{one.excerpt[:EXCERPT]}…"
        sign = "×" if one.level == "warn" else "·"
        out.print(f"　{sign} {one.message}" + (f"　〔{words}〕" if words else ""), markup=False, highlight=False)


@app.command()
def release(
    stories: list[str],
    to: Annotated[
        list[str] | None, typer.Option(help="发到哪里，例如 'channel=feed unit=chengdu'；不写则全部账号")
    ] = None,
    at: Annotated[str, typer.Option(help="何时发，例如 '2026-11-25 09:00'（北京时间）；不写则签发后立即")] = "",
    author: Annotated[str, typer.Option(help="经办人的登录名")] = "editor",
    push: Annotated[
        bool | None, typer.Option(help="公众号用群发（推给粉丝）还是发布到主页；不写则按稿件栏目的设定")
    ] = None,
    late: Annotated[str, typer.Option(help="错过时间怎么办：send 迟到也发，ask 先问人，hold 停下")] = "send",
    lead: Annotated[str, typer.Option(help="首发账号，例如 wechat:chengdu：同渠道其他账号晚十分钟转载它的链接")] = "",
    rehearsal: Annotated[bool, typer.Option("--rehearsal", help="演练签发（只限演示工作区）")] = False,
    workspace: Place = Path(),
    as_json: Json = False,
) -> None:
    """排一次发布：选稿、选账号、定时间；随即渲染、检查并封存，等待签发。"""
    now = wall_clock()
    policy = review.REHEARSAL if rehearsal else review.LAWFUL
    with told():
        house = open_house(workspace)
        due = parse_time(at, now)
        with session_scope(house.engine) as session:
            chosen = ledger.newest_revisions(session, stories)
            targets = [parse_target(one) for one in to or ["channel=*"]]
            planned = releases.plan(
                session, chosen, targets, due, author, policy, now=now, push=push, late=late, lead=lead
            )
            number, rooms = planned.id, releases.room(session, planned)
        made = press.render_release(house, number, now)
        sealed = press.seal_release(house, number, now)
    held = sum(bool(one.reason) for one in made)
    if not as_json:
        show_findings(once([found for one in made for found in one.findings]))
    report = {
        "release": number,
        "deliveries": len(made),
        "held": held,
        "sealed_set": sealed,
        "quota": [_room(one) for one in rooms],
    }
    for one in rooms:
        if not as_json and (one.left < 0 or push):
            out.print(one.sentence, markup=False, highlight=False)
    words = f"发布单 {number}：{len(made)} 个投递，其中 {held} 个暂停。"
    next_step = "" if rehearsal else " --step 终审（初审、复审先签稿件代号）"
    hint = f"\n待签：yigao sign {number} --by 登录名 --opinion 意见{next_step}" if sealed else ""
    say(as_json, report, words + hint)
    raise typer.Exit(1 if held == len(made) else 0)


def _room(room: Room) -> dict[str, Any]:
    """What is left for one account's call, for a machine."""
    call = room.allowance
    return {"account": room.account.key, "call": call.call, "per": call.per, "left": room.left, "until": room.until}


@app.command()
def sign(
    target: Annotated[str, typer.Argument(help="发布单号，或稿件代号（初审、复审）")],
    by: Annotated[str, typer.Option(help="签字人的登录名")],
    opinion: Annotated[str, typer.Option(help="审稿意见")],
    step: Annotated[str, typer.Option(help="初审、复审、终审、签发；演练可不写，一次签完")] = "",
    read: Annotated[bool, typer.Option("--read", help="各渠道的样子我都通读过（签发前要有）")] = False,
    workspace: Place = Path(),
    as_json: Json = False,
) -> None:
    """签字：初审、复审签稿件，终审、签发签发布单。签齐后投递才会待发。"""
    now = wall_clock()
    with told():
        house = open_house(workspace)
        missing = _sign(house, target, step, by, opinion, now, is_read=read)
    say(
        as_json,
        {"target": target, "missing": missing},
        f"已签。还缺：{'、'.join(missing)}。" if missing else "签字已齐，待发。",
    )


def _sign(
    house: House, target: str, step: str, by: str, opinion: str, now: datetime, *, is_read: bool = False
) -> list[str]:
    if target.isdigit():
        with session_scope(house.engine) as session:
            sealed = ledger.sealed_set_of(session, int(target))
            if is_read:
                review.read_all(session, session.get_one(review.SealedSet, sealed), ledger.person(session, by), now)
        return press.sign_release(house, sealed, by, opinion, now, step)
    with session_scope(house.engine) as session:
        revision = ledger.newest_revisions(session, [target])[0]
    if revision.manuscript_hash:
        due.recheck(house, revision.manuscript_hash, now)
    with session_scope(house.engine) as session:
        signer, manuscript = ledger.person(session, by), revision.manuscript_hash
        review.sign(session, manuscript, step, signer, opinion, now)
        submitting.noticed(session, manuscript, step, signer, opinion, now)
        signed = ledger.steps_signed(session, manuscript)
    return [one for one in review.LAWFUL.steps if one not in signed]


@app.command()
def work(workspace: Place = Path(), as_json: Json = False) -> None:
    """执行现在到期的投递；还要等平台回音或等时间的，写明下次什么时候再运行（yigao serve 会自己做）。"""
    with told():
        house = open_house(workspace)
        tend(house, wall_clock())
        draw(house, wall_clock())
        steps = work_until_settled(house, f"cli:{os.getpid()}")
        with read_scope(house.engine) as session:
            comes = ledger.next_moment(session, wall_clock())
    later = (
        f"还有投递要等：{releases.moment(comes)} 以后再运行一次 yigao work，或让 yigao serve 自己做。" if comes else ""
    )
    say(as_json, {"steps": steps, "next_at": comes}, f"完成 {steps} 步。{later}")
    if not as_json:
        status(workspace)


@app.command()
def export(
    story: str,
    out_dir: Annotated[Path, typer.Option("--out", help="输出文件夹")],
    workspace: Place = Path(),
    as_json: Json = False,
) -> None:
    """导出稿件（Markdown 和图片）和每个账号的代发包；撤回、更正、已解除、正在停发的不给代发包，写明原因，退出码 1。"""
    with told():
        made = export_story(open_house(workspace), story, out_dir, wall_clock())
    words = [f"已导出到 {out_dir}：稿件和 {made.packages} 个代发包。"]
    if made.left_out:
        words.append(f"没有导出的代发包 {len(made.left_out)} 个：{'、'.join(one.account for one in made.left_out)}。")
    words += [one if one.startswith(PAUSED) else f"不要再发：{one}" for one in made.told]
    say(as_json, {"out": str(out_dir), **asdict(made)}, "\n".join(escape(one) for one in words))
    raise typer.Exit(1 if made.told else 0)


@app.command()
def serve(folder: Path, port: Port = 8000, host: Host = "127.0.0.1") -> None:
    """打开微站、订阅和“写与看”；时钟和执行器同时工作。空文件夹从头设置。"""
    from pipeline.serve import serve_house

    with told():
        serve_house(empty_house(folder, wall_clock()), host, port)


@app.callback(invoke_without_command=True)
def start(context: typer.Context, port: Port = 8000, host: Host = "127.0.0.1") -> None:
    """一稿 Yigao：一稿多发。不写命令，就打开这个文件夹里的工作区；空文件夹从头设置。"""
    if context.invoked_subcommand is None:
        serve(Path(os.environ.get("YIGAO_WORKSPACE", ".")), port, host)


if __name__ == "__main__":
    app()
