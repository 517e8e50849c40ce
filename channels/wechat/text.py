"""The blocks of running text: paragraphs, headings, lists, quotes, tables, code, formulas."""

import re
from collections.abc import Iterator
from functools import lru_cache

from channels.making import words
from channels.making.article import Same, Sheet, brand, wrap
from channels.values import (
    AnyBlock,
    Code,
    Divider,
    Formula,
    Heading,
    Inlines,
    List,
    Manuscript,
    Mark,
    Paragraph,
    Quote,
    Table,
)
from channels.wechat import scripts
from channels.wechat.look import ACCENT, BLOCK, INK2, MONO, PARAGRAPH, SOFT, section, small, tag
from channels.wechat.looks import NUMBERED

MARKS = {
    "strong": wrap("<strong>", "</strong>"),
    "em": wrap(f'<em style="font-style:normal;font-weight:600;color:{ACCENT}">', "</em>"),
    "code": wrap(f'<code style="{MONO};font-size:15px;background-color:{SOFT}">', "</code>"),
    "strike": wrap('<span style="text-decoration:line-through">', "</span>"),
    "sub": wrap("<sub>", "</sub>"),
    "sup": wrap("<sup>", "</sup>"),
    "ai": wrap(
        f'<span style="border-bottom:1px dashed {INK2}">',
        f'</span><span style="font-size:12px;color:{INK2}">（AI 生成）</span>',
    ),
}
_ARTICLE = ("https://mp.weixin.qq.com/s/", "https://mp.weixin.qq.com/s?")  # other pages there lose their link
_RAISED = f"line-height:0;font-size:12px;color:{ACCENT}"  # no leading of its own: lines stay evenly spaced
_UNBROKEN = re.compile(r"[!-~]{18}")  # no line breaks inside: justified, the line before it would gape
_COUNTED = re.compile(
    r"\s*(?:[（(]?[0-9０-９一二三四五六七八九十百]+[、.．:：）)\s]|第\S{1,3}[章节部分篇回步]|[①-⑳Ⅰ-Ⅻ])"
)


def link(sheet: Sheet, drawn: str, mark: Mark) -> str:
    """A link: kept to published WeChat articles, otherwise a number in the list at the end."""
    return _link(sheet, drawn, mark, _RAISED)


def plain_link(sheet: Sheet, drawn: str, mark: Mark) -> str:
    """The same with the least markup, for articles that would not fit."""
    return _link(sheet, drawn, mark, "")


def _link(sheet: Sheet, drawn: str, mark: Mark, look: str) -> str:
    href = words.clean(mark.href)
    if mark.title:
        sheet.lose("链接提示", "公众号没有鼠标停留时的提示文字，已略去", mark.title, kind="dropped")
    if href.startswith(_ARTICLE):
        return f'<a href="{words.escape(href)}" style="color:{ACCENT};text-decoration:none">{drawn}</a>'
    if not href.startswith(("http://", "https://")):
        sheet.lose("链接", f"公众号只认网页地址，只留文字（原指向 {words.excerpt(href, 60)}）", kind="dropped")
        return drawn
    number = sheet.reference(href)
    sheet.lose("链接", f"公众号正文不能点外链，改为文末参考链接 [{number}]", href)
    return drawn + tag("sup", look, f"[{number}]")


def note(number: int) -> str:
    """The mark of a footnote."""
    return tag("sup", _RAISED, f"注{number}")


def flag(drawn: str) -> str:
    """A block a machine made, labelled (R7)."""
    return section("", drawn + small("〔以上由 AI 生成〕", "margin:-16px 0 22px"))


def paragraph(sheet: Sheet, block: Paragraph) -> str:
    """Paragraphs are told apart by space, never by an indent."""
    drawn = scripts.run(block.lang, sheet.inline(block.text))
    align = block.align if block.align in ("center", "right") else ""
    if not align and block.lang and scripts.is_from_right(drawn):
        align = "right"
    if not align and _UNBROKEN.search(words.plain(block.text)):
        align = "left"
    return tag("p", PARAGRAPH + (f";text-align:{align}" if align else ""), drawn)


def heading(sheet: Sheet, block: Heading) -> str:
    """Headings stand below the platform's own title: three steps, in the shape of the look."""
    drawn = scripts.run(block.lang, sheet.inline(block.text))
    if block.level <= 2:
        return tag("h2", brand("h2"), _number(sheet, block) + tag("span", brand("h2_in"), drawn))
    return tag(f"h{min(block.level, 6)}", brand("h3" if block.level == 3 else "h4"), drawn)


def _number(sheet: Sheet, block: Heading) -> str:
    """The place of a part's heading among its like, where a look shows numbers."""
    at = _numbered(Same(sheet.manuscript)).get(id(block), 0)
    return brand(f"number{at}") if at else ""


@lru_cache(maxsize=16)
def _numbered(story: Same[Manuscript]) -> dict[int, int]:
    """The number of each part's heading by its identity; none for a single part or where the story counts itself."""
    parts = [one for one in story.value.blocks if isinstance(one, Heading) and one.level <= 2]
    if len(parts) < 2 or any(_COUNTED.match(words.plain(one.text)) for one in parts):
        return {}
    return {id(one): at for at, one in enumerate(parts[:NUMBERED], 1)}


def divider(sheet: Sheet, block: Divider) -> str:
    """A breath between parts."""
    return tag("p", brand("divider"), brand("divider_mark"))


def quote(sheet: Sheet, block: Quote) -> str:
    """A quotation in the brand's own shape."""
    style = f"margin:-12px 0 22px;text-align:right;font-size:15px;color:{INK2}"
    cite = tag("p", style, f"—— {words.escape(block.cite)}") if block.cite else ""
    inner = sheet.blocks(block.blocks) + cite
    return tag("blockquote", brand("quote_box"), brand("quote_open") + inner + brand("quote_close"))


