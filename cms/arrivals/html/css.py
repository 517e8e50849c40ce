"""The little of CSS that says what a piece of text is: size, weight, place, and whether anybody saw it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

_DECLARATION = re.compile(r"([-a-z]+)\s*:\s*((?:[^;'\"(]|'[^']*'|\"[^\"]*\"|\([^)]*\))*)", re.I)
_SIZE = re.compile(r"^([\d.]+)\s*(px|pt|em|rem|%)$")
_KEYWORDS = {"xx-small": 7, "x-small": 7.5, "small": 10, "medium": 12, "large": 13.5, "x-large": 18, "xx-large": 24}
_FONT_SIZES = {"1": 7.5, "2": 10, "3": 12, "4": 13.5, "5": 18, "6": 24, "7": 36}
_ROOT = 12.0
PX = 0.75  # points


@dataclass(frozen=True, slots=True)
class Look:
    """How text looks here: ``size`` in points (0 = unknown), inherited from element to element."""

    size: float = 0.0
    is_bold: bool = False
    is_italic: bool = False
    is_struck: bool = False
    is_underlined: bool = False
    has_colour: bool = False
    is_pre: bool = False
    is_hidden: bool = False
    is_tiny: bool = False  # size 0; an element inside may be of a size again
    lift: str = ""
    face: str = ""
    align: str = ""


def declarations(style: str) -> dict[str, str]:
    """An inline style as names and values, small letters."""
    return {name.lower(): value.strip().lower() for name, value in _DECLARATION.findall(style)}


def look(base: Look, style: dict[str, str]) -> Look:
    """``base`` with what an element's style says."""
    changes: dict[str, object] = {}
    for name, said in style.items():
        value = said.removesuffix("!important").strip()
        make = _MEANINGS.get(name)
        if make:
            changes |= make(value, base)
    return replace(base, **changes) if changes else base  # type: ignore[arg-type]


def _size(value: str, base: Look) -> dict[str, object]:
    found = _SIZE.match(value)
    if not found:
        return {"size": float(_KEYWORDS[value])} if value in _KEYWORDS else {}
    number, unit = float(found[1]), found[2]
    if number == 0:
        return {"is_tiny": True}
    parent = base.size or _ROOT
    made = number * {"px": PX, "pt": 1.0, "em": parent, "rem": _ROOT, "%": parent / 100}[unit]
    return {"size": made, "is_tiny": False}


def _weight(value: str, base: Look) -> dict[str, object]:
    if value in ("bold", "bolder"):
        return {"is_bold": True}
    if value in ("normal", "lighter"):
        return {"is_bold": False}
    return {"is_bold": int(value) >= 600} if value.isdigit() else {}


def _line(value: str, base: Look) -> dict[str, object]:
    found: dict[str, object] = {}
    if "line-through" in value:
        found["is_struck"] = True
    if "underline" in value:
        found["is_underlined"] = True
    return found


def _lift(value: str, base: Look) -> dict[str, object]:
    return {"lift": {"super": "sup", "sub": "sub"}.get(value, base.lift)}


def _align(value: str, base: Look) -> dict[str, object]:
    return {"align": {"center": "center", "right": "right", "end": "right", "-webkit-center": "center"}.get(value, "")}


def _colour(value: str, base: Look) -> dict[str, object]:
    plain = ("inherit", "initial", "transparent", "windowtext", "black", "white", "none", "auto", "", "currentcolor")
    grey = re.fullmatch(r"(?:rgba?\(\s*)?(\d+)\D+(\d+)\D+(\d+).*|#([0-9a-f]{3,6})", value)
    return {"has_colour": value not in plain and not (grey and _is_grey(grey))}


def _is_grey(found: re.Match[str]) -> bool:
    """Black, white and greys are no emphasis."""
    if found[4]:
        digits = found[4] if len(found[4]) == 6 else "".join(2 * one for one in found[4][:3])
        parts = [int(digits[at : at + 2] or "0", 16) for at in (0, 2, 4)]
    else:
        parts = [int(found[at]) for at in (1, 2, 3)]
    return max(parts) - min(parts) < 24


def _space(value: str, base: Look) -> dict[str, object]:
    return {"is_pre": value in ("pre", "pre-wrap", "pre-line", "break-spaces")}


def _hidden(value: str, base: Look) -> dict[str, object]:
    return {"is_hidden": value in ("hidden", "collapse", "all")}


def _display(value: str, base: Look) -> dict[str, object]:
    return {"is_hidden": True} if value == "none" else {}


def _opacity(value: str, base: Look) -> dict[str, object]:
    return {"is_hidden": True} if re.fullmatch(r"0(\.0+)?", value) else {}


_MEANINGS: dict[str, Callable[[str, Look], dict[str, object]]] = {
    "font-size": _size,
    "font-weight": _weight,
    "font-style": lambda value, base: {"is_italic": value in ("italic", "oblique")},
    "text-decoration": _line,
    "text-decoration-line": _line,
    "vertical-align": _lift,
    "text-align": _align,
    "color": _colour,
    "background": _colour,
    "background-color": _colour,
    "white-space": _space,
    "visibility": _hidden,
    "mso-hide": _hidden,
    "display": _display,
    "opacity": _opacity,
    "font-family": lambda value, base: {"face": value.split(",")[0].strip("'\" ")},
}


def font_tag(base: Look, attributes: dict[str, str]) -> Look:
    """An old <font> element."""
    size = _FONT_SIZES.get(attributes.get("size", ""), base.size)
    return replace(base, size=size, face=attributes.get("face", base.face))
