"""The file itself: decoded, taken apart, made twice, broken on purpose."""

import io
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

from assets.pictures import Pictures
from assets.store import LocalStore, MemoryStore
from channels.contract import LaterError, StoryError
from channels.making.clip import ffmpeg, make, mp4, timeline
from channels.making.clip.draw import colour, opened
from channels.making.clip.storyboard import Intro, Outro, Scene, Storyboard, Title
from channels.values import Manuscript
from tests.clip.conftest import TINY, board_of, decoded, described, shortened

ROOT = Path(__file__).resolve().parents[2]


def test_the_clip_decodes_to_the_frames_the_storyboard_counts(
    board: Storyboard, read: Callable[[str], bytes], tmp_path: Path
) -> None:
    frames = decoded(read("clip"), tmp_path, (TINY.width, TINY.height))
    assert len(frames) == board.frames


def test_the_clip_is_yuv420p_bt709_h264_with_aac(read: Callable[[str], bytes], tmp_path: Path) -> None:
    told = described(read("clip"), tmp_path)
    assert "h264 (High)" in told and "yuv420p(tv, bt709" in told and "270x480" in told and "10 fps" in told
    assert "aac (LC)" in told and "48000 Hz, stereo" in told
    assert "start: 0.000000" in told


def test_the_clip_plays_while_it_loads_and_sound_is_as_long_as_pictures(
    board: Storyboard, read: Callable[[str], bytes]
) -> None:
    found = mp4.probe(read("clip"))
    assert found.order.index("moov") < found.order.index("mdat")
    assert found.track("vide").samples == board.frames
    assert abs(found.track("vide").seconds - found.track("soun").seconds) <= 1 / TINY.fps


def test_the_clip_names_no_encoder_and_no_date(read: Callable[[str], bytes]) -> None:
    clip = read("clip")
    assert b"x264 - core" not in clip and b"Lavf" not in clip and b"Lavc6" not in clip


def test_decoded_cards_show_the_brand_colour_within_two_levels(
    board: Storyboard, read: Callable[[str], bytes], tmp_path: Path
) -> None:
    frame = decoded(read("clip"), tmp_path, (TINY.width, TINY.height))[2].astype(float)
    luma, blue, red = (float(plane[-6, -6]) for plane in _planes(frame))
    got = _rgb(luma, blue, red)
    assert np.abs(np.array(got) - np.array(colour(board.brand.accent))).max() <= 2


def test_all_frames_of_a_still_card_are_equal(board: Storyboard, read: Callable[[str], bytes], tmp_path: Path) -> None:
    frames = decoded(read("clip"), tmp_path, (TINY.width, TINY.height))
    for at, shot in board.timed():
        if not isinstance(shot, Scene):
            assert (frames[at : at + shot.frames] == frames[at]).all(), shot.kind


