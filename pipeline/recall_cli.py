"""更正与撤稿 by hand: `yigao correct | retract | recalls | recall | approve | reject | done`."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table
from sqlmodel import Session, col, select

from cms import recalls, review
from cms.db import read_scope, session_scope
from cms.people import Workspace, name_of
from cms.recalls import KIND_NAMES, Line, RecallError
from cms.releases import Recall, Remedy, moment
from cms.review import Policy
from pipeline import recalls as press
from pipeline.clock import wall_clock
from pipeline.house import House, open_house
from pipeline.intake import read_text
from pipeline.ledger_cli import By
from pipeline.recall_report import ENDS_AT
from pipeline.shell import Json, Place, app, out, say, told

STATES = {
    "drafted": "等批准",
    "rejected": "已驳回",
    "approved": "正在处置",
    "settled": "已处置，复查中",
    "closed": "已办结",
}
Number = Annotated[int, typer.Argument(metavar="编号", help="更正令、撤稿令的编号（yigao recalls 可查）")]
Reason = Annotated[str, typer.Option(help="为什么，存档用")]
Told = Annotated[str, typer.Option("--notice", help="给读者的说明，一句话，登在页面上")]
Opinion = Annotated[str, typer.Option(help="意见，写一句")]


# --------------------------------------------------------------------------- orders


@app.command()
def correct(
    story: Annotated[str, typer.Argument(metavar="稿件", help="稿件代号")],
    file: Annotated[Path, typer.Argument(metavar="更正稿", help="改好的整篇稿件（.md）")],
    reason: Reason,
    notice: Told,
    by: By,
    use: Annotated[
        list[str] | None, typer.Option(help="指定某个渠道的做法，如 wechat=reissue；可写几次，不写由系统选")
    ] = None,
    use_why: Annotated[str, typer.Option("--use-why", help="为什么用指定的做法；不写则记为更正的原因")] = "",
    workspace: Place = Path(),
    as_json: Json = False,
) -> None:
    """更正：每个账号上的每一份都换成更正稿。先列出怎么做、代价和留下什么，签字之后才动。"""
    now = wall_clock()
    with told():
        house = open_house(workspace)
        prefer = _choices(use or [])
        text = read_text(file)
        number = press.order_correction(
            house,
            story,
            text,
            reason,
            notice,
            by,
            now,
            prefer,
            policy=_policy(house),
            prefer_why=use_why,
            beside=file.parent,
        )
    _show(house, number, as_json, now)


@app.command()
def retract(
    story: Annotated[str, typer.Argument(metavar="稿件", help="稿件代号")],
    reason: Reason,
    notice: Told,
    by: By,
    workspace: Place = Path(),
    as_json: Json = False,
) -> None:
    """撤稿：立刻停发；批准之后，已经发出的逐一撤下，撤不下的写明地址和谁去办。"""
    now = wall_clock()
    with told():
        house = open_house(workspace)
        number = press.order_retraction(house, story, reason, notice, by, now, policy=_policy(house))
    _show(house, number, as_json, now)


def _choices(use: Sequence[str]) -> dict[str, str]:
    found = {}
    for one in use:
        channel, equals, action = one.partition("=")
        if not equals or not channel.strip() or not action.strip():
            raise RecallError(f"看不懂 --use {one}：写成 渠道=做法，例如 --use wechat=comment。")
        found[channel.strip()] = action.strip()
    return found


def _policy(house: House) -> Policy:
    with read_scope(house.engine) as session:
        return review.REHEARSAL if session.get_one(Workspace, 1).demo else review.CORRECTION


# --------------------------------------------------------------------------- looking


@app.command(name="recalls")
def recalls_(workspace: Place = Path(), as_json: Json = False) -> None:
    """列出全部更正令、撤稿令和解除令（快讯到时间解除）。"""
    with told(), read_scope(open_house(workspace).engine) as session:
        orders = session.exec(select(Recall).order_by(col(Recall.id)))
        rows = [_about(session, one, wall_clock()) for one in orders]
    if as_json:
        say(True, rows, "")
        return
    for one in rows:
        out.print(f"{one['number']}　{_title(one)}　{one['reason']}", markup=False, highlight=False)
    if not rows:
        out.print("没有更正或撤稿。")


@app.command()
def recall(number: Number, workspace: Place = Path(), as_json: Json = False) -> None:
    """一张更正令、撤稿令或解除令：每个账号怎么处置、代价、留下什么、办到哪一步。"""
    with told():
        house = open_house(workspace)
    _show(house, number, as_json, wall_clock())


def _show(house: House, number: int, as_json: bool, now: datetime) -> None:
    with told(), read_scope(house.engine) as session:
        row = _found(session, number)
        about, lines = _about(session, row, now), recalls.plan_of(session, row, now)
        warnings = recalls.warnings_of(session, row, now)
    if as_json:
        say(True, {**about, "plan": [asdict(one) for one in lines], "warnings": warnings}, "")
        return
    out.print(f"[bold]{escape(_title(about))}[/]", highlight=False)
    for words in (f"原因：{about['reason']}", f"给读者：{about['notice']}", *_decided(about)):
        out.print(f"　{words}", markup=False, highlight=False)
    out.print(plan_table(lines))
    for words in warnings:
        out.print(f"[yellow]注意[/]　{escape(words)}", highlight=False)
    if about["state"] == "drafted":
        how = f"yigao approve {number} --by 登录名 --opinion 意见"
        out.print(f"批准：{how}；驳回：yigao reject {number} --by 登录名 --reason 原因", markup=False, highlight=False)


def plan_table(lines: Sequence[Line]) -> Table:
    """Every copy, as people read it."""
    table = Table()
    for name in ("处置", "账号", "现在", "做法", "进度", "代价与余量", "留下什么"):
        table.add_column(name, overflow="fold")
    for one in lines:
        costs = "、".join(f"{one.calls[call]} {count} 次{_left(one, call)}" for call, count in one.costs.items())
        parts = (one.remedy_state, one.person, _when(one), one.reason, one.again, one.again_address)
        progress = "　".join(part for part in parts if part)
        row = (str(one.remedy), f"{one.account}\n{one.address}".strip(), one.state, one.action, progress, costs)
        left = "\n".join(words for words in (one.remains, one.reads) if words)
        table.add_row(*(escape(part) for part in (*row, left)))
    return table


def _left(one: Line, call: str) -> str:
    return f"（还剩 {one.left[call]}）" if call in one.left else ""


def _when(one: Line) -> str:
    at = one.deadline or one.next_at
    return f"{moment(at)} {'前' if one.deadline else '再试'}" if at else ""


def _found(session: Session, number: int) -> Recall:
    found = session.get(Recall, number)
    if found is None:
        raise RecallError(f"没有第 {number} 号更正令或撤稿令，用 yigao recalls 看全部。")
    return found


def _about(session: Session, one: Recall, now: datetime) -> dict[str, Any]:
    titles = recalls.title_of(session, one)
    return {
        "ends_at": recalls.ends_at(session, one, now),
        "number": one.id, "kind": one.kind, "state": one.state, "reason": one.reason, "notice": one.notice,
        "is_awaited": not recalls.has_open(session, one) and recalls.is_outstanding(session, one),
        "story": titles.was, "corrected": titles.now, "proposed_by": one.proposed_by,
        "proposed_name": name_of(session, one.proposed_by), "approved_name": name_of(session, one.approved_by),
        "created_at": one.created_at, "approved_by": one.approved_by, "opinion": one.opinion,
        "approved_at": one.approved_at, "settled_at": one.settled_at, "closed_at": one.closed_at,
    }  # fmt: skip


def _title(about: dict[str, Any]) -> str:
    state = recalls.AWAITED if about["state"] == "approved" and about["is_awaited"] else STATES[about["state"]]
    state = ENDS_AT.format(moment(about["ends_at"])) if about["ends_at"] else state
    titles = recalls.Titles(about["story"], about["corrected"])
    return f"{KIND_NAMES[about['kind']]}令 {about['number']}　{titles.words}　{state}"


def _decided(about: dict[str, Any]) -> list[str]:
    proposed = f"提出：{about['proposed_name']}，{moment(about['created_at'])}"
    if not about["approved_by"]:
        return [proposed]
    return [proposed, f"批准：{about['approved_name']}，{moment(about['approved_at'])}，{about['opinion']}"]


# --------------------------------------------------------------------------- decisions


@app.command()
def approve(
    number: Number,
    by: By,
    opinion: Opinion,
    step: Annotated[str, typer.Option(help="更正要复审、签发两步；不写就签下一步")] = "",
    workspace: Place = Path(),
    as_json: Json = False,
) -> None:
    """批准：撤稿由本单位或上级的一位签发人批准就办；更正签下一步，签齐就办。不能批准自己提出的。"""
    now = wall_clock()
    missing: list[str] = []
    with told():
        house = open_house(workspace)
        with read_scope(house.engine) as session:
            kind = _found(session, number).kind
        if kind == "correction":
            missing = press.sign_correction(house, number, by, opinion, now, step)
        else:
            press.approve_retraction(house, number, by, opinion, now)
    words = (
        f"已签，还缺：{'、'.join(missing)}。" if missing else "已批准，开始逐个账号处置（yigao work 或 yigao serve）。"
    )
    say(as_json, {"recall": number, "missing": missing}, words)


@app.command()
def reject(number: Number, by: By, reason: Reason, workspace: Place = Path(), as_json: Json = False) -> None:
    """驳回（审核人或签发人）：停发的接着发，排好的更正版作废。"""
    with told(), session_scope(open_house(workspace).engine) as session:
        recalls.reject(session, _found(session, number), by, reason, wall_clock())
    say(as_json, {"recall": number, "state": "rejected"}, f"第 {number} 号令已驳回，停发的会接着发。")


@app.command()
def reads(
    remedy: Annotated[int, typer.Argument(metavar="处置", help="处置编号（yigao recall 表里第一列）")],
    count: Annotated[int, typer.Argument(metavar="阅读数", help="平台后台上看到的数字")],
    by: By,
    workspace: Place = Path(),
    as_json: Json = False,
) -> None:
    """记下要删的一份在平台后台显示的阅读数（平台不告诉一稿的，删了就查不到）；由提出这张令的人，或管这个账号的人来记。"""
    with told(), session_scope(open_house(workspace).engine) as session:
        row = session.get(Remedy, remedy)
        if row is None:
            raise RecallError(f"没有处置 {remedy}，用 yigao recall 编号 查看。")
        recalls.note_reads(session, row, count, by, wall_clock())
    say(as_json, {"remedy": remedy, "reads": count}, f"处置 {remedy}：记下阅读数 {count}。")


@app.command()
def done(
    remedy: Annotated[int, typer.Argument(metavar="处置", help="处置编号（yigao recall 表里第一列）")],
    by: By,
    note: Annotated[str, typer.Option(help="做了什么、看到什么，写一句")],
    address: Annotated[str, typer.Option(help="更正后的地址（变了才写）")] = "",
    not_posted: Annotated[bool, typer.Option("--not-posted", help="这一份从来没有发布过，也不会再发")] = False,
    cannot: Annotated[bool, typer.Option("--cannot", help="看过了，确实处置不了")] = False,
    again: Annotated[bool, typer.Option("--again", help="障碍已消除，让系统再自动处置一次")] = False,
    workspace: Place = Path(),
    as_json: Json = False,
) -> None:
    """登记人工处置的结果（由管这个账号的编辑、签发人或管理员）：删了、改了、从没发过，或者处置不了。"""
    now = wall_clock()
    with told(), session_scope(open_house(workspace).engine) as session:
        row = session.get(Remedy, remedy)
        if row is None:
            raise RecallError(f"没有处置 {remedy}，用 yigao recall 编号 查看。")
        if cannot:
            row = recalls.cannot_be_done(session, row, by, note, now)
        elif again:
            row = recalls.once_more(session, row, by, now)
        else:
            row = recalls.done_by_hand(session, row, by, note, now, address, not not_posted)
    state = recalls.REMEDY_STATES[row.state]
    say(as_json, {"remedy": remedy, "state": row.state}, f"处置 {remedy}：{state}。")
