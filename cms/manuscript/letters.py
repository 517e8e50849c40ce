"""Character hygiene: what may stand in a manuscript's text, and what is taken out with a word about it.

Control characters would break our slot marks and the parser's tokens; zero-width and bidi controls hide
words from readers, censors' lists and diffs alike. The joiners ZWJ and ZWNJ stay where a script needs them
(emoji families, Mongolian, Arabic, Tibetan and the Indic scripts).
"""

import re
import unicodedata

from channels.values import Finding

_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")
_HIDDEN = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]")
_JOINERS = re.compile("[\u200c\u200d]")
_UNWANTED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb"
    "\ufffe\uffff\ud800-\udfff]"
)
_JOINED = (
    (0x0600, 0x08FF),  # Arabic, Syriac, Arabic Extended
    (0x0900, 0x0DFF),  # Indic
    (0x0F00, 0x0FFF),  # Tibetan
    (0x1000, 0x109F),  # Burmese
    (0x1780, 0x18AF),  # Khmer, Mongolian
    (0x2190, 0x2BFF),  # arrows and symbols that take part in emoji sequences
    (0xFB50, 0xFEFF),  # Arabic presentation forms, variation selectors
    (0x1F000, 0x1FAFF),  # emoji
)


def scrub(text: str) -> str:
    """``text`` without controls and hidden characters; newline and tab stay."""
    if not _UNWANTED.search(text):
        return text
    text = text.replace("\u2028", "\n").replace("\u2029", "\n")
    text = _HIDDEN.sub("", _CONTROLS.sub("", text))
    return _JOINERS.sub(lambda m: m.group() if _is_joined(text, m.start()) else "", text)


def _is_joined(text: str, at: int) -> bool:
    """Whether the joiner at ``at`` stands between two characters of a script that joins."""
    around = text[max(at - 1, 0) : at], text[at + 1 : at + 2]
    return all(c and any(low <= ord(c) <= high for low, high in _JOINED) for c in around)


def compose(text: str) -> str:
    """The form that is hashed: NFC, scrubbed."""
    return text if text.isascii() and not _UNWANTED.search(text) else scrub(unicodedata.normalize("NFC", text))


def is_wide(char: str) -> bool:
    """Whether ``char`` is set without spaces beside it (汉字, kana, full-width marks)."""
    code = ord(char)
    return 0x2E80 <= code <= 0xA4CF or 0xF900 <= code <= 0xFAFF or 0xFE30 <= code <= 0xFFEF or code >= 0x20000


def lined(text: str) -> str:
    """The text with Unix line ends and without a byte order mark."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def tidy(text: str) -> tuple[str, list[Finding]]:
    """The text with Unix line ends and without what ``scrub`` takes out; the findings say what went."""
    text = lined(text)
    clean = scrub(text)
    if clean == text:
        return clean, []
    at = next(i for i, (a, b) in enumerate(zip(text, clean + "\0", strict=False)) if a != b)
    removed = len(text) - len(clean)
    return clean, [
        Finding(
            level="info",
            rule="manuscript.text.hidden_characters",
            message=f"已去掉 {removed} 个看不见的控制字符（零宽、双向、控制码），文字不受影响",
            line=text.count("\n", 0, at) + 1,
            excerpt=f"U+{ord(text[at]):04X}",
        )
    ]
