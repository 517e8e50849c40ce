"""The cover a platform shows before the clip plays, and its small brother of at most 64 KB."""

import io
from functools import partial

from PIL import Image

from channels.making.clip import cards
from channels.making.clip.draw import DESIGN_WIDTH, LEFT, Sheet
from channels.making.clip.encode import aigc
from channels.making.clip.storyboard import Storyboard, Title

SIZE = (1080, 1920)
THUMB = (540, 720)
THUMB_BYTES = 64 * 1024
_MIDDLE = (0, 240, 1080, 1680)  # the 3:4 part every list shows
_XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:TC260="http://www.tc260.org.cn/ns/AIGC/1.0/">'
    "<TC260:AIGC>{label}</TC260:AIGC></rdf:Description></rdf:RDF></x:xmpmeta>"
)


def cover(board: Storyboard, load: cards.Load) -> tuple[bytes, bytes]:
    """(cover, thumb) as JPEG; the title stands in the middle 3:4, so the thumb is that part."""
    image = _drawn(board, next(shot for shot in board.shots if isinstance(shot, Title)), load)
    small = image.crop(_MIDDLE).resize(THUMB, Image.Resampling.LANCZOS)
    thumb = next(
        found for found in map(partial(_jpeg, small, board), (88, 80, 70, 60, 45, 30, 15)) if len(found) <= THUMB_BYTES
    )
    return _jpeg(image, board, 90), thumb


def _drawn(board: Storyboard, title: Title, load: cards.Load) -> Image.Image:
    brand = board.brand
    sheet = Sheet(*SIZE, ground=brand.accent)
    if title.picture:
        focus = (title.focus_x, title.focus_y)
        sheet.picture(load(title.picture), 0, 0, DESIGN_WIDTH, 1000, focus=focus)
    size = cards.headline_size(title.headline)
    top = 1120.0 if title.picture else 700.0
    soft = cards.softened(brand)
    if not title.picture:
        sheet.box(LEFT, top - 130, 96, 12, brand.paper)
    sheet.text(LEFT, top, title.label, 42, soft, bold=True)
    sheet.lines(LEFT, top + 46 + size, title.headline, size, brand.paper, 1.32, bold=True)
    sheet.text(LEFT, 1640, brand.masthead, 36, soft)
    if board.ai:
        cards.stamp(sheet, board.ai, LEFT, 280)
    return sheet.image


def _jpeg(image: Image.Image, board: Storyboard, quality: int) -> bytes:
    held = io.BytesIO()
    label = _XMP.format(label=aigc(board).replace("&", "&amp;").replace("<", "&lt;")).encode() if board.ai else b""
    image.save(held, "JPEG", quality=quality, optimize=True, subsampling=0 if quality > 85 else 2, xmp=label)
    return held.getvalue()