def test_a_scene_decodes_to_the_frames_of_the_edit(
    board: Storyboard, assets: Pictures, read: Callable[[str], bytes], tmp_path: Path
) -> None:
    frames = decoded(read("clip"), tmp_path, (TINY.width, TINY.height))
    at, scene = next((at, shot) for at, shot in board.timed() if isinstance(shot, Scene))
    edit = timeline.clip_of(scene, TINY, lambda digest: opened(assets.read(digest)))
    for number in (0, scene.frames // 2, scene.frames - 1):
        drawn = edit.get_frame(number / TINY.fps).astype(float)
        error = np.mean((drawn - frames[at + number]) ** 2)
        assert 10 * np.log10(255**2 / error) > 30, number


def test_the_cover_is_full_size_and_the_thumb_small(read: Callable[[str], bytes]) -> None:
    assert Image.open(io.BytesIO(read("cover"))).size == (1080, 1920)
    assert len(read("thumb")) <= 64 * 1024


def test_another_account_differs_only_in_head_and_tail(
    board: Storyboard, story: Manuscript, assets: Pictures, made: make.Made
) -> None:
    other_board = board_of(story, assets, "meishan")
    other = make.make(other_board, assets)
    assert other.encoded == 3
    for shot, mine, theirs in zip(board.shots, made.segments, other.segments, strict=True):
        assert (mine == theirs) is not isinstance(shot, Intro | Title | Outro)


def test_an_unchanged_rerun_encodes_nothing_and_gives_the_same_bytes(
    board: Storyboard, assets: Pictures, made: make.Made
) -> None:
    again = make.make(board, assets)
    assert again.encoded == 0 and again.files == made.files


_ALONE = """
import sys
from pathlib import Path
from assets.pictures import Pictures
from assets.store import LocalStore
from channels.making.clip import make
from tests.clip import sample
from tests.clip.conftest import board_of, shortened
assets = Pictures(LocalStore(Path(sys.argv[1])))
print(*[one.hash for one in make.make(shortened(board_of(sample.story(assets), assets), 3), assets).files])
"""


def test_two_processes_with_stores_of_their_own_make_the_same_bytes(tmp_path: Path) -> None:
    running = [
        subprocess.Popen(
            [sys.executable, "-c", _ALONE, str(tmp_path / str(number))],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONHASHSEED": str(number)},
        )
        for number in (1, 2)
    ]
    runs = [one.communicate()[0] for one in running]
    assert runs[0] == runs[1] and len(runs[0].split()) == 6


def test_a_store_in_memory_remembers_its_segments_too(story: Manuscript, assets: Pictures) -> None:
    memory = Pictures(MemoryStore())
    for one in story.blocks:
        if one.kind == "figure":
            memory.take_in(assets.read(one.picture.src.removeprefix("asset:")))  # type: ignore[union-attr]
    bare = replace(story, cover=None, blocks=tuple(one for one in story.blocks if one.kind == "key_figure"))
    board = board_of(bare, memory)
    assert make.make(board, memory).encoded > 0
    assert make.make(board, memory).encoded == 0


def test_a_damaged_segment_is_made_again(board: Storyboard, assets: Pictures, tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    own = Pictures(store)
    for shot in board.shots:
        if picture := getattr(shot, "picture", ""):
            store.put(assets.read(picture))
    first = make.make(shortened(board, 2), own)
    store.path(first.segments[0]).write_bytes(b"damaged")
    store.path(first.segments[0]).unlink()
    again = make.make(shortened(board, 2), own)
    assert again.encoded == 1 and again.files == first.files


def test_ai_clips_carry_the_metadata_and_so_does_the_cover(
    story: Manuscript, assets: Pictures, read: Callable[[str], bytes]
) -> None:
    board = shortened(board_of(replace(story, ai_label="AI生成"), assets), 2)
    files = {one.role: assets.read(one.hash) for one in make.make(board, assets).files}
    assert mp4.probe(files["clip"]).keys == ("AIGC",)
    assert b'"Label": "1"' in files["clip"] and b"TC260:AIGC" in files["cover"]
    assert mp4.probe(read("clip")).keys == ()


@pytest.mark.proves("F22")
def test_verify_refuses_what_is_not_the_clip_meant(board: Storyboard, read: Callable[[str], bytes]) -> None:
    clip = read("clip")
    for content, meant, cause in (
        (clip, replace(board, shots=board.shots[1:]), "frames instead of"),
        (clip, replace(board, ai="AI生成"), "AIGC"),
        (clip[: len(clip) // 2], board, "unreadable"),
        (b"", board, "unreadable"),
    ):
        with pytest.raises(LaterError) as caught:
            make.verify(content, meant)
        assert cause in caught.value.cause


@pytest.mark.proves("F22", "I13")
def test_a_time_limit_kills_the_encoder_and_leaves_nothing_behind(
    board: Storyboard, assets: Pictures, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ffmpeg, "SECONDS", 0.0)
    fresh = replace(board, grade=replace(TINY, crf=24))
    with pytest.raises(LaterError, match="时间上限"):
        make.make(fresh, assets, tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert not [one for one in psutil.Process().children(recursive=True) if "ffmpeg" in one.name()]


def test_ffmpeg_that_fails_tells_its_own_words_to_the_log_not_to_the_editor(tmp_path: Path) -> None:
    with pytest.raises(LaterError, match="报错退出") as caught:
        ffmpeg.run(["-i", "missing.mp4", "out.mp4"], tmp_path)
    assert "missing.mp4" in caught.value.cause and "missing.mp4" not in caught.value.sentence


def test_ffmpeg_reaches_no_network(tmp_path: Path) -> None:
    with pytest.raises(LaterError) as caught:
        ffmpeg.run([*ffmpeg.LOCAL, "-i", "http://127.0.0.1:9/a.mp4", "out.mp4"], tmp_path)
    assert "whitelist" in caught.value.cause


def test_a_picture_the_store_lost_is_named_as_the_cause(board: Storyboard, assets: Pictures) -> None:
    scene = next(shot for shot in board.shots if isinstance(shot, Scene))
    lost = replace(board, shots=(*board.shots[:2], replace(scene, picture="0" * 64), board.shots[-1]))
    with pytest.raises(StoryError, match="素材库"):
        make.make(lost, assets)


def test_a_headline_no_font_can_draw_is_an_error_naming_the_character(story: Manuscript, assets: Pictures) -> None:
    board = board_of(replace(story, short_headlines=(), headline="没有的字\U0003fffd"), assets)
    with pytest.raises(StoryError, match=r"U\+3FFFD"):
        make.make(board, assets)


def test_the_folder_of_a_killed_run_is_swept(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    (tmp_path / f"yigao-clip-{ended.pid}-abc").mkdir()
    (tmp_path / f"yigao-clip-{os.getpid()}-abc").mkdir()
    make.sweep(tmp_path)
    assert [one.name for one in tmp_path.iterdir()] == [f"yigao-clip-{os.getpid()}-abc"]


def _planes(frame: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    luma, rest = frame[: TINY.height], frame[TINY.height :].reshape(2, TINY.height // 2, TINY.width // 2)
    return luma, rest[0], rest[1]


def _rgb(luma: float, blue: float, red: float) -> tuple[float, float, float]:
    """BT.709, limited range, back to RGB: written down here apart from the code it tests."""
    y, u, v = (luma - 16) * 255 / 219, (blue - 128) * 255 / 224, (red - 128) * 255 / 224
    return y + 1.5748 * v, y - 0.1873 * u - 0.4681 * v, y + 1.8556 * u
