"""All checks of a newsroom over the sample and made stories, beside plain `re` and `str.count` with the same words."""

import random
import re
from datetime import date
from pathlib import Path

from benchmarks.ratio import Measured, interleave
from channels.values import Manuscript, Paragraph, Text
from cms.checks import folding, passages
from cms.checks.matching import Matcher
from cms.checks.standards import Standards, examine
from cms.checks.words import Entry, WordList

WORDS, STORIES, CHARACTERS = 3000, 20, 5000
DAY = date(2026, 11, 25)
STORIES_AT = Path(__file__).resolve().parents[1] / "tests" / "checks" / "stories"


def measure(runs: int) -> Measured:
    """Every way reads the same stories; nothing about them is kept from one round to the next."""
    dice = random.Random(2026)
    text = "".join(one.read_text(encoding="utf-8") for one in sorted(STORIES_AT.glob("*.md")))
    sentences = [
        one for one in re.split(r"(?<=[。！？])", re.sub(r"[^\u3400-\u9fff\d，。：；、%.]", "", text)) if len(one) > 8
    ]
    stories = [_story(number, sentences, dice) for number in range(STORIES)]
    texts = ["\n".join(one.text for one in passages.read(story).passages) for story in stories]
    words = _words(text, dice)
    lists = WordList(name="bench", version="1", entries=tuple(Entry(word=one, kind="sensitive") for one in words))
    held = Standards((lists,), DAY)
    examine(stories[0], held)  # builds the lexicon once, as a house does
    alternatives = re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True))))
    matcher = Matcher(words)

    def checked() -> None:
        passages.read.cache_clear()
        folding.fold.cache_clear()
        folding.squeezed.cache_clear()
        for story in stories:
            examine(story, held)

    size = sum(map(len, texts))
    ways = (
        ("re alternation, words alone (yardstick)", lambda: [alternatives.findall(one) for one in texts], ""),
        ("str.count, words alone", lambda: [[one.count(word) for word in words] for one in texts], ""),
        ("ours, words alone", lambda: [matcher.find(one) for one in texts], "<= 0.2 x"),
        ("ours, all checks", checked, "<= 1 x"),
    )
    rows = interleave(ways, runs)
    speeds = "; ".join(f"{row.name}: {size / row.median:,.0f}" for row in rows)
    return Measured(rows, f"{size:,} characters in {STORIES} stories, {WORDS:,} words. Characters a second: {speeds}")


def _story(number: int, sentences: list[str], dice: random.Random) -> Manuscript:
    blocks: list[Paragraph] = []
    length = 0
    while length < CHARACTERS:
        words = "".join(dice.choice(sentences) for _ in range(4))
        blocks.append(Paragraph(text=(Text(words),)))
        length += len(words)
    return Manuscript(slug=f"bench-{number}", headline=f"第{number}篇", blocks=tuple(blocks))


def _words(text: str, dice: random.Random) -> list[str]:
    """Words of two to five letters of the texts' own alphabet; few of them stand in the texts."""
    letters = sorted(set(re.findall(r"[\u3400-\u9fff]", text)))
    found: set[str] = set()
    while len(found) < WORDS:
        found.add("".join(dice.choice(letters) for _ in range(dice.choice((2, 3, 4, 4, 5)))))
    return sorted(found)
