"""Letters for every picture we draw: committed Noto Sans SC, and a search for what it lacks, never a box.

The committed files hold the 8,105 characters of 通用规范汉字表, GB 2312 and symbols (see ``docs/fonts.md``).
A rarer character is looked for in the font named by ``YIGAO_FONT`` ("file" or "file.ttc#face"), then in the
system's fonts.
"""

import os
import subprocess
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from fontTools.ttLib import TTFont, TTLibError
from PIL import ImageFont

FOLDER = Path(__file__).with_name("typefaces")
SETTING = "YIGAO_FONT"

Face = tuple[str, int]

# In Debian's, Arch's and Fedora's Noto CJK collections face 0 is Japanese; 2 is simplified Chinese.
_COLLECTIONS = (
    "/usr/share/fonts/opentype/noto",
    "/usr/share/fonts/noto-cjk",
    "/usr/share/fonts/google-noto-sans-cjk-fonts",
)
_SIMPLIFIED_FACE = 2
_FC_SECONDS = 10


class MissingGlyphError(ValueError):
    """No font at hand draws these characters."""

    def __init__(self, characters: list[str]) -> None:
        named = "、".join(f"{character}（U+{ord(character):04X}）" for character in characters)
        super().__init__(
            f"字体里没有 {named}，无法绘制：请换成通用字，或安装系统字体 fonts-noto-cjk，"
            f"或用环境变量 {SETTING} 指定含有这些字的字体文件"
        )
        self.characters = characters


def path(bold: bool = False) -> Path:
    """The committed font file."""
    return FOLDER / f"NotoSansSC-{'Bold' if bold else 'Regular'}.otf"


def font(bold: bool = False, size: int = 48) -> ImageFont.FreeTypeFont:
    """The committed font at ``size`` pixels."""
    return _open((str(path(bold)), 0), size)


def missing(text: str) -> list[str]:
    """The characters of ``text`` the committed font cannot draw, each once, in order."""
    return _missing_from((str(path()), 0), text)


def font_for(text: str, bold: bool = False, size: int = 48, configured: str | None = None) -> ImageFont.FreeTypeFont:
    """A font that draws all of ``text``: the committed one when it can, else the ``configured`` one
    (else that of ``YIGAO_FONT``), else the system's; MissingGlyphError when none does."""
    lacking = missing(text)
    if not lacking:
        return font(bold, size)
    for face in _candidates(lacking, bold, configured or os.environ.get(SETTING, "")):
        if _coverage(face) and not _missing_from(face, text):
            return _open(face, size)
    raise MissingGlyphError(lacking)


def drawable(text: str) -> str:
    """``text`` ready to be drawn: what has no picture (joiners, selectors, controls) is gone, any kind of
    space the committed font lacks is a plain one."""
    kept = _coverage((str(path()), 0))
    return "".join(_plain(character, kept) for character in text)


def _plain(character: str, kept: frozenset[int]) -> str:
    if character.isspace():
        return character if ord(character) in kept else " "
    return "" if _has_no_picture(character) else character


def _has_no_picture(character: str) -> bool:
    """Space, control, format character or variation selector: nothing to draw."""
    is_selector = 0xFE00 <= ord(character) <= 0xFE0F or 0xE0100 <= ord(character) <= 0xE01EF
    return is_selector or character.isspace() or unicodedata.category(character) in ("Cc", "Cf")


def _missing_from(face: Face, text: str) -> list[str]:
    covered = _coverage(face)
    seen = dict.fromkeys(text)
    return [one for one in seen if ord(one) not in covered and not _has_no_picture(one)]


@lru_cache(maxsize=64)
def _open(face: Face, size: int) -> ImageFont.FreeTypeFont:
    # the basic engine: Raqm depends on a system library, and the same text must give the same pixels anywhere
    return ImageFont.truetype(face[0], size, index=face[1], layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=16)
def _coverage(face: Face) -> frozenset[int]:
    """The code points a font file maps; none when it is no font."""
    try:
        with TTFont(face[0], fontNumber=face[1], lazy=True) as opened:
            return frozenset(opened.getBestCmap() or ())
    except (OSError, TTLibError):
        return frozenset()


def _candidates(lacking: list[str], bold: bool, configured: str) -> Iterator[Face]:
    """Where to look for what the committed font lacks, best first."""
    if configured:
        file, _, number = configured.partition("#")
        yield file, int(number) if number.isdigit() else 0
    for folder in _COLLECTIONS:
        yield f"{folder}/NotoSansCJK-{'Bold' if bold else 'Regular'}.ttc", _SIMPLIFIED_FACE
    yield from _matched_by_system(lacking, bold)


def _matched_by_system(lacking: list[str], bold: bool) -> Iterator[Face]:
    """What fontconfig finds nearest; it always answers, so the caller checks."""
    codes = " ".join(f"{ord(character):x}" for character in lacking)
    weight = "bold" if bold else "regular"
    pattern = f"sans-serif:weight={weight}:lang=zh-cn:charset={codes}"
    try:
        found = subprocess.run(
            ["fc-match", "-f", "%{file}\n%{index}", pattern],
            capture_output=True,
            text=True,
            timeout=_FC_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return
    file, _, index = found.stdout.partition("\n")
    yield file, int(index or 0) & 0xFFFF  # above: fontconfig's number of a variable font's named instance
