"""The blocks of a story as our own pages show them: semantic HTML, classes for the look, no styles, no scripts."""

import colorsys
import re
from collections.abc import Callable, Sequence
from html import escape
from typing import Any

from assets.pictures import Cut
from channels.contract import Form, StoryError
from channels.making import formula, semantic
from channels.making.semantic import Writer, digest_of, link, safe_address
from channels.making.words import moment
from channels.values import (
    Audio,
    Character,
    Code,
    CorrectionNotice,
    Dialogue,
    FactBox,
    Figure,
    Footnote,
    Formula,
    Gallery,
    KeyFigure,
    LiveStream,
    Paragraph,
    Picture,
    PolicyLink,
    Quote,
    RegionBlock,
    ResourceCard,
    Table,
    Video,
)
from themes.colour import channels_of

_PLAIN = Character(key="", name="").colour.lower()  # nobody chose it: the character takes the next free hue
HUES = (193, 38, 265, 145, 330, 220, 80, 20)  # in degrees, as site.css writes them
WIDE, LONG = 5, 16  # columns that need a fixed first one, rows that need a fixed head
_LIVE = {"upcoming": "预告", "live": "直播中", "ended": "已结束"}
_LIVE_WAY = {"upcoming": "届时点标题观看", "live": "点标题进入直播", "ended": "点标题看回放"}
_SVG_SIZE = re.compile(r'width="([\d.]+)" height="([\d.]+)"')
_SVG_STYLE = re.compile(r' style="(?:[^"]*vertical-align:-([\d.]+)px)?[^"]*"')
_DRAWN_PX = 17


def ai_block(_writer: Writer, html: str) -> str:
    return f'<div class="ai-block"><p class="ai-tag">{semantic.AI_LABEL}</p>\n{html}</div>\n'


def key_row(_writer: Writer, html: str) -> str:
    """Key figures side by side."""
    return f'<div class="keys">\n{html}</div>\n'


def ai_span(_writer: Writer, html: str) -> str:
    return f'<span class="ai">{html}<small class="ai-tag">AI</small></span>'


# --------------------------------------------------------------------------- text


def _paragraph(writer: Writer, block: Paragraph) -> str:
    place = f' class="{block.align}"' if block.align in ("center", "right") else ""
    return f"<p{place}>{writer.inlines(block.text)}</p>\n"


def _quote(writer: Writer, block: Quote) -> str:
    cite = f'<footer class="cite"><cite>{escape(block.cite)}</cite></footer>' if block.cite else ""
    return f'<blockquote class="quote">{writer.blocks(block.blocks)}{cite}</blockquote>\n'


def _table(writer: Writer, block: Table) -> str:
    """The table in a box that scrolls by itself; a keyboard can reach it."""
    name = escape(block.caption or "表格")
    aligns = dict(enumerate(block.aligns))

    def place(column: int) -> str:
        align = aligns.get(column, "")
        return f' class="{align}"' if align in ("center", "right") else ""

    html = semantic.table(writer, block, place)
    columns = max(map(len, (block.header, *block.rows)), default=0)
    shape = "".join((" wide" if columns >= WIDE else "", " long" if len(block.rows) >= LONG else ""))
    return f'<div class="scroll{shape}" role="region" aria-label="{name}" tabindex="0">{html}</div>\n'


def _code(_writer: Writer, block: Code) -> str:
    """A listing that scrolls by itself; its language, when known, is said above."""
    name = f' data-syntax="{escape(block.syntax)}"' if block.syntax else ""
    words = escape(f"代码 {block.syntax}".strip())
    return f'<pre{name} role="region" aria-label="{words}" tabindex="0"><code>{escape(block.text)}</code></pre>\n'


def set_formula(tex: str, alt: str, displayed: bool) -> str:
    """The drawn formula in em, so that it grows with the reader's text size; its TeX if it cannot be drawn."""
    try:
        drawn = formula.svg(tex, _DRAWN_PX, inline=not displayed)
    except StoryError:
        return f'<code class="tex">{escape(tex)}</code>'
    dip = ""
    found = _SVG_STYLE.search(drawn)
    if found and found[1] and not displayed:
        dip = f' class="dip-{min(round(float(found[1]) / _DRAWN_PX * 20), 20)}"'
    drawn = _SVG_STYLE.sub(f'{dip} aria-hidden="true" focusable="false"', drawn, count=1)
    drawn = _SVG_SIZE.sub(_in_em, drawn, count=1)
    return f'<span class="formula" role="img" aria-label="{escape(formula.spoken(tex, alt))}">{drawn}</span>'


