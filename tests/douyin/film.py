"""A clip nobody would watch: one second, 108 × 192, as a rendition of 抖音 made by hand."""

import subprocess
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import imageio_ffmpeg

from assets.store import Storage
from channels.values import Part, RenderedFile, Rendition


@cache
def film() -> bytes:
    """An mp4 ffmpeg made."""
    with TemporaryDirectory() as folder:
        target = Path(folder) / "film.mp4"
        source = ("-f", "lavfi", "-i", "testsrc=size=108x192:rate=10:duration=1", "-pix_fmt", "yuv420p")
        command = (imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *source, str(target))
        subprocess.run(command, check=True)
        return target.read_bytes()


def rendition(store: Storage, account: str, story: str, text: str, clip: bytes | None = None) -> Rendition:
    """What the channel would render, its files in the store."""
    content = clip if clip is not None else film()
    cover = b"\xff\xd8\xff" + text.encode()
    files = (
        RenderedFile(role="clip", name="clip.mp4", hash=store.put(content), mime="video/mp4", size=len(content),
                     width=108, height=192),
        RenderedFile(role="cover", name="cover.jpg", hash=store.put(cover), mime="image/jpeg", size=len(cover)),
    )  # fmt: skip
    fields = (("title", text[:30]), ("description", text), ("seconds", "1.0"))
    part = Part(story=story, manuscript="0" * 64, fields=fields, body=text, files=files)
    return Rendition(channel="douyin", account=account, mime="video/mp4", parts=(part,), renderer="by hand")
