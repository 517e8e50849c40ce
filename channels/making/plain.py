"""Plain articles for platforms that take a few tags and no style: p, headings, strong, blockquote, lists, img.

Their dialects draw by these functions and keep only what is their own. Whatever a block loses on the way is
listed with its line, once, in the name of the platform (``sheet.dialect.name``).
"""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from channels.making import words
from channels.making.article import AI_WORDS, Draw, Placed, Sheet, wrap
from channels.making.formula_words import in_words, lowered
from channels.making.plain_formula import pictures_of, spread
from channels.values import (
    AnyBlock,
    Audio,
    Code,
    CorrectionNotice,
    Dialogue,
    Divider,
    FactBox,
    Figure,
    Formula,
    Gallery,
    Heading,
    Inlines,
    KeyFigure,
    List,
    LiveStream,
    Paragraph,
    PolicyLink,
    Quote,
    ResourceCard,
    Table,
    Video,
)

MARKS = MappingProxyType(
    {
        "strong": wrap("<strong>", "</strong>"),
        "em": wrap("<strong>", "</strong>"),
        "strike": words.struck,
        "sup": words.superscript,
        "sub": lowered,
        "ai": wrap("", f"（{AI_WORDS}）"),
    }
)
_LIVE = {"upcoming": "直播预告", "live": "正在直播", "ended": "直播回看"}


def p(*lines: str) -> str:
    """A paragraph of the lines that are not empty."""
    kept = [line for line in lines if line]
    return f"<p>{'<br>'.join(kept)}</p>" if kept else ""


def note(number: int) -> str:
    return f"[注{number}]"


def flag(drawn: str) -> str:
    """A block a machine made, labelled (R7)."""
    return drawn + p(f"（以上由 {AI_WORDS}）")


def paragraph(sheet: Sheet, block: Paragraph) -> str:
    if block.align:
        sheet.lose("段落", f"{sheet.dialect.name}的段落一律靠左", words.plain(block.text))
    return p(sheet.inline(block.text)) + pictures_of(sheet, block.text)


def heading(first: int, last: int) -> Callable[[Sheet, Heading], str]:
    """Headings of the levels the platform has."""

    def draw(sheet: Sheet, block: Heading) -> str:
        level = min(max(block.level, first), last)
        return f"<h{level}>{sheet.inline(block.text)}</h{level}>"

    return draw


def list_(sheet: Sheet, block: List) -> str:
    """A list; inner lists follow as lists of their own, for consoles break lists inside lists."""
    is_plain = all(isinstance(one, Paragraph) for entry in block.items for one in entry.blocks)
    if is_plain and block.start == 1:
        entries = "".join(f"<li>{_lines(sheet, entry.blocks)}</li>" for entry in block.items)
        return f"<ol>{entries}</ol>" if block.ordered else f"<ul>{entries}</ul>"
    if not is_plain:
        sheet.lose("列表", f"{sheet.dialect.name}里多层列表会错位，已改为平铺", words.of_block(block))
    return "".join(_entry(sheet, block, number, entry.blocks) for number, entry in enumerate(block.items, block.start))


def _entry(sheet: Sheet, block: List, number: int, blocks: tuple[AnyBlock, ...]) -> str:
    """One entry laid flat, what stands in it in its own order."""
    lead = [one for one in blocks[:1] if isinstance(one, Paragraph)]
    rest = blocks[len(lead) :]
    return p((f"{number}. " if block.ordered else "• ") + _lines(sheet, lead)) + sheet.blocks(rest)


def _lines(sheet: Sheet, blocks: Iterable[AnyBlock]) -> str:
    return "<br>".join(sheet.inline(one.text) for one in blocks if isinstance(one, Paragraph))


def quote(sheet: Sheet, block: Quote) -> str:
    cite = p(f"—— {words.escape(block.cite)}") if block.cite else ""
    return f"<blockquote>{sheet.blocks(block.blocks)}{cite}</blockquote>"


def image(placed: Placed) -> str:
    return f'<img src="{placed.src}" alt="{placed.alt}">'


