"""题图卡: a cover drawn from the headline and the brand, for a story that has no picture of its own."""

import io
from functools import lru_cache

from PIL import Image, ImageDraw

from assets.fonts import MissingGlyphError
from channels.contract import StoryError
from channels.making.clip import draw, lines
from themes import Theme

Size = tuple[int, int]
_SCALES = (1.0, 0.86, 0.74, 0.64, 0.55)  # of the largest type, until the headline fits


@lru_cache(maxsize=128)
def title_card(headline: str, masthead: str, theme: Theme, size: Size) -> bytes:
    """A JPEG of ``size`` pixels: masthead, headline, one line in the brand's accent. Same words, same bytes.

    A character no font has is left out of the card (it stays in the title itself); StoryError when none is left."""
    try:
        return _card(_drawn(headline), masthead, theme, size)
    except MissingGlyphError as error:
        raise StoryError(f"题图卡画不出来：{error}。也可以在稿头选一张封面（Markdown：cover）。", str(error)) from error


def _drawn(headline: str) -> str:
    lost = set(draw.missing(headline))
    return "".join(one for one in headline if one not in lost).strip() or headline


def _card(headline: str, masthead: str, theme: Theme, size: Size) -> bytes:
    image = Image.new("RGB", size, draw.colour(theme.token("paper")))
    unit = size[1] / 100
    left = round(11 * unit)
    pen = ImageDraw.Draw(image)
    accent, ink = draw.colour(theme.token("accent")), draw.colour(theme.token("ink"))
    pen.rectangle((0, 0, round(2.4 * unit), size[1]), fill=accent)
    _write(image, masthead, (left, round(11 * unit)), round(6.4 * unit), accent)
    type_size, wrapped = _fitted(headline, size[0] - 2 * left, round(15 * unit))
    top = round(54 * unit - type_size * 1.32 * len(wrapped) / 2)
    for number, line in enumerate(wrapped):
        hung = type_size * 0.5 if line[0] in "“‘" else 0  # the mark hangs in the margin
        _write(image, line, (round(left - hung), top + round(number * type_size * 1.32)), type_size, ink)
    pen.rectangle((left, round(88 * unit), left + round(14 * unit), round(89.2 * unit)), fill=accent)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=90, subsampling=0, optimize=True)
    return out.getvalue()


def _fitted(headline: str, width: int, largest: int) -> tuple[int, tuple[str, ...]]:
    """The type size and lines: at most four lines, as large as they go."""
    for scale in _SCALES:
        size = round(largest * scale)
        wrapped = lines.wrap(headline, width / size, whole=True)
        if len(wrapped) <= 3 + (scale < 0.7):
            return size, wrapped
    return size, (*wrapped[:3], wrapped[3][:-1] + "…")


def _write(image: Image.Image, text: str, at: tuple[int, int], size: int, colour: draw.Colour) -> None:
    """One line of type, its body's top at ``at``."""
    mask = draw.mask(text, size, True)
    image.paste(colour, (at[0], at[1] - size // 2), mask)
