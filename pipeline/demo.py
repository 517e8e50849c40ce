"""`python3 dev.py demo`: a province on one machine, from Markdown to readers, with nothing leaving the house."""

import argparse
import json
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from sqlmodel import col, select

from channels import canonical, registry
from channels.contract import ChannelError
from channels.values import Finding
from cms import releases, review
from cms.db import read_scope, session_scope
from cms.matrix import Account, built_in, load_matrix
from cms.people import PeopleDesk, Person, Workspace, appoint
from cms.people.roles import EDITOR, PROVINCE, REPORTER, REVIEWER, tree
from cms.people.roles import SIGNER as SIGNS
from cms.releases import Target
from cms.stories import Column, Revision, fill, open_next_issue, story_named, weekly
from pipeline import demo_platforms, demo_recall, press
from pipeline.clock import TimeSource
from pipeline.demo_platforms import EXPECTED, PLATFORMS, DemoClock, Stage
from pipeline.export import export_story
from pipeline.house import DATABASE, House, build_house, open_house
from pipeline.intake import Imported, read_text, take_in, take_in_text
from pipeline.ledger_cli import state_table
from pipeline.people_cli import entrance
from pipeline.reprints import with_source
from pipeline.shell import LEVELS, show_findings

SAMPLE = "lhaaso.md"
CLIPS = ("shipinhao", "douyin")
UNITS = 21
AHEAD = timedelta(minutes=30)  # as an editor would: everything lies in place when its time comes
TEXT = ("site", "feed", "wechat", "weibo", "toutiao")
AUTHOR, SIGNER = "editor", "yanlian"
COLLEAGUES = (
    ("jizhe", "林小溪", REPORTER),
    ("chushen", "何初审", REVIEWER),
    ("fushen", "陈复审", REVIEWER),
    ("qianfa", "周签发", SIGNS),
    ("guanli", "吴管理", PROVINCE),
)
"""A person for every role of the newsroom, to go a story's whole way with."""
NUMBERS = {"editor": "13900000001", "qianfa": "13900000002", "guanli": "13900000003"}
"""The telephones of those who are called when a copy has to be dealt with by hand; they are nobody's."""
OPINION = "演练：按示例稿件走通全流程。"
console = Console()


@dataclass(frozen=True)
class Outcome:
    """One story of the demo: what was imported, and its release."""

    imported: Imported
    release: int
    is_sample: bool
    found: tuple[Finding, ...]


def main(arguments: Sequence[str] | None = None) -> int:
    asked = _parser().parse_args(arguments)
    began = time.monotonic()
    clock = DemoClock()
    try:
        house = prepare(asked.dir, asked.port, clock)
        with Stage(house, clock, asked.sandbox_port) as stage:
            stage.connect(AUTHOR)
            done = publish(stage, asked.stories)
            report = write_report(stage, done, time.monotonic() - began)
            show(stage, done, report)
            ended = demo_recall.play(stage, AUTHOR, SIGNER)
            demo_recall.show(ended)
            _keep(house, {**report, "second_half": demo_recall.told(ended)})
            if asked.no_serve:
                _tell_how_to_go_on(house, stage.server.port)
                return 0 if is_well(report) and ended.is_well else 1
            clock.follow()
            stage.sandboxes.faults.clear()
            _serve(house, asked.port)
    except ChannelError as error:
        console.print(f"[red]{error.sentence}[/]", highlight=False)
        return 1
    return 0


def _tell_how_to_go_on(house: House, port: int) -> None:
    """The platforms end with the demo; a person who wants to try more opens them again at the same address."""
    words = f"沙箱平台随演示关闭；要接着试，请先在另一个窗口运行 yigao sandbox --state {house.root} --port {port}"
    console.print(words, markup=False, highlight=False, soft_wrap=True)


