"""Small things at the desk: `yigao notices`, `yigao preview`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from cms import people, releases
from cms.db import read_scope, session_scope
from cms.releases import moment
from pipeline import ledger
from pipeline.clock import wall_clock
from pipeline.house import open_house
from pipeline.ledger_cli import Which
from pipeline.preview import preview as send_preview
from pipeline.shell import Json, Place, app, out, say, told

SUBJECTS: Mapping[str, str] = {
    "release": "发布单",
    "recall": "更正或撤稿令",
    "freeze": "停发",
    "delivery": "投递",
    "account": "账号",
    "story": "稿件",
    "unit": "单位",
    "issue": "期次",
    "submission": "送审",
}


def named(subject: str) -> str:
    """What a notice is about, as people call it; what has no name of ours stays as it is."""
    kind, _, number = subject.partition(":")
    return f"{SUBJECTS[kind]} {number}" if kind in SUBJECTS and number else subject


@app.command()
def notices(
    seen_by: Annotated[str, typer.Option(help="写上登录名，就把列出的都记作此人已看")] = "",
    workspace: Place = Path(),
    as_json: Json = False,
) -> None:
    """要有人知道的事：暂停、失败及其原因；同一件事只列一次，写明几次。"""
    now = wall_clock()
    with told(), session_scope(open_house(workspace).engine) as session:
        found = people.unseen(session)
        reader = ledger.person(session, seen_by) if seen_by else None
        if reader is not None:
            for one in found:
                people.take_note(session, one, reader.id, now)
    rows = [
        {"subject": one.subject, "sentence": one.sentence, "count": one.count, "last_at": one.last_at} for one in found
    ]
    if as_json:
        say(True, rows, "")
        return
    for one in found:
        line = f"{moment(one.last_at)}　{named(one.subject)}：{one.sentence}（{one.count} 次）"
        out.print(line, markup=False, highlight=False)
    if not found:
        out.print("没有新的提醒。")


@app.command()
def preview(
    delivery: Which,
    to: Annotated[str, typer.Option(help="收预览的微信号（要关注这个公众号）")],
    workspace: Place = Path(),
    as_json: Json = False,
) -> None:
    """把一份投递的成品经平台发到一个人的手机上看，别人看不到；签发前后都可以。"""
    with told():
        house = open_house(workspace)
        with read_scope(house.engine) as session:
            found = releases.find(session, delivery)
        send_preview(house, found, to, wall_clock)
    say(as_json, {"delivery": found.key, "to": to}, f"已发到 {to} 的手机，请打开看。")
