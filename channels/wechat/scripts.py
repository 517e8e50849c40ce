"""Languages beside 汉语: the fonts, the leading and the direction their letters need, as inline style.

Neither ``lang`` nor ``dir`` survives on WeChat; a right-to-left run stands between Unicode's isolates (U+2067,
U+2069), which every reader's engine obeys and which no cleaner takes for markup.
"""

import re

from channels.wechat.look import section, tag

_STYLES = {
    "bo": "font-family:Noto Serif Tibetan,Kailasa,Microsoft Himalaya,serif;line-height:2.1",
    "ii": "font-family:Noto Sans Yi,Microsoft Yi Baiti,Nuosu SIL,sans-serif;line-height:1.9",
    "mn": "font-family:Noto Sans Mongolian,Mongolian Baiti,sans-serif;line-height:1.9",
    "ug": "font-family:UKIJ Tuz,Noto Naskh Arabic,Microsoft Uighur,Geeza Pro,serif;line-height:2",
}
_SAME = {"dz": "bo", "ar": "ug", "fa": "ug", "ur": "ug"}
_ARABIC = re.compile("[\u0600-\u06ff\ufb50-\ufdff\ufe70-\ufefc]")
_MONGOLIAN = re.compile("[\u1820-\u18aa]")


def _style(lang: str) -> str:
    primary = lang.partition("-")[0].lower()
    return _STYLES.get(_SAME.get(primary, primary), "")


def is_from_right(drawn: str) -> bool:
    """Whether there are letters in it that run from right to left."""
    return bool(_ARABIC.search(drawn))


def is_upright(drawn: str) -> bool:
    """Whether there are letters in it that stand in columns (回鹘式蒙古文)."""
    return bool(_MONGOLIAN.search(drawn))


def run(lang: str, drawn: str) -> str:
    """A run of another language inside a line."""
    style = _style(lang)
    if not style:
        return drawn
    return tag("span", style, f"\u2067{drawn}\u2069" if is_from_right(drawn) else drawn)


def block(lang: str, drawn: str) -> str:
    """A finished block of another language."""
    style = _style(lang)
    if not style:
        return drawn
    return section(style + (";text-align:right" if is_from_right(drawn) else ""), drawn)
