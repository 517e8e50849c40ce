"""Asking the platform about one delivery a person has in hand: read only, no lease, nothing is sent."""

from sqlmodel import select

from channels import canonical, slots
from channels.contract import ChannelError
from channels.transport import Credential, Fingerprint, Sent, Staged
from cms.db import read_scope
from cms.matrix import Account
from cms.releases import Delivery
from pipeline.clock import TimeSource
from pipeline.house import House


def credential_of(house: House, account: Account, now: TimeSource) -> Credential:
    """What speaks for ``account`` outside a lane: for questions alone."""
    return house.wires.credential(account, now, lambda: None)


def seen_at(house: House, delivery: Delivery, addresses: tuple[str, ...], now: TimeSource) -> Sent | None:
    """What the platform itself shows at these addresses as this delivery; None when it cannot say so."""
    with read_scope(house.engine) as session:
        account = session.exec(select(Account).where(Account.id == delivery.account_id)).one()
    if account.transport != "api" or not delivery.staged:
        return None
    try:
        transport = house.wires.transport(account.channel)
        found = transport.look_up(fingerprint(house, delivery), credential_of(house, account, now))
    except ChannelError:
        return None  # the person's word stands, unverified
    same = [one for one in found.matches if {item.address for item in one.items} == set(addresses)]
    return same[0] if len(same) == 1 and same[0].state == "published" else None


def fingerprint(house: House, delivery: Delivery) -> Fingerprint:
    """What a send is known by: its key, its words as they were filled, since when, and the platform's names."""
    staged: Staged = canonical.build(Staged, delivery.staged)
    parts = house.rendition(delivery.rendition_hash).parts
    filled = [slots.fill(part, staged.fills.get(part.story, {})) for part in parts]
    return Fingerprint(
        key=delivery.key,
        titles=tuple(one.field("title") or one.field("text") for one in filled),
        texts=tuple(one.body for one in filled),
        since=delivery.lost_at or delivery.due_at,
        remote=staged.remote,
    )
