"""The blocks with a shape of their own: films, recordings, boxes, cards, figures, notices."""

from channels.making import words
from channels.making.article import Sheet, brand
from channels.values import Audio, CorrectionNotice, FactBox, KeyFigure, LiveStream, PolicyLink, ResourceCard, Video
from channels.wechat.look import (
    BOX,
    BOX_TITLE,
    BOX_TITLE_IN,
    CARD,
    CARD_TITLE,
    DANGER,
    INK2,
    LINE,
    label,
    section,
    small,
    tag,
)
from channels.wechat.pictures import credit_line, image

_LIVE = {"upcoming": "直播预告", "live": "正在直播", "ended": "直播回看"}
_READ = "font-size:15px;line-height:1.65"


def _address(sheet: Sheet, href: str) -> str:
    """Where a card leads, as words; an asset of ours is found behind 阅读原文."""
    if href.startswith("asset:"):
        return small("点文末“阅读原文”，在网页版里播放。", "margin:8px 0 0")
    if href:
        return small(words.escape(href), "margin:8px 0 0;word-break:break-all;text-align:left")
    return ""


def _length(seconds: int) -> str:
    return f"（{seconds // 60}:{seconds % 60:02d}）" if seconds else ""


def video(sheet: Sheet, block: Video) -> str:
    """A film cannot be sent by the interface: its poster, title and address stand for it."""
    sheet.lose("视频", "公众号接口不收外部视频，改为封面、标题和地址", block.title)
    poster = credit = ""
    if block.poster:
        poster = image(sheet.picture(block.poster), 0, 12)
        credit = small(credit_line(block.poster), "margin:6px 0 0") if credit_line(block.poster) else ""
    title = tag("p", CARD_TITLE, words.escape(block.title or "视频") + _length(block.seconds))
    caption = small(sheet.inline(block.caption), "margin:6px 0 0") if block.caption else ""
    return section(CARD, label("视频") + poster + title + caption + credit + _address(sheet, block.src))


def audio(sheet: Sheet, block: Audio) -> str:
    """A recording as title, address and its words."""
    sheet.lose("音频", "公众号接口不收外部音频，改为标题、地址和文字稿", block.title)
    title = tag("p", CARD_TITLE, words.escape(block.title or "音频") + _length(block.seconds))
    spoken = tag("p", f"margin:8px 0 0;{_READ}", words.escape(block.transcript)) if block.transcript else ""
    return section(CARD, label("音频") + title + spoken + _address(sheet, block.src))


def live_stream(sheet: Sheet, block: LiveStream) -> str:
    """A stream elsewhere: state, title, time, address."""
    sheet.lose("直播", "公众号正文不能嵌入外部直播，改为标题和地址", block.title)
    starts = small(f"开始时间：{words.escape(words.moment(block.starts))}", "margin:6px 0 0") if block.starts else ""
    title = tag("p", CARD_TITLE, words.escape(block.title))
    return section(CARD, label(_LIVE.get(block.state, "直播")) + title + starts + _address(sheet, block.url))


def fact_box(sheet: Sheet, block: FactBox) -> str:
    """Background in a box of its own."""
    title = tag("p", BOX_TITLE, tag("span", BOX_TITLE_IN, words.escape(block.title))) if block.title else ""
    return section(BOX, title + sheet.blocks(block.blocks))


def resource_card(sheet: Sheet, block: ResourceCard) -> str:
    """An instrument, platform or result, with its rows."""
    title = tag("p", CARD_TITLE, words.escape(block.title))
    summary = tag("p", f"margin:6px 0 0;{_READ}", words.escape(block.summary)) if block.summary else ""
    rows = "".join(_row(name, value) for name, value in block.fields)
    style = "width:100%;margin:10px 0 0;border-collapse:collapse;font-size:15px;line-height:1.6;text-align:left"
    grid = tag("table", style, f"<tbody>{rows}</tbody>") if rows else ""
    return section(CARD, label("资源") + title + summary + grid + _address(sheet, block.url))


def _row(name: str, value: str) -> str:
    rule = f"border:0;border-top:1px solid {LINE};vertical-align:top"
    left, right = f"width:5em;padding:6px 12px 6px 0;{rule};color:{INK2}", f"padding:6px 0;{rule}"
    return tag("tr", "", tag("td", left, words.escape(name)) + tag("td", right, words.escape(value)))


def policy_link(sheet: Sheet, block: PolicyLink) -> str:
    """A policy document: name, number, issuer, date, address."""
    facts = " · ".join(words.escape(one) for one in (block.number, block.issuer, block.issued) if one)
    title = tag("p", CARD_TITLE, f"《{words.escape(block.title).strip('《》')}》")
    below = small(facts, "margin:6px 0 0;text-align:left") if facts else ""
    return section(CARD, label("政策文件") + title + below + _address(sheet, block.url))


def key_figure(sheet: Sheet, block: KeyFigure) -> str:
    """A number that matters, large."""
    unit = tag("span", "font-size:17px;padding-left:4px", words.escape(block.unit)) if block.unit else ""
    number = tag("p", brand("fact_number"), words.escape(block.value) + unit)
    under = tag("p", f"margin:6px 0 0;{_READ}", words.escape(block.label))
    note = small(words.escape(block.note), "margin:2px 0 0") if block.note else ""
    return section(brand("fact"), number + under + note)


def correction(sheet: Sheet, block: CorrectionNotice) -> str:
    """What was wrong, what is right, and since when (R15)."""
    head = tag("p", f"margin:0 0 8px;font-weight:700;color:{DANGER}", f"更正　{words.escape(block.corrected)}")
    was = tag("p", f"margin:0 0 6px;{_READ}", f"原文：{words.escape(block.was)}")
    now = tag("p", f"margin:0;{_READ}", f"更正为：{words.escape(block.now)}")
    return section(f"margin:28px 0;padding:14px 18px;border:1px solid {DANGER}{brand('picture')}", head + was + now)
