"""Photos: drawn, but with the shapes and grain real ones have; each seed another scene."""

import io
import random
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter


@cache
def scene(seed: int, width: int = 960, height: int = 640) -> Image.Image:
    """Sky, hills and houses, blurred and grained."""
    dice = random.Random(seed)
    image = Image.new("RGB", (width, height))
    draw = ImageDraw.Draw(image)
    for y in range(height):
        draw.line([(0, y), (width, y)], fill=(90 + y * 100 // height, 130, 210 - y * 120 // height))
    for _ in range(14):
        x, y, r = dice.randrange(width), dice.randrange(height), dice.randrange(40, 190)
        colour = tuple(dice.randrange(20, 240) for _ in range(3))
        draw.polygon([(x - r, y + r), (x, y - r), (x + r, y + r)], fill=colour)
        draw.ellipse([x, y, x + r, y + r // 2], fill=tuple(255 - one for one in colour))
    grain = Image.frombytes("L", (width // 4, height // 4), dice.randbytes(width * height // 16)).resize(
        (width, height)
    )
    grained = Image.blend(image.filter(ImageFilter.GaussianBlur(2)), grain.convert("RGB"), 0.06)
    return grained


def photo(seed: int = 1, quality: int = 92) -> bytes:
    """The scene as a JPEG."""
    return jpeg(scene(seed), quality)


def jpeg(image: Image.Image, quality: int = 92) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


def film(folder: Path) -> bytes:
    """One second of film, as an MP4."""
    import subprocess

    import imageio_ffmpeg

    made = folder / "film.mp4"
    source = ["-f", "lavfi", "-i", "testsrc=size=160x90:rate=10:duration=1"]
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-nostdin", "-loglevel", "error", *source]
    subprocess.run([*command, "-pix_fmt", "yuv420p", "-movflags", "+faststart", str(made)], check=True, timeout=60)
    return made.read_bytes()
