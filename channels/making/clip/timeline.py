"""The edit: each shot as a MoviePy clip, the bed as MoviePy audio. The only module that imports moviepy.

A frame function answers with YUV planes (``planes.Frame``), not RGB: half the bytes and no second colour
conversion on the way to the encoder.
"""

from collections.abc import Callable, Iterator
from functools import cached_property

import numpy as np
from moviepy import AudioArrayClip, AudioClip, VideoClip
from numpy.typing import NDArray

from channels.making.clip import cards, planes, sound
from channels.making.clip.draw import DESIGN_WIDTH, Sheet
from channels.making.clip.storyboard import AnyShot, Grade, Scene, Storyboard


class Painter:
    """Draws the frames of one shot: the sheets once, the moving window each time."""

    def __init__(self, shot: AnyShot, grade: Grade, load: cards.Load) -> None:
        self.shot, self.grade, self.load = shot, grade, load
        self._sheets: dict[tuple[str, ...], planes.Frame] = {}

    def at(self, seconds: float) -> planes.Frame:
        """The frame shown at ``seconds`` from the shot's start."""
        number = min(round(seconds * self.grade.fps), self.shot.frames - 1)
        frame = self._sheet(self._caption(number))
        if not isinstance(self.shot, Scene):
            return frame
        frame = frame.copy()
        self._moving.paint(frame, number / max(1, self.shot.frames - 1))
        if self.shot.ai:
            self._label(frame)
        return frame

    def _caption(self, number: int) -> tuple[str, ...]:
        return next((one.lines for one in self.shot.captions if one.start <= number < one.end), ())

    def _sheet(self, caption: tuple[str, ...]) -> planes.Frame:
        if caption not in self._sheets:
            self._sheets[caption] = planes.packed(cards.draw(self.shot, self.grade, self.load, caption))
        return self._sheets[caption]

    @cached_property
    def _moving(self) -> planes.Moving:
        assert isinstance(self.shot, Scene)
        left, top, width, height = (_even(side, self.grade) for side in cards.window(self.shot))
        image = self.load(self.shot.picture)
        return planes.Moving(image, (left, top, width, height), self.shot.crop_from, self.shot.crop_to)

    @cached_property
    def _stamp(self) -> tuple[planes.Frame, int, int]:
        """The AI label of a picture and where it stands, on even pixels."""
        assert isinstance(self.shot, Scene)
        width = _even(cards.stamp_width(self.shot.ai), self.grade)
        sheet = Sheet(self.grade.width, self.grade.height, cards.PAPER)
        cards.stamp(sheet, self.shot.ai, 0, 0)
        place = cards.stamp_place(self.shot)
        box = sheet.image.crop((0, 0, width, _even(cards.STAMP_HEIGHT, self.grade)))
        return planes.packed(box), _even(place[0], self.grade), _even(place[1], self.grade)

    def _label(self, frame: planes.Frame) -> None:
        stamp, left, top = self._stamp
        for number, (part, view) in enumerate(zip(planes.views(stamp), planes.views(frame), strict=True)):
            half = 2 if number else 1
            rows, columns = part.shape
            view[top // half : top // half + rows, left // half : left // half + columns] = part


def _even(value: float, grade: Grade) -> int:
    """Design pixels as pixels of the grade, even because chroma is halved."""
    return round(value * grade.width / DESIGN_WIDTH / 2) * 2


def clip_of(shot: AnyShot, grade: Grade, load: cards.Load) -> VideoClip:
    """``shot`` as a MoviePy clip."""
    painter = Painter(shot, grade, load)
    return VideoClip(frame_function=painter.at, duration=shot.frames / grade.fps).with_fps(grade.fps)


def frames_of(shot: AnyShot, grade: Grade, load: cards.Load) -> Iterator[planes.Frame]:
    """The frames of ``shot`` in order; of a still shot only the first, since all are equal."""
    clip = clip_of(shot, grade, load)
    count = shot.frames if isinstance(shot, Scene) else 1
    return (clip.get_frame(number / grade.fps) for number in range(count))


def audio_of(board: Storyboard) -> AudioClip:
    """The programme's sound as a MoviePy clip, exactly as long as the pictures."""
    count = sound.samples(board.frames, board.grade.fps)
    return AudioArrayClip(sound.bed(board.sound, count), fps=sound.RATE)


def pcm_of(board: Storyboard) -> NDArray[np.int16]:
    """The programme's sound as 16-bit samples."""
    loud: Callable[..., NDArray[np.float64]] = audio_of(board).to_soundarray
    return np.rint(loud(fps=sound.RATE, nbytes=2, quantize=False) * 32767).astype("<i2")
