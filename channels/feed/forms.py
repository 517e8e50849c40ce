"""The blocks of a story as a feed reader shows them: plain HTML, absolute addresses, no class, style or script."""

import struct
from collections.abc import Callable
from html import escape
from typing import Any

from assets.pictures import Picture as Stored
from assets.store import hash_of
from channels.contract import Form, StoryError
from channels.making import formula, semantic
from channels.making.formula_words import in_words
from channels.making.semantic import Writer, link, safe_address
from channels.making.words import moment
from channels.values import (
    Audio,
    CorrectionNotice,
    Dialogue,
    FactBox,
    Figure,
    Footnote,
    Formula,
    Gallery,
    KeyFigure,
    LiveStream,
    Picture,
    PolicyLink,
    RegionBlock,
    ResourceCard,
    Video,
)

WIDTH = (960,)
_LIVE = {"upcoming": "直播预告", "live": "正在直播", "ended": "直播回放"}


def ai_span(_writer: Writer, html: str) -> str:
    return f"{html}<small>（{semantic.AI_LABEL}）</small>"


def ai_block(_writer: Writer, html: str) -> str:
    return f"<p><small>{semantic.AI_LABEL}：</small></p>\n{html}"


def note_mark(writer: Writer, label: str) -> str:
    return f"<sup>[{writer.notes.index(label) + 1}]</sup>"


def notes(writer: Writer, written: dict[str, Footnote]) -> str:
    """The notes at the end; readers of feeds cannot jump, so the numbers must do."""
    rows, done = [], 0
    while done < len(writer.notes):
        label, done = writer.notes[done], done + 1
        said = semantic.tight(writer, written[label].blocks) if label in written else "（注释缺失）"
        rows.append(f"<p><small>[{done}] {said}</small></p>\n")
    return f"<hr>\n{''.join(rows)}" if rows else ""


def set_formula(writer: Writer, tex: str, alt: str) -> str:
    """The formula as a picture at twice its size; its TeX where it cannot be drawn."""
    try:
        drawn = formula.png(tex)
    except StoryError:
        return f"<code>{escape(tex)}</code>"
    width, height = struct.unpack(">II", drawn[16:24])
    kept = Stored(hash_of(drawn), "image/png", width, height, len(drawn))
    writer.pictures.store.put(drawn)
    spoken = formula.spoken(tex, alt)
    address = writer.keep("picture", kept, spoken)
    return f'<img src="{address}" alt="{escape(spoken)}" width="{width // 2}" height="{height // 2}">'


def formula_in_place(writer: Writer, tex: str, alt: str, displayed: bool) -> str:
    """In a line, what text says as well stays text: it flows, and takes the reader's own colours."""
    said = "" if displayed else in_words(tex)
    return escape(said) if said else set_formula(writer, tex, alt)


def _formula(writer: Writer, block: Formula) -> str:
    return f"<p>{set_formula(writer, block.tex, block.alt)}</p>\n"


def picture(writer: Writer, shown: Picture) -> str:
    address, made = writer.sizes(shown, WIDTH)[-1]
    return f'<img src="{address}" alt="{escape(shown.alt)}" width="{made.width}" height="{made.height}">'


def _figure(writer: Writer, block: Figure) -> str:
    shown = block.picture
    said = [writer.inlines(block.caption)] if block.caption else []
    said += [f"图源：{escape(shown.credit)}"] if shown.credit else []
    said += [escape(shown.licence)] if shown.licence else []
    said += [semantic.AI_LABEL] if shown.ai else []
    caption = f"<figcaption>{' · '.join(said)}</figcaption>" if said else ""
    return f"<figure>{picture(writer, shown)}{caption}</figure>\n"


def _gallery(writer: Writer, block: Gallery) -> str:
    caption = f"<p><small>{writer.inlines(block.caption)}</small></p>\n" if block.caption else ""
    return "".join(_figure(writer, one) for one in block.figures) + caption


def _video(writer: Writer, block: Video) -> str:
    still = f"<p>{picture(writer, block.poster)}</p>\n" if block.poster else ""
    caption = f"<p><small>{writer.inlines(block.caption)}</small></p>\n" if block.caption else ""
    return f"{still}<p>{_play(writer, block, '观看视频')}</p>\n{caption}"


