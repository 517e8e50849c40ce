"""What a person may decide about one delivery: hold, retry, adopt, cancel. Each leaves actor and reason in the log.

A delivery that may be out already is the reason this desk exists: the platform could not tell, so a person
looks. Only their word (``is_absent``) sends it again or cancels it, and only an address makes it published.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import bindparam, update
from sqlmodel import Session, col, select

from channels.addresses import why_not
from channels.transport import Sent
from cms import review
from cms.db import ask
from cms.matrix import Account
from cms.releases import halts
from cms.releases.cancel import UNSENT, check_hands, may_be_out
from cms.releases.resend import AGAIN, PATIENCE
from cms.releases.returning import give_back
from cms.releases.rows import Attempt, Delivery, Item, Receipt
from cms.releases.states import STATE_NAMES, move
from cms.releases.stops import has_stopped
from cms.stories import Story

HOLDABLE = frozenset({"planned", "rendered", "ready", "staged", "unknown", "handed_over"})
ADOPTABLE = frozenset({"held", "unknown", "handed_over"})
BUSY = frozenset({"sending", "accepted", "confirming", "reconciling", "withdrawing"})
PREFIX = 8
CALLED_BACK = "稿件已撤稿或已更正，这一版不能再发；这一份请取消（yigao cancel --delivery），更正版由更正令去发。"
_FREE: Mapping[str, object] = {"lease_owner": "", "lease_until": None, "next_at": None, "frozen_by": None}

_THERE = (
    select(Delivery.key)
    .where(Item.delivery_id == Delivery.id, Item.delivery_id != bindparam("but"))
    .where(col(Item.address).in_(bindparam("those", expanding=True)))
    .limit(1)
)
_ATTEMPTS = Attempt.__table__  # type: ignore[attr-defined]
_CLOSING = (
    update(_ATTEMPTS)
    .where(_ATTEMPTS.c.delivery_id == bindparam("number"), _ATTEMPTS.c.ended_at.is_(None))
    .values(ended_at=bindparam("end"), outcome=bindparam("what"))
)


class HandlingError(Exception):
    """Why this cannot be done to the delivery, in Chinese, with what can."""


def find(session: Session, name: str) -> Delivery:
    """The delivery with this key, this beginning of a key (8 characters or more) or this number."""
    said = name.strip().lower()
    if len(said) >= PREFIX:
        query = select(Delivery).where(col(Delivery.key).startswith(said, autoescape=True)).limit(2)
        found = list(session.exec(query))
        if len(found) > 1:
            raise HandlingError(f"以“{name}”开头的投递不止一个，请多写几个字符。")
        if found:
            return found[0]
    row = session.get(Delivery, int(said)) if said.isascii() and said.isdigit() and len(said) < 18 else None
    if row is None:
        raise HandlingError(
            f"没有投递“{name}”：请写投递编号，或投递码的前 {PREFIX} 个字符（yigao status --accounts 可查）。"
        )
    return row


# --------------------------------------------------------------------------- the four decisions


def hold(session: Session, delivery: Delivery, actor: str, reason: str, now: datetime) -> Delivery:
    """Stop it where it is, until a person decides."""
    said = _reason(reason)
    check_hands(session, delivery, actor)
    if delivery.state not in HOLDABLE:
        raise _impossible(session, delivery, "暂停")
    return move(session, delivery, "hold", actor=actor, now=now, reason=said, **_FREE)


def retry(
    session: Session, delivery: Delivery, actor: str, reason: str, now: datetime, *, is_absent: bool = False
) -> Delivery:
    """Let a held delivery go on under the same key: to ``ready``, or to ``rendered`` while signatures are missing.
    ``is_absent``: the person looked, and nothing of it is on the platform nor will be. SignError when the story
    was edited since (I6)."""
    said = _reason(reason)
    check_hands(session, delivery, actor)
    if delivery.state != "held":
        raise _impossible(session, delivery, "恢复发送")
    if may_be_out(session, delivery) and not is_absent:
        raise HandlingError(_maybe_out(delivery, "再发"))
    if has_stopped(session, delivery):
        raise HandlingError(CALLED_BACK)
    sealed = _sealed(session, delivery)
    if delivery.voided_by is not None:
        raise HandlingError(delivery.reason)
    halts.check_as_signed(session, delivery, sealed)
    if not sealed.complete:
        row = move(session, delivery, "change", actor=actor, now=now, reason=said, **_FREE)
        return move(session, row, "render", actor=actor, now=now, reason=said)
    _close_attempts(session, delivery, "absent", now)
    changes = {
        **_FREE, "looks": 0, "lost_at": None, "staged": {}, "remote_id": "", "accepted_at": None, "deaths": 0,
        "person": "",
        "deadline": max(delivery.due_at, now) + PATIENCE,
    }  # fmt: skip
    return move(session, delivery, "resume", actor=actor, now=now, reason=said, **changes)


def adopt(
    session: Session,
    delivery: Delivery,
    addresses: Sequence[str],
    actor: str,
    reason: str,
    now: datetime,
    seen: Sent | None = None,
) -> Delivery:
    """It was published after all: the addresses, one a story, in order. Verified only when the platform's own
    look-up saw it (``seen``); else it says 未核验."""
    said = _reason(reason)
    check_hands(session, delivery, actor)
    if delivery.state not in ADOPTABLE:
        raise _impossible(session, delivery, "认领")
    items = list(session.exec(select(Item).where(Item.delivery_id == delivery.id).order_by(col(Item.position))))
    _check_addresses(session, delivery, addresses, items)
    if not _sealed(session, delivery).complete:
        raise HandlingError("这份投递没有签发过，不能认作已发布；平台上的那篇请按撤稿处理，或补签后再认领。")
    row = delivery
    if row.state == "unknown":
        row = move(session, row, "hold", actor=actor, now=now, reason=said, **_FREE)
    _receive(session, row, addresses, items, said, now, seen)
    _close_attempts(session, row, "published", now)
    remote = seen.remote_id if seen else row.remote_id
    return move(
        session, row, "publish", actor=actor, now=now, reason=said, verified=seen is not None, remote_id=remote, **_FREE
    )


def cancel_one(
    session: Session, delivery: Delivery, actor: str, reason: str, now: datetime, *, is_absent: bool = False
) -> Delivery:
    """Take back one delivery that is not out. ``is_absent``: as for ``retry``."""
    said = _reason(reason)
    check_hands(session, delivery, actor)
    if delivery.state not in UNSENT | {"handed_over"}:
        raise _impossible(session, delivery, "取消")
    if (delivery.state == "handed_over" or may_be_out(session, delivery)) and not is_absent:
        raise HandlingError(_maybe_out(delivery, "取消"))
    _close_attempts(session, delivery, "absent", now)
    row = move(session, delivery, "cancel", actor=actor, now=now, reason=said, **_FREE)
    give_back(session, row, actor, said, now)
    return row


# --------------------------------------------------------------------------- what is possible


def possible(session: Session, delivery: Delivery) -> frozenset[str]:
    """What a person can do now: hold, retry (goes on under its key), resend (under a new one), adopt, cancel; affirm:
    a signer may let it go as it was signed, though the story was edited since.
    ``word``: it may be out already, so that only somebody who looked may let it go on or cancel it."""
    state, can = delivery.state, set()
    is_signed = delivery.sealed_set_id is not None and not has_stopped(session, delivery)
    if is_signed and state in AGAIN | {"held"} and _needs_word(session, delivery):
        can.add("affirm")
    elif is_signed and state in AGAIN | {"held"}:
        can.add("retry" if state == "held" else "resend")
    if state in ADOPTABLE:
        can.add("adopt")
    if state in HOLDABLE:
        can.add("hold")
    if state in UNSENT | {"handed_over"}:
        can.add("cancel")
    if can & {"retry", "cancel"} and (state == "handed_over" or may_be_out(session, delivery)):
        can.add("word")
    return frozenset(can)


def _needs_word(session: Session, delivery: Delivery) -> bool:
    """Whether it goes out only on a signer's word: its story was edited since its sign-off."""
    if delivery.voided_by is not None:
        return True
    return _sealed(session, delivery).complete and bool(halts.edited(session, [delivery]))


