"""The dark mode of WeChat's reader, after its published rules; knows nothing of the renderer.

Source: github.com/wechatjs/mp-darkmode, doc/cn/principle.md and src/modules/sdk.ts (read 2026-11-22). Perceived
brightness is 0 to 255. Text and borders are measured against their new ground; pictures and SVG stay.
"""

import colorsys
import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

import html5lib

RGB = tuple[float, float, float]
PAGE_BY_DAY, TEXT_BY_DAY = (255.0, 255.0, 255.0), (25.0, 25.0, 25.0)
PAGE_BY_NIGHT = (25.0, 25.0, 25.0)
WHITE_LIKE, BRIGHTEST_GROUND, LEAST_DISTANCE, BRIGHT_GROUND = 250, 190, 65, 100
GREY_FROM, DARKEST = 0.40, 0.22  # of HSL lightness
_FARTHEST = 163 - 25  # the page's text by night (60 % white on #191919) against its ground


@dataclass(frozen=True)
class Run:
    """Words, with their colour and ground by day and by night."""

    text: str
    by_day: tuple[RGB, RGB]
    by_night: tuple[RGB, RGB]


def brightness(colour: RGB) -> float:
    return colour[0] * 0.299 + colour[1] * 0.587 + colour[2] * 0.114


def _hls(colour: RGB) -> tuple[float, float, float]:
    return colorsys.rgb_to_hls(*(value / 255 for value in colour))


def _rgb(hue: float, lightness: float, saturation: float) -> RGB:
    red, green, blue = colorsys.hls_to_rgb(hue, lightness, saturation)
    return red * 255, green * 255, blue * 255


def _dimmed(colour: RGB, target: float) -> RGB:
    ratio = target / (brightness(colour) or 1)
    red, green, blue = (min(255, value * ratio) for value in colour)
    if green == 0 or 255 in (red, blue):
        green = (target - red * 0.299 - blue * 0.114) / 0.587
    elif red == 0:
        red = (target - green * 0.587 - blue * 0.114) / 0.299
    elif blue == 0 or green == 255:
        blue = (target - red * 0.299 - green * 0.587) / 0.114
    return tuple(max(0, min(255, value)) for value in (red, green, blue))  # type: ignore[return-value]


def ground_by_night(colour: RGB) -> RGB:
    """A ground in the dark: greys inverted, bright tints held at 190, the very dark lifted."""
    hue, lightness, saturation = _hls(colour)
    if (saturation == 0 and lightness > GREY_FROM) or brightness(colour) > WHITE_LIKE:
        return _rgb(0, min(1, 1 + _hls(PAGE_BY_NIGHT)[1] - lightness), 0)
    if brightness(colour) > BRIGHTEST_GROUND:
        return _dimmed(colour, BRIGHTEST_GROUND)
    return _rgb(hue, DARKEST, saturation) if lightness < DARKEST else colour


def text_by_night(colour: RGB, ground: RGB) -> RGB:
    """Text on its new ground: white stays, what stands out stays, the rest is flipped or moved."""
    distance = abs(brightness(ground) - brightness(colour))
    if brightness(colour) >= WHITE_LIKE:
        return colour
    if distance > _FARTHEST and brightness(ground) <= brightness(PAGE_BY_NIGHT) + 2:
        return _dimmed(colour, _FARTHEST + brightness(ground))
    if distance >= LEAST_DISTANCE:
        return colour
    hue, lightness, saturation = _hls(colour)
    bright = brightness(ground) >= BRIGHT_GROUND
    if lightness > 0.9 - GREY_FROM if bright else lightness <= GREY_FROM:
        return text_by_night(_rgb(hue, 0.9 - lightness, saturation), ground)
    away = -LEAST_DISTANCE if bright else LEAST_DISTANCE
    return _dimmed(colour, min(_FARTHEST, brightness(ground) + away))


def contrast(one: RGB, other: RGB) -> float:
    """The contrast ratio of WCAG 2.1."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: RGB) -> float:
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in (c / 255 for c in colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def runs(html: str) -> Iterator[Run]:
    """Every run of words of an article with its colours, inherited as a browser does."""
    root = html5lib.parseFragment(html, namespaceHTMLElements=False)
    start = (TEXT_BY_DAY, PAGE_BY_DAY)
    yield from _walk(root, start, (text_by_night(TEXT_BY_DAY, PAGE_BY_NIGHT), PAGE_BY_NIGHT))


def _walk(one: Element, day: tuple[RGB, RGB], night: tuple[RGB, RGB]) -> Iterator[Run]:
    style = one.attrib.get("style", "")
    ground, colour = _said(style, "background-color"), _said(style, "color")
    if ground:
        day, night = (day[0], ground), (night[0], ground_by_night(ground))
    if colour or ground:
        ink = colour or day[0]
        day, night = (ink, day[1]), (text_by_night(ink, night[1]), night[1])
    if (one.text or "").strip():
        yield Run(str(one.text).strip(), day, night)
    for child in one:
        yield from _walk(child, day, night)
        if (child.tail or "").strip():
            yield Run(str(child.tail).strip(), day, night)


def _said(style: str, name: str) -> RGB | None:
    found = re.search(rf"(?:^|;)\s*{name}:\s*#([0-9a-fA-F]{{6}})", style)
    return tuple(float(int(found[1][at : at + 2], 16)) for at in (0, 2, 4)) if found else None  # type: ignore[return-value]
