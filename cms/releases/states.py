"""The one table of delivery states and what may follow what; `move` is the only way a state changes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from types import MappingProxyType
from typing import Any

from sqlalchemy import Update, bindparam, update
from sqlalchemy.orm import object_session
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import Session, col, select

from cms import audit
from cms.db import ask, fetch, utc
from cms.migrations.walls import SIGNED_STATES
from cms.people import notify
from cms.releases import halts
from cms.releases.rows import Delivery, Item

STATE_NAMES: Mapping[str, str] = {
    "planned": "已排期",
    "rendered": "已渲染",
    "ready": "待发",
    "staged": "已就位",
    "sending": "发送中",
    "accepted": "平台已受理",
    "confirming": "确认中",
    "published": "已发布",
    "handed_over": "待代发",
    "unknown": "结果未知",
    "reconciling": "核对中",
    "failed": "失败",
    "held": "暂停",
    "cancelled": "已取消",
    "superseded": "已被新版取代",
    "amended": "已更正",
    "removed": "被平台删除",
    "withdrawing": "下架中",
    "withdrawn": "已下架",
    "withdraw_failed": "下架失败",
    "composed": "已组稿",
}
NEEDS_SIGNATURE = frozenset(SIGNED_STATES)
GONE = frozenset({"failed", "cancelled", "superseded", "removed", "withdrawn", "composed"})
"""No reader sees a copy of it any more: the account is free for the story again (``composed``: it goes in a push)."""
TERMINAL = GONE | {"published", "amended", "withdraw_failed"}
"""Nothing is left to do by itself; people may still correct or withdraw."""


def _to(after: str, *befores: str) -> dict[str, str]:
    return dict.fromkeys(befores, after)


_EARLY = ("planned", "rendered", "ready", "staged")
_ASKED = ("sending", "accepted", "confirming", "reconciling")
# event: its Chinese name, and {state before: state after}
_EVENTS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "render": ("渲染", _to("rendered", "planned", "rendered")),
    "sign": ("签发", _to("ready", "rendered")),
    "retime": ("改期", {one: one for one in ("planned", "rendered", "ready")}),
    "change": ("改稿", _to("planned", "rendered", "ready", "held")),
    "stage": ("就位", _to("staged", "ready")),
    "unstage": ("退回待发", _to("ready", "staged")),
    "send": ("发送", _to("sending", "ready", "staged")),
    "hand_over": ("转人工代发", _to("handed_over", "ready", "staged")),
    "accept": ("受理", _to("accepted", "sending", "reconciling")),
    "confirm": ("确认", _to("confirming", "accepted", "confirming", "held")),
    "publish": ("发布", _to("published", *_ASKED, "handed_over", "held", "published")),
    "retry": ("稍后重试", _to("ready", "sending", "ready", "staged")),
    "refuse": ("平台拒绝", _to("failed", "accepted", "confirming", "reconciling")),
    "lose": ("失去回音", _to("unknown", *_ASKED)),
    "doubt": ("回头核对", _to("unknown", "ready", "staged")),
    "reconcile": ("核对", _to("reconciling", "unknown", "held")),
    "absent": ("核对未见", _to("ready", "reconciling")),
    "resend": ("重发", _to("ready", "failed", "removed")),
    "resume": ("恢复", _to("ready", "held")),
    "thaw": ("另定时间", _to("ready", "held")),
    "hold": ("暂停", _to("held", *_EARLY, *_ASKED, "unknown", "handed_over", "withdrawing", "held")),
    "fail": ("失败", _to("failed", *_EARLY, *_ASKED, "handed_over", "held")),
    "cancel": ("取消", _to("cancelled", *_EARLY, "handed_over", "held")),
    "supersede": ("被新版取代", _to("superseded", *_EARLY, "held", "handed_over", "published", "amended")),
    "amend": ("更正", _to("amended", "published", "amended")),
    "remove": ("被平台删除", _to("removed", "published", "amended")),
    "reappear": ("又出现在平台上", _to("published", "removed")),
    "withdraw": (
        "下架",
        _to("withdrawing", "published", "amended", "handed_over", "held", "withdraw_failed"),
    ),
    "gone": ("下架完成", _to("withdrawn", "withdrawing", "withdraw_failed")),
    "stay": ("下架失败", _to("withdraw_failed", "withdrawing")),
    "keep": ("不再下架", _to("published", "withdrawing", "withdraw_failed")),
    "compose": ("组稿", _to("composed", "ready", "held")),
    "give_back": ("退出组稿", _to("ready", "composed")),
}
EVENT_NAMES: Mapping[str, str] = {event: name for event, (name, _) in _EVENTS.items()}
TRANSITIONS: Mapping[tuple[str, str], str] = {
    (before, event): after for event, (_, table) in _EVENTS.items() for before, after in table.items()
}
STARTS = frozenset({"stage", "send", "hand_over"})
"""Steps that lead to readers: asked once more in their own transaction whether they still may be taken."""
BACK = frozenset({"unstage", "retry", "absent", "resend", "resume", "thaw", "give_back"})
"""Steps that lead back to ``ready``: what was edited since its sign-off is held there."""
_ROW = select(Delivery).where(Delivery.id == bindparam("number")).execution_options(populate_existing=True)
_ITEMS = Item.__table__  # type: ignore[attr-defined]
_SETTLING = (
    update(_ITEMS)
    .where(_ITEMS.c.delivery_id == bindparam("number"), _ITEMS.c.fate.not_in(sorted(GONE)))
    .values(fate=bindparam("what"))
)
_FATES = {state: state for state in (*GONE, "published", "amended")}


class IllegalMove(Exception):
    """The table does not know this step, or the reason a person needs is missing."""


class LostRace(Exception):
    """Somebody else changed the delivery first: read it again, decide again."""


class HaltedError(LostRace):
    """A recall or a freeze stands against it since it was claimed: it stays where it is."""


def after(state: str, event: str) -> str:
    """The state that follows; IllegalMove when the table has none."""
    if (state, event) not in TRANSITIONS:
        known = "、".join(name for one, name in EVENT_NAMES.items() if (state, one) in TRANSITIONS) or "无"
        before, wanted = STATE_NAMES.get(state, state), EVENT_NAMES.get(event, event)
        raise IllegalMove(f"“{before}”的投递不能“{wanted}”，可用的操作：{known}。")
    return TRANSITIONS[state, event]


def move(
    session: Session,
    delivery: Delivery,
    event: str,
    *,
    actor: str,
    now: datetime,
    reason: str = "",
    **changes: Any,
) -> Delivery:
    """Take one step: state, ``changes``, the items' fate and an audit entry, all in this transaction.

    Compare-and-swap on the id, state and fence of ``delivery`` as it was read; LostRace when they moved on.
    Returns the row as it now is (the same object when it belongs to ``session``).
    """
    before, state = delivery.state, after(delivery.state, event)
    if event in STARTS and not halts.startable(session, [delivery], now):
        raise HaltedError(f"投递 {delivery.key} 现在不能发：稿件已撤回或更正，正在停发，或会抢在发稿单位之前。")
    if state in ("held", "failed") and not reason:
        raise IllegalMove(f"投递{STATE_NAMES[state]}必须写明原因。")
    written = {**changes, "state": state, "reason": reason, "changed_at": now}
    if delivery.voided_by is not None:
        written.setdefault("voided_by", None)
    _swap(session, delivery, written)
    if state in ("held", "failed"):
        notify(session, f"release:{delivery.release_id}", reason, now)
    if state in _FATES:
        _settle(session, delivery.id, _FATES[state])
    detail = {"from": before, "to": state, "reason": reason, "key": delivery.key}
    audit.record(session, actor, f"delivery.{event}", f"delivery:{delivery.id}", detail, now)
    if object_session(delivery) is not session:
        (delivery,) = fetch(session, _ROW, number=delivery.id)
        written = {}
    for name, value in written.items():  # it was read in this very turn: what was swapped in is all that is new
        set_committed_value(delivery, name, utc(value) if isinstance(value, datetime) else value)
    return void(session, delivery, now) if event in BACK else delivery


def void(session: Session, delivery: Delivery, now: datetime) -> Delivery:
    """Hold a signed delivery whose story was edited since its sign-off (I6); as it now is."""
    last = halts.edited(session, [delivery]).get(delivery.id)
    if last is None:
        return delivery
    changes = {"voided_by": last.id, "lease_owner": "", "lease_until": None, "next_at": None}
    why = halts.why_edited(session, last)
    return move(session, delivery, "hold", actor=last.author, now=now, reason=why, **changes)


def move_all(
    session: Session,
    deliveries: Sequence[Delivery],
    event: str,
    *,
    actor: str,
    now: datetime,
    each: Mapping[int, Mapping[str, Any]] = MappingProxyType({}),
    **changes: Any,
) -> list[Delivery]:
    """The same step for many, in a handful of statements; the rows as they now are, without those that moved on
    meanwhile. Only for steps that need no reason and end nothing. ``each``: what changes on one alone, by its id."""
    if not deliveries:
        return []
    wanted = {one.id: (one.state, one.fence) for one in deliveries}
    state = {before: after(before, event) for before, _ in wanted.values()}
    if event in STARTS:
        going = halts.startable(session, deliveries, now)
        wanted = {number: seen for number, seen in wanted.items() if number in going}
    if set(state.values()) & (set(_FATES) | {"held"}):
        raise IllegalMove(f"“{EVENT_NAMES[event]}”要逐个做。")
    read = select(Delivery).where(col(Delivery.id).in_(wanted)).order_by(col(Delivery.id))
    rows = [one for one in session.exec(read) if wanted[one.id] == (one.state, one.fence)]
    said = []
    for one in rows:
        detail = {"from": one.state, "to": state[one.state], "reason": "", "key": one.key}
        said.append((f"delivery:{one.id}", detail))
        written = {**changes, **each.get(one.id, {}), "state": state[one.state], "reason": "", "changed_at": now}
        for name, value in written.items():
            setattr(one, name, value)
    session.flush()
    audit.record_all(session, actor, f"delivery.{event}", said, now)
    return rows


def _swap(session: Session, delivery: Delivery, changes: Mapping[str, Any]) -> None:
    seen = {"_id": delivery.id, "_state": delivery.state, "_fence": delivery.fence}
    done = ask(session, _swapping(tuple(sorted(changes))), **seen, **{f"_to_{name}": changes[name] for name in changes})
    if done.rowcount != 1:
        raise LostRace(f"投递 {delivery.key} 刚被别人改动，请刷新后再试。")


@cache
def _swapping(names: tuple[str, ...]) -> Update:
    """The compare-and-swap of these columns, built once."""
    rows = Delivery.__table__  # type: ignore[attr-defined]
    seen = (rows.c.id == bindparam("_id"), rows.c.state == bindparam("_state"), rows.c.fence == bindparam("_fence"))
    return update(rows).where(*seen).values({name: bindparam(f"_to_{name}") for name in names})


def _settle(session: Session, delivery_id: int, fate: str) -> None:
    """The items of a delivery share its fate, unless one is already gone on its own."""
    ask(session, _SETTLING, number=delivery_id, what=fate)
    for one in session.identity_map.values():  # those in hand say it too
        if isinstance(one, Item) and one.delivery_id == delivery_id and one.fate not in GONE:
            set_committed_value(one, "fate", fate)