def _serve(house: House, port: int) -> None:
    from pipeline.serve import serve_house

    address = f"http://127.0.0.1:{port}"
    lines = [f"{name}　{role}　{entrance(house, login, address)}" for login, name, role in COLLEAGUES]
    words = ("\n换个人来看：在另一个浏览器或隐私窗口里打开，各用一次；签发和管理员先照页面绑定手机验证器。", *lines)
    console.print("\n".join(words), markup=False, highlight=False, soft_wrap=True)
    serve_house(house, "127.0.0.1", port, entrance(house, AUTHOR, address))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="dev.py demo", description="一个省的发布，在一台机器上演一遍。")
    parser.add_argument("--no-serve", action="store_true", help="打印结果表就退出；全部符合预期才返回 0")
    parser.add_argument("--dir", type=Path, default=Path("var/demo"), help="工作区文件夹（默认 var/demo）")
    parser.add_argument("--port", type=int, default=8000, help="打开网站的端口（默认 8000）")
    parser.add_argument("--sandbox-port", type=int, default=8001, help="沙箱平台的端口（默认 8001；0 为自动选）")
    parser.add_argument("--stories", type=Path, help="另外发布这个文件夹里的 Markdown 稿件")
    return parser


def prepare(folder: Path, port: int, clock: TimeSource) -> House:
    """A new demo workspace in ``folder``; an older demo there makes room, anything else is left alone."""
    _make_room(folder)
    now = clock()
    matrix = load_matrix(built_in())
    base_url = f"http://127.0.0.1:{port}/sites"
    names = [*TEXT, *CLIPS]
    house = build_house(folder, "四川省科技厅（演示）", matrix, names, now, demo=True, base_url=base_url)
    with session_scope(house.engine) as session:
        session.add(Person(login=SIGNER, name="演练员"))
        editor = Person(login=AUTHOR, name="编辑部")
        session.add(editor)
        session.flush()
        top = tree(session).top or 1
        appoint(session, editor, EDITOR, top, SIGNER, now)
        for login, name, role in COLLEAGUES:
            person = Person(login=login, name=name)
            session.add(person)
            session.flush()
            appoint(session, person, role, top, SIGNER, now)
        desk = PeopleDesk(house.engine, house.wires.vault)
        for person in session.exec(select(Person).where(col(Person.login).in_(NUMBERS))).all():
            desk.keep_contact(session, person.id, "sms", NUMBERS[person.login])
        column = Column(slug="heikeji", title="四川黑科技", rhythm=weekly(2), hour=9, opened_at=now)
        session.add(column)
        session.flush()
        open_next_issue(session, column, now)
    return house


def _make_room(folder: Path) -> None:
    if not folder.exists() or not any(folder.iterdir()):
        return
    if not (folder / DATABASE).exists():
        raise ChannelError(f"{folder} 里有别的文件，请用 --dir 另选一个空文件夹。")
    with read_scope(open_house(folder).engine) as session:
        workspace = session.get(Workspace, 1)
    if workspace is None or not workspace.demo:
        raise ChannelError(f"{folder} 是正式工作区，演示不会动它；请用 --dir 另选一个空文件夹。")
    shutil.rmtree(folder)


def publish(stage: Stage, stories: Path | None) -> list[Outcome]:
    """Import, release, render, sign and deliver; with a bar, for it takes a while."""
    house, now = stage.house, stage.clock
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
    )
    with bar:
        task = bar.add_task("收稿", total=None)
        imported = [_import_sample(house, now), *_import_folder(house, stories, now)]
        wanted = (len(imported) * len(TEXT) + len(CLIPS)) * UNITS
        bar.update(task, description="渲染、检查、签发", total=wanted, completed=0)
        done: list[Outcome] = []

        def watch(jobs: list[press.Job]) -> Iterator[press.Job]:
            for job in jobs:
                yield job
                bar.advance(task)

        due = now() + AHEAD
        for one in imported[::-1]:  # the sample last: the newest story leads the sites
            is_sample = one is imported[0]
            number, found = _release(house, one, now(), due, watch, is_sample=is_sample)
            done.insert(0, Outcome(one, number, is_sample, found))
        bar.update(task, description="投递", total=None)
        stage.deliver()
        bar.update(task, description="导出代发包", total=len(done), completed=0)
        for each in done:
            if not each.imported.is_blocked:
                export_story(house, each.imported.slug, house.root / "export" / each.imported.slug, now())
            bar.advance(task)
    return done


