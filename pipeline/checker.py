"""The invariants of the ledger (rules.md §1), checked from two sides only: the database, and what readers see.

Nothing of the press room is asked: a bug there must not hide itself. Every breach is one English line naming
the invariant, for tests, rehearsals and the operator's report alike.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ParamSpec

from sqlmodel import Session

from channels import slots
from channels.making.sandbox import Send
from channels.values import Rendition
from cms import audit
from cms.releases import GONE, TERMINAL, Attempt, Delivery, Item
from pipeline import checker_halts, checker_pace, checker_readers, checker_signed, checker_strangers
from pipeline.checker_pace import Pace
from pipeline.checker_readers import OurSites
from pipeline.checker_rows import SEEN, Copy, Halts, Ledger

__all__ = ["SEEN", "Copy", "Looked", "OurSites", "Pace", "breaches", "look"]
GRACE = timedelta(hours=2)
WAITING = frozenset({"held", "confirming", "handed_over"})
UNSENT = frozenset({"planned", "rendered", "ready", "staged"})
LOST = frozenset({"", "died", "absent", "UnknownOutcome", "RepeatedError"})
"""How an attempt ends whose call may have been accepted: ``absent`` is what look-ups made of it later."""
SENT_ON = frozenset({"delivery.resume", "delivery.thaw", "delivery.resend"})
TASK = timedelta(minutes=1)
"""So long a platform's own publishing may take after the call."""
NOTICED = timedelta(hours=30)
"""By then the night's look has seen what a platform took away."""
UNDER_WAY = frozenset({"withdrawing", "withdraw_failed"})
_Asked = ParamSpec("_Asked")


@dataclass(frozen=True)
class Looked:
    """What a look saw: every breach of an invariant, none when the promise was kept; how soon flashes were out."""

    breaches: list[str]
    paces: list[Pace]


def look(
    session: Session,
    copies: Sequence[Copy],
    sends: Sequence[Send],
    rendition: Callable[[str], Rendition],
    now: datetime,
    mends: Sequence[Send] = (),
    sites: OurSites | None = None,
    chain: Callable[[Session], audit.Break | None] = audit.verify,
    struck: Sequence[Send] = (),
) -> Looked:
    """Everything the checker sees. ``sends``: calls that published, ``mends``: calls that changed or took back what was
    out; ``sites``: what readers of our own sites can ask for, where it is read; ``chain`` walks the audit entries;
    ``struck``: calls a fault struck or a platform refused, and where workers died."""
    book, halts = Ledger.of(session), Halts.of(session)
    strange = checker_strangers.breaches(session, book, copies, now)
    copies = [one for one in copies if not one.by_hand]
    paces = checker_pace.paces(book, halts, copies, struck, now)
    found = [
        *_once(book, halts, copies, now),
        *_in_time(book, halts, now),
        *_intended(book, sends),
        *_asked_first(book),
        *_all_there(book),
        *_as_signed(book, copies, rendition),
        *checker_signed.breaches(book, halts, copies, rendition, sites),
        *_never_early(book, copies, sends),
        *_chained(book, chain(session)),
        *checker_halts.breaches(book, halts, copies, mends, now),
        *checker_pace.breaches(paces),
        *strange,
        *(checker_readers.breaches(book, halts, copies, sites, now) if sites else ()),
    ]
    return Looked(found, paces)


def _breaches_of(seen: Callable[_Asked, Looked]) -> Callable[_Asked, list[str]]:
    def breaches(*given: _Asked.args, **named: _Asked.kwargs) -> list[str]:
        """Every breach, asked as for ``look``; empty when the promise was kept."""
        return seen(*given, **named).breaches

    return breaches


breaches = _breaches_of(look)


def _with_interface(book: Ledger) -> Iterator[Delivery]:
    return (one for one in book.deliveries if book.accounts[one.account_id].transport == "api")


