"""The three looks (版式) and the brands that wear them: theme tokens become the style strings of an article.

news 新闻: rules and hairlines. column 栏目: tabs, rounded cards, large numerals. policy 政策: centred 宋体, double
rules, straight frames. Each axis (head, box, strip, divider) is a token of its own, so a brand may mix them.

Colours are chosen for both lights. WeChat's reader darkens an article by published rules (github.com/wechatjs/
mp-darkmode, doc/cn/principle.md): neutral grounds are inverted; text less than 65 (of 255) brighter than its
new ground has its lightness flipped to 90 % minus itself when that is at most 40 %, while brighter text stays
as it is, so that a middling grey or gold sinks into the dark; white text and saturated grounds stay. ``readable``
holds text to 4.5:1 before and after; a test with its own model of those rules watches over every text.
"""

import colorsys
import html
from functools import cache, lru_cache
from types import MappingProxyType

from channels.wechat.look import SOFT, WHITE
from themes import TEXT_RATIO, Theme
from themes.colour import channels_of, contrast, mix, reach

NUMBERED = 40  # headings that may carry a number in the column's tabs
_SOFT_AT_NIGHT = "#222222"
_FLIPPED, _DARK_ENOUGH, _DIM = 0.9, 0.4, 89  # the last in perceived brightness: the reader's own ground and 64

_HEADS = {
    "rule": {
        "h2": "margin:40px 0 18px;border-top:1px solid {line};font-size:21px;line-height:1.4;font-weight:700;"
        "text-align:left{face}",
        "h2_in": "display:inline-block;margin:-1px 0 0;padding:10px 0 0;border-top:3px solid {accent}",
        "h3": "margin:30px 0 14px;font-size:18px;line-height:1.5;font-weight:700;text-align:left;"
        "color:{accent_ink}{face}",
        "number": "",
    },
    "tab": {
        "h2": "margin:44px 0 18px;font-size:21px;line-height:1.4;font-weight:700;text-align:left{face}",
        "h2_in": "display:block;padding:10px 0 0;border-top:3px solid {accent}",
        "h3": "margin:30px 0 14px;padding:0 0 0 10px;border-left:5px solid {accent};font-size:18px;line-height:1.4;"
        "font-weight:700;text-align:left{face}",
        "number": '<span style="display:inline-block;padding:3px 16px 2px;border-radius:{tab}px {tab}px 0 0;'
        'background-color:{accent};color:#FFFFFF;font-size:26px;line-height:1.3;letter-spacing:1px">{n:02d}</span>',
    },
    "centre": {
        "h2": "margin:44px 0 22px;font-size:21px;line-height:1.5;letter-spacing:1px;font-weight:700;"
        "text-align:center{face}",
        "h2_in": "display:inline-block;padding:0 18px 8px;border-bottom:3px double {accent}",
        "h3": "margin:30px 0 14px;font-size:18px;line-height:1.5;font-weight:700;text-align:left{face}",
        "number": "",
    },
}