def _import_sample(house: House, now: TimeSource) -> Imported:
    with resources.as_file(resources.files("pipeline") / "sample") as folder:
        imported = take_in(house, folder / SAMPLE, AUTHOR, now())
    with session_scope(house.engine) as session:
        column = session.exec(select(Column)).one()
        story = story_named(session, imported.slug)
        if story is not None:
            fill(session, open_next_issue(session, column, now()), story)
    return imported


def _import_folder(house: House, folder: Path | None, now: TimeSource) -> list[Imported]:
    if folder is None:
        return []
    files = sorted(folder.glob("*.md"))
    if not files:
        raise ChannelError(f"{folder} 里没有 .md 稿件，请检查 --stories 的路径。")
    return [
        take_in_text(house, with_source(read_text(one)), one.name, one.parent, AUTHOR, now(), path=one) for one in files
    ]


def _release(
    house: House, imported: Imported, now: datetime, due: datetime, watch: press.Watch, *, is_sample: bool
) -> tuple[int, tuple[Finding, ...]]:
    """One release a story, to every account (clips for the sample alone), signed in rehearsal."""
    with session_scope(house.engine) as session:
        revision = session.get_one(Revision, imported.revision_id)
        target = Target(channels=(*TEXT, *CLIPS) if is_sample else TEXT)
        number = releases.plan(session, [revision], target, due, AUTHOR, review.REHEARSAL, now=now).id
    made = press.render_release(house, number, now, watch)
    sealed = press.seal_release(house, number, now)
    if sealed is not None:
        press.sign_release(house, sealed, SIGNER, OPINION, now)
    return number, tuple(dict.fromkeys(found for one in made for found in one.findings))


def write_report(stage: Stage, done: Sequence[Outcome], seconds: float) -> dict[str, Any]:
    """``report.json``: what anybody needs to judge the demo without reading a log."""
    house = stage.house
    with read_scope(house.engine) as session:
        report: dict[str, Any] = {
            "stories": [_story_row(one, releases.counts(session, one.release)) for one in done],
            "accounts": len(session.exec(select(Account.id)).all()),
            "deliveries": releases.counts(session),
            "findings": [
                {"story": one.imported.slug, **canonical.plain(found)}
                for one in done
                for found in dict.fromkeys((*one.imported.findings, *one.found))
            ],
            "renditions": _renditions(session),
            "interfaces": demo_platforms.report(stage.sum()),
            "seconds": round(seconds, 1),
        }
    _keep(house, report)
    return report


def _keep(house: House, report: dict[str, Any]) -> None:
    (house.root / "report.json").write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n")


def _story_row(one: Outcome, counted: dict[str, dict[str, int]]) -> dict[str, Any]:
    return {
        "file": one.imported.path.name,
        "slug": one.imported.slug,
        "headline": one.imported.headline,
        "manuscript": one.imported.manuscript,
        "state": "held" if one.imported.is_blocked else "released",
        "deliveries": counted,
        "cleaned": str(one.imported.cleaned) if one.imported.cleaned else None,
    }


def _renditions(session: Any) -> dict[str, str]:
    """Signed hashes by "story account", to compare two runs by."""
    query = select(releases.Delivery, Account).where(releases.Delivery.account_id == Account.id)
    rows = {f"{one.stories[0][0]} {account.key}": one.rendition_hash for one, account in session.exec(query)}
    return dict(sorted(rows.items()))


