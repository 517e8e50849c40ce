"""The blocks of running text: paragraphs, headings, lists, quotes, tables, code, formulas."""

from channels.making import words
from channels.making.article import Sheet, brand, wrap
from channels.values import (
    AnyBlock,
    Code,
    Divider,
    Formula,
    Heading,
    Inlines,
    List,
    Mark,
    Paragraph,
    Quote,
    Table,
)
from channels.wechat.look import (
    ACCENT,
    DEEP,
    INK,
    INK2,
    LINE,
    MONO,
    PARAGRAPH,
    SOFT,
    section,
    small,
    tag,
)

MARKS = {
    "strong": wrap("<strong>", "</strong>"),
    "em": wrap(f'<em style="font-style:normal;font-weight:600;color:{ACCENT}">', "</em>"),
    "code": wrap(f'<code style="{MONO};font-size:15px;padding:1px 4px;background-color:{SOFT}">', "</code>"),
    "strike": wrap('<span style="text-decoration:line-through">', "</span>"),
    "sub": wrap("<sub>", "</sub>"),
    "sup": wrap("<sup>", "</sup>"),
    "ai": wrap(
        f'<span style="border-bottom:1px dashed {INK2}">',
        f'</span><span style="font-size:12px;color:{INK2}">（AI 生成）</span>',
    ),
}
_ARTICLE = "https://mp.weixin.qq.com/"


def link(sheet: Sheet, drawn: str, mark: Mark) -> str:
    """A link: kept to published WeChat articles, otherwise a number in the list at the end."""
    href = words.clean(mark.href)
    if href.startswith(_ARTICLE):
        return f'<a href="{words.escape(href)}" style="color:{ACCENT};text-decoration:none">{drawn}</a>'
    if not href.startswith(("http://", "https://")):
        sheet.lose("链接", f"公众号只认网页地址，只留文字（原指向 {words.excerpt(href, 60)}）")
        return drawn
    number = sheet.reference(href)
    sheet.lose("链接", f"公众号正文不能点外链，改为文末参考链接 [{number}]", href)
    return tag("span", f"color:{ACCENT}", f"{drawn}<sup>[{number}]</sup>")


def note(number: int) -> str:
    """The mark of a footnote."""
    return tag("sup", f"font-size:12px;color:{ACCENT}", f"注{number}")


def flag(drawn: str) -> str:
    """A block a machine made, labelled (R7)."""
    return section("", drawn + small("〔以上由 AI 生成〕", "margin:-16px 0 22px"))


def paragraph(sheet: Sheet, block: Paragraph) -> str:
    """Paragraphs are told apart by space, never by an indent."""
    align = f";text-align:{block.align}" if block.align in ("center", "right") else ""
    return tag("p", PARAGRAPH + align, sheet.inline(block.text))


def heading(sheet: Sheet, block: Heading) -> str:
    """Headings stand below the platform's own title: a ruled one, a coloured one, a plain one."""
    words_drawn = sheet.inline(block.text)
    if block.level <= 2:
        rule = f"display:inline-block;padding:9px 0 0;border-top:3px solid {ACCENT}"
        style = "margin:38px 0 18px;font-size:21px;line-height:1.4;font-weight:700;text-align:left"
        return tag("h2", style, tag("span", rule, words_drawn))
    colour = DEEP if block.level == 3 else INK
    style = f"margin:30px 0 14px;font-size:18px;line-height:1.5;font-weight:700;text-align:left;color:{colour}"
    return tag(f"h{min(block.level, 6)}", style, words_drawn)


def divider(sheet: Sheet, block: Divider) -> str:
    """A breath between parts."""
    return tag("p", f"margin:34px 0;line-height:1;text-align:center;letter-spacing:12px;color:{ACCENT}", "···")


def quote(sheet: Sheet, block: Quote) -> str:
    """A quotation in the brand's own shape."""
    cite = tag(
        "p",
        f"margin:-8px 0 18px;text-align:right;font-size:15px;color:{INK2}",
        f"—— {words.escape(block.cite)}",
    )
    inner = sheet.blocks(block.blocks) + (cite if block.cite else "")
    return tag("blockquote", brand("quote_box"), brand("quote_open") + inner + brand("quote_close"))


_BULLETS = ("disc", "circle", "square")


def list_(sheet: Sheet, block: List) -> str:
    """A list; inner lists are moved behind their entry, since WeChat breaks lists inside lists."""
    return section("margin:0 0 22px", "".join(_level(sheet, block, 0)))


