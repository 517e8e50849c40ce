"""Frames as the encoder wants them: 8-bit YUV 4:2:0, BT.709, limited range, and the moving picture in them.

A frame is one array of height * 3/2 rows: Y, then U and V packed below, exactly the bytes of ``yuv420p``.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from channels.making.clip.draw import Box
from channels.making.clip.storyboard import Crop

Frame = NDArray[np.uint8]
_KR, _KG, _KB = 0.2126, 0.7152, 0.0722
_OVERSIZE = 1.2  # the source is kept at most this much larger than its window
_RESAMPLE = Image.Resampling.BICUBIC


def split(image: Image.Image) -> tuple[Frame, Frame, Frame]:
    """The Y, U and V planes of an RGB picture with even sides."""
    rgb = np.asarray(image, dtype=np.float32) / 255
    luma = _KR * rgb[..., 0] + _KG * rgb[..., 1] + _KB * rgb[..., 2]
    blue = (rgb[..., 2] - luma) / (2 * (1 - _KB))
    red = (rgb[..., 0] - luma) / (2 * (1 - _KR))
    return _bytes(16 + 219 * luma), _bytes(128 + 224 * _halved(blue)), _bytes(128 + 224 * _halved(red))


def _halved(plane: NDArray[np.floating]) -> NDArray[np.floating]:
    halved: NDArray[np.floating] = (plane[::2, ::2] + plane[1::2, ::2] + plane[::2, 1::2] + plane[1::2, 1::2]) / 4
    return halved


def _bytes(plane: NDArray[np.floating]) -> Frame:
    whole: Frame = np.clip(np.rint(plane), 0, 255).astype(np.uint8)
    return whole


def packed(image: Image.Image) -> Frame:
    """A whole RGB picture as one frame."""
    luma, blue, red = split(image)
    width = luma.shape[1]
    return np.concatenate([luma, blue.reshape(-1, width), red.reshape(-1, width)])


def views(frame: Frame) -> tuple[Frame, Frame, Frame]:
    """The three planes of ``frame``, to write into."""
    rows, width = frame.shape
    height = rows * 2 // 3
    half = (height // 2, width // 2)
    flat = frame.reshape(-1)
    chroma = flat[height * width :].reshape(2, *half)
    return frame[:height], chroma[0], chroma[1]


class Moving:
    """A picture moving in a window, at parts of a pixel: whole-pixel steps would be seen as jitter."""

    def __init__(self, image: Image.Image, place: tuple[int, int, int, int], start: Crop, end: Crop) -> None:
        self.left, self.top, self.width, self.height = place
        self._boxes = tuple(crop_box(image.size, crop, self.width / self.height) for crop in (start, end))
        narrowest = min(box[2] - box[0] for box in self._boxes)
        shrink = min(1.0, self.width * _OVERSIZE / narrowest)
        size = tuple(max(2, round(side * shrink / 2) * 2) for side in image.size)
        scaled = image.resize((size[0], size[1]), Image.Resampling.LANCZOS)
        self._ratio = (size[0] / image.width, size[1] / image.height)
        self._planes = tuple(Image.fromarray(plane) for plane in split(scaled))

    def paint(self, frame: Frame, progress: float) -> None:
        """Writes the window into ``frame``; ``progress`` runs from 0 to 1."""
        start, end = self._boxes
        box = [a + (b - a) * progress for a, b in zip(start, end, strict=True)]
        box = [side * self._ratio[number % 2] for number, side in enumerate(box)]
        for number, (plane, view) in enumerate(zip(self._planes, views(frame), strict=True)):
            half = 2 if number else 1
            size = (self.width // half, self.height // half)
            part = (box[0] / half, box[1] / half, box[2] / half, box[3] / half)
            left, top = self.left // half, self.top // half
            drawn = plane.resize(size, _RESAMPLE, box=_inside(part, plane.size))
            view[top : top + size[1], left : left + size[0]] = np.asarray(drawn)


def crop_box(size: tuple[int, int], crop: Crop, shape: float) -> Box:
    """The box of ``crop`` in pixels: its height follows the window's ``shape`` (width / height)."""
    left, width = size[0] * crop.left / 1000, size[0] * crop.width / 1000
    top = size[1] * crop.top / 1000
    return left, top, left + width, top + width / shape


def _inside(box: tuple[float, float, float, float], size: tuple[int, int]) -> tuple[float, float, float, float]:
    """``box`` kept within the plane: per-mille crops may miss its edge by a hair."""
    left, top = max(0.0, box[0]), max(0.0, box[1])
    return left, top, min(float(size[0]), box[2]), min(float(size[1]), box[3])