def is_well(report: dict[str, Any]) -> bool:
    """Every delivery of a sound story ended where it should, every dirty one is held with all of its, every fault
    struck, and the checker found nothing against the promise."""
    sound = [one for one in report["stories"] if one["state"] == "released"]
    interfaces = report["interfaces"]
    waiting = sum(one["deliveries"].get(name, {}).get("held", 0) for one in sound for name in PLATFORMS)
    return (
        bool(sound)
        and all(_story_is_well(one) for one in report["stories"])
        and waiting == sum(EXPECTED.values())
        and not interfaces["breaches"]
        and not any(interfaces[name] for name in ("lost", "twice", "unsigned", "failed"))
        and all(one["times"] for one in interfaces["faults"])
    )


def _story_is_well(story: dict[str, Any]) -> bool:
    for channel, counted in story["deliveries"].items():
        wanted = {"held"} if story["state"] == "held" else _wanted(channel)
        if not set(counted) <= wanted:
            return False
    return bool(story["deliveries"])


def _wanted(channel: str) -> set[str]:
    """Where a sound story's deliveries end: out, with a person, or, refused on purpose, held with the reason."""
    if channel in PLATFORMS:
        return {"published", "held"}
    return {"published"} if "files" in registry.get(channel).transports else {"handed_over"}


def show(stage: Stage, done: Sequence[Outcome], report: dict[str, Any]) -> None:
    """The table by channel and state, what is held and why, what the faults did, and where to look."""
    house = stage.house
    for one in done:
        if one.imported.is_blocked:
            console.print(
                f"[{LEVELS['block'][0]}]暂停[/] {one.imported.path.name}　{one.imported.headline}",
                highlight=False,
            )
            show_findings([found for found in one.imported.findings if found.level == "block"])
            if one.imported.cleaned:
                console.print(f"　清理后的副本：{one.imported.cleaned}（请核对原文后重新导入）", highlight=False)
    console.print(state_table(report["deliveries"]))
    _show_faults(report["interfaces"])
    folders = Table.grid(padding=(0, 2))
    folders.add_row("微站与订阅", f"{house.root}/sites/<市州>/")
    folders.add_row("代发包", f"{house.root}/export/<稿件>/<市州>/")
    folders.add_row("沙箱平台的控制台", f"{stage.server.address}/（读者看到的、每次调用、打中的故障）")
    folders.add_row("报告", f"{house.root}/report.json")
    console.print(folders)
    words = "全部符合预期" if is_well(report) else "[red]有投递没有到达预期状态[/]，请看 yigao status"
    console.print(f"{words}，用时 {report['seconds']} 秒。", highlight=False)


def _show_faults(interfaces: dict[str, Any]) -> None:
    """The faults struck on purpose, what became of each, and the sum."""
    table = Table(title="故意打中的故障", title_justify="left")
    for name in ("账号", "接口", "故障", "打中", "结果"):
        table.add_column(name, overflow="fold")
    for one in interfaces["faults"]:
        table.add_row(one["account"], one["method"], one["words"], str(one["times"]), one["outcome"])
    console.print(table)
    counts = "，".join(
        f"{words} {interfaces[name]}"
        for name, words in (("planned", "应发"), ("published", "已发布"), ("waiting", "等人处理（原因在上）"))
    )
    worst = "，".join(
        f"{words} {interfaces[name]}" for name, words in (("lost", "丢失"), ("twice", "重复"), ("unsigned", "未签发出"))
    )
    console.print(f"接口账号：{counts}；[bold]{worst}[/]。", highlight=False)
    if interfaces["breaches"]:
        for one in interfaces["breaches"]:
            console.print(f"[red]承诺被打破[/] {one}", markup=True, highlight=False)
    else:
        words = f"台账与各平台逐条核对：承诺全部成立；审计链 {interfaces['audit_entries']} 条完好。"
        console.print(words, highlight=False)


if __name__ == "__main__":
    sys.exit(main())