def _once(book: Ledger, halts: Halts, copies: Sequence[Copy], now: datetime) -> Iterator[str]:
    """I1: a story is live at most once on an account; published or amended means exactly once, gone not at all. A copy
    that is just being taken back may be either; one the platform took away is noticed by the night's look."""
    live = Counter((one.account, one.key, one.position) for one in copies if one.state in SEEN)
    taken = {(one.account, one.key, one.position): one.at for one in copies if one.state == "removed"}
    keys: dict[tuple[int, int], list[str]] = defaultdict(list)
    moving = {one.item_id for one in halts.remedies if one.state in ("acting", "unknown")}
    for delivery in _with_interface(book):
        account = book.accounts[delivery.account_id].key
        for item in book.items[delivery.id]:
            place = account, delivery.key, item.position
            count = live.pop(place, 0)
            keys[item.origin_id, item.account_id] += [delivery.key] * count
            if count > 1:
                yield f"I1 {account} {delivery.key} is live {count} times ({delivery.state})"
            is_missing = item.fate in ("published", "amended") and not count
            is_fresh = place in taken and now - taken[place] <= NOTICED
            if is_missing and not is_fresh and not _may_be_gone(halts, delivery, item, moving):
                yield f"I1 {account} {delivery.key} is {item.fate} and live 0 times"
            if item.fate in GONE and count:
                yield f"I1 {account} {delivery.key} is {item.fate} and live"
    for (origin, account_id), found in keys.items():
        if len(found) > 1:
            yield f"I1 origin {origin} is live {len(found)} times on account {account_id}: {found}"
    for (account, key, _), count in live.items():
        yield f"I1 {account} shows {count} of a key the ledger does not know: {key}"


def _may_be_gone(halts: Halts, delivery: Delivery, item: Item, moving: set[int]) -> bool:
    """Whether the rows themselves say that a copy may not be there: it is being taken back, or a look saw it gone."""
    seen = halts.sightings.get(item.id)
    return delivery.state in UNDER_WAY or item.id in moving or (seen is not None and seen.kind in ("removed", "gone"))


def _in_time(book: Ledger, halts: Halts, now: datetime) -> Iterator[str]:
    """I2: two hours after its time (or after a person sent it on) a delivery has ended, or waits with a reason that
    somebody was told; what is being taken back has its two hours from the order. What replaces a copy waits for that
    copy's remedy, which has a person or a reason of its own; what a proposed retraction stopped (先停后审) waits for
    the decision, while there is none and somebody was told."""
    undecided = checker_halts.undecided(book, halts)
    answered = {
        one.replacement_id
        for one in halts.remedies
        if one.reason and (one.person or one.next_at) and one.state != "off"
    }
    ordered = checker_halts.ordered(halts)
    for one in book.deliveries:
        if one.state == "held" and (f"release:{one.release_id}", one.reason) not in book.notices:
            yield f"I2 {one.key} is held and nobody was told"
        since = max(one.due_at, _sent_on(one), ordered.get(one.id, one.due_at))
        if now - since <= GRACE or one.state in TERMINAL or one.id in answered:
            continue
        if one.state in UNSENT and one.id in undecided:
            if not any(subject == f"recall:{undecided[one.id]}" for subject, _ in book.notices):
                yield f"I2 {one.key} waits for the decision about recall {undecided[one.id]} and nobody was told"
            continue
        if one.state not in WAITING or (one.state == "held" and not one.reason):
            yield f"I2 {one.key} is still {one.state} {now - one.due_at} after its time"


def _sent_on(delivery: Delivery) -> datetime:
    """When a person, a new quota or a machine that slept gave it patience anew."""
    return delivery.deadline - GRACE if delivery.deadline and delivery.state != "handed_over" else delivery.due_at


def _intended(book: Ledger, sends: Sequence[Send]) -> Iterator[str]:
    """I3: before every call that readers can see, a committed attempt of that account. What a house sent between its
    last backup and its loss was written down in rows that are gone (F37)."""
    began: dict[str, list[datetime]] = defaultdict(list)
    for delivery in _with_interface(book):
        account = book.accounts[delivery.account_id].key
        began[account] += [one.began_at for one in book.attempts[delivery.id] if one.step == "publish"]
    seen: Counter[str] = Counter()
    kept = [one for one in sends if not any(since <= one.at <= until for since, until in book.lost)]
    for call in sorted(kept, key=lambda one: one.at):
        seen[call.account] += 1
        if sum(at <= call.at for at in began[call.account]) < seen[call.account]:
            yield f"I3 {call.account} was sent to {seen[call.account]} times with fewer attempts written down"


