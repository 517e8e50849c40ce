"""Asking the platform about one delivery a person has in hand: read only, no lease, nothing is sent."""

import re
from collections.abc import Sequence

from sqlalchemy import bindparam
from sqlmodel import col, select

from channels import canonical, slots
from channels.contract import ChannelError
from channels.transport import Credential, Fingerprint, Found, Sent, Staged, Transport
from channels.values import Part
from cms.db import look, read_scope
from cms.matrix import Account
from cms.releases import CLEAR_NO, Attempt, Delivery, HandlingError
from cms.releases.handling import PREFIX
from pipeline.clock import TimeSource
from pipeline.house import House

_SLOT = re.compile("\x02[^\x02\x03]*\x03")
_BEGAN = (
    select(Attempt.began_at)
    .where(col(Attempt.delivery_id) == bindparam("delivery"), Attempt.step == "stage")
    .where(col(Attempt.outcome).not_in(sorted(CLEAR_NO)))
    .order_by(col(Attempt.id))
    .limit(1)
)


def credential_of(house: House, account: Account, now: TimeSource) -> Credential:
    """What speaks for ``account`` outside a lane: for questions alone."""
    return house.wires.credential(account, now, lambda: None)


def seen_at(house: House, delivery: Delivery, addresses: tuple[str, ...], now: TimeSource) -> Sent | None:
    """What the platform itself shows at these addresses as this delivery; None when it cannot say so. HandlingError
    when it shows the delivery somewhere else."""
    found = _shown(house, delivery, now)
    same = [one for one in found if {item.address for item in one.items} == set(addresses)]
    if found and not same:
        raise HandlingError(f"平台上查到的这一份在 {_where(found)}，不是您贴的地址，请核对后贴那个地址。")
    return same[0] if len(same) == 1 and same[0].state == "published" else None


def refuse_if_out(house: House, delivery: Delivery, now: TimeSource) -> None:
    """HandlingError when the platform shows the delivery: a person who looked may have looked too early (I1)."""
    found = _shown(house, delivery, now)
    if found:
        name = delivery.key[:PREFIX]
        raise HandlingError(f"平台上已经有这一份：{_where(found)}。请认领：yigao adopt {name} 文章地址。")


def _shown(house: House, delivery: Delivery, now: TimeSource) -> tuple[Sent, ...]:
    """What the platform shows as this delivery; nothing where it cannot be asked: then the person's word stands."""
    with read_scope(house.engine) as session:
        account = session.exec(select(Account).where(Account.id == delivery.account_id)).one()
    if account.transport != "api" or not delivery.staged:
        return ()
    try:
        transport = house.wires.transport(account.channel)
        return transport.look_up(fingerprint(house, delivery), credential_of(house, account, now)).matches
    except ChannelError:
        return ()


def _where(found: tuple[Sent, ...]) -> str:
    return "、".join(item.address or item.remote_id for one in found for item in one.items) or "平台后台"


def fingerprint(house: House, delivery: Delivery) -> Fingerprint:
    """What a send is known by: its key, its words as they were filled, since when, and the platform's names."""
    staged: Staged = canonical.build(Staged, delivery.staged)
    parts = house.rendition(delivery.rendition_hash).parts
    filled = [slots.fill(part, {**_blanks(part), **staged.fills.get(part.story, {})}) for part in parts]
    return Fingerprint(
        key=delivery.key,
        titles=tuple(one.field("title") or one.field("text") for one in filled),
        texts=tuple(one.body for one in filled),
        since=delivery.lost_at or delivery.due_at,
        remote=staged.remote,
    )


def _blanks(part: Part) -> dict[str, str]:
    """Empty words for every slot: what was filled by a house whose rows were lost is not known any more (F37)."""
    return {slot.id: "" for slot in part.slots}


def out_by_hand(house: House, delivery: Delivery, transport: Transport, credential: Credential) -> tuple[Sent, ...]:
    """What readers see of a delivery that was put in place before and never sent: a draft that a person published in
    the platform's console (F35). Asked only where an earlier step may have left one; its fills are not known then."""
    began = look(house.engine, _BEGAN, delivery=delivery.id).scalar()
    if began is None:
        return ()
    parts = house.rendition(delivery.rendition_hash).parts
    found = transport.look_up(
        Fingerprint(
            key=delivery.key,
            titles=tuple(_bare(one.field("title") or one.field("text")) for one in parts),
            texts=tuple(_bare(one.body) for one in parts),
            since=began,
        ),
        credential,
    )
    return (*found.matches, *found.doubts)


def _bare(template: str) -> str:
    """A template without its slots."""
    return _SLOT.sub("", template)


def in_a_word(ours: Sequence[Sent], found: Found) -> str:
    """What a look-up saw, for the attempt's row."""
    if ours:
        return "found" if len(ours) == 1 else "many"
    return "absent" if found.complete else "incomplete"
