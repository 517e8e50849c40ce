"""`yigao backup`, `restore`, `restored`, `reconcile`, `report`: what is kept, and what became of what went out."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from cms.db import read_scope, session_scope
from cms.releases import moment
from cms.releases import restoring as confirming
from cms.releases.restored import restored as restored_of
from cms.releases.sightings import SIGHTING_NAMES
from pipeline import backup as backups
from pipeline import ledger
from pipeline import reconcile as reconciling
from pipeline import restore as restoring
from pipeline import strangers_cli as strangers_cli  # its command joins the app
from pipeline.accounts import account_named
from pipeline.clock import wall_clock
from pipeline.files import write_atomic
from pipeline.house import KEY, open_house
from pipeline.ledger_cli import SHORT, Because, By
from pipeline.letterhead import logo_of
from pipeline.rebuilt import rebuild
from pipeline.recall_report import Copy, gather, page
from pipeline.shell import Json, Place, app, out, say, told
from pipeline.verify_sites import PAGE_IN_DOUBT

KEPT_GONE = "备份以后撤过（原来的网页是撤稿说明），这里继续不放出：请用 yigao retract 补下撤稿"
APART = f"密钥文件 {KEY} 不在备份里：请另外抄一份，和备份分开存放；没有它，恢复之后要重新接入各个账号。"


@app.command()
def backup(
    target: Annotated[Path, typer.Argument(metavar="文件或文件夹", help=".tar.zst、.tar.gz，或每次只添新内容的文件夹")],
    by: By,
    workspace: Place = Path(),
    as_json: Json = False,
) -> None:
    """备份整个工作区：数据库、素材、设置（不含任何密钥），同一时刻，不用停工。"""
    with told():
        house = open_house(workspace)
        with read_scope(house.engine) as session:
            ledger.person(session, by)
        kept = backups.back_up(house, target, by, wall_clock())
    manifest = kept.manifest
    found = {
        "place": str(kept.place), "bytes": kept.size, "rows": sum(manifest.rows.values()),
        "objects": len(manifest.objects), "new_objects": kept.new_objects, "missing": list(kept.missing),
        "schema": manifest.schema, "audit": manifest.audit_length, "at": manifest.at,
    }  # fmt: skip
    words = (
        f"备份好了：{escape(str(kept.place))}\n{found['rows']} 行，{found['objects']} 个素材"
        f"（新增 {kept.new_objects} 个），{_size(kept.size)}；审计链到第 {manifest.audit_length} 条。"
        f"\n[yellow]{APART}[/]"
    )
    if kept.missing:
        words += f"\n[red]素材库里已经缺 {len(kept.missing)} 个（如 {kept.missing[0][:16]}），备份里也没有，请查明。[/]"
    say(as_json, found, words)
    raise typer.Exit(1 if kept.missing else 0)


def _size(count: int) -> str:
    return f"{count / 1_000_000:.1f} MB" if count >= 100_000 else f"{max(1, count // 1000)} KB"


@app.command()
def restore(
    source: Annotated[Path, typer.Argument(metavar="备份", help="备份文件，或备份文件夹（用其中最新的一次）")],
    folder: Annotated[
        Path, typer.Argument(metavar="新工作区", help="空文件夹；要用 PostgreSQL，先在里面放好 yigao.toml")
    ],
    by: By,
    reason: Because,
    key: Annotated[Path | None, typer.Option(help=f"备份那时的密钥文件（{KEY}）")] = None,
    old: Annotated[
        Path | None,
        typer.Option(help="原来工作区的文件夹，还在就写：网页上备份以后撤过的不再放出；密钥文件就在里面的，不用写"),
    ] = None,
    as_json: Json = False,
) -> None:
    """从备份恢复成一个新的工作区：先全部核对，再动手；恢复之后全省停着，到平台核对过、有人确认才接着发。"""
    with told():
        done = restoring.restore(source, folder, by, reason, wall_clock(), key, old)
        house = open_house(folder)
        with done.timed("网页"):
            pages = rebuild(house, wall_clock)
        needs_key = key is None and restoring.has_secrets(house)
    found = {
        "workspace": str(folder), "kept_at": done.manifest.at, "seconds": done.seconds, "doubted": done.doubted,
        "hold": done.hold,
        "handed_over": done.handed_over, "remedies": done.remedies, "by_hand": done.by_hand,
        "pages": pages, "kept_gone": done.kept_gone if done.is_old_known else None,
        "missing": list(done.manifest.missing),
    }  # fmt: skip
    out_words = [
        f"恢复好了：{escape(str(folder))}，是 {moment(done.manifest.at)} 的备份。",
        "用时：" + "，".join(f"{name} {seconds:.1f} 秒" for name, seconds in done.seconds.items()) + "。",
        *_afterwards(done),
    ]
    if needs_key:
        out_words.append(
            f"[yellow]没有给密钥文件：请把原来的 {KEY} 放进 {escape(str(folder))}，否则接口账号用不了。[/]"
        )
    say(as_json, found, "\n".join(out_words))


def _afterwards(done: restoring.Restoring) -> list[str]:
    return [
        f"[red]全省先停着（停发 {done.hold}，恢复后核对）：备份以后发过、撤过、停过什么，备份里没有，"
        "确认之前什么都不会自己发出。[/]",
        f"备份时在途和待发的 {done.doubted} 份投递正到平台核对：已经有的自动认领，没有的等人。"
        "群发查不到，请到平台后台看。",
        f"待代发 {done.handed_over} 份：请逐份看看备份以后有没有人发过。",
        f"更正、撤稿、解除正在自动处置的 {done.remedies} 份：先看平台现状再接着做。"
        f"待人工处置的 {done.by_hand} 份：请逐份看看备份以后有没有人办过，办过的登记（yigao done）。",
        "[yellow]备份以后做过的撤稿、更正、停发不在里面：请现在补上。[/]",
        _kept_gone(done),
        "接下来：yigao reconcile 核对已发布的，yigao restored 逐份看；请省里的签发人或管理员在“恢复后核对”里确认，"
        "或用 yigao restored --done --by 登录名 --reason 核对了什么。",
    ]


def _kept_gone(done: restoring.Restoring) -> str:
    """What became of the pages that were retracted since the backup."""
    if not done.is_old_known:
        return (
            "[red]没有原来的网页（--old）可对：备份以后撤过的稿，恢复出来的自家网页上还在。"
            "补下撤稿以前，先不要把网址指到这一套。[/]"
        )
    if done.kept_gone:
        return (
            f"[yellow]原来的网页上备份以后撤过 {done.kept_gone} 篇：自家网页和订阅上继续是撤稿说明，"
            "别的渠道没有动，请补下撤稿（yigao restored 可查）。[/]"
        )
    return "原来的网页上，备份以后没有撤过备份里有的稿。"


@app.command()
def restored(
    workspace: Place = Path(),
    done: Annotated[
        bool, typer.Option("--done", help="都看过了，备份以后下过的撤稿、更正、停发也补下了：结束核对，恢复发送")
    ] = False,
    by: Annotated[str, typer.Option(help="经办人的登录名（与 --done 一起写）")] = "",
    reason: Annotated[str, typer.Option(help="核对了什么，写一句，记入审计（与 --done 一起写）")] = "",
    as_json: Json = False,
) -> None:
    """恢复备份之后全省停着：逐份列出平台上已有的、没有的、等人的；由能解除全省停发的人用 --done 确认，才接着发。"""
    with told():
        house = open_house(workspace)
        with session_scope(house.engine) as session:
            since = restored_of(session)
            if since is None:
                say(as_json, {"restored": None}, "这个工作区没有待结束的恢复。")
                return
            if done and not by:
                raise backups.BackupError("请写明是谁看过的：yigao restored --done --by 登录名 --reason 核对了什么。")
            left = confirming.confirm(session, by, reason, wall_clock(), is_said=True) if done else None
            found = confirming.compared(session, since)
    if as_json:
        say(True, {"restored": asdict(since), **asdict(found), "done": done}, "")
        return
    _show_compared(found)
    if left is None:
        out.print(f"还在核对的 {len(found.asked)} 份。都看过：yigao restored --done --by 登录名 --reason 核对了什么")
        return
    out.print(f"核对已结束：时间没到的 {left.ahead} 份照原定时间发。", highlight=False)
    if left.stopped:
        words = f"错过时间的 {len(left.stopped)} 份不会自己发出，逐份决定：yigao thaw {since.hold} --by 登录名"
        words += " --reason 原因 --delivery 投递码 --at 时间，或 --cancel 投递码"
        out.print(words, markup=False, highlight=False)


def _show_compared(found: confirming.Compared) -> None:
    """What the comparison has come to, part by part."""
    since = found.since
    out.print(f"恢复之后（备份时刻 {moment(since.kept_at)}，恢复时刻 {moment(since.at)}）", highlight=False)
    for title, rows in (
        ("还在到平台核对", found.asked),
        ("平台上已经有，已认领", found.adopted),
        ("备份里已经发布，平台上不见了（可能撤过稿）", found.lost),
        ("错过时间，等人逐份决定", found.stopped),
        ("时间没到，确认以后照原定时间发", found.ahead),
        ("备份以前就交人代发的，请问代发人", found.packages),
    ):
        out.print(f"{title}：{len(rows)} 份", highlight=False)
        for one in rows:
            gone = f"；在{'、'.join(one.gone)}上已经不见了，备份以后可能撤过稿" if one.gone else ""
            note = f"　{one.note}{gone}" if one.note or gone else ""
            words = f"　{one.key[:SHORT]}　{one.account}　《{one.title}》　{moment(one.due_at)}{note}"
            out.print(words, markup=False, highlight=False)
    for account, headline in found.kept_gone:
        out.print(f"[yellow]·[/] {escape(f'{account}：《{headline}》{KEPT_GONE}')}", highlight=False)
    for account, headline in found.pages:
        out.print(f"[yellow]·[/] {escape(f'{account}：《{headline}》{PAGE_IN_DOUBT}')}", highlight=False)
    if found.by_hand:
        out.print(f"待人工处置的 {found.by_hand} 份：备份以后办过的请登记（yigao done）。", highlight=False)


# --------------------------------------------------------------------------- what became of what went out


@app.command()
def reconcile(
    days: Annotated[int, typer.Option(min=1, max=366, help="看最近几天发出的")] = reconciling.DAYS,
    account: Annotated[str, typer.Option(help="只看这个账号，例如 wechat:chengdu")] = "",
    workspace: Place = Path(),
    as_json: Json = False,
) -> None:
    """现在就核对：平台上和自己站上真有的，与回执比一比；不一样的列出来，不会自动改。有不一样时返回 1。"""
    with told():
        house = open_house(workspace)
        if account:
            account_named(house, account)
        done = reconciling.reconcile(house, wall_clock, days, account)
    counted = {SIGHTING_NAMES[kind]: number for kind, number in done.counts.items() if number}
    words = "、".join(f"{name} {number} 份" for name, number in counted.items()) or "没有要核对的"
    lines = [*(f"[red]·[/] {escape(one)}" for one in done.told), *_unlisted(done.unlisted), f"核对完：{words}。"]
    told_now = {"counts": dict(done.counts), "told": done.told, "drifts": done.drifts, "unlisted": done.unlisted}
    say(as_json, told_now, "\n".join(lines))
    raise typer.Exit(1 if done.drifts else 0)


def _unlisted(unlisted: Mapping[str, str]) -> list[str]:
    """The accounts whose whole list could not be seen, by the reason."""
    why: dict[str, list[str]] = {}
    for account, note in unlisted.items():
        why.setdefault(note, []).append(account)
    return [f"[yellow]没有清点[/]　{escape('、'.join(keys))}：{escape(note)}" for note, keys in why.items()]


@app.command()
def report(
    number: Annotated[int, typer.Argument(metavar="编号", help="更正令、撤稿令、解除令的编号（yigao recalls 可查）")],
    html: Annotated[Path | None, typer.Option(help="写成网页文件")] = None,
    pdf: Annotated[Path | None, typer.Option(help="写成 PDF 文件，可打印归档")] = None,
    workspace: Place = Path(),
    as_json: Json = False,
) -> None:
    """一张更正令、撤稿令或解除令的报告：谁决定的、每一份怎么处置、凭据、复查、找过谁。"""
    now = wall_clock()
    with told():
        house = open_house(workspace)
        with read_scope(house.engine) as session:
            made, logo = gather(session, number, now), logo_of(house, session)
    if html is not None:
        write_atomic(html, page(made, logo.address if logo else "").encode())
    if pdf is not None:
        from pipeline.report_pdf import pdf as printed  # its library takes a while to load

        write_atomic(pdf, printed(made, now, logo))
    changed = f"改为《{made.corrected}》" if made.corrected else ""
    words = [f"{made.title}　《{made.headline}》{changed}　{made.state}"]
    words += [f"{name}：{value}" for name, value in made.sums]
    words += [_copy_words(one) for one in made.copies]
    words += [f"写好了：{path}" for path in (html, pdf) if path is not None]
    say(as_json, asdict(made), "\n".join(escape(one) for one in words))


def _copy_words(one: Copy) -> str:
    """One copy in a line, and below it what goes out instead and whom to look for."""
    lines = [f"{one.channel}　{one.account}　{one.action}　{one.state}　{one.evidence or one.reason}"]
    lines += [f"　　{words}" for words in (*one.again.splitlines(), f"找：{one.person}" if one.person else "") if words]
    return "\n".join(lines)
