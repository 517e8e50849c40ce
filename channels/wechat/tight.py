"""The tight form of an article that would not fit: the same words and pictures with the least markup.

WeChat counts the markup too (20,000 characters in all). The rule is the story's, never the account's: when
the full form in the house style, picture addresses at their longest, passes ``ROOM``, every account gets the
tight form, and the losses say so. Runs of paragraphs become one, parted by an empty line; links, headings,
quotations and code in a line keep the plainest dress; a formula that costs more than a picture is sent as one.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import groupby
from types import MappingProxyType

import themes
from assets.pictures import Pictures
from channels.making import formula, words
from channels.making.article import PICTURE_ADDRESS, Dialect, Made, Same, Sheet, brand, picture_slot, wrap
from channels.making.article import make as draw
from channels.values import (
    AnyBlock,
    Blocks,
    Figure,
    Formula,
    Heading,
    LineBreak,
    Manuscript,
    Paragraph,
    Quote,
    RenderedFile,
    slot_mark,
)
from channels.wechat import pictures, scripts, text
from channels.wechat.look import BLOCK, PARAGRAPH, RULE, section, tag
from channels.wechat.looks import brand_tokens
from channels.wechat.page import article, compose

ROOM = 19_700  # of 20,000: the rest is for longer names and an account's own tokens
_REASON = "连同格式超过公众号的两万字符，改用紧凑排版：段落之间空一行，标题、引文、链接和行内代码用最简样式"
_PICTURE = "display:block;width:100%;margin:9px 0"
# Pictures between two paragraphs stand inside one: a block of their own needs no second paragraph after it.
_BETWEEN = re.compile(f'</p>((?:<img src="[^"]*"(?: alt="[^"]*")? style="{_PICTURE}">)+)<p style="{PARAGRAPH}">')
_FINENESS = 2  # pixels of a formula's picture to one of the page
_OWN = {"lead": "", "name": "　" * 8, "unit_name": "　" * 20, "contact": "　" * 300}


def made(manuscript: Manuscript, assets: Pictures, dialect: Dialect) -> Made:
    """The article in the full form, or in the tight one when it would not fit."""
    return _made(Same(manuscript), assets, dialect)


@lru_cache(maxsize=128)
def _made(same: Same[Manuscript], assets: Pictures, dialect: Dialect) -> Made:
    full = draw(same.value, assets, dialect, compose)
    if length(full, same.value.worn) <= ROOM:
        return full
    tight = draw(same.value, assets, tightened(dialect), _compose)
    new = tuple(one for one in tight.losses if one.what in ("排版", "公式"))
    return replace(tight, losses=(*new, *full.losses))


def length(body: Made, look: str) -> int:
    """How many characters the body counts in the house style with its longest quotes, every slot at its longest."""
    house = themes.load("base", (("quote", "corner"),)).worn(look)
    filled = body.filled({**brand_tokens(house), **_OWN})
    return len(filled) + sum(filled.count(slot_mark(one.id)) * one.max_length for one in body.slots)


@lru_cache(maxsize=4)
def tightened(dialect: Dialect) -> Dialect:
    """``dialect`` with plain links and formulas as pictures."""
    return replace(
        dialect,
        draw=MappingProxyType(
            {**dialect.draw, "formula": _formula, "quote": _quote, "figure": _figure, "heading": _heading}
        ),
        marks=MappingProxyType({**dialect.marks, "code": wrap("<code>", "</code>")}),
        link=text.plain_link,
        inline_formula=_inline_formula,
    )


def _compose(sheet: Sheet) -> str:
    sheet.lose("排版", _REASON)
    drawn = article(sheet, tuple(_joined(sheet.manuscript.blocks)))
    return _BETWEEN.sub(r"\1", drawn)


def _joined(blocks: Blocks) -> Iterator[AnyBlock]:
    """``blocks`` with each run of plain paragraphs as one."""
    for plain, run in groupby(blocks, key=lambda one: isinstance(one, Paragraph) and not (one.lang or one.ai)):
        if not plain:
            yield from run
            continue
        for _, alike in groupby(run, key=lambda one: getattr(one, "align", "")):
            first, *rest = (one for one in alike if isinstance(one, Paragraph))
            more = tuple(part for one in rest for part in (LineBreak(), LineBreak(), *one.text))
            yield replace(first, text=first.text + more)


def _heading(sheet: Sheet, block: Heading) -> str:
    """A part's heading by size and colour alone; the lower ones are plain as they are."""
    if block.level > 2:
        return text.heading(sheet, block)
    return tag("h2", brand("h2_tight"), scripts.run(block.lang, sheet.inline(block.text)))


def _quote(sheet: Sheet, block: Quote) -> str:
    """A quotation by a bar alone, whatever the brand's shape."""
    cite = tag("p", "margin:-12px 0 22px", f"—— {words.escape(block.cite)}") if block.cite else ""
    style = f"margin:22px 0;padding:0 0 0 18px;border:0;border-left:3px solid {RULE}"
    return tag("blockquote", style, sheet.blocks(_joined(block.blocks)) + cite)


def _figure(sheet: Sheet, block: Figure) -> str:
    """A picture without words of its own, in the fewest letters."""
    if block.caption or pictures.credit_line(block.picture):
        return pictures.figure(sheet, block)
    placed = sheet.picture(block.picture)
    if placed.width < pictures.FILLS:
        return pictures.image(placed, 9, 9)
    alt = f' alt="{placed.alt}"' if placed.alt else ""
    return f'<img src="{placed.src}"{alt} style="{_PICTURE}">'


def _formula(sheet: Sheet, block: Formula) -> str:
    picture = _pictured(sheet, block.tex, 20, text.formula(sheet, block), inline=False, alt=block.alt)
    return picture if picture.startswith("<section") else section(f"{BLOCK};text-align:center", picture)


def _inline_formula(sheet: Sheet, tex: str) -> str:
    return _pictured(sheet, tex, 17, text.inline_formula(sheet, tex), inline=True)


def _pictured(sheet: Sheet, tex: str, size_px: int, outline: str, *, inline: bool, alt: str = "") -> str:
    """The formula as a picture when that is shorter than its ``outline``."""
    if "<svg" not in outline:  # it could not be drawn
        return outline
    picture = formula.placed_png(tex, size_px, _FINENESS, inline=inline)
    said = words.escape(formula.spoken(tex, alt))
    style = f"width:{picture.width_px}px;max-width:100%;vertical-align:-{picture.depth_px}px"
    if len(outline) <= PICTURE_ADDRESS + len(said) + len(style) + len('<img src="" alt="" style="">'):
        return outline
    sheet.lose("公式", "全文太长，公式改为图片，深色模式里是白底", tex)
    digest = sheet.assets.store.put(picture.content)
    slot_id = f"pic-{digest[:12]}"
    sheet.slots.setdefault(slot_id, picture_slot(slot_id, digest))
    sheet.files.setdefault(slot_id, _file(digest, picture, formula.spoken(tex, alt)))
    return f'<img src="{slot_mark(slot_id)}" alt="{said}" style="{style}">'


def _file(digest: str, picture: formula.PlacedPicture, alt: str) -> RenderedFile:
    return RenderedFile(
        role="picture",
        name=f"{digest[:12]}.png",
        hash=digest,
        mime="image/png",
        size=len(picture.content),
        width=picture.width,
        height=picture.height,
        alt=alt,
    )
