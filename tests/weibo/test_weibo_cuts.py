"""Every sentence of a story is in the post or counted in a loss: over generated stories and real articles."""

import os
import re
from collections import Counter
from dataclasses import fields, is_dataclass, replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import themes
from assets.pictures import Pictures
from assets.store import MemoryStore
from channels.making import words
from channels.rendering import resolve
from channels.values import Blocks, Loss, Manuscript, Profile, Rendition
from channels.weibo import channel, told
from channels.weibo.count import count
from channels.weibo.limits import measured
from cms import manuscript as desk
from tests.contract import stories
from tests.manuscript import trees

SOAK = os.environ.get("YIGAO_SOAK") == "1"
CORPUS = Path(__file__).resolve().parents[2] / "../shared/corpus"
EXAMPLES = 4_000 if SOAK else 50
STEP = 1 if SOAK else 120
THEME = themes.load("chengdu")
ASSETS = Pictures(MemoryStore())
KEPT = ASSETS.take_in(stories.drawn_picture())


def account(route: str) -> Profile:
    return stories.profile("weibo", settings=(("route", route),))


def rendered(manuscript: Manuscript, route: str) -> Rendition:
    return channel.render([manuscript], account(route), THEME, ASSETS)


def squeezed(text: str) -> str:
    """Letters alone: spaces and the # signs that share may not send say nothing."""
    return re.sub(r"[\s#＃♯]", "", text)


def counted(losses: tuple[Loss, ...], line: int) -> int:
    """How many sentences of the block on ``line`` its losses say were cut."""
    found = [re.match(r"(\d+) 句没有放进正文", one.reason) for one in losses if one.line == line]
    numbers = [int(one[1]) for one in found if one]
    assert len(numbers) <= 1, "one loss a block"
    return sum(numbers)


def agree(manuscript: Manuscript, made: Rendition) -> None:
    """The total is exact: sentence by sentence, in the post or counted; nothing half cut."""
    part = made.parts[0]
    whole = squeezed(part.body)
    for block in manuscript.blocks:
        said = words.sentences(words.of_block(block))
        lost = counted(made.losses, block.line)
        assert 0 <= lost <= len(said)
        if block.kind == "paragraph":
            found = [one for one in said if squeezed(one) in whole]
            assert len(found) >= len(said) - lost, (said, lost, part.body)
        elif lost not in (0, len(said)):
            raise AssertionError(f"a {block.kind} is kept whole or cut whole")
        elif not lost and said:
            assert all(squeezed(word) in whole for one in said for word in one.split()), (block, part.body)
        if lost:
            first = next(one for one in made.losses if one.line == block.line and "句没有放进正文" in one.reason)
            assert (
                first.kind == "dropped"
                and first.excerpt
                and any(words.excerpt(one, 40) == first.excerpt for one in said)
            )
    lengths = {slot.id: slot.max_length for slot in part.slots}
    assert count(measured(part.body, lengths)) <= (2000 if part.field("route") == "longtext" else 140)


def lined(blocks: Blocks) -> Blocks:
    """Each top-level block on a line of its own, its pictures in the store."""
    return tuple(replace(one, line=number * 10) for number, one in enumerate(_stored(blocks), 1))


def _stored(value: object) -> object:
    if isinstance(value, tuple):
        return tuple(_stored(one) for one in value)
    if isinstance(value, trees.Picture):
        return replace(value, src=f"asset:{KEPT.hash}")
    if is_dataclass(value) and not isinstance(value, type):
        inner = {one.name: _stored(getattr(value, one.name)) for one in fields(value) if one.name != "line"}
        return replace(value, **inner)
    return value


@pytest.mark.parametrize("route", ["share", "advanced", "longtext"])
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(blocks=trees.stories, digest=st.sampled_from(["", "一句摘要。第二句摘要！"]), headline=trees.short)
def test_every_sentence_of_any_story_is_in_the_post_or_counted(
    route: str, blocks: Blocks, digest: str, headline: str
) -> None:
    assume(blocks)
    given_story = Manuscript(slug="s", headline=headline or "题", digest=digest, blocks=blocks)
    local = resolve(given_story, account(route))
    story = replace(local, blocks=lined(local.blocks))
    assume(story.blocks)
    agree(story, rendered(story, route))


ARTICLES = sorted(CORPUS.glob("*/**/*.md"))[::STEP] if CORPUS.is_dir() else []


@pytest.mark.skipif(not ARTICLES, reason="the corpus does not lie beside the project")
@pytest.mark.parametrize("route", ["share", "longtext"])
def test_every_sentence_of_real_articles_is_in_the_post_or_counted(route: str) -> None:
    seen: Counter[str] = Counter()
    for path in ARTICLES:
        frozen = desk.freeze(desk.read(path.read_text("utf-8", "replace"), path.name), ASSETS, path.parent, keep=True)
        if frozen.manuscript is None or not frozen.manuscript.blocks:
            continue
        story = resolve(frozen.manuscript, account(route))
        story = replace(story, blocks=lined(story.blocks))
        agree(story, rendered(story, route))
        seen[path.parent.name] += 1
    assert sum(seen.values()) >= len(ARTICLES) * 0.9


def test_a_cut_paragraph_says_how_many_sentences_and_which_comes_first() -> None:
    sentence = "这是第{}句，二十多个汉字左右长短的普通话呀真的。"
    long = "".join(sentence.format(number) for number in "一二三四五六七八九")
    made = rendered(Manuscript(slug="s", headline="题", blocks=(stories.para(long, 9),)), "share")
    (lost,) = made.losses
    kept = made.parts[0].body.count("真的。")
    assert (lost.what, lost.line, lost.kind) == ("段落", 9, "dropped")
    assert lost.reason == f"{9 - kept} 句没有放进正文，全文见链接"
    assert lost.excerpt.startswith(f"这是第{'一二三四五六七八九'[kept]}句")


def test_a_sentence_said_twice_counts_twice() -> None:
    blocks = (stories.para("好。", 1), stories.para("长" * 150 + "。", 2), stories.para("好。", 3))
    made = rendered(Manuscript(slug="s", headline="题", blocks=blocks), "share")
    assert [(one.line, one.reason[:3]) for one in made.losses] == [(2, "1 句"), (3, "1 句")]


def test_nothing_is_ever_cut_inside_a_sentence() -> None:
    endless = Manuscript(slug="s", headline="题", digest="没完没了，" * 50, blocks=(stories.para("短句。", 3),))
    made = rendered(endless, "share")
    assert made.parts[0].body == "【题】短句。 \x02own_link\x03?k=\x02key\x03"
    assert [(one.what, one.reason[:3]) for one in made.losses] == [("摘要", "1 句")]


def test_every_kind_a_long_post_tells_holds_all_its_words() -> None:
    manuscript = resolve(stories.all_kinds(ASSETS), account("longtext"))
    for block in manuscript.blocks:
        drawn = squeezed(told.text(manuscript, block))
        if drawn:
            assert all(squeezed(word) in drawn for word in words.of_block(block).split())