_BOXES = {
    "tint": {
        "box": "margin:28px 0;padding:16px 18px 1px;border-top:2px solid {accent};background-color:{soft}",
        "box_title": "margin:0 0 -10px;font-weight:700;text-align:left;color:{accent_ink}",
        "box_title_in": "letter-spacing:0.5px",
        "card": "margin:28px 0;padding:14px 18px 16px;border:1px solid {line};border-radius:{radius}px",
        "label": "font-size:13px;letter-spacing:2px;color:{accent_ink}",
        "fact": "margin:28px 0;padding:20px 0 18px;border-top:1px solid {line};border-bottom:1px solid {line};"
        "text-align:center",
        "fact_number": "margin:0;font-size:44px;line-height:1.2;font-weight:700;letter-spacing:0;"
        "color:{accent_ink};font-family:{serif}",
        "table": "overflow-x:auto;border-top:2px solid {accent};border-bottom:1px solid {line}",
        "th": "padding:8px;border:0;border-bottom:1px solid {accent}",
        "td": "padding:8px;border:0;border-top:1px solid {line}",
    },
    "card": {
        "box": "margin:28px 0;padding:20px 20px 1px;border-radius:{radius}px;background-color:{soft}",
        "box_title": "margin:0 0 -8px;text-align:left",
        "box_title_in": "display:inline-block;padding:3px 14px;border-radius:{tab}px;background-color:{accent};"
        "color:#FFFFFF;font-size:16px;font-weight:700;line-height:1.5",
        "card": "margin:28px 0;padding:16px 20px 18px;border:2px solid {accent};border-radius:{radius}px",
        "label": "display:inline-block;padding:1px 12px;border-radius:{tab}px;background-color:{accent};"
        "color:#FFFFFF;font-size:13px;letter-spacing:1px",
        "fact": "margin:28px 0;padding:22px 20px 20px;border-radius:{radius}px;background-color:{soft};"
        "text-align:center",
        "fact_number": "margin:0;font-size:60px;line-height:1.1;font-weight:800;letter-spacing:-1px;color:{accent_ink}",
        "table": "overflow-x:auto;border:2px solid {accent};border-radius:{radius}px",
        "th": "padding:9px 10px;border:0;background-color:{soft}",
        "td": "padding:9px 10px;border:0;border-top:1px solid {line}",
    },
    "frame": {
        "box": "margin:28px 0;padding:16px 18px 1px;border:3px double {accent}",
        "box_title": "margin:0 0 -8px;padding:0 0 10px;border-bottom:1px solid {accent};font-weight:700;"
        "text-align:center;letter-spacing:1px{face}",
        "box_title_in": "letter-spacing:0.5px",
        "card": "margin:28px 0;padding:14px 18px 16px;border:1px solid {accent};border-radius:{radius}px",
        "label": "font-size:14px;letter-spacing:3px;color:{accent_ink}{face}",
        "fact": "margin:28px 0;padding:20px 0 18px;border-top:3px double {accent};border-bottom:3px double {accent};"
        "text-align:center",
        "fact_number": "margin:0;font-size:44px;line-height:1.2;font-weight:700;letter-spacing:0;"
        "color:{accent_ink};font-family:{serif}",
        "table": "overflow-x:auto",
        "th": "padding:8px;border:1px solid {edge};background-color:{soft};text-align:center{face}",
        "td": "padding:8px;border:1px solid {edge}",
    },
}

_STRIPS = {
    "band": {
        "strip": "margin:0 0 24px;padding:13px 0 11px;border-top:3px solid {accent};border-bottom:1px solid {line};"
        "line-height:1.5;text-align:left",
        "strip_name": "font-family:{serif};font-size:19px;font-weight:700;letter-spacing:3px;color:{accent_ink}",
        "strip_gap": "　",
        "strip_column": "font-size:13px;color:{ink2}",
        "strip_number": "letter-spacing:0",
    },
    "badge": {
        "strip": "margin:0 0 24px;padding:14px 20px 16px;border-radius:{radius}px;background-color:{accent};"
        "color:#FFFFFF;line-height:1.4;text-align:left",
        "strip_name": "font-size:14px;letter-spacing:2px",
        "strip_gap": "<br>",
        "strip_column": "font-size:24px;font-weight:700;letter-spacing:1px",
        "strip_number": "font-size:30px;letter-spacing:0;padding:0 2px",
    },
    "official": {
        "strip": "margin:0 0 26px;padding:6px 0 14px;border-bottom:3px double {accent};line-height:1.6;"
        "text-align:center",
        "strip_name": "font-family:{serif};font-size:26px;font-weight:700;letter-spacing:6px;color:{accent_ink}",
        "strip_gap": "<br>",
        "strip_column": "font-size:14px;letter-spacing:1px;color:{ink2}",
        "strip_number": "letter-spacing:0",
    },
}

_DIVIDERS = {
    "dots": ("letter-spacing:12px", "···"),
    "bars": ("letter-spacing:2px;font-weight:700", "／／／"),
    "diamond": ("font-size:13px", "◆"),
}

_CORNER = "font-size:34px;line-height:1;color:{accent_ink};font-family:{serif}"
_QUOTES = {
    "bar": ("margin:28px 0;padding:0 0 0 18px;border:0;border-left:3px solid {accent}", "", ""),
    "corner": (
        "margin:28px 0;padding:0 22px;border:0",
        f'<p style="margin:0 0 -34px -22px;{_CORNER}">「</p>',
        f'<p style="margin:-34px -22px 0 0;text-align:right;{_CORNER}">」</p>',
    ),
    "frame": ("margin:28px 0;padding:1px 18px;border:1px solid {accent};border-radius:{radius}px", "", ""),
}


