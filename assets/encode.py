"""Pictures to bytes: always the same bytes for the same pixels, with nothing of what they were read from."""

import math
from collections.abc import Callable, Iterator
from io import BytesIO

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from assets import marks

JPEG, PNG = "image/jpeg", "image/png"
QUALITY = 88
PAPER = (255, 255, 255)

# below 56 blocks show; a smaller picture is then the better one
_QUALITIES = (QUALITY, 80, 72, 64, 56)
_SHRINK = 0.85
_SMALLEST_WIDTH = 16


def encode(image: Image.Image, mime: str, mark: str = "", quality: int = QUALITY) -> bytes:
    """``image`` as JPEG (4:2:0, progressive, white paper under what is transparent) or PNG."""
    return _jpeg(image, mark, quality) if mime == JPEG else _png(image, mark)


def fit(draw: Callable[[int], Image.Image], width: int, mime: str, max_bytes: int, mark: str) -> bytes | None:
    """What ``draw(width)`` gives, encoded in at most ``max_bytes`` (0 = any): first the quality is lowered,
    then the width. None when even the smallest is too large."""
    while True:
        for content in _encodings(draw(width), mime, mark):
            if not max_bytes or len(content) <= max_bytes:
                return content
        # bytes go with the area; finer detail per pixel makes this guess a little high, never far too low
        width = int(width * min(_SHRINK, math.sqrt(max_bytes / len(content))))
        if width < _SMALLEST_WIDTH:
            return None


def _encodings(image: Image.Image, mime: str, mark: str) -> Iterator[bytes]:
    """Encodings of one size, from the best down."""
    if mime == JPEG:
        for quality in _QUALITIES:
            yield _jpeg(image, mark, quality)
        return
    yield _png(image, mark)
    yield _png(image.quantize(256, Image.Quantize.FASTOCTREE), mark)


def _jpeg(image: Image.Image, mark: str, quality: int) -> bytes:
    told = {"xmp": marks.xmp(mark)} if mark else {}
    made = BytesIO()
    _bare(_opaque(image)).save(
        made, "JPEG", quality=quality, subsampling="4:2:0", progressive=True, optimize=True, **told
    )
    return made.getvalue()


def _png(image: Image.Image, mark: str) -> bytes:
    told = PngInfo()
    if mark:
        told.add_text(marks.KEY, mark)
        told.add_itxt("XML:com.adobe.xmp", marks.xmp(mark).decode())
    made = BytesIO()
    _bare(image).save(made, "PNG", pnginfo=told)
    return made.getvalue()


def _opaque(image: Image.Image) -> Image.Image:
    if "A" not in image.mode:
        return image
    paper = Image.new("RGB", image.size, PAPER)
    paper.paste(image, mask=image.getchannel("A"))
    return paper


def _bare(image: Image.Image) -> Image.Image:
    """Pillow writes back comments and profiles it finds in ``info``: leave it none."""
    bare = image.copy()
    bare.info = {}
    return bare
