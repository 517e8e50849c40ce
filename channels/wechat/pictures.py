"""Pictures in an article: one with its caption, or several in rows cut around their focus."""

from assets.pictures import INLINE_WECHAT, Cut
from channels.making import words
from channels.making.article import AI_WORDS, Placed, Sheet, asset_hash, brand
from channels.values import Figure, Gallery, Picture
from channels.wechat.look import BLOCK, section, small, tag

FILLS = 480  # pixels: a narrower picture keeps its own size
_CUTS = {2: (720, (4, 3)), 3: (480, (1, 1))}  # width in pixels and shape of pictures two and three in a row
_MANY = 5  # pictures from which three stand in a row


def image(placed: Placed, above: int = 0, below: int = 0) -> str:
    """A picture as wide as it deserves, on a line of its own; what WeChat drops as attribute is written as style."""
    width = "100%" if placed.width >= FILLS else f"{placed.width}px;max-width:100%"
    sides = "0" if placed.width >= FILLS else "auto"
    margin = f"{_px(above)} {sides}" + (f" {_px(below)}" if below != above else "")
    look = f"display:block;width:{width};margin:{margin}{brand('picture')}"
    return f'<img src="{placed.src}" alt="{placed.alt}" style="{look}">'


def credit_line(picture: Picture) -> str:
    """Who made the picture and under which licence, and that a machine did (R7, R18)."""
    licence = f"（{words.escape(picture.licence)}）" if picture.licence else ""
    made = f"图源：{words.escape(picture.credit)}{licence}" if picture.credit else licence.strip("（）")
    return "　".join(part for part in (made, f"〔{AI_WORDS}〕" if picture.ai else "") if part)


def _words_of(sheet: Sheet, one: Figure) -> list[str]:
    sheet.line = one.line or sheet.line
    return [line for line in (sheet.inline(one.caption), credit_line(one.picture)) if line]


def _caption(lines: list[str], below: int = 0) -> str:
    return small("<br>".join(lines), f"margin:8px 0 {_px(below)};text-align:center") if lines else ""


def figure(sheet: Sheet, block: Figure) -> str:
    """One picture with its caption and credit."""
    below = _caption(_words_of(sheet, block))
    if not below:
        return image(sheet.picture(block.picture), 28, 28)
    return section(BLOCK, image(sheet.picture(block.picture)) + below)


def gallery(sheet: Sheet, block: Gallery) -> str:
    """Pictures in rows of two, from five on in rows of three; what is left over stands first, larger."""
    figures = block.figures
    across = 3 if len(figures) >= _MANY else 2
    rest = len(figures) % across
    starts = [0, *range(rest, len(figures), across)] if rest else range(0, len(figures), across)
    rows = [figures[start : rest if rest and start == 0 else start + across] for start in starts]
    drawn = "".join(_row(sheet, row) for row in rows)
    sheet.line = block.line or sheet.line
    _tell_crops(sheet, rows)
    lines = ([sheet.inline(block.caption)] if block.caption else []) + _told(sheet, rows)
    return section(BLOCK, drawn + _caption(lines))


def _row(sheet: Sheet, row: tuple[Figure, ...]) -> str:
    """One row, what stands under narrow pictures left to the gallery's end."""
    cells = []
    for at, one in enumerate(row):
        below = _caption(_beneath(sheet, one), 8 if len(row) == 1 else 0) if len(row) < 3 else ""
        if len(row) == 1:
            return image(sheet.picture(one.picture), 0, 6) + below
        cells.append(_cell(sheet, one, len(row), at, below))
    style = "width:100%;border-collapse:collapse"
    return tag("table", style, f"<tbody><tr>{''.join(cells)}</tr></tbody>")


def _beneath(sheet: Sheet, one: Figure) -> list[str]:
    """The words under a picture: its caption, and that a machine made it (R7)."""
    sheet.line = one.line or sheet.line
    lines = [sheet.inline(one.caption), credit_line(one.picture) if one.picture.ai else ""]
    return [line for line in lines if line]


def _told(sheet: Sheet, rows: list[tuple[Figure, ...]]) -> list[str]:
    """The words at a gallery's end: those of pictures in threes by their number, then the credits, each once."""
    numbered: list[str] = []
    credits: dict[str, None] = {}
    number = 0
    for row in rows:
        for one in row:
            number += 1
            if len(row) == 3 and (text := _beneath(sheet, one)):
                numbered.append(f"图 {number}　{' '.join(text)}")
            if not one.picture.ai and (credit := credit_line(one.picture)):
                credits[credit] = None
    return [*numbered, *credits]


def _cell(sheet: Sheet, one: Figure, across: int, at: int, below: str) -> str:
    """A picture cut for its row; gaps of 6 px between the cells, none outside."""
    width, ratio = _CUTS[across]
    cut = Cut(width, ratio, one.picture.focus_x, one.picture.focus_y, max_bytes=INLINE_WECHAT.max_bytes)
    left = round(at * 6 / across)
    right = round((across - 1 - at) * 6 / across)
    style = f"width:{100 // across}%;padding:0 {_px(right)} 6px {_px(left)};border:0;vertical-align:top"
    return tag("td", style, image(sheet.picture(one.picture, cut)._replace(width=FILLS)) + below)


def _px(value: int) -> str:
    return f"{value}px" if value else "0"


def _tell_crops(sheet: Sheet, rows: list[tuple[Figure, ...]]) -> None:
    """One loss for a gallery: which of its pictures lose an edge."""
    cropped = [one.picture for row in rows for one in row if len(row) > 1 and _loses_an_edge(sheet, one, len(row))]
    if cropped:
        reason = f"公众号里图集并排成格，{len(cropped)} 张图片按焦点裁切"
        sheet.lose("图集", reason, "、".join(one.alt or "没有说明的图" for one in cropped))


def _loses_an_edge(sheet: Sheet, one: Figure, across: int) -> bool:
    stored = sheet.assets.info(asset_hash(one.picture))
    _, (wide, high) = _CUTS[across]
    return stored.width * high != stored.height * wide
