"""A clip as data: shots in order, their words, times in frames, pictures by hash, and the brand.

Everything a segment shows stands in its shot, so the hash of a shot (with the grade) is the recipe of its
segment. The brand stands only in Intro, Title and Outro: the shots between are the same for every account.
"""

from dataclasses import dataclass
from typing import ClassVar

from channels.values import SCHEMA


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """A technical quality: pixels, frames a second, encoder preset and quality, and the most kbit/s."""

    name: str
    width: int
    height: int
    fps: int = 30
    preset: str = "veryfast"
    crf: int = 23
    max_kbit: int = 0

    @property
    def beat(self) -> int:
        """Frames in half a second: stills last a whole number of beats."""
        return max(1, self.fps // 2)


MASTER = Grade(name="master", width=1080, height=1920, max_kbit=4000)
STANDARD = Grade(name="standard", width=720, height=1280, max_kbit=1700)
PREVIEW = Grade(name="preview", width=540, height=960, preset="ultrafast", max_kbit=1700)
GRADES = {grade.name: grade for grade in (MASTER, STANDARD, PREVIEW)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """What an account brings: names and colours (#rrggbb)."""

    masthead: str
    name: str
    unit: str
    motto: str = ""
    contact: str = ""
    accent: str
    paper: str
    ink: str
    ink2: str
    line: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Caption:
    """One caption: first frame and frame after the last, counted from its shot's start."""

    start: int
    end: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Crop:
    """A part of a picture in per mille of it: left, top, and the width; the height follows the window."""

    left: int
    top: int
    width: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """What every shot has: its length in frames, its captions, the AI label it shows ("" = none)."""

    kind: ClassVar[str] = ""
    frames: int
    captions: tuple[Caption, ...] = ()
    ai: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intro(Shot):
    """片头: the account's masthead."""

    kind: ClassVar[str] = "intro"
    brand: Brand


@dataclass(frozen=True, slots=True, kw_only=True)
class Title(Shot):
    """标题卡: headline over the cover picture (``picture`` "" = type alone)."""

    kind: ClassVar[str] = "title"
    brand: Brand
    label: str
    headline: tuple[str, ...]
    note: str = ""
    picture: str = ""
    focus_x: int = 500
    focus_y: int = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene(Shot):
    """A moving picture with captions; ``tall``: the window of upright pictures; ``note``: 图注, credit."""

    kind: ClassVar[str] = "scene"
    label: str
    picture: str
    crop_from: Crop
    crop_to: Crop
    tall: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure(Shot):
    """数字卡: a number that matters."""

    kind: ClassVar[str] = "figure"
    label: str
    value: str
    unit: str
    meaning: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words(Shot):
    """文字卡: one caption large; ``quoted`` puts it between marks, ``cite`` says whose words."""

    kind: ClassVar[str] = "words"
    label: str
    lines: tuple[str, ...]
    quoted: bool = False
    cite: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bubble:
    """One spoken line: who, on which side, in which colour, and the words as lines."""

    name: str
    side: str
    colour: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk(Shot):
    """对白卡: the bubbles said so far; the last one is being said."""

    kind: ClassVar[str] = "talk"
    label: str
    bubbles: tuple[Bubble, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outro(Shot):
    """片尾: masthead, where the story comes from, who made it, whose pictures."""

    kind: ClassVar[str] = "outro"
    brand: Brand
    rows: tuple[tuple[str, str], ...]


AnyShot = Intro | Title | Scene | Figure | Words | Talk | Outro


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """The audio plan: ``bed`` is soft (a quiet synthesised chord) or none (silence, still a track)."""

    bed: str = "soft"


@dataclass(frozen=True, slots=True, kw_only=True)
class Storyboard:
    """The whole clip. ``summary`` are the plain words of it for the transcript; ``producer`` and
    ``produce_id`` go into the AIGC metadata when ``ai`` is not empty."""

    schema: int = SCHEMA
    slug: str
    headline: str
    brand: Brand
    grade: Grade
    shots: tuple[AnyShot, ...]
    sound: Sound = Sound()
    ai: str = ""
    produce_id: str = ""
    left_out: tuple[tuple[int, str], ...] = ()

    @property
    def frames(self) -> int:
        return sum(shot.frames for shot in self.shots)

    @property
    def seconds(self) -> float:
        return self.frames / self.grade.fps

    def timed(self) -> list[tuple[int, AnyShot]]:
        """(first frame, shot) in order: the timing table."""
        out, at = [], 0
        for shot in self.shots:
            out.append((at, shot))
            at += shot.frames
        return out
