"""The checks in a person's hands: `yigao checks | override | original`, `yigao words import | diff | list | retire`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from assets.fetch import Fetcher, is_online
from channels import canonical
from channels.contract import StoryError
from channels.making.words import of_block
from channels.values import Finding
from cms import checks, review
from cms import manuscript as desk
from cms.checks import links, passages
from cms.db import read_scope, session_scope
from cms.stories import Revision, Story
from pipeline import due, ledger, list_change
from pipeline.clock import wall_clock
from pipeline.house import House, open_house
from pipeline.intake import blocks, read_text
from pipeline.shell import Json, Place, app, err, out, say, show_findings, told

words_app = typer.Typer(no_args_is_help=True, help="词表：导入、比较、查看、停用。")
app.add_typer(words_app, name="words")
By = Annotated[str, typer.Option(help="经办人的登录名")]
Name = Annotated[str, typer.Option("--name", help="词表名；不写则用文件里写的，或文件名")]
ListFile = Annotated[Path, typer.Argument(metavar="文件", help=".csv、.tsv 或 .toml 词表")]
SHOWN = 20


@app.command(name="checks")
def check_story(
    story: str,
    ask_links: Annotated[bool, typer.Option("--links", help="逐个打开链接，查有没有死链（要联网）")] = False,
    workspace: Place = Path(),
    as_json: Json = False,
) -> None:
    """按现在的词表和规则检查一篇稿件的最新版本，列出每一处和改法；有拦截级问题时返回 1。"""
    with told():
        house = open_house(workspace)
        revision, found, passed = _checked(house, story)
        if ask_links:
            reading = passages.read(house.manuscript(revision.manuscript_hash))
            found = [*found, *links.ask(reading, links.Answers(Fetcher().get, is_online).why)]
    waiting = checks.unanswered(found, passed)
    if as_json:
        say(
            True,
            {
                "story": story,
                "manuscript": revision.manuscript_hash,
                "findings": [canonical.plain(one) for one in found],
            },
            "",
        )
    else:
        _show(found)
        out.print(_summary(found, len(waiting)), highlight=False)
    raise typer.Exit(1 if blocks(found) else 0)


def _checked(house: House, slug: str) -> tuple[Revision, list[Finding], list[checks.Override]]:
    """The newest text of a story, everything found about it as 送审 asks it, less what was let pass, and what was."""
    now = wall_clock()
    with session_scope(house.engine) as session:
        revision = ledger.newest_revisions(session, [slug])[0]
    due.recheck(house, revision.manuscript_hash, now)
    with read_scope(house.engine) as session:
        passed = checks.given(session, [revision.manuscript_hash])
        return revision, review.findings_of(session, revision.manuscript_hash), passed


def _show(found: Sequence[Finding]) -> None:
    """The findings with the place each is at."""
    show_findings(found)
    for one in found:
        if one.place and one.level != "info":
            err.print(f"　{one.rule}　{one.place}　〔{one.excerpt}〕", markup=False, highlight=False)


def _summary(found: Sequence[Finding], waiting: int) -> str:
    counted = {level: sum(one.level == level for one in found) for level in ("block", "warn", "info")}
    asks = f"；{waiting} 条提醒还没有写理由（yigao override … --reason）" if waiting else ""
    return f"拦截 {counted['block']} 处，提醒 {counted['warn']} 处，提示 {counted['info']} 处{asks}。"


@app.command()
def override(
    story: str,
    rule: Annotated[str, typer.Argument(metavar="规则", help="规则号，例如 checks.personal.mobile；all 为全部提醒")],
    reason: Annotated[str, typer.Option(help="理由，写一句，记入审计")],
    by: By,
    place: Annotated[str, typer.Option(help="位置（检查列出的）；同一规则只有一处时可不写")] = "",
    workspace: Place = Path(),
    as_json: Json = False,
) -> None:
    """给一条提醒写理由，或由规定的角色放行一处拦截。只对这一版稿件有效，改稿后失效。"""
    now = wall_clock()
    with told():
        house = open_house(workspace)
        revision, found, passed = _checked(house, story)
        chosen = _chosen(found, passed, rule, place)
        with session_scope(house.engine) as session:
            who = ledger.person(session, by)
            rows = [checks.let_pass(session, revision.manuscript_hash, one, who, reason, now) for one in chosen]
    say(
        as_json,
        [{"rule": one.rule, "place": one.place, "role": one.role} for one in rows],
        f"已记下 {len(rows)} 处，理由：{reason}",
    )


def _chosen(found: Sequence[Finding], passed: Sequence[checks.Override], rule: str, place: str) -> list[Finding]:
    """The findings meant; OverrideError when there is none, or more than one without a place."""
    if rule == "all":
        same = checks.unanswered(found, passed)
    else:
        same = [one for one in found if one.rule == rule and one.level != "info" and place in ("", one.place)]
    if not same:
        raise checks.OverrideError(f"没有“{rule}”这一处，请先用 yigao checks 看现在的检查结果。")
    if rule != "all" and len(same) > 1 and not place:
        places = "、".join(one.place for one in same[:SHOWN])
        raise checks.OverrideError(f"“{rule}”有 {len(same)} 处，请用 --place 写明是哪一处：{places}。")
    return same


@app.command()
def original(
    story: str,
    file: Annotated[Path, typer.Argument(metavar="原文", help="原文的 .md、.txt 文件，一字不改")],
    by: By,
    url: Annotated[str, typer.Option(help="原文网址")] = "",
    workspace: Place = Path(),
    as_json: Json = False,
) -> None:
    """留存转载稿的原文；以后转载稿和它有任何不同，检查时会逐处列出。"""
    with told():
        text = _words_of(file)
        house = open_house(workspace)
        with session_scope(house.engine) as session:
            revision = ledger.newest_revisions(session, [story])[0]
            row = session.get_one(Story, revision.story_id)
            kept = checks.save_original(session, row, text, url, by, wall_clock())
    say(as_json, {"story": story, "hash": kept.hash}, f"已留存《{row.headline}》的原文，共 {len(text)} 字。")


def _words_of(file: Path) -> str:
    """The words of a file; of a manuscript its body alone."""
    text = read_text(file)
    if file.suffix.lower() not in (".md", ".markdown"):
        return text
    return "\n".join(of_block(block) for block in desk.read(text, file.name).blocks)


# --------------------------------------------------------------------------- word lists


def _parsed(file: Path, name: str) -> checks.WordList:
    try:
        made = checks.parse(file.read_bytes(), file.name)
    except FileNotFoundError as error:
        raise StoryError(f"{file}：没有这个文件，请检查路径。") from error
    return checks.named(made, name) if name else made


@words_app.command(name="import")
def import_words(
    file: ListFile,
    by: By,
    name: Name = "",
    hold: Annotated[
        bool,
        typer.Option(
            "--hold/--no-hold", help="新查出拦截级问题的待发投递要不要马上暂停；不暂停的，到时间还没处理也会停下"
        ),
    ] = True,
    workspace: Place = Path(),
    as_json: Json = False,
) -> None:
    """导入一份词表的新版本，随即重查已排期的稿件，列出结果有变的；有新拦截的投递先暂停。"""
    now = wall_clock()
    with told():
        house = open_house(workspace)
        made = _parsed(file, name)
        book, changed, held = list_change.take_in(house, made, file.name, by, now, hold=hold)
    report = {"name": book.name, "version": book.version, "hash": book.hash, "entries": len(made.entries), "held": held}
    report["changed"] = [_row(one) for one in changed]
    say(as_json, report, f"词表“{book.name}”{book.version} 版在用，共 {len(made.entries)} 条。")
    if not as_json:
        _show_changed(changed, held)


def _row(one: list_change.Changed) -> dict[str, Any]:
    new, gone = ([canonical.plain(found) for found in each] for each in (one.new, one.gone))
    return {"story": one.slug, "release": one.release_id, "new": new, "gone": gone}


def _show_changed(changed: Sequence[list_change.Changed], held: int) -> None:
    for one in changed:
        out.print(
            f"发布单 {one.release_id}　《{one.headline}》　新增 {len(one.new)} 处，消除 {len(one.gone)} 处",
            highlight=False,
        )
        for found in one.new:
            out.print(f"　{found.message}", markup=False, highlight=False)
    if changed:
        out.print(f"已排期的稿件里 {len(changed)} 篇结果有变，暂停了 {held} 份投递。", highlight=False)


@words_app.command()
def diff(file: ListFile, name: Name = "", workspace: Place = Path(), as_json: Json = False) -> None:
    """导入之前先看：新词表加了什么、去了什么，哪些已排期的稿件会受影响。什么也不改。"""
    now = wall_clock()
    with told():
        house = open_house(workspace)
        made = _parsed(file, name)
        come, gone, changed = list_change.foresee(house, made, now)
    report = {"new": [canonical.plain(one) for one in come], "gone": [canonical.plain(one) for one in gone]}
    say(as_json, {**report, "changed": [_row(one) for one in changed]}, f"新增 {len(come)} 条，去掉 {len(gone)} 条。")
    if not as_json:
        for sign, entries in (("+", come), ("-", gone)):
            for one in entries[:SHOWN]:
                out.print(f"{sign} {one.word}　{one.severity}　{one.suggestion}", markup=False, highlight=False)
        _show_changed(changed, 0)


@words_app.command(name="list")
def list_words(workspace: Place = Path(), as_json: Json = False) -> None:
    """在用的词表：版本、条数、谁在什么时候导入。"""
    with told(), read_scope(open_house(workspace).engine) as session:
        books = checks.in_force(session)
    if as_json:
        rows = [
            {"name": one.name, "version": one.version, "hash": one.hash, "entries": len(one.entries)}
            | {"by": one.imported_by, "at": one.imported_at}
            for one in books
        ]
        say(True, rows, "")
        return
    table = Table(title="在用的词表")
    for heading in ("词表", "版本", "条数", "导入人", "导入时间"):
        table.add_column(heading)
    for one in books:
        table.add_row(one.name, one.version, str(len(one.entries)), one.imported_by, f"{one.imported_at:%Y-%m-%d}")
    out.print(table if books else "还没有词表。用 yigao words import 文件 导入第一份。")


@words_app.command()
def retire(name: str, by: By, workspace: Place = Path(), as_json: Json = False) -> None:
    """停用一份词表；各版本仍然留着。"""
    with told(), session_scope(open_house(workspace).engine) as session:
        ledger.person(session, by)
        book = checks.retire_list(session, name, by, wall_clock())
    say(as_json, {"name": book.name, "version": book.version}, f"词表“{name}”已停用。")
