"""How an article looks on WeChat: the words every drawing is made of, and where a theme speaks.

Only inline ``style`` survives there, and every character counts, so size, colour and leading stand once
on the outer section and everything inside inherits. What a look (版式) or a brand changes arrives through
brand marks, filled by ``channels.wechat.looks``. The properties and tags that pass are listed in
``tests/wechat/survives.py``, which shares nothing with this module.

Spaces between 汉字 and Latin are left to the reader's engine: ``text-autospace`` does not survive here, and a
span of letter-spacing at every border would cost 41 characters each, 1,100 of the 20,000 for the average article
of 125 from the corpus (27 borders) and over 8,000 for the worst (202), for a quarter of an em.
"""

from channels.making.article import brand

ACCENT, RULE, DANGER = brand("accent_ink"), brand("accent"), brand("danger_ink")
INK, INK2, LINE, SERIF = brand("ink"), brand("ink2"), brand("line"), brand("serif")
# Neutral on purpose: the reader's dark mode turns a grey ground dark, but a tinted one into a glaring pastel.
SOFT = "#F6F6F6"
MONO = "font-family:Menlo,monospace"
WHITE = "#FFFFFF"

# Margins of neighbours collapse, so one figure above and below costs less than two and reads the same.
PARAGRAPH = "margin:22px 0"
SMALL = f"font-size:13px;line-height:1.6;color:{INK2}"
BLOCK = "margin:28px 0"
BOX, BOX_TITLE, BOX_TITLE_IN = brand("box"), brand("box_title"), brand("box_title_in")
CARD, LABEL = brand("card"), brand("label")
CARD_TITLE = "margin:0;font-weight:700;line-height:1.5;text-align:left"


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
    return tag("p", "margin:0 0 8px;line-height:1.5", tag("span", LABEL, text))
