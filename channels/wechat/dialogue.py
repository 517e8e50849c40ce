"""拟人对白 as bubbles: sections and inline blocks only, the shapes WeChat's cleaner leaves alone.

A face of 40 px and 78 % of the line stand side by side from 230 px on, so also inside a box on a phone
of 320 px. The bubble's ground is neutral and the speaker's colour is its edge: marks inside stay readable, and
the reader's dark mode finds nothing to spoil.
"""

from functools import lru_cache

from assets.pictures import Cut
from channels.making import words
from channels.making.article import Sheet, brand
from channels.values import Character, Dialogue, Line
from channels.wechat.look import SOFT, WHITE, section, small, tag
from channels.wechat.looks import readable
from channels.wechat.pictures import credit_line
from themes.colour import mix, reach

_FACE_CUT = Cut(width=160, ratio=(1, 1), max_bytes=100_000)
_DEFAULT_COLOUR = "#1C5F70"


@lru_cache(maxsize=256)
def colours(colour: str) -> tuple[str, str, str]:
    """A character's colour as text in both lights, as the ground under white letters, and as an edge."""
    try:
        ground = reach(colour, WHITE, "#000000", 4.5)
    except ValueError:
        colour = ground = _DEFAULT_COLOUR
    return readable(colour), ground, mix(ground, WHITE, 45)


_TALK = "margin:28px 0;font-size:16px;line-height:1.65;text-align:left"  # inherited: said once


def dialogue(sheet: Sheet, block: Dialogue) -> str:
    """The talk, line by line; who goes on talking is not named again."""
    drawn: list[str] = []
    last = ""
    for one in block.lines:
        drawn.append(_line(sheet, one, named=one.speaker != last))
        last = one.speaker
    return section(_TALK, "".join(drawn) + _credits(sheet, block))


def _line(sheet: Sheet, line: Line, *, named: bool) -> str:
    who = sheet.speaker(line.speaker)
    right = who.side == "right"
    deep, ground, edge = colours(who.colour)
    bubble = section(
        f"display:inline-block;padding:9px 14px;border:1px solid {edge};"
        f"border-radius:{brand('bubble_right' if right else 'bubble_left')};background-color:{SOFT};text-align:left",
        sheet.inline(line.text),
    )
    name = tag("p", f"margin:0 0 4px;font-size:13px;line-height:1.4;color:{deep}", words.escape(who.name))
    beside = "0 10px 0 0" if right else "0 0 0 10px"
    said = section(
        f"display:inline-block;width:78%;margin:{beside};vertical-align:top", (name if named else "") + bubble
    )
    face = _face(sheet, who, ground) if named else _gap()
    look = f"margin:{'14px' if named else '6px'} 0 0" + (";text-align:right" if right else "")
    return section(look, said + face if right else face + said)


def _gap() -> str:
    return section("display:inline-block;width:40px;height:1px", "&nbsp;")


def _face(sheet: Sheet, who: Character, ground: str) -> str:
    """The portrait, or the first character of the name on a round ground."""
    shape = "display:inline-block;width:40px;vertical-align:top;border-radius:50%"
    if who.picture is not None:
        focus = Cut(160, (1, 1), who.picture.focus_x, who.picture.focus_y, _FACE_CUT.max_bytes)
        placed = sheet.picture(who.picture, focus)
        return f'<img src="{placed.src}" alt="{words.escape(who.name)}" style="{shape};height:40px">'
    letter = words.escape(who.name[:1] or "·")
    return section(f"{shape};background-color:{ground};color:{WHITE};text-align:center;line-height:40px", letter)


def _credits(sheet: Sheet, block: Dialogue) -> str:
    """Who made the portraits (R18, R7): once below the talk."""
    keys = dict.fromkeys(one.speaker for one in block.lines)
    portraits = [who.picture for who in map(sheet.speaker, keys) if who.picture]
    lines = dict.fromkeys(line for line in map(credit_line, portraits) if line)
    return small(f"头像{'；'.join(lines)}", "margin:10px 0 0;text-align:center") if lines else ""
