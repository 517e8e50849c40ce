"""The invariants of what is called back and what is stopped: I8, the mending half of I3, freezes, flashes.

Read from the same two sides as the rest (``pipeline.checker``). Order is the log's: its entries are numbered in the
transactions they tell of, so what happened within one second still has a before and an after.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from channels.making.sandbox import Send
from cms.releases import GONE, Delivery, Exemption, Freeze, Item, Recall, Remedy, Stop
from pipeline.checker_rows import SEEN, Copy, Halts, Ledger, Said

STARTS = frozenset({"delivery.stage", "delivery.send", "delivery.hand_over"})
MENDS = frozenset({"withdraw", "amend", "remark"})
SOON = timedelta(hours=2)
Copies = Mapping[tuple[str, str, int], int]
"""How many live copies there are, by account, delivery key and position."""


def breaches(book: Ledger, halts: Halts, copies: Sequence[Copy], mends: Sequence[Send], now: datetime) -> list[str]:
    """Every breach of what was called back or stopped."""
    live = Counter((one.account, one.key, one.position) for one in copies if one.state in SEEN)
    return [
        *_mended_on_intent(book, mends),
        *_nothing_started(book, halts),
        *_every_copy_ends(book, halts, live, now),
        *_still_there(book, halts, now),
        *_frozen(book, halts),
        *_flashes(book, halts, now),
    ]


def _mended_on_intent(book: Ledger, mends: Sequence[Send]) -> Iterator[str]:
    """I3: before every deletion, edit or remark at a platform, a committed attempt of that account. What a house did
    between its last backup and its loss was written down in rows that are gone (F37)."""
    began: dict[str, list[datetime]] = defaultdict(list)
    for delivery in book.deliveries:
        account = book.accounts[delivery.account_id].key
        began[account] += [one.began_at for one in book.attempts[delivery.id] if one.step in MENDS]
    made: Counter[str] = Counter()
    kept = [one for one in mends if not any(since <= one.at <= until for since, until in book.lost)]
    for call in sorted(kept, key=lambda one: one.at):
        made[call.account] += 1
        if sum(at <= call.at for at in began[call.account]) < made[call.account]:
            times = f"{made[call.account]} times ({call.method})"
            yield f"I3 {call.account} was changed {times} with fewer attempts written down"


# --------------------------------------------------------------------------- I8


def _nothing_started(book: Ledger, halts: Halts) -> Iterator[str]:
    """I8: from the moment a stop stands nothing of the story starts, but what carries the corrected manuscript."""
    for stop in halts.stops:
        began, ended = _span(book, halts, stop)
        for delivery, item in _of_story(book, stop):
            if stop.keep_hash and item.manuscript_hash == stop.keep_hash:
                continue
            for entry in _starts(book, delivery, began, ended):
                account = book.accounts[delivery.account_id].key
                yield f"I8 {account} {delivery.key} started ({entry.action}) after recall {stop.recall_id} stopped it"


def undecided(book: Ledger, halts: Halts) -> dict[int, int]:
    """The deliveries a recall stops that nobody has approved or rejected yet, with its number."""
    return {
        delivery.id: stop.recall_id
        for stop in halts.stops
        if stop.lifted_at is None and halts.recalls[stop.recall_id].state == "drafted"
        for delivery, item in _of_story(book, stop)
        if not stop.keep_hash or item.manuscript_hash != stop.keep_hash
    }


def ordered(halts: Halts) -> dict[int, datetime]:
    """When the deliveries that are being taken back were last ordered to be."""
    found: dict[int, datetime] = {}
    for one in halts.remedies:
        at = halts.recalls[one.recall_id].approved_at
        if at is not None and one.state in ("due", "acting", "unknown"):
            found[one.delivery_id] = max(at, found.get(one.delivery_id, at))
    return found


def _span(book: Ledger, halts: Halts, stop: Stop) -> tuple[int, int | None]:
    """The numbers in the log between which a stop stood."""
    said = book.said.get(f"recall:{stop.recall_id}", [])
    put_up = "recall.draft" if halts.recalls[stop.recall_id].kind == "retraction" else "recall.approve"
    began = next((one.id for one in said if one.action == put_up), 0)
    if stop.lifted_at is None:
        return began, None
    after = [one.id for entries in book.said.values() for one in entries if one.at >= stop.lifted_at and one.id > began]
    return began, min(after, default=None)


def _of_story(book: Ledger, stop: Stop) -> Iterator[tuple[Delivery, Item]]:
    for delivery in book.deliveries:
        for item in book.items[delivery.id]:
            if item.origin_id == stop.origin_id and stop.story_id in (None, item.story_id):
                yield delivery, item


def _starts(book: Ledger, delivery: Delivery, after: int, before: int | None) -> Iterator[Said]:
    """Where the log says a delivery set out, between two of its numbers."""
    for one in book.of_delivery(delivery):
        if one.action in STARTS and one.id > after and (before is None or one.id < before):
            yield one


def _every_copy_ends(book: Ledger, halts: Halts, live: Copies, now: datetime) -> Iterator[str]:
    """I8: once a retraction is ordered every copy ends withdrawn, or is named: who deals with it, until when, or why
    it stays."""
    rows = {one.id: one for one in book.deliveries}
    for recall in halts.recalls.values():
        if recall.kind != "retraction" or recall.approved_at is None:
            continue
        mine = {one.item_id: one for one in halts.remedies if one.recall_id == recall.id}
        for items in book.items.values():
            for item in items:
                if recall.origin_id in (item.origin_id, item.story_id):
                    delivery = rows[item.delivery_id]
                    yield from _ends(book, recall, mine.get(item.id), delivery, item, live, now)


def _ends(
    book: Ledger, recall: Recall, remedy: Remedy | None, delivery: Delivery, item: Item, live: Copies, now: datetime
) -> Iterator[str]:
    account = book.accounts[delivery.account_id].key
    is_live = live.get((account, delivery.key, item.position), 0) > 0
    where = f"I8 {account} {delivery.key} of the retracted story (recall {recall.id})"
    if item.fate in GONE:
        if is_live:
            yield f"{where} is {item.fate} and live"
        return
    if _is_named(remedy, delivery, recall, now):
        return
    if remedy is None or remedy.state in ("done", "off"):
        yield f"{where} is {item.fate} ({delivery.state}) and nobody is named for it"
    else:
        yield f"{where} still waits ({remedy.state}) {now - (recall.approved_at or now)} after the order"


def _is_named(remedy: Remedy | None, delivery: Delivery, recall: Recall, now: datetime) -> bool:
    """Whether somebody, or a reason with a time, answers for a copy readers may still have."""
    if delivery.state == "held" and delivery.reason:
        return True
    if remedy is None:
        return False
    if remedy.state == "by_hand":
        return bool(remedy.person and remedy.deadline and remedy.reason)
    if remedy.state == "failed":
        return bool(remedy.reason)
    is_waiting = remedy.state in ("due", "acting", "unknown")
    since = max(recall.approved_at or now, remedy.changed_at)
    return is_waiting and (now - since <= SOON or bool(remedy.reason and remedy.next_at))


def _still_there(book: Ledger, halts: Halts, now: datetime) -> Iterator[str]:
    """I8, the other way: a correction takes nothing away for good. Where an account's copy of a story was deleted for
    one, all of them are settled and nobody ended it, readers have the story there."""
    rows = {one.id: one for one in book.deliveries}
    over: dict[int, list[Recall]] = defaultdict(list)
    for recall in halts.recalls.values():
        if recall.approved_at is not None and recall.kind != "expiry":
            over[recall.origin_id].append(recall)
    places: dict[tuple[int, int], list[Item]] = defaultdict(list)
    for items in book.items.values():
        for item in items:
            places[item.story_id, item.account_id].append(item)
    named = {one.item_id for one in halts.remedies if one.state not in ("done", "off")}
    for (story_id, account_id), there in places.items():
        orders = [*over[story_id], *(one for one in over[there[0].origin_id] if one.kind == "retraction")]
        if not orders or any(one.kind == "retraction" or one.state == "approved" for one in orders):
            continue
        taken = {one.fate for one in there} <= {"withdrawn", "superseded"} and any(
            one.fate == "withdrawn" for one in there
        )
        ends = (rows[one.delivery_id].expires_at for one in there)
        if not taken or any(one.id in named for one in there) or any(end is not None and end <= now for end in ends):
            continue
        slug, numbers = halts.stories[story_id].slug, ", ".join(str(one.id) for one in orders)
        yield f"I8 {book.accounts[account_id].key} has no copy of {slug} any more, and recalls {numbers} are settled"


# --------------------------------------------------------------------------- freezes


def _frozen(book: Ledger, halts: Halts) -> Iterator[str]:
    """R20: while a freeze stands nothing in its scope starts, but flashes where it lets them, and what it was exempt
    from when it started."""
    for freeze in halts.freezes:
        said = book.said.get(f"freeze:{freeze.id}", [])
        began = next((one.id for one in said if one.action == "freeze.begin"), 0)
        ended = next((one.id for one in said if one.action == "freeze.thaw"), None)
        for delivery in book.deliveries:
            if _is_flash(halts, freeze, delivery) or not in_scope(book, halts, freeze, delivery):
                continue
            for entry in _starts(book, delivery, began, ended):
                lets = [one for one in halts.exemptions if one.freeze_id == freeze.id and _stood(said, one, entry.id)]
                if not is_let(book, halts, freeze, delivery, lets):
                    account = book.accounts[delivery.account_id].key
                    yield f"R20 {account} {delivery.key} started ({entry.action}) while freeze {freeze.id} stood"


def _is_flash(halts: Halts, freeze: Freeze, delivery: Delivery) -> bool:
    """Whether a freeze lets it go as a flash: after a restoring (F37), only one written since."""
    if not freeze.lets_flash or not delivery.urgent:
        return False
    return freeze.kept_at is None or halts.releases[delivery.release_id].created_at >= freeze.at


def _stood(said: Sequence[Said], one: Exemption, at: int) -> bool:
    """Whether the log says that this was exempt by its entry ``at``, and not ended yet."""
    mine = [entry for entry in said if entry.detail.get("exemption") == one.id and entry.id < at]
    return bool(mine) and mine[-1].action == "freeze.exempt"


def is_let(book: Ledger, halts: Halts, freeze: Freeze, delivery: Delivery, lets: Sequence[Exemption]) -> bool:
    """Whether these exemptions let a delivery in the scope of a freeze go: by its account, or story by story."""
    account = book.accounts[delivery.account_id]
    if any(one.account_id == account.id or one.unit_id == account.unit_id for one in lets):
        return True
    stopped = [one for one in book.items[delivery.id] if not freeze.topic or _is_about(halts, freeze.topic, one)]
    return bool(lets) and all(any(_names(halts, one, item) for one in lets) for item in stopped)


def _names(halts: Halts, one: Exemption, item: Item) -> bool:
    if one.story_id is not None:
        return one.story_id in (item.story_id, item.origin_id)
    return bool(one.topic) and _is_about(halts, one.topic, item)


def in_scope(book: Ledger, halts: Halts, freeze: Freeze, delivery: Delivery) -> bool:
    """Whether a delivery is of what a freeze stops, but for flashes."""
    account = book.accounts[delivery.account_id]
    if freeze.channel and account.channel != freeze.channel:
        return False
    if freeze.unit and freeze.unit not in halts.units_above(account.unit_id):
        return False
    if not freeze.topic:
        return True
    return any(_is_about(halts, freeze.topic, item) for item in book.items[delivery.id])


def _is_about(halts: Halts, topic: str, item: Item) -> bool:
    return any(_is_of(halts, topic, number) for number in {item.story_id, item.origin_id})


def _is_of(halts: Halts, topic: str, number: int) -> bool:
    story = halts.stories[number]
    column = halts.columns.get(story.column_id) if story.column_id is not None else None
    return topic in story.headline or (column is not None and topic in (column.slug, column.title))


# --------------------------------------------------------------------------- flashes


def _flashes(book: Ledger, halts: Halts, now: datetime) -> Iterator[str]:
    """A flash that is over starts nowhere and our own pages say so; one that nobody reviewed in time is told of."""
    mine: dict[int, list[Delivery]] = defaultdict(list)
    for delivery in book.deliveries:
        mine[delivery.release_id].append(delivery)
    instead = _instead(book, halts)
    for flash in halts.flashes:
        told = any(subject == f"release:{flash.id}" and "补审" in words for subject, words in book.notices)
        is_late = flash.reviewed_at is None and flash.review_by is not None and flash.review_by + SOON < now
        late_words = any(one.action == "flash.late" for one in book.said.get(f"release:{flash.id}", []))
        if not told or (is_late and not late_words):
            yield f"R1 flash {flash.id} was to be reviewed by {flash.review_by} and nobody was told"
        if flash.expires_at is None:
            continue
        its_own = _with_corrections(mine[flash.id], instead)
        for delivery in its_own:
            late = [one for one in _starts(book, delivery, 0, None) if one.at > flash.expires_at]
            if late:
                yield f"R20 flash {flash.id} started as {delivery.key} after it was over"
        yield from _said_over(book, halts, flash.id, its_own, flash.expires_at, now)


def _instead(book: Ledger, halts: Halts) -> dict[int, list[Delivery]]:
    """What corrections send instead of a delivery, by its number."""
    rows = {one.id: one for one in book.deliveries}
    found: dict[int, list[Delivery]] = defaultdict(list)
    for one in halts.remedies:
        if one.replacement_id is not None and halts.recalls[one.recall_id].kind == "correction":
            found[one.delivery_id].append(rows[one.replacement_id])
    return found


def _with_corrections(mine: Sequence[Delivery], instead: Mapping[int, Sequence[Delivery]]) -> list[Delivery]:
    """A flash's deliveries and their corrections': the end of the one is the end of the other."""
    found = {one.id: one for one in mine}
    edge = list(mine)
    while edge:
        edge = [each for one in edge for each in instead.get(one.id, ()) if each.id not in found]
        found.update({one.id: one for one in edge})
    return list(found.values())


def _is_asked(order: Recall, one: Remedy) -> bool:
    """Whether a person knows that a flash is over: they are to say so, or said that they cannot; or they are to delete
    the copy, which needs nothing said of its end, while they have not said that they cannot."""
    if one.action == "expire":
        return one.state in ("by_hand", "failed")
    return one.state == "by_hand" and (order.kind == "retraction" or one.action in ("withdraw", "reissue"))


def _said_over(
    book: Ledger, halts: Halts, number: int, mine: Sequence[Delivery], over_at: datetime, now: datetime
) -> Iterator[str]:
    if now - over_at <= SOON:
        return
    ended = {
        one.delivery_id
        for one in halts.remedies
        if one.action == "expire" and one.state == "done" and halts.recalls[one.recall_id].kind == "expiry"
    }
    asked = {one.delivery_id for one in halts.remedies if _is_asked(halts.recalls[one.recall_id], one)}
    for delivery in mine:
        transport = book.accounts[delivery.account_id].transport
        is_theirs = transport == "handover" and delivery.state in ("handed_over", "published", "amended")
        if is_theirs and delivery.id not in ended | asked:
            account = book.accounts[delivery.account_id].key
            yield f"R20 {account} was left to a person who does not know that flash {number} is over ({delivery.key})"
        is_ours = transport == "files"
        if is_ours and delivery.state in ("published", "amended") and delivery.id not in ended:
            account = book.accounts[delivery.account_id].key
            yield f"R20 {account} does not say that flash {number} is over ({delivery.key})"
