"""拟人对白 as bubbles: sections and inline blocks only, the shapes WeChat's cleaner leaves alone."""

from functools import lru_cache

from assets.pictures import Cut
from channels.making import words
from channels.making.article import Sheet
from channels.values import Character, Dialogue, Line
from channels.wechat.look import section, tag
from themes.colour import mix, reach

_FACE_CUT = Cut(width=160, ratio=(1, 1), max_bytes=100_000)
_DEFAULT_COLOUR = "#1C5F70"


@lru_cache(maxsize=256)
def colours(colour: str) -> tuple[str, str]:
    """A character's colour as text on white (4.5:1), and as the ground of a bubble."""
    try:
        deep = reach(colour, "#FFFFFF", "#000000", 4.5)
    except ValueError:
        deep = reach(_DEFAULT_COLOUR, "#FFFFFF", "#000000", 4.5)
    return deep, mix(deep, "#FFFFFF", 10)


def dialogue(sheet: Sheet, block: Dialogue) -> str:
    """The talk, line by line; who goes on talking is not named again."""
    drawn: list[str] = []
    last = ""
    for one in block.lines:
        drawn.append(_line(sheet, one, named=one.speaker != last))
        last = one.speaker
    return section("margin:12px 0 28px", "".join(drawn))


def _line(sheet: Sheet, line: Line, *, named: bool) -> str:
    who = sheet.speaker(line.speaker)
    right = who.side == "right"
    deep, ground = colours(who.colour)
    corners = "14px 4px 14px 14px" if right else "4px 14px 14px 14px"
    bubble = section(
        f"display:inline-block;max-width:100%;box-sizing:border-box;padding:10px 14px;"
        f"border-radius:{corners};background-color:{ground};text-align:left;font-size:16px;line-height:1.65",
        sheet.inline(line.text),
    )
    name = tag("p", f"margin:0 0 4px;font-size:13px;line-height:1.4;color:{deep}", words.escape(who.name))
    beside = f"padding:0 {'10px 0 0' if right else '0 0 10px'}"
    words_side = section(
        f"display:inline-block;width:80%;box-sizing:border-box;vertical-align:top;{beside}",
        (name if named else "") + bubble,
    )
    face = _face(sheet, who, deep) if named else _gap()
    return section(
        f"margin:0 0 14px;text-align:{'right' if right else 'left'}",
        words_side + face if right else face + words_side,
    )


def _gap() -> str:
    return section("display:inline-block;width:40px;height:1px", "&nbsp;")


def _face(sheet: Sheet, who: Character, deep: str) -> str:
    """The portrait, or the first character of the name on a round ground."""
    shape = "display:inline-block;width:40px;height:40px;vertical-align:top;border-radius:20px"
    if who.picture is not None:
        focus = Cut(160, (1, 1), who.picture.focus_x, who.picture.focus_y, _FACE_CUT.max_bytes)
        placed = sheet.picture(who.picture, focus)
        return f'<img src="{placed.src}" alt="{words.escape(who.name)}" style="{shape}">'
    letter = words.escape(who.name[:1] or "·")
    return section(f"{shape};background-color:{deep};color:#ffffff;text-align:center;line-height:40px", letter)
