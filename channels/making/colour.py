"""Colours by number: contrast, tints and the darkening a text needs (4.5:1), all solid hex."""

from functools import lru_cache

_TEXT_CONTRAST = 4.5


def _channels(colour: str) -> tuple[int, int, int]:
    digits = colour.lstrip("#")
    digits = "".join(one * 2 for one in digits) if len(digits) == 3 else digits
    return int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)


def luminance(colour: str) -> float:
    """Relative luminance by WCAG 2."""
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in _shares(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _shares(colour: str) -> list[float]:
    return [value / 255 for value in _channels(colour)]


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def mix(colour: str, other: str, percent: int) -> str:
    """``percent`` of ``colour`` in ``other``."""
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{(a * percent + b * (100 - percent) + 50) // 100:02x}" for a, b in pairs)


@lru_cache(maxsize=256)
def readable(colour: str, paper: str = "#ffffff", ratio: float = _TEXT_CONTRAST) -> str:
    """``colour`` darkened by as little as text on ``paper`` needs."""
    for percent in range(100, -1, -2):
        tried = mix(colour, "#000000", percent)
        if contrast(tried, paper) >= ratio:
            return tried
    return "#000000"


@lru_cache(maxsize=256)
def tint(colour: str, percent: int = 10) -> str:
    """A light ground in ``colour`` for text to stand on."""
    return mix(colour, "#ffffff", percent)