def _audio(writer: Writer, block: Audio) -> str:
    words = f"<blockquote><p>{escape(block.transcript)}</p></blockquote>\n" if block.transcript else ""
    return f"<p>{_play(writer, block, '收听音频')}</p>\n{words}"


def _play(writer: Writer, block: Video | Audio, verb: str) -> str:
    """A link that plays: readers drop players, never links."""
    own = "" if safe_address(block.src) else writer.keep_asset("clip", block.src)[0]
    length = f"（{block.seconds // 60}:{block.seconds % 60:02d}）" if block.seconds else ""
    words = f"{verb}：{escape(block.title)}{length}" if block.title else f"{verb}{length}"
    return f'<a href="{own}">{words}</a>' if own else link(block.src, words)


def _live(_writer: Writer, block: LiveStream) -> str:
    starts = f"（{escape(moment(block.starts))}）" if block.starts else ""
    return f"<p>{_LIVE.get(block.state, '直播')}：{link(block.url, escape(block.title))}{starts}</p>\n"


def _dialogue(writer: Writer, block: Dialogue) -> str:
    names = {one.key: one.name for one in writer.manuscript.cast}
    return "".join(
        f"<p><strong>{escape(names.get(line.speaker, line.speaker))}：</strong>{writer.inlines(line.text)}</p>\n"
        for line in block.lines
    )


def _fact_box(writer: Writer, block: FactBox) -> str:
    return f"<blockquote><p><strong>{escape(block.title)}</strong></p>\n{writer.blocks(block.blocks)}</blockquote>\n"


def _resource(_writer: Writer, block: ResourceCard) -> str:
    rows = "".join(f"<li>{escape(name)}：{escape(value)}</li>" for name, value in block.fields)
    facts = f"<ul>{rows}</ul>\n" if rows else ""
    summary = f"<p>{escape(block.summary)}</p>\n" if block.summary else ""
    return f"<p><strong>科技资源：{link(block.url, escape(block.title))}</strong></p>\n{facts}{summary}"


def _policy(_writer: Writer, block: PolicyLink) -> str:
    facts = " · ".join(escape(one) for one in (block.number, block.issuer, block.issued) if one)
    title = link(block.url, f"《{escape(block.title.strip('《》'))}》")
    return f"<p>政策原文：{title}{f'<br><small>{facts}</small>' if facts else ''}</p>\n"


def _key_figure(_writer: Writer, block: KeyFigure) -> str:
    note = f"（{escape(block.note)}）" if block.note else ""
    value = f"{escape(block.value)} {escape(block.unit)}".strip()
    return f"<p><strong>{value}</strong> · {escape(block.label)}{note}</p>\n"


def _correction(_writer: Writer, block: CorrectionNotice) -> str:
    return (
        f"<p><strong>更正（{escape(block.corrected)}）：</strong>"
        f"原文“{escape(block.was)}”有误，应为“{escape(block.now)}”。</p>\n"
    )


def _nothing(_writer: Writer, _block: RegionBlock) -> str:
    """Local parts are opened before rendering; one that is still closed belongs to another unit."""
    return ""


MAKERS: dict[str, Callable[[Writer, Any], str]] = {
    **semantic.PLAIN,
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
}

FORMS: dict[str, Form] = {
    "heading": Form("标题"),
    "paragraph": Form("段落"),
    "list": Form("列表"),
    "quote": Form("引文"),
    "figure": Form("图片与图注，完整网址"),
    "gallery": Form("逐张排列的图片", native=False),
    "video": Form("封面图加播放链接", native=False),
    "audio": Form("播放链接，附文字稿", native=False),
    "live_stream": Form("直播链接，注明状态与时间", native=False),
    "dialogue": Form("“姓名：台词”段落", native=False),
    "table": Form("表格"),
    "code": Form("等宽代码"),
    "formula": Form("公式图片，附朗读文字", native=False),
    "fact_box": Form("引文框内的知识框", native=False),
    "divider": Form("分隔线"),
    "resource_card": Form("标题与列表", native=False),
    "policy_link": Form("政策链接，含文号、机关、日期", native=False),
    "key_figure": Form("加粗的数字与说明", native=False),
    "region": Form("只在所列单位展开"),
    "local_lead": Form("显示本单位的导语"),
    "footnote": Form("文末编号注释", native=False),
    "correction": Form("更正说明，写明原误与改正"),
}
