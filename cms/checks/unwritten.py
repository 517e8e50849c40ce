"""What was begun and not written: words a new story or block began with, a line of a dialogue without words. They would
go out as they stand.

Which words these are is read from the blocks of 「插入块」 themselves, as the editor inserts them, visually or not.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from typing import Any

from channels.making import words
from channels.values import Block, Dialogue, Finding, Manuscript
from cms.checks import passages
from cms.checks.passages import Passage, Reading
from cms.manuscript import read
from cms.manuscript.skeletons import DIGEST, HEADLINE, SKELETONS, START

RULE = "checks.text.skeleton"
SILENT = "checks.text.silent"
LONG = 5
"""So many letters of a block say "write here" wherever they stand alone; fewer only where the block has them."""
MAY_STAY = {("resource_card", "fields.0", "地点"), ("footnote", "label", "1")}
"""What a block has for good: the name of a field, the number of a note."""
_DATE = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d)?")
Spot = tuple[str, str, str]
"""Which words, and where: the kind of the block, the field."""


@dataclass(frozen=True, slots=True)
class Begun:
    """What the blocks of the menu begin with: words by place, words that are known anywhere, addresses, dates."""

    spots: frozenset[Spot]
    phrases: frozenset[str]
    addresses: frozenset[str]
    dates: frozenset[Spot]


@cache
def begun() -> Begun:
    """Read from the blocks, once."""
    stories = [Manuscript(slug="a", headline="a", blocks=read(one.text).blocks) for one in SKELETONS]
    readings = [passages.read(one) for one in stories]
    spots = {_spot(one) for each in readings for one in each.passages if one.path.startswith("blocks.")} - MAY_STAY
    return Begun(
        spots=frozenset(spots),
        phrases=frozenset(said for *_, said in spots if len(said) >= LONG),
        addresses=frozenset(one.address for each in readings for one in each.links),
        dates=frozenset((kind, name, said) for each in stories for kind, name, said, *_ in _dated(each.blocks, "")),
    )


def check(reading: Reading) -> Iterator[Finding]:
    """Each place where such words are left: what is unmistakable anywhere in a text, the others where they stand
    alone."""
    known = begun()
    for passage in reading.passages:
        for left in _left(passage, known):
            at = passage.text.index(left)
            message = f"“{left}”是新稿或模板里的提示语，还没有换掉，请写上自己的话，或删去它。"
            yield passage.say("block", RULE, message, at, at + len(left))
    for link in reading.links:
        if link.address in known.addresses:
            message = f"网址“{link.address}”是模板里的，还没有换掉，请写上真的网址，或删去它。"
            yield link.say("block", RULE, message)
    for kind, name, said, line, path in _dated(reading.story.blocks, "blocks"):
        if (kind, name, said) in known.dates:
            message = f"日期“{said}”是模板里的，还没有换掉，请写上真的日期。"
            yield Finding(level="block", rule=RULE, message=message, line=line, excerpt=said, place=f"{path}#0")
    names = {one.key: one.name for one in reading.story.cast}
    for path, dialogue in _dialogues(reading.story.blocks, "blocks"):
        for number, one in enumerate(dialogue.lines):
            if not words.plain(one.text).strip():
                who = names.get(one.speaker, one.speaker)
                message = f"对白里“{who}”有一句还没有话，会发成空气泡，请写上，或删去这一句。"
                place = f"{path}.lines.{number}.text#0"
                yield Finding(level="block", rule=SILENT, message=message, line=dialogue.line, excerpt=who, place=place)


def _spot(passage: Passage) -> Spot:
    """Where a passage stands, whatever its number: of a card's fields the name (0) apart from what it says (1)."""
    *before, last = passage.path.split(".")
    name = last if not last.isdecimal() else next(one for one in reversed(before) if not one.isdecimal())
    return passage.block or passage.kind, f"fields.{last}" if name == "fields" else name, passage.text.strip()


def _dated(value: Any, path: str) -> Iterator[tuple[str, str, str, int, str]]:
    """Every field of a block that is a date: the block's kind, the field, what it says, the line, the way to it."""
    if isinstance(value, tuple):
        for at, part in enumerate(value):
            yield from _dated(part, f"{path}.{at}")
    elif isinstance(value, Block):
        for one in fields(value):
            there, said = f"{path}.{one.name}", getattr(value, one.name)
            if isinstance(said, str) and _DATE.fullmatch(said):
                yield value.kind, one.name, said, value.line, there
            else:
                yield from _dated(said, there)


def _dialogues(value: Any, path: str) -> Iterator[tuple[str, Dialogue]]:
    """Every dialogue in ``value``, however deep, with the way to it."""
    if isinstance(value, Dialogue):
        yield path, value
    elif isinstance(value, tuple):
        for at, part in enumerate(value):
            yield from _dialogues(part, f"{path}.{at}")
    elif is_dataclass(value):
        for one in fields(value):
            yield from _dialogues(getattr(value, one.name), f"{path}.{one.name}")


def _left(passage: Passage, known: Begun) -> Iterator[str]:
    alone = passage.text.strip()
    yield from (one for one in (START, DIGEST) if one in passage.text)
    if alone == HEADLINE and passage.kind == "title":
        yield HEADLINE
    if alone in known.phrases or _spot(passage) in known.spots:
        yield alone
