"""The one table of a remedy's states and what may follow what; `step` is the only way one changes."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Update, bindparam, update
from sqlmodel import Session, select

from cms import audit
from cms.db import ask, fetch
from cms.releases import LostRace, Remedy

REMEDY_STATES: Mapping[str, str] = {
    "planned": "等批准",
    "due": "待处置",
    "acting": "处置中",
    "unknown": "结果未知",
    "by_hand": "待人工处置",
    "done": "已处置",
    "failed": "没能处置",
    "off": "不用处置了",
}
_ROW = select(Remedy).where(Remedy.id == bindparam("number")).execution_options(populate_existing=True)
OPEN = frozenset({"planned", "due", "acting", "unknown", "by_hand"})
"""Something is still to be done, by us or by a person."""


def _to(after: str, *befores: str) -> dict[str, str]:
    return dict.fromkeys(befores, after)


# event: its Chinese name, and {state before: state after}
_EVENTS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "arm": ("生效", _to("due", "planned", "by_hand", "failed", "done")),
    "decide": ("按现状改定", {one: one for one in ("planned", "due")} | _to("due", "by_hand")),
    "begin": ("动手", _to("acting", "due", "acting", "unknown")),
    "finish": ("处置完成", _to("done", "due", "acting", "unknown", "by_hand", "failed")),
    "put_off": ("稍后再试", _to("due", "due", "acting", "unknown")),
    "lose": ("失去回音", _to("unknown", "acting", "unknown")),
    "hand": ("转人工", _to("by_hand", "due", "acting", "unknown", "by_hand", "failed")),
    "fail": ("没能处置", _to("failed", "due", "acting", "unknown", "by_hand")),
    "ask_again": ("又要处置", _to("due", "off")),
    "drop": ("不用了", _to("off", "planned", "due", "unknown", "by_hand", "failed")),
}
_ASKED: Mapping[str, str] = {"finish": "登记办好了", "fail": "登记办不了", "arm": "再自动办一次"}
"""What a person may ask for, in the words of the page."""
REMEDY_EVENTS: Mapping[str, str] = {event: name for event, (name, _) in _EVENTS.items()}
REMEDY_STEPS: Mapping[tuple[str, str], str] = {
    (before, event): after for event, (_, table) in _EVENTS.items() for before, after in table.items()
}


class RecallError(Exception):
    """Why a recall cannot go this way, in one Chinese sentence with what to do."""


def after(state: str, event: str) -> str:
    """The state that follows; RecallError when the table has none."""
    if (state, event) not in REMEDY_STEPS:
        can = "、".join(words for one, words in _ASKED.items() if (state, one) in REMEDY_STEPS)
        then = f"现在可以{can}" if can else "请看这张令的每一份现在怎样了"
        wanted = _ASKED.get(event, REMEDY_EVENTS.get(event, event))
        raise RecallError(f"这一份{REMEDY_STATES.get(state, state)}，不能{wanted}；{then}。")
    return REMEDY_STEPS[state, event]


def step(
    session: Session, remedy: Remedy, event: str, *, actor: str, now: datetime, reason: str = "", **changes: Any
) -> Remedy:
    """Take one step: state, ``changes`` and an audit entry, all in this transaction. Compare-and-swap on the id, state
    and fence of ``remedy`` as it was read; LostRace when they moved on. The row as it now is."""
    before, state = remedy.state, after(remedy.state, event)
    if state in ("failed", "unknown", "by_hand") and not reason:
        raise RecallError(f"处置{REMEDY_STATES[state]}必须写明原因。")
    values = {"reason": reason, **changes, "state": state, "changed_at": now}
    seen = {"_id": remedy.id, "_state": before, "_fence": remedy.fence}
    done = ask(session, _swapping(tuple(sorted(values))), **seen, **{f"_to_{name}": values[name] for name in values})
    if done.rowcount != 1:
        raise LostRace(f"处置 {remedy.id} 刚被别人改动，请刷新后再试。")
    detail = {
        "from": before, "to": state, "reason": reason, "recall": remedy.recall_id, "delivery": remedy.delivery_id,
        "action": values.get("action", remedy.action),
    }  # fmt: skip
    audit.record(session, actor, f"remedy.{event}", f"remedy:{remedy.id}", detail, now)
    (row,) = fetch(session, _ROW, number=remedy.id)
    return row


@cache
def _swapping(names: tuple[str, ...]) -> Update:
    """The compare-and-swap of these columns, built once."""
    rows = Remedy.__table__  # type: ignore[attr-defined]
    seen = (rows.c.id == bindparam("_id"), rows.c.state == bindparam("_state"), rows.c.fence == bindparam("_fence"))
    return update(rows).where(*seen).values({name: bindparam(f"_to_{name}") for name in names})