def options(session: Session, delivery: Delivery) -> list[str]:
    """What a person can do now, one Chinese sentence with its command each."""
    name, state = delivery.key[:PREFIX], delivery.state
    if state in BUSY:
        return ["正在处理，等它自己有结果；工作进程退出的话，租约到期后自动接着做（yigao work）。"]
    can = []
    if state == "held":
        can.append(_retry_words(session, delivery))
    if state in ADOPTABLE:
        can.append(f"平台上其实已经发布：yigao adopt {name} 文章地址 --by 登录名 --reason 依据")
    if state in HOLDABLE:
        can.append(f"先停住：yigao hold {name} --by 登录名 --reason 原因")
    if state in UNSENT | {"handed_over"}:
        absent = " --not-published" if state == "handed_over" or may_be_out(session, delivery) else ""
        can.append(f"不发了：yigao cancel --delivery {name} --by 登录名 --reason 原因{absent}")
    if state in AGAIN and delivery.sealed_set_id is not None and _needs_word(session, delivery):
        can.append(_word(delivery))
    elif state in AGAIN:
        can.append(f"按签发过的原样再发一次（用新的投递码）：yigao retry {name} --by 登录名 --reason 原因")
    if state in AGAIN | {"cancelled", "withdrawn"}:
        can.append("要改稿再发：改好后重新排发布（yigao release）。")
    return can or ["已有结果，没有要做的。"]


