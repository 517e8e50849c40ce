"""Captions: how long they stand, how they are cut, and that SRT and VTT say the same as the pictures."""

import re
from collections.abc import Callable
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from channels.making.clip import captions, lines
from channels.making.clip.storyboard import Storyboard

_SPAN = re.compile(r"(\d+):(\d\d):(\d\d)[,.](\d{3}) --> (\d+):(\d\d):(\d\d)[,.](\d{3})")


def parsed(text: str) -> list[tuple[float, float, tuple[str, ...]]]:
    out = []
    for block in text.replace("WEBVTT\n\n", "").strip().split("\n\n"):
        rows = block.split("\n")
        at = next(number for number, row in enumerate(rows) if "-->" in row)
        found = [int(part) for part in _SPAN.fullmatch(rows[at]).groups()]  # type: ignore[union-attr]
        start, end = (found[k] * 3600 + found[k + 1] * 60 + found[k + 2] + found[k + 3] / 1000 for k in (0, 4))
        out.append((start, end, tuple(rows[at + 1 :])))
    return out


def test_srt_and_vtt_say_the_same_within_a_frame_of_the_storyboard(
    board: Storyboard, read: Callable[[str], bytes]
) -> None:
    srt, vtt = parsed(read("srt").decode()), parsed(read("vtt").decode())
    assert srt == vtt and len(srt) > 5
    for (start, end, said), cue in zip(srt, captions.cues(board), strict=True):
        assert said == cue.lines
        assert abs(start - cue.start / board.grade.fps) < 1 / board.grade.fps
        assert abs(end - cue.end / board.grade.fps) < 1 / board.grade.fps


def test_every_caption_of_a_story_keeps_the_rules(board: Storyboard) -> None:
    fps, cues = board.grade.fps, captions.cues(board)
    for cue in cues:
        seconds = (cue.end - cue.start) / fps
        assert 5 / 6 <= seconds <= 7
        assert sum(map(len, cue.lines)) / seconds <= 9
        assert len(cue.lines) <= 2 and all(lines.width(line) <= 16 for line in cue.lines)
        assert all(line[0] not in lines.NOT_AT_START and line[-1] not in "，。、（《“" for line in cue.lines)
    assert all(after.start - before.end >= 2 for before, after in pairwise(cues))


@given(st.text(alphabet="科技创新服务，。！？“”123%abc、", min_size=1, max_size=120))
def test_any_text_is_cut_into_captions_that_can_be_read(text: str) -> None:
    for caption in captions.cut(text):
        assert 1 <= len(caption) <= 2
        assert captions.characters(caption) / captions.seconds(caption) <= 9


def test_captions_never_run_over_a_full_stop() -> None:
    assert captions.cut("我不看。我听。") == [("我不看",), ("我听",)]


def test_vtt_escapes_what_a_player_would_take_for_markup() -> None:
    assert captions._escaped("a<b & c") == "a&lt;b &amp; c"


def test_the_transcript_holds_headline_words_and_makers(read: Callable[[str], bytes]) -> None:
    text = read("transcript").decode()
    assert "能源捕手" in text and "比人工徒步快了近30倍" in text and "编辑：陈编" in text
