"""I6: what stands on a platform or on our own pages is a rendition that was signed before it stood there; after a
correction, the corrected one.

Whether a signature counts is read of the signed sets, not of what a delivery says of itself.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from lxml import etree

from channels import slots
from channels.slots import story_path
from channels.values import Part, Rendition
from cms.releases import Delivery, Item
from pipeline.checker_readers import OurSites
from pipeline.checker_rows import SEEN, Copy, Halts, Ledger

OUT = ("published", "amended", "handed_over")
FEED = "feed.xml"


def breaches(
    book: Ledger,
    halts: Halts,
    copies: Sequence[Copy],
    rendition: Callable[[str], Rendition],
    sites: OurSites | None,
) -> Iterator[str]:
    """Every copy of a text nobody signed."""
    by_place = {(one.account, one.key, one.position): one for one in copies if one.state in SEEN}
    brought = _brought(halts)
    for delivery in book.deliveries:
        if delivery.state not in OUT:
            continue
        account = book.accounts[delivery.account_id]
        where = f"I6 {account.key} {delivery.key}"
        since = _signed(halts, delivery.sealed_set_id, delivery.id, delivery.rendition_hash)
        if since is None:
            yield f"{where} carries a rendition nobody signed"
            continue
        if delivery.state == "amended":  # it went out as something else that was signed
            since = min(halts.completed[number] for number, of in halts.sealed if of == delivery.id)
        for item in book.items[delivery.id]:
            copy = by_place.get((account.key, delivery.key, item.position))
            if copy is not None:
                known = {delivery.rendition_hash, *brought.get(item.id, ())}
                yield from _of_copy(where, halts, item, copy, since, [rendition(one) for one in sorted(known)])
    if sites is not None:
        yield from _on_our_sites(book, halts, rendition, sites)


def _signed(halts: Halts, sealed_set: int | None, delivery: int, digest: str) -> datetime | None:
    """Since when a set with every signature has this rendition for this delivery; None when none has."""
    since = halts.completed.get(sealed_set or 0)
    return since if digest in halts.sealed.get((sealed_set or 0, delivery), ()) else None


def _brought(halts: Halts) -> Mapping[int, set[str]]:
    """What signed corrections bring in the place of a copy, by its item."""
    found: dict[int, set[str]] = {}
    for one in halts.remedies:
        if one.rendition_hash and _signed(halts, one.sealed_set_id, one.delivery_id, one.rendition_hash):
            found.setdefault(one.item_id, set()).add(one.rendition_hash)
    return found


def _of_copy(
    where: str, halts: Halts, item: Item, copy: Copy, since: datetime, known: Sequence[Rendition]
) -> Iterator[str]:
    """``known``: what was signed for it, then or since."""
    if copy.at < since:
        yield f"{where} went out {since - copy.at} before it was signed"
    told = halts.sightings.get(item.id)
    if copy.edited is None or (told is not None and told.kind == "altered"):
        return  # nobody edited it, or the night's look told that somebody did (R15)
    parts = [one.parts[item.position - 1] for one in known]
    if not any(slots.came_from(part.body, copy.edited, part.slots, item.fills) for part in parts):
        yield f"{where} was edited into what nobody signed"


# --------------------------------------------------------------------------- our own sites


def _on_our_sites(book: Ledger, halts: Halts, rendition: Callable[[str], Rendition], sites: OurSites) -> Iterator[str]:
    """The page of a story holds the signed text, whole; a feed's entry too."""
    feeds: dict[str, tuple[str, str]] = {}
    for delivery in book.deliveries:
        account = book.accounts[delivery.account_id]
        if account.transport != "files" or delivery.state not in ("published", "amended"):
            continue
        unit = halts.units_above(account.unit_id)[0]
        for item, part in _parts(book, delivery, rendition):
            body = slots.fill(part, item.fills).body
            path = story_path(part.story)
            if account.channel == "feed":
                if unit not in feeds:
                    feed = sites.text(unit, FEED)
                    feeds[unit] = feed, told_by(feed)
                is_listed, text = path in feeds[unit][0], feeds[unit][1]
            else:
                text = sites.text(unit, path)
                is_listed = bool(text)
            if is_listed and body not in text:
                yield f"I6 {account.key} {delivery.key} shows what nobody signed as {path}"


def told_by(feed: str) -> str:
    """All that a feed says, as its readers' programs take it out: an entry's markup stands there escaped or as it is
    (CDATA). "" for what is no XML: it shows nobody what was signed."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        return "\n".join(map(str, etree.fromstring(feed.encode(), parser).itertext()))
    except etree.XMLSyntaxError:
        return ""


def _parts(book: Ledger, delivery: Delivery, rendition: Callable[[str], Rendition]) -> Iterator[tuple[Item, Part]]:
    items = sorted(book.items[delivery.id], key=lambda one: one.position)
    yield from zip(items, rendition(delivery.rendition_hash).parts, strict=True)