def figure(sheet: Sheet, block: Figure) -> str:
    """A picture, its caption and its credit under it."""
    picture = block.picture
    licence = f"（{words.escape(picture.licence)}）" if picture.licence else ""
    made = f"图源：{words.escape(picture.credit)}{licence}" if picture.credit else licence
    label = f"（{AI_WORDS}）" if picture.ai else ""
    return p(image(sheet.picture(picture))) + p(sheet.inline(block.caption) + label, made)


def gallery(sheet: Sheet, block: Gallery) -> str:
    sheet.lose("图集", f"{sheet.dialect.name}没有图集，改为逐张图片", words.of_block(block))
    return "".join(figure(sheet, one) for one in block.figures) + p(sheet.inline(block.caption))


def _place(href: str) -> str:
    return "完整内容见文末网页版" if href.startswith("asset:") else words.escape(href)


def _length(seconds: int) -> str:
    return f"（{seconds // 60}:{seconds % 60:02d}）" if seconds else ""


def video(sheet: Sheet, block: Video) -> str:
    sheet.lose("视频", f"{sheet.dialect.name}的视频要在后台另传，改为封面、标题和地址", block.title)
    poster = p(image(sheet.picture(block.poster))) if block.poster else ""
    title = f"<strong>视频｜{words.escape(block.title)}{_length(block.seconds)}</strong>"
    return poster + p(title, sheet.inline(block.caption), _place(block.src))


def audio(sheet: Sheet, block: Audio) -> str:
    sheet.lose("音频", f"{sheet.dialect.name}不收音频，改为标题、地址和文字稿", block.title)
    title = f"<strong>音频｜{words.escape(block.title)}{_length(block.seconds)}</strong>"
    return p(title, words.escape(block.transcript), _place(block.src))


def live_stream(sheet: Sheet, block: LiveStream) -> str:
    sheet.lose("直播", f"{sheet.dialect.name}不能嵌入外部直播，改为标题和地址", block.title)
    state = _LIVE.get(block.state, "直播")
    title = f"<strong>{state}｜{words.escape(block.title)}</strong>"
    return p(title, words.escape(words.moment(block.starts)), words.escape(block.url))


def dialogue(sheet: Sheet, block: Dialogue) -> str:
    """The talk as lines, each with its speaker."""
    sheet.lose("对白", f"{sheet.dialect.name}没有气泡，改为“人名：话”", words.of_block(block))
    said = ((words.escape(sheet.speaker(one.speaker).name), sheet.inline(one.text)) for one in block.lines)
    return "".join(p(f"<strong>{name}：</strong>{line}") for name, line in said)


def table(widest: int) -> Callable[[Sheet, Table], str]:
    """Tables of at most ``widest`` columns as tables, others row by row; 0 where there are no tables."""

    def draw(sheet: Sheet, block: Table) -> str:
        caption = p(f"<strong>{words.escape(block.caption)}</strong>" if block.caption else "")
        columns = max(map(len, (block.header, *block.rows)), default=0)
        if columns > widest:
            why = f"{columns} 列的表格放不下" if widest else "没有表格"
            sheet.lose("表格", f"{sheet.dialect.name}{why}，改为逐行文字", words.of_block(block))
            return caption + _by_rows(sheet, block)
        return caption + _as_table(sheet, block)

    return draw


def _as_table(sheet: Sheet, block: Table) -> str:
    def row(cells: tuple[Inlines, ...], name: str) -> str:
        return "<tr>" + "".join(f"<{name}>{sheet.inline(one)}</{name}>" for one in cells) + "</tr>"

    head = row(block.header, "th") if any(block.header) else ""
    return f"<table><tbody>{head}{''.join(row(one, 'td') for one in block.rows)}</tbody></table>"


def _by_rows(sheet: Sheet, block: Table) -> str:
    """Each row a paragraph: its first cell as its name, the others under the names of their columns."""
    heads = [sheet.inline(one) for one in block.header]
    if not block.rows:
        return p("　".join(filter(None, heads)))
    return "".join(_row(heads, [sheet.inline(one) for one in cells]) for cells in block.rows)


