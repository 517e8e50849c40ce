"""R20: the text of a flash stands on every account with an interface a minute after its signature, unless something
outside the press room stood in its way.

When it stood there is the platforms' to say; what may have kept it is looked for in what the platforms did and in the
rows of what people decided, never in the reasons the press room gives itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from channels.making.sandbox import Send
from cms.releases import Delivery, Release
from cms.releases.restored import RESTORE
from pipeline.checker_halts import in_scope, is_let
from pipeline.checker_rows import Copy, Halts, Ledger

WITHIN = timedelta(seconds=60)
RESTS = timedelta(minutes=30)
"""So long after a fault an account may rest, or a delivery wait until it is tried again."""
DAY = timedelta(days=1)
"""A quota may be gone since the day began."""


@dataclass(frozen=True, slots=True)
class Pace:
    """A flash on one account with an interface. ``took``: from the signature until readers saw it, None while they do
    not; ``cause``: what kept it (Chinese), "" for nothing anybody knows of."""

    flash: int
    account: str
    took: timedelta | None
    cause: str

    @property
    def is_late(self) -> bool:
        return self.took is None or self.took > WITHIN


@dataclass(frozen=True, slots=True)
class _Span:
    """From the signature until the text was seen, or should have been."""

    since: datetime
    until: datetime

    def meets(self, since: datetime, until: datetime | None) -> bool:
        return since <= self.until and (until is None or until >= self.since)

    def lies_in(self, since: datetime, until: datetime | None) -> bool:
        return since <= self.since and (until is None or until >= self.until)

    def holds(self, at: datetime, before: timedelta = timedelta()) -> bool:
        return self.since - before <= at <= self.until


def paces(book: Ledger, halts: Halts, copies: Sequence[Copy], struck: Sequence[Send], now: datetime) -> list[Pace]:
    """How soon each signed flash was seen on each account with an interface; what a minute has not gone by of is left
    out. ``struck``: the calls that a fault struck or a platform refused, and where workers died, by account."""
    seen: dict[tuple[str, str], datetime] = {}
    for one in copies:
        place = one.account, one.key
        seen[place] = min(one.at, seen.get(place, one.at))
    flashes = {one.id: one for one in halts.flashes}
    found = []
    for delivery in book.deliveries:
        flash = flashes.get(delivery.release_id)
        account = book.accounts[delivery.account_id]
        if flash is None or account.transport != "api":
            continue
        signed = halts.signed_at[flash.id]
        keys = {delivery.key, *(one.key for one in book.attempts[delivery.id])}
        at = min((seen[account.key, key] for key in keys if (account.key, key) in seen), default=None)
        if at is None and now - signed <= WITHIN:
            continue
        took = None if at is None else at - signed
        # What began when the minute was over kept nothing: the flash was late already.
        span = _Span(signed, min(at or now, signed + WITHIN))
        is_late = took is None or took > WITHIN
        cause = next(_causes(book, halts, flash, delivery, struck, span), "") if is_late else ""
        found.append(Pace(flash.id, account.key, took, cause))
    return found


def breaches(found: Sequence[Pace]) -> Iterator[str]:
    """Each account that was late for no cause."""
    for one in found:
        if one.is_late and not one.cause:
            took = "not at all" if one.took is None else f"{one.took.total_seconds():.0f} s"
            yield f"R20 flash {one.flash} was seen on {one.account} {took} after its signature, not within 60 s"


# --------------------------------------------------------------------------- what kept it


def _causes(
    book: Ledger, halts: Halts, flash: Release, delivery: Delivery, struck: Sequence[Send], span: _Span
) -> Iterator[str]:
    account = book.accounts[delivery.account_id].key
    if any(_stops(book, halts, delivery, span)):
        yield "停发"
    if any(one.account == account and span.holds(one.at, RESTS) for one in struck):
        yield "平台故障或拒收"
    if any(_ended(book, delivery, span, "QuotaError", DAY)):
        yield "次数用完"
    if any(_ended(book, delivery, span, "died", RESTS)):
        yield "工作进程中断"
    if any(span.meets(*one) for one in _restorings(book)):
        yield "恢复备份后先核对"
    if flash.expires_at is not None and flash.expires_at <= span.since + WITHIN:
        yield "已到解除时间"
    origins = {one.origin_id for one in book.items[delivery.id]}
    called_back = (one for one in halts.recalls.values() if one.kind != "expiry" and one.origin_id in origins)
    if any(one.created_at <= span.until for one in called_back):
        yield "更正或撤稿"
    said = book.of_delivery(delivery)
    if any(one.actor != "pipeline" and span.since < one.at <= span.until for one in said):
        yield "人工处理"


def _stops(book: Ledger, halts: Halts, delivery: Delivery, span: _Span) -> Iterator[bool]:
    for freeze in halts.freezes:
        if not freeze.lets_flash and span.meets(freeze.at, freeze.thawed_at):
            lets = [
                one for one in halts.exemptions if one.freeze_id == freeze.id and span.lies_in(one.at, one.ended_at)
            ]
            yield in_scope(book, halts, freeze, delivery) and not is_let(book, halts, freeze, delivery, lets)


def _ended(book: Ledger, delivery: Delivery, span: _Span, outcome: str, before: timedelta) -> Iterator[bool]:
    """The calls of its account that ended so: one delivery's trouble puts off the others behind it."""
    for one in book.deliveries:
        if one.account_id == delivery.account_id:
            yield from (span.holds(each.began_at, before) for each in book.attempts[one.id] if each.outcome == outcome)


def _restorings(book: Ledger) -> Iterator[tuple[datetime, datetime | None]]:
    """From a backup until somebody said that everything was looked at after it."""
    said = book.said.get("house:1", [])
    over: Mapping[int, datetime] = {one.id: one.at for one in said if one.action == "house.restored"}
    begun = [one.id for one in said if one.action == RESTORE]
    for number, (kept, _) in zip(begun, book.lost, strict=True):
        yield kept, min((at for each, at in over.items() if each > number), default=None)
