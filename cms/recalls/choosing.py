"""另选一种: the dated ways there are for the copies of a channel, what each costs, and which one a person chose."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from channels import registry
from channels.contract import Mend
from cms.audit import AuditEntry
from cms.recalls import costs
from cms.recalls.deciding import ACTION_NAMES, class_of
from cms.recalls.drafting import places, state_of, ways_of
from cms.releases import Recall


@dataclass(frozen=True, slots=True)
class Option:
    """One way: ``name`` as an order takes it; ``cost`` is of one copy."""

    name: str
    action: str
    words: str
    remains: str
    cost: str


@dataclass(frozen=True, slots=True)
class Ways:
    """What a person may choose between on a channel; the first is what is done where nobody chooses."""

    channel: str
    title: str
    copies: int
    options: tuple[Option, ...]
    chosen: str


def ways(session: Session, recall: Recall) -> list[Ways]:
    """The channels of a correction on which there is a choice for what is out."""
    found: dict[str, dict[str, Mend]] = {}
    copies: dict[str, int] = {}
    for item, delivery, account in places(session, recall):
        if account.transport == "files" or class_of(state_of(session, item, delivery)) != "out":
            continue
        allowed = ways_of(session, recall, item, delivery, account)
        copies[account.channel] = copies.get(account.channel, 0) + 1
        found.setdefault(account.channel, {}).update({one.key: one for one in allowed})
    return [
        Ways(name, registry.get(name).title, copies[name], _options(name, mends), recall.prefer.get(name, ""))
        for name, mends in sorted(found.items())
        if len(mends) > 1
    ]


def _options(channel: str, mends: Mapping[str, Mend]) -> tuple[Option, ...]:
    """In the order of the channel's rules, which is the order they are preferred in."""
    ordered: Sequence[Mend] = [one for one in registry.get(channel).mends if one.key in mends]
    return tuple(
        Option(
            name=one.key.rpartition(".")[2],
            action=ACTION_NAMES[one.action],
            words=one.words,
            remains=one.remains,
            cost=costs.words(channel, one.calls),
        )
        for one in ordered
    )


def chosen(session: Session, recall: Recall) -> list[tuple[str, str, str]]:
    """(channel, what is done there, why) of what a person chose for this order."""
    if not recall.prefer:
        return []
    query = select(AuditEntry.detail).where(
        AuditEntry.subject == f"recall:{recall.id}", AuditEntry.action == "recall.draft"
    )
    detail = session.exec(query.order_by(col(AuditEntry.id)).limit(1)).first() or {}
    why = str(detail.get("prefer_why") or recall.reason)
    return [(registry.get(name).title, _words(name, wanted), why) for name, wanted in sorted(recall.prefer.items())]


def _words(channel: str, wanted: str) -> str:
    rules = registry.get(channel).mends
    mine = (one for one in rules if wanted in (one.action, one.key, one.key.rpartition(".")[2]))
    return next((one.words for one in mine if "correction" in one.serves), wanted)
