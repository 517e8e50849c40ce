"""The ledger in a person's hands: `yigao status | why | verify | hold | retry | as-signed | adopt | cancel`."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table
from sqlmodel import Session

from channels import registry
from cms import audit, recalls, releases
from cms.audit import AuditEntry
from cms.db import read_scope, session_scope
from cms.matrix import Account
from cms.releases import CancelError, Delivery, Release, freeze, voiding
from cms.review import SignError
from pipeline import due, ledger
from pipeline.clock import wall_clock
from pipeline.house import House, open_house
from pipeline.seeing import refuse_if_out, seen_at
from pipeline.shell import Json, Place, app, err, out, say, told

SHORT = 8
Which = Annotated[str, typer.Argument(metavar="投递", help="投递编号、投递码，或投递码的前 8 个字符")]
By = Annotated[str, typer.Option(help="经办人的登录名")]
Because = Annotated[str, typer.Option(help="原因或依据，写一句，记入审计")]
Absent = Annotated[
    bool, typer.Option("--not-published", help="已到平台后台看过：没有发布，也不会再发布（只在可能已经发出时需要）")
]


# --------------------------------------------------------------------------- looking


@app.command()
def status(
    workspace: Place = Path(),
    release_id: Annotated[int | None, typer.Option("--release", help="只看这张发布单")] = None,
    accounts: Annotated[bool, typer.Option("--accounts", help="按账号列出，连同等待的每一份和晚点")] = False,
    as_json: Json = False,
) -> None:
    """按渠道和状态列出全部投递，以及暂停、失败的原因和晚点。"""
    with told(), read_scope(open_house(workspace).engine) as session:
        counted = releases.counts(session, release_id)
        by_account = releases.counts_by_account(session, release_id) if accounts else {}
        waits = releases.waiting(session, release_id)
        open_ones = recalls.unsettled(session)
        undecided = [words for _, words in recalls.undecided(session)]
        late = releases.lateness(session, wall_clock(), release_id)
        frozen = [
            freeze.sentence(session, one) + f"（停发 {one.id}，{freeze.scope_words(session, one)}）"
            for one in releases.freezes(session)
        ]
    if as_json:
        full = {"channels": counted, "accounts": by_account, "waiting": [asdict(one) for one in waits]}
        full |= {"recalls": [asdict(one) for one in open_ones]}
        seconds = {**asdict(late), "worst": late.worst.total_seconds()}
        full |= {"lateness": seconds, "freezes": frozen, "undecided": undecided}
        say(True, full if accounts else counted, "")
        return
    for words in [*frozen, *undecided]:
        out.print(f"[red]{escape(words)}[/]", highlight=False)
    out.print(state_table(by_account, "账号") if accounts else state_table(counted))
    _show_waiting(waits, accounts)
    _show_recalls(open_ones)
    _show_lateness(late)


def state_table(counted: Mapping[str, Mapping[str, int]], first: str = "渠道") -> Table:
    """Deliveries by channel or account and state, as people read them."""
    states = [one for one in releases.STATE_NAMES if any(one in row for row in counted.values())]
    table = Table(title="投递")
    table.add_column(first)
    for state in states:
        table.add_column(releases.STATE_NAMES[state], justify="right")
    for name, row in counted.items():
        title = name if ":" in name else registry.get(name).title
        table.add_row(title, *(str(row.get(state, "")) for state in states))
    return table


def _show_waiting(waits: list[releases.Waits], each: bool) -> None:
    """What needs a person: each one, or one line a reason."""
    told_once: dict[tuple[str, str], list[releases.Waits]] = {}
    for one in waits:
        if each or one.state != "handed_over":
            told_once.setdefault((one.state, one.key if each else one.reason), []).append(one)
    for (state, _), same in told_once.items():
        first = same[0]
        who = f"{first.account}　{first.key[:SHORT]}" if len(same) == 1 else f"{len(same)} 份，如 {first.key[:SHORT]}"
        then = f"（{releases.moment(first.next_at)}）" if first.next_at else ""
        colour = "red" if state == "failed" else "yellow"
        words = escape(f"{who}　{first.reason or '等人工代发'}{then}")
        out.print(f"[{colour}]{releases.STATE_NAMES[state]}[/]　{words}", highlight=False)
    if any(state != "handed_over" for state, _ in told_once):
        out.print("逐份查看和处理：yigao why 投递码", style="dim", highlight=False)


def _show_recalls(open_ones: list[releases.Waits]) -> None:
    """Copies a recall has not dealt with yet: each is named."""
    for one in open_ones:
        then = f"（{releases.moment(one.next_at)}）" if one.next_at else ""
        state = recalls.REMEDY_STATES[one.state]
        out.print(
            f"[red]更正、撤稿[/]　{escape(f'{one.account}　{one.key[:SHORT]}　{state}　{one.reason}{then}')}",
            highlight=False,
        )


def _show_lateness(late: releases.Lateness) -> None:
    if late.over_a_minute or late.overdue:
        worst = round(late.worst.total_seconds())
        out.print(
            f"晚点：已发 {late.published} 份中 {late.over_a_minute} 份晚于一分钟，最晚 {worst} 秒；"
            f"到时间还没发出 {late.overdue} 份。",
            highlight=False,
        )


@app.command()
def why(delivery: Which, workspace: Place = Path(), as_json: Json = False) -> None:
    """一份投递的来龙去脉：每一步、每次尝试、回执，下次什么时候，现在能做什么。"""
    with told(), read_scope(open_house(workspace).engine) as session:
        row = releases.find(session, delivery)
        about, can = _about(session, row), releases.options(session, row)
        lines = sorted([*releases.story(session, row), *recalls.story(session, row)], key=lambda one: one.at)
        words = [f"{releases.moment(one.at)}　{one.words}" for one in lines]
        if row.state == "held" and row.frozen_by is not None:
            is_let = freeze.find_freeze(session, row.frozen_by).thawed_at is None and not releases.against(session, row)
            command = "exempt" if is_let else "thaw"  # while the freeze stands, what it lets go is given a time alone
            again = f"yigao {command} {row.frozen_by} --by 登录名 --reason 原因 --delivery {row.key[:SHORT]} --at 时间"
            can = [f"停发期间错过了时间，换个时间发：{again}", *can]
    if as_json:
        say(True, {**about, "story": [asdict(one) for one in lines], "options": can}, "")
        return
    out.print(f"[bold]{escape(_headline(about))}[/]", highlight=False)
    for fact in _facts(about):
        out.print(fact, markup=False, highlight=False)
    for line in words:
        out.print(f"　{line}", markup=False, highlight=False)
    out.print("现在能做的：", highlight=False)
    for option in can:
        out.print(f"　· {option}", markup=False, highlight=False)


def _about(session: Session, row: Delivery) -> dict[str, Any]:
    account = session.get_one(Account, row.account_id)
    items = ledger.items_of(session, row)
    return {
        "delivery": row.id, "key": row.key, "generation": row.generation, "release": row.release_id,
        "account": account.key, "account_name": account.name, "stories": row.stories, "state": row.state,
        "state_name": releases.STATE_NAMES[row.state], "reason": row.reason, "verified": row.verified,
        "due_at": row.due_at, "next_at": row.next_at, "looks": row.looks, "worker": row.lease_owner,
        "freezes": _frozen(session, row),
        "undecided": [
            f"{recalls.KIND_NAMES[one.kind]}令 {one.id} 等批准，批准或驳回以前不会发出"
            for one in (releases.undecided(session, row) if row.state in freeze.COMING else [])
        ],
        "may_be_out": releases.may_be_out(session, row) and row.state != "published",
        "addresses": [one.address for one in items if one.address], "remote_id": row.remote_id,
    }  # fmt: skip


def _frozen(session: Session, row: Delivery) -> list[str]:
    """The freezes that keep it from starting."""
    if row.state not in freeze.COMING and row.frozen_by is None:
        return []
    return [f"{freeze.sentence(session, one)}（停发 {one.id}）" for one in releases.against(session, row)]


def _headline(about: Mapping[str, Any]) -> str:
    stories = "、".join(f"{slug} 第 {number} 版" for slug, number in about["stories"])
    seen = "" if about["state"] != "published" or about["verified"] else "（未核验）"
    return f"投递 {about['key']}　{about['state_name']}{seen}\n{about['account_name']}（{about['account']}）　{stories}"


def _facts(about: Mapping[str, Any]) -> list[str]:
    facts = [f"发布单 {about['release']}，应发时间 {releases.moment(about['due_at'])}（北京时间）"]
    facts += [*about["freezes"], *about["undecided"]]
    if about["reason"]:
        facts.append(f"原因：{about['reason']}")
    if about["may_be_out"]:
        facts.append(f"可能已经发出；核对过 {about['looks']} 次，没有看到。")
    if about["next_at"]:
        facts.append(f"下一次自动处理：{releases.moment(about['next_at'])}")
    facts += [f"地址：{address}" for address in about["addresses"]]
    return facts


@app.command()
def verify(workspace: Place = Path(), as_json: Json = False) -> None:
    """核对审计链：每条记录都带着前一条的指纹；断了就指出第一条，返回 1。"""
    with told(), read_scope(open_house(workspace).engine) as session:
        fault = audit.verify(session)
        head = session.get_one(audit.AuditHead, 1)
        length, top = head.length, head.hash
        entry = session.get(AuditEntry, fault.number) if fault else None
    if fault is None:
        say(as_json, {"entries": length, "head": top, "break": None}, f"审计链完好：{length} 条，末条指纹 {top[:16]}。")
        return
    about = f"（{releases.moment(entry.at)}，{entry.actor}，{entry.action}，{entry.subject}）" if entry else ""
    found = {"number": fault.number, "sentence": fault.sentence, "subject": entry.subject if entry else ""}
    words = f"[red]审计链在第 {fault.number} 条断开[/]：{fault.sentence}{escape(about)}"
    words += "请报告管理员，并与最近的备份核对。"
    say(as_json, {"entries": length, "head": top, "break": found}, words)
    raise typer.Exit(1)


# --------------------------------------------------------------------------- deciding


@app.command()
def hold(delivery: Which, by: By, reason: Because, workspace: Place = Path(), as_json: Json = False) -> None:
    """暂停一份还没发出的投递；恢复用 yigao retry。"""
    _decide(
        workspace, delivery, by, as_json, lambda session, row: releases.hold(session, row, by, reason, wall_clock())
    )


@app.command()
def retry(
    delivery: Which,
    by: By,
    reason: Because,
    not_published: Absent = False,
    workspace: Place = Path(),
    as_json: Json = False,
) -> None:
    """让暂停的投递接着发，投递码不变（可能已经发出的，要先到平台后台看过）；失败的按原样再发一次，用新的投递码。"""

    def decide(session: Session, row: Delivery) -> Delivery:
        now = wall_clock()
        if words := due.refusal(house, session, row, max(row.due_at, now), now):
            raise releases.HandlingError(words)
        if row.state in releases.AGAIN:
            return releases.resend(session, row, by, reason, now)
        return releases.retry(session, row, by, reason, now, is_absent=not_published)

    _look_first(workspace, delivery, not_published)
    with told():
        house = open_house(workspace)
    _decide(workspace, delivery, by, as_json, decide)


@app.command(name="as-signed")
def as_signed(
    release_id: Annotated[int, typer.Argument(metavar="发布单")],
    by: By,
    reason: Because,
    workspace: Place = Path(),
    as_json: Json = False,
) -> None:
    """照签发的那一版发：签发后改过的，由签发人定改动不随它发；停下的接着发，失败的再发一次，发的就是签过的那些字节。"""
    with told(), session_scope(open_house(workspace).engine) as session:
        found = session.get(Release, release_id)
        if found is None:
            raise SignError(f"没有发布单 {release_id}，请用 yigao status 查看。")
        going = voiding.send_as_signed(session, found, ledger.person(session, by), reason, wall_clock())
        keys = [one.key for one in going]
    said = f"{len(keys)} 份照签发的那一版发；改动留在稿件里。" if keys else "记下了；剩下的请逐份恢复或再发。"
    say(as_json, {"release": release_id, "going": keys}, said)


@app.command()
def adopt(
    delivery: Which,
    address: Annotated[list[str], typer.Argument(metavar="文章地址", help="一篇一个，按顺序")],
    by: By,
    reason: Because,
    workspace: Place = Path(),
    as_json: Json = False,
) -> None:
    """平台上其实已经发布：贴上文章地址，记作已发布；平台查得到就算已核验，否则标“未核验”。"""
    with told():
        house = open_house(workspace)
        with read_scope(house.engine) as session:
            row = releases.find(session, delivery)
        is_open = row.state in ("held", "unknown")
        seen = seen_at(house, row, tuple(address), wall_clock) if is_open else None

    def decide(session: Session, row: Delivery) -> Delivery:
        return releases.adopt(session, row, address, by, reason, wall_clock(), seen)

    _decide(workspace, delivery, by, as_json, decide)


@app.command()
def cancel(
    by: By,
    reason: Because,
    release_id: Annotated[int | None, typer.Argument(metavar="发布单")] = None,
    delivery: Annotated[str, typer.Option(help="只取消这一份投递：编号、投递码或它的前 8 个字符")] = "",
    not_published: Absent = False,
    workspace: Place = Path(),
    as_json: Json = False,
) -> None:
    """取消一张发布单里还没发出的投递，或用 --delivery 只取消一份；改好稿件后可以重新排发布。"""
    if delivery:
        if release_id is not None:
            err.print("[red]发布单和 --delivery 请只写一个。[/]")
            raise typer.Exit(1)

        def decide(session: Session, row: Delivery) -> Delivery:
            return releases.cancel_one(session, row, by, reason, wall_clock(), is_absent=not_published)

        _look_first(workspace, delivery, not_published)
        _decide(workspace, delivery, by, as_json, decide)
        return
    with told(), session_scope(open_house(workspace).engine) as session:
        found = session.get(Release, release_id) if release_id is not None else None
        if found is None:
            raise CancelError(f"没有发布单 {release_id or ''}，请用 yigao status 查看。")
        ledger.person(session, by)
        gone = releases.cancel(session, found, by, reason, wall_clock())
    say(as_json, {"release": release_id, "cancelled": len(gone)}, f"已取消 {len(gone)} 个投递。")


def _look_first(workspace: Path, name: str, is_absent: bool) -> None:
    """Where a person says it is not out, the platform is asked once more before the word is taken."""
    if not is_absent:
        return
    with told():
        house = open_house(workspace)
        with read_scope(house.engine) as session:
            row = releases.find(session, name)
        refuse_if_out(house, row, wall_clock)


def _decide(
    workspace: Path, name: str, by: str, as_json: bool, decision: Callable[[Session, Delivery], Delivery]
) -> None:
    """Carry out a person's decision in one transaction, and tell what follows."""
    with told():
        house: House = open_house(workspace)
        with session_scope(house.engine) as session:
            ledger.person(session, by)
            row = decision(session, releases.find(session, name))
            about, can = _about(session, row), releases.options(session, row)
    words = f"{about['key'][:SHORT]}　{about['account_name']}：{about['state_name']}。"
    unverified = "平台没有查到这个地址，记作未核验。" if row.state == "published" and not row.verified else ""
    frozen = "".join(f"{one}，解除以前不会发出。" for one in about["freezes"])
    say(as_json, {**about, "options": can}, escape(words + unverified + frozen))
