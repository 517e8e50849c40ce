"""The clip as a strip of stills: its storyboard drawn by the code that films it, nothing encoded."""

import hashlib
import io
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image

from assets.pictures import Pictures
from channels import canonical
from channels.making.clip import cards, planes
from channels.making.clip.draw import DESIGN_WIDTH, opened
from channels.making.clip.storyboard import AnyShot, Grade, Scene, Storyboard

SMALL = Grade(name="still", width=360, height=640)
_KINDS = {
    "intro": "片头",
    "title": "标题",
    "scene": "画面",
    "figure": "数字",
    "words": "文字",
    "talk": "对白",
    "outro": "片尾",
}


@dataclass(frozen=True, slots=True)
class Still:
    """One shot of the strip: when it starts, what it is, what is said, and its picture (JPEG)."""

    at: str
    kind: str
    captions: tuple[str, ...]
    picture: bytes


def stills(board: Storyboard, assets: Pictures) -> list[Still]:
    """Every shot of ``board``, drawn small."""
    return [
        Still(
            f"{at // board.grade.fps // 60}:{at // board.grade.fps % 60:02d}",
            _KINDS.get(shot.kind, shot.kind),
            tuple("".join(one.lines) for one in shot.captions),
            _drawn(_Shot(shot), assets),
        )
        for at, shot in board.timed()
    ]


@dataclass(frozen=True)
class _Shot:
    """A shot known by what it shows: equal shots are drawn once."""

    shot: AnyShot

    def __hash__(self) -> int:
        return int.from_bytes(hashlib.sha256(canonical.encode(self.shot)).digest()[:8], "big")


@lru_cache(maxsize=256)
def _drawn(held: _Shot, assets: Pictures) -> bytes:
    shot = held.shot

    def load(digest: str) -> Image.Image:
        return opened(assets.read(digest))

    caption = shot.captions[0].lines if shot.captions else ()
    image = cards.draw(shot, SMALL, load, caption)
    if isinstance(shot, Scene):
        left, top, width, height = (round(side * SMALL.width / DESIGN_WIDTH) for side in cards.window(shot))
        source = load(shot.picture)
        box = planes.crop_box(source.size, shot.crop_to, width / height)
        image.paste(source.resize((width, height), Image.Resampling.LANCZOS, box=_kept(box, source.size)), (left, top))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=82)
    return out.getvalue()


def _kept(box: tuple[float, float, float, float], size: tuple[int, int]) -> tuple[float, float, float, float]:
    """``box`` inside the picture: per-mille crops may miss its edge by a hair."""
    return max(0.0, box[0]), max(0.0, box[1]), min(float(size[0]), box[2]), min(float(size[1]), box[3])
