"""A sheet to lay out cards on, in pixels of 1080 x 1920 whatever the size it is drawn at.

Text is drawn once with Pillow from the bundled fonts and kept as a mask; a character no font has raises
MissingGlyphError before anything is drawn, so no reader ever sees a box (豆腐块).
"""

import io
import re
import threading
from functools import lru_cache

from PIL import Image, ImageDraw

from assets import fonts

DESIGN_WIDTH = 1080
DESIGN_HEIGHT = 1920
LEFT, RIGHT, TOP, BOTTOM = 60, 900, 250, 1440  # the read-area: no platform's buttons cover it
_LATIN = re.compile(r"(?<=[\u2e80-\u9fff])(?=[A-Za-z0-9+\-$])|(?<=[A-Za-z0-9%℃])(?=[\u2e80-\u9fff])")
_GAP = 0.14  # em between 汉字 and Latin
_SMOOTH = 4
_HUNG = dict.fromkeys("“‘", 0.56) | dict.fromkeys("「『《（【", 0.5)  # em of air before the mark, hung in the margin
_PEN = threading.RLock()  # a FreeType face serves one thread at a time
Colour = tuple[int, int, int]
Box = tuple[float, float, float, float]


def colour(value: str) -> Colour:
    """The RGB numbers of ``#rrggbb``."""
    return int(value[1:3], 16), int(value[3:5], 16), int(value[5:7], 16)


def mixed(first: str, second: str, part: float) -> str:
    """``first`` with ``part`` of ``second`` in it."""
    pairs = zip(colour(first), colour(second), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * part):02x}" for a, b in pairs)


@lru_cache(maxsize=512)
def mask(text: str, size: int, bold: bool) -> Image.Image:
    """``text`` white on black, one line, as tall as two lines of type so nothing is clipped."""
    text = fonts.drawable(text)
    runs = _LATIN.split(text)
    gap = size * _GAP
    with _PEN:
        face = fonts.font_for(text, bold=bold, size=size)
        widths = [face.getlength(run) for run in runs]
        image = Image.new("L", (max(1, round(sum(widths) + gap * (len(runs) - 1))) + size // 4, size * 2))
        pen, at = ImageDraw.Draw(image), 0.0
        for run, run_width in zip(runs, widths, strict=True):
            pen.text((at, size * 1.5), run, font=face, fill=255, anchor="ls")
            at += run_width + gap
    return image


@lru_cache(maxsize=2048)
def length(text: str, size: int, bold: bool) -> float:
    """How wide ``text`` is drawn, in pixels of ``size``."""
    text = fonts.drawable(text)
    runs = _LATIN.split(text)
    with _PEN:
        face = fonts.font_for(text, bold=bold, size=size)
        return sum(map(face.getlength, runs)) + size * _GAP * (len(runs) - 1)


def missing(text: str) -> list[str]:
    """The characters of ``text`` no font at hand can draw."""
    try:
        fonts.font_for(fonts.drawable(text))
    except fonts.MissingGlyphError as error:
        return error.characters
    return []


class Sheet:
    """A picture being laid out; coordinates and sizes are design pixels, sharp at every grade."""

    def __init__(self, width: int, height: int, ground: str) -> None:
        self.scale = width / DESIGN_WIDTH
        self.image = Image.new("RGB", (width, height), colour(ground))

    def px(self, value: float) -> int:
        return round(value * self.scale)

    def width_of(self, text: str, size: float, bold: bool = False) -> float:
        """The width of ``text`` in design pixels."""
        return length(text, self.px(size), bold) / self.scale

    def text(
        self, x: float, base: float, text: str, size: float, tint: str, bold: bool = False, anchor: str = "l"
    ) -> None:
        """One line on the baseline ``base``, from ``x`` (anchor l), around it (m) or up to it (r)."""
        pixels = self.px(size)
        drawn = mask(text, pixels, bold)
        shift = {"l": 0.0, "m": 0.5, "r": 1.0}[anchor] * length(text, pixels, bold)
        place = (round(x * self.scale - shift), round(base * self.scale - pixels * 1.5))
        self.image.paste(colour(tint), place, drawn)

    def lines(
        self,
        x: float,
        base: float,
        texts: tuple[str, ...],
        size: float,
        tint: str,
        leading: float,
        bold: bool,
    ) -> float:
        """Lines under each other; the baseline after the last."""
        for text in texts:
            self.text(x - size * _HUNG.get(text[:1], 0), base, text, size, tint, bold)
            base += size * leading
        return base

    def box(self, x: float, y: float, width: float, height: float, tint: str, radius: float = 0) -> None:
        """A filled box, its corners smooth."""
        size = (max(1, self.px(width)), max(1, self.px(height)))
        place = (self.px(x), self.px(y))
        if not radius:
            self.image.paste(colour(tint), (*place, place[0] + size[0], place[1] + size[1]))
            return
        shape = Image.new("L", (size[0] * _SMOOTH, size[1] * _SMOOTH))
        pen = ImageDraw.Draw(shape)
        pen.rounded_rectangle((0, 0, shape.width - 1, shape.height - 1), self.px(radius) * _SMOOTH, 255)
        self.image.paste(colour(tint), place, shape.resize(size, Image.Resampling.BOX))

    def picture(
        self, image: Image.Image, x: float, y: float, width: float, height: float, focus: tuple[int, int]
    ) -> None:
        """``image`` filling a window, the point ``focus`` (per mille) kept as near the middle as can be."""
        size = (self.px(x + width) - self.px(x), self.px(y + height) - self.px(y))
        box = cover_box(image.size, size, focus)
        self.image.paste(image.resize(size, Image.Resampling.LANCZOS, box=box), (self.px(x), self.px(y)))


def cover_box(
    source: tuple[int, int], window: tuple[int, int], focus: tuple[int, int]
) -> tuple[float, float, float, float]:
    """The largest part of ``source`` in the shape of ``window``, around ``focus``."""
    factor = min(source[0] / window[0], source[1] / window[1])
    width, height = window[0] * factor, window[1] * factor
    left = min(max(source[0] * focus[0] / 1000 - width / 2, 0), source[0] - width)
    top = min(max(source[1] * focus[1] / 1000 - height / 2, 0), source[1] - height)
    return left, top, left + width, top + height


def opened(content: bytes) -> Image.Image:
    """A picture of the store as RGB on white; the store has already turned and checked it."""
    with Image.open(io.BytesIO(content)) as image:
        if image.mode in ("RGBA", "LA", "P"):
            rgba = image.convert("RGBA")
            ground = Image.new("RGBA", rgba.size, "white")
            return Image.alpha_composite(ground, rgba).convert("RGB")
        plain: Image.Image = image.convert("RGB")
        return plain
