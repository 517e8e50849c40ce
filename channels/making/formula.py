"""Formulas drawn once for every channel: TeX in, an inline <svg> or a PNG out, no fonts at the reader.

The SVG is paths only (no id, class, defs, use, url): what WeChat's cleaner lets through, in ``currentColor``
so that dark mode can turn it. matplotlib's mathtext does the setting; it is imported when first needed.
"""

import html
import io
import math
import re
import threading
from functools import cache, lru_cache
from typing import Any, NamedTuple

from channels.contract import StoryError

_DRAWN_AT = 100.0
_EM = 200
_KEPT = 2048  # drawn formulas: a long article's, for it is set several times until it fits, and for every channel
_SHORTCUTS = (
    (re.compile(r"\\(?:display|text|script)style\b"), ""),
    (re.compile(r"\\limits\b"), ""),
    (re.compile(r"\\(?:bold(?:symbol)?|bm)\b"), r"\\mathbf"),
    (re.compile(r"\\tag\*?\{[^}]*\}"), ""),
    (re.compile(r"\\[bB]igg?[lrm]?(?![A-Za-z])"), ""),
    (re.compile(r"\\([lgn])e(?![A-Za-z])"), r"\\\1eq"),
    (re.compile(r"\\tfrac(?![A-Za-z])"), r"\\frac"),
    (re.compile(r"\\(d?frac)\s*(\d)\s*(\d)"), r"\\\1{\2}{\3}"),
    (re.compile(r"\\(d?frac)\s+([A-Za-z0-9])\s*([A-Za-z0-9])(?![A-Za-z0-9{])"), r"\\\1{\2}{\3}"),
    (re.compile(r"\\[lr]Vert(?![A-Za-z])"), r"\\|"),
    (re.compile(r"\\dots[bcimo](?![A-Za-z])"), r"\\dots"),
    (re.compile(r"\\(math[a-z]+|text[a-z]*|operatorname)\s+([A-Za-z0-9])"), r"\\\1{\2}"),
    (re.compile(r"\\implies(?![A-Za-z])"), r"\\Rightarrow"),
    (re.compile(r"\\land(?![A-Za-z])"), r"\\wedge"),
    (re.compile(r"\\lor(?![A-Za-z])"), r"\\vee"),
    (re.compile(r"\\bmod(?![A-Za-z])"), r"\\;\\mathrm{mod}\\;"),
    (re.compile(r"\\pmod\s*\{([^{}]*)\}"), r"\\;(\\mathrm{mod}\\;\1)"),
    (re.compile(r"\\varnothing(?![A-Za-z])"), r"\\emptyset"),
    (re.compile(r"\\iff(?![A-Za-z])"), r"\\Leftrightarrow"),
)
_HAN = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]+")
_LOCK = threading.Lock()


class _Drawing(NamedTuple):
    """A formula's outline, _EM units to the em: path data and the box, ``depth`` below the base line."""

    path: str
    width: int
    height: int
    depth: int


def svg(tex: str, size_px: int = 17, *, inline: bool = False, label: str = "") -> str:
    """``tex`` as one <svg>: its own line, or sitting on the base line of the text when ``inline``.

    ``label`` reads it aloud."""
    drawn = _drawing(tex if inline else _displayed(tex))
    em = size_px / _EM
    place = f"display:inline-block;vertical-align:-{_px(drawn.depth * em)}px" if inline else "display:block"
    spoken_as = f'role="img" aria-label="{html.escape(label)}" ' if label else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_px(drawn.width * em)}" '
        f'height="{_px(drawn.height * em)}" viewBox="0 0 {drawn.width} {drawn.height}" {spoken_as}'
        f'style="{place};max-width:100%"><path fill="currentColor" d="{drawn.path}"/></svg>'
    )


def fault(tex: str, *, inline: bool = False) -> str:
    """What keeps ``tex`` from being drawn, in one Chinese sentence; "" when nothing does. The drawing is kept."""
    try:
        _drawing(tex if inline else _displayed(tex))
    except StoryError as error:
        return error.sentence
    return ""


def width_px(tex: str, size_px: int = 17) -> float:
    """How wide ``tex`` is drawn, for makers that must wrap or shrink it."""
    return _drawing(_displayed(tex)).width * size_px / _EM


class PlacedPicture(NamedTuple):
    """A formula as a PNG, its size in pixels, and how it stands in a page: its width and what lies below the line."""

    content: bytes
    width: int
    height: int
    width_px: str
    depth_px: str


@lru_cache(maxsize=_KEPT)
def placed_png(tex: str, size_px: int, fineness: int, *, inline: bool) -> PlacedPicture:
    """``tex`` as a PNG of ``fineness`` pixels to one of the page, to be set at ``size_px`` like the <svg>."""
    from PIL import Image

    wanted = tex if inline else _displayed(tex)
    content = png(wanted, size_px * fineness, margin=2 * fineness)
    with Image.open(io.BytesIO(content)) as image:
        width, height = image.size
    depth = _drawing(wanted).depth * size_px / _EM + 2
    return PlacedPicture(content, width, height, _px(width / fineness), _px(depth))


@lru_cache(maxsize=_KEPT)
def png(tex: str, size_px: int = 34, ink: str = "#1e2422", paper: str = "#ffffff", margin: int | None = None) -> bytes:
    """``tex`` as a PNG in ``ink`` on ``paper``, with a margin (half an em); the same bytes every time."""
    from PIL import Image

    mask = _raster(tex, size_px)
    margin = size_px // 2 if margin is None else margin
    picture = Image.new("RGB", (mask.width + 2 * margin, mask.height + 2 * margin), paper)
    picture.paste(Image.new("RGB", mask.size, ink), (margin, margin), mask)
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