_BULLETS = ("disc", "circle", "square")


_HANGING = f"{PARAGRAPH};padding:0 0 0 1.4em;text-indent:-1.4em"  # inherited by every entry: said once


def list_(sheet: Sheet, block: List) -> str:
    """A list; one that WeChat would break (lists inside lists) or miscount becomes paragraphs with their marks."""
    if _is_whole(block):
        return _whole(sheet, block)
    if block.ordered and block.start != 1:
        reason = f"公众号的列表只能从 1 起编号，从 {block.start} 起的改为带编号的段落"
        sheet.lose("列表", reason, words.of_block(block))
    return section(_HANGING, "".join(_flat(sheet, block, 0)))


def _is_whole(block: List) -> bool:
    """Whether the list can stay a list: counted from one, every entry words alone."""
    plain = all(isinstance(one, Paragraph) for entry in block.items for one in entry.blocks)
    return plain and (block.start == 1 or not block.ordered)


def _whole(sheet: Sheet, block: List) -> str:
    entries = "".join(tag("li", "margin:8px 0", _lead(sheet, block, _parts(one.blocks)[0])) for one in block.items)
    name, bullet = ("ol", "decimal") if block.ordered else ("ul", "disc")
    return tag(name, f"margin:22px 0;padding:0 0 0 26px;list-style-type:{bullet}", entries)


def _flat(sheet: Sheet, block: List, depth: int) -> Iterator[str]:
    for number, entry in enumerate(block.items, block.start):
        lead, rest = _parts(entry.blocks)
        mark = f"{number}. " if block.ordered else "• " if depth == 0 else "◦ "
        inner = f" 8px {1.4 * depth:.1f}em" if depth else ""
        yield tag("p", f"margin:8px 0{inner}", mark + _lead(sheet, block, lead))
        for one in rest:
            sheet.line = one.line or sheet.line
            if isinstance(one, List):
                reason = "公众号里多层列表会错位，已改为逐级缩进的平列表"
                sheet.lose("列表", reason, words.plain(lead[0].text) if lead else "")
                yield from _flat(sheet, one, depth + 1)
            else:
                yield section("text-indent:0", sheet.block(one))


def _lead(sheet: Sheet, block: List, lead: list[Paragraph]) -> str:
    drawn = []
    for one in lead:
        sheet.line = one.line or block.line or sheet.line
        drawn.append(scripts.run(one.lang, sheet.inline(one.text)))
    return "<br>".join(drawn)


def _parts(blocks: tuple[AnyBlock, ...]) -> tuple[list[Paragraph], list[AnyBlock]]:
    """The paragraphs an entry begins with, and what follows them."""
    lead: list[Paragraph] = []
    for index, one in enumerate(blocks):
        if not isinstance(one, Paragraph):
            return lead, list(blocks[index:])
        lead.append(one)
    return lead, []


def table(sheet: Sheet, block: Table) -> str:
    """A table in the look's lines; a wide one scrolls sideways."""
    columns = max([len(block.header), *map(len, block.rows)])
    aligns = (*block.aligns, *[""] * columns)
    rows = "".join(tag("tr", "", _cells(sheet, row, "td", brand("td"), aligns)) for row in block.rows)
    top = ""
    if block.header:
        top = tag("thead", "", tag("tr", "", _cells(sheet, block.header, "th", brand("th"), aligns)))
    wide = f";min-width:{columns * 96}px" if columns > 3 else ""
    style = f"width:100%;border-collapse:collapse;font-size:15px;line-height:1.6;text-align:left{wide}"
    caption = small(words.escape(block.caption), "margin:0 0 8px;text-align:center") if block.caption else ""
    return section(BLOCK, caption + section(brand("table"), tag("table", style, top + tag("tbody", "", rows))))


_FIGURE = 8  # characters: so short, a number and its unit stay on one line


def _cells(sheet: Sheet, row: tuple[Inlines, ...], name: str, style: str, aligns: tuple[str, ...]) -> str:
    return "".join(
        tag(name, style + _aligned(one, align), sheet.inline(one)) for one, align in zip(row, aligns, strict=False)
    )


def _aligned(cell: Inlines, align: str) -> str:
    if align not in ("center", "right"):
        return ""
    whole = ";white-space:nowrap" if align == "right" and len(words.plain(cell)) <= _FIGURE else ""
    return f";text-align:{align}{whole}"


def code(sheet: Sheet, block: Code) -> str:
    """A listing to the letter: line ends as <br>, for the console's cleaner joins lines."""
    lines = [words.escape(line.expandtabs(4)) for line in block.text.split("\n")]
    drawn = "<br>".join("&nbsp;" * (len(line) - len(line.lstrip(" "))) + line.lstrip(" ") for line in lines)
    style = (
        f"margin:28px 0;padding:14px 16px;{MONO};font-size:14px;line-height:1.65;white-space:pre;"
        f"text-align:left;background-color:{SOFT};overflow-x:auto{brand('picture')}"
    )
    return tag("pre", style, drawn)


def formula(sheet: Sheet, block: Formula) -> str:
    """A formula on a line of its own, drawn as paths; as it was written where it cannot be drawn."""
    drawn = sheet.formula(block.tex, 20, inline=False, alt=block.alt) or _written(block.tex)
    return section(f"{BLOCK};overflow-x:auto;text-align:center", section("display:inline-block", drawn))


def inline_formula(sheet: Sheet, tex: str) -> str:
    """A formula in a line."""
    return sheet.formula(tex, 17, inline=True) or _written(tex)


def _written(tex: str) -> str:
    """TeX as it was written."""
    return MARKS["code"](words.escape(" ".join(tex.split())))
