"""I14: what readers may not see: words that are unsigned, before their time, taken back, or another prefecture's.

The words of every manuscript are looked up, sentence by sentence, in what readers read: every page, list and feed of
our own sites, and the copies on the platforms. A sentence that only manuscripts have which are not to be seen there is
a breach, whichever file it stands in and whoever wrote it.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from hashlib import sha256
from html import unescape
from pathlib import Path

from channels.making import words
from channels.slots import story_path
from channels.values import FootnoteRef, InlineFormula, LineBreak, LocalText, Manuscript, RegionBlock, Text
from cms.releases import GONE, Delivery, Item
from pipeline.checker_rows import SEEN, Copy, Halts, Ledger

READABLE = (".html", ".htm", ".xml", ".json", ".txt")
SHORTEST = 10
"""A sentence of fewer letters may be anybody's."""
SPELLED = 5
"""So many of them must not be ASCII: numbers and addresses are no words."""
EXCERPT = 24
MOST = 10_000
"""Of so many texts it is kept what they say."""
FLYING = frozenset({"sending", "accepted", "confirming", "unknown", "reconciling"})
"""Perhaps out: a page may be written before its row says so."""
NOTED = ("withdrawn", "superseded", "removed")
"""Its address stays, with a notice (or with the version that took its place)."""
_INLINE = re.compile(r"</?(?:a|abbr|b|bdi|code|del|em|i|mark|s|small|span|strong|sub|sup|time|u)\b[^>]*>")
_TAG = re.compile(r"<[^>]*>")
_ATTRIBUTE = re.compile(r"""\s(?:alt|title|content|aria-label)=(?:"([^"]*)"|'([^']*)')""")
_END = re.compile(r"[。！？；!?;\n\r\x00]+")
_NOT_SAID = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class OurSites:
    """What readers of our own sites can ask for: ``folder`` holds a folder a unit; ``manuscript`` reads one by its
    hash."""

    folder: Path
    manuscript: Callable[[str], Manuscript]

    def pages(self, unit: str) -> Iterator[tuple[str, str]]:
        """Path and text of everything with words in it."""
        root = self.folder / unit
        for file in sorted(root.rglob("*")):
            if file.suffix in READABLE and not file.name.startswith(".") and file.is_file():
                yield file.relative_to(root).as_posix(), file.read_text(encoding="utf-8", errors="replace")

    def text(self, unit: str, path: str) -> str:
        """One file's; "" where there is none."""
        file = self.folder / unit / path
        return file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""


def breaches(book: Ledger, halts: Halts, copies: Sequence[Copy], sites: OurSites, now: datetime) -> list[str]:
    """Every word readers see and must not."""
    told = Told.of(halts.manuscripts, sites.manuscript)
    return [*_on_our_sites(book, halts, told, sites, now), *_on_platforms(book, halts, told, copies)]


def sentences(text: str) -> frozenset[str]:
    """What is said in a file or a manuscript, by sentence: letters and digits alone, without what is too short to be
    anybody's. What the same text said the last time is known still: most pages do not change from day to day."""
    name = sha256(text.encode()).digest()
    if name not in _said:
        if len(_said) >= MOST:
            _said.clear()
        _said[name] = _sentences(text)
    return _said[name]


_said: dict[bytes, frozenset[str]] = {}


def _sentences(text: str) -> frozenset[str]:
    """Feeds escape their markup once more, so it is taken out twice."""
    found: list[str] = []
    for _ in range(2):
        found += (one or other for one, other in _ATTRIBUTE.findall(text))
        text = unescape(_TAG.sub("\n", _INLINE.sub("", text)))
    parts = _END.split("\n".join([text, *found]))
    return frozenset(said for part in parts if _says(said := _letters(part)))


def _letters(text: str) -> str:
    return _NOT_SAID.sub("", text).casefold()


def _says(said: str) -> bool:
    return len(said) >= SHORTEST and sum(not one.isascii() for one in said) >= SPELLED


# --------------------------------------------------------------------------- whose words


Whose = tuple[str, tuple[str, ...]]
"""A manuscript's hash, and the units a sentence of it is for; () for everybody."""


@dataclass(frozen=True)
class Told:
    """Every sentence of every manuscript, with whose it is; ``slugs``: the story of a manuscript."""

    whose: Mapping[str, frozenset[Whose]]
    slugs: Mapping[str, str]

    @classmethod
    def of(cls, slugs: Mapping[str, str], manuscript: Callable[[str], Manuscript]) -> "Told":
        """Of these manuscripts: hash → the slug of its story."""
        whose: dict[str, set[Whose]] = defaultdict(set)
        for digest in slugs:
            for text, units in _texts(manuscript(digest), ()):
                for said in sentences(text):
                    whose[said].add((digest, units))
        return cls({said: frozenset(those) for said, those in whose.items()}, slugs)

    def leaks(self, text: str, allowed: frozenset[str], path: Collection[str]) -> Iterator[tuple[str, Whose]]:
        """Each sentence of ``text`` that nobody may read who reads only the ``allowed`` manuscripts in a unit under
        ``path``, with one of those whose it is."""
        for said in sorted(sentences(text) & self.whose.keys()):
            those = self.whose[said]
            if not any(digest in allowed and (not units or set(units) & set(path)) for digest, units in those):
                own = [one for one in those if one[0] in allowed]
                yield said, min(own or those)


