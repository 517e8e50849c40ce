"""The 审签单 as a PDF on one A4: everything that was said in a table whose rows grow, in type that shrinks until it
fits."""

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from fpdf import FPDF
from fpdf.enums import WrapMode, XPos, YPos

from assets import fonts
from cms.review import ReviewSheet
from pipeline.letterhead import Logo

FACE = "Noto"
INK, SOFT, LINE, SEAL = (29, 33, 41), (95, 103, 117), (120, 128, 140), (176, 52, 42)
MARGIN, LABEL = 16.0, 26.0
SIZES = (10.0, 9.0, 8.0, 7.0, 6.0)
SIGN, TOP = (36.0, 12.0), 13.0
"""The logo's room in a corner, in mm, and where it and the seal begin."""
LONGEST = 160
"""Characters of one opinion on paper; all of it stands on the page."""


class Paper(FPDF):
    """One A4; ``size`` is that of the words in the table, in points."""

    def __init__(self, sheet: ReviewSheet, made: datetime, size: float) -> None:
        super().__init__(format="A4")
        self.size = size
        self.set_creation_date(made)
        self.set_title(f"发布审核单 {sheet.headline}")
        self.set_lang("zh-CN")
        self.set_margins(MARGIN, 14, MARGIN)
        self.set_auto_page_break(True, 12)
        for style in ("", "B"):
            self.add_font(FACE, style, fonts.path(bold=bool(style)))
        self.add_page()
        self.set_draw_color(*LINE)
        self.set_line_width(0.2)

    def word(self, size: float, colour: tuple[int, int, int] = INK, style: str = "") -> None:
        self.set_font(FACE, style, size)
        self.set_text_color(*colour)

    def told(
        self, words: str, size: float, height: float, *, bold: bool = False, soft: bool = False, beside: float = 0
    ) -> None:
        """Words as wide as the page, but for ``beside`` mm at either side."""
        self.word(size, SOFT if soft else INK, "B" if bold else "")
        self.set_x(self.l_margin + beside)
        self.multi_cell(
            self.epw - 2 * beside,
            height,
            fonts.drawable(words),
            align="C" if bold or soft else "L",
            new_x=XPos.LMARGIN,
            new_y=YPos.NEXT,
            wrapmode=WrapMode.CHAR,
        )

    def row(self, cells: Sequence[tuple[str, float, bool]]) -> None:
        """Boxes beside each other, as high as the fullest: (words, width, is a label)."""
        height = self.size * 0.353 * 1.45
        tall = max(self._lines(words, width, is_label) for words, width, is_label in cells) * height + 2.4
        if self.get_y() + tall > self.h - 12:
            self.add_page()
        left, top = self.l_margin, self.get_y()
        for words, width, is_label in cells:
            self.rect(left, top, width, tall)
            self.set_xy(left + 1, top + 1.2)
            self.word(self.size, SOFT if is_label else INK)
            self.multi_cell(width - 2, height, fonts.drawable(words), align="L", wrapmode=WrapMode.CHAR)
            left += width
        self.set_xy(self.l_margin, top + tall)

    def _lines(self, words: str, width: float, is_label: bool) -> int:
        self.word(self.size, SOFT if is_label else INK)
        found: Any = self.multi_cell(
            width - 2, 4, fonts.drawable(words), align="L", wrapmode=WrapMode.CHAR, dry_run=True, output="LINES"
        )
        return max(1, len(found))


def pdf(sheet: ReviewSheet, made: datetime, logo: Logo | None = None) -> bytes:
    """The form, with the house's logo where it has one; in the largest type in which it is one page."""
    for size in SIZES:
        paper = _drawn(sheet, made, size, logo)
        if paper.page_no() == 1:
            break
    return bytes(paper.output())


def _drawn(sheet: ReviewSheet, made: datetime, size: float, logo: Logo | None) -> Paper:
    paper = Paper(sheet, made, size)
    if logo is not None:
        wide, high = logo.fitted(*SIGN)
        paper.image(io.BytesIO(logo.png), MARGIN, TOP, wide, high)
    paper.told(sheet.house, 10, 5, soft=True, beside=SIGN[0] + 2 if logo else 0)
    paper.told("发布审核单" + ("（演练）" if sheet.is_rehearsal else ""), 19, 10, bold=True)
    paper.ln(2)
    wide = paper.epw
    half = wide / 2
    paper.row([("标题", LABEL, True), (sheet.headline, wide - LABEL, False)])
    for one, other in (
        (("单位", sheet.unit), ("栏目", sheet.column or "—")),
        (("作者", sheet.author), ("送审", f"{sheet.sender}　{sheet.sent}")),
        (("等级", sheet.grade), ("发布时间", sheet.due)),
        (("稿件", f"{sheet.slug}　{sheet.version}"), ("附件", sheet.attachment or "—")),
    ):
        pairs = [(one[0], LABEL, True), (one[1], half - LABEL, False), (other[0], LABEL, True)]
        paper.row([*pairs, (other[1], half - LABEL, False)])
    if sheet.note:
        paper.row([("送审说明", LABEL, True), (_brief(sheet.note), wide - LABEL, False)])
    for step, name, opinion, at in sheet.stages:
        signer = f"{name}\n{at}" if name else "（未签）"
        paper.row([(step, LABEL, True), (_brief(opinion), wide - LABEL - 52, False), (signer, 52, False)])
    proofs = "　".join(f"{name}：{who} {at}" if who else f"{name}：（未做）" for name, who, at in sheet.proofs)
    paper.row([("三校", LABEL, True), (proofs, wide - LABEL, False)])
    read = "　".join(f"{channel}：{who} {at}" for channel, who, at in sheet.readings) or "（未读）"
    paper.row([("一读", LABEL, True), (read, wide - LABEL, False)])
    paper.row([("检查", LABEL, True), ("\n".join(_brief(one) for one in sheet.checks[:8]), wide - LABEL, False)])
    for channel, names in sheet.accounts:
        more = f" 等 {len(names)} 个账号" if len(names) > 12 else ""
        paper.row([(channel, LABEL, True), ("、".join(names[:12]) + more, wide - LABEL, False)])
    if sheet.apart:
        words = f"{'、'.join(sheet.apart)}另有自己的文字，与主稿一并审签"
        paper.row([("单独编辑", LABEL, True), (words, wide - LABEL, False)])
    paper.row([("定稿指纹", LABEL, True), (sheet.manuscript, wide - LABEL, False)])
    paper.row([("封存指纹", LABEL, True), (sheet.seal or "（还没有封存）", wide - LABEL, False)])
    paper.ln(2)
    paper.told(f"时间为北京时间。{'已签发。' if sheet.is_signed else '尚未签发，不得发布。'}", 8, 4.5, soft=True)
    if sheet.is_signed:
        _stamp(paper)
    return paper


def _stamp(paper: Paper) -> None:
    """The round 「已签发」 seal, the one ornament."""
    x, y = paper.w - MARGIN - 20, TOP
    paper.set_draw_color(*SEAL)
    paper.set_line_width(0.7)
    paper.ellipse(x, y, 19, 19)
    paper.word(10, SEAL, "B")
    paper.set_xy(x, y + 6.7)
    paper.cell(19, 5.6, "已签发", align="C")


def _brief(words: str) -> str:
    return words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…"
