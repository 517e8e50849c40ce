"""What was begun and not written: words a new story or block began with, a line of a dialogue without words. They would
go out as they stand."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from channels.making import words
from channels.values import Dialogue, Finding
from cms.checks.passages import Passage, Reading
from cms.manuscript.skeletons import DIGEST, HEADLINE, PHRASES, START

RULE = "checks.text.skeleton"
SILENT = "checks.text.silent"


def check(reading: Reading) -> Iterator[Finding]:
    """Each place where such words are left: what is unmistakable anywhere in a text, the others where they stand
    alone."""
    for passage in reading.passages:
        for left in _left(passage):
            at = passage.text.index(left)
            message = f"“{left}”是新稿或模板里的提示语，还没有换掉，请写上自己的话，或删去它。"
            yield passage.say("block", RULE, message, at, at + len(left))
    names = {one.key: one.name for one in reading.story.cast}
    for path, dialogue in _dialogues(reading.story.blocks, "blocks"):
        for number, one in enumerate(dialogue.lines):
            if not words.plain(one.text).strip():
                who = names.get(one.speaker, one.speaker)
                message = f"对白里“{who}”有一句还没有话，会发成空气泡，请写上，或删去这一句。"
                place = f"{path}.lines.{number}.text#0"
                yield Finding(level="block", rule=SILENT, message=message, line=dialogue.line, excerpt=who, place=place)


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


def _left(passage: Passage) -> Iterator[str]:
    alone = passage.text.strip()
    yield from (one for one in (START, DIGEST) if one in passage.text)
    if alone == HEADLINE and passage.kind == "title":
        yield HEADLINE
    yield from (one for one in PHRASES if alone == one or (one == PHRASES[-1] and alone.startswith(one)))
