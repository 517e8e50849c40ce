"""The recall's report as a PDF: A4, our own typeface embedded, so its words can be searched and copied."""

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from fpdf import FPDF
from fpdf.enums import WrapMode, XPos, YPos

from assets import fonts
from pipeline.letterhead import Logo
from pipeline.recall_report import Copy, Report

FACE = "Noto"
INK, SOFT, LINE, BRAND = (29, 33, 41), (95, 103, 117), (214, 219, 227), (156, 31, 36)
TONES = {"good": (31, 111, 67), "bad": (156, 31, 36), "open": (138, 90, 0)}
MARGIN, LABEL, TOP = 18.0, 17.0, 16.0
SIGN = (46.0, 14.0)
"""The logo's room in the corner, in mm."""


class Paper(FPDF):
    """A4 with a foot line on every page."""

    def __init__(self, report: Report, made: datetime) -> None:
        super().__init__(format="A4")
        self.report = report
        self.set_creation_date(made)
        self.set_title(f"{report.title} {report.headline}")
        self.set_lang("zh-CN")
        self.set_margins(MARGIN, TOP, MARGIN)
        self.set_auto_page_break(True, 20)
        for style in ("", "B"):
            self.add_font(FACE, style, fonts.path(bold=bool(style)))
        self.add_page()

    def footer(self) -> None:
        self.set_y(-15)
        self.word(8, SOFT)
        words = f"{self.report.house}　{self.report.title}　审计链末条 {self.report.audit_head[:16]}"
        self.cell(self.epw - 20, 5, fonts.drawable(words))
        self.cell(20, 5, f"{self.page_no()}", align="R")

    def word(self, size: float, colour: tuple[int, int, int] = INK, style: str = "") -> None:
        """The type the next words are set in."""
        self.set_font(FACE, style, size)
        self.set_text_color(*colour)

    def lines(self, words: str, height: float, beside: float = 0, **options: Any) -> None:
        """Words as wide as the page but for ``beside`` mm, broken where the line ends; Chinese has no spaces to break
        at."""
        self.multi_cell(
            self.epw - beside,
            height,
            fonts.drawable(words),
            new_x=XPos.LMARGIN,
            new_y=YPos.NEXT,
            wrapmode=WrapMode.CHAR,
            **options,
        )

    def pair(self, name: str, words: str, height: float = 5.4, size: float = 9.5) -> None:
        """A label, and what it says beside it."""
        self.word(size, SOFT)
        self.cell(LABEL, height, name)
        self.word(size)
        self.set_x(MARGIN + LABEL)
        told = "\n".join(fonts.drawable(one) for one in words.split("\n"))
        self.multi_cell(
            self.epw - LABEL, height, told, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT,
            wrapmode=WrapMode.CHAR,
        )  # fmt: skip

    def heading(self, words: str) -> None:
        self.ln(4)
        if self.get_y() > self.h - 50:
            self.add_page()
        self.set_fill_color(*BRAND)
        self.rect(MARGIN, self.get_y() + 1, 1.2, 5.4, "F")
        self.word(12.5, INK, "B")
        self.set_x(MARGIN + 3.5)
        self.cell(0, 7.4, words, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(1.5)

    def rule(self) -> None:
        """A thin line across."""
        self.set_draw_color(*LINE)
        self.line(MARGIN, self.get_y(), self.w - MARGIN, self.get_y())


def pdf(report: Report, made: datetime, logo: Logo | None = None) -> bytes:
    """The report, ready to be printed or filed, with the house's logo where it has one."""
    paper = Paper(report, made)
    _head(paper, logo)
    _sums(paper, report.sums)
    paper.heading("决定")
    for name, words in (("原因", report.reason), ("给读者", report.notice), *report.facts):
        paper.pair(name, words)
    if report.called:
        paper.heading("请人处理的")
        for person, words in report.called:
            paper.pair("", f"{person}　{words}")
    paper.heading("逐份处置")
    for copy in report.copies:
        _copy(paper, copy)
    paper.heading("经过")
    for step in report.history:
        paper.pair("", f"{step.at}　{step.words}")
    paper.ln(3)
    paper.rule()
    paper.ln(2)
    paper.word(8.5, SOFT)
    paper.lines(f"审计链{report.audit_words}：{report.audit_length} 条，末条指纹 {report.audit_head}", 4.8)
    paper.lines(f"时间为北京时间，报告作于 {report.made}。", 4.8)
    return bytes(paper.output())


def _head(paper: Paper, logo: Logo | None) -> None:
    report, beside = paper.report, 0.0
    if logo is not None:
        wide, high = logo.fitted(*SIGN)
        paper.image(io.BytesIO(logo.png), paper.w - MARGIN - wide, TOP, wide, high)
        beside = wide + 4
    paper.word(9.5, SOFT)
    paper.lines(report.house, 5, beside)
    paper.word(21, INK, "B")
    paper.lines(report.title, 11, beside)
    paper.word(13.5, INK, "B")
    paper.lines(f"《{report.headline}》", 8)
    if report.corrected:
        paper.lines(f"标题改为《{report.corrected}》", 8)
    paper.word(9.5, SOFT)
    paper.lines("　".join(one for one in (f"稿件代号 {report.slug}", report.versions, report.state) if one), 6)
    paper.ln(2)
    paper.set_fill_color(*BRAND)
    paper.rect(MARGIN, paper.get_y(), paper.epw, 0.9, "F")
    paper.ln(5)


def _sums(paper: Paper, sums: Sequence[tuple[str, str]]) -> None:
    """The numbers in a row of boxes."""
    wide, gap = (paper.epw - 3 * (len(sums) - 1)) / max(1, len(sums)), 3
    top = paper.get_y()
    paper.set_draw_color(*LINE)
    for at, (name, value) in enumerate(sums):
        left = MARGIN + at * (wide + gap)
        paper.rect(left, top, wide, 16, "D", round_corners=True, corner_radius=2)
        paper.set_xy(left + 3, top + 2)
        paper.word(12, INK, "B")
        paper.cell(wide - 6, 7, value)
        paper.set_xy(left + 3, top + 9)
        paper.word(8.5, SOFT)
        paper.cell(wide - 6, 5, name)
    paper.set_xy(MARGIN, top + 17)


def _copy(paper: Paper, copy: Copy) -> None:
    """One copy, on one page where it fits on one."""
    tried: Any
    with paper.offset_rendering() as tried:
        _set_copy(tried, copy)
    if tried.page_break_triggered and paper.get_y() > 40:
        paper.add_page()
    _set_copy(paper, copy)


def _set_copy(paper: Paper, copy: Copy) -> None:
    paper.rule()
    paper.ln(2)
    paper.word(10.5, INK, "B")
    right = 52.0
    top = paper.get_y()
    whose = fonts.drawable(f"{copy.account}　{copy.channel}　{copy.key}")
    paper.multi_cell(paper.epw - right, 6, whose, align="L", wrapmode=WrapMode.CHAR)
    bottom = paper.get_y()
    paper.set_xy(MARGIN + paper.epw - right, top)
    paper.word(10, TONES[copy.tone], "B")
    paper.cell(right, 6, f"{copy.action}　{copy.state}", align="R")
    paper.set_xy(MARGIN, max(bottom, top + 6.5))
    for name, words in _pairs(copy):
        if words:
            paper.pair(name, words, 5, 9)
    paper.ln(2)


def _pairs(copy: Copy) -> list[tuple[str, str]]:
    rule = "\n".join(one for one in (copy.rule, copy.source) if one)
    return [
        ("原文", f"《{copy.story}》{copy.version}　投递码 {copy.delivery}　{copy.published}"),
        ("改为", copy.corrected),
        ("地址", copy.address),
        ("依据", rule),
        ("留下", copy.remains),
        ("读者", copy.reads),
        ("说明", copy.reason),
        ("找谁", copy.person),
        ("经过", "\n".join(f"{one.at}　{one.words}" for one in copy.steps)),
        ("结果", f"{copy.ended}　{copy.evidence}" if copy.ended else ""),
        ("重发", copy.again),
        ("复查", "\n".join(f"{one.at}　{one.words}" for one in copy.checks)),
    ]
