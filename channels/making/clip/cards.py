"""The look of every shot: 案头, paper and ink, one accent, generous space.

``draw`` gives a shot's picture with everything but the moving window; body shots use the house colours, so
one drawing (and one segment) serves every account.
"""

from collections.abc import Callable

from PIL import Image

from channels.making.clip import lines
from channels.making.clip.draw import BOTTOM, DESIGN_WIDTH, LEFT, RIGHT, TOP, Sheet, mixed
from channels.making.clip.storyboard import (
    AnyShot,
    Brand,
    Bubble,
    Figure,
    Grade,
    Intro,
    Outro,
    Scene,
    Talk,
    Title,
    Words,
)

PAPER, INK, INK2, LINE, AZURE = "#FAF8F3", "#1E2422", "#56605B", "#DFDBD1", "#1C5F70"
WHITE = "#FFFFFF"
READ_WIDTH = RIGHT - LEFT
CAPTION_SIZE = 52
CAPTION_LEADING = 1.5
WORDS_SIZE = 84
STAMP_SIZE, STAMP_HEIGHT = 60, 96
HEADLINE = 96
WIDE = (0, 330, DESIGN_WIDTH, 824)  # the window of a lying picture, edge to edge
TALL = (0, 0, DESIGN_WIDTH, 1154)  # of an upright one
TITLE_PICTURE = (0, 0, DESIGN_WIDTH, 860)
Load = Callable[[str], Image.Image]


def window(scene: Scene) -> tuple[int, int, int, int]:
    """Where the moving picture of ``scene`` stands: left, top, width, height."""
    return TALL if scene.tall else WIDE


def draw(shot: AnyShot, grade: Grade, load: Load, caption: tuple[str, ...] = ()) -> Image.Image:
    """``shot`` at ``grade`` with ``caption`` on it; a scene's window is left as paper."""
    ground = shot.brand.accent if isinstance(shot, Intro | Outro) else PAPER
    if isinstance(shot, Title):
        ground = shot.brand.paper
    sheet = Sheet(grade.width, grade.height, ground)
    if isinstance(shot, Intro):
        _intro(sheet, shot)
    elif isinstance(shot, Title):
        _title(sheet, shot, load)
    elif isinstance(shot, Scene):
        _scene(sheet, shot, caption)
    elif isinstance(shot, Figure):
        _figure(sheet, shot)
    elif isinstance(shot, Words):
        _words(sheet, shot)
    elif isinstance(shot, Talk):
        _talk(sheet, shot)
    else:
        _outro(sheet, shot)
    return sheet.image


def stamp_width(words: str) -> float:
    """How wide the AI label is, by a count that never depends on the grade."""
    return lines.width(words) * STAMP_SIZE + 56


def stamp_place(scene: Scene) -> tuple[float, float]:
    """Where a scene with an AI picture is labelled: at the foot of its window."""
    left, top, _, height = window(scene)
    return left + LEFT, top + height - STAMP_HEIGHT - 28


def stamp(sheet: Sheet, words: str, x: float = LEFT, y: float = TOP) -> None:
    """The AI label: letters of 5 % of the shortest side and more, dark on light, never to be missed."""
    sheet.box(x, y, stamp_width(words), STAMP_HEIGHT, WHITE)
    sheet.text(x + stamp_width(words) / 2, y + 70, words, STAMP_SIZE, INK, bold=True, anchor="m")


def headline_size(headline: tuple[str, ...]) -> float:
    """As large as the widest line allows."""
    return min(HEADLINE, READ_WIDTH / max(map(lines.width, headline), default=1))


def softened(brand: Brand) -> str:
    """The second colour of type on the accent."""
    return mixed(brand.accent, brand.paper, 0.78)


def _header(sheet: Sheet, label: str, tint: str = AZURE) -> None:
    """The column's name over a hairline, where every body card begins."""
    sheet.box(LEFT, 258, 18, 18, tint)
    sheet.text(LEFT + 34, 281, label, 34, INK2)


def _intro(sheet: Sheet, shot: Intro) -> None:
    brand = shot.brand
    size = min(168.0, READ_WIDTH / max(lines.width(brand.masthead), 1))
    base = 860.0
    if shot.ai:
        stamp(sheet, shot.ai)
    sheet.box(LEFT, base - size * 1.5, 96, 12, brand.paper)
    sheet.text(LEFT - size * 0.04, base, brand.masthead, size, brand.paper, bold=True)
    soft = softened(brand)
    if brand.motto:
        sheet.text(LEFT, base + 96, brand.motto, 44, soft)
    sheet.text(LEFT, 1400, brand.unit, 38, soft)


def _title(sheet: Sheet, shot: Title, load: Load) -> None:
    brand = shot.brand
    if shot.picture:
        sheet.picture(load(shot.picture), *TITLE_PICTURE, focus=(shot.focus_x, shot.focus_y))
        sheet.box(0, TITLE_PICTURE[3], DESIGN_WIDTH, 10, brand.accent)
    if shot.ai:
        stamp(sheet, shot.ai)
    size = headline_size(shot.headline)
    top = 990.0 if shot.picture else 620.0
    if not shot.picture:
        sheet.box(LEFT, top - 130, 96, 12, brand.accent)
    sheet.text(LEFT, top, shot.label, 38, brand.accent, bold=True)
    after = sheet.lines(LEFT, top + 46 + size, shot.headline, size, brand.ink, 1.32, bold=True)
    if shot.note and after < BOTTOM + 20:
        sheet.text(LEFT, after - size * 0.32 + 34, shot.note, 36, brand.ink2)


