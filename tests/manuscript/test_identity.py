"""blocks → Markdown → blocks is the identity: over generated trees of every kind, and over real articles."""

import os
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels.values import BLOCK_KINDS, Block, Blocks
from cms.manuscript import normalise
from cms.manuscript.letters import tidy
from cms.manuscript.worker import parse_body
from cms.manuscript.writer import write_blocks
from tests.manuscript import trees

SOAK = os.environ.get("YIGAO_SOAK") == "1"
CORPUS = Path(__file__).resolve().parents[2] / "../shared/corpus"
EXAMPLES = 20_000 if SOAK else 120


def reread(blocks: Blocks) -> Blocks:
    text = write_blocks(blocks)
    again, findings = parse_body(text)
    assert [f for f in findings if f.rule.startswith("manuscript.html")] == []
    return again


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(trees.stories)
def test_any_tree_survives_being_written_and_read(story: Blocks) -> None:
    assert reread(story) == story


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(trees.stories)
def test_normal_form_is_its_own_normal_form(story: Blocks) -> None:
    assert normalise(story) == story


@settings(max_examples=EXAMPLES * 2, deadline=None, suppress_health_check=list(HealthCheck))
@given(trees.inlines)
def test_any_line_of_text_survives(text: trees.Text) -> None:
    story = normalise([trees.Paragraph(text=text)])
    assert reread(story) == story


def test_the_trees_hold_every_kind_of_block() -> None:
    seen: set[str] = set()

    @settings(max_examples=400, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def collect(data: st.DataObject) -> None:
        for block in data.draw(trees.stories):
            seen.update(kinds(block))

    collect()
    assert seen == set(BLOCK_KINDS)


def kinds(block: Block) -> set[str]:
    return {block.kind}.union(*(kinds(inner) for inner in getattr(block, "blocks", ())))


def corpus_files() -> list[Path]:
    files = sorted(CORPUS.rglob("*.md")) if CORPUS.is_dir() else []
    return files if SOAK or len(files) < 100 else random.Random(2026).sample(files, 100)


@pytest.mark.slow
@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not beside the project")
def test_real_articles_survive_being_read_written_and_read() -> None:
    changed = []
    for file in corpus_files():
        text, _ = tidy(file.read_text(encoding="utf-8"))
        first, _ = parse_body(text)
        if parse_body(write_blocks(first))[0] != first:
            changed.append(file.name)
    assert changed == []


def test_a_word_in_quotes_is_never_a_flag() -> None:
    story = normalise([trees.FactBox(title="ai", blocks=()), trees.Footnote(label="ai", blocks=())])
    assert reread(story) == story