def spoken(tex: str, alt: str = "") -> str:
    """What stands for the formula where none can be drawn: its reading, else the TeX itself."""
    return alt.strip() or " ".join(tex.split())


def _displayed(tex: str) -> str:
    """``tex`` with its outermost fractions set full size, as on a line of their own."""
    out: list[str] = []
    depth = 0
    for part in re.split(r"(\\frac(?![A-Za-z])|\\?[{}])", tex):
        depth += (part == "{") - (part == "}")
        out.append(r"\dfrac" if part == r"\frac" and depth == 0 else part)
    return "".join(out)


@lru_cache(maxsize=4096)
def _drawing(tex: str) -> _Drawing:
    """The outline in whole units: relative and rounded, for a WeChat article counts every character."""
    with _LOCK:
        box = _parsed("path", tex, 72.0, _DRAWN_AT)
        vertices, codes = _outline(tex)
    left = min([0.0, *(x for x, _ in vertices)])
    right = max([float(box.width), *(x for x, _ in vertices)])
    top = max([float(box.height - box.depth), *(y for _, y in vertices)])
    bottom = min([-float(box.depth), *(y for _, y in vertices)])
    scale = _EM / _DRAWN_AT
    points = [(round((x - left) * scale), round((top - y) * scale)) for x, y in vertices]
    width, height = math.ceil((right - left) * scale), math.ceil((top - bottom) * scale)
    return _Drawing(_commands(points, codes), width, height, round(-bottom * scale))


def _raster(tex: str, size_px: int) -> Any:
    """The formula as a greyscale mask."""
    import numpy
    from PIL import Image

    with _LOCK:
        return Image.fromarray(numpy.asarray(_parsed("agg", tex, 72.0, float(size_px)).image, dtype="uint8"))


def _parsed(output: str, tex: str, dpi: float, size: float) -> Any:
    """mathtext's own result for ``tex``; StoryError with the reason when it cannot be set."""
    wanted = _readable(tex)
    parser, properties = _parser(output)
    properties = properties.copy()
    properties.set_size(size)
    try:
        return parser.parse(f"${wanted}$", dpi=dpi, prop=properties)
    except (ValueError, RuntimeError) as error:
        raise StoryError(_sentence(tex, str(error)), str(error)) from error


@cache
def _parser(output: str) -> tuple[Any, Any]:
    from matplotlib.font_manager import FontProperties
    from matplotlib.mathtext import MathTextParser
    from matplotlib.textpath import text_to_path

    parser: Any = MathTextParser
    # the outline's own parser, so that it finds what was just parsed: parsing is nearly all of the time
    used = text_to_path.mathtext_parser if output == "path" else parser(output)
    return used, FontProperties(family="STIXGeneral", math_fontfamily="stix")


def _readable(tex: str) -> str:
    """``tex`` in the dialect mathtext knows; StoryError for what it can never set."""
    wanted = " ".join(tex.split())
    if not wanted:
        raise StoryError("公式是空的，请写上 TeX 或删去这一块。")
    if found := _HAN.search(wanted):
        raise StoryError(f"公式“{wanted[:30]}”里有汉字或全角符号“{found[0][:8]}”，请移到公式外或改成半角。")
    if "$" in wanted.replace(r"\$", ""):
        raise StoryError(f"公式“{wanted[:30]}”里多了美元符号，请删去（要写美元请用 \\$）。")
    for pattern, simple in _SHORTCUTS:
        wanted = pattern.sub(simple, wanted)
    return wanted.strip()


def _sentence(tex: str, cause: str) -> str:
    shown = " ".join(tex.split())[:30]
    if r"\begin" in tex:
        return f"公式“{shown}”用了 \\begin 环境，暂不支持，请拆成几个单行公式或改用图片。"
    if found := re.search(r"Unknown symbol: (\\[A-Za-z]+)", cause):
        return f"公式“{shown}”里的 {found[1]} 不认识，请换一种写法。"
    return f"公式“{shown}”写法有误，请检查括号和命令是否成对。"


def _outline(tex: str) -> tuple[list[tuple[float, float]], list[int]]:
    """Vertices and path codes of every glyph and rule (fraction bars, roots) at 100 px, y upwards."""
    from matplotlib.textpath import text_to_path

    _, properties = _parser("path")
    vertices, codes = text_to_path.get_text_path(properties, f"${_readable(tex)}$", ismath=True)
    return [(float(x), float(y)) for x, y in vertices], [int(code) for code in codes]


def _commands(points: list[tuple[int, int]], codes: list[int]) -> str:
    """SVG path data; matplotlib's codes are 1 move, 2 line, 3 quadratic, 4 cubic, 79 close."""
    out: list[str] = []
    here = start = (0, 0)
    index = 0
    while index < len(codes):
        letter, length = {1: ("M", 1), 2: ("l", 1), 3: ("q", 2), 4: ("c", 3), 79: ("z", 1)}[codes[index]]
        pairs = points[index : index + length]
        index += length
        if letter == "M":
            here = start = pairs[0]
            out.append("M" + _pairs(pairs, (0, 0)))
        elif letter == "z":
            here = start
            out.append("z")
        elif any(pair != here for pair in pairs):
            out.append(letter + _pairs(pairs, here))
            here = pairs[-1]
    return "".join(out)


def _pairs(points: list[tuple[int, int]], origin: tuple[int, int]) -> str:
    """Coordinates from ``origin``, a minus sign serving as the space."""
    numbers = [n for x, y in points for n in (x - origin[0], y - origin[1])]
    return " ".join(map(str, numbers)).replace(" -", "-")


def _px(value: float) -> str:
    """Two decimals at most, never a negative nought."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
