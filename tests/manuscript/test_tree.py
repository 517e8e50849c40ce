"""blocks → the visual editor's document → blocks is the identity; a stranger's document is refused in words."""

import json
import os
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from channels.values import BLOCK_KINDS, Blocks, Figure, Heading, Paragraph, Picture, Text
from cms.manuscript.letters import tidy
from cms.manuscript.tree import DEEPEST, LEAVES, blocks_of, size, tree_of
from cms.manuscript.worker import parse_body
from tests.manuscript import trees
from tests.manuscript.test_identity import CORPUS, corpus_files

EXAMPLES = 5_000 if os.environ.get("YIGAO_SOAK") == "1" else 60


def travelled(blocks: Blocks) -> Blocks:
    return blocks_of(json.loads(json.dumps(tree_of(blocks))))


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(trees.stories)
def test_any_tree_survives_the_visual_editor(story: Blocks) -> None:
    assert travelled(story) == story


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not beside the project")
def test_real_articles_survive_the_visual_editor() -> None:
    changed = []
    for file in corpus_files()[:40]:
        text, _ = tidy(file.read_text(encoding="utf-8"))
        blocks, _ = parse_body(text)
        if travelled(blocks) != blocks:
            changed.append(file.name)
    assert changed == []


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(trees.stories)
def test_each_block_knows_the_place_of_its_node(story: Blocks) -> None:
    tree = tree_of(story)
    places = {at: kind for kind, at in walked(tree, 0)}
    for block in blocks_of(tree):
        assert places[block.line] == {"code": "code_block"}.get(block.kind, block.kind)


def walked(node: dict[str, Any], at: int) -> list[tuple[str, int]]:
    """Every node below ``node``, whose content begins at ``at``, with its place."""
    out = []
    for child in node.get("content", ()):
        out.append((child["type"], at))
        out += walked(child, at + 1)
        at += size(child)
    return out


def test_places_are_counted_in_utf_16() -> None:
    story = (Paragraph(text=(Text("𠮷野家"),)), Heading(level=2, text=(Text("甲"),)))
    assert [block.line for block in blocks_of(tree_of(story))] == [0, 6]


def test_an_empty_story_has_a_paragraph_to_type_in() -> None:
    assert tree_of(()) == {"type": "doc", "content": [{"type": "paragraph"}]}
    assert blocks_of(tree_of(())) == ()


def test_a_figure_carries_all_its_words() -> None:
    picture = Picture(src="a.jpg", alt="替", credit="摄", licence="许可", focus_x=10, focus_y=990, ai=True)
    (node,) = tree_of([Figure(picture=picture)])["content"]
    assert node["attrs"]["picture"]["focus_y"] == 990 and blocks_of({"type": "doc", "content": [node]})[0] == Figure(
        picture=picture
    )


def deep(levels: int) -> dict[str, Any]:
    node: dict[str, Any] = {"type": "paragraph", "content": [{"type": "text", "text": "底"}]}
    for _ in range(levels):
        node = {"type": "quote", "content": [node]}
    return {"type": "doc", "content": [node]}


@pytest.mark.parametrize(
    "tree",
    [
        None,
        [],
        {},
        {"type": "paragraph"},
        {"type": "doc", "content": [{"type": "script"}]},
        {"type": "doc", "content": [{"type": "code"}]},
        {"type": "doc", "content": [{"type": "heading", "attrs": {"level": "2"}}]},
        {"type": "doc", "content": [{"type": "paragraph", "attrs": {"onclick": "x"}}]},
        {"type": "doc", "content": [{"type": "paragraph", "content": [{"type": "text", "text": 3}]}]},
        {"type": "doc", "content": [{"type": "paragraph", "content": [{"type": "divider"}]}]},
        {"type": "doc", "content": [{"type": "gallery", "content": [{"type": "paragraph"}]}]},
        {"type": "doc", "content": [{"type": "gallery"}]},
        {"type": "doc", "content": [{"type": "list", "content": [{"type": "paragraph"}]}]},
        {"type": "doc", "content": [{"type": "dialogue", "content": [{"type": "local_text"}]}]},
        deep(DEEPEST + 5),
    ],
)
def test_what_is_no_story_is_refused(tree: Any) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        blocks_of(tree)


def test_every_leaf_is_a_kind_of_ours() -> None:
    assert LEAVES - set(BLOCK_KINDS) == {"break", "footnote_ref", "inline_formula"}
