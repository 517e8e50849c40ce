"""Which parts of a story make its clip."""

from dataclasses import replace

from assets.pictures import Pictures
from channels.making.clip.storyboard import Intro, Outro, Scene, Storyboard, Talk, Title
from channels.values import CorrectionNotice, Dialogue, Manuscript, Paragraph, Source, Table, Text
from cms.web.strip import stills
from tests.clip.conftest import TINY, board_of
from tests.clip.sample import paragraph


def kinds(board: Storyboard) -> list[str]:
    return [shot.kind for shot in board.shots]


def test_a_rich_story_becomes_intro_title_scenes_cards_outro(board: Storyboard) -> None:
    found = kinds(board)
    assert found[:2] == ["intro", "title"] and found[-1] == "outro"
    assert {"scene", "figure", "talk"} <= set(found)
    assert 20 <= board.seconds <= 40


def test_the_brand_stands_only_in_intro_title_and_outro(story: Manuscript, assets: Pictures, board: Storyboard) -> None:
    other = board_of(story, assets, "meishan")
    for mine, theirs in zip(board.shots, other.shots, strict=True):
        assert (mine == theirs) is not isinstance(mine, Intro | Title | Outro)


def test_a_story_without_pictures_still_makes_a_clip_of_words(story: Manuscript, assets: Pictures) -> None:
    bare = replace(
        story, cover=None, cast=(), blocks=(paragraph("天气好。"), paragraph("仪器飞起来了，大家都很高兴。"))
    )
    found = board_of(bare, assets)
    assert "scene" not in kinds(found) and kinds(found).count("words") >= 2
    assert found.shots[1].picture == ""  # type: ignore[union-attr]


def test_a_pause_in_a_dialogue_is_no_bubble(story: Manuscript, assets: Pictures) -> None:
    """While somebody writes, the line just begun has no words; the strip is drawn all the same."""
    spoken = next(one for one in story.blocks if isinstance(one, Dialogue))
    silent = replace(spoken, lines=(replace(spoken.lines[0], text=()), *spoken.lines[:2]))
    shots = board_of(replace(story, blocks=(silent,)), assets).shots
    said = [one.bubbles for one in shots if isinstance(one, Talk)][-1]
    assert len(said) == 2 and all(one.lines for one in said)
    nothing = replace(spoken, lines=(replace(spoken.lines[0], text=()),))
    assert stills(board_of(replace(story, blocks=(nothing, *story.blocks)), assets), assets)


def test_only_whole_sentences_of_the_story_are_shown(board: Storyboard, story: Manuscript) -> None:
    told = story.digest + "".join(
        run.text
        for block in story.blocks
        if isinstance(block, Paragraph)
        for run in block.text
        if isinstance(run, Text)
    )
    shown = [line for shot in board.shots if isinstance(shot, Scene) for one in shot.captions for line in one.lines]
    assert shown and all(line in told for line in shown)


def test_a_correction_is_always_shown(story: Manuscript, assets: Pictures) -> None:
    notice = CorrectionNotice(corrected="2026-11-26", was="3个小时", now="4个小时")
    found = board_of(replace(story, blocks=(*story.blocks, notice)), assets)
    cards = [shot for shot in found.shots if getattr(shot, "label", "").startswith("更正")]
    assert "".join(line for card in cards for line in card.lines) == "原文“3个小时”有误更正为“4个小时”"  # type: ignore[union-attr]


def test_the_source_of_a_reprint_stands_in_the_outro(story: Manuscript, assets: Pictures) -> None:
    board = board_of(replace(story, source=Source(outlet="四川日报", author="赵六")), assets)
    outro = board.shots[-1]
    assert isinstance(outro, Outro)
    assert outro.rows[:2] == (("来源", "四川日报"), ("原作者", "赵六"))


def test_an_ai_flag_labels_the_first_two_seconds_and_the_outro(story: Manuscript, assets: Pictures) -> None:
    flagged = replace(story, cover=replace(story.cover, ai=True))  # type: ignore[type-var]
    board = board_of(flagged, assets)
    labelled = [shot for shot in board.shots if shot.ai]
    assert board.ai == "AI生成" and labelled[:2] == list(board.shots[:2])
    assert sum(shot.frames for shot in board.shots[:2]) >= 2 * TINY.fps
    assert dict(board.shots[-1].rows)["标识"] == "本片含AI生成内容"  # type: ignore[union-attr]


def test_an_own_ai_label_must_say_what_the_standard_asks(story: Manuscript, assets: Pictures) -> None:
    assert board_of(replace(story, ai_label="图为人工智能生成"), assets).ai == "图为人工智能生成"
    assert board_of(replace(story, ai_label="机器画的"), assets).ai == "AI生成"
    assert board_of(story, assets).ai == ""


def test_blocks_without_a_form_are_counted_once_a_kind(story: Manuscript, assets: Pictures) -> None:
    tables = tuple(Table(header=(), rows=((),), line=line) for line in (40, 50))
    assert board_of(replace(story, blocks=(*story.blocks, *tables)), assets).left_out == ((40, "表格"),)


def test_a_sentence_no_font_can_draw_is_left_out(story: Manuscript, assets: Pictures) -> None:
    blocks = (paragraph("这个字\U0003fffd没有字体。"), *story.blocks)
    board = board_of(replace(story, digest="", cover=None, blocks=blocks), assets)
    assert "没有字体" not in repr(board.shots)
