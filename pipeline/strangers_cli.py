"""`yigao strangers`: what stands on an account and nobody here knows of, and what a person says it is."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from cms.db import read_scope, session_scope
from cms.people.roles import EVERYWHERE
from cms.releases import HandlingError, moment, strangers
from cms.releases.handling import find
from cms.releases.strangers import Stranger
from pipeline.clock import wall_clock
from pipeline.desk_press import HousePress
from pipeline.house import House, open_house
from pipeline.shell import Json, Place, app, out, say, told


@app.command(name="strangers")
def strangers_(
    number: Annotated[int | None, typer.Argument(metavar="编号", help="只看这一篇，或对它下判断")] = None,
    adopt: Annotated[str, typer.Option(help="认领：它就是这份投递（编号或投递码的前 8 个字符）")] = "",
    ours: Annotated[bool, typer.Option("--ours", help="我们的人手工发的，记下")] = False,
    foreign: Annotated[bool, typer.Option("--foreign", help="不是我们发的，记下怎么处理的")] = False,
    by: Annotated[str, typer.Option(help="经办人的登录名")] = "",
    reason: Annotated[str, typer.Option(help="依据，写一句，记入审计")] = "",
    workspace: Place = Path(),
    as_json: Json = False,
) -> None:
    """陌生稿：平台上有、台账上没有的发布；认领、记下手工发的，或记下不是我们发的怎么处理。"""
    with told():
        house = open_house(workspace)
        if sum((bool(adopt), ours, foreign)) > 1:
            raise HandlingError("--adopt、--ours、--foreign 只能写一个。")
        if adopt or ours or foreign:
            _decide(house, number, adopt, "ours" if ours else "foreign", by, reason)
        with read_scope(house.engine) as session:
            rows = [*strangers.waiting(session, EVERYWHERE), *strangers.answered(session, EVERYWHERE)]
            unseen = [(one.key, stock.note) for one, stock in strangers.unseen(session, EVERYWHERE)]
    shown = [one for one in rows if number in (None, one.row.id)]
    if as_json:
        say(True, {"strangers": [_as_json(one) for one in shown], "unseen": dict(unseen)}, "")
        return
    for one in shown:
        out.print("\n".join(_lines(one)), highlight=False)
    for key, note in unseen:
        out.print(f"[yellow]没有看全[/]　{escape(key)}：{escape(note)}", highlight=False)
    if not shown:
        out.print("没有陌生稿。" if number is None else f"没有编号是 {number} 的陌生稿，用 yigao strangers 看全部。")


def _decide(house: House, number: int | None, adopt: str, what: strangers.Answer, by: str, reason: str) -> None:
    now = wall_clock()
    with read_scope(house.engine) as session:
        one = strangers.named(session, EVERYWHERE, number) if number is not None else None
        if one is None:
            raise HandlingError("请写明是哪一篇的编号，用 yigao strangers 看全部。")
        if adopt:
            mine = find(session, adopt)
            strangers.check_adoption(session, one, mine)
    if adopt:
        HousePress(house, wall_clock).adopt(mine.id, [one.row.address], by, reason)
        what = "adopted"
    with session_scope(house.engine) as session:
        again = strangers.named(session, EVERYWHERE, one.row.id)
        if again is not None:
            strangers.answer(session, again.row, what, by, reason, now)


def _as_json(one: Stranger) -> dict[str, object]:
    return {"account": one.account.key, "state": one.state, **one.row.model_dump()}


def _lines(one: Stranger) -> list[str]:
    row = one.row
    at = f"　{moment(row.posted_at)} 发的" if row.posted_at else ""
    lines = [f"{row.id}　[bold]{escape(row.title)}[/]　{one.state}", f"　{one.account.name}（{one.account.key}）{at}"]
    lines += [f"　{escape(words)}" for words in (row.address, row.note) if words]
    if row.answered_by:
        lines.append(f"　{escape(row.answered_by)}：{escape(row.answer_reason)}")
    elif not row.answer:
        lines.append(
            f"　认领：yigao strangers {row.id} --adopt 投递码 --by 登录名 --reason 依据；手工发的：--ours；"
            "不是我们发的：--foreign（先改密码、报网信）"
        )
    return lines
