"""How an article looks on WeChat: the few style strings, and what a theme makes of them.

Only inline ``style`` survives there, and every character counts, so size, colour and leading stand once
on the outer section and everything inside inherits. The properties and tags that pass are listed in
``tests/wechat/survives.py``, which shares nothing with this module.
"""

import html
from functools import lru_cache
from types import MappingProxyType

from channels.making.article import brand
from themes import Theme
from themes.colour import reach

ACCENT, SOFT, DEEP = brand("accent"), brand("accent_soft"), brand("accent_deep")
INK, INK2, LINE, SERIF = brand("ink"), brand("ink2"), brand("line"), brand("serif")
DANGER = brand("danger")
MONO = "font-family:Menlo,Consolas,monospace"

BODY = (
    f"font-size:{brand('text_size')}px;line-height:{brand('line_height')};letter-spacing:0.5px;"
    f"color:{INK};text-align:justify;word-break:break-word"
)
PARAGRAPH = "margin:0 0 22px"
SMALL = f"font-size:13px;line-height:1.6;color:{INK2}"
BOX = f"margin:8px 0 28px;padding:18px 18px 6px;background-color:{SOFT};border-top:2px solid {ACCENT}"
CARD = f"margin:8px 0 28px;padding:16px 18px;border:1px solid {LINE};border-radius:6px"


def tag(name: str, style: str, inner: str) -> str:
    """One element with its inline style."""
    return f'<{name} style="{style}">{inner}</{name}>' if style else f"<{name}>{inner}</{name}>"


def section(style: str, inner: str) -> str:
    """A block-level box: WeChat keeps sections where it loses divs."""
    return tag("section", style, inner)


def small(text: str, style: str = "margin:0") -> str:
    """A line of small grey words, already escaped."""
    return tag("p", f"{style};{SMALL}", text)


def label(text: str) -> str:
    """The little word over a card that says what kind of thing it is."""
    return tag("p", f"margin:0 0 6px;font-size:13px;line-height:1.5;letter-spacing:2px;color:{DEEP}", text)


_QUOTES = {
    "bar": ("margin:8px 0 28px;padding:2px 0 2px 18px;border:none;border-left:3px solid {accent}", "", ""),
    "corner": (
        "margin:8px 0 28px;padding:0 22px;border:none",
        '<p style="margin:0 0 0 -22px;font-size:34px;line-height:1;color:{accent};font-family:{serif}">「</p>',
        '<p style="margin:-24px -22px 0 0;font-size:34px;line-height:1;text-align:right;color:{accent};'
        'font-family:{serif}">」</p>',
    ),
    "frame": ("margin:8px 0 28px;padding:18px 18px 0;border:1px solid {accent};border-radius:6px", "", ""),
}


@lru_cache(maxsize=64)
def brand_tokens(theme: Theme) -> MappingProxyType[str, str]:
    """The theme's tokens ready for attributes, with the pieces that follow from its quote shape."""
    tokens = {name: html.escape(value, quote=True) for name, value in theme.tokens}
    box, opening, closing = _QUOTES[theme.token("quote")]
    tokens["quote_box"] = box.format(**tokens)
    tokens["quote_open"], tokens["quote_close"] = opening.format(**tokens), closing.format(**tokens)
    tokens["accent_deep"] = reach(theme.token("accent"), theme.token("accent_soft"), "#000000", 4.5)
    return MappingProxyType(tokens)
