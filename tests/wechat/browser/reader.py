"""What a reader sees of an article, and the article as it is sent."""

from dataclasses import dataclass

from PIL import Image

from channels.slots import fill_text
from channels.values import Part


@dataclass(frozen=True)
class Seen:
    """What a reader has before them: the visible words, every element's place and size, the picture of the page."""

    words: str
    boxes: tuple[str, ...]
    picture: Image.Image


def filled(part: Part) -> str:
    """The body as it is sent: uploaded pictures, the signature."""
    fills = {slot.id: f"http://mmbiz.qpic.cn/{slot.ref}" if slot.kind == "picture" else "王五" for slot in part.slots}
    return fill_text(part.body, part.slots, fills)
