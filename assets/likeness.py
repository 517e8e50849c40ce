"""Whether two pictures look alike: 64 bits of a picture, nearly the same after it was scaled or compressed again.

A difference hash: nine by eight greys, a bit for each pair of neighbours, set where it grows darker to the right.
"""

from io import BytesIO

from PIL import Image

ALIKE = 6
"""So many of the 64 bits may differ in pictures that look alike."""
_ACROSS, _DOWN = 9, 8


def likeness(content: bytes) -> str:
    """The bits of a picture of ours as 16 hexadecimal digits; "" for one without any shape (one plain colour), which
    would be like every other."""
    with Image.open(BytesIO(content)) as opened:
        opened.draft("L", (_ACROSS * 32, _DOWN * 32))  # a JPEG need not be decoded whole
        clear = opened.convert("RGBA") if opened.has_transparency_data else opened
        paper = Image.new("RGBA", clear.size, "white")
        small = (Image.alpha_composite(paper, clear) if clear.mode == "RGBA" else clear).convert("L")
        greys = list(small.resize((_ACROSS, _DOWN), Image.Resampling.BOX).getdata())
    bits = 0
    for row in range(_DOWN):
        for left in range(row * _ACROSS, row * _ACROSS + _ACROSS - 1):
            bits = bits << 1 | (greys[left] > greys[left + 1])
    return f"{bits:016x}" if bits else ""


def apart(one: str, other: str) -> int:
    """How many bits two likenesses differ in; 64 when one of them has none."""
    return (int(one, 16) ^ int(other, 16)).bit_count() if one and other else 64
