"""Colours: contrast by WCAG 2.1, mixing, and the darkening that makes an accent safe for text."""

from functools import cache


def channels_of(colour: str) -> tuple[int, int, int]:
    """``#rrggbb`` as three numbers; ValueError when it is written otherwise."""
    if len(colour) != 7 or colour[0] != "#":
        raise ValueError(f"颜色“{colour}”写法不对，请写成 #1C5F70 这样的六位十六进制。")
    try:
        return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
    except ValueError as error:
        raise ValueError(f"颜色“{colour}”写法不对，请写成 #1C5F70 这样的六位十六进制。") from error


def _linear(value: int) -> float:
    share = value / 255
    return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)


def luminance(colour: str) -> float:
    """Relative luminance, 0 black to 1 white."""
    red, green, blue = (_linear(value) for value in channels_of(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@cache
def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def mix(colour: str, other: str, per_cent: int) -> str:
    """``per_cent`` of ``colour`` laid over ``other``."""
    pairs = zip(channels_of(colour), channels_of(other), strict=True)
    return "#" + "".join(f"{(a * per_cent + b * (100 - per_cent)) // 100:02X}" for a, b in pairs)


def reach(colour: str, ground: str, towards: str, ratio: float) -> str:
    """``colour`` moved towards ``towards`` in small steps until it stands out from ``ground``.

    Already enough: unchanged. The hue stays, so a brand is still itself."""
    for share in range(100, -1, -2):
        moved = mix(colour, towards, share)
        if contrast(moved, ground) >= ratio:
            return moved
    return towards
