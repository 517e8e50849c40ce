"""`yigao freeze | exempt | thaw | flash | lift | review`: what stops everything, and what overtakes it."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from sqlmodel import Session

from cms import checks, releases
from cms.db import read_scope, session_scope
from cms.matrix import Account
from cms.releases import Delivery, Release, exempting, flash, freeze, halted, moment, parse_target
from cms.releases.flash import FlashError
from cms.releases.freeze import FreezeError, Scope
from cms.releases.recall_rows import Exemption, Freeze
from pipeline import due, flashes, ledger
from pipeline.clock import wall_clock
from pipeline.house import House, open_house
from pipeline.ledger_cli import SHORT, Because, By
from pipeline.shell import Json, Place, app, once, out, say, show_findings, told
from pipeline.times import parse_end, parse_span, parse_time

Number = Annotated[int, typer.Argument(metavar="停发", help="停发编号（yigao freeze --list 可查）")]
Flash = Annotated[int, typer.Argument(metavar="发布单", help="快讯的发布单号")]
Who = Annotated[str, typer.Option(help="经办人的登录名")]
ONE = "account=wechat:chengdu、unit=chengdu（只这一家自己的账号）、topic=栏目或标题里的字、story=稿件名"
Ones = Annotated[
    list[str] | None, typer.Option(help="这一份按新的时间发（配 --at，可写多次）：编号、投递码或它的前 8 个字符")
]
Times = Annotated[
    list[str] | None,
    typer.Option(help="新的时间，例如 '2026-11-25 09:00'（北京时间）；一个时间用于全部，或一份一个"),
]


# --------------------------------------------------------------------------- freeze


@app.command(name="freeze")
def freeze_(
    unit: Annotated[str, typer.Option(help="只停这个单位和它下面的")] = "",
    channel: Annotated[str, typer.Option(help="只停这个渠道，例如 wechat")] = "",
    topic: Annotated[str, typer.Option(help="只停这个栏目，或标题里有这些字的稿件")] = "",
    reason: Annotated[str, typer.Option(help="为什么停，写一句，记入审计")] = "",
    by: Who = "",
    flash_too: Annotated[bool, typer.Option("--flash-too", help="快讯也停；不写则快讯照发")] = False,
    lets: Annotated[list[str] | None, typer.Option("--exempt", help=f"豁免，照发的（可写多次）：{ONE}")] = None,
    why_lets: Annotated[str, typer.Option("--exempt-reason", help="为什么豁免，写一句，记入审计")] = "",
    show: Annotated[bool, typer.Option("--list", help="列出正在生效的停发")] = False,
    workspace: Place = Path(),
    as_json: Json = False,
) -> None:
    """一键停发（静默令）：范围里还没发出的，立刻都不再发，直到 yigao thaw。不写范围就是全省；撤稿和下架照常进行。

    由签发人或管理员来下，只能停自己管的单位。"""
    with told():
        house = open_house(workspace)
        if show:
            _list(house, as_json)
            return
        with session_scope(house.engine) as session:
            ledger.person(session, by)
            scope = Scope(unit=unit, channel=channel, topic=topic)
            row = freeze.freeze(
                session, scope, reason, by, wall_clock(), lets_flash=not flash_too,
                lets=[exempting.parse_exempt(one) for one in lets or []], why_lets=why_lets,
            )  # fmt: skip
            about = _told(session, row)
    words = f"停发 {about['freeze']} 已生效：{about['scope']}。还没发出的 {about['coming']} 份都不会发出。"
    words += "".join(f"\n豁免 {one['exemption']}：{one['what']}，照发。" for one in about["exemptions"])
    lift = f"\n解除：yigao thaw {about['freeze']} --by 登录名 --reason 原因"
    say(as_json, about, escape(words) + lift)


def _list(house: House, as_json: bool) -> None:
    with read_scope(house.engine) as session:
        rows = [_told(session, one) for one in releases.freezes(session)]
    if as_json:
        say(True, rows, "")
        return
    for one in rows:
        out.print(f"停发 {one['freeze']}　{one['scope']}　{one['sentence']}", markup=False, highlight=False)
        out.print(f"　没到时间的 {one['coming']} 份，停下等人的 {one['stopped']} 份。", highlight=False)
        if one["went"]:
            out.print(f"　因豁免照发了 {one['went']} 份。", highlight=False)
        for each in one["exemptions"]:
            words = f"　豁免 {each['exemption']}　{each['what']}：{each['sentence']}"
            out.print(words, markup=False, highlight=False)
    if not rows:
        out.print("没有停发。")


def _told(session: Session, row: Freeze) -> dict[str, Any]:
    return {
        "freeze": row.id, "scope": freeze.scope_words(session, row), "reason": row.reason, "by": row.by, "at": row.at,
        "sentence": freeze.sentence(session, row), "lets_flash": row.lets_flash,
        "coming": freeze.coming(session, row), "stopped": len(freeze.stopped(session, row)),
        "exemptions": [_let(session, one) for one in releases.exemptions(session, [row])[row.id]],
        "went": halted.went(session, row),
    }  # fmt: skip


def _let(session: Session, one: Exemption) -> dict[str, Any]:
    return {
        "exemption": one.id, "what": exempting.named(session, one), "reason": one.reason, "by": one.by, "at": one.at,
        "sentence": exempting.sentence(session, one),
    }  # fmt: skip


# --------------------------------------------------------------------------- exempt


@app.command()
def exempt(
    number: Number,
    by: By,
    reason: Because,
    what: Annotated[list[str] | None, typer.Argument(metavar="[豁免...]", help=f"豁免什么：{ONE}")] = None,
    end: Annotated[int | None, typer.Option(help="收回这一项豁免（编号用 yigao freeze --list 查）")] = None,
    delivery: Ones = None,
    at: Times = None,
    workspace: Place = Path(),
    as_json: Json = False,
) -> None:
    """给正在生效的停发加豁免，或用 --end 收回一项：豁免的照原定时间发，立刻生效。

    由能下这道停发的签发人或管理员来办。豁免以前已经错过时间的不会自己发出，用 --delivery 和 --at 逐份定新的时间。"""
    now = wall_clock()
    with told():
        house = open_house(workspace)
        with session_scope(house.engine) as session:
            row = _chosen(session, number, by)
            if end is not None and (what or delivery or at):
                raise FreezeError("收回豁免（--end）要单独做，不能同时加豁免或定时间。")
            wanted = [exempting.parse_exempt(one) for one in what or []]
            if end is not None:
                freeze.end_exemption(session, row, end, reason, by, now)
            elif wanted or not delivery:
                freeze.exempt(session, row, wanted, reason, by, now)
            chosen = _choices(session, (), delivery or [], at or [], False, False, now)
            moved = _retimed(house, session, chosen, by, reason, now)
            waiting = [_line(session, one) for one in freeze.let_go(session, row)]
            about = _told(session, row)
    report = {**about, "ended": end, "moved": [one.key for one in moved], "waiting": waiting}
    if as_json:
        say(True, report, "")
        return
    out.print(f"停发 {number} 还停着 {about['coming']} 份；生效的豁免 {len(about['exemptions'])} 项。", highlight=False)
    for one in about["exemptions"]:
        out.print(f"　豁免 {one['exemption']}　{one['what']}：{one['sentence']}", markup=False, highlight=False)
    if moved:
        out.print(f"按新时间发的 {len(moved)} 份。", highlight=False)
    _show("豁免以前错过时间、要人定新时间的", waiting)
    if waiting:
        words = f"逐份决定：yigao exempt {number} --by 登录名 --reason 原因 --delivery 投递码 --at 时间"
        out.print(words, style="dim", markup=False, highlight=False)


# --------------------------------------------------------------------------- thaw


@app.command()
def thaw(
    number: Number,
    by: By,
    reason: Because,
    delivery: Ones = None,
    at: Times = None,
    every: Annotated[bool, typer.Option("--all", help="停下的全部：配 --at 或 --original")] = False,
    original: Annotated[
        bool, typer.Option("--original", help="都按原定时间：时间还没到的照发，错过的仍然停着")
    ] = False,
    cancel: Annotated[list[str] | None, typer.Option(help="这一份不发了（可写多次）")] = None,
    workspace: Place = Path(),
    as_json: Json = False,
) -> None:
    """解除停发（由管这个范围的签发人或管理员）。时间没到的照原定时间发；停发期间错过时间的不会自己发出，要逐份定新的时间或取消。"""
    now = wall_clock()
    with told():
        house = open_house(workspace)
        with session_scope(house.engine) as session:
            row = _chosen(session, number, by)
            left = freeze.thaw(session, row, by, reason, now)
            chosen = _choices(session, left.stopped, delivery or [], at or [], every, original, now)
            moved = _retimed(house, session, chosen, by, reason, now)
            gone = [_cancel(session, name, by, reason, now) for name in cancel or []]
            crowded = freeze.collisions(session, moved)
            waiting = [_line(session, one) for one in freeze.stopped(session, row)]
            still = [_line(session, one) for one in left.still]
    report = {
        "freeze": number, "ahead": left.ahead, "moved": [one.key for one in moved],
        "cancelled": [one.key for one in gone],
        "waiting": waiting, "still_frozen": still, "collisions": crowded,
    }  # fmt: skip
    if as_json:
        say(True, report, "")
        return
    out.print(f"停发 {number} 已解除。时间没到的 {left.ahead} 份照原定时间发。", highlight=False)
    if moved or gone:
        out.print(f"按新时间发的 {len(moved)} 份，取消 {len(gone)} 份。", highlight=False)
    for words in crowded:
        out.print(f"[yellow]撞期[/]　{escape(words)}", highlight=False)
    _show("还在另一次停发里的", still)
    _show("停发期间错过时间、要人决定的", waiting)
    if waiting:
        words = (
            f"逐份决定：yigao thaw {number} --by 登录名 --reason 原因 --delivery 投递码 --at 时间，或 --cancel 投递码"
        )
        out.print(words, style="dim", markup=False, highlight=False)


def _choices(
    session: Session,
    stopped: Sequence[Delivery],
    names: list[str],
    times: list[str],
    every: bool,
    original: bool,
    now: datetime,
) -> list[tuple[Delivery, datetime]]:
    """Which deliveries get which new time."""
    if original and (times or names):
        raise FreezeError("--original 是按原定时间，不能同时写 --at 或 --delivery。")
    if every and names:
        raise FreezeError("--all 和 --delivery 请只写一种。")
    if every and not (times or original):
        raise FreezeError("--all 要写明时间：加上 --at 时间，或 --original。")
    if bool(times) != bool(every or names) and not original:
        raise FreezeError("新的时间和投递要一起写：--delivery 投递码 --at 时间，或 --all --at 时间。")
    moments = [parse_time(one, now) for one in times]
    if every or original:
        if len(moments) > 1:
            raise FreezeError("--all 只能写一个 --at；要分开定时间，请逐份写 --delivery 和 --at。")
        return [(one, moments[0]) for one in stopped] if moments else []
    if names and len(moments) not in (1, len(names)):
        raise FreezeError("--at 写一个（用于全部），或与 --delivery 一样多。")
    spread = moments * len(names) if len(moments) == 1 else moments
    return [(releases.find(session, name), when) for name, when in zip(names, spread, strict=True)]


def _chosen(session: Session, number: int, by: str) -> Freeze:
    """The freeze a known person names."""
    ledger.person(session, by)
    return freeze.find_freeze(session, number)


def _retimed(
    house: House,
    session: Session,
    chosen: Sequence[tuple[Delivery, datetime]],
    by: str,
    reason: str,
    now: datetime,
) -> list[Delivery]:
    """New times, unless a story is embargoed until later."""
    for one, at in chosen:
        stories = [house.manuscript(item.manuscript_hash) for item in ledger.items_of(session, one)]
        for found in checks.embargoed(stories, at):
            raise FreezeError(f"{found.message}。")
        if words := due.refusal(house, session, one, at, now):
            raise FreezeError(words)
    return [freeze.retime(session, one, at, by, reason, now) for one, at in chosen]


def _cancel(session: Session, name: str, by: str, reason: str, now: datetime) -> Delivery:
    return releases.cancel_one(session, releases.find(session, name), by, reason, now)


def _line(session: Session, one: Delivery) -> dict[str, Any]:
    account = session.get_one(Account, one.account_id)
    return {
        "key": one.key, "account": account.key, "account_name": account.name, "was_due": one.due_at,
        "release": one.release_id, "title": session.get_one(Release, one.release_id).title,
    }  # fmt: skip


def _show(heading: str, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        out.print(f"{heading}（{len(rows)} 份）：", highlight=False)
    for one in rows:
        words = f"　{one['key'][:SHORT]}　{one['account']}　《{one['title']}》　原定 {moment(one['was_due'])}"
        out.print(words, markup=False, highlight=False)


# --------------------------------------------------------------------------- flash


@app.command(name="flash")
def flash_(
    file: Annotated[Path | None, typer.Argument(help="稿件（.md）；短的可以直接写 --text 和 --title")] = None,
    text: Annotated[str, typer.Option(help="正文")] = "",
    title: Annotated[str, typer.Option(help="标题")] = "",
    to: Annotated[
        list[str] | None, typer.Option(help="发到哪里，例如 'channel=wechat unit=ganzi'；不写则全部文字渠道")
    ] = None,
    expires: Annotated[
        str, typer.Option(help="多久以后解除（30m、6h、2d）或到什么时间；不写则人工解除（yigao lift）")
    ] = "",
    review_within: Annotated[str, typer.Option(help="签发后多久之内补审")] = "24h",
    by: Who = "",
    rehearsal: Annotated[bool, typer.Option("--rehearsal", help="演练签发（只限演示工作区）")] = False,
    workspace: Place = Path(),
    as_json: Json = False,
) -> None:
    """发快讯（预警）：一个人签发就立刻发出，排在所有队列前面；事后必须补审，到时间自动标明已解除。"""
    now = wall_clock()
    with told():
        house = open_house(workspace)
        within = parse_span(review_within)
        if within is None:
            raise FlashError(f"看不懂补审期限“{review_within}”，请写成 24h 的形式。")
        if file is not None and (text or title):
            raise FlashError("稿件文件和 --text、--title 请只给一种。")
        with read_scope(house.engine) as session:
            ledger.person(session, by)
        targets = [parse_target(one) for one in to or ["channel=*"]]
        made = flashes.announce(
            house, file or text, title, targets, by, now,
            expires_at=parse_end(expires, now), within=within, rehearsal=rehearsal,
        )  # fmt: skip
    held = sum(bool(one.reason) for one in made.made)
    if not as_json:
        show_findings(once([found for one in made.made for found in one.findings]))
    report = {
        "release": made.release, "deliveries": len(made.made), "held": held, "sealed_set": made.sealed_set,
        "expires_at": made.expires_at, "review_by": made.review_by,
    }  # fmt: skip
    ends = f"{moment(made.expires_at)} 解除" if made.expires_at else f"人工解除（yigao lift {made.release}）"
    words = f"快讯 {made.release}：{len(made.made)} 个投递，其中 {held} 个暂停；{ends}。"
    hint = f"\n待签：yigao sign {made.release} --by 登录名 --opinion 意见（签发后立刻发出）" if made.sealed_set else ""
    say(as_json, report, words + hint)
    raise typer.Exit(1 if made.sealed_set is None else 0)


@app.command()
def lift(number: Flash, by: By, reason: Because, workspace: Place = Path(), as_json: Json = False) -> None:
    """提前解除一条快讯：没发出的不再发，自己的页面和订阅标明“已解除”。平台上的不会自动改，需要时再发一条。"""
    with told(), session_scope(open_house(workspace).engine) as session:
        ledger.person(session, by)
        copies = flash.lift(session, _release(session, number), by, reason, wall_clock())
    say(
        as_json,
        {"release": number, "copies": copies},
        f"快讯 {number} 已解除：自己的页面和订阅 {copies} 处标明“已解除”。",
    )


@app.command()
def review(
    number: Flash,
    by: By,
    opinion: Annotated[str, typer.Option(help="补审意见")],
    rejected: Annotated[bool, typer.Option("--rejected", help="不通过")] = False,
    workspace: Place = Path(),
    as_json: Json = False,
) -> None:
    """补审一条快讯：由没写过、没签过它的人来审；不通过的随即撤稿或更正。"""
    with told(), session_scope(open_house(workspace).engine) as session:
        release = _release(session, number)
        reviewer = ledger.person(session, by)
        flash.record_review(session, release, reviewer, opinion, wall_clock(), passed=not rejected)
        slug = flash.slug_of(session, release)
    command = f"yigao retract {slug} --by 登录名 --reason 原因 --notice 告示"
    words = f"已记下：不通过。撤稿：{command}" if rejected else "已记下：通过。"
    say(as_json, {"release": number, "passed": not rejected, "retract": command if rejected else ""}, escape(words))


def _release(session: Session, number: int) -> Release:
    found = session.get(Release, number)
    if found is None:
        raise FlashError(f"没有发布单 {number}，请用 yigao status 查看。")
    return found