def _asked_first(book: Ledger) -> Iterator[str]:
    """I4: between a send whose outcome was lost and the next one lie two complete look-ups that found nothing, the
    first later than the loss, the second later than the first; or a person's word."""
    for delivery in _with_interface(book):
        tries = sorted(book.attempts[delivery.id], key=lambda one: one.id)
        said = [one for one in book.of_delivery(delivery) if one.action in SENT_ON and one.actor != "pipeline"]
        lost: Attempt | None = None
        absent: list[datetime] = []
        for one in tries:
            if one.step == "look_up" and one.outcome == "absent":
                absent.append(one.began_at)
            if one.step != "publish":
                continue
            if (
                lost
                and not (len(absent) >= 2 and absent[-1] > absent[-2] > lost.began_at)
                and not any(lost.began_at <= word.at <= one.began_at for word in said)
            ):
                yield f"I4 {delivery.key} was sent again after {len(absent)} empty look-ups"
            lost, absent = (one if one.outcome in LOST else None), []


def _all_there(book: Ledger) -> Iterator[str]:
    """I5: what was planned is what the states add up to."""
    held = Counter(one.release_id for one in book.deliveries)
    for release_id, planned in book.planned.items():
        if held[release_id] != planned:
            yield f"I5 release {release_id} planned {planned} deliveries and has {held[release_id]}"


def _as_signed(book: Ledger, copies: Sequence[Copy], rendition: Callable[[str], Rendition]) -> Iterator[str]:
    """I6: what was sent, its slots un-filled, is what was signed. What a person adopted and no platform confirmed
    (未核验) was not sent by us: its fills are not known."""
    sent = {(one.account, one.key, one.position): one for one in copies if one.state in SEEN}
    for delivery in _with_interface(book):
        if delivery.state not in ("published", "amended"):
            continue
        account = book.accounts[delivery.account_id].key
        if delivery.sealed_set_id is None:
            yield f"I6 {account} {delivery.key} went out unsigned"
        if not delivery.verified:
            continue
        items = sorted(book.items[delivery.id], key=lambda one: one.position)
        for item, part in zip(items, rendition(delivery.rendition_hash).parts, strict=True):
            copy = sent.get((account, delivery.key, item.position))
            if copy and not slots.came_from(part.body, copy.body, part.slots, item.fills):
                yield f"I6 {account} {delivery.key} is not what was signed"


def _never_early(book: Ledger, copies: Sequence[Copy], sends: Sequence[Send]) -> Iterator[str]:
    """I7: nothing is seen before its time; but what somebody published in the platform's console, for which no call of
    ours went out, is theirs. A call another delivery of the account was being sent with is that one's. What a house
    sent that was lost had the time it had then; it may have been sent again at a later one (F37)."""
    due = {(book.accounts[one.account_id].key, one.key): one.due_at for one in book.deliveries}
    called: dict[str, list[datetime]] = defaultdict(list)
    for call in sends:
        called[call.account].append(call.at)
    began: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
    for delivery in _with_interface(book):
        tries = (one for one in book.attempts[delivery.id] if one.step == "publish")
        began[book.accounts[delivery.account_id].key] += [(one.began_at, one.key) for one in tries]
    for copy in copies:
        at = due.get((copy.account, copy.key))
        if at is None or copy.at >= at or any(since <= copy.at <= until for since, until in book.lost):
            continue
        calls = sum(copy.at - TASK <= one <= copy.at for one in called[copy.account])
        tried = [key for one, key in began[copy.account] if copy.at - TASK <= one <= copy.at]
        if calls and (copy.key in tried or calls > len(tried)):
            yield f"I7 {copy.account} {copy.key} went out {at - copy.at} early"


def _chained(book: Ledger, fault: audit.Break | None) -> Iterator[str]:
    """I11: one audit entry a step, and the chain holds."""
    if fault is not None:
        yield f"I11 the audit chain breaks at {fault}"
    for delivery in book.deliveries:
        said = book.of_delivery(delivery)
        if said and said[-1].to != delivery.state:
            yield f"I11 {delivery.key} is {delivery.state}, its last entry says {said[-1].to}"