def _retry_words(session: Session, delivery: Delivery) -> str:
    name = delivery.key[:PREFIX]
    if delivery.sealed_set_id is None:
        return "还没有可发的成品：请改好稿件，取消这一份后重新排发布。"
    if _needs_word(session, delivery):
        return _word(delivery)
    if may_be_out(session, delivery):
        return f"到平台后台看过、确实没有发布，再发：yigao retry {name} --not-published --by 登录名 --reason 依据"
    return f"原因消除后接着发：yigao retry {name} --by 登录名 --reason 原因"


def _word(delivery: Delivery) -> str:
    return (
        f"稿件在签发后改过：改动要发，就重新送审；照签发的那一版发（整张发布单，由签发人）："
        f"yigao as-signed {delivery.release_id} --by 登录名 --reason 理由"
    )


def _impossible(session: Session, delivery: Delivery, wanted: str) -> HandlingError:
    can = "；".join(options(session, delivery))
    return HandlingError(f"“{STATE_NAMES[delivery.state]}”的投递不能{wanted}。现在可以：{can}")


def _maybe_out(delivery: Delivery, wanted: str) -> str:
    name = delivery.key[:PREFIX]
    return (
        f"这份投递可能已经发出，不能直接{wanted}：请先到平台后台看。已发布，用 yigao adopt {name} 文章地址；"
        "确实没有发布、也不会再发布，加上 --not-published 再来一次。"
    )


def _reason(reason: str) -> str:
    if not reason.strip():
        raise HandlingError("请写明原因，用 --reason 写一句。")
    return reason.strip()


# --------------------------------------------------------------------------- rows


def _sealed(session: Session, delivery: Delivery) -> review.SealedSet:
    if delivery.sealed_set_id is None:
        raise HandlingError("这份投递还没有可发的成品：请改好稿件，取消它（yigao cancel）后重新排发布。")
    return session.get_one(review.SealedSet, delivery.sealed_set_id)


def _close_attempts(session: Session, delivery: Delivery, outcome: str, now: datetime) -> None:
    ask(session, _CLOSING, number=delivery.id, end=now, what=outcome)


def _check_addresses(session: Session, delivery: Delivery, addresses: Sequence[str], items: Sequence[Item]) -> None:
    if len(addresses) != len(items):
        raise HandlingError(f"这份投递有 {len(items)} 篇，请按顺序给出 {len(items)} 个地址。")
    for address in addresses:
        if why := why_not(address, session.get_one(Account, delivery.account_id).channel):
            raise HandlingError(why)
    for other in ask(session, _THERE, but=delivery.id, those=list(addresses)).scalars():
        raise HandlingError(f"这个地址已经是投递 {other[:PREFIX]} 的文章，请核对后贴这一份的地址。")


def _receive(
    session: Session,
    delivery: Delivery,
    addresses: Sequence[str],
    items: Sequence[Item],
    said: str,
    now: datetime,
    seen: Sent | None,
) -> None:
    fills: Mapping[str, dict[str, str]] = delivery.staged.get("fills", {})
    remote = {one.position: one.remote_id for one in seen.items} if seen else {}
    for item, address in zip(items, addresses, strict=True):
        item.address, item.remote_id = address, remote.get(item.position, item.remote_id)
        item.fills = dict(fills.get(session.get_one(Story, item.story_id).slug, item.fills))
        session.add(item)
    session.add(
        Receipt(
            delivery_id=delivery.id, state="published", remote_id=seen.remote_id if seen else delivery.remote_id,
            address=addresses[0], at=now, fills=items[0].fills, sent_hash=delivery.staged.get("sent_hash", ""),
            verified=seen is not None, note=f"人工认领：{said}",
        )
    )  # fmt: skip
    session.flush()