def _in_em(size: re.Match[str]) -> str:
    width, height = (f"{float(size[n]) / _DRAWN_PX:.3f}em" for n in (1, 2))
    return f'width="{width}" height="{height}"'


def _formula(_writer: Writer, block: Formula) -> str:
    return f'<div class="formula-line" tabindex="0">{set_formula(block.tex, block.alt, True)}</div>\n'


def note_mark(writer: Writer, label: str) -> str:
    """The raised number; only the first of several carries the place to come back to."""
    number = writer.notes.index(label) + 1
    name = ""
    if label not in writer.marked_notes:
        writer.marked_notes.add(label)
        name = f' id="fnref-{number}"'
    return f'<sup class="noteref"><a{name} href="#fn-{number}" role="doc-noteref">{number}</a></sup>'


def notes(writer: Writer, written: dict[str, Footnote]) -> str:
    """The notes at the end in reading order, each with its way back."""
    rows, done = [], 0
    while done < len(writer.notes):  # a note may itself refer to a further note
        label, done = writer.notes[done], done + 1
        said = semantic.tight(writer, written[label].blocks) if label in written else "（注释缺失）"
        back = f'<a class="back" href="#fnref-{done}" role="doc-backlink" aria-label="回到正文">回到正文</a>'
        rows.append(f'<li id="fn-{done}">{said} {back}</li>\n')
    if not rows:
        return ""
    return f'<section class="notes" role="doc-endnotes" aria-label="注释"><ol>\n{"".join(rows)}</ol></section>\n'


# --------------------------------------------------------------------------- pictures, film, sound


def picture(writer: Writer, shown: Picture, sizes: str, widths: tuple[int, ...] = semantic.WIDTHS) -> str:
    """A picture in the widths a screen may ask for, its place kept while it loads."""
    made = writer.sizes(shown, widths)
    address, largest = made[-1]
    middle = next((one for one in made if one[1].width >= 960), made[-1])[0]
    choices = ", ".join(f"{url} {one.width}w" for url, one in made)
    srcset = f' srcset="{choices}" sizes="{sizes}"' if len(made) > 1 else ""
    return (
        f'<img src="{middle if srcset else address}"{srcset} width="{largest.width}" height="{largest.height}" '
        f'alt="{escape(shown.alt)}" loading="lazy" decoding="async">'
    )


def _figure(writer: Writer, block: Figure) -> str:
    return _framed(writer, block, "(min-width: 720px) 640px, 100vw")


def _framed(writer: Writer, block: Figure, sizes: str) -> str:
    shown = block.picture
    image = picture(writer, shown, sizes)
    said = [f"<span>{writer.inlines(block.caption)}</span>"] if block.caption else []
    said += [f'<small class="ai-tag">{semantic.AI_LABEL}</small>'] if shown.ai else []
    rights = " · ".join(escape(one) for one in (shown.credit, shown.licence) if one)
    if rights:
        said.append(f'<small class="credit">{rights}</small>')
    caption = f"<figcaption>{' '.join(said)}</figcaption>" if said else ""
    return f'<figure class="figure">{image}{caption}</figure>\n'


def _gallery(writer: Writer, block: Gallery) -> str:
    sizes = "(min-width: 720px) 320px, 50vw"
    shown = "".join(_framed(writer, one, sizes) for one in block.figures)
    caption = f'<p class="caption">{writer.inlines(block.caption)}</p>' if block.caption else ""
    count = "three" if len(block.figures) % 3 == 0 else "two"
    return f'<div class="gallery {count}" role="group" aria-label="图集">\n{shown}</div>{caption}\n'


def _video(writer: Writer, block: Video) -> str:
    name = escape(block.title or "视频")
    said = f"<figcaption>{writer.inlines(block.caption)}</figcaption>" if block.caption else ""
    if safe_address(block.src):
        still = picture(writer, block.poster, "100vw") if block.poster else ""
        words = f"{still}<span>观看视频：{name}{_length(block.seconds)}</span>"
        return f'<figure class="figure film">{link(block.src, words)}{said}</figure>\n'
    address, mime = writer.keep_asset("clip", block.src)
    poster = f' poster="{writer.sizes(block.poster, (960,))[0][0]}"' if block.poster else ""
    player = (
        f'<video controls preload="none" playsinline{poster} aria-label="{name}">'
        f'<source src="{address}" type="{mime}"></video>'
    )
    return f'<figure class="figure film">{player}{said}</figure>\n'