def _level(sheet: Sheet, block: List, depth: int) -> list[str]:
    out: list[str] = []
    whole = block.start == 1 and not any(_inner(one.blocks) for one in block.items)
    for index, entry in enumerate(block.items):
        sheet.line = block.line or sheet.line
        lead, rest = _parts(entry.blocks)
        drawn = "<br>".join(sheet.inline(one.text) for one in lead)
        out.append(_entry(block, drawn, depth, block.start + index, whole))
        for one in rest:
            nested = isinstance(one, List)
            out.append("".join(_level(sheet, one, depth + 1)) if isinstance(one, List) else sheet.block(one))
            if nested:
                sheet.lose("列表", "公众号里多层列表会错位，已改为逐级缩进的平列表")
    return [_joined(block, out, depth)] if whole else out


def _inner(blocks: tuple[AnyBlock, ...]) -> bool:
    return any(not isinstance(one, Paragraph) for one in blocks)


def _parts(blocks: tuple[AnyBlock, ...]) -> tuple[list[Paragraph], list[AnyBlock]]:
    """The paragraphs an entry begins with, and what follows them."""
    lead: list[Paragraph] = []
    for index, one in enumerate(blocks):
        if not isinstance(one, Paragraph):
            return lead, list(blocks[index:])
        lead.append(one)
    return lead, []


def _entry(block: List, drawn: str, depth: int, number: int, whole: bool) -> str:
    if whole:
        return tag("li", "margin:0 0 8px", drawn)
    mark = f"{number}. " if block.ordered else "• " if depth == 0 else "◦ "
    style = f"margin:0 0 8px {1.4 * depth:.1f}em;padding-left:1.4em;text-indent:-1.4em"
    return tag("p", style, mark + drawn)


def _joined(block: List, entries: list[str], depth: int) -> str:
    name = "ol" if block.ordered else "ul"
    bullet = "decimal" if block.ordered else _BULLETS[min(depth, 2)]
    style = f"margin:0 0 0 {24 * depth}px;padding:0 0 0 24px;list-style-type:{bullet}"
    return tag(name, style, "".join(entries))


def table(sheet: Sheet, block: Table) -> str:
    """A table by hairlines; a wide one scrolls sideways."""
    columns = max([len(block.header), *map(len, block.rows)])
    aligns = (*block.aligns, *[""] * columns)
    head = f"padding:8px 10px;border:none;border-bottom:2px solid {ACCENT};font-weight:700"
    cell = f"padding:8px 10px;border:none;border-bottom:1px solid {LINE}"
    rows = "".join(tag("tr", "", _cells(sheet, row, "td", cell, aligns)) for row in block.rows)
    top = ""
    if block.header:
        top = tag("thead", "", tag("tr", "", _cells(sheet, block.header, "th", head, aligns)))
    rows = top + tag("tbody", "", rows)
    wide = f";min-width:{columns * 96}px" if columns > 3 else ""
    style = f"width:100%;border-collapse:collapse;font-size:15px;line-height:1.6;text-align:left{wide}"
    caption = small(words.escape(block.caption), "margin:0 0 8px;text-align:center") if block.caption else ""
    return section("margin:8px 0 28px", caption + section("overflow-x:auto", tag("table", style, rows)))


def _cells(sheet: Sheet, row: tuple[Inlines, ...], name: str, style: str, aligns: tuple[str, ...]) -> str:
    return "".join(
        tag(name, style + (f";text-align:{align}" if align in ("center", "right") else ""), sheet.inline(one))
        for one, align in zip(row, aligns, strict=False)
    )


def code(sheet: Sheet, block: Code) -> str:
    """A listing to the letter: line ends as <br>, for the console's cleaner joins lines."""
    lines = [words.escape(line.expandtabs(4)) for line in block.text.split("\n")]
    drawn = "<br>".join("&nbsp;" * (len(line) - len(line.lstrip(" "))) + line.lstrip(" ") for line in lines)
    style = f"margin:0;{MONO};font-size:14px;line-height:1.65;letter-spacing:0;white-space:pre;text-align:left"
    box = f"margin:8px 0 28px;padding:14px 16px;background-color:{SOFT};border-radius:6px;overflow-x:auto"
    return section(box, tag("pre", style, drawn))


def formula(sheet: Sheet, block: Formula) -> str:
    """A formula on a line of its own, drawn as paths."""
    drawn = sheet.formula(block.tex, 20, inline=False, alt=block.alt)
    return section("margin:8px 0 28px;overflow-x:auto;text-align:center", section("display:inline-block", drawn))


def inline_formula(sheet: Sheet, tex: str) -> str:
    """A formula in a line."""
    return sheet.formula(tex, 17, inline=True)
