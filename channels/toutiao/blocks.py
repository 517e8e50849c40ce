"""Toutiao's plain article: p, h1-h3, strong, blockquote, lists, pictures, simple tables. No style at all."""

from channels.making import words
from channels.making.article import AI_WORDS, Placed, Sheet, wrap
from channels.making.formula import spoken
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
    Mark,
    Paragraph,
    PolicyLink,
    Quote,
    ResourceCard,
    Table,
    Video,
)

MARKS = {
    "strong": wrap("<strong>", "</strong>"),
    "em": wrap("<strong>", "</strong>"),
    "strike": words.struck,
    "sup": words.superscript,
    "ai": wrap("", f"（{AI_WORDS}）"),
}
_LIVE = {"upcoming": "直播预告", "live": "正在直播", "ended": "直播回看"}


def p(*lines: str) -> str:
    """A paragraph of the lines that are not empty."""
    kept = [line for line in lines if line]
    return f"<p>{'<br>'.join(kept)}</p>" if kept else ""


def link(sheet: Sheet, drawn: str, mark: Mark) -> str:
    """Addresses cannot be clicked there: the words, and the address in the list at the end."""
    href = words.clean(mark.href)
    if not href.startswith(("http://", "https://")):
        sheet.lose("链接", f"头条只留文字（原指向 {words.excerpt(href, 60)}）")
        return drawn
    number = sheet.reference(href)
    sheet.lose("链接", f"头条正文不能点外链，改为文末参考链接 [{number}]", href)
    return f"{drawn}[{number}]"


def note(number: int) -> str:
    return f"[注{number}]"


def flag(drawn: str) -> str:
    """A block a machine made, labelled (R7)."""
    return drawn + p(f"（以上由 {AI_WORDS}）")


def paragraph(sheet: Sheet, block: Paragraph) -> str:
    return p(sheet.inline(block.text))


def heading(sheet: Sheet, block: Heading) -> str:
    level = min(max(block.level, 1), 3)
    return f"<h{level}>{sheet.inline(block.text)}</h{level}>"


def list_(sheet: Sheet, block: List) -> str:
    """A list; inner lists follow as lists of their own, for the console breaks lists inside lists."""
    plain = all(isinstance(one, Paragraph) for entry in block.items for one in entry.blocks)
    if plain and block.start == 1:
        entries = "".join(f"<li>{_lines(sheet, entry.blocks)}</li>" for entry in block.items)
        return f"<ol>{entries}</ol>" if block.ordered else f"<ul>{entries}</ul>"
    out = []
    for number, entry in enumerate(block.items, block.start):
        lead = [one for one in entry.blocks if isinstance(one, Paragraph)]
        rest = [one for one in entry.blocks if not isinstance(one, Paragraph)]
        out.append(p(("• " if not block.ordered else f"{number}. ") + _lines(sheet, lead)) + sheet.blocks(rest))
        if rest:
            sheet.lose("列表", "头条里多层列表会错位，已改为平铺")
    return "".join(out)


def _lines(sheet: Sheet, blocks: tuple[AnyBlock, ...] | list[Paragraph]) -> str:
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
    return "".join(figure(sheet, one) for one in block.figures) + p(sheet.inline(block.caption))


def _place(href: str) -> str:
    return "完整内容见文末网页版" if href.startswith("asset:") else words.escape(href)


def video(sheet: Sheet, block: Video) -> str:
    sheet.lose("视频", "头条文章的视频要在后台另传，改为封面、标题和地址", block.title)
    poster = p(image(sheet.picture(block.poster))) if block.poster else ""
    title = f"<strong>视频｜{words.escape(block.title)}</strong>"
    return poster + p(title, sheet.inline(block.caption), _place(block.src))


def audio(sheet: Sheet, block: Audio) -> str:
    sheet.lose("音频", "头条文章不收音频，改为标题、地址和文字稿", block.title)
    return p(
        f"<strong>音频｜{words.escape(block.title)}</strong>",
        words.escape(block.transcript),
        _place(block.src),
    )


def live_stream(sheet: Sheet, block: LiveStream) -> str:
    sheet.lose("直播", "头条文章不能嵌入外部直播，改为标题和地址", block.title)
    state = _LIVE.get(block.state, "直播")
    return p(
        f"<strong>{state}｜{words.escape(block.title)}</strong>",
        words.escape(block.starts),
        words.escape(block.url),
    )


def dialogue(sheet: Sheet, block: Dialogue) -> str:
    """The talk as lines, each with its speaker."""
    sheet.lose("对白", "头条没有气泡，改为“人名：话”", words.of_block(block))
    said = ((words.escape(sheet.speaker(one.speaker).name), sheet.inline(one.text)) for one in block.lines)
    return "".join(p(f"<strong>{name}：</strong>{line}") for name, line in said)


def table(sheet: Sheet, block: Table) -> str:
    def row(cells: tuple[Inlines, ...], name: str) -> str:
        return "<tr>" + "".join(f"<{name}>{sheet.inline(one)}</{name}>" for one in cells) + "</tr>"

    rows = (row(block.header, "th") if block.header else "") + "".join(row(one, "td") for one in block.rows)
    return p(words.escape(block.caption)) + f"<table><tbody>{rows}</tbody></table>"


def code(sheet: Sheet, block: Code) -> str:
    sheet.lose("代码", "头条没有代码框，改为逐行文字", block.text)
    lines = (words.escape(line.expandtabs(4)) for line in block.text.split("\n"))
    return p("<br>".join("&nbsp;" * (len(one) - len(one.lstrip())) + one.lstrip() for one in lines))


def formula(sheet: Sheet, block: Formula) -> str:
    sheet.lose("公式", "头条不收 SVG，公式写成文字", block.tex)
    return p(words.escape(spoken(block.tex, block.alt)))


def inline_formula(sheet: Sheet, tex: str) -> str:
    sheet.lose("公式", "头条不收 SVG，公式写成文字", tex)
    return words.escape(spoken(tex))


def fact_box(sheet: Sheet, block: FactBox) -> str:
    title = p(f"<strong>{words.escape(block.title)}</strong>") if block.title else ""
    return f"<blockquote>{title}{sheet.blocks(block.blocks)}</blockquote>"


def divider(sheet: Sheet, block: Divider) -> str:
    return p("· · ·")


def resource_card(sheet: Sheet, block: ResourceCard) -> str:
    rows = [f"{words.escape(name)}：{words.escape(value)}" for name, value in block.fields]
    title = f"<strong>资源｜{words.escape(block.title)}</strong>"
    return f"<blockquote>{p(title, words.escape(block.summary), *rows, words.escape(block.url))}</blockquote>"


def policy_link(sheet: Sheet, block: PolicyLink) -> str:
    facts = " · ".join(words.escape(one) for one in (block.number, block.issuer, block.issued) if one)
    title = f"<strong>政策文件｜《{words.escape(block.title).strip('《》')}》</strong>"
    return f"<blockquote>{p(title, facts, words.escape(block.url))}</blockquote>"


def key_figure(sheet: Sheet, block: KeyFigure) -> str:
    number = f"<strong>{words.escape(block.value)}{words.escape(block.unit)}</strong>"
    return p(f"{number}　{words.escape(block.label)}", words.escape(block.note))


def correction(sheet: Sheet, block: CorrectionNotice) -> str:
    head = f"<strong>更正　{words.escape(block.corrected)}</strong>"
    was, now = words.escape(block.was), words.escape(block.now)
    return f"<blockquote>{p(head, f'原文：{was}', f'更正为：{now}')}</blockquote>"