def _audio(writer: Writer, block: Audio) -> str:
    name = escape(block.title or "音频")
    head = f'<p class="sound-title">{name}{_length(block.seconds)}</p>'
    if safe_address(block.src):
        player = f"<p>{link(block.src, '收听音频')}</p>"
    else:
        address, mime = writer.keep_asset("clip", block.src)
        player = f'<audio controls preload="none" aria-label="{name}"><source src="{address}" type="{mime}"></audio>'
    words = f"<details><summary>文字稿</summary><p>{escape(block.transcript)}</p></details>" if block.transcript else ""
    return f'<div class="card sound">{head}{player}{words}</div>\n'


def _length(seconds: int) -> str:
    return f'<small class="length">{seconds // 60}:{seconds % 60:02d}</small>' if seconds else ""


def _live(_writer: Writer, block: LiveStream) -> str:
    state = block.state if block.state in _LIVE else "upcoming"
    said = " · ".join(one for one in (escape(moment(block.starts)), _LIVE_WAY[state]) if one)
    return (
        f'<div class="card live is-{state}"><p class="card-title"><b class="tag">{_LIVE[state]}</b> '
        f'{link(block.url, escape(block.title))}</p><p class="card-meta">{said}</p></div>\n'
    )


# --------------------------------------------------------------------------- dialogue and boxes


def _dialogue(writer: Writer, block: Dialogue) -> str:
    hues = hues_of(writer.manuscript.cast)
    cast = {one.key: (hue, one) for hue, one in zip(hues, writer.manuscript.cast, strict=True)}
    said = []
    for line in block.lines:
        stranger = Character(key=line.speaker, name=line.speaker)
        hue, who = cast.get(line.speaker, (len(cast) % len(HUES), stranger))
        side = "right" if who.side == "right" else "left"
        said.append(
            f'<div class="say {side} c{hue}">{_face(writer, who)}'
            f'<p class="who">{escape(who.name)}{_made(who)}</p>'
            f'<p class="bubble">{writer.inlines(line.text)}</p></div>\n'
        )
    return f'<div class="talk" role="group" aria-label="对白">\n{"".join(said)}</div>\n'


def hues_of(cast: Sequence[Character]) -> list[int]:
    """A place in HUES for every character: the one nearest the colour it was given, else the next free one.

    Our pages carry no styles, so a colour becomes the nearest of eight that can be read by day and night."""
    free: list[int] = []
    chosen: dict[int, int] = {}
    for at in sorted(range(len(cast)), key=lambda place: cast[place].colour.lower() == _PLAIN):
        free = free or list(range(len(HUES)))
        chosen[at] = min(free, key=lambda place: _apart(cast[at].colour, place))
        free.remove(chosen[at])
    return [chosen[at] for at in range(len(cast))]


def _apart(colour: str, place: int) -> int:
    """How far round the circle a colour lies from a hue, in degrees; its place for one that has no hue of its own,
    or is no colour at all (a manuscript from elsewhere)."""
    try:
        red, green, blue = channels_of(colour)
    except ValueError:
        return place
    hue, _, strength = colorsys.rgb_to_hls(red / 255, green / 255, blue / 255)
    if colour.lower() == _PLAIN or strength < 0.1:
        return place
    way = abs(round(hue * 360) - HUES[place])
    return min(way, 360 - way)


def _made(who: Character) -> str:
    """A face too small to carry a mark has it beside the name."""
    return ' <small class="ai-tag">AI 形象</small>' if who.picture and who.picture.ai else ""


def _face(writer: Writer, who: Character) -> str:
    """The speaker's picture, else the first character of the name; ornament, the name follows in words."""
    if who.picture is None:
        return f'<span class="face" aria-hidden="true">{escape(who.name[:1])}</span>'
    cut = Cut(96, (1, 1), who.picture.focus_x, who.picture.focus_y)
    address = writer.keep("picture", writer.pictures.variant(digest_of(who.picture.src), cut), who.name)
    return f'<img class="face" src="{address}" width="96" height="96" alt="" loading="lazy">'


