"""Frames and movement: smooth to parts of a pixel, no edges, text where platforms leave it free."""

import numpy as np
from PIL import Image, ImageDraw

from assets import fonts
from assets.pictures import Pictures
from channels.making.clip import cards, planes, sound, timeline
from channels.making.clip.draw import BOTTOM, LEFT, RIGHT, TOP, colour, opened
from channels.making.clip.storyboard import MASTER, Crop, Grade, Scene, Sound, Storyboard


def test_a_picture_moves_smoothly() -> None:
    image = Image.new("RGB", (640, 427), "white")
    ImageDraw.Draw(image).rectangle((300, 0, 640, 427), fill="black")
    moving = planes.Moving(image, (0, 0, 360, 240), Crop(left=0, top=0, width=860), Crop(left=140, top=0, width=860))
    frame = np.zeros((240 * 3 // 2, 360), np.uint8)
    edges = []
    for number in range(40):
        moving.paint(frame, number / 39)
        row = frame[100].astype(float)
        edges.append((row - 16).sum() / 219)  # how many columns are white: the edge, to parts of a pixel
    line = np.polyval(np.polyfit(range(40), edges, 1), range(40))
    assert abs(edges[0] - edges[-1]) > 20
    assert np.abs(np.array(edges) - line).max() <= 0.3


def test_a_window_is_filled_to_its_last_pixel() -> None:
    image = Image.new("RGB", (500, 500), "#808080")
    moving = planes.Moving(image, (0, 0, 100, 80), Crop(left=0, top=0, width=1000), Crop(left=100, top=200, width=800))
    for progress in (0.0, 0.5, 1.0):
        frame = np.zeros((120, 100), np.uint8)
        moving.paint(frame, progress)
        assert (np.abs(frame[:80].astype(int) - 126) <= 1).all()


def test_black_and_white_are_the_ends_of_the_limited_range() -> None:
    assert set(planes.packed(Image.new("RGB", (4, 4), "black")).ravel()) == {16, 128}
    assert set(planes.packed(Image.new("RGB", (4, 4), "white")).ravel()) == {235, 128}


def test_captions_stay_in_the_read_area(board: Storyboard, assets: Pictures) -> None:
    grade = Grade(name="half", width=540, height=960)
    for shot in board.shots:
        if isinstance(shot, Scene):
            for caption in shot.captions:
                bare, said = (_drawn(shot, grade, assets, words) for words in ((), caption.lines))
                rows, columns = np.nonzero(np.abs(bare - said).sum(axis=2))
                assert columns.min() * 2 >= LEFT - 30 and columns.max() * 2 <= RIGHT  # quotes hang in the margin
                assert rows.min() * 2 >= TOP and rows.max() * 2 <= BOTTOM


def _drawn(shot: Scene, grade: Grade, assets: Pictures, words: tuple[str, ...]) -> np.ndarray:
    image = cards.draw(shot, grade, lambda digest: opened(assets.read(digest)), words)
    return np.asarray(image).astype(int)


def test_every_word_on_every_card_has_its_glyph(board: Storyboard) -> None:
    assert fonts.missing("".join(repr(shot) for shot in board.shots)) == []


def test_the_ai_label_is_five_per_cent_of_the_short_side_on_the_first_frame() -> None:
    assert MASTER.width * 0.05 <= cards.STAMP_SIZE * 0.9


def test_the_label_changes_the_first_frame(story: object, board: Storyboard) -> None:
    intro = board.shots[0]
    plain = cards.draw(intro, board.grade, lambda digest: Image.new("RGB", (1, 1)))
    labelled = cards.draw(
        type(intro)(frames=intro.frames, brand=board.brand, ai="AI生成"),
        board.grade,
        lambda digest: plain,  # type: ignore[call-arg]
    )
    assert np.asarray(plain).tolist() != np.asarray(labelled).tolist()
    assert np.asarray(plain)[1, 1].tolist() == list(colour(board.brand.accent))


def test_the_bed_is_quiet_fades_and_is_exactly_as_long_as_the_pictures(board: Storyboard) -> None:
    pcm = timeline.pcm_of(board)
    assert pcm.shape == (round(board.seconds * sound.RATE), 2)
    assert np.abs(pcm).max() < 32767 * 0.3 and np.abs(pcm[sound.RATE * 3 :]).max() > 300
    assert np.abs(pcm[:100]).max() < 3 and np.abs(pcm[-100:]).max() < 3


def test_no_bed_is_silence_with_a_track() -> None:
    assert not sound.bed(Sound(bed="none"), 4800).any()
