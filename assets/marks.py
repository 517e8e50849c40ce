"""The marks that tell a machine made a picture (GB 45438): words in a corner, and the metadata key AIGC.

The words' height is at least 5 % of the picture's shortest side. The metadata is a JSON object of strings in
XMP (``TC260:AIGC``), for PNG also in a text chunk. A mark that comes with a picture is never lost.
"""

import contextlib
import html
import json
import math
from io import BytesIO
from xml.sax.saxutils import escape

from PIL import Image, ImageDraw, ImageFont

from assets import fonts
from assets.probe import PictureError

KEY = "AIGC"
WORDS = "AI 生成"
SHARE_OF_SHORTEST_SIDE = 0.058  # the rule says 0.05, and the palest rim of a stroke may not count

_MEMBERS = (
    "Label",
    "ContentProducer",
    "ProduceID",
    "ReservedCode1",
    "ContentPropagator",
    "PropagateID",
    "ReservedCode2",
)
_EXIF, _USER_COMMENT = 0x8769, 0x9286
_LONGEST_MEMBER = 1024
_LONGEST_TEXT = 65_536
_MOST_BRACES = 100
_SMALLEST_LETTERS = 12
_PLATE, _LETTERS = (0, 0, 0, 165), (255, 255, 255, 255)
_SMOOTHING = 4
_XMP = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:TC260="http://www.tc260.org.cn/ns/AIGC/1.0/">'
    "<TC260:AIGC>{}</TC260:AIGC></rdf:Description></rdf:RDF></x:xmpmeta>"
    '<?xpacket end="r"?>'
)


def mark(produce_id: str, producer: str = "", label: str = "1") -> str:
    """The metadata's JSON: ``label`` "1" says a machine made it; "" for a producer nobody has told us."""
    return _as_json({"Label": label, "ContentProducer": producer, "ProduceID": produce_id})


def xmp(mark: str) -> bytes:
    """The XMP packet that carries ``mark``."""
    return _XMP.format(escape(mark)).encode()


def read_mark(image: Image.Image) -> str:
    """The mark a picture carries (text chunk, XMP or EXIF comment), cleaned; "" when none."""
    for text in _texts(image):
        if KEY in text and (found := _find_mark(html.unescape(text[:_LONGEST_TEXT]))):
            return _as_json(found)
    return ""


def mark_of(content: bytes) -> str:
    """The mark the bytes of one of our pictures carry; "" when none."""
    with Image.open(BytesIO(content)) as image:
        return read_mark(image)


def label_ai(image: Image.Image, words: str = WORDS) -> Image.Image:
    """``image`` with ``words`` on a dark plate in its lower right corner."""
    words = fonts.drawable(words)
    shortest = min(image.size)
    drawn_with = _letters(words, shortest)
    left, top, right, bottom = (round(edge) for edge in drawn_with.getbbox(words))
    padding, margin = round((bottom - top) * 0.45), round(shortest * 0.025)
    width, height = right - left + 2 * padding, bottom - top + 2 * padding
    if width + margin > image.width or height + margin > image.height:
        raise PictureError(f"图片太小（{image.width}×{image.height}），放不下标识「{words}」：请换一张更大的图片")
    plate = _plate(width, height, padding)
    ImageDraw.Draw(plate).text((padding - left, padding - top), words, font=drawn_with, fill=_LETTERS)
    labelled = image.convert("RGBA")
    labelled.alpha_composite(plate, (image.width - width - margin, image.height - height - margin))
    return labelled if "A" in image.mode else labelled.convert("RGB")


def _letters(words: str, shortest: int) -> ImageFont.FreeTypeFont:
    """The font at the smallest size whose ink is tall enough."""
    tall = max(_SMALLEST_LETTERS, math.ceil(shortest * SHARE_OF_SHORTEST_SIDE))
    size = tall
    while True:
        found = fonts.font_for(words, bold=True, size=size)
        _, top, _, bottom = found.getbbox(words)
        if bottom - top >= tall:
            return found
        size += max(1, tall // 20)


def _plate(width: int, height: int, radius: int) -> Image.Image:
    """A dark rounded plate; drawn large and reduced, for smooth corners."""
    large = Image.new("L", (width * _SMOOTHING, height * _SMOOTHING))
    edge = (0, 0, large.width - 1, large.height - 1)
    ImageDraw.Draw(large).rounded_rectangle(edge, radius * _SMOOTHING, fill=_PLATE[3])
    plate = Image.new("RGBA", (width, height), _PLATE[:3])
    plate.putalpha(large.resize((width, height), Image.Resampling.BOX))
    return plate


def _texts(image: Image.Image) -> list[str]:
    """Wherever tools write the mark."""
    told = [image.info.get(name) for name in ("xmp", "XML:com.adobe.xmp", "comment")]
    with contextlib.suppress(ValueError, KeyError, TypeError, OSError, SyntaxError):  # broken EXIF says nothing
        told.append(image.getexif().get_ifd(_EXIF).get(_USER_COMMENT))
    if image.info.get(KEY):
        told.insert(0, f"{KEY} {image.info[KEY]}")
    texts = [one.decode("utf-8", "ignore") if isinstance(one, bytes) else one for one in told]
    return [one for one in texts if isinstance(one, str)]


def _find_mark(text: str) -> dict[str, str]:
    """The first JSON object with a Label."""
    start = -1
    for _ in range(_MOST_BRACES):
        start = text.find("{", start + 1)
        if start < 0:
            break
        around = _object_at(text, start)
        found = around.get(KEY, around)
        if isinstance(found, dict) and "Label" in found:
            return {name: str(found[name])[:_LONGEST_MEMBER] for name in _MEMBERS if name in found}
    return {}


def _object_at(text: str, start: int) -> dict[str, object]:
    try:
        found, _ = json.JSONDecoder().raw_decode(text, start)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _as_json(members: dict[str, str]) -> str:
    return json.dumps(members, separators=(",", ":"))