def _texts(value: object, units: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The words of a manuscript as they are read in one go, with the units they are for."""
    if isinstance(value, str):
        yield value, units
    elif isinstance(value, RegionBlock):
        for block in value.blocks:
            yield from _texts(block, value.units)
    elif isinstance(value, LocalText):
        yield words.plain(value.text), (value.unit,)
    elif isinstance(value, tuple) and value and all(isinstance(one, _INLINES) for one in value):
        yield words.plain(value), units
    elif isinstance(value, tuple):
        for one in value:
            yield from _texts(one, units)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _texts(getattr(value, field.name), units)


_INLINES = (Text, LineBreak, FootnoteRef, InlineFormula)


# --------------------------------------------------------------------------- our own sites


def _on_our_sites(book: Ledger, halts: Halts, told: Told, sites: OurSites, now: datetime) -> Iterator[str]:
    mine: dict[str, list[tuple[Delivery, Item]]] = defaultdict(list)
    paths: dict[str, list[str]] = {}
    for account in book.accounts.values():
        if account.transport == "files":
            path = halts.units_above(account.unit_id)
            paths[path[0]] = path
    for delivery in book.deliveries:
        account = book.accounts[delivery.account_id]
        if account.transport == "files":
            mine[halts.units_above(account.unit_id)[0]] += [(delivery, one) for one in book.items[delivery.id]]
    for unit, path in sorted(paths.items()):
        rows = mine[unit]
        allowed = frozenset(_seen_of(halts, rows, path, now))
        known = {
            story_path(halts.stories[item.story_id].slug)
            for delivery, item in rows
            if _hidden(halts, delivery, item, path, now) in ("", *NOTED)
        }
        for place, text in sites.pages(unit):
            if place.startswith("s/") and place.endswith(".html") and place not in known:
                yield f"I14 {unit} shows {place}, and no delivery is to put it there"
            for said, (digest, units) in told.leaks(text, allowed, path):
                why = _why(halts, rows, digest, units, path, now)
                yield f"I14 {unit} {place} shows words of {told.slugs[digest]} ({why}): {said[:EXCERPT]}"


def _seen_of(
    halts: Halts, rows: Iterable[tuple[Delivery, Item]], path: Collection[str], now: datetime
) -> Iterator[str]:
    """The manuscripts these deliveries may show by now: signed, due, not taken back, of nobody else; and what a signed
    correction is just putting in their place."""
    for delivery, item in rows:
        if _hidden(halts, delivery, item, path, now):
            continue
        yield item.manuscript_hash
        yield from halts.brought.get(item.id, ())


def _hidden(halts: Halts, delivery: Delivery, item: Item, path: Collection[str], now: datetime) -> str:
    """Why readers must not see what an item carries; "" when they may."""
    if not halts.is_for(item.story_id, path):
        return "another unit's"
    if delivery.sealed_set_id not in halts.signed:
        return "unsigned"
    if item.fate in GONE:
        return item.fate
    if item.fate in ("published", "amended"):
        return ""
    return "" if delivery.state in FLYING and delivery.due_at <= now else "before its time"


def _why(
    halts: Halts,
    rows: Iterable[tuple[Delivery, Item]],
    digest: str,
    units: tuple[str, ...],
    path: Collection[str],
    now: datetime,
) -> str:
    if units and not set(units) & set(path):
        return f"for {', '.join(units)} alone"
    those = [_hidden(halts, one, item, path, now) for one, item in rows if item.manuscript_hash == digest]
    return those[-1] if those else "not for this unit, or a version nobody signed"


# --------------------------------------------------------------------------- the platforms


def _on_platforms(book: Ledger, halts: Halts, told: Told, copies: Sequence[Copy]) -> Iterator[str]:
    """A copy is signed, and says nothing that is for other units alone."""
    by_key = {(book.accounts[one.account_id].key, one.key): one for one in book.deliveries}
    for copy in copies:
        delivery = by_key.get((copy.account, copy.key))
        if delivery is None or copy.state not in SEEN:
            continue  # a key nobody knows is I1's
        where = f"I14 {copy.account} {copy.key}"
        if delivery.sealed_set_id not in halts.signed:
            yield f"{where} is seen and its set is not signed"
        path = halts.units_above(book.accounts[delivery.account_id].unit_id)
        items = book.items[delivery.id]
        for item in items:
            if item.position == copy.position and not halts.is_for(item.story_id, path):
                yield f"{where} shows {halts.stories[item.story_id].slug}, which is another unit's"
        allowed = frozenset(one for item in items for one in (item.manuscript_hash, *halts.brought.get(item.id, ())))
        for said, (digest, units) in told.leaks(f"{copy.title}\n{copy.body}", allowed, path):
            whose = f"for {', '.join(units)} alone" if units else "no part of this delivery"
            yield f"{where} shows words of {told.slugs[digest]} ({whose}): {said[:EXCERPT]}"