def _scene(sheet: Sheet, shot: Scene, caption: tuple[str, ...]) -> None:
    if not shot.tall:
        _header(sheet, shot.label)
    bottom = window(shot)[1] + window(shot)[3]
    if shot.note:
        sheet.text(LEFT, bottom + 52, shot.note, 30, INK2)
    _caption(sheet, caption)


def _caption(sheet: Sheet, caption: tuple[str, ...]) -> None:
    """Two lines of ink at the foot of the read-area, with a bar of the house colour before them."""
    if not caption:
        return
    step = CAPTION_SIZE * CAPTION_LEADING
    sheet.lines(LEFT, 1316, caption, CAPTION_SIZE, INK, CAPTION_LEADING, bold=True)
    sheet.box(LEFT, 1316 + step * (len(caption) - 1) + 30, 48, 6, AZURE)


def _figure(sheet: Sheet, shot: Figure) -> None:
    _header(sheet, shot.label)
    size = min(300.0, READ_WIDTH * 0.98 / max(sheet.width_of(shot.value, 100, True) / 100, 0.01))
    base = 880.0
    sheet.text(LEFT - size * 0.05, base, shot.value, size, AZURE, bold=True)
    beside = LEFT + sheet.width_of(shot.value, size, True) + 10
    if shot.unit and beside + lines.width(shot.unit) * 84 <= RIGHT:
        sheet.text(beside, base, shot.unit, 84, AZURE, bold=True)
    elif shot.unit:
        base += 120
        sheet.text(LEFT, base, shot.unit, 84, AZURE, bold=True)
    sheet.box(LEFT, base + 70, READ_WIDTH, 3, LINE)
    after = sheet.lines(LEFT, base + 170, lines.wrap(shot.meaning, 13, whole=True), 64, INK, 1.4, bold=True)
    if shot.note:
        sheet.lines(LEFT, after, lines.wrap(shot.note, 22, whole=True), 36, INK2, 1.5, bold=False)


def _words(sheet: Sheet, shot: Words) -> None:
    _header(sheet, shot.label)
    step = WORDS_SIZE * 1.5
    middle = 860.0
    base = middle - step * (len(shot.lines) - 1) / 2
    if shot.quoted:
        sheet.lines(LEFT, base - 110, ("“",), 220, mixed(AZURE, PAPER, 0.55), 1, bold=True)
    else:
        sheet.box(LEFT, base - 190, 72, 10, AZURE)
    after = sheet.lines(LEFT, base, shot.lines, WORDS_SIZE, INK, 1.5, bold=True)
    if shot.cite:
        sheet.text(LEFT, after - 10, f"—— {shot.cite}", 40, INK2)


def _talk(sheet: Sheet, shot: Talk) -> None:
    _header(sheet, shot.label)
    y = 420.0
    for number, bubble in enumerate(shot.bubbles):
        y = _bubble(sheet, bubble, y, said=number < len(shot.bubbles) - 1) + 64


def _bubble(sheet: Sheet, bubble: Bubble, y: float, said: bool) -> float:
    """One speech bubble with its speaker; what was said before is paler. The y below it."""
    right = bubble.side == "right"
    fade = 0.45 if said else 0.0
    tint = mixed(bubble.colour, PAPER, fade)
    width = max(sheet.width_of(line, 56) for line in bubble.lines) + 72
    height = len(bubble.lines) * 84 + 52
    face = RIGHT - 96 if right else LEFT
    sheet.box(face, y, 96, 96, tint, 48)
    sheet.text(face + 48, y + 66, bubble.name[:1], 50, PAPER, bold=True, anchor="m")
    name_x = RIGHT - 120 if right else LEFT + 120
    sheet.text(name_x, y + 36, bubble.name, 34, tint, anchor="r" if right else "l")
    left = RIGHT - 120 - width if right else LEFT + 120
    sheet.box(left, y + 60, width, height, mixed(bubble.colour, PAPER, 0.86 + fade * 0.1), 24)
    sheet.lines(left + 36, y + 60 + 84, bubble.lines, 56, mixed(INK, PAPER, fade), 1.5, bold=False)
    return y + 60 + height


def _outro(sheet: Sheet, shot: Outro) -> None:
    brand = shot.brand
    soft = softened(brand)
    size = min(112.0, READ_WIDTH / max(lines.width(brand.masthead), 1))
    sheet.box(LEFT, 420, 96, 12, brand.paper)
    sheet.text(LEFT - size * 0.04, 590, brand.masthead, size, brand.paper, bold=True)
    if brand.motto:
        sheet.text(LEFT, 664, brand.motto, 40, soft)
    base = 830.0
    for name, value in shot.rows:
        sheet.text(LEFT, base, name, 36, soft)
        wrapped = lines.wrap(value, 18, keep=value.split("；"), whole=True)
        base = sheet.lines(LEFT + 160, base, wrapped, 36, brand.paper, 1.5, bold=False) + 18
    sheet.text(LEFT, 1400, _foot(brand), 34, soft)


def _foot(brand: Brand) -> str:
    return brand.name if brand.name == brand.unit else f"{brand.unit} · {brand.name}"
