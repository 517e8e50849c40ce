"""The blocks with a shape of their own: pictures, films, boxes, cards, figures, notices."""

from assets.pictures import INLINE_WECHAT, Cut
from channels.making import words
from channels.making.article import AI_WORDS, Placed, Sheet
from channels.values import (
    Audio,
    CorrectionNotice,
    FactBox,
    Figure,
    Gallery,
    KeyFigure,
    LiveStream,
    Picture,
    PolicyLink,
    ResourceCard,
    Video,
)
from channels.wechat.look import (
    ACCENT,
    BOX,
    CARD,
    DANGER,
    DEEP,
    INK2,
    LINE,
    SERIF,
    label,
    section,
    small,
    tag,
)

_PAIR_CUT = (4, 3)
_LIVE = {"upcoming": "直播预告", "live": "正在直播", "ended": "直播回看"}


def image(placed: Placed, style: str = "") -> str:
    """A picture as wide as it deserves; the attributes WeChat drops are written as style."""
    width = "100%" if placed.width >= 480 else f"{placed.width}px"
    look = f"display:inline-block;width:{width};max-width:100%;height:auto;vertical-align:top{style}"
    return f'<img src="{placed.src}" alt="{placed.alt}" style="{look}">'


def credit_line(picture: Picture) -> str:
    """Who made the picture and under which licence, and that a machine did (R7, R18)."""
    licence = f"（{words.escape(picture.licence)}）" if picture.licence else ""
    made = f"图源：{words.escape(picture.credit)}{licence}" if picture.credit else licence.strip("（）")
    return "　".join(part for part in (made, f"〔{AI_WORDS}〕" if picture.ai else "") if part)


def _caption(sheet: Sheet, figure: Figure) -> str:
    lines = [sheet.inline(figure.caption), credit_line(figure.picture)]
    text = "<br>".join(line for line in lines if line)
    return small(text, "margin:8px 0 0;text-align:center") if text else ""


def figure(sheet: Sheet, block: Figure) -> str:
    """One picture with its caption and credit."""
    return section("margin:8px 0 28px;text-align:center", image(sheet.picture(block.picture)) + _caption(sheet, block))


def gallery(sheet: Sheet, block: Gallery) -> str:
    """Pictures two by two at one height; an odd one stands first, full width."""
    figures = list(block.figures)
    first = [figures.pop(0)] if len(figures) % 2 else []
    drawn = "".join(
        section("margin:0 0 8px", image(sheet.picture(one.picture)) + _caption(sheet, one)) for one in first
    )
    rows = "".join(
        tag("tr", "", _half(sheet, left, "0 3px 6px 0") + _half(sheet, right, "0 0 6px 3px"))
        for left, right in zip(figures[::2], figures[1::2], strict=True)
    )
    style = "width:100%;border-collapse:collapse;border:none"
    caption = small(sheet.inline(block.caption), "margin:4px 0 0;text-align:center") if block.caption else ""
    return section(
        "margin:8px 0 28px;text-align:center", drawn + tag("table", style, f"<tbody>{rows}</tbody>") + caption
    )


def _half(sheet: Sheet, one: Figure, padding: str) -> str:
    ratio = _PAIR_CUT
    cut = Cut(720, ratio, one.picture.focus_x, one.picture.focus_y, max_bytes=INLINE_WECHAT.max_bytes)
    sheet.lose("图集", "公众号里图集两两并排，图片按焦点裁成 4:3", one.picture.alt)
    placed = sheet.picture(one.picture, cut)
    style = f"width:50%;padding:{padding};border:none;vertical-align:top"
    return tag("td", style, image(placed._replace(width=720)) + _caption(sheet, one))


def _address(sheet: Sheet, href: str) -> str:
    """Where a card leads, as words; an asset of ours is found behind 阅读原文."""
    if href.startswith("asset:"):
        return small("点文末“阅读原文”，在网页版里播放。", "margin:6px 0 0")
    if href:
        return small(words.escape(href), "margin:6px 0 0;word-break:break-all;text-align:left")
    return ""


def _length(seconds: int) -> str:
    return f"（{seconds // 60}:{seconds % 60:02d}）" if seconds else ""


def video(sheet: Sheet, block: Video) -> str:
    """A film cannot be sent by the interface: its poster, title and address stand for it."""
    sheet.lose("视频", "公众号接口不收外部视频，改为封面、标题和地址", block.title)
    poster = image(sheet.picture(block.poster), ";margin:0 0 12px") if block.poster else ""
    title = tag(
        "p",
        "margin:0;font-weight:700;text-align:left",
        words.escape(block.title or "视频") + _length(block.seconds),
    )
    caption = small(sheet.inline(block.caption), "margin:6px 0 0") if block.caption else ""
    return section(CARD, label("视频") + poster + title + caption + _address(sheet, block.src))