def _fact_box(writer: Writer, block: FactBox) -> str:
    name = escape(block.title)
    inside = writer.blocks(block.blocks)
    return f'<aside class="fact" aria-label="{name}"><p class="fact-title">{name}</p>\n{inside}</aside>\n'


def _resource(_writer: Writer, block: ResourceCard) -> str:
    rows = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in block.fields)
    facts = f"<dl>{rows}</dl>" if rows else ""
    summary = f"<p>{escape(block.summary)}</p>" if block.summary else ""
    return (
        f'<div class="card resource"><p class="card-title"><span class="kind">科技资源</span>'
        f"{link(block.url, escape(block.title))}</p>{facts}{summary}</div>\n"
    )


def _policy(_writer: Writer, block: PolicyLink) -> str:
    facts = " · ".join(escape(one) for one in (block.number, block.issuer, block.issued) if one)
    foot = f'<p class="card-meta">{facts}</p>' if facts else ""
    title = link(block.url, f"《{escape(block.title.strip('《》'))}》")
    return f'<div class="card policy"><p class="card-title"><span class="kind">政策原文</span>{title}</p>{foot}</div>\n'


def _key_figure(_writer: Writer, block: KeyFigure) -> str:
    unit = f"<small>{escape(block.unit)}</small>" if block.unit else ""
    note = f'<span class="key-note">{escape(block.note)}</span>' if block.note else ""
    return (
        f'<p class="key"><strong>{escape(block.value)}{unit}</strong> '
        f'<span class="key-label">{escape(block.label)}</span> {note}</p>\n'
    )


def _correction(_writer: Writer, block: CorrectionNotice) -> str:
    return (
        '<div class="correction" role="note" aria-label="更正">'
        f"<p><strong>更正</strong> <time>{escape(block.corrected)}</time></p>"
        f"<p>原文“{escape(block.was)}”有误，应为“{escape(block.now)}”。</p></div>\n"
    )


def _nothing(_writer: Writer, _block: RegionBlock) -> str:
    """Local parts are opened before rendering; one that is still closed belongs to another unit."""
    return ""


MAKERS: dict[str, Callable[[Writer, Any], str]] = {
    **semantic.PLAIN,
    "paragraph": _paragraph,
    "quote": _quote,
    "table": _table,
    "code": _code,
    "formula": _formula,
    "figure": _figure,
    "gallery": _gallery,
    "video": _video,
    "audio": _audio,
    "live_stream": _live,
    "dialogue": _dialogue,
    "fact_box": _fact_box,
    "resource_card": _resource,
    "policy_link": _policy,
    "key_figure": _key_figure,
    "correction": _correction,
    "footnote": _nothing,
    "region": _nothing,
    "local_lead": _nothing,
    "ai": ai_span,
    "ai_block": ai_block,
    "gather:key_figure": key_row,
}

FORMS: dict[str, Form] = {
    "heading": Form("二至六级标题，按层次收紧在大标题之下"),
    "paragraph": Form("段落"),
    "list": Form("列表"),
    "quote": Form("引文，样式随主题（竖线、角标、方框）"),
    "figure": Form("图片 480/960/1440 三档，带图注与来源"),
    "gallery": Form("图集，两列或三列"),
    "video": Form("站内素材原位播放，外站视频为链接"),
    "audio": Form("原位播放，文字稿可展开"),
    "live_stream": Form("直播卡片，注明状态、时间与看法"),
    "dialogue": Form("对白气泡，八种角色色，取最近角色颜色的一种"),
    "table": Form("表格，窄屏可左右滑动；宽表首列、长表表头不动"),
    "code": Form("等宽代码，标明语言"),
    "formula": Form("矢量公式，附朗读文字"),
    "fact_box": Form("知识框"),
    "divider": Form("分隔线"),
    "resource_card": Form("科技资源卡"),
    "policy_link": Form("政策卡，含文号、机关、日期"),
    "key_figure": Form("数字突出，相邻的并排"),
    "region": Form("只在所列单位展开"),
    "local_lead": Form("显示本单位的导语"),
    "footnote": Form("文末注释，可往返"),
    "correction": Form("更正说明，写明原误与改正"),
}
