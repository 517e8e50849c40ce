"""What we send comes out of every clean-up unchanged, and every word of the story is in it or told as a loss."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings

import themes
from assets.pictures import Pictures
from assets.store import MemoryStore
from channels import registry
from channels.making import words
from channels.rendering import resolve
from channels.values import BLOCK_KINDS, Manuscript, Rendition
from tests.contract import stories
from tests.manuscript import trees
from tests.wechat import made, survives

CLEANED = sorted(one.name for one in registry.all_channels().values() if one.cleanings)
BRANDS = ("sichuan", "chengdu", "aba", "base")
EXAMPLES = 1000 if made.SOAK else 60
ARTICLES = made.articles(50)
SEEDS = sorted(made.CORPUS.glob("seeds/*.md"))
HAVE_CORPUS = pytest.mark.skipif(not made.CORPUS.is_dir(), reason="NOT TESTED: the corpus is not beside the project")


@pytest.fixture(scope="module")
def store() -> Pictures:
    """One store for the module: what was cut once is found again."""
    return Pictures(MemoryStore())


def rendered(channel: str, story: Manuscript, assets: Pictures, brand: str = "chengdu") -> Rendition:
    account = stories.profile(channel, brand)
    return registry.get(channel).render([resolve(story, account)], account, themes.load(brand), assets)


def comes_through(channel: str, rendition: Rendition) -> None:
    """Step after step nothing is met; and our second reading of the facts, told by a browser's parser, agrees."""
    for part in rendition.parts:
        for clean in registry.get(channel).cleanings.values():
            cleaned = clean(part.body)
            assert cleaned.changes == ()
            assert cleaned.html is part.body
        if channel == "wechat":
            assert survives.stripped(part.body) == []


def test_wechat_and_toutiao_clean() -> None:
    assert {"wechat", "toutiao"} <= set(CLEANED)


@pytest.mark.parametrize("brand", BRANDS)
@pytest.mark.parametrize("look", themes.LOOKS)
def test_every_block_in_every_look_comes_through(look: str, brand: str, store: Pictures) -> None:
    story = replace(stories.all_kinds(store), look=look)
    for channel in CLEANED:
        comes_through(channel, rendered(channel, story, store, brand))


def test_hostile_words_come_through_as_words(store: Pictures) -> None:
    for channel in CLEANED:
        comes_through(channel, rendered(channel, stories.hostile(store), store))


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.generate,),  # shrinking a whole story takes longer than reading it
    derandomize=not made.SOAK,
)
@given(trees.stories)
def test_generated_stories_come_through(store: Pictures, blocks: tuple[trees.Block, ...]) -> None:
    shown = made.stored(blocks, store)  # type: ignore[arg-type]
    story = Manuscript(slug="s", headline="题目", blocks=shown)
    if not resolve(story, stories.profile("wechat")).blocks:
        return  # a story for other regions only: nothing to send
    for channel in CLEANED:
        comes_through(channel, rendered(channel, story, store))


def test_the_rich_story_holds_every_kind(store: Pictures) -> None:
    assert set(BLOCK_KINDS) <= set(made.kinds(stories.all_kinds(store).blocks))


@HAVE_CORPUS
@pytest.mark.parametrize("file", SEEDS, ids=lambda file: file.name[:3])
def test_the_seeds_come_through_in_every_look(file: Path, store: Pictures) -> None:
    for look in themes.LOOKS:
        for channel in CLEANED:
            comes_through(channel, rendered(channel, made.real(file, store, look=look), store))


@HAVE_CORPUS
@pytest.mark.slow
def test_real_articles_come_through_with_every_word(store: Pictures) -> None:
    missing = {}
    for file in ARTICLES:
        story = made.real(file, store)
        for channel in CLEANED:
            rendition = rendered(channel, story, store)
            comes_through(channel, rendition)
            missing[file.name, channel] = unsaid(channel, story, rendition)
    assert {place: lost for place, lost in missing.items() if lost} == {}


@pytest.mark.parametrize("channel", CLEANED)
def test_every_word_of_the_rich_story_is_there_or_told(channel: str, store: Pictures) -> None:
    story = resolve(stories.all_kinds(store), stories.profile(channel))
    assert unsaid(channel, story, rendered(channel, story, store)) == []


@pytest.mark.parametrize("channel", CLEANED)
def test_a_word_taken_away_in_silence_is_noticed(channel: str, store: Pictures) -> None:
    story = Manuscript(slug="s", headline="题", blocks=(stories.para("这一段在。"), stories.para("那一段不在。")))
    rendition = rendered(channel, story, store)
    part = rendition.parts[0]
    silent = replace(rendition, parts=(replace(part, body=part.body.replace("那一段不在。", "")),), losses=())
    assert unsaid(channel, story, rendition) == []
    assert unsaid(channel, story, silent) == ["那一段不在。"]


_RAISED = str.maketrans("123", "¹²³")


def unsaid(channel: str, story: Manuscript, rendition: Rendition) -> list[str]:
    """The words of ``story`` that are neither in the body as the platform keeps it nor in a loss."""
    body = rendition.parts[0].body
    for clean in registry.get(channel).cleanings.values():
        body = clean(body).html
    shown = "".join(survives.text(body).split())
    told = ["".join((loss.excerpt or loss.reason).split()) for loss in rendition.losses]
    return [
        word
        for word in made.said(story.blocks)
        if not any(one in shown for one in (*_ways(word), "".join(words.moment(word).split())))
        and not any(_tells(excerpt, word) for excerpt in told)
    ]


def _tells(excerpt: str, word: str) -> bool:
    """Whether a loss names ``word``; a long excerpt is only the beginning."""
    return word in excerpt or (excerpt.endswith("…") and word.startswith(excerpt[:-1]))


def _ways(word: str) -> set[str]:
    """How a word may stand there: powers are written ² or ^10 where nothing can be raised."""
    return {word, f"^{word}", word.translate(_RAISED)}
