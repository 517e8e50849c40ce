"""Formulas of plain articles: drawn as pictures where a line of text would spoil them, on a page-wide ground.

Consoles stretch pictures to the width of the page; the ground keeps a short formula at the size of its text.
"""

import io
from functools import lru_cache

from PIL import Image

from assets.store import hash_of
from channels.contract import StoryError
from channels.making import formula, words
from channels.making.article import Sheet, picture_slot
from channels.making.formula_words import in_words
from channels.values import InlineFormula, Inlines, RenderedFile, slot_mark

WIDE = 1080
_SIZE, _FINENESS = 20, 3  # of the text at a third of the ground, and how finely drawn
_MARGIN = 24
_PAPER = "#ffffff"


def spread(sheet: Sheet, tex: str, alt: str = "") -> str:
    """The formula as a picture in a paragraph of its own; its words where it cannot be drawn."""
    said = formula.spoken(tex, alt)
    try:
        drawn, size = _drawn(tex)
    except StoryError:
        sheet.lose("公式", f"{sheet.dialect.name}不收矢量图，这个公式也画不成图片，写成文字", tex)
        return f"<p>{words.escape(said)}</p>"
    sheet.lose("公式", f"{sheet.dialect.name}不收矢量图，公式改为图片", tex)
    digest = hash_of(drawn)
    sheet.assets.store.put(drawn)
    slot_id = f"pic-{digest[:12]}"
    sheet.slots.setdefault(slot_id, picture_slot(slot_id, digest))
    sheet.files.setdefault(slot_id, _file(digest, len(drawn), size, words.clean(said)))
    return f'<p><img src="{slot_mark(slot_id)}" alt="{words.escape(said)}"></p>'


def _file(digest: str, size: int, pixels: tuple[int, int], alt: str) -> RenderedFile:
    return RenderedFile(
        role="picture", name=f"{digest[:12]}.png", hash=digest, mime="image/png", size=size,
        width=pixels[0], height=pixels[1], alt=alt,
    )  # fmt: skip


def pictures_of(sheet: Sheet, inlines: Inlines) -> str:
    """After a paragraph: its formulas that text cannot say, each once."""
    hard = (one.tex for one in inlines if isinstance(one, InlineFormula) and not in_words(one.tex))
    return "".join(_if_drawn(sheet, tex) for tex in dict.fromkeys(hard))


def _if_drawn(sheet: Sheet, tex: str) -> str:
    """The picture; nothing where it cannot be drawn, for the words stand in the line already."""
    try:
        _drawn(tex)
    except StoryError:
        return ""
    return spread(sheet, tex)


@lru_cache(maxsize=256)
def _drawn(tex: str) -> tuple[bytes, tuple[int, int]]:
    """The PNG and its size in pixels."""
    with Image.open(io.BytesIO(formula.placed_png(tex, _SIZE, _FINENESS, inline=False).content)) as read:
        found = read.convert("L")
    ground = Image.new("L", (max(WIDE, found.width), found.height + 2 * _MARGIN), _PAPER)
    ground.paste(found, ((ground.width - found.width) // 2, _MARGIN))
    out = io.BytesIO()
    ground.save(out, "PNG", optimize=True)
    return out.getvalue(), ground.size
