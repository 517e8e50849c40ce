"""现状: what readers see of one publication now, beside what was signed: read only, never repaired."""

import html
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import SequenceMatcher
from typing import Literal

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from channels import slots
from channels.contract import CannotError
from channels.making.matching import plain
from channels.transport import Allowance, Budget, Credential, QuotaError, Reads, Sent, SentItem, Standing, Transport
from channels.values import Part
from cms.db import ask
from cms.matrix import Account
from cms.matrix.wires import Calls, secrets_of, window, window_end
from cms.releases import Delivery, Item, Remedy
from cms.review import SealedRendition
from pipeline.clock import TimeSource
from pipeline.house import House
from pipeline.seeing import credential_of

_AMENDED = (
    select(Remedy.rendition_hash)
    .where(Remedy.item_id == bindparam("item"), Remedy.action == "amend", Remedy.state == "done")
    .where(col(Remedy.rendition_hash) != "")
    .order_by(col(Remedy.id).desc())
    .limit(1)
)
Kind = Literal["as_it_should", "removed", "gone", "altered", "not_askable"]
SHARE = 2
"""A look that can wait spends at most one part in so many of what an account may ask; the rest is for the day."""
_TAG = re.compile(r"<[^>]*>")
_LINK = re.compile(r"https?://[^\s\"'<>]+")
SHOWN, AROUND = 5, 6  # so many differences are told, with so many characters around each
CUT = 30  # a text that ends early and is at least so long is the platform's excerpt


@dataclass(frozen=True, slots=True)
class Frugal:
    """A budget for looks that can wait: never from the reserve, never more than a share of the day."""

    calls: Budget
    allowed: Sequence[Allowance]
    left: Callable[[], Mapping[str, int]]
    now: Callable[[], datetime]

    def spend(self, call: str, *, reserve: bool = False) -> None:
        left = self.left()
        for one in self.allowed:
            is_scarce = one.per in ("day", "month") and one.call in (call, "*")
            if is_scarce and left[f"{one.call}:{one.per}"] <= one.count - one.count // SHARE:
                words = f"接口“{one.call}”留给白天的次数不动用，下次先查没有查到的。"
                raise QuotaError(words, window_end(one.per, window(one.per, self.now())), call)
        self.calls.spend(call, reserve=False)


def frugal(credential: Credential, calls: Calls, allowed: Sequence[Allowance]) -> Credential:
    """``credential`` for looks that can wait."""
    return replace(credential, budget=Frugal(credential.budget, allowed, calls.left, credential.now))


def asker(house: House, account: Account, clock: TimeSource) -> tuple[Transport, Credential]:
    """Who speaks for an account in looks that can wait. AdministratorError while it is not connected."""
    transport = house.wires.transport(account.channel)
    allowed = transport.allowances(secrets_of(house.engine, house.wires.vault, account.id))
    calls = Calls(house.engine, account.id, allowed, clock)
    return transport, frugal(credential_of(house, account, clock), calls, allowed)


def sent_of(delivery: Delivery, items: Sequence[Item]) -> Sent:
    """The publication as the platform knows it."""
    named = tuple(SentItem(position=one.position, remote_id=one.remote_id, address=one.address) for one in items)
    return Sent(state="published", remote_id=delivery.remote_id, items=named)


def read(
    transport: object, credential: Credential, delivery: Delivery, items: Sequence[Item]
) -> dict[int, Standing] | str:
    """What stands at each position; a sentence where this platform, or this publication, cannot be asked about.
    LaterError and its kin while it cannot be asked now."""
    if not isinstance(transport, Reads):
        return "这个平台没有读取的接口。"
    try:
        return {one.position: one for one in transport.read(sent_of(delivery, items), credential)}
    except CannotError as error:
        return error.sentence


def signed_part(house: House, session: Session, delivery: Delivery, item: Item) -> Part:
    """The story's signed words as they lie there: after an amendment in place, the amended ones; a fill whose row was
    lost with another house is left empty."""
    amended = ask(session, _AMENDED, item=item.id).scalar()
    part = house.rendition(amended or delivery.rendition_hash).parts[item.position - 1]
    return slots.fill(part, {**{one.id: "" for one in part.slots}, **item.fills})


def former_part(house: House, session: Session, delivery: Delivery, item: Item) -> Part | None:
    """The story's words before the amendment that stands, where there was one: what must not come back."""
    query = select(SealedRendition.rendition_hash).where(SealedRendition.delivery_id == delivery.id)
    known = list(session.exec(query.order_by(col(SealedRendition.sealed_set_id))))
    now = signed_part(house, session, delivery, item)
    for digest in reversed(known):
        part = house.rendition(digest).parts[item.position - 1]
        filled = slots.fill(part, {**{one.id: "" for one in part.slots}, **item.fills})
        if (filled.body, filled.fields) != (now.body, now.fields):
            return filled
    return None


def compare(part: Part, standing: Standing | None) -> tuple[Kind, str]:
    """What the copy is, and for an altered one the difference in a few words."""
    if standing is None:
        return "not_askable", "平台没有说到这一篇。"
    if standing.state != "live":
        return ("removed", "被平台下架") if standing.state == "blocked" else ("gone", "平台上已经没有这一篇")
    title = difference(part.field("title") or part.field("text"), standing.title) if standing.title else ""
    body = difference(part.body or part.field("text"), standing.text) if standing.text else ""
    found = "；".join(f"{name}{words}" for name, words in (("标题", title), ("正文", body)) if words)
    return ("altered", found) if found else ("as_it_should", "")


def difference(signed: str, seen: str) -> str:
    """Where ``seen`` is not ``signed``, both made alike (tags, links, spaces, widths); "" when nothing differs but
    that the platform shows only a beginning."""
    ours, theirs = plain(_LINK.sub("", signed)), plain(_LINK.sub("", seen))
    if ours == theirs or (CUT <= len(theirs) < len(ours) and ours.startswith(theirs)):
        return ""
    told = _apart(ours, theirs, "现在是")
    more = f"，等 {len(told)} 处" if len(told) > SHOWN else ""
    return "，".join(_short(one) for one in told[:SHOWN]) + more


def changes(old: str, new: str) -> str:
    """Every place where ``new`` is not ``old``, for whoever makes the one out of the other."""
    return "，".join(_apart(_read(old), _read(new), "改成"))


def _read(body: str) -> str:
    """The words of a page with their punctuation."""
    return " ".join(html.unescape(_TAG.sub(" ", body)).split())


def _apart(ours: str, theirs: str, verb: str) -> list[str]:
    pairs = SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes()
    return [
        f"“{ours[max(0, a - AROUND) : b + AROUND]}”{verb}“{theirs[max(0, c - AROUND) : d + AROUND]}”"
        for kind, a, b, c, d in pairs
        if kind != "equal"
    ]


def _short(words: str) -> str:
    return words if len(words) <= 120 else f"{words[:118]}…”"


def looks_like(part: Part, standing: Standing) -> bool:
    """Whether the copy is just these words."""
    return compare(part, standing)[0] == "as_it_should"
