"""2,574 real articles: no crash, no hang, no sentence lost without a word, no finding without a reason."""

import multiprocessing
import os
import random
import re
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from tests.corpus.survey import CHANNELS, Told, survey

SOAK = os.environ.get("YIGAO_SOAK") == "1"
CORPUS = Path(__file__).resolve().parents[2] / "../shared/corpus"
WORST = Path(__file__).with_name("worst.txt")
SAMPLE = 40  # beside the worst
LONGEST_SECONDS = 5
FORMULA_SECONDS = 0.2  # each may have to be drawn, as an outline or as a picture
DAMAGED = {"manuscript.text.mojibake", "manuscript.text.readings"}
KNOWN = DAMAGED | {
    "manuscript.picture.outside",  # the corpus holds no pictures
    "manuscript.picture.missing",
    "manuscript.front.no_headline",  # an empty file
    "toutiao.title.long",  # lengths
    "toutiao.title.short",
    "wechat.title.long",
    "wechat.body.characters",
    "toutiao.declaration.missing",
}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not beside the project"),
    pytest.mark.timeout(3600 if SOAK else 1800),
]


def files() -> list[Path]:
    """All articles, or a fixed choice: the seeds, those that once were the worst, and some by lot."""
    every = sorted(CORPUS.rglob("*.md"))
    every = [one for one in every if one.parent != CORPUS]
    if SOAK:
        return every
    worst = set(WORST.read_text(encoding="utf-8").split("\n"))
    chosen = [one for one in every if str(one.relative_to(CORPUS)) in worst or one.parent.name in ("seeds", "edge")]
    return chosen + random.Random(2026).sample([one for one in every if one not in chosen], SAMPLE)


@pytest.fixture(scope="module")
def told() -> list[Told]:
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        return list(pool.map(survey, files(), chunksize=4))


def test_no_article_crashes_anything(told: list[Told]) -> None:
    assert [(one.name, one.crashes) for one in told if one.crashes] == []


def test_no_article_takes_long(told: list[Told]) -> None:
    assert [one.name for one in told if "manuscript.text.unparsable" in {rule for _, rule, _ in one.findings}] == []
    slow = [
        (one.name, step, took)
        for one in told
        for step, took in one.seconds.items()
        if took > LONGEST_SECONDS + FORMULA_SECONDS * one.formulas
    ]
    assert slow == []


@pytest.mark.parametrize("channel", CHANNELS)
def test_no_sentence_is_lost(told: list[Told], channel: str) -> None:
    """Every sentence of the source is read there (Weibo: read, or listed among what it left out)."""
    assert sum(one.sentences for one in told) > 100 * len(told) * (0.5 if SOAK else 0.3)
    assert [(one.name, one.missing[channel][:3]) for one in told if one.missing.get(channel)] == []


def test_nothing_blocks_without_a_known_reason(told: list[Told]) -> None:
    blocking = Counter(
        (rule, message[:60]) for one in told for level, rule, message in one.findings if level == "block"
    )
    assert {found: count for found, count in blocking.items() if found[0] not in KNOWN} == {}
    damaged = [one.name[:3] for one in told if DAMAGED & {rule for level, rule, _ in one.findings if level == "block"}]
    assert damaged == ["001"]  # the one damaged seed, and no sound text


def test_a_channel_refuses_only_what_it_says(told: list[Told]) -> None:
    refused = Counter(sentence for one in told for sentence in one.refused.values())
    assert [sentence for sentence in refused if not re.search("公式|正文是空的", sentence)] == []
