"""What each token of a theme may hold, and which colours must be readable on which.

Tokens reach style sheets and style attributes, so a value is either one of a list, a number in a range,
a colour, a list of fonts, or plain words that every renderer escapes.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from themes.colour import channels_of, contrast

TEXT_RATIO = 4.5  # WCAG 2.1 AA for text, also 适老化 R17
EDGE_RATIO = 3.0  # WCAG 2.1 AA 1.4.11, the edge of a control
LOOK_NAMES: Mapping[str, str] = {"news": "新闻", "column": "栏目", "policy": "政策"}  # 版式
LOOKS = tuple(LOOK_NAMES)
QUOTES = ("bar", "corner", "frame")
SHAPES: Mapping[str, tuple[str, ...]] = {
    "look": LOOKS,
    "head": ("rule", "tab", "centre"),
    "head_font": ("sans", "serif"),
    "box": ("tint", "card", "frame"),
    "strip": ("band", "badge", "official"),
    "divider": ("dots", "bars", "diamond"),
    "align": ("justify", "left"),
    "quote": QUOTES,
}
NUMBERS: Mapping[str, tuple[float, float]] = {"text_size": (15, 22), "line_height": (1.5, 2.2), "radius": (0, 24)}
PARTED = ("line_height",)
FONTS = ("serif", "sans")
WORDS: Mapping[str, int] = {"masthead": 12, "motto": 24, "footer": 60, "accent_meaning": 40}
_BY_DAY = ("paper", "surface", "ink", "ink2", "line", "edge", "danger", "warn", "ok")
COLOURS = ("accent", *_BY_DAY, *(f"dark_{name}" for name in _BY_DAY))
TOKENS = frozenset({*SHAPES, *NUMBERS, *FONTS, *WORDS, *COLOURS})
NAMES: Mapping[str, str] = {
    "look": "版式",
    "head": "小标题样式",
    "head_font": "标题字体",
    "box": "知识框样式",
    "strip": "刊头样式",
    "divider": "分隔线样式",
    "align": "正文对齐",
    "quote": "引文样式",
    "text_size": "正文字号",
    "line_height": "行距",
    "radius": "圆角",
    "serif": "宋体字族",
    "sans": "黑体字族",
    "masthead": "刊头",
    "motto": "刊头语",
    "footer": "页脚语",
    "accent_meaning": "主色寓意",
    "accent": "主色",
    "accent_soft": "浅主色",
    "accent_deep": "深主色",
    "paper": "纸色",
    "surface": "卡片底色",
    "ink": "正文色",
    "ink2": "次要文字色",
    "line": "细线色",
    "edge": "控件边线色",
    "danger": "警示色",
    "warn": "提醒色",
    "ok": "完成色",
}
_WHOLE = re.compile(r"\d{1,2}", re.ASCII)
_PARTS = re.compile(r"\d(\.\d{1,2})?", re.ASCII)
_FONT_LIST = re.compile(r'[\w\s",.-]{1,300}')
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Reading:
    """How well one colour stands out from another: two token names, the ratio (1 to 21), the least it must be."""

    text: str
    ground: str
    ratio: float
    needed: float


# Every text and ground that meet on our pages; a badge and a tab write in paper on the accent.
_PAIRS = (
    *((text, ground) for text in ("ink", "ink2") for ground in ("paper", "surface", "accent_soft")),
    *((text, ground) for text in ("accent", "danger", "warn", "ok") for ground in ("paper", "surface")),
    ("accent_deep", "accent_soft"),
    ("paper", "accent"),
    ("edge", "paper"),
    ("edge", "surface"),
)


def readings(tokens: Mapping[str, str]) -> tuple[Reading, ...]:
    """The contrast of every pair our pages use, by day and by night; ``tokens`` complete (see themes.load)."""
    found = []
    for mode in ("", "dark_"):
        for text, ground in _PAIRS:
            needed = EDGE_RATIO if text == "edge" else TEXT_RATIO
            ratio = contrast(tokens[mode + text], tokens[mode + ground])
            found.append(Reading(mode + text, mode + ground, ratio, needed))
    return tuple(found)


def unreadable(tokens: Mapping[str, str]) -> str:
    """The first pair that cannot be read, as a sentence with the number; empty when all can."""
    for one in readings(tokens):
        if one.ratio < one.needed:
            way = "调亮" if one.text.startswith("dark_") else "调深"
            return (
                f"{spoken(one.text)} {tokens[one.text]} 在{spoken(one.ground)} {tokens[one.ground]} 上的对比度"
                f"只有 {one.ratio:.2f}:1，低于 {one.needed:g}:1，请{way}前者或改回默认值。"
            )
    return ""


def spoken(token: str) -> str:
    """The token as a person reads it: 正文色 ink, 夜间正文色 dark_ink."""
    name = NAMES.get(token.removeprefix("dark_"), "")
    return f"{'夜间' if token.startswith('dark_') else ''}{name} {token}"


def fault(name: str, value: str) -> str:
    """What is wrong with ``value`` for the token ``name``, and what is allowed; empty when nothing is."""
    if name not in TOKENS:
        return f"不认识“{name}”，可用的有：{'、'.join(sorted(TOKENS - {'look'}))}。"
    allowed = _allowed(name, value)
    return f"{spoken(name)} 写成了“{value}”，{allowed}。" if allowed else ""


def _allowed(name: str, value: str) -> str:
    """What the token may hold when ``value`` is not that; empty when it is."""
    if name in SHAPES:
        return "" if value in SHAPES[name] else f"可用：{'、'.join(SHAPES[name])}"
    if name in NUMBERS:
        low, high = NUMBERS[name]
        fits = (_PARTS if name in PARTED else _WHOLE).fullmatch(value) and low <= float(value) <= high
        return "" if fits else f"可用：{low:g} 到 {high:g} 的{'数' if name in PARTED else '整数'}"
    if name in FONTS:
        return "" if _FONT_LIST.fullmatch(value) else "请只写字体名，用逗号隔开"
    if name in WORDS:
        fits = len(value) <= WORDS[name] and not _UNPRINTABLE.search(value)
        return "" if fits else f"请写成一行，不超过 {WORDS[name]} 字"
    try:
        channels_of(value)
    except ValueError:
        return "请写成 #1C5F70 这样的六位十六进制"
    return ""