def audio(sheet: Sheet, block: Audio) -> str:
    """A recording as title, address and its words."""
    sheet.lose("音频", "公众号接口不收外部音频，改为标题、地址和文字稿", block.title)
    title = tag(
        "p",
        "margin:0;font-weight:700;text-align:left",
        words.escape(block.title or "音频") + _length(block.seconds),
    )
    spoken = tag("p", "margin:8px 0 0;font-size:15px", words.escape(block.transcript)) if block.transcript else ""
    return section(CARD, label("音频") + title + spoken + _address(sheet, block.src))


def live_stream(sheet: Sheet, block: LiveStream) -> str:
    """A stream elsewhere: state, title, time, address."""
    sheet.lose("直播", "公众号正文不能嵌入外部直播，改为标题和地址", block.title)
    starts = small(f"开始时间：{words.escape(block.starts)}", "margin:6px 0 0") if block.starts else ""
    title = tag("p", "margin:0;font-weight:700;text-align:left", words.escape(block.title))
    return section(CARD, label(_LIVE.get(block.state, "直播")) + title + starts + _address(sheet, block.url))


def fact_box(sheet: Sheet, block: FactBox) -> str:
    """Background in a tinted box."""
    title = tag("p", f"margin:0 0 10px;font-weight:700;color:{DEEP};text-align:left", words.escape(block.title))
    return section(BOX, (title if block.title else "") + sheet.blocks(block.blocks))


def resource_card(sheet: Sheet, block: ResourceCard) -> str:
    """An instrument, platform or result, with its rows."""
    title = tag("p", "margin:0 0 6px;font-weight:700;text-align:left", words.escape(block.title))
    summary = tag("p", "margin:0 0 8px;font-size:15px", words.escape(block.summary)) if block.summary else ""
    rows = "".join(_row(name, value) for name, value in block.fields)
    style = "width:100%;border-collapse:collapse;border:none;font-size:15px;line-height:1.6;text-align:left"
    grid = tag("table", style, f"<tbody>{rows}</tbody>") if rows else ""
    return section(CARD, label("资源") + title + summary + grid + _address(sheet, block.url))


def _row(name: str, value: str) -> str:
    rule = f"border:none;border-top:1px solid {LINE};vertical-align:top"
    left, right = f"width:5em;padding:5px 12px 5px 0;{rule};color:{INK2}", f"padding:5px 0;{rule}"
    return tag("tr", "", tag("td", left, words.escape(name)) + tag("td", right, words.escape(value)))


def policy_link(sheet: Sheet, block: PolicyLink) -> str:
    """A policy document: name, number, issuer, date, address."""
    facts = " · ".join(words.escape(one) for one in (block.number, block.issuer, block.issued) if one)
    title = tag("p", "margin:0;font-weight:700;text-align:left", f"《{words.escape(block.title).strip('《》')}》")
    look = CARD + f";border-left:3px solid {ACCENT};border-radius:0"
    return section(
        look,
        label("政策文件") + title + (small(facts, "margin:6px 0 0") if facts else "") + _address(sheet, block.url),
    )


def key_figure(sheet: Sheet, block: KeyFigure) -> str:
    """A number that matters, large."""
    unit = tag("span", "font-size:17px;padding-left:4px", words.escape(block.unit)) if block.unit else ""
    number = tag(
        "p",
        f"margin:0;font-size:40px;line-height:1.2;font-weight:700;letter-spacing:0;color:{ACCENT};font-family:{SERIF}",
        words.escape(block.value) + unit,
    )
    under = tag("p", "margin:4px 0 0;font-size:15px;line-height:1.6", words.escape(block.label))
    return section(
        "margin:20px 0 32px;text-align:center",
        number + under + (small(words.escape(block.note), "margin:2px 0 0") if block.note else ""),
    )


def correction(sheet: Sheet, block: CorrectionNotice) -> str:
    """What was wrong, what is right, and since when (R15)."""
    head = tag("p", f"margin:0 0 8px;font-weight:700;color:{DANGER}", f"更正　{words.escape(block.corrected)}")
    was = tag("p", "margin:0 0 6px;font-size:15px", f"原文：{words.escape(block.was)}")
    now = tag("p", "margin:0;font-size:15px", f"更正为：{words.escape(block.now)}")
    return section(f"margin:8px 0 28px;padding:14px 18px;border:1px solid {DANGER};border-radius:6px", head + was + now)