def _row(heads: list[str], cells: list[str]) -> str:
    heads = heads + [""] * (len(cells) - len(heads))
    named = [f"{head}：{cell}" if head and cell else cell for head, cell in zip(heads, cells, strict=False)]
    return p(f"<strong>{named[0]}</strong>" if named and named[0] else "", *named[1:])


def code(sheet: Sheet, block: Code) -> str:
    sheet.lose("代码", f"{sheet.dialect.name}没有代码框，改为逐行文字", block.text)
    lines = (words.escape(line.expandtabs(4)) for line in block.text.split("\n"))
    return p("<br>".join("&nbsp;" * (len(one) - len(one.lstrip())) + one.lstrip() for one in lines))


def formula(sheet: Sheet, block: Formula) -> str:
    """A displayed formula as a line of text where that says the same, else as a picture."""
    said = in_words(block.tex)
    if said:
        sheet.lose("公式", f"{sheet.dialect.name}不收矢量图，公式写成文字", block.tex)
        alt = words.escape(block.alt.strip())
        return p(words.escape(said), alt if alt != words.escape(said) else "")
    return spread(sheet, block.tex, block.alt)


def inline_formula(sheet: Sheet, tex: str) -> str:
    """In a line: text; what text cannot say follows its paragraph as a picture (``pictures_of``)."""
    said = in_words(tex)
    if said != tex.strip():
        sheet.lose("公式", f"{sheet.dialect.name}行内放不了公式，写成文字", tex)
    return words.escape(said or " ".join(tex.split()))


def fact_box(sheet: Sheet, block: FactBox) -> str:
    sheet.lose("小知识", f"{sheet.dialect.name}没有底色框，改为引用样式", block.title)
    title = p(f"<strong>{words.escape(block.title)}</strong>") if block.title else ""
    return f"<blockquote>{title}{sheet.blocks(block.blocks)}</blockquote>"


def divider(sheet: Sheet, _block: Divider) -> str:
    sheet.lose("分隔", f"{sheet.dialect.name}没有分隔线，改为三点")
    return p("· · ·")


def resource_card(sheet: Sheet, block: ResourceCard) -> str:
    sheet.lose("资源卡", f"{sheet.dialect.name}没有卡片，改为引用样式逐行", block.title)
    rows = [f"{words.escape(name)}：{words.escape(value)}" for name, value in block.fields]
    title = f"<strong>资源｜{words.escape(block.title)}</strong>"
    return f"<blockquote>{p(title, words.escape(block.summary), *rows, words.escape(block.url))}</blockquote>"


def policy_link(sheet: Sheet, block: PolicyLink) -> str:
    sheet.lose("政策链接", f"{sheet.dialect.name}没有卡片，改为引用样式，地址写成文字", block.title)
    facts = " · ".join(words.escape(one) for one in (block.number, block.issuer, block.issued) if one)
    title = f"<strong>政策文件｜《{words.escape(block.title.strip('《》'))}》</strong>"
    return f"<blockquote>{p(title, facts, words.escape(block.url))}</blockquote>"


def key_figure(sheet: Sheet, block: KeyFigure) -> str:
    sheet.lose("关键数字", f"{sheet.dialect.name}没有大字，改为加粗数字一行", words.of_block(block))
    number = f"<strong>{words.escape(block.value)}{words.escape(block.unit)}</strong>"
    return p(f"{number}　{words.escape(block.label)}", words.escape(block.note))


def correction(_sheet: Sheet, block: CorrectionNotice) -> str:
    head = f"<strong>更正　{words.escape(block.corrected)}</strong>"
    was, now = words.escape(block.was), words.escape(block.now)
    return f"<blockquote>{p(head, f'原文：{was}', f'更正为：{now}')}</blockquote>"


DRAW: Mapping[str, Draw] = MappingProxyType(
    {
        "paragraph": paragraph,
        "list": list_,
        "quote": quote,
        "figure": figure,
        "gallery": gallery,
        "video": video,
        "audio": audio,
        "live_stream": live_stream,
        "dialogue": dialogue,
        "code": code,
        "formula": formula,
        "fact_box": fact_box,
        "divider": divider,
        "resource_card": resource_card,
        "policy_link": policy_link,
        "key_figure": key_figure,
        "correction": correction,
    }
)