def at_night(colour: str) -> str:
    """Dark text on a dark ground as the reader's dark mode writes it: its lightness flipped."""
    red, green, blue = (value / 255 for value in channels_of(colour))
    hue, lightness, saturation = colorsys.rgb_to_hls(red, green, blue)
    flipped = colorsys.hls_to_rgb(hue, max(_FLIPPED - lightness, lightness), saturation)
    return "#" + "".join(f"{round(value * 255):02X}" for value in flipped)


def _is_flipped(colour: str) -> bool:
    red, green, blue = channels_of(colour)
    bright = (red * 299 + green * 587 + blue * 114) / 1000
    return bright <= _DIM and max(red, green, blue) + min(red, green, blue) <= 510 * _DARK_ENOUGH


@cache
def readable(colour: str) -> str:
    """``colour`` darkened until it reads at 4.5:1 on white and on the soft ground, by day and by night.

    The hue stays, so a brand is still itself; ValueError for what is no colour."""
    for share in range(100, -1, -2):
        moved = mix(colour, "#000000", share)
        by_day, by_night = contrast(moved, SOFT), contrast(at_night(moved), _SOFT_AT_NIGHT)
        if _is_flipped(moved) and min(by_day, by_night) >= TEXT_RATIO + 0.1:
            return moved
    return "#000000"


@lru_cache(maxsize=256)
def brand_tokens(theme: Theme) -> MappingProxyType[str, str]:
    """The theme's tokens ready for attributes, with every style string that follows from them."""
    tokens = {name: html.escape(value, quote=True) for name, value in theme.tokens}
    tokens["serif"] = html.escape(theme.token("serif").replace('"', ""), quote=True)
    tokens["accent"] = reach(theme.token("accent"), WHITE, "#000000", TEXT_RATIO)
    for name in ("ink", "ink2"):
        tokens[name] = readable(theme.token(name))
    tokens["accent_ink"], tokens["danger_ink"] = readable(theme.token("accent")), readable(theme.token("danger"))
    tokens["soft"] = SOFT
    tokens["tab"] = str(max(4, min(12, _number(tokens["radius"]))))
    tokens["face"] = f";font-family:{tokens['serif']}" if tokens["head_font"] == "serif" else ""
    return MappingProxyType({**tokens, **_styles(tokens)})


def _styles(tokens: dict[str, str]) -> dict[str, str]:
    head = _HEADS.get(tokens["head"], _HEADS["rule"])
    axes = {
        **head,
        **_BOXES.get(tokens["box"], _BOXES["tint"]),
        **_STRIPS.get(tokens["strip"], _STRIPS["band"]),
    }
    made = {name: pattern.format(**tokens) for name, pattern in axes.items() if name != "number"}
    centred = ";text-align:center" if tokens["head"] == "centre" else ""
    made["h2_tight"] = (
        f"margin:36px 0 16px;font-size:21px;line-height:1.4;font-weight:700;color:{tokens['accent_ink']}"
        f"{centred}{tokens['face']}"
    )
    made["h4"] = f"margin:26px 0 12px;font-weight:700;text-align:left{tokens['face']}"
    quoted = _QUOTES.get(tokens["quote"], _QUOTES["bar"])
    for name, pattern in zip(("quote_box", "quote_open", "quote_close"), quoted, strict=True):
        made[name] = pattern.format(**tokens)
    spaced, made["divider_mark"] = _DIVIDERS.get(tokens["divider"], _DIVIDERS["dots"])
    made["divider"] = f"margin:36px 0;line-height:1;text-align:center;color:{tokens['accent_ink']};{spaced}"
    round_corners = _number(tokens["radius"]) >= 8
    made["picture"] = f";border-radius:{tokens['radius']}px" if round_corners else ""
    soft, sharp = ("16", "4") if round_corners else ("10", "2") if tokens["radius"] != "0" else ("2", "2")
    made["bubble_left"] = f"{sharp}px {soft}px {soft}px {soft}px"
    made["bubble_right"] = f"{soft}px {sharp}px {soft}px {soft}px"
    made["body"] = (
        f"font-size:{tokens['text_size']}px;line-height:{tokens['line_height']};letter-spacing:0.5px;"
        f"color:{tokens['ink']};text-align:{tokens['align']};word-break:break-word"
    )
    for n in range(1, NUMBERED + 1):
        made[f"number{n}"] = head["number"].format(n=n, **tokens)
    return made


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0
